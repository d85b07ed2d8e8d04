"""The answer of `gitprov push` as lines and as a document."""

from __future__ import annotations

from typing import Any

from gitprov.model.answers.push import PushAnswer
from gitprov.output.text import clean

_SHORT = 12


def document(answer: PushAnswer) -> dict[str, Any]:
    """The answer as JSON values."""
    return {**answer._asdict(), "refused": [row._asdict() for row in answer.refused]}


def lines(answer: PushAnswer) -> list[str]:
    """The answer for people: counts, missing settings, then each refused row with its reason."""
    verb = "would be sent" if answer.dry_run else "sent"
    counts = [f"{answer.sent} {verb}", f"{answer.present} already there", f"{len(answer.refused)} refused"]
    if answer.waiting:
        counts.append(f"{answer.waiting} waiting")
    out = [f"{answer.target} {clean(answer.url) or 'without an address'}: {', '.join(counts)}"]
    if answer.missing:
        out.append(f"not set, needed to send: {', '.join(answer.missing)}")
    rows = ((row.trace, row.oid[:_SHORT], row.reason) for row in answer.refused)
    return out + ["refused  " + "  ".join(map(clean, row)) for row in rows]
