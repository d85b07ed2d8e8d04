"""Output of `git ai-blame` as text: columns before each line, narrowed until the code has room."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from gitprov.model.answers.blame import BlamedCommit, Facts, Line
from gitprov.output.blame.flags import Flags
from gitprov.output.text import PLAIN, clean, clean_block, clean_bytes, fit, paint

_MODEL_DATE = re.compile(r"-20\d{6}$")

#: Class → its default colour, as an escape sequence.
COLOURS: Mapping[str, str] = {
    "ai": "\x1b[35m",
    "edited": "\x1b[33m",
    "human": "\x1b[32m",
    "declared": "\x1b[36m",
    "unknown": "",
    "prompt": "\x1b[2m",
}

DateShown = Callable[[BlamedCommit], str]
PromptOf = Callable[[Facts], "str | None"]


class Widths(NamedTuple):
    """Columns of each field; 0 leaves it out. A trace column of 10 holds only the hex digits."""

    commit: int
    author: int
    date: int
    who: int
    trace: int
    number: int
    name: int
    orig: int

    @property
    def total(self) -> int:
        """Columns before the code: each field with a space after it, the class, the number with `) `."""
        fields = (self.commit, self.author, self.date, self.who, self.trace, self.name, self.orig)
        return sum(n + 1 for n in fields if n) + _CLASS + 1 + self.number + 2


class Look(NamedTuple):
    """How lines are shown: widths, flags, dates, and class → escape sequence."""

    size: Widths
    flags: Flags
    date_of: DateShown
    colours: Mapping[str, str] = PLAIN


_CLASS = 8
_TRACE = 23
_SHORT_TRACE = 10

#: (field, columns) to narrow, in this order, until the code has room; more useful fields come later.
_STEPS: tuple[tuple[str, int], ...] = (
    ("who", 24), ("author", 12), ("trace", _SHORT_TRACE), ("who", 16), ("author", 8), ("author", 0),
    ("date", 0), ("who", 10), ("name", 12), ("trace", 0), ("who", 0),
)  # fmt: skip


def widths(flags: Flags, date: int, oid_length: int, last_line: int, terminal: int | None) -> Widths:
    """Column widths for a terminal of `terminal` columns; None: no terminal, nothing is narrowed.

    `date` is the width of a date in the requested form.
    """
    digits = len(str(max(last_line, 1)))
    made = Widths(
        commit=oid_length if flags.long else min(flags.abbrev, oid_length),
        author=0 if flags.suppress else 20,
        date=0 if flags.suppress else date,
        who=36,
        trace=_TRACE,
        number=digits,
        name=24 if flags.name else 0,
        orig=digits if flags.number else 0,
    )
    if terminal is None:
        return made
    room = terminal * 5 // 8
    for field, columns in _STEPS:
        if made.total <= room:
            break
        if getattr(made, field) > columns:
            made = made._replace(**{field: columns})
    return made


def without_models(size: Widths, lines: Iterable[Line]) -> Widths:
    """The widths without the model or trace column if no line has one; `lines` must be all lines."""
    facts = {line.facts for line in lines}
    shows_who = any(fact.agent or fact.model or fact.human for fact in facts)
    shows_trace = any(fact.trace for fact in facts)
    return size._replace(who=size.who if shows_who else 0, trace=size.trace if shows_trace else 0)


def render(
    lines: Iterable[Line],
    commits: Mapping[str, BlamedCommit],
    look: Look,
) -> Iterator[bytes]:
    """Each line of the file with its columns and a newline; control characters are shown as escapes."""
    size = look.size
    made: dict[tuple[str, str, Facts], tuple[bytes, bytes]] = {}
    for number, oid, path, orig, facts, text in lines:
        key = (oid, path, facts)
        parts = made.get(key)
        if parts is None:
            parts = made[key] = _columns(commits[oid], path, facts, look)
        before, after = parts
        middle = b"%*d " % (size.orig, orig) if size.orig else b""
        yield b"%b%b%b%*d) %b\n" % (before, middle, after, size.number, number, clean_bytes(text))


def _columns(commit: BlamedCommit, path: str, facts: Facts, look: Look) -> tuple[bytes, bytes]:
    """The columns before and after the line's number in its commit."""
    size, flags, date_of, colours = look
    before = [fit(_commit(commit, flags, size.commit), size.commit)]
    if size.name:
        before.append(fit(clean(path), size.name))
    after = []
    if size.author:
        after.append(fit(clean(f"<{commit.mail}>" if flags.email else commit.author), size.author))
    if size.date:
        after.append(fit(clean(date_of(commit)), size.date))
    columns = [clean(facts.cls).ljust(_CLASS)]
    if size.who:
        columns.append(fit(clean(who(facts, size.who)), size.who))
    if size.trace:
        columns.append(fit(clean(_trace(facts, size.trace)), size.trace))
    after.append(paint(" ".join(columns), colours.get(facts.cls, "")))
    return _bytes(" ".join(before) + " "), _bytes(" ".join(after) + " ")


def _commit(commit: BlamedCommit, flags: Flags, columns: int) -> str:
    if not commit.boundary:
        return commit.oid[:columns]
    return "" if flags.blank_boundary else ("^" + commit.oid)[:columns]


def who(facts: Facts, columns: int) -> str:
    """Agent and model in at most `columns` columns if that needs no cut; a person's name for human lines."""
    if facts.agent is None and facts.model is None:
        return (facts.human or "").partition(" <")[0] if facts.cls == "human" else ""
    model = facts.model or ""
    for shown in (f"{facts.agent or ''}/{model}", f"{facts.agent or ''}/{_MODEL_DATE.sub('', model)}"):
        if len(shown.strip("/")) <= columns:
            return shown.strip("/")
    return _MODEL_DATE.sub("", model) or facts.agent or ""


def _trace(facts: Facts, columns: int) -> str:
    trace = facts.trace or ""
    return trace if columns >= _TRACE else trace.rpartition("_")[2]


def with_prompts(
    lines: Iterable[Line],
    prompt_of: PromptOf,
    colours: Mapping[str, str] = PLAIN,
    before: str | None = None,
) -> Iterator[tuple[Line, bytes | None]]:
    """Each line, and the block to print above it: the prompt, if a run of one trace begins there.

    `before` is the trace of the line above the first.
    """
    for line in lines:
        trace = line.facts.trace
        above = None
        if trace is not None and trace != before:
            above = prompt_block(trace, line.facts, prompt_of(line.facts), colours)
        before = trace
        yield line, above


def prompt_block(trace: str, facts: Facts, prompt: str | None, colours: Mapping[str, str] = PLAIN) -> bytes:
    """A prompt as a block of lines; without its text, its digest or a remark that no prompt is known."""
    head = " ".join(part for part in (trace, who(facts, 80), facts.at or "") if part)
    if prompt is not None:
        rows = clean_block(prompt).rstrip("\n").split("\n")
    elif facts.prompt is not None:
        rows = [f"(the prompt is not stored here; only its digest is known: {clean(facts.prompt)})"]
    else:
        rows = ["(no prompt is known)"]
    colour = colours.get("prompt", "")
    text = "".join(paint(row, colour) + "\n" for row in (f"-- {clean(head)}", *(f" | {row}" for row in rows)))
    return _bytes(text)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8")
