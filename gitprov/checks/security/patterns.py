"""Patterns over syntax trees: where the rules with a pattern match in a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from gitprov.checks.security.rule import PREFIX, Hit, SecurityRule

if TYPE_CHECKING:
    from ast_grep_py import SgNode


class Matches(NamedTuple):
    """`hits` of all rules that ran; `reasons`: why a rule did not."""

    hits: list[Hit]
    reasons: list[str]


def tree(text: str, language: str) -> SgNode:
    """The root of a text's syntax tree; `language`: one of the values of `rule.GRAMMARS`.

    ModuleNotFoundError where the parser is not installed.
    """
    from ast_grep_py import SgRoot

    return SgRoot(text, language).root()


def broken_line(root: SgNode) -> int | None:
    """The first line of a part that does not parse, 1-based; None where all of the text does."""
    node = root.find(kind="ERROR")
    return node.range().start.line + 1 if node is not None else None


def anchored(rules: Iterable[SecurityRule], text: str) -> list[SecurityRule]:
    """The rules with a pattern that can match in a text: one of their anchor words occurs. Each word is
    looked for once.
    """
    rows = [rule for rule in rules if rule.pattern is not None]
    words = {word for word in {word for rule in rows for word in rule.anchors} if word in text}
    return [rule for rule in rows if not rule.anchors or not words.isdisjoint(rule.anchors)]


def matches(root: SgNode, rules: Iterable[SecurityRule], expired: Callable[[], bool]) -> Matches:
    """Run rules until the time for the file is up (`expired`)."""
    result = Matches([], [])
    for rule in rules:
        if expired():
            result.reasons.append(f"the time for one file was up before {rule.id}")
            break
        try:
            result.hits.extend(_hits(root, rule))
        except Exception as error:  # noqa: BLE001 (a rule that fails is reported, and others run)
            result.reasons.append(f"{rule.id} failed: {_reason(error)}")
    return result


def _reason(error: Exception) -> str:
    """The first line of an error; the parser's errors go on with a backtrace."""
    return str(error).partition("\n")[0] or type(error).__name__


def _hits(root: SgNode, rule: SecurityRule) -> Iterator[Hit]:
    for node in root.find_all(dict(rule.pattern or {})):  # type: ignore[call-overload]
        span = node.range()
        yield Hit(rule.id.removeprefix(PREFIX), span.start.line + 1, span.end.line + 1)
