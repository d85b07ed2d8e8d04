"""Blame of an unsaved text of a file that git does not know: no commit and no index has it."""

from __future__ import annotations

import time

from gitprov.errors import GitFailed
from gitprov.model.answers.blame import BlamedCommit, Group, Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitprov.flow.read.line_facts import Origins

_OID = "0" * 40


def or_new(
    lines: Iterator[list[Line]],
    path: str,
    texts: list[bytes],
    runs: list[tuple[int, int]] | None,
    origins: Origins,
    commits: dict[str, BlamedCommit],
) -> Iterator[list[Line]]:
    """What git blames, or, where it does not know the file, the lines in `runs`, each (first, last).

    Those belong to the commit of zeros, which is added to `commits`, and have the inbox's claims.
    """
    try:
        yield from lines
    except GitFailed as error:
        is_new = "no such path" in error.message or "no such ref" in error.message
        if not (is_new and runs and path):
            raise
        now, summary = int(time.time()), f"Version of {path}"
        commits[_OID] = BlamedCommit(
            _OID, "Not Committed Yet", "not.committed.yet", now, "+0000", summary, False
        )
        facts = origins.of_group(Group(_OID, path, 1, 1, len(texts)))
        numbers = [number for first, last in runs for number in range(first, last + 1)]
        yield [Line(n, _OID, path, n, facts[n - 1], texts[n - 1]) for n in numbers]
