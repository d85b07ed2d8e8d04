"""`gitprov status`: what is recorded and not committed, and what the next commit would record."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.claude import MODEL, SESSION, ClaudeSession
from tests.support.repo import GENERATIONS_REF, GitRepo

pytestmark = pytest.mark.slow

THREE = "one = 1\ntwo = 2\nthree = 3\n"


def status(repo: GitRepo) -> dict[str, Any]:
    """The parsed answer of `gitprov status --json`."""
    answer: dict[str, Any] = json.loads(repo.gitprov("status", "--json").stdout)
    return answer


def counts(repo: GitRepo) -> dict[str, tuple[int, int, int]]:
    """Path → lines staged, pending, dropped."""
    return {one["path"]: (one["staged"], one["pending"], one["dropped"]) for one in status(repo)["files"]}


def write(
    claude: ClaudeSession, path: str = "a.py", text: str = THREE, prompt: str = "Write it.\nNow."
) -> None:
    """One turn that writes one file."""
    claude.prompt(prompt)
    claude.write_file(path, text)
    claude.stop()


def tree(repo: GitRepo) -> dict[str, bytes]:
    """Every file below .git except git's own index and logs."""
    root = repo.path / ".git"
    found = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in found if path.name != "index"}


def test_nothing_pending_is_one_friendly_line(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Before the first edit, and after everything is committed, there is one line and exit code 0."""
    assert len(hooked.gitprov("status").stdout.splitlines()) == 1
    write(claude)
    hooked.commit("All")
    done = hooked.gitprov("status")
    assert done.stdout == "Nothing is pending: no recorded edit waits for a commit.\n"
    assert status(hooked)["turns"] == []
    assert status(hooked)["next_commit"] is None


def test_lines_are_told_by_what_became_of_them(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Unstaged lines are pending, staged ones staged, deleted ones dropped."""
    write(claude)
    assert counts(hooked) == {"a.py": (0, 3, 0)}
    hooked.write("a.py", "one = 1\ntwo = 2\n")
    hooked.git("add", "a.py")
    assert counts(hooked) == {"a.py": (2, 0, 1)}
    hooked.write("a.py", THREE)
    assert counts(hooked) == {"a.py": (2, 1, 0)}
    (hooked.path / "a.py").unlink()
    hooked.git("rm", "-q", "--cached", "a.py")
    assert counts(hooked) == {"a.py": (0, 0, 3)}


def test_turns_say_who_and_what(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A turn has agent, model, session, prompt, moment and age, and the files it touched."""
    write(claude)
    write(claude, "b.py", prompt="\n  And another.\n")
    first, second = status(hooked)["turns"]
    assert (first["agent"], first["model"], first["session"]) == ("claude-code", MODEL, SESSION)
    assert (first["prompt"], second["prompt"]) == ("Write it.", "And another.")
    assert (first["files"], second["files"]) == (["a.py"], ["b.py"])
    assert first["age"] >= 0
    assert first["at"].endswith("Z")
    text = hooked.gitprov("status").stdout
    assert "And another." in text
    assert "3 pending in a.py" in text
    assert "just now" in text or "ago" in text


def test_the_next_commit_is_foretold(hooked: GitRepo, claude: ClaudeSession) -> None:
    """The rows and trailers that status shows are those that the commit then gets."""
    write(claude)
    hooked.write("a.py", THREE.replace("two = 2", "two = 2  # sure"))
    hooked.git("add", "-A")
    foretold = status(hooked)["next_commit"]
    hooked.commit_staged("Work")
    assert foretold["rows"] == hooked.traces()
    assert foretold["trailers"] == [f"{key}: {value}" for key, value in hooked.trailers()]
    assert foretold["refusals"] == []


def test_partly_committed_turns_name_their_trace(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Of a turn that a commit used in part, the rest is pending and the trace of the part is named."""
    claude.prompt("Two files.")
    claude.write_file("a.py", THREE)
    claude.write_file("b.py", THREE)
    claude.stop()
    hooked.commit("A", "a.py")
    (turn,) = status(hooked)["turns"]
    assert turn["traces"] == [hooked.traces()[0]["id"]]
    assert counts(hooked) == {"b.py": (0, 3, 0)}


def test_status_writes_no_plan_and_no_objects(hooked: GitRepo, claude: ClaudeSession) -> None:
    """After a second look nothing below .git has changed, and there are no generations yet."""
    write(claude)
    hooked.git("add", "-A")
    status(hooked)
    before = tree(hooked)
    assert "gitprov/plan.json" not in before
    status(hooked)
    hooked.gitprov("status")
    assert tree(hooked) == before
    assert hooked.git("rev-parse", "--verify", "--quiet", GENERATIONS_REF, check=False).returncode


def test_a_refusal_is_foretold(hooked: GitRepo, claude: ClaudeSession) -> None:
    """What the gate would refuse is shown before anybody commits, with its mend."""
    hooked.write(".gitprov.toml", 'require = ["model"]\n')
    claude.model = None
    write(claude)
    hooked.git("add", "-A")
    (refusal,) = status(hooked)["next_commit"]["refusals"]
    assert refusal["path"] == "a.py"
    assert "has no model" in refusal["message"]
    assert "REFUSED  a.py" in hooked.gitprov("status").stdout
    assert hooked.git("commit", "-q", "-m", "x", check=False).returncode == 1


def test_large_and_binary_contents_are_said(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Edits known by digest only are listed with the reason."""
    write(claude, "big.txt", "x" * 99 + "\n" * 1 + ("y" * 99 + "\n") * 12000)
    write(claude, "nul.bin", "a\0b\n")
    found = {one["path"]: one["why"] for one in status(hooked)["unread"]}
    assert found == {"big.txt": "large", "nul.bin": "binary"}
    assert "nul.bin: not text, known by digest only" in hooked.gitprov("status").stdout


def test_damaged_evidence_is_said(hooked: GitRepo, claude: ClaudeSession) -> None:
    """An event file that is no JSON is told, and hides no other evidence."""
    write(claude)
    (hooked.inbox() / "events" / "0000000099.json").write_text("{half")
    answer = status(hooked)
    assert [(one["path"], one["why"]) for one in answer["unread"]] == [("events/0000000099.json", "damaged")]
    assert counts(hooked) == {"a.py": (0, 3, 0)}


def test_people_and_renames(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Lines recorded as typed are counted apart; a file renamed in the index is one file."""
    write(claude)
    event = {"v": 1, "type": "human", "path": "a.py", "before": THREE, "after": THREE + "# mine\n"}
    hooked.write("a.py", THREE + "# mine\n")
    hooked.gitprov("capture", "generic", input=json.dumps(event))
    hooked.commit("Base")
    claude.prompt("More.")
    claude.edit("a.py", "# mine\n", "# mine\nfour = 4\n")
    claude.stop()
    hooked.git("mv", "a.py", "b.py")
    hooked.git("add", "-A")
    (file,) = status(hooked)["files"]
    assert (file["path"], file["staged"], file["human"]) == ("b.py", 1, 0)
    event = {"v": 1, "type": "human", "path": "c.py", "before": None, "after": "# mine\n"}
    hooked.write("c.py", "# mine\n")
    hooked.gitprov("capture", "generic", input=json.dumps(event))
    assert [(one["path"], one["human"]) for one in status(hooked)["files"]] == [("b.py", 0), ("c.py", 1)]


def test_lines_in_head_without_a_note(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Where a commit was made with no hook at all, its lines are neither pending nor lost."""
    write(claude)
    hooked.git("add", "-A")
    hooked.git("-c", "core.hooksPath=/nowhere", "commit", "-q", "-m", "Without hooks")
    (file,) = status(hooked)["files"]
    assert (file["staged"], file["pending"], file["dropped"], file["held"]) == (0, 0, 0, 3)
    assert "3 in HEAD without a note" in hooked.gitprov("status").stdout


@pytest.mark.parametrize(
    "name", ["with space.py", "-dash.py", 'quo"te.py', "new\nline.py", "ü\udcff.py", "*.py"]
)
def test_hostile_paths(hooked: GitRepo, claude: ClaudeSession, name: str) -> None:
    """Whatever a file is called, its lines are counted and its name steers no terminal."""
    claude.prompt("Write.")
    event = {
        "v": 1,
        "type": "ai",
        "path": name,
        "before": None,
        "after": "a = 1\n",
        "agent": "x",
        "session": "s",
    }
    Path(os.fsdecode(os.fsencode(hooked.path) + b"/" + name.encode("utf-8", "surrogateescape"))).write_text(
        "a = 1\n"
    )
    hooked.gitprov("capture", "generic", input=json.dumps(event))
    hooked.git("add", "-A")
    assert counts(hooked) == {name: (1, 0, 0)}
    text = hooked.gitprov("status").stdout
    assert all(line.strip() != "line.py" for line in text.splitlines())


def test_unborn_branch(repo: GitRepo, claude: ClaudeSession) -> None:
    """Before the first commit there is no HEAD; status works."""
    write(claude)
    assert counts(repo) == {"a.py": (0, 3, 0)}
    repo.git("add", "-A")
    assert counts(repo) == {"a.py": (3, 0, 0)}


def test_each_worktree_has_its_own(hooked: GitRepo, claude: ClaudeSession, tmp_path: Path) -> None:
    """What waits in one worktree is none of another's business."""
    write(claude)
    other = hooked.add_worktree(tmp_path / "other", "-b", "side")
    assert status(other)["files"] == []
    assert status(other)["worktree"] == "other"
    assert counts(hooked) == {"a.py": (0, 3, 0)}


def test_a_bare_repository_has_nothing_to_tell(hooked: GitRepo, tmp_path: Path) -> None:
    """Without a work tree nothing can be pending: one line, exit code 3."""
    bare = hooked.clone(tmp_path / "bare.git", "--bare")
    done = bare.gitprov("status", check=False)
    assert done.returncode == 3
    assert "bare repository" in done.stderr


def test_an_interrupted_commit_is_finished_and_said(hooked: GitRepo, claude: ClaudeSession) -> None:
    """When post-commit was killed, status writes the note and says of which commit."""
    write(claude)
    hooked.git("add", "-A")
    hooks = hooked.path / ".git" / "hooks"
    (hooks / "post-commit").rename(hooks / "kept-aside")
    hooked.commit_staged("A")
    assert status(hooked)["finished"] == hooked.oid()
    assert hooked.traces()[0]["files"] == {"a.py": {"ai": "1-3"}}


def test_a_wrong_configuration_does_not_hide_what_is_pending(hooked: GitRepo, claude: ClaudeSession) -> None:
    """With a configuration that cannot be read the counts are still told, and the problem with them."""
    write(claude)
    hooked.write(".gitprov.toml", "unknown_key = 1\n")
    hooked.git("add", "a.py")
    answer = status(hooked)
    assert answer["next_commit"]["problem"]
    assert counts(hooked) == {"a.py": (3, 0, 0)}
    assert "cannot be determined" in hooked.gitprov("status").stdout
