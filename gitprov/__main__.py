"""`python -m gitprov` is the `gitprov` command."""

import os
import sys

# -m puts the directory of the moment in front of all that is searched; with -I it does not.
if __name__ == "__main__" and not sys.flags.isolated and sys.path[:1] == [os.getcwd()]:
    del sys.path[0]

from gitprov.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
