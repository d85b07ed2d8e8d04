"""Compares what a case did with the row of the baseline, and words the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from gitprov.behaviour.baseline import Row
from gitprov.behaviour.canonical import Canonical
from gitprov.behaviour.difference import Difference, Tolerance, differences
from gitprov.behaviour.node import Node
from gitprov.behaviour.text import parse, preview, render
from gitprov.model.untrusted.printed import clean_block
from gitprov.testing.observation.observe import Observation

Redact = Callable[[str], str]
_SHOWN = 5


class CaseVerdict(NamedTuple):
    """`state` is same, differs, new, order or unknown; `row` is what an update would keep; `moved` is the
    difference in words.
    """

    state: str
    row: Row | None
    moved: str = ""


class CaseOutcome(NamedTuple):
    """The result of a case: `state` is that of a verdict, `text` the report of a failure."""

    case: str
    state: str
    text: str
    row: Row | None


class Code(NamedTuple):
    """The code under test: its place, and the generation that wrote it last; None where none is recorded."""

    place: str
    trace: str | None
    prompt_version: str | None


def judge(
    observation: Observation, tolerance: Tolerance | None, old: Row | None, redact: Redact
) -> CaseVerdict:
    """The verdict on a case. `redact` takes secrets out of a text."""
    value = observation.value
    if value is None or value.digest is None:
        return CaseVerdict("unknown", None, observation.problem or "")
    if old is not None and _same(value, tolerance, old, redact):
        if old.order == value.order or tolerance is not None:
            return CaseVerdict("same", None)
        return CaseVerdict(
            "order",
            _row(observation, value, tolerance, redact),
            "the order of a dict changed, its items did not",
        )
    row = _row(observation, value, tolerance, redact)
    if old is None:
        return CaseVerdict("new", row, row.preview)
    if old.digest is None and old.tolerance is None:
        return CaseVerdict("differs", row, "the baseline has no digest of this case")
    return CaseVerdict("differs", row, _moved(old, row, value.node, tolerance, redact))


def _same(value: Canonical, tolerance: Tolerance | None, old: Row, redact: Redact) -> bool:
    if tolerance is None:
        return old.digest == value.digest
    before = parse(old.value or "")
    now = parse(redact(render(value.node)))
    return before is not None and now is not None and not any(differences(before, now, tolerance))


def _row(observation: Observation, value: Canonical, tolerance: Tolerance | None, redact: Redact) -> Row:
    whole = redact(render(value.node)) if tolerance else None
    digest = value.digest
    return Row(digest, observation.kind, preview(value.node, redact), value.order, tolerance, whole)


def _moved(old: Row, row: Row, node: Node, tolerance: Tolerance | None, redact: Redact) -> str:
    """The smallest places that differ. Where the old value was cut, the new one is cut in the same way."""
    before = parse(old.value if old.value is not None else old.preview)
    after = [parse(redact(render(node))), parse(row.preview)]
    rows = [list(islice(differences(before, now, tolerance), _SHOWN + 1)) for now in after if before and now]
    if not any(rows) and old.preview == row.preview:
        return "the values differ in what is not shown: secrets, or parts that are cut"
    if not any(rows):
        return f"- {old.preview}\n+ {row.preview}"
    return "\n".join(_lines(min((places for places in rows if places), key=len)))


def _lines(rows: Sequence[Difference]) -> list[str]:
    lines = []
    for path, old, new in rows[:_SHOWN]:
        lines += [f"at {path.lstrip('.') or 'the whole value'}:"]
        lines += [
            f"  - {old if old is not None else 'nothing'}",
            f"  + {new if new is not None else 'nothing'}",
        ]
    return lines + (["and more"] if len(rows) > _SHOWN else [])


def report(verdict: CaseVerdict, old: Row | None, code: Code | None) -> str:
    """The whole text of a failure."""
    heads = {
        "differs": "the case does not do what its baseline has",
        "order": "the case does what its baseline has, in another order",
        "new": "the baseline has no such case",
        "unknown": "the case cannot be compared",
    }
    lines = [f"{heads[verdict.state]}:", *verdict.moved.splitlines()]
    if code is not None:
        version = code.prompt_version or "not recorded"
        lines += [f"code: {code.place}, trace {code.trace or 'not recorded'}, prompt version {version}"]
    if old is not None and old.accepted_by:
        after = f" after trace {old.trace}" if old.trace else ""
        lines += [
            f"accepted by {old.accepted_by} at {old.at}{after}" + (f": {old.reason}" if old.reason else "")
        ]
    if verdict.state != "unknown":
        lines += ["accept it: --update-hashes --reason 'why it is right'"]
    return clean_block("\n".join(lines))


def packed(row: Row | None) -> list[Any] | None:
    """A row as JSON, for the way from a worker to the controller."""
    if row is None:
        return None
    return [
        list(row.tolerance) if name == "tolerance" and row.tolerance else value
        for name, value in row._asdict().items()
    ]


def unpacked(fields: list[Any] | None) -> Row | None:
    """The inverse of `packed`."""
    if fields is None:
        return None
    row = Row(*fields)
    return row._replace(tolerance=Tolerance(*row.tolerance)) if row.tolerance else row
