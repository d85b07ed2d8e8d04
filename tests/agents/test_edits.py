"""Edits of bytes: what applies, what can be undone, and that line ends survive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.agents.payloads.edits import Replace, apply, decode, encode, like, unapply

lines = st.text(alphabet="ab \n", max_size=30)
words = st.text(alphabet="ab \n", min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        (b"x = 1\n", Replace("1", "2"), b"x = 2\n"),
        (b"a a a", Replace("a", "b"), b"b a a"),
        (b"a a a", Replace("a", "b", every=True), b"b b b"),
        (b"a\r\nb\r\n", Replace("a\nb", "c\nd\ne"), b"c\r\nd\r\ne\r\n"),
        (b"a\r\nb\r\n", Replace("b", "c\nd"), b"a\r\nc\r\nd\r\n"),
        (b"a\r\nb\r\nc\n", Replace("c", "d\ne"), b"a\r\nb\r\nd\r\ne\n"),
        (b"a\nb\n", Replace("a\r\nb", "c\r\nd"), b"c\nd\n"),
        (b"\xef\xbb\xbfa\n", Replace("a", "b"), b"\xef\xbb\xbfb\n"),
        (b"\xff a\n", Replace("a", "b"), b"\xff b\n"),
        (b"a\n", Replace("x", "y"), None),
        (None, Replace("x", "y"), None),
        (None, Replace("", "new\n"), b"new\n"),
        (b"", Replace("", "new\n"), b"new\n"),
        (b"old\n", Replace("", "new\n"), None),
    ],
)
def test_apply(before: bytes | None, edit: Replace, after: bytes | None) -> None:
    """An edit changes its text and nothing else, or does not apply."""
    assert apply(before, [edit]) == after


def test_edits_follow_each_other() -> None:
    """Each edit sees what the one before it made; one that fails fails all."""
    assert apply(b"a", [Replace("a", "b"), Replace("b", "c")]) == b"c"
    assert apply(b"a", [Replace("a", "b"), Replace("a", "c")]) is None
    assert apply(None, []) is None


def test_swallowing_takes_the_line_end_with_the_line() -> None:
    """Removing all of a line may take its end too, if the agent does that."""
    assert apply(b"a\nb\n", [Replace("a", "")], swallow=True) == b"b\n"
    assert apply(b"a\r\nb\r\n", [Replace("a", "")], swallow=True) == b"b\r\n"
    assert apply(b"a\nb\n", [Replace("a\n", "")], swallow=True) == b"b\n"
    assert apply(b"a\nb\n", [Replace("a", "")]) == b"\nb\n"


@given(lines, words, words, st.booleans(), st.booleans())
def test_line_ends_do_not_matter(text: str, old: str, new: str, every: bool, swallow: bool) -> None:
    """An edit of a CRLF file is the edit of its LF twin, with CRLF."""
    edit = [Replace(old, new, every)]
    plain = apply(text.encode(), edit, swallow)
    crlf = apply(text.replace("\n", "\r\n").encode(), edit, swallow)
    if "\n" not in text:
        assert crlf == plain
    elif plain is None:
        assert crlf is None
    else:
        assert crlf == plain.replace(b"\n", b"\r\n")


@given(lines, words, words, st.booleans())
def test_undone_means_undone(text: str, old: str, new: str, every: bool) -> None:
    """What `unapply` gives always leads back to where it came from."""
    edit = [Replace(old, new, every)]
    after = apply(text.encode(), edit)
    if after is not None:
        before = unapply(after, edit)
        assert before is None or apply(before, edit) == after


@pytest.mark.parametrize(
    ("after", "edit", "before"),
    [
        (b"x = 2\n", Replace("1", "2"), b"x = 1\n"),
        (b"a\r\nc\r\n", Replace("b", "c"), b"a\r\nb\r\n"),
        (b"b b", Replace("a", "b", every=True), b"a a"),
        (b"2 2", Replace("1", "2"), None),
        (b"x", Replace("1", "2"), None),
        (b"x", Replace("1", ""), None),
        (b"x", Replace("", "x"), None),
        (b"1 2", Replace("1", "2"), None),
    ],
)
def test_unapply_is_certain_or_none(after: bytes, edit: Replace, before: bytes | None) -> None:
    """An edit is undone only where its new text stands exactly as often as it was put there."""
    assert unapply(after, [edit]) == before


def test_like_takes_the_bytes_of_the_file_it_speaks_of() -> None:
    """Text told without line ends and mark gets those of the file."""
    crlf = b"\xef\xbb\xbfa\r\nb\r\n"
    assert like("a\nb\n", b"other", crlf) == crlf
    assert like("a\nc\n", crlf) == b"\xef\xbb\xbfa\r\nc\r\n"
    assert like("a\r\nc\n", b"x\r\n") == b"a\r\nc\n"
    assert like("a\n", None, None) == b"a\n"
    assert like("a\n", b"b\n") == b"a\n"


@given(st.binary(max_size=50))
def test_bytes_survive_as_text(data: bytes) -> None:
    """Any bytes become text and come back."""
    assert encode(decode(data)) == data


def test_lone_surrogates_are_replaced() -> None:
    """What no file can hold becomes U+FFFD, pairs are joined."""
    assert encode("\ud800x") == "\ufffdx".encode()
    assert encode("\ud83d\ude00") == "\U0001f600".encode()
