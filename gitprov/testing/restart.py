"""Starts pytest again under the fixed hash seed, which a running Python cannot change."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from gitprov.testing.observation.environment import HASH_SEED

_SIGN = "GITPROV_BASELINE_RESTARTED"


def hash_seed() -> str:
    """The hash seed of this process: a number, or `random`."""
    return (
        "random" if sys.flags.hash_randomization and not _fixed() else os.environ.get("PYTHONHASHSEED", "0")
    )


def _fixed() -> bool:
    return os.environ.get("PYTHONHASHSEED", "random").isdigit() and not sys.flags.ignore_environment


def with_hash_seed(config: pytest.Config) -> None:
    """Replace this process by the same command line under the fixed hash seed.

    Nothing happens where it has the seed already, in a worker of xdist, which inherits it, and where another
    program called pytest.
    """
    if hash_seed() == HASH_SEED or hasattr(config, "workerinput") or os.environ.get(_SIGN):
        return
    argv = getattr(sys, "orig_argv", [])
    words = [str(arg) for arg in config.invocation_params.args]
    if not argv or words != sys.argv[1:]:
        os.environ["PYTHONHASHSEED"] = HASH_SEED  # for the workers of xdist
        return
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    if capture is not None:
        capture.suspend(in_=True)
    from gitprov.testing.process import restart

    restart([sys.executable, *argv[1:]], {"PYTHONHASHSEED": HASH_SEED, _SIGN: "1"})
