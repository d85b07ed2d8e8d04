"""Starts recording in a Python program whose environment asks for it, then runs the sitecustomize of the user."""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != _HERE]
sys.modules.pop("sitecustomize", None)
try:
    import sitecustomize  # noqa: F401 - that of the user
except ImportError:
    pass
if os.environ.get("GITPROV_RECORD"):
    from gitprov.testing.recorder import start

    start(os.environ["GITPROV_RECORD"], os.environ["GITPROV_RECORD_TO"])
