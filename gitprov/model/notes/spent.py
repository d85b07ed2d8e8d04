"""What commits used of an event."""

from __future__ import annotations

from collections.abc import Mapping

from gitprov.model.named import NamedTuple
from gitprov.model.ranges import LineSet, readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Spent(NamedTuple):
    """The lines of an event (of its `after`, 1-based) that commits hold (`lines`) or dropped.

    `trace` is the generation that the event was frozen into, None while no commit used its turn. `path` is
    the file's later name in a commit, None where it is still the event's.
    """

    lines: LineSet = LineSet()
    dropped: LineSet = LineSet()
    trace: str | None = None
    path: str | None = None

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Spent:
        """Read a JSON object; values of the wrong type and unreadable ranges count as absent."""
        texts = {name: value for name, value in row.items() if isinstance(value, str)}
        lines, dropped = (readable(texts.get(name, "")) for name in ("lines", "dropped"))
        return cls(lines, dropped, texts.get("trace"), texts.get("path"))

    def to_json(self) -> dict[str, Any]:
        """The JSON object, without `path` where there is none."""
        row = {"lines": str(self.lines), "dropped": str(self.dropped), "trace": self.trace}
        return row if self.path is None else {**row, "path": self.path}
