"""The order of a file's events by their contents, since some are recorded late: all those of a sweep."""

from __future__ import annotations

from gitprov.model.event import ContentRef, Event


def linked(events: list[Event]) -> list[Event]:
    """The events of one file in the order in which one begins with the other's result.

    Events that were reported in time keep their order. Late ones that follow each other stay together, and
    come where the contents before and after them fit: between two events, else after one or before one, else
    at the end.
    """
    ordered = [event for event in events if not event.is_unordered]
    for run in _runs([event for event in events if event.is_unordered]):
        place = _place(ordered, run)
        ordered[place:place] = run
    return ordered


def _runs(late: list[Event]) -> list[list[Event]]:
    """The events, in lists of which each event begins with the result of the one before it."""
    runs: list[list[Event]] = []
    for event in late:
        if runs and _is_same(runs[-1][-1].after, event.before):
            runs[-1].append(event)
        else:
            runs.append([event])
    return runs


def _place(ordered: list[Event], run: list[Event]) -> int:
    """The index at which a run fits."""
    count = len(ordered)
    follows = [n for n in range(1, count + 1) if _is_same(ordered[n - 1].after, run[0].before)]
    leads = [n for n in range(count) if _is_same(ordered[n].before, run[-1].after)]
    if count in follows:
        return count
    both = [n for n in leads if n in follows]
    return max(both or follows or leads, default=count)


def _is_same(one_side: ContentRef | None, other_side: ContentRef | None) -> bool:
    if one_side is None or other_side is None:
        return one_side is other_side
    return one_side.digest == other_side.digest
