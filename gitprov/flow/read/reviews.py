"""Reviews of a commit's traces: review rows of its note, and `Reviewed-by` trailers of its message."""

from __future__ import annotations

from collections.abc import Sequence

from gitprov.model.answers.show import Review
from gitprov.model.ids import is_trace_id
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import ReviewRow

REVIEWED = "reviewed-by"


def reviews_of(oid: str, note: Note, trailers: Sequence[tuple[str, str]]) -> list[Review]:
    """The reviews of one commit, those of its note first."""
    reviews = []
    for row in note.of(ReviewRow).values():
        trace = row.trace if is_trace_id(row.trace) else None
        by = row.by or row.id.partition("/")[2]
        reviews.append(Review(by, row.at, row.note, "note", oid, trace))
    reviewers = dict.fromkeys(value for key, value in trailers if key.lower() == REVIEWED and value)
    return reviews + [Review(by, None, None, "trailer", oid, None) for by in reviewers]


def of_trace(reviews: Sequence[Review], trace: str | None) -> list[Review]:
    """The reviews that apply to one trace: those of the trace, and those of whole commits."""
    return [review for review in reviews if review.trace in (None, trace)]
