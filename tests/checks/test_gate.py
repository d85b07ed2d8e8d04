"""The gate's reasons: when a marker or a sidecar is lost, when it is not, and what mends it."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.attribution.diff import hunks
from gitprov.checks.gate import lost_sidecar, removed_markers
from gitprov.model.sidecars import sidecar_path, sidecar_target

A, B, C = (f"gen_20260201_{letter * 10}" for letter in "abc")
BLOCK = f"# ai-trace: {A}\ndef f():\n    return 1\n\nother = 2\n"


def refused(old: str, new: str, known: list[str] | None = None) -> list[str]:
    """The traces whose markers a change loses."""
    before, after = old.encode(), new.encode()
    found = removed_markers("src/a.py", before, after, hunks(before, after), known or [])
    assert all(one.rule == "marker" and one.path == "src/a.py" for one in found)
    return [one.traces[0] for one in found]


@pytest.mark.parametrize(
    "new",
    [
        BLOCK.replace(f"# ai-trace: {A}\n", ""),
        BLOCK.replace(A, B),
        BLOCK.replace("ai-trace:", "trace:"),
        BLOCK.replace(f"ai-trace: {A}", "a plain comment"),
        BLOCK.replace(f"# ai-trace: {A}\n", "").replace("return 1", "return 2"),
        BLOCK.replace(A, A[:-1]),
    ],
    ids=["removed", "contradicted", "renamed", "overwritten", "code edited too", "cut"],
)
def test_a_marker_lost_while_its_block_lives(new: str) -> None:
    """Removing or replacing the line above living code is refused, whatever takes its place."""
    assert refused(BLOCK, new) == [A]


@pytest.mark.parametrize(
    "new",
    [
        BLOCK,
        BLOCK.replace("return 1", "return 2"),
        "other = 2\n",
        "x = 0\n" + BLOCK,
        BLOCK.replace("# ai", "## ai"),
        BLOCK.replace(f"ai-trace: {A}", f"ai-trace:\t{A} (reviewed)"),
        "other = 2\n" + BLOCK.replace("other = 2\n", ""),
        "",
    ],
    ids=["same", "code edited", "both gone", "moved down", "restyled", "extended", "moved", "emptied"],
)
def test_a_marker_that_stays_or_goes_with_its_code(new: str) -> None:
    """A marker that is still somewhere, or whose block went with it, is no loss."""
    assert refused(BLOCK, new) == []


def test_a_marker_may_be_replaced_by_a_trace_of_this_commit() -> None:
    """A new marker is fine where its trace has lines of its own in this version of the file."""
    new = BLOCK.replace(A, B)
    assert refused(BLOCK, new, [B]) == []
    assert refused(BLOCK, new, [C]) == [A]
    assert refused(f"# ai-trace: {B}\nx = 1\n\n" + BLOCK, f"# ai-trace: {B}\nx = 1\n\n" + new, [B]) == [A]


@pytest.mark.parametrize(
    "line",
    ["x = f(1)  # ai-trace: {}", "x = f(1);  // ai-trace: {}", "x = f(1); /* ai-trace: {} */", "x = f(1)  -- ai-trace: {}",
     "<p>text</p> <!-- ai-trace: {} -->"],
)  # fmt: skip
def test_a_marker_on_the_line_of_its_code(line: str) -> None:
    """Behind code the marker speaks of its own line: that line without it, or with another, is refused."""
    old = line.format(A) + "\n"
    bare = line.split(" ai-trace", maxsplit=1)[0].removesuffix("<!--").rstrip("#/*- ")
    assert refused(old, bare + "\n") == [A]
    assert refused(old, line.format(B) + "\n") == [A]
    assert refused(old, line.format(B) + "\n", [B]) == []
    assert refused(old, "\n\n  " + line.format(A) + "\n") == []
    assert refused(old, "quite(another)\n") == []
    assert refused(old, "") == []
    assert refused(old + "y = 2\n", "y = 2\n") == []


def test_a_sentence_around_a_marker_is_no_code() -> None:
    """A comment line with more words than the marker speaks of the block below it all the same."""
    for line in (
        f"# written by a model, ai-trace: {A}, do not remove",
        f"// ai-trace: {A} (agent)",
        f"/* see ai-trace: {A} here */",
    ):
        assert refused(f"{line}\ncode = 1\n", "code = 1\n") == [A]
        assert refused(f"{line}\ncode = 1\n\nrest = 2\n", "rest = 2\n") == []


def test_the_block_ends_at_a_blank_line_or_another_marker() -> None:
    """Only the block below a marker is its own; brackets alone are no code that lives."""
    assert refused(f"# ai-trace: {A}\n\ncode = 1\n", "\ncode = 1\n") == []
    assert refused(f"# ai-trace: {A}\n# ai-trace: {B}\ncode = 1\n", f"# ai-trace: {B}\ncode = 1\n") == []
    assert refused(f"# ai-trace: {A}\nx = 1\n}}\n", "}\n") == []
    assert refused(f"# ai-trace: {A}\n}}\nx = 1\n", "}\nx = 1\n") == [A]
    far = "(\n" * 80
    assert refused(f"# ai-trace: {A}\n{far}x = 1\n", f"{far}x = 1\n") == []


def test_two_markers_on_one_line_are_two() -> None:
    """Each trace that is lost is named."""
    assert refused(f"# ai-trace: {A} ai-trace: {B}\nx = 1\n", "x = 1\n") == [A, B]


def test_what_the_refusal_says() -> None:
    """Line, trace, reason and a command that a shell takes as it is."""
    old = f"x = 0\n# ai-trace: {A}\ny = 1\n".encode()
    new = b"x = 0\ny = 1\n"
    (one,) = removed_markers("it's here.py", old, new, hunks(old, new), [])
    assert A in one.message
    assert "line 2 " in one.message
    assert one.mend is not None
    assert f"'ai-trace: {A}'" in one.mend
    command = one.mend.split("    #")[0]
    assert shlex.split(command) == ["git", "checkout", "HEAD", "--", "it's here.py"]


def sidecar(trace: str, *more: str) -> bytes:
    """A sidecar that names traces."""
    return json.dumps({"trace_id": trace, "traces": list(more)}).encode()


def test_a_sidecar_removed_or_damaged() -> None:
    """Removing a sidecar, or making it unreadable, loses all its traces."""
    path = ".ai-trace/src/a.py.json"
    for new in (None, b"", b"{", b"[]", b'"x"', b"{}", b'{"trace_id":1}', b"[" * 100_000):
        one = lost_sidecar(path, sidecar(A, B), new)
        assert one is not None
        assert (one.rule, one.path, one.traces) == ("sidecar", path, (A, B))
        assert ("is removed" if new is None else "cannot be read") in one.message
        assert "src/a.py " in one.message
        assert one.mend == "git checkout HEAD -- .ai-trace/src/a.py.json"


def test_a_sidecar_that_forgets_a_trace() -> None:
    """Only the traces that are no longer named are lost; order, repetition and new ones do not matter."""
    path = ".ai-trace/a.json"
    one = lost_sidecar(path, sidecar(A, B, A, C), sidecar(B))
    assert one is not None
    assert one.traces == (A, C)
    assert f"no longer names {A}, {C}" in one.message
    assert lost_sidecar(path, sidecar(A, B), sidecar(B, A)) is None
    assert lost_sidecar(path, sidecar(A), sidecar(C, B, A)) is None
    assert lost_sidecar(path, sidecar(A), json.dumps({"trace_id": A, "traces": 7}).encode()) is None
    assert lost_sidecar(path, b'{"trace_id":"a","traces":[1,null]}', b'{"trace_id":"a"}') is None


def test_a_sidecar_that_was_unreadable_before() -> None:
    """What could not be read before loses nothing by becoming readable, but still may not go."""
    assert lost_sidecar(".ai-trace/a.json", b"{", sidecar(A)) is None
    one = lost_sidecar(".ai-trace/a.json", b"{", None)
    assert one is not None
    assert one.traces == ()


@given(st.text(min_size=1))
def test_sidecars_are_found_by_their_path(path: str) -> None:
    """Every file has a sidecar path, and that path names the file."""
    assert sidecar_target(sidecar_path(path)) == path


@pytest.mark.parametrize(
    "path", ["a.json", ".ai-trace/a.py", "x/.ai-trace/a.json", ".ai-tracer/a.json", ".ai-trace.json"]
)
def test_other_files_are_no_sidecars(path: str) -> None:
    """Only JSON files below `.ai-trace/` are sidecars."""
    assert sidecar_target(path) is None
