"""`gitprov status` for people and as JSON (its shape is fixed in docs/show.md)."""

from __future__ import annotations

from collections.abc import Iterator

from gitprov.model.answers.show import FileStatus, NextCommit, StatusAnswer, SubmoduleStatus, TurnStatus
from gitprov.model.note import Row, line_count
from gitprov.output.text import clean, fit, width

VERSION = 1
_COLUMNS = ("staged", "pending", "dropped")
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))
_WHY = {
    "large": "too large to keep, known by digest only",
    "binary": "not text, known by digest only",
}


def as_json(answer: StatusAnswer) -> Row:
    """The document."""
    return {
        "v": VERSION,
        "worktree": answer.worktree,
        "files": [one._asdict() for one in answer.files],
        "turns": [one._asdict() for one in answer.turns],
        "unread": [one._asdict() for one in answer.unread],
        "next_commit": None if answer.next is None else _next_json(answer.next),
        "finished": answer.finished,
        "submodules": [one._asdict() for one in answer.submodules],
    }


def render(answer: StatusAnswer) -> Iterator[str]:
    """Lines without newlines."""
    if answer.finished:
        yield f"Wrote the note of {answer.finished[:12]}, which had been cut off."
    if not (answer.files or answer.turns or answer.unread):
        yield "Nothing is pending: no recorded edit waits for a commit."
        yield from _submodules(answer.submodules)
        return
    yield from _files(answer.files)
    yield from _turns(answer.turns)
    yield from _next(answer.next)
    if answer.unread:
        yield ""
        yield "Without content"
        for one in answer.unread:
            yield f"  {clean(one.path)}: {clean(_WHY.get(one.why, one.message))}"
    yield from _submodules(answer.submodules)


def _submodules(submodules: tuple[SubmoduleStatus, ...]) -> Iterator[str]:
    if submodules:
        yield ""
    for one in submodules:
        wait = "waits" if one.edits == 1 else "wait"
        yield f"submodule {clean(one.path)}: {_count(one.edits, 'recorded edit')} {wait} for a commit there"


def age(seconds: int | None) -> str:
    """`3 minutes ago`."""
    if seconds is None:
        return "at an unknown time"
    for size, name in _UNITS:
        if seconds >= size:
            return f"{_count(seconds // size, name)} ago"
    return "just now"


def _files(files: tuple[FileStatus, ...]) -> Iterator[str]:
    if not files:
        return
    names = max(4, *(min(width(clean(one.path)), 60) for one in files))
    yield f"  {'file':<{names}}  " + "  ".join(f"{name:>7}" for name in _COLUMNS)
    for one in files:
        counts = "  ".join(f"{getattr(one, name):>7}" for name in _COLUMNS)
        more = [f"{one.human} typed by people"] if one.human else []
        more += [f"{one.held} in HEAD without a note"] if one.held else []
        path = clean(one.path)
        shown = path if width(path) > names else fit(path, names)
        yield f"  {shown}  {counts}" + (f"  ({', '.join(more)})" if more else "")


def _turns(turns: tuple[TurnStatus, ...]) -> Iterator[str]:
    for one in turns:
        who = "  ".join(part for part in (one.agent, one.model or "unknown model", one.subagent) if part)
        yield ""
        yield f"{clean(one.handle)}  {clean(who)}  {age(one.age)}"
        yield f"    {clean(one.prompt) if one.prompt else '(no prompt recorded)'}"
        yield f"    {_turn_counts(one)}"


def _turn_counts(one: TurnStatus) -> str:
    parts = [f"{getattr(one, name)} {name}" for name in _COLUMNS if getattr(one, name)]
    lines = ", ".join(parts) or "no line left"
    before = f"; earlier part: {', '.join(map(clean, one.traces))}" if one.traces else ""
    return f"{lines} in {', '.join(map(clean, one.files)) or 'no file'}{before}"


def _next(commit: NextCommit | None) -> Iterator[str]:
    yield ""
    if commit is None or not (commit.rows or commit.refusals or commit.problem):
        yield "The next commit holds no recorded line (git add stages them)."
        return
    if commit.problem is not None:
        yield f"What the next commit would record cannot be told: {clean(commit.problem)}"
        return
    yield "The next commit would record"
    for row in commit.rows:
        yield f"  {_row(row)}"
    for trailer in commit.trailers:
        yield f"  trailer  {clean(trailer)}"
    for path, message, mend in commit.refusals:
        yield f"  REFUSED  {clean(path or 'this commit')}: {clean(message)}"
        yield f"           mend: {clean(mend)}"


def _row(row: Row) -> str:
    files = ", ".join(clean(path) for path in sorted(row.get("files", {})))
    if row.get("kind") == "human":
        return f"{_count(line_count(row, 'human'), 'line')} of {clean(str(row.get('author')))} in {files}"
    counts = [f"{line_count(row, cls)} {cls}" for cls in ("ai", "edited") if line_count(row, cls)]
    return f"{clean(str(row['id']))}  {' + '.join(counts) or 'removals only'} in {files}"


def _count(number: int, name: str) -> str:
    return f"{number} {name}" + ("" if number == 1 else "s")


def _next_json(commit: NextCommit) -> Row:
    return {
        "rows": list(commit.rows),
        "trailers": list(commit.trailers),
        "refusals": [
            {"path": path, "message": message, "mend": mend} for path, message, mend in commit.refusals
        ],
        "problem": commit.problem,
    }
