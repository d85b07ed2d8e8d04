"""Output of `gitprov status` as text and as JSON, whose shape docs/show.md defines."""

from __future__ import annotations

from collections.abc import Iterator

from gitprov.model.answers.show import FileStatus, NextCommit, StatusAnswer, SubmoduleStatus, TurnStatus
from gitprov.model.canonical import JsonObject
from gitprov.model.notes.rows import HumanRow, LineRow, NoteRow, TraceRow
from gitprov.model.wording import amount
from gitprov.output.findings import mend_line
from gitprov.output.text import clean, fit, width

VERSION = 1
_COLUMNS = ("staged", "pending", "dropped")
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))
_WHY = {
    "large": "too large to keep, known by digest only",
    "binary": "not text, known by digest only",
}


def as_json(answer: StatusAnswer) -> JsonObject:
    """The status as a JSON document."""
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
    """The status as lines without newlines."""
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
        for entry in answer.unread:
            yield f"  {clean(entry.path)}: {clean(_WHY.get(entry.why, entry.message))}"
    yield from _submodules(answer.submodules)


def _submodules(submodules: tuple[SubmoduleStatus, ...]) -> Iterator[str]:
    if submodules:
        yield ""
    for submodule in submodules:
        wait = "waits" if submodule.edits == 1 else "wait"
        edits = amount(submodule.edits, "recorded edit")
        yield f"submodule {clean(submodule.path)}: {edits} {wait} for a commit there"


def age(seconds: int | None) -> str:
    """An age in words, as `3 minutes ago`; None is an unknown time."""
    if seconds is None:
        return "at an unknown time"
    for size, name in _UNITS:
        if seconds >= size:
            return f"{amount(seconds // size, name)} ago"
    return "just now"


def _files(files: tuple[FileStatus, ...]) -> Iterator[str]:
    if not files:
        return
    names = max(4, *(min(width(clean(file.path)), 60) for file in files))
    yield f"  {'file':<{names}}  " + "  ".join(f"{name:>7}" for name in _COLUMNS)
    for file in files:
        counts = "  ".join(f"{getattr(file, name):>7}" for name in _COLUMNS)
        more = [f"{file.human} typed by people"] if file.human else []
        more += [f"{file.held} in HEAD without a note"] if file.held else []
        path = clean(file.path)
        shown = path if width(path) > names else fit(path, names)
        yield f"  {shown}  {counts}" + (f"  ({', '.join(more)})" if more else "")


def _turns(turns: tuple[TurnStatus, ...]) -> Iterator[str]:
    for turn in turns:
        who = "  ".join(part for part in (turn.agent, turn.model or "unknown model", turn.subagent) if part)
        yield ""
        yield f"{clean(turn.handle)}  {clean(who)}  {age(turn.age)}"
        yield f"    {clean(turn.prompt) if turn.prompt else '(no prompt recorded)'}"
        yield f"    {_turn_counts(turn)}"


def _turn_counts(turn: TurnStatus) -> str:
    parts = [f"{getattr(turn, name)} {name}" for name in _COLUMNS if getattr(turn, name)]
    lines = ", ".join(parts) or "no line left"
    before = f"; earlier part: {', '.join(map(clean, turn.traces))}" if turn.traces else ""
    return f"{lines} in {', '.join(map(clean, turn.files)) or 'no file'}{before}"


def _next(commit: NextCommit | None) -> Iterator[str]:
    yield ""
    if commit is None or not (commit.rows or commit.refusals or commit.problem):
        yield "The next commit holds no recorded line (git add stages them)."
        return
    if commit.problem is not None:
        yield f"What the next commit would record cannot be determined: {clean(commit.problem)}"
        return
    yield "The next commit would record"
    for row in commit.rows:
        yield f"  {_row(row)}"
    for trailer in commit.trailers:
        yield f"  trailer  {clean(trailer)}"
    for refusal in commit.refusals:
        yield f"  REFUSED  {clean(refusal.path or 'this commit')}: {clean(refusal.message)}"
        yield f"           {mend_line(refusal)}"


def _row(row: NoteRow) -> str:
    files = ", ".join(clean(path) for path in sorted(row.files)) if isinstance(row, LineRow) else ""
    if isinstance(row, HumanRow):
        return f"{amount(row.count('human'), 'line')} of {clean(str(row.author))} in {files}"
    numbers = {cls: row.count(cls) for cls in ("ai", "edited")} if isinstance(row, TraceRow) else {}
    counts = [f"{number} {cls}" for cls, number in numbers.items() if number]
    return f"{clean(row.id)}  {' + '.join(counts) or 'removals only'} in {files}"


def _next_json(commit: NextCommit) -> JsonObject:
    return {
        "rows": [row.json for row in commit.rows],
        "trailers": list(commit.trailers),
        "refusals": [{"path": one.path, "message": one.message, "mend": one.mend} for one in commit.refusals],
        "problem": commit.problem,
    }
