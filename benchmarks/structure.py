"""Structure of 200 changed files, Python and JavaScript: the time to compare both versions, beside the time that
the parsers alone need for them.
"""

from __future__ import annotations

import ast
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from gitprov.behaviour.structure.compare import compare

FILES = 200
BUDGET = 1.5
_ROUNDS = 5


def python_files() -> dict[str, bytes]:
    """200 files of this repository itself, longest first."""
    root = Path(__file__).resolve().parents[1]
    paths = sorted(
        [*(root / "gitprov").rglob("*.py"), *(root / "tests").rglob("*.py")],
        key=lambda path: (-path.stat().st_size, path),
    )
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths[:FILES]}


def script_files() -> dict[str, bytes]:
    """200 files of 30 functions each."""
    body = "export function f{0}(rows, limit = {0}) {{\n  const total = rows.map((r) => r.value);\n  return total;\n}}\n"
    text = "".join(body.format(number) for number in range(30))
    return {f"src/f{number}.js": f"// {number}\n{text}".encode() for number in range(FILES)}


def changed(files: dict[str, bytes], word: bytes) -> dict[str, bytes]:
    """The same files; in each the value of the second `return` has another operand before `word`."""
    pattern = re.compile(rb"(return.*?)return ", re.DOTALL)
    return {
        path: pattern.sub(rb"\1return 0 " + word + b" ", content, count=1) for path, content in files.items()
    }


def seconds(work: Callable[[], object]) -> float:
    """The shortest of some runs, in processor time."""
    times = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def parse_python(files: dict[str, bytes]) -> None:
    """Parse every file."""
    for content in files.values():
        ast.parse(content)


def parse_script(files: dict[str, bytes]) -> None:
    """Parse every file."""
    from ast_grep_py import SgRoot

    for content in files.values():
        SgRoot(content.decode(), "javascript").root()


def rows() -> list[common.Row]:
    """A row for each language."""
    table = []
    for language, files, parse, word in (
        ("Python", python_files(), parse_python, b"or"),
        ("JavaScript", script_files(), parse_script, b"||"),
    ):
        other = changed(files, word)
        bare = seconds(lambda files=files, other=other, parse=parse: (parse(files), parse(other)))  # type: ignore[misc]
        cost = seconds(lambda files=files, other=other: compare(files, other))  # type: ignore[misc]
        lines = sum(content.count(b"\n") for content in files.values())
        changes = len(compare(files, other).changes)
        table.append(
            common.Row(
                f"structure: {FILES} files of {language}, {lines:,} lines, {changes} changed definitions",
                "≤ 1.5 s",
                f"{cost:.2f} s (the parser alone {bare:.2f} s)",
                cost / BUDGET,
            )
        )
    return table


if __name__ == "__main__":
    common.main(rows)
