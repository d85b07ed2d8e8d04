"""What one call of a function did, as the sandbox reports it."""

from __future__ import annotations

from typing import NamedTuple


class CallOutcome(NamedTuple):
    """What a call did.

    `case` is the position of its input, from 0; `turn` counts the calls with that input, from 0. `kind`:
    returned, raised or exited. `digest` is None where a part of the value is unknown, for the reasons in
    `unknown`; `order` is a digest of the orders of dicts; `text` is the value for people. `steps`: the lines
    that ran, each with the variables after it, where that was recorded.
    """

    case: int
    turn: int
    kind: str
    digest: str | None
    order: str | None
    text: str
    unknown: tuple[str, ...] = ()
    steps: tuple[tuple[int, str], ...] = ()

    @property
    def key(self) -> tuple[str, str | None, str | None]:
        """What two calls that did the same have in common."""
        return self.kind, self.digest, self.order
