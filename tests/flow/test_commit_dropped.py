"""What a commit reported as dropped is not found again in somebody else's lines."""

from __future__ import annotations

import pytest

from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

MODEL = """def total(items):
    result = []
    for word, count in items.most_common():
        result.append((word, count))
    return result
"""
KEPT = """def total(items):
    return items.most_common()
"""
HERS = """

def pairs(rows):
    result = {}
    for word, count in rows.items():
        result[word] = count
    return result
"""


def classes(repo: GitRepo, path: str) -> list[str]:
    """The class of each line."""
    return [line["class"] for line in repo.ai_blame(path)["lines"]]


def test_a_person_who_writes_similar_lines_later_wrote_them(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Lines like the dropped ones, some of them to the letter, come in a later commit: they are a person's."""
    claude.prompt("a function")
    claude.write_file("a.py", MODEL)
    claude.stop()
    hooked.write("a.py", KEPT)
    hooked.commit("kept a little", "a.py")
    hooked.write("a.py", KEPT + HERS)
    hooked.commit("mine", "a.py")
    assert set(classes(hooked, "a.py")[2:]) == {"unknown"}
    assert hooked.note("HEAD") == []


def test_an_amendment_does_not_find_them_either(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A second generation's lines that resemble the first's dropped ones stay the second's when it is amended."""
    claude.prompt("a function")
    claude.write_file("a.py", MODEL)
    claude.stop()
    hooked.write("a.py", KEPT)
    hooked.commit("kept a little", "a.py")
    claude.prompt("another")
    claude.edit("a.py", KEPT, KEPT + HERS)
    claude.stop()
    hooked.commit("another", "a.py")
    before = hooked.note("HEAD")[1]["files"]
    hooked.git("commit", "--amend", "--no-edit")
    rows = [row for row in hooked.note("HEAD") if row["kind"] == "trace"]
    assert [row["files"] for row in rows] == [before]


def test_a_popped_stash_brings_its_lines_back(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Lines that were away while their file was committed are the model's when they return as they were."""
    hooked.write("a.py", "top = 1\n\n\n\n\nbottom = 2\n")
    hooked.commit("base", "a.py")
    claude.prompt("a function")
    claude.edit("a.py", "bottom = 2\n", "bottom = 2\n\n\n" + MODEL)
    claude.stop()
    hooked.git("stash", "push", "-q")
    hooked.write("a.py", "top = 100\n\n\n\n\nbottom = 2\n")
    hooked.commit("meanwhile", "a.py")
    hooked.git("stash", "pop", "-q")
    hooked.commit("back", "a.py")
    assert classes(hooked, "a.py") == ["unknown"] * 6 + ["ai"] * 7
