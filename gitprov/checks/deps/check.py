"""From files and their lines to questions about packages, and from a registry's facts to findings."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gitprov.checks.deps import files
from gitprov.checks.deps.advisories import Pin, pin_of
from gitprov.checks.deps.dependency import IMPORT, LOCKED, Dependency, UnreadPart, normalised
from gitprov.checks.deps.letters import confusable
from gitprov.checks.deps.modules import ProjectNames, candidates, guesses
from gitprov.checks.deps.verdicts import Knowledge, Verdict, absent_names, verdicts
from gitprov.model.ranges import LineSet

#: A path of the kind of file that may include others.
REQUIREMENTS = "requirements.txt"


class Question(NamedTuple):
    """A dependency on a line that is judged. `names`: the packages that may be meant; `locked`: the project's
    lock file had it before the change; `guesses`: further packages, looked up if none of `names` exists.
    """

    path: str
    item: Dependency
    names: tuple[str, ...]
    locked: bool
    guesses: tuple[str, ...] = ()

    @property
    def every(self) -> tuple[str, ...]:
        """The names and the guesses."""
        return (*self.names, *self.guesses)


class Judged(NamedTuple):
    """A verdict with its question."""

    question: Question
    verdict: Verdict


def questions(
    path: str,
    text: str,
    lines: LineSet | None,
    project: ProjectNames,
    import_map: Mapping[str, Sequence[str]],
    kind: str | None = None,
) -> tuple[list[Question], list[UnreadPart]]:
    """The dependencies on some lines of a file (None: on all), and the parts that could not be read. `kind`:
    a path as whose kind of file the text is read, where its own path does not show it.

    A package that does not come from a registry, and an import that the project's own modules or declarations
    answer, is no question. Entries of lock files are none: an installer wrote them. What a place of the text
    names twice is asked once.
    """
    reading = files.read(kind or path, text)
    questions: list[Question] = []
    for item in reading.dependencies:
        if item.origin is not None or item.how == LOCKED or not _touches(item, lines):
            continue
        if item.name in reading.skipped:
            continue
        confuses = confusable(item.name)  # such a name is not looked up
        names = candidates(item, project, import_map) if item.how == IMPORT and not confuses else [item.key]
        if confuses or names:
            questions.append(
                Question(
                    path,
                    item,
                    () if confuses else tuple(names or ()),
                    item.key in project.locked.get(item.ecosystem, ()),
                )
            )
    unread = [part for part in reading.unread if lines is None or not part.line or part.line in lines]
    return list(dict.fromkeys(questions)), list(dict.fromkeys(unread))


def included(path: str, text: str, lines: LineSet | None) -> list[tuple[str, int]]:
    """(path, line) of each file that a requirements file includes on some of its lines (None: on all).

    Paths are relative to the top of the project; those outside of it begin with `..` or `/`.
    """
    folder = posixpath.dirname(path)
    return [
        (posixpath.normpath(posixpath.join(folder, include.path)), include.line)
        for include in files.read(REQUIREMENTS, text).includes
        if include.path and (lines is None or include.line in lines)
    ]


def _touches(item: Dependency, lines: LineSet | None) -> bool:
    return lines is None or bool(lines & LineSet.of_runs([(item.line, item.end_line)]))


def names_to_look_up(questions: Iterable[Question]) -> dict[str, list[str]]:
    """Ecosystem → the names whose facts the questions need, in order and without repetition."""
    names: dict[str, dict[str, None]] = {}
    for question in questions:
        names.setdefault(question.item.ecosystem, {}).update(dict.fromkeys(question.every))
    return {ecosystem: list(rows) for ecosystem, rows in names.items()}


def widened(questions: Sequence[Question], knowledge: Mapping[str, Knowledge]) -> list[Question]:
    """The questions, with guesses for the imports that none of the names provides."""
    return [
        question._replace(guesses=tuple(guesses(question.item)))
        if question.item.how == IMPORT
        and absent_names(question.names, knowledge[question.item.ecosystem].facts)
        else question
        for question in questions
    ]


def guessed_names(questions: Iterable[Question]) -> dict[str, list[str]]:
    """Ecosystem → the names that were guessed."""
    names: dict[str, dict[str, None]] = {}
    for question in questions:
        if question.guesses:
            names.setdefault(question.item.ecosystem, {}).update(dict.fromkeys(question.guesses))
    return {ecosystem: list(rows) for ecosystem, rows in names.items()}


def pins(questions: Iterable[Question]) -> list[Pin]:
    """The single versions that questions name, without repetition."""
    rows = (pin_of(question.item) for question in questions if question.item.how != IMPORT)
    return list(dict.fromkeys(pin for pin in rows if pin is not None))


def judged(questions: Iterable[Question], knowledge: Mapping[str, Knowledge]) -> Iterator[Judged]:
    """The findings. `knowledge`: by ecosystem."""
    for question in questions:
        basis = knowledge[question.item.ecosystem]
        for verdict in verdicts(question.item, list(question.every), question.locked, basis):
            yield Judged(question, verdict)


def phantoms(questions: Iterable[Question], knowledge: Mapping[str, Knowledge]) -> set[tuple[str, str]]:
    """(ecosystem, name) of every name that a question is about and no registry has."""
    return {
        (question.item.ecosystem, name)
        for question in questions
        if absent_names(question.every, knowledge[question.item.ecosystem].facts)
        for name in question.names
    }


def undetermined(
    questions: Iterable[Question], knowledge: Mapping[str, Knowledge]
) -> Iterator[tuple[Question, str]]:
    """The questions that no fact answers, each with the reason."""
    for question in questions:
        facts = knowledge[question.item.ecosystem].facts
        answers = [facts[name] for name in question.every if name in facts]
        if any(entry.exists for entry in answers):
            continue
        reasons = [entry.reason for entry in answers if entry.exists is None]
        if reasons or len(answers) < len(question.every):
            yield question, reasons[0] if reasons else "it was not looked up"


def locked_names(path: str, text: str) -> dict[str, set[str]]:
    """Ecosystem → normalised names of a lock file or a declaration."""
    names: dict[str, set[str]] = {}
    for item in files.read(path, text).dependencies:
        if item.how != IMPORT:
            names.setdefault(item.ecosystem, set()).add(normalised(item.ecosystem, item.name))
    return names
