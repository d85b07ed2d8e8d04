"""The file of a baseline: sorted, a case a line, and a clear error for everything that is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitprov.behaviour.baseline import Baseline, Row, dump, parse
from gitprov.behaviour.difference import Tolerance
from gitprov.errors import Damaged

ROW = Row(
    "sha256:ab",
    "returned",
    "observed(returned=1)",
    accepted_by="Alice <a@example.com>",
    at="2026-02-01T10:00:00Z",
)
LOOSE = ROW._replace(tolerance=Tolerance(0.1, 0.0, 2), value="observed(returned=1.0)", reason="close enough")
BASELINE = Baseline({"python": "3.11"}, {"t.py::b[1]": ROW, "t.py::a[1]": LOOSE})
KEYS = {"digest", "kind", "preview", "order", "tolerance", "trace", "prompt_version", "accepted_by", "at"}


def test_written_and_read() -> None:
    """The file is JSON with the documented keys, sorted, with a line for each case."""
    data = dump(BASELINE)
    document = json.loads(data)
    assert document["v"] == 1
    assert list(document["cases"]) == ["t.py::a[1]", "t.py::b[1]"]
    assert set(document["cases"]["t.py::b[1]"]) == KEYS
    assert sum(line.startswith(b'"t.py::') for line in data.splitlines()) == 2
    assert parse(data, "b.json") == BASELINE
    assert parse(dump(Baseline({}, {})), "b.json") == Baseline({}, {})


def fields(**changes: Any) -> bytes:
    """A baseline of one case with other fields."""
    row = json.loads(dump(BASELINE))["cases"]["t.py::a[1]"]
    return json.dumps({"v": 1, "environment": {}, "cases": {"x": {**row, **changes}}}).encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (dump(BASELINE).replace(b'{"v":1', b'{"v":2'), "b.json is a baseline of version 2, not of version 1"),
        (dump(BASELINE).replace(b'"t.py::b', b"<<<<<<< HEAD\n\"t.py::b"), "b.json:5: half merged"),
        (dump(BASELINE).replace(b"t.py::b", b"t.py::a"), "'t.py::a[1]' is there twice, with two values"),
        (dump(BASELINE)[:-9], "b.json:5: not valid JSON"),
        (b"\xff", "not UTF-8"),
        (b"[]", "no object"),
        (b"[" * 100_000, "half merged or damaged"),
        (b'{"v":1}', "`environment` and `cases` must be objects"),
        (b'{"v":1,"environment":{},"cases":{"x":1}}', "'x' is no object"),
        (fields(trace=1), "'x': trace is no text"),
        (fields(tolerance=1), "tolerance is no object with numbers and a value"),
        (fields(tolerance={"value": "1", "relative": "much"}), "tolerance is no object with numbers and a value"),
    ],
)  # fmt: skip
def test_files_that_are_none(data: bytes, message: str) -> None:
    """Half merged, of another version, cut off, of other types: the message has the file and the place."""
    with pytest.raises(Damaged) as caught:
        parse(data, "b.json")
    assert message in caught.value.message
    assert caught.value.hint


def test_the_same_line_twice() -> None:
    """A merge that took a line from both sides did no harm."""
    data = dump(Baseline({}, {"a": ROW}))
    line = next(row for row in data.splitlines() if row.startswith(b'"a"'))
    assert parse(data.replace(line, line + b",\n" + line), "b.json").cases == {"a": ROW}
