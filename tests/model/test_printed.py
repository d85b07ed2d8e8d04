"""Text of others: what a terminal and a shell get of it."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitprov.model.untrusted import printed
from tests.support.characters import steers

ANY = st.text(st.characters() | st.characters(categories=("Cc", "Cf", "Cs")))
#: Characters that steer or hide, each with what is shown of it.
STEERING = [
    ("\x1b", "\\x1b"), ("\x07", "\\x07"), ("\r", "\\r"), ("\n", "\\n"), ("\t", "\\t"), ("\x7f", "\\x7f"), ("\x9b", "\\x9b"),
    ("\x85", "\\x85"), ("\u00ad", "\\xad"), ("\u034f", "\\u034f"), ("\u061c", "\\u061c"), ("\u180e", "\\u180e"), ("\u200b", "\\u200b"),
    ("\u200d", "\\u200d"), ("\u200e", "\\u200e"), ("\u200f", "\\u200f"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029"),
    ("\u202a", "\\u202a"), ("\u202e", "\\u202e"), ("\u2060", "\\u2060"), ("\u2066", "\\u2066"), ("\u2069", "\\u2069"),
    ("\u3164", "\\u3164"), ("\ufe00", "\\ufe00"), ("\ufe0f", "\\ufe0f"), ("\ufeff", "\\ufeff"), ("\ufffa", "\\ufffa"),
    ("\ud800", "\\ud800"), ("\udcff", "\\xff"), ("\U000e0041", "\\U000e0041"), ("\U000e0100", "\\U000e0100"),
]  # fmt: skip


@pytest.mark.parametrize(("char", "shown"), STEERING)
def test_what_steers_is_an_escape(char: str, shown: str) -> None:
    """Each kind of steering or invisible character is shown by its number, wherever it stands."""
    assert printed.clean(f"a{char}b{char}") == f"a{shown}b{shown}"


@given(ANY)
def test_nothing_that_steers_is_left(text: str) -> None:
    """No control, formatting character, separator or surrogate survives, and cleaning twice changes nothing more."""
    for clean, kept in (
        (printed.clean, ""), (printed.clean_line, "\t"), (printed.clean_block, "\t\n"), (printed.clean_painted, "\t"),
    ):  # fmt: skip
        shown = clean(text.replace("\x1b", ""))
        assert not [c for c in shown if steers(c) and c not in kept]
        assert clean(shown) == shown


@pytest.mark.parametrize(
    "text", ["plain", "日本語", "naïve é", "☺️", "1️⃣", "a\u00a0b", "👩🚀", "עברית", "नमस्ते"]
)
def test_words_stay_as_they_are(text: str) -> None:
    """Text of any script, an emoji's selector included, is shown as it is."""
    assert printed.clean(text) == text
    assert printed.clean_bytes(text.encode()) == text.encode()


def test_lines_and_blocks() -> None:
    """Lines keep tabs, blocks newlines too; a carriage return before the end of a line belongs to the end."""
    assert printed.clean_line("a\tb\x1b\nc\r") == "a\tb\\x1b\\nc"
    assert printed.clean_block("a\tb\r\nc\x1b[2Jd\re\n") == "a\tb\nc\\x1b[2Jd\\re\n"
    assert printed.clean_bytes(b"caf\xe9\x9b31m\r") == b"caf\\xe9\\x9b31m\r"
    assert printed.without_steering("a\u202e\x1b[m\nb") == "a[mb"


def test_only_colours_pass_in_painted_lines() -> None:
    """The second net lets an SGR sequence through and no other, and keeps a line one line."""
    assert printed.clean_painted("\x1b[1;35mx\x1b[m") == "\x1b[1;35mx\x1b[m"
    assert printed.clean_painted("\x1b[2J\x1b]0;t\x07\n\x9b31m") == "\\x1b[2J\\x1b]0;t\\x07\\n\\x9b31m"
    assert printed.clean_painted_block("\x1b[mé\n\x1b[K\udcff\n") == "\x1b[mé\n\\x1b[K\\xff\n".encode()
    assert printed.clean_painted_block(b"\x1b[m\xff\nplain\n") == b"\x1b[m\\xff\nplain\n"
    assert printed.clean_painted_block(b"a\r\nb\rc\r") == b"a\r\nb\\rc"
    assert printed.clean_painted_block(b"plain\tx\n") == b"plain\tx\n"


def test_words_for_a_shell() -> None:
    """Quotes come only where they are needed; what steers comes as octal digits."""
    assert printed.shell_quoted("src/a-b_c.py") == "src/a-b_c.py"
    assert printed.shell_quoted("=a") == "'=a'"
    assert printed.shell_quoted("a b") == "'a b'"
    assert printed.shell_quoted("a'b") == "'a'\"'\"'b'"
    assert printed.shell_quoted("é") == "'é'"
    assert printed.shell_quoted("") == "''"
    assert printed.shell_quoted("a'\\\x1b\u202e\udcff") == "$'a\\'\\\\\\033\\342\\200\\256\\377'"
    assert printed.shell_quoted("\n\ud800") == "$'\\012\\355\\240\\200'"
    assert printed.argument_quoted("--upload-pack=x;y") == "-- '--upload-pack=x;y'"
    assert printed.argument_quoted("origin") == "origin"


@pytest.mark.parametrize("path", ["*", "a?b", "a[b]", "a\\b", ":(exclude)a"])
def test_paths_are_no_patterns(path: str) -> None:
    """A file whose name is a pattern to git is named literally, so that a pasted command touches no other."""
    assert printed.path_quoted(path) == f"':(top,literal){path}'"
    assert printed.path_quoted("a/b") == "a/b"


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@settings(max_examples=10, deadline=None)
@given(st.lists(ANY.filter(lambda text: "\0" not in text), min_size=1, max_size=40))
def test_a_shell_reads_the_words_back(texts: list[str]) -> None:
    """A shell takes each quoted word as one word, the text, and the line holds nothing that steers."""
    words = [printed.shell_quoted(text) for text in texts]
    assert all(printed.clean(word) == word for word in words)
    script = f"printf '%s\\0' {' '.join(words)}".encode()
    done = subprocess.run(["bash", "-s"], input=script, capture_output=True, check=True, env={"LC_ALL": "C"})
    assert done.stdout == b"".join(encoded(text) + b"\0" for text in texts)


def encoded(text: str) -> bytes:
    """A text as a file name: the bytes that its surrogates stand for, or those of half a character."""
    return b"".join(
        char.encode("utf-8", "surrogateescape" if "\udc80" <= char <= "\udcff" else "surrogatepass")
        for char in text
    )
