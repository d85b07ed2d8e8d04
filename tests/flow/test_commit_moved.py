"""Files renamed before any commit knew them."""

from __future__ import annotations

import pytest

from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

CODE = "".join(f"def f{n}(x):\n    return x + {n}\n\n\n" for n in range(6))


def classes(repo: GitRepo, path: str) -> list[str]:
    """The class of each line."""
    return [line["class"] for line in repo.ai_blame(path)["lines"]]


def test_a_new_file_renamed_before_its_commit_keeps_its_evidence(
    hooked: GitRepo, claude: ClaudeSession
) -> None:
    """Lines follow a plain `mv`; a line that a person added on the way stays unknown."""
    claude.prompt("functions")
    claude.write_file("a.py", CODE)
    claude.stop()
    (hooked.path / "a.py").unlink()
    hooked.write("b.py", CODE + "SECRET_SAUCE = 41\n")
    hooked.commit("add b", "b.py")
    assert classes(hooked, "b.py") == ["ai"] * 24 + ["unknown"]
    assert hooked.events() == []


def test_a_vanished_file_is_not_found_in_another_text(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A person's new file that shares a few lines with a deleted one is not the model's."""
    claude.prompt("functions")
    claude.write_file("a.py", CODE)
    claude.stop()
    (hooked.path / "a.py").unlink()
    hooked.write("b.py", "".join(f"class C{n}:\n    size = {n}\n\n\n" for n in range(6)) + "def f0(x):\n")
    hooked.commit("add b", "b.py")
    assert set(classes(hooked, "b.py")) == {"unknown"}


def test_a_copy_is_not_a_rename(hooked: GitRepo, claude: ClaudeSession) -> None:
    """While the recorded file is still there, an equal file beside it is somebody's copy: no evidence speaks of it."""
    claude.prompt("functions")
    claude.write_file("a.py", CODE)
    claude.stop()
    hooked.write("b.py", CODE)
    hooked.commit("add b", "b.py")
    assert set(classes(hooked, "b.py")) == {"unknown"}
    hooked.commit("add a", "a.py")
    assert set(classes(hooked, "a.py")) == {"ai"}


def test_a_new_file_renamed_and_edited_again_keeps_its_evidence(
    hooked: GitRepo, claude: ClaudeSession
) -> None:
    """Edits under the new name, and a second rename, do not cut the file off from what was recorded before."""
    claude.prompt("functions")
    claude.write_file("a.py", CODE)
    for old, new in (("a.py", "b.py"), ("b.py", "c.py")):
        (hooked.path / old).rename(hooked.path / new)
        claude.edit(new, "    return x + 0\n", f"    return x + 0\nNEW = {new!r}\n")
    claude.stop()
    hooked.commit("add c", "c.py")
    assert classes(hooked, "c.py") == ["ai"] * 26


def test_before_its_commit_a_renamed_new_file_is_known_too(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Blame of the work tree finds evidence under the name that the file had when it was written."""
    claude.prompt("functions")
    claude.write_file("a.py", CODE)
    claude.stop()
    hooked.git("add", "a.py")
    hooked.git("mv", "a.py", "b.py")
    assert classes(hooked, "b.py") == ["ai"] * 24


def test_a_renamed_file_alone_takes_its_evidence_along(hooked: GitRepo, claude: ClaudeSession) -> None:
    """`git commit -- NEW` shows its hooks the old name as HEAD has it; what was written there has moved all the same."""
    hooked.write("a.py", "")
    hooked.commit("Empty")
    claude.prompt("functions")
    claude.write_file("a.py", CODE)
    claude.stop()
    hooked.git("add", "a.py")
    hooked.git("mv", "a.py", "b.py")
    hooked.git("commit", "-q", "-m", "Only b", "--", "b.py")
    assert hooked.git("ls-tree", "--name-only", "HEAD").stdout.split()[-2:] == ["a.py", "b.py"]
    assert set(classes(hooked, "b.py")) == {"ai"}


MOVES = {
    "mv": (["mv src/a.py src/b.py"], "src/b.py"),
    "twice": (["mv src/a.py b.py", "mv b.py c.py"], "c.py"),
    "there and back": (["mv src/a.py src/b.py", "mv src/b.py src/a.py"], "src/a.py"),
    "and edited": (["mv src/a.py b.py && sed -i 's/x + 0/x * 0/' b.py"], "b.py"),
    "edited later": (["mv src/a.py b.py", "sed -i 's/x + 0/x * 0/' b.py", "mv b.py c.py"], "c.py"),
    "git mv": (["git add src", "git mv src/a.py b.py"], "b.py"),
    "directory": (["mv src lib"], "lib/a.py"),
    "git mv of a directory": (["git add src", "git mv src lib", "git mv lib/a.py lib/b.py"], "lib/b.py"),
}


@pytest.mark.usefixtures("forked")
@pytest.mark.parametrize("name", MOVES)
def test_a_new_file_that_the_agent_itself_renames(hooked: GitRepo, claude: ClaudeSession, name: str) -> None:
    """A file keeps its lines when its agent renames it by shell commands before any commit."""
    commands, path = MOVES[name]
    claude.prompt("functions")
    claude.write_file("src/a.py", CODE)
    for command in commands:
        claude.bash(command)
    claude.stop()
    hooked.git("add", "--all")
    assert set(classes(hooked, path)) == {"ai"}
    hooked.commit("add it")
    assert classes(hooked, path) == ["ai"] * 24
    assert len(hooked.traces()) == 1
