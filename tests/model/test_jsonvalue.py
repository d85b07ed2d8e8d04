"""JSON of others is read with bounds: whatever is wrong with it is a ValueError, at once."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

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


@given(st.text(alphabet=' \t\n\r\f\xa0\u2028{}[]":,\\x1ae-.tun', max_size=12) | JSON.map(json.dumps))
def test_any_text_is_read_as_by_the_package_json(text: str) -> None:
    """A text is read, or refused with the same words, as by Python's own reader, with space around it too."""
    assume(not re.search(r"[0-9]{21}|[0-9]e[0-9]{3}", text))
    for candidate in (text, f" \n{text}\t", f"{text} 1"):
        try:
            value = json.loads(candidate)
        except ValueError as error:
            with pytest.raises(ValueError, match=re.escape(str(error))):
                loads(candidate)
        else:
            assert loads(candidate) == value


@given(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]), JSON)
def test_bytes_are_read_in_the_encodings_of_json(encoding: str, value: object) -> None:
    """The encoding of bytes is recognized as by Python's own reader."""
    text = json.dumps(value, ensure_ascii=False)
    assume(not re.search(r"[0-9]{21}", text))
    data = text.encode(encoding, "surrogatepass")
    assert loads(data) == json.loads(data)


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
