"""The Python that runs code under test: where its files are, so that a sandbox can show them."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from typing import NamedTuple

from gitprov.errors import GitprovError

_QUESTION = "import json, sys; print(json.dumps([sys.prefix, sys.base_prefix, *sys.path]))"


class Interpreter(NamedTuple):
    """`program` is an absolute path; `readable` are the directories that it imports from."""

    program: str
    readable: tuple[str, ...]


@functools.cache
def interpreter(program: str | None) -> Interpreter:
    """An interpreter by its path, or the one that runs this. GitprovError where it does not answer."""
    path = os.path.abspath(program or sys.executable)
    try:
        answer = subprocess.run(
            [path, "-s", "-c", _QUESTION],
            capture_output=True,
            check=True,
            timeout=20,
            cwd="/",
            env={"PATH": "/usr/bin:/bin"},
        )
        return Interpreter(path, _directories(json.loads(answer.stdout)))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise GitprovError(f"{path} is no Python that works: {error}", "--python PATH") from None


def _directories(paths: list[str]) -> tuple[str, ...]:
    """The directories among some paths, each once, without those below others."""
    real = sorted({os.path.abspath(path) for path in paths if path and os.path.isdir(path)} - {"/"})
    return tuple(path for path in real if not any(path.startswith(f"{top}/") for top in real))
