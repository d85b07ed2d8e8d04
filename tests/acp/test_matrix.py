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
