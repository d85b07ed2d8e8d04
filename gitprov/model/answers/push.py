"""What `gitprov push` did: rows that a target took, that it had, and that it does not take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class RefusedRow(NamedTuple):
    """A trace of a commit that is not at the target, and why."""

    trace: str
    oid: str
    reason: str


class PushAnswer(NamedTuple):
    """The answer. `sent` rows were taken (with `dry_run`: would be sent), the target already had `present`.

    `refused` rows cannot be there: they are beyond the target's limits, or it rejected them. `waiting` rows
    are sent by the next push, as the target gave no answer; `problem` is why, empty where it did. `missing`
    settings are those that a dry run did without and sending needs; without an address, `url` is empty.
    """

    target: str
    url: str
    dry_run: bool
    content: bool
    sent: int
    present: int
    refused: Sequence[RefusedRow]
    waiting: int
    problem: str
    missing: Sequence[str] = ()
