"""Starts recording in a Python program whose environment asks for it, after the user's sitecustomize."""

import os
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != _FOLDER]
_this = sys.modules.pop("sitecustomize", None)
try:
    __import__("sitecustomize")  # that of the user
except ImportError:
    if _this is not None:  # whoever imported it expects it to stay
        sys.modules["sitecustomize"] = _this
if os.environ.get("GITPROV_RECORD"):
    from gitprov.testing.observation.recorder import start

    start(os.environ["GITPROV_RECORD"], os.environ["GITPROV_RECORD_TO"])
