"""The check of code: weaknesses in the lines that a change adds."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import resources

from gitprov.checks.security.check import Judgement, Weakness, judge
from gitprov.checks.security.rule import Catalog, catalog, language_of
from gitprov.errors import GitprovError
from gitprov.flow.gates.subjects import Subject
from gitprov.model.finding import ERROR, UNKNOWN, WARNING, Finding, Risk

_UNREAD = "security/unread"
#: Seconds after which a file is given up, whatever runs; `check.LONGEST` counts between rules.
_HARD_LIMIT = 10.0


def rules() -> Catalog:
    """The rules of the package."""
    folder = resources.files("gitprov.checks").joinpath("rules")
    files = {
        f"{group.name}/{file.name}": file.read_text(encoding="utf-8")
        for group in folder.iterdir()
        if group.is_dir()
        for file in group.iterdir()
        if file.name.endswith(".yml")
    }
    return catalog(files)


def weaknesses(subjects: Iterable[Subject], book: Catalog, every_line: bool) -> Iterator[Finding]:
    """The findings of `gitprov check security`, file by file. GitprovError where the parser is missing."""
    for subject in subjects:
        lines = subject.added if every_line else subject.ai
        if language_of(subject.path) is None:
            continue
        if subject.unread:
            yield Finding(_UNREAD, UNKNOWN, subject.unread, path=subject.path)
        elif lines:
            judgement = _judged(subject, book)
            yield from (_finding(row, subject) for row in judgement.weaknesses if row.line in lines)
            yield from (Finding(_UNREAD, UNKNOWN, text, path=subject.path) for text in judgement.reasons)


class _TimeUp(BaseException):
    """The time for one file is up; no handler of a single rule catches it."""


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise _TimeUp in the body after some seconds of wall time, also inside a regular expression. Only the
    main thread of a system with interval timers has a limit.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        raise _TimeUp

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _judged(subject: Subject, book: Catalog) -> Judgement:
    text = subject.content.decode("utf-8", "replace")
    try:
        with _limited(_HARD_LIMIT):
            return judge(subject.path, text, book, time.monotonic)
    except _TimeUp:
        return Judgement([], [f"judging it took longer than {_HARD_LIMIT:g} seconds"])
    except ModuleNotFoundError as error:
        raise GitprovError(
            f"judging code needs {error.name}, which is not installed", "pip install 'gitprov[checks]'"
        ) from error


def _finding(weakness: Weakness, subject: Subject) -> Finding:
    rule = weakness.rule
    author = subject.author_of(weakness.line, weakness.line)
    risk = Risk(
        rule.severity,
        rule.confidence,
        rule.cwe,
        agent=author.agent if author else None,
        model=author.model if author else None,
    )
    return Finding(
        rule.id,
        WARNING if rule.severity == "low" else ERROR,
        weakness.message,
        rule.fix,
        path=subject.path,
        traces=(author.trace,) if author is not None and author.trace else (),
        lines=(weakness.line, weakness.end_line),
        risk=risk,
    )
