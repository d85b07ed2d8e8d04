"""Compares functions of two versions of code in the sandbox, on many inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from gitprov.model.answers.behaviour.compare import UNKNOWN
from gitprov.sandbox import program
from gitprov.sandbox.functions import FunctionBox
from gitprov.sandbox.program import BoxProgram
from gitprov.sandbox.request import CPU, OK, TIMEOUT, BoxFile, BoxResult

_START = "import sys; from gitprov.testing.boxed.versus import main; sys.exit(main())"
_STARTS = 5
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
    of `tops`; `hidden` are paths that stay unseen; `packages` are the names whose text is that of a package.
    `examples` inputs are tried for each function, `seconds` is the processor time that a call may take.
    """

    old: Mapping[str, bytes]
    new: Mapping[str, bytes]
    pairs: tuple[NamePair, ...]
    tops: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    packages: frozenset[str] = frozenset()
    examples: int = 200
    seconds: float = 1.0


class VersusRow(NamedTuple):
    """The comparison of a pair: `same`, `differs` or `unknown`, on so many inputs; `text` says how or why."""

    state: str
    inputs: int
    text: str


class VersusRun(NamedTuple):
    """A row for each pair; `box` is the last run."""

    box: BoxResult
    rows: tuple[VersusRow, ...]


def compare(versions: VersionPair, box: FunctionBox) -> VersusRun:
    """Compare the pairs of two versions. A pair that ends the process is unknown; the others get another."""
    rows: list[VersusRow] = []
    starts = 0
    while True:
        starts += 1
        result = _started(versions._replace(pairs=versions.pairs[len(rows) :]), box)
        rows += _rows(result.stdout)
        end = VersusRow(UNKNOWN, 0, "the code ended the process" if result.ended == OK else result.detail)
        if len(rows) < len(versions.pairs):
            rows.append(end)
        if len(rows) == len(versions.pairs) or result.ended in (TIMEOUT, CPU) or starts == _STARTS:
            return VersusRun(result, (*rows, *(end for _ in versions.pairs[len(rows) :])))


def _started(versions: VersionPair, box: FunctionBox) -> BoxResult:
    files: list[BoxFile] = []
    sides = []
    for folder, modules in zip(_SIDES, (versions.old, versions.new), strict=True):
        places = {
            name: f"{folder}/{number}/__init__.py" if name in versions.packages else f"{folder}/{number}.py"
            for number, name in enumerate(modules)
        }
        files += [BoxFile(places[name], text) for name, text in modules.items()]
        sides.append(places)
    rows = []
    for number, pair in enumerate(versions.pairs):
        corpus = None if pair.corpus is None else f"cases-{number}.jsonl"
        files += [] if corpus is None or pair.corpus is None else [BoxFile(corpus, pair.corpus)]
        rows.append([*pair[:4], corpus])
    job = {
        "sides": sides,
        "pairs": rows,
        "examples": versions.examples,
        "seconds": versions.seconds,
        "tops": versions.tops,
    }
    stdin = json.dumps(job).encode()
    subject = BoxProgram(_START, (), stdin, tuple(files), versions.tops, versions.hidden)
    return program.run(subject, box)


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
