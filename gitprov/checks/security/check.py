"""The security check of one file: patterns first, then what code recognizes."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable
from typing import NamedTuple

from gitprov.checks.security import patterns
from gitprov.checks.security.rule import Catalog, Hit, SecurityRule, language_of

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
    language = language_of(path)
    if language is None:
        return Judgement([], [])
    if len(text) > LARGEST_TEXT:
        return Judgement([], [f"it is larger than {LARGEST_TEXT >> 20} MiB"])
    end = clock() + LONGEST
    rules = patterns.anchored(catalog.of(language), text)
    root = patterns.tree(text, language)
    hits, reasons = patterns.matches(root, rules, lambda: clock() > end)
    if clock() <= end:
        more, problems = _of_python(path, text)
        hits, reasons = hits + more, reasons + problems
    else:
        reasons.append("the time for one file was up before its flow was followed")
    return Judgement(_weaknesses(hits, catalog, language), reasons)


def _weaknesses(hits: Iterable[Hit], catalog: Catalog, language: str) -> list[Weakness]:
    """Each rule once a line."""
    rows: dict[tuple[int, str], Weakness] = {}
    for hit in sorted(hits, key=lambda hit: (hit.line, hit)):
        rule = catalog.rule(hit.rule, language)
        if rule is not None and (hit.line, rule.id) not in rows:
            message = f"{rule.message} ({hit.detail})" if hit.detail else rule.message
            rows[hit.line, rule.id] = Weakness(rule, hit.line, hit.end_line, message)
    return list(rows.values())


def _of_python(path: str, text: str) -> tuple[list[Hit], list[str]]:
    from gitprov.checks.security.python import finders

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text.lstrip("\ufeff"))
    except SyntaxError as error:
        return [], [f"line {error.lineno or 1} does not parse, so flow was not followed"]
    except (RecursionError, MemoryError, ValueError) as error:
        return [], [f"it does not parse, so flow was not followed: {error}"]
    return finders.hits(path, module)
