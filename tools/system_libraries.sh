#!/bin/sh
# The shared libraries that the face detector's wheel links to and a bare Debian lacks:
# installed where that is allowed, else named with the command that installs them.
set -eu

missing=""
need() { # library, package
    if ! ldconfig -p 2>/dev/null | grep -q "$1"; then missing="$missing $2"; fi
}

[ "$(uname -s)" = Linux ] || exit 0
PATH="$PATH:/sbin:/usr/sbin"
need libEGL.so.1 libegl1
need libGLESv2.so.2 libgles2
need libGL.so.1 libgl1
need libglib-2.0.so.0 libglib2.0-0
[ -n "$missing" ] || exit 0

command="apt-get install -y --no-install-recommends$missing"
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $command -qq
elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then
    sudo apt-get update -qq
    sudo DEBIAN_FRONTEND=noninteractive $command -qq
else
    echo "system libraries are missing; install them with: sudo $command" >&2
    exit 1
fi
