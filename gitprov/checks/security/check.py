"""The security check of one file: patterns first, then what code recognizes."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from gitprov.checks.security import patterns
from gitprov.checks.security.rule import PYTHON, Catalog, Hit, SecurityRule, grammar_of, language_of

if TYPE_CHECKING:
    from ast_grep_py import SgNode

#: Largest text that is judged, in characters, and the longest time for one file, in seconds.
LARGEST_TEXT, LONGEST = 1 << 20, 5.0


class Weakness(NamedTuple):
    """A rule that a place of a file breaks. Lines are 1-based and inclusive; `message` names the value."""

    rule: SecurityRule
    line: int
    end_line: int
    message: str


class Judgement(NamedTuple):
    """All weaknesses of a file in the order of lines; `reasons`: why a part could not be judged."""

    weaknesses: list[Weakness]
    reasons: list[str]


def judge(path: str, text: str, catalog: Catalog, clock: Callable[[], float]) -> Judgement:
    """Judge a file; nothing for a file of another language. `clock`: seconds that only grow."""
    language, grammar = language_of(path), grammar_of(path)
    if language is None or grammar is None:
        return Judgement([], [])
    if len(text) > LARGEST_TEXT:
        return Judgement([], [f"it is larger than {LARGEST_TEXT >> 20} MiB"])
    end = clock() + LONGEST
    hits, reasons = _judged(path, text, catalog.of(language), grammar, lambda: clock() > end)
    return Judgement(_weaknesses(hits, catalog, language), reasons)


def _judged(
    path: str, text: str, rules: list[SecurityRule], grammar: str, expired: Callable[[], bool]
) -> tuple[list[Hit], list[str]]:
    """The hits of patterns and finders, and why some could not look."""
    some = patterns.anchored(rules, text)
    if grammar != PYTHON:
        root = patterns.tree(text, grammar)
        hits, reasons = patterns.matches(root, some, expired)
        more, problems = _of_script(path, root, grammar, expired)
    else:
        hits, reasons = patterns.matches(patterns.tree(text, grammar), some, expired) if some else ([], [])
        more, problems = _of_python(path, text, expired)
    return [*hits, *more], [*reasons, *problems]


def _weaknesses(hits: Iterable[Hit], catalog: Catalog, language: str) -> list[Weakness]:
    """Each rule once a line."""
    rows: dict[tuple[int, str], Weakness] = {}
    for hit in sorted(hits, key=lambda hit: (hit.line, hit)):
        rule = catalog.rule(hit.rule, language)
        if rule is not None and (hit.line, rule.id) not in rows:
            message = f"{rule.message} ({hit.detail})" if hit.detail else rule.message
            rows[hit.line, rule.id] = Weakness(rule, hit.line, hit.end_line, message)
    return list(rows.values())


def _of_script(
    path: str, root: SgNode, grammar: str, expired: Callable[[], bool]
) -> tuple[list[Hit], list[str]]:
    from gitprov.checks.security.script import finders

    broken = patterns.broken_line(root)
    if broken is not None:
        return [], [f"line {broken} does not parse, so flow was not followed"]
    return finders.hits(path, root, grammar, expired)


def _of_python(path: str, text: str, expired: Callable[[], bool]) -> tuple[list[Hit], list[str]]:
    from gitprov.checks.security.python import finders

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text.lstrip("\ufeff"))
    except SyntaxError as error:
        return [], [f"line {error.lineno or 1} does not parse, so flow was not followed"]
    except (RecursionError, MemoryError, ValueError) as error:
        return [], [f"it does not parse, so flow was not followed: {error}"]
    names = finders.needed(text)
    return finders.hits(path, module, names, expired) if names else ([], [])
