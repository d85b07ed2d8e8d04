"""The check of code: weaknesses in the lines that a change adds."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import resources

from gitprov.checks.security import patterns
from gitprov.checks.security.check import Judgement, Weakness, judge
from gitprov.checks.security.rule import PREFIX, PYTHON, Catalog, catalog, language_of
from gitprov.errors import GitprovError
from gitprov.flow.gates.programs import judges
from gitprov.flow.gates.programs.limits import TimeUp, limited
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


def weaknesses(
    subjects: Iterable[Subject],
    book: Catalog,
    every_line: bool,
    progress: Callable[[int, int], object] | None = None,
    patience: float = judges.PATIENCE,
) -> Iterator[Finding]:
    """The findings of `gitprov check security`, file by file. `progress` is called with the number of files
    that are judged, and of all. `patience`: seconds after which other processes help. GitprovError where the
    parser is missing.
    """
    rows = [(subject, subject.added if every_line else subject.ai) for subject in subjects]
    rows = [(subject, lines) for subject, lines in rows if language_of(subject.path) is not None]
    for subject, _ in rows:
        if subject.unread:
            yield Finding(_UNREAD, UNKNOWN, subject.unread, path=subject.path)
    rows = [(subject, lines) for subject, lines in rows if lines and not subject.unread]
    answers = judges.answers(_work([subject for subject, _ in rows], book), _processors(), patience)
    for done, ((subject, lines), answer) in enumerate(zip(rows, answers, strict=True), 1):
        judgement = _decoded(answer, book, subject.path)
        yield from (_finding(row, subject) for row in judgement.weaknesses if row.line in lines)
        yield from (Finding(_UNREAD, UNKNOWN, text, path=subject.path) for text in judgement.reasons)
        if progress is not None:
            progress(done, len(rows))


def _work(subjects: Sequence[Subject], book: Catalog) -> judges.Work:
    """The judging of files. An answer is a line of JSON: rows of rule, lines and message, and reasons."""

    def request(number: int) -> bytes:
        subject = subjects[number]
        return json.dumps([subject.path, _text(subject)]).encode() + b"\n"

    return judges.Work(
        [len(subject.content) for subject in subjects],
        __name__,
        lambda number: _encoded(_judged(subjects[number].path, _text(subjects[number]), book)),
        request,
        lambda reason: _encoded(Judgement([], [reason])),
    )


def main() -> None:
    """Judge a file for each line of standard input: an array of path and text."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    book = rules()
    patterns.tree("", PYTHON)  # loads the parser
    output.write(b"\n")
    output.flush()
    for line in sys.stdin.buffer:
        path, text = json.loads(line)
        output.write(_encoded(_judged(path, text, book)).encode() + b"\n")
        output.flush()


def _text(subject: Subject) -> str:
    return subject.content.decode("utf-8", "replace")


def _encoded(judgement: Judgement) -> str:
    rows = [[row.rule.id, row.line, row.end_line, row.message] for row in judgement.weaknesses]
    return json.dumps([rows, judgement.reasons])


def _decoded(answer: str, book: Catalog, path: str) -> Judgement:
    rows, reasons = json.loads(answer)
    language = language_of(path) or ""
    weaknesses = []
    for name, line, end_line, message in rows:
        rule = book.rule(name.removeprefix(PREFIX), language)
        if rule is not None:
            weaknesses.append(Weakness(rule, line, end_line, message))
    return Judgement(weaknesses, reasons)


def _processors() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _judged(path: str, text: str, book: Catalog) -> Judgement:
    try:
        with limited(_HARD_LIMIT):
            return judge(path, text, book, time.monotonic)
    except TimeUp:
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
