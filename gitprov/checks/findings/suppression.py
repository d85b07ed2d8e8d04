"""Comments that suppress findings: `# gitprov: ignore[deps/young] reason`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gitprov.model.finding import UNKNOWN, WARNING, Finding, Risk
from gitprov.model.ranges import LineSet

UNUSED = "check/unused-suppression"
NO_REASON = "check/suppression-without-reason"
RULES = {
    UNUSED: "A comment that suppresses nothing.",
    NO_REASON: "A comment without a reason, which suppresses nothing therefore.",
}
"""Rule → what it is about."""

#: Longest line that is searched, in characters.
_LONGEST = 10_000
_COMMENT = re.compile(
    r"(?P<sign>#|//|--|<!--|/\*)[ \t]*gitprov:[ \t]*ignore\[(?P<rules>[^\]\[]{0,400})\](?P<reason>[^\n]*)"
)
_END = re.compile(r"(?:-->|\*/)\s*$")
_RULE = re.compile(r"[a-z][a-z0-9-]*/[a-z0-9-]+")
#: Files of text for readers, in which comments with other signs than `<!--` may be examples.
_PROSE = (".md", ".markdown", ".html", ".htm", ".rst")

Used = set[tuple[str, int, str]]
"""(path, line of the comment, rule) of comments that suppress a finding."""


class Suppression(NamedTuple):
    """A comment. `line`: where it is; `target`: the line that it is about (both 1-based); `reason`: empty
    without any; `example`: whether it may be an example for readers, so that nothing is reported about it.
    """

    line: int
    target: int
    rules: tuple[str, ...]
    reason: str
    example: bool


def suppressions(path: str, lines: Sequence[str]) -> list[Suppression]:
    """The comments of a file that name rules.

    A comment behind something is about its line; one that is alone on its line is about the next line that is
    not such a comment.
    """
    rows = []
    matches = dict(_matches(lines))
    for number, match in matches.items():
        target = number
        while target in matches and not matches[target].string[: matches[target].start()].strip():
            target += 1
        rules = tuple(filter(_RULE.fullmatch, (part.strip() for part in match["rules"].split(","))))
        if rules:
            reason = _END.sub("", match["reason"]).strip(" \t\r:-")
            example = path.lower().endswith(_PROSE) and match["sign"] != "<!--"
            rows.append(Suppression(number, target, rules, reason, example))
    return rows


def _matches(lines: Sequence[str]) -> Iterator[tuple[int, re.Match[str]]]:
    for number, line in enumerate(lines, 1):
        match = _COMMENT.search(line) if "gitprov:" in line and len(line) <= _LONGEST else None
        if match is not None:
            yield number, match


def suppress(
    findings: Iterable[Finding], comments: Mapping[str, Sequence[Suppression]]
) -> tuple[list[Finding], Used]:
    """The findings that no comment suppresses, and the comments that suppress one.

    What could not be looked at stays.
    """
    remaining: list[Finding] = []
    used: Used = set()
    for finding in findings:
        path = finding.path or ""
        keys = [
            (path, comment.line, finding.rule)
            for comment in comments.get(path, ())
            if _fits(comment, finding)
        ]
        used.update(keys)
        if not keys:
            remaining.append(finding)
    return remaining, used


def _fits(comment: Suppression, finding: Finding) -> bool:
    first, last = finding.lines or (0, 0)
    return (
        finding.level != UNKNOWN
        and bool(comment.reason)
        and finding.rule in comment.rules
        and first <= comment.target <= last
    )


def remarks(
    check: str,
    comments: Mapping[str, Sequence[Suppression]],
    used: Used,
    judged: Mapping[str, LineSet],
) -> Iterator[Finding]:
    """Findings on comments with rules of a check: without a reason, or without anything to suppress.

    `judged`: path → the lines that the check looked at. Comments on other lines may be needed: nothing is
    reported about them.
    """
    for path, rows in comments.items():
        for comment in rows:
            concerned = [rule for rule in comment.rules if rule.partition("/")[0] == check]
            if not concerned or comment.example or comment.target not in judged.get(path, LineSet()):
                continue
            if not comment.reason:
                what = (
                    f"the comment that ignores {', '.join(concerned)} gives no reason, so it is not followed"
                )
                yield _remark(NO_REASON, what, "write the reason behind the bracket", path, comment)
                continue
            for rule in concerned:
                if (path, comment.line, rule) not in used:
                    what = f"the comment ignores {rule}, which is not reported there"
                    yield _remark(UNUSED, what, "remove the comment", path, comment)


def _remark(rule: str, what: str, mend: str, path: str, comment: Suppression) -> Finding:
    lines = (comment.line, comment.line)
    return Finding(rule, WARNING, what, mend, path=path, lines=lines, risk=Risk("low", "high"))
