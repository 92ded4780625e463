"""`python -m facebehavior` is the command `facebehavior`."""

import sys

from facebehavior.cli.main import main

sys.exit(main())
