#!/bin/sh
# A browser for the test that looks at the report's page. Without one that test is skipped, so that
# failing here stops nothing.
set -u

command -v chromium >/dev/null && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -qq chromium \
            >/dev/null 2>&1
fi
command -v chromium >/dev/null ||
    echo "no chromium: the report's page is not looked at by a browser" >&2
exit 0
