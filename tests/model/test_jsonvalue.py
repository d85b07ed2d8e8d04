"""JSON of others is read with bounds: whatever is wrong with it is a ValueError, at once."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import assume, given

from gitprov.model.untrusted.jsonvalue import MAX_DEPTH, loads, loads_object
from tests.model.values import JSON

DIGITS = "9" * 10_000


@given(JSON)
def test_plain_values_are_read(value: object) -> None:
    """What JSON can hold is read as Python's own reader does."""
    text = json.dumps(value)
    assume(not re.search(r"[0-9]{21}", text))
    assert loads(text) == json.loads(text)
    assert loads(text.encode()) == json.loads(text)


@pytest.mark.parametrize(
    "text",
    ["{", "", "NaN", "-Infinity", "1e999", DIGITS, "-" + DIGITS, "[" * 100_000, "[" * 500 + "]" * 500,
     "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), '{"a":' * 200 + "1" + "}" * 200, b"\xff\xfe\x00"],
)  # fmt: skip
def test_what_is_wrong_is_a_value_error(text: str | bytes) -> None:
    """No text makes reading fail in another way, and none gives a value that could not be written."""
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds, with several messages
        loads(text)
    assert loads_object(text) is None


def test_depth_and_digits_that_are_plausible() -> None:
    """Depth up to the bound and numbers of 64 bits are read."""
    deep = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert loads(deep) == json.loads(deep)
    assert loads("[" + ",".join(["[]"] * 500) + "]") == [[]] * 500
    assert loads(str(-(2**63))) == -(2**63)
    assert loads_object('{"a":1.5}') == {"a": 1.5}
    assert loads_object("[]") is None
    assert loads_object(None) is None


def test_forgiving_reading_keeps_the_rest() -> None:
    """A number that cannot be written again is None where the rest must not get lost."""
    row = f'{{"a":{DIGITS},"b":1e999,"c":NaN,"d":-7,"e":1.5,"f":"x"}}'
    assert loads(row, forgiving=True) == {"a": None, "b": None, "c": None, "d": -7, "e": 1.5, "f": "x"}
