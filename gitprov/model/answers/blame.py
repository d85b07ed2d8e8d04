"""The values of a blame: commits, runs of lines as git reports them, and the origin of each line."""

from __future__ import annotations

from gitprov.model.named import NamedTuple


class Facts(NamedTuple):
    """The origin of a line. `cls` is a class of `model.note.CLASSES`; a fact that is not recorded is None.

    `at` is the generation's moment as in the note; `human` is `Name <email>` of the person who used the model
    or typed the line; `prompt` is the digest of the prompt.
    """

    cls: str
    evidence: str | None = None
    trace: str | None = None
    agent: str | None = None
    model: str | None = None
    session: str | None = None
    at: str | None = None
    prompt_version: str | None = None
    human: str | None = None
    prompt: str | None = None


UNKNOWN = Facts("unknown")


class BlamedCommit(NamedTuple):
    """A commit in a blame. `time` is in seconds since the epoch, `zone` is `+hhmm`, `mail` has no brackets.

    `boundary` is git's term: the blame stops at this commit.
    """

    oid: str
    author: str
    mail: str
    time: int
    zone: str
    summary: str
    boundary: bool


class Group(NamedTuple):
    """Neighbouring lines of one commit: `size` lines from `line` in the file shown, from `orig_line` in
    `path` of the commit. Lines are 1-based; `path` is repo-relative.
    """

    oid: str
    path: str
    orig_line: int
    line: int
    size: int


class Line(NamedTuple):
    """One line of the answer, 1-based; `text` is without its newline."""

    line: int
    oid: str
    path: str
    orig_line: int
    facts: Facts
    text: bytes


class WhyAnswer(NamedTuple):
    """A line of the file at a path, the commit that wrote it, None before a commit, and its prompt, None
    where this clone does not have it.
    """

    path: str
    line: Line
    commit: BlamedCommit | None
    prompt: str | None
