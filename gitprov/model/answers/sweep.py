"""The results of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class SweepResult(NamedTuple):
    """What one sweep did: transcripts with new rows, edits in them, events that were added, edits that no
    content confirms, and reason → count of what could not be understood. `busy`: another sweep was running.
    """

    transcripts: int = 0
    edits: int = 0
    events: int = 0
    rejected: int = 0
    skipped: Mapping[str, int] = {}
    busy: bool = False
