"""Canonical bytes: one value, one spelling, always valid UTF-8."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.model import canonical
from tests.model.values import JSON, TEXT


@given(JSON)
def test_dump_is_stable(value: object) -> None:
    """Reading canonical bytes and writing them again gives the same bytes, half characters included."""
    once = canonical.dump(value)
    assert canonical.dump(json.loads(once)) == once


@given(JSON)
def test_dump_is_valid_utf8_on_one_line(value: object) -> None:
    """The bytes decode strictly and hold no newline, so that a row is always one line."""
    text = canonical.dump(value).decode("utf-8")
    assert "\n" not in text
    assert canonical.dump_line(value) == text.encode("utf-8") + b"\n"


@given(st.binary())
def test_any_path_comes_back(raw: bytes) -> None:
    """A path of arbitrary bytes, decoded with surrogate escapes, is the same path after writing and reading."""
    path = raw.decode("utf-8", "surrogateescape")
    back = json.loads(canonical.dump({path: path}))
    assert back == {path: path}
    assert back[path].encode("utf-8", "surrogateescape") == raw


@pytest.mark.slow
@given(st.dictionaries(TEXT, st.integers()), st.randoms())
def test_order_of_keys_does_not_show(value: dict[str, int], random: object) -> None:
    """Equal objects have equal bytes, in whatever order their keys were put in."""
    keys = list(value)
    random.shuffle(keys)  # type: ignore[attr-defined]
    assert canonical.dump({key: value[key] for key in keys}) == canonical.dump(value)


def test_spelling() -> None:
    """Sorted keys, no spaces, characters as themselves, lone halves as escapes; pairs of halves as the character."""
    assert canonical.dump({"b": 1, "a": [True, None, 1.5], "ä": "\udc80"}) == (
        '{"a":[true,null,1.5],"b":1,"ä":"\\udc80"}'.encode()
    )
    assert canonical.dump("\ud83d\ude00") == canonical.dump("\U0001f600") == '"\U0001f600"'.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    """NaN and infinities raise ValueError."""
    with pytest.raises(ValueError, match="JSON"):
        canonical.dump(value)


def test_digests_name_their_algorithm() -> None:
    """A digest is `sha256:` and the hex of the bytes; that of a value is taken over its line, newline included."""
    assert canonical.digest(b"x") == "sha256:" + hashlib.sha256(b"x").hexdigest()
    assert canonical.digest_of({"a": 1}) == canonical.digest(b'{"a":1}\n')
