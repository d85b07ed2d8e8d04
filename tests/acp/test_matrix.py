"""The matrix of `tests/agents/test_matrix.py` for agents that an editor drives."""

from __future__ import annotations

import subprocess

import pytest

from tests.acp.fake_editor import FakeEditor
from tests.agents.test_matrix import BASE, expected, person
from tests.support.repo import GitRepo
from tests.support.shapes import Edit, shell


@pytest.mark.slow
def test_the_matrix_through_an_editor(hooked: GitRepo) -> None:
    """Each line has the author and the prompt that the matrix has for an agent without a visible shell."""
    hooked.write("acp/work.py", BASE)
    hooked.write("acp/gone.py", "going\n")
    hooked.write("acp/old.py", "base 1\nbase 2\n")
    hooked.commit("Start")
    rename = Edit("rename", "acp/old.py", target="acp/moved.py", pairs=(("base 2", "moved 2 of acp"),))
    with FakeEditor(hooked, "whole", 1) as editor:
        editor.prompt(
            "first",
            ["write", "acp/new.py", "new 1\nnew 2 of acp\n"],
            ["replace", "acp/work.py", "base 2\n", "edit 2\n"],
            ["replace", "acp/work.py", "base 3\nbase 4\nbase 5\n", "multi 3\nbase 4\nmulti 5\n"],
            ["replace", "acp/work.py", "base 6", "refused 6", "failed"],
            ["replace", "acp/work.py", "base 7", "total = compute(7)"],
        )
        editor.prompt("second", ["replace", "acp/work.py", "base 8", "second 8"])
    with FakeEditor(hooked, "fragment", 2, "--agent", "another") as editor:
        editor.prompt("third", ["replace", "acp/work.py", "base 9", "third 9"])
    by_shell = Edit("shell", "acp/work.py", pairs=(("base 10", "shell 10"),))
    for edit in (Edit("delete", "acp/gone.py"), rename, by_shell):
        subprocess.run(["sh", "-c", shell(edit)], cwd=hooked.path, check=True)
    person(hooked, "acp")
    hooked.commit("Work")
    prompts = {
        row["id"]: hooked.generation_file(row["id"], "prompt.txt").decode().partition("\n")[0]
        for row in hooked.traces()
    }
    for name, answer in expected("acp").items():
        rows = hooked.ai_blame(f"acp/{name}")["lines"]
        shown = [(row["text"], row["class"], prompts.get(row["trace"] or "")) for row in rows]
        assert shown == answer, name


@pytest.mark.slow
@pytest.mark.parametrize(("style", "shows"), [("whole", True), ("fragment", True), ("whole", False)])
def test_tools_for_deleting_and_renaming(hooked: GitRepo, style: str, shows: bool) -> None:
    """A renamed file's lines keep their authors, with and without a diff; a refused tool claims nothing."""
    hooked.write("gone.py", "going\n")
    hooked.write("old.py", "base 1\nbase 2\nbase 3\n")
    hooked.write("kept.py", "base 1\n")
    hooked.commit("Start")
    with FakeEditor(hooked, style) as editor:
        editor.open()
        editor.prompt("third", ["replace", "kept.py", "base 1\n", "base 1\nthird 2\n"], session="s2")
        editor.permits = False
        editor.prompt("refused", ["delete", "kept.py"], ["replace", "kept.py", "base 1", "refused 1"])
        editor.permits = True
        rename = ["rename", "old.py", "moved.py", "base 2", "moved 2", shows]
        editor.prompt("first", ["delete", "gone.py"], rename)
        editor.prompt("fourth", ["replace", "kept.py", "third 2\n", "third 2\nfourth 3\n"], session="s2")
    with FakeEditor(hooked, style) as editor:
        editor.prompt("second", ["replace", "moved.py", "base 3", "second 3"])
    hooked.write("kept.py", hooked.read("kept.py").replace("base 1", "refused 1"))
    hooked.commit("Work")
    assert not (hooked.path / "gone.py").exists()
    assert [(row["text"], row["class"]) for row in hooked.ai_blame("moved.py")["lines"]] == [
        ("base 1", "unknown"),
        ("moved 2", "ai"),
        ("second 3", "ai"),
    ]
    assert prompts_of(hooked, "moved.py") == [None, "first", "second"]
    assert prompts_of(hooked, "kept.py") == [None, "third", "fourth"]


def prompts_of(repo: GitRepo, path: str) -> list[str | None]:
    """The prompt of each line, None for nobody's."""
    prompts = {
        row["id"]: repo.generation_file(row["id"], "prompt.txt").decode().partition("\n")[0]
        for row in repo.traces()
    }
    return [prompts.get(row["trace"] or "") for row in repo.ai_blame(path)["lines"]]
