"""Claude Code's payloads: what is read of them, and which edit they stand for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.agents.claude.claude_code import FileState, Hook, ProposedEdit, changes, read
from gitprov.agents.payloads.notebook import isolate
from gitprov.model.event import ContentRef

REF = ContentRef("sha256:" + "0" * 64, 5 << 20, False, "large")


def hook(tool: str, tool_input: dict[str, Any], **response: object) -> Hook:
    """A finished tool use."""
    row = {"hook_event_name": "PostToolUse", "tool_name": tool, "tool_input": tool_input}
    return read({**row, "tool_response": response})


def edit(old: str, new: str, **response: object) -> Hook:
    """A finished Edit."""
    return hook("Edit", {"file_path": "a", "old_string": old, "new_string": new}, **response)


def made(one: Hook, seen: FileState | None, disk: bytes | None) -> list[ProposedEdit]:
    """Its changes, with the payload's own input as the proposal."""
    return changes(one, one.input, seen, disk)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ([], "not an object but list"),
        ({}, "hook_event_name is missing"),
        ({"hook_event_name": 7}, "hook_event_name is not text but int"),
        ({"hook_event_name": "Stop", "session_id": []}, "session_id is not text but list"),
        ({"hook_event_name": "Stop", "tool_input": "x"}, "tool_input is not an object but str"),
    ],
)
def test_wrong_payloads_name_the_field(payload: object, words: str) -> None:
    """A payload that is none says where it is wrong."""
    with pytest.raises(ValueError, match=words):
        read(payload)


@pytest.mark.slow
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["hook_event_name", "tool_input", "tool_name", "cwd", "prompt"]), x
            )
        ),
    )
)
def test_any_json_is_read_or_refused(payload: object) -> None:
    """No JSON value does anything but give a hook or a ValueError."""
    try:
        assert isinstance(read(payload), Hook)
    except ValueError:
        pass


def test_aliases() -> None:
    """`tool_result` and `user_prompt` are read where the usual names are missing."""
    one = read({"hook_event_name": "x", "tool_result": {"userModified": True}, "user_prompt": "hi"})
    assert one.user_modified
    assert one.prompt == "hi"
    assert read({"hook_event_name": "x", "tool_response": "text"}).response == {}


def test_targets() -> None:
    """Editing tools name a file, others none; a wrong type is refused."""
    assert hook("NotebookEdit", {"notebook_path": "n"}).target == "n"
    assert hook("Write", {"file_path": "f"}).target == "f"
    assert hook("Write", {"file_path": ""}).target is None
    assert hook("Bash", {"file_path": "f"}).target is None
    with pytest.raises(ValueError, match="file_path is not text"):
        assert hook("Write", {"file_path": 7}).target


def test_tool_uses_without_id_are_told_apart_by_what_they_do() -> None:
    """Older versions gave no id: input and session stand in for it."""
    one, other = edit("a", "b"), edit("a", "c")
    assert one.tool_key == edit("a", "b").tool_key != other.tool_key
    assert read({"hook_event_name": "x", "session_id": "s", "tool_use_id": "t"}).tool_key == "s\0t"


def test_write_of_a_file_kept_by_digest_only() -> None:
    """Before a write of a large file stands the reference of its snapshot."""
    one = hook("Write", {"content": "x"})
    assert made(one, FileState(None, REF), b"x") == [ProposedEdit("ai", REF, b"x")]


def test_write_in_the_files_own_form() -> None:
    """Content told with LF is the file's CRLF where that is all that differs, or a formatter left it so."""
    one = hook("Write", {"content": "a\nb\n"})
    assert made(one, FileState(None), b"a\r\nb\r\n") == [ProposedEdit("ai", None, b"a\r\nb\r\n")]
    formatted = made(one, FileState(b"x\r\n"), b"a;\r\nb;\r\n")
    assert formatted == [ProposedEdit("ai", b"x\r\n", b"a\r\nb\r\n")]
    assert made(hook("Write", {"content": "a\r\nb\n"}), FileState(b"x\r\n"), b"y\r\n")[0].after == b"a\r\nb\n"


def test_write_needs_a_witness() -> None:
    """A write that tells nothing of the file before it cannot be told from the rest."""
    with pytest.raises(ValueError, match="before the edit is unknown"):
        made(hook("Write", {"content": "x"}), None, b"x")
    assert made(hook("Write", {"content": "x"}, type="create"), None, b"x")[0].before is None
    assert made(hook("Write", {"content": "x"}, originalFile=""), FileState(None), b"x")[0].before is None
    assert made(hook("Write", {"content": "x"}, originalFile=""), FileState(b""), b"x")[0].before == b""
    with pytest.raises(ValueError, match=r"tool_input\.content is missing"):
        made(hook("Write", {}, type="create"), None, b"x")


def test_edit_by_the_answers_words() -> None:
    """Where the asked text is not in the file, the text that the tool says it found is."""
    one = edit("“x”", "y", oldString='"x"', newString="y", originalFile='"x"\n')
    assert made(one, None, None) == [ProposedEdit("ai", b'"x"\n', b"y\n")]


def test_edit_that_cannot_be_told() -> None:
    """An edit that fits nothing is refused, never guessed."""
    with pytest.raises(ValueError, match="before the edit is unknown"):
        made(edit("a", "b"), FileState(b"none"), b"none")
    with pytest.raises(ValueError, match="does not apply"):
        made(edit("a", "b", originalFile="none"), None, None)
    with pytest.raises(ValueError, match="before the edit is unknown"):
        made(edit("a", "b"), None, None)
    with pytest.raises(ValueError, match="edits is not a list"):
        made(hook("MultiEdit", {"edits": [7]}), None, b"")


def test_edit_of_nothing_makes_a_file() -> None:
    """An empty old string creates the file."""
    assert made(edit("", "x\n"), None, b"x\n") == [ProposedEdit("ai", None, b"x\n")]
    assert made(edit("", "x\n"), FileState(None), b"formatted\n") == [ProposedEdit("ai", None, b"x\n")]


def test_a_removed_line_takes_its_end_where_the_disk_says_so() -> None:
    """Of two readings of a removal the one on disk is taken."""
    assert made(edit("a", "", originalFile="a\nb\n"), None, b"b\n")[0].after == b"b\n"
    assert made(edit("a", "", originalFile="a\nb\n"), None, b"\nb\n")[0].after == b"\nb\n"


def test_large_file_is_undone_on_disk() -> None:
    """A snapshot kept by digest only is no witness; the file on disk is."""
    assert made(edit("a", "b"), FileState(None, REF), b"b")[0] == ProposedEdit("ai", b"a", b"b")


def test_accepted_falls_back_to_the_disk() -> None:
    """What a person accepted is on disk if the answer does not tell."""
    one = edit("a", "b", originalFile="a", userModified=True)
    assert made(one, None, b"c") == [ProposedEdit("ai", b"a", b"b"), ProposedEdit("human", b"b", b"c")]
    assert made(one, None, b"b") == [ProposedEdit("ai", b"a", b"b")]
    write = hook("Write", {"content": "p"}, type="create", userModified=True)
    assert made(write, None, b"q")[1] == ProposedEdit("human", b"p", b"q")
    assert len(made(write, None, None)) == 1


def book(*cells: tuple[str | None, str], indent: int | None = 1) -> bytes:
    """A notebook of (id, source) cells."""
    rows = [{**({"id": name} if name else {}), "source": source} for name, source in cells]
    return json.dumps({"cells": rows}, indent=indent).encode() + b"\n"


A, B, C = ("a", "1"), ("b", "2"), ("c", "3")


@pytest.mark.parametrize(
    ("before", "after", "cell", "mode", "expected"),
    [
        ((A, B), (("a", "9"), B), "a", "replace", ((A, B), (("a", "9"), B))),
        ((A, B), (("a", "9"), ("b", "7")), "a", "replace", ((A, ("b", "7")), (("a", "9"), ("b", "7")))),
        ((A, B), (A, C, ("b", "7")), "a", "insert", ((A, ("b", "7")), (A, C, ("b", "7")))),
        ((A,), (C, ("a", "7")), None, "insert", ((("a", "7"),), (C, ("a", "7")))),
        ((A, B, C), (A, ("c", "7")), "b", "delete", ((A, B, ("c", "7")), (A, ("c", "7")))),
        ((A, B), (("a", "7"),), "b", "delete", ((("a", "7"), B), (("a", "7"),))),
        (((None, "1"),), ((None, "2"),), "cell-0", "replace", (((None, "1"),), ((None, "2"),))),
        ((A,), (("a", "9"),), "zz", "replace", ((A,), (("a", "9"),))),
        ((A,), (B,), "a", "replace", ((A,), (B,))),
        ((A,), (B,), "zz", "insert", ((A,), (B,))),
        ((A,), (B,), None, "replace", ((A,), (B,))),
    ],
)
def test_one_cell_alone(
    before: tuple[tuple[str | None, str], ...],
    after: tuple[tuple[str | None, str], ...],
    cell: str | None,
    mode: str,
    expected: tuple[Any, Any],
) -> None:
    """Around a cell's edit stands the notebook with everything else as it is after it."""
    found = isolate(book(*before), book(*after), cell, {"edit_mode": mode})
    assert found == (book(*expected[0]), book(*expected[1]))


def test_notebooks_in_a_style_of_their_own() -> None:
    """Where the notebook on disk cannot be written again, the edit is put into the one before it, else both stand."""
    odd = b'{"cells":[{"id":"a","source":"9"},{"id":"b","source":"7"}]}'
    before = book(A, B, indent=None)
    assert isolate(before, odd, "a", {}) == (before, book(("a", "9"), B, indent=None))
    compact = b'{"cells":[{"id":"a","source":"1"},{"id":"b","source":"2"}]}'
    assert isolate(compact, odd, "a", {}) == (compact, odd)
    for broken in (b"{", b"[]", b'{"cells":7}', b'{"cells":[7]}', b"[" * 100000):
        assert isolate(broken, odd, "a", {}) == (broken, odd)


def test_notebook_witnesses() -> None:
    """A notebook's edit is told by the answer, else by snapshot and disk, else not at all."""
    tool_input = {"notebook_path": "n", "cell_id": "a", "new_source": "9"}
    told = hook("NotebookEdit", tool_input, original_file="x\n", updated_file="y\n")
    assert made(told, None, b"y\r\n") == [ProposedEdit("ai", b"y\r\n".replace(b"y", b"x"), b"y\r\n")]
    bare = hook("NotebookEdit", tool_input)
    assert made(bare, FileState(None), b"y") == [ProposedEdit("ai", None, b"y")]
    assert made(bare, FileState(None, REF), b"y") == [ProposedEdit("ai", REF, b"y")]
    with pytest.raises(ValueError, match="before the edit is unknown"):
        made(bare, None, b"y")
    with pytest.raises(ValueError, match="before the edit is unknown"):
        made(bare, FileState(b"x"), None)
