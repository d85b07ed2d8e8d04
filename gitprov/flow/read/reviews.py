"""Reviews of a commit's traces: review rows of its note, and `Reviewed-by` trailers of its message."""

from __future__ import annotations

from collections.abc import Sequence

from gitprov.model.answers.show import Review
from gitprov.model.ids import is_trace_id
from gitprov.model.note import Note

REVIEWED = "reviewed-by"


def reviews_of(oid: str, note: Note, trailers: Sequence[tuple[str, str]]) -> list[Review]:
    """The reviews of one commit, those of its note first; values of the wrong type count as absent."""
    reviews = []
    for row in note.of_kind("review"):
        trace, _, who = row["id"].partition("/")
        by, at, remark = (
            row.get(key) if isinstance(row.get(key), str) else None for key in ("by", "at", "note")
        )
        reviews.append(Review(by or who, at, remark, "note", oid, trace if is_trace_id(trace) else None))
    reviewers = dict.fromkeys(value for key, value in trailers if key.lower() == REVIEWED and value)
    return reviews + [Review(by, None, None, "trailer", oid, None) for by in reviewers]


def of_trace(reviews: Sequence[Review], trace: str | None) -> list[Review]:
    """The reviews that apply to one trace: those of the trace, and those of whole commits."""
    return [review for review in reviews if review.trace in (None, trace)]
