"""The question: `git ai-blame --json`, in this process for its price, and as a process of its own for its honesty."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

from gitprov.cli import ai_blame
from gitprov.cli.blame.args import parse
from gitprov.errors import GitprovError
from gitprov.git import process, repo
from gitprov.git.history import blame as git_blame
from tests.fuzz.git import Git
from tests.fuzz.lines import Author, bare
from tests.fuzz.model import Answers, Model

#: Where a class keeps the name of who wrote the line.
_WHO = {"ai": "session", "edited": "session", "declared": "session", "human": "human"}


class Mismatch(Exception):
    """Blame and model do not say the same."""


#: What git is asked again and again and never answers otherwise in one history: places, settings, attributes.
_FIXED = ("rev-parse", "config", "check-attr")


def _remembering(known: dict[object, process.Completed]) -> Callable[..., object]:
    """`run_git` that starts no second process for the same question of that kind."""

    def run(
        args: Sequence[str],
        *,
        stdin: bytes | None = None,
        **more: Any,
    ) -> process.Completed:
        if args[0] not in _FIXED or "--verify" in args:
            return process.run_git(args, stdin=stdin, **more)
        key = (*args, more["cwd"], stdin)
        if key not in known:
            known[key] = process.run_git(args, stdin=stdin, **more)
        return known[key]

    return run


def blame(git: Git, path: str, rev: str | None) -> bytes:
    """What the command prints, by the code that the command runs."""
    args = ["--json", *([rev] if rev else []), "--", path]
    run = _remembering(git.answers)
    out, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO())
    try:
        with mock.patch.object(repo, "run_git", run), mock.patch.object(git_blame, "run_git", run):
            return _asked(git, args)
    finally:
        sys.stdout = out


def _asked(git: Git, args: list[str]) -> bytes:
    try:
        status = ai_blame._run(parse(args), git.cwd, git.env)
        answer = sys.stdout.buffer
        assert isinstance(answer, io.BytesIO)
        if status:
            raise Mismatch(f"ai-blame {' '.join(args)}: exit {status}")
        return answer.getvalue()
    except GitprovError as error:
        raise Mismatch(f"ai-blame {' '.join(args)}: {error}") from error


def check_file(git: Git, model: Model, path: str, rev: str | None) -> None:
    """Mismatch where blame says of any line of a file something else than the model. `rev` None: the work tree's file."""
    _judge(git, model, path, rev, blame(git, path, rev))


def check_process(git: Git, path: str) -> None:
    """Mismatch where the command, run as people run it, prints anything else than it did in this process."""
    told, ours = json.loads(git.run("ai-blame", "--json", "--", path)), json.loads(blame(git, path, None))
    for row in told["lines"] + ours["lines"]:
        if not row["commit"].strip("0"):
            del row["author_time"]  # lines that no commit holds are of now
    if told != ours:
        raise Mismatch(f"{path}: the process of ai-blame says another thing than its code did here")


def _judge(git: Git, model: Model, path: str, rev: str | None, answer: bytes) -> None:
    oid = git.commit(rev).oid if rev else git.head().oid
    lines = git.files(oid)[path] if rev else git.disk()[path]
    said: list[dict[str, Any]] = json.loads(answer)["lines"]
    if [row["text"] for row in said] != lines:
        raise Mismatch(f"{path}: blame shows other lines than the file has")
    rows, wrong = [], False
    for row, line in zip(said, lines, strict=True):
        text = bare(line)
        wanted = model.of_commit(oid, text) if rev else model.of_worktree(oid, text)
        got = Author(row["class"], row[_WHO[row["class"]]] if row["class"] in _WHO else None)
        right = got in wanted and _is_whole(row)
        wrong = wrong or not right
        rows.append(_shown(row, got, wanted, right))
    if wrong:
        raise Mismatch("\n".join([f"git ai-blame {rev or ''} -- {path}", *rows]))


def _is_whole(row: dict[str, Any]) -> bool:
    """Whether a model's line that a commit holds names its trace, agent and model."""
    if row["class"] not in ("ai", "edited"):
        return True
    committed = bool(row["commit"].strip("0"))
    return bool(row["agent"] and row["model"] and (row["trace"] or not committed))


def _shown(row: dict[str, Any], got: Author, wanted: Answers, right: bool) -> str:
    due = "" if right else f"   <- wanted: {' or '.join(sorted(map(str, wanted)))}"
    return f"  {row['line']:3} {row['commit'][:8]} {row['text']:40.40} {got!s:16}{due}"
