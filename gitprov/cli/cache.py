"""Where this user's cached answers and refreshed lists are."""

from __future__ import annotations

import os


def cache_folder() -> str:
    """The directory of cached answers and refreshed lists of this user."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "gitprov")
