"""The small words everything else is told in: ids, generations, lines, hunks."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.model import canonical, ids
from gitprov.model.generation import Generation, intact, seal
from gitprov.model.lines import count_lines, is_trivial, split_lines
from gitprov.model.ranges import Hunk
from tests.model.values import JSON, TEXT

AT = "2026-02-01T10:00:04Z"


@given(st.binary())
def test_trace_ids_are_recognised(data: bytes) -> None:
    """A trace id is the day and ten hex digits of the digest, and `is_trace_id` knows it and nothing around it."""
    made = ids.trace_id(AT, canonical.digest(data))
    assert made == "gen_20260201_" + hashlib.sha256(data).hexdigest()[:10]
    assert ids.is_trace_id(made)
    assert not any(map(ids.is_trace_id, (made + "0", " " + made, made[:-1], made.upper(), made + "\n")))


@given(TEXT, TEXT, st.binary(), st.binary())
def test_prompt_keys_tell_model_and_prompt(m1: str, m2: str, p1: bytes, p2: bytes) -> None:
    """Keys are 16 hex, equal exactly where `<model>:<prompt>` is; no text makes them fail."""
    k1, k2 = ids.prompt_key(m1, p1), ids.prompt_key(m2, p2)
    assert len(k1) == 16
    assert set(k1) <= set("0123456789abcdef")
    told = [m.encode("utf-8", "surrogatepass") + b":" + p for m, p in ((m1, p1), (m2, p2))]
    if all(m.isprintable() for m in (m1, m2)):
        assert (k1 == k2) == (told[0] == told[1])
    assert k1 == ids.prompt_key(m1, p1)


def test_prompt_key_as_documented() -> None:
    """The key is sha256 over `<model>:<prompt text>`; an unknown model is the empty text."""
    assert ids.prompt_key("m", b"hi") == hashlib.sha256(b"m:hi").hexdigest()[:16]
    assert ids.prompt_key(None, b"hi") == ids.prompt_key("", b"hi") == hashlib.sha256(b":hi").hexdigest()[:16]


@given(TEXT)
def test_people_have_ids_whatever_their_names(author: str) -> None:
    """Any text has an id: `h_` and 14 hex."""
    made = ids.human_id(author)
    assert made[:2] == "h_"
    assert len(bytes.fromhex(made[2:])) == 7


def test_known_human_id() -> None:
    """Names keep the id that other tools give them; bytes that are not UTF-8 are hashed as they were."""
    assert ids.human_id("Alice Smith <alice@example.com>") == "h_31dce776f88375"
    raw = b"Ren\xe9 <r@example.com>"
    expected = "h_" + hashlib.sha256(raw).hexdigest()[:14]
    assert ids.human_id(raw.decode("utf-8", "surrogateescape")) == expected


@pytest.mark.slow
@given(st.dictionaries(TEXT, JSON, max_size=4), TEXT, JSON)
def test_a_sealed_record_notices_any_change(record: dict[str, Any], key: str, value: object) -> None:
    """What was sealed is intact, sealing again changes nothing, and no field can be changed unnoticed."""
    sealed = seal({**record, "at": AT})
    assert intact(sealed)
    assert seal(sealed) == sealed
    assert sealed["id"] == ids.trace_id(AT, sealed["digest"])
    touched = {**sealed, key: value}
    assert intact(touched) == (canonical.dump(touched) == canonical.dump(sealed))


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"at": AT},
        {"at": AT, "id": "gen_20260201_0000000000", "digest": "sha256:0"},
        {"at": AT, "x": float("nan")},
    ],
)
def test_a_damaged_record_is_not_intact(record: dict[str, Any]) -> None:
    """A record without its moment, its names or its numbers is not intact; asking never fails."""
    assert not intact(record)
    swapped = seal({"at": AT})
    assert not intact({**swapped, "digest": "sha256:0"})
    assert not intact({**swapped, "id": "gen_20260201_0000000000"})


def test_a_generation_is_named_by_its_record() -> None:
    """A generation's id is the one in its record."""
    record = seal({"at": AT})
    assert Generation(record, None, None, (), ()).id == record["id"]


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\x0b", b"\x85", b"\x00"])).map(b"".join))
def test_only_line_feeds_end_lines(data: bytes) -> None:
    """Lines joined are the content; each but the last ends with its only newline; counting agrees."""
    lines = split_lines(data)
    assert b"".join(lines) == data
    assert all(line.endswith(b"\n") for line in lines[:-1])
    assert all(line and line.count(b"\n") <= 1 for line in lines)
    assert count_lines(data) == len(lines)


@pytest.mark.parametrize("line", [b"", b"\n", b" \t\r\n", b"}\n", b"  });\n", b"---\n", b"#\n"])
def test_trivial_lines(line: bytes) -> None:
    """Blank lines and lone punctuation are trivial."""
    assert is_trivial(line)


@pytest.mark.parametrize("line", [b"x\n", b"_\n", b"0", b"} else {\n", "é\n".encode(), b"\xff\n"])
def test_lines_with_words(line: bytes) -> None:
    """A letter, digit, underscore or byte beyond ASCII makes a line somebody's own."""
    assert not is_trivial(line)


def test_a_hunk_ends_where_the_next_line_begins() -> None:
    """Ends are one past the last line on each side."""
    assert (Hunk(3, 2, 5, 4).old_end, Hunk(3, 2, 5, 4).new_end) == (5, 9)
    assert (Hunk(3, 0, 5, 0).old_end, Hunk(3, 0, 5, 0).new_end) == (3, 5)


@given(st.text("\n\r\x0b\x0c\x1c\x85ab", max_size=12))
def test_only_a_line_feed_ends_a_line(text: str) -> None:
    """Other bytes that some programs take for the end of a line are part of it, and no byte is lost."""
    data = text.encode("latin-1")
    lines = split_lines(data)
    assert b"".join(lines) == data
    assert all(line.endswith(b"\n") for line in lines[:-1])
    assert len(lines) == count_lines(data)
    assert all(line.count(b"\n") <= 1 for line in lines)
