"""How the house stands: circles, rooms, lines, names, and how far a reader follows a commit through the
files.

    python tools/house.py          prints the table; takes some seconds

A walk is what one hook runs, as `sys.setprofile` sees it: calls of the product's own functions, the files
they are in, and how often two calls after another are in different files. Git's trace2 counts the processes
that a hook starts itself.
"""

from __future__ import annotations

import ast
import io
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ROOT / "gitprov"

#: Names that say how somebody came by a value, not what it is.
_WORDS = "one found known told own asked wanted said left left_out given there here lent mine theirs"
FORBIDDEN = frozenset(_WORDS.split())
#: Those that may not be part of a name either, as in `colour_wanted`.
_FORBIDDEN_PARTS = frozenset(("told", "asked", "wanted", "said", "lent", "mine", "theirs"))
LINE_LENGTH = 110
_WALKED = ("pre-commit", "post-commit", "post-rewrite")
_HOOKS = (*_WALKED, "prepare-commit-msg", "commit-msg")
_OPTIMIZED = 1
"""The code flag of functions; modules and class bodies do not have it."""


class Walk(NamedTuple):
    """What one process of ours did: calls of functions, their files, changes of file, git processes,
    modules loaded.
    """

    calls: int
    files: int
    changes: int
    processes: int
    modules: int


def sources() -> list[Path]:
    """The product's Python files, in order."""
    return sorted(path for path in PRODUCT.rglob("*.py") if "_hooks" not in path.parts)


def code_lines(text: str) -> int:
    """Lines with code: no docstring, comment or blank line."""
    quoted: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            quoted.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT and token.string.strip():
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - quoted)


def _is_forbidden(name: str) -> bool:
    """Whether a name, private or constant too, is forbidden or has a part that is."""
    word = name.strip("_").lower()
    return word in FORBIDDEN or not _FORBIDDEN_PARTS.isdisjoint(word.split("_"))


def forbidden_uses(text: str) -> int:
    """How often a forbidden name stands in code, private or in capitals too. `one` is allowed in a
    comprehension of a single line.
    """
    if not any(map(_is_forbidden, set(re.findall(r"\w+", text)))):
        return 0  # tokens are dear, and most files have none of the words
    kinds = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    short = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, kinds) and node.lineno == node.end_lineno
    ]
    spans = [(node.lineno, node.col_offset, node.end_col_offset or 0) for node in short]
    count = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and _is_forbidden(token.string):
            column = len(token.line[: token.start[1]].encode())
            inside = any(line == token.start[0] and first <= column < end for line, first, end in spans)
            count += not (token.string == "one" and inside)
    return count


def classes(texts: dict[Path, str]) -> Counter[str]:
    """How many classes have a name, over the whole product."""
    trees = map(ast.parse, texts.values())
    return Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def largest_room() -> tuple[int, str]:
    """The folder with the most files, `__init__` not counted."""
    rooms = Counter(path.parent.relative_to(ROOT).as_posix() for path in sources() if path.stem != "__init__")
    name, count = min(rooms.items(), key=lambda room: (-room[1], room[0]))
    return count, name


def circle_count() -> int:
    """Circles among the product's files, by the test that keeps them away."""
    from tests.test_layers import circles, imports_among, module_name

    paths = {module_name(path.relative_to(ROOT).as_posix()): path for path in sources()}
    return len(
        circles({name: imports_among(name, ast.parse(paths[name].read_bytes()), paths) for name in paths})
    )


def _environment(home: Path) -> dict[str, str]:
    person = {f"GIT_{who}_{what}": f"alice{at}" for who in ("AUTHOR", "COMMITTER") for what, at in _PARTS}
    fixed = {"GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C", "TZ": "UTC", "PYTHONPATH": str(ROOT)}
    return {"PATH": os.environ["PATH"], "HOME": str(home), "HOUSE": str(home), **person, **fixed}


_PARTS = (("NAME", ""), ("EMAIL", "@example.com"))


class _Stage:
    """A throw-away repository in which the hooks are ours, and are looked at."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.repo = home / "repo"
        self.env = _environment(home)
        subprocess.run(("git", "init", "-q", "-b", "main", str(self.repo)), env=self.env, check=True)
        self.commit("base.py", "base = 1\n")
        for name in _HOOKS:
            hook = self.repo / ".git/hooks" / name
            hook.write_text(
                f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" --walk {name} hook {name} "$@"\n'
            )
            hook.chmod(0o755)

    def git(self, *args: str) -> None:
        subprocess.run(("git", *args), cwd=self.repo, env=self.env, check=True, capture_output=True)

    def commit(self, path: str, text: str) -> None:
        (self.repo / path).write_text(text)
        self.git("add", path)
        self.git("commit", "-q", "-m", f"Add {path}")

    def capture(self, name: str, payload: bytes) -> Walk:
        command = (sys.executable, __file__, "--walk", name, "capture", "claude-code")
        subprocess.run(command, cwd=self.repo, env=self.env, input=payload, check=True)
        return self.walk(name)

    def edit(self, path: str, text: str) -> Walk:
        """A model writes a file."""
        (self.repo / path).write_text(text)
        common = {"session_id": "s", "cwd": str(self.repo), "tool_name": "Write", "tool_use_id": f"t-{path}"}
        target = {"tool_input": {"file_path": str(self.repo / path), "content": text}}
        result = {"tool_response": {"type": "create", "filePath": str(self.repo / path), "content": text}}
        payload = {"hook_event_name": "PostToolUse", **common, **target, **result}
        return self.capture("edit", json.dumps(payload).encode())

    def walk(self, name: str) -> Walk:
        return Walk(**json.loads((self.home / f"{name}.json").read_text()))


def walks() -> dict[str, Walk]:
    """Name → walk: capturing nothing and an edit, committing one line of a model, and moving two such
    commits.
    """
    with tempfile.TemporaryDirectory() as home:
        stage = _Stage(Path(home))
        out = {"capture": stage.capture("capture", b""), "edit": stage.edit("a.py", "a = 1\n")}
        stage.commit("a.py", "a = 1\n")
        out |= {name: stage.walk(name) for name in ("pre-commit", "post-commit")}
        stage.edit("b.py", "b = 2\n")
        stage.commit("b.py", "b = 2\n")
        stage.git("checkout", "-q", "-b", "upstream", "HEAD~2")
        stage.commit("c.py", "c = 3\n")
        stage.git("checkout", "-q", "main")
        stage.git("rebase", "-q", "upstream")
        return out | {"post-rewrite": stage.walk("post-rewrite")}


def _record(name: str, argv: list[str]) -> int:
    """Run a command of ours and write its walk down."""
    calls: list[str] = []
    trace = Path(os.environ["HOUSE"], f"{name}.trace")
    trace.unlink(missing_ok=True)
    os.environ["GIT_TRACE2_EVENT"] = str(trace)
    os.environ.pop("GIT_TRACE2_PARENT_SID", None)
    before = set(sys.modules)

    def look(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_flags & _OPTIMIZED:
            calls.append(frame.f_code.co_filename)

    sys.argv = ["gitprov", *argv]
    from gitprov.cli.main import main

    sys.setprofile(look)
    try:
        return main()
    finally:
        sys.setprofile(None)
        # The named tuples of the product are read like those of `typing`, whose calls are not counted either.
        named = os.path.join(PRODUCT, "model", "named.py")
        mine = [path for path in calls if path.startswith(f"{PRODUCT}{os.sep}") and path != named]
        modules = [module for module in set(sys.modules) - before if module.partition(".")[0] == "gitprov"]
        changes = sum(a != b for a, b in itertools.pairwise(mine))
        walk = Walk(len(mine), len(set(mine)), changes, _processes(trace), len(modules))
        Path(os.environ["HOUSE"], f"{name}.json").write_text(json.dumps(walk._asdict()))


def _processes(trace: Path) -> int:
    """Git processes that no other git started."""
    rows = map(json.loads, trace.read_text().splitlines()) if trace.exists() else ()
    return sum(row["event"] == "start" and "/" not in row["sid"] for row in rows)


def rows() -> Iterator[tuple[str, str]]:
    """What the table says."""
    texts = {path: path.read_text() for path in sources()}
    count, room = largest_room()
    lines = sum(text.count("\n") for text in texts.values())
    twice = sum(number > 1 for number in classes(texts).values())
    long = sum(len(line) > LINE_LENGTH for text in texts.values() for line in text.splitlines())
    yield "circles among product files", str(circle_count())
    yield "files in the largest flat room", f"{count} ({room})"
    yield (
        "product files / lines / code lines",
        f"{len(texts)} / {lines} / {sum(map(code_lines, texts.values()))}",
    )
    seen = walks()
    before, after, moved = (seen[name] for name in _WALKED)
    yield (
        "walk of pre-commit: calls, files, changes of file, git processes (pre + post)",
        f"{before.calls}, {before.files}, {before.changes}, {before.processes + after.processes}",
    )
    yield (
        "walk of a rewritten pair: calls, files, changes of file, git processes",
        f"{moved.calls}, {moved.files}, {moved.changes}, {moved.processes}",
    )
    modules = f"{before.modules} / {seen['capture'].modules} / {seen['edit'].modules}"
    yield "our modules loaded by hook pre-commit / capture of nothing / of an edit", modules
    yield "uses of forbidden identifiers", str(sum(map(forbidden_uses, texts.values())))
    yield "class names of two or more classes", str(twice)
    yield f"lines over {LINE_LENGTH} characters", str(long)


def main(argv: list[str]) -> int:
    """Print the table, or run one command under the profiler."""
    sys.path[:0] = [str(ROOT)]
    if argv[:1] == ["--walk"]:
        return _record(argv[1], argv[2:])
    for name, value in rows():
        print(f"{name:<80} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
