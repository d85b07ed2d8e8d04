"""Compares functions of two versions of code in the sandbox, on many inputs."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import NamedTuple

import gitprov
from gitprov.sandbox import run as sandbox
from gitprov.sandbox.functions import FunctionBox
from gitprov.sandbox.request import BoxFile, BoxRequest, BoxResult

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(gitprov.__file__)))
_START = "import sys; from gitprov.testing.boxed.versus import main; sys.exit(main())"
_SIDES = ("version-old", "version-new")


class NamePair(NamedTuple):
    """A definition in both versions: its module and name there. `corpus`: the bytes of a file of cases."""

    old_module: str
    old: str
    new_module: str
    new: str
    corpus: bytes | None = None


class VersionPair(NamedTuple):
    """Two versions of code. `old` and `new` map names of modules to texts; other modules come from below one
    of `tops`; `hidden` are paths that stay unseen. `examples` inputs are tried for each function.
    """

    old: Mapping[str, bytes]
    new: Mapping[str, bytes]
    pairs: tuple[NamePair, ...]
    tops: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    examples: int = 200


class VersusRow(NamedTuple):
    """The comparison of a pair: `same`, `differs` or `unknown`, on so many inputs; `text` says how or why."""

    state: str
    inputs: int
    text: str


class VersusRun(NamedTuple):
    """A run: a row for each pair that was reached, in their order."""

    box: BoxResult
    rows: tuple[VersusRow, ...]


def compare(versions: VersionPair, box: FunctionBox) -> VersusRun:
    """Compare the pairs of two versions."""
    files: list[BoxFile] = []
    sides = []
    for folder, modules in zip(_SIDES, (versions.old, versions.new), strict=True):
        places = {name: f"{folder}/{number}.py" for number, name in enumerate(modules)}
        files += [BoxFile(places[name], text) for name, text in modules.items()]
        sides.append(places)
    rows = []
    for number, pair in enumerate(versions.pairs):
        corpus = None if pair.corpus is None else f"cases-{number}.jsonl"
        files += [] if corpus is None or pair.corpus is None else [BoxFile(corpus, pair.corpus)]
        rows.append([*pair[:4], corpus])
    job = {"sides": sides, "pairs": rows, "examples": versions.examples, "tops": versions.tops}
    request = BoxRequest(
        (box.python.program, "-s", "-c", _START),
        stdin=json.dumps(job).encode(),
        files=tuple(files),
        readable=(*box.python.readable, *versions.tops, os.path.join(_PACKAGE, "gitprov")),
        hidden=versions.hidden,
        environment=(
            ("PYTHONPATH", _PACKAGE),
            ("PYTHONHASHSEED", "0"),
            ("TZ", "UTC"),
            ("LC_ALL", "C.UTF-8"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
        ),
        limits=box.limits,
    )
    result = sandbox.run(request, backend=box.backend)
    return VersusRun(result, tuple(_rows(result.stdout)))


def _rows(output: bytes) -> list[VersusRow]:
    rows: list[VersusRow] = []
    for line in output.splitlines():
        try:
            number, state, inputs, text = json.loads(line)
        except (ValueError, TypeError):
            continue
        if number == len(rows):
            rows.append(VersusRow(str(state), int(inputs), str(text)))
    return rows
