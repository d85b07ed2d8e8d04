"""`python -m gitprov` is the `gitprov` command."""

from __future__ import annotations

import sys

from gitprov.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
