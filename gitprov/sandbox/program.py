"""Starts a program of the plug-in's room in the sandbox, in a fixed environment."""

from __future__ import annotations

import os
from typing import NamedTuple

import gitprov
from gitprov.sandbox import run as sandbox
from gitprov.sandbox.functions import FunctionBox
from gitprov.sandbox.request import BoxFile, BoxRequest, BoxResult

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(gitprov.__file__)))
_ENVIRONMENT = (
    ("PYTHONPATH", _PACKAGE),
    ("PYTHONHASHSEED", "0"),
    ("TZ", "UTC"),
    ("LC_ALL", "C.UTF-8"),
    ("PYTHONDONTWRITEBYTECODE", "1"),
)


class BoxProgram(NamedTuple):
    """A program: its text, its words, its input, its files. It sees the directories `tops` but not what of
    them is `hidden`.
    """

    text: str
    words: tuple[str, ...] = ()
    stdin: bytes = b""
    files: tuple[BoxFile, ...] = ()
    tops: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


def run(program: BoxProgram, box: FunctionBox) -> BoxResult:
    """Run a program in Python, without the user's own packages."""
    request = BoxRequest(
        (box.python.program, "-s", "-c", program.text, *program.words),
        stdin=program.stdin,
        files=program.files,
        readable=(*box.python.readable, *program.tops, os.path.join(_PACKAGE, "gitprov")),
        hidden=program.hidden,
        environment=_ENVIRONMENT,
        limits=box.limits,
    )
    return sandbox.run(request, backend=box.backend)
