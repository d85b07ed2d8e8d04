"""`gitprov review`: who looked at a trace, kept with each commit that holds it."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.claude import ClaudeSession
from tests.support.repo import NOTES_REF, GitRepo

pytestmark = pytest.mark.slow


def reviews(repo: GitRepo, rev: str = "HEAD") -> list[dict[str, Any]]:
    """The review rows of a commit's note."""
    return [row for row in repo.note(rev) if row["kind"] == "review"]


def generate(repo: GitRepo, claude: ClaudeSession, path: str, *, message: str = "Work") -> str:
    """One turn, one file, one commit; returns the trace id."""
    claude.prompt(f"Write {path}.")
    claude.write_file(path, f"name = {path!r}\n")
    claude.stop()
    repo.commit(message)
    return str(repo.traces()[0]["id"])


def test_a_review_is_a_row_of_the_note(hooked: GitRepo, claude: ClaudeSession) -> None:
    """The row names trace, person, moment and remark, and the rest of the note stays as it was."""
    trace = generate(hooked, claude, "a.py")
    before = hooked.note()
    done = hooked.gitprov("review", trace, "--note", "checked the bounds")
    assert f"{trace} reviewed by Alice <alice@example.com>" in done.stdout
    (row,) = reviews(hooked)
    assert row["id"] == f"{trace}/alice@example.com"
    assert (row["v"], row["by"], row["note"]) == (1, "Alice <alice@example.com>", "checked the bounds")
    assert row["at"].endswith("Z")
    assert [one for one in hooked.note() if one["kind"] != "review"] == before


def test_reviewing_twice_changes_nothing(hooked: GitRepo, claude: ClaudeSession) -> None:
    """The second review by the same person writes no commit on the notes ref, and says so."""
    generate(hooked, claude, "a.py")
    hooked.gitprov("review", "HEAD", "--note", "fine")
    tip = hooked.oid(NOTES_REF)
    for again in (["review", "HEAD"], ["review", "HEAD", "--note", "fine"]):
        assert "was reviewed already" in hooked.gitprov(*again).stdout
    assert hooked.oid(NOTES_REF) == tip


def test_a_second_remark_is_added(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A later remark of the same person does not replace the first, and a union with the old note keeps both."""
    generate(hooked, claude, "a.py")
    hooked.gitprov("review", "HEAD")
    old = hooked.git("notes", f"--ref={NOTES_REF}", "show", "HEAD").stdout
    hooked.gitprov("review", "HEAD", "--note", "zwei")
    hooked.gitprov("review", "HEAD", "--note", "drei")
    hooked.git("notes", f"--ref={NOTES_REF}", "append", "-m", old, "HEAD")
    hooked.gitprov("review", "HEAD", "--by", "Bob <bob@example.com>")
    assert {row["by"]: row["note"] for row in reviews(hooked)} == {
        "Alice <alice@example.com>": "zwei\ndrei",
        "Bob <bob@example.com>": None,
    }


def test_a_commit_stands_for_all_its_traces(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Reviewing a commit reviews each trace in it."""
    claude.prompt("One.")
    claude.write_file("a.py", "a = 1\n")
    claude.prompt("Two.")
    claude.write_file("b.py", "b = 1\n")
    claude.stop()
    hooked.commit("Both")
    done = json.loads(hooked.gitprov("review", "HEAD", "--json").stdout)
    assert {one["trace"] for one in done["reviews"]} == {row["id"] for row in hooked.traces()}
    assert all(one["new"] and one["commit"] == hooked.oid() for one in done["reviews"])
    assert len(reviews(hooked)) == 2


def test_a_trace_is_reviewed_in_every_commit_that_holds_it(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A trace committed in two steps is reviewed in both."""
    claude.prompt("Two files.")
    claude.write_file("a.py", "a = 1\n")
    claude.write_file("b.py", "b = 1\n")
    claude.stop()
    hooked.commit("A", "a.py")
    trace = str(hooked.traces()[0]["id"])
    hooked.commit("B")
    hooked.gitprov("review", trace, "--by", "Bob <bob@example.com>")
    assert [row["by"] for rev in ("HEAD", "HEAD~1") for row in reviews(hooked, rev)] == [
        "Bob <bob@example.com>"
    ] * 2


def test_show_tells_reviews_and_trailers(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Reviews of the note and `Reviewed-by` trailers are shown alike, for the trace and for the commit."""
    trace = generate(hooked, claude, "a.py", message="Work\n\nReviewed-by: Carol <carol@example.com>")
    hooked.gitprov("review", trace, "--by", "Bob <bob@example.com>", "--note", "good")
    for name in (trace, "HEAD"):
        found = json.loads(hooked.gitprov("show", "--json", name).stdout)["reviewed_by"]
        assert [(one["by"], one["note"], one["source"]) for one in found] == [
            ("Bob <bob@example.com>", "good", "note"),
            ("Carol <carol@example.com>", None, "trailer"),
        ]
        text = hooked.gitprov("show", name).stdout
        assert "Bob <bob@example.com>" in text
        assert "Carol <carol@example.com>  (trailer)" in text


def test_without_identity_it_says_so(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Nobody known to git and nobody named is an error with the way out; naming somebody is one."""
    generate(hooked, claude, "a.py")
    hooked.git("config", "--global", "--unset", "user.name")
    hooked.git("config", "--global", "--unset", "user.email")
    hooked.git("config", "--global", "user.useConfigOnly", "true")
    done = hooked.gitprov("review", "HEAD", check=False)
    assert done.returncode == 3
    assert "git does not know who you are" in done.stderr
    assert "git config user.name" in done.stderr
    assert reviews(hooked) == []
    hooked.gitprov("review", "HEAD", "--by", "Bob <bob@example.com>")
    assert [row["by"] for row in reviews(hooked)] == ["Bob <bob@example.com>"]


@pytest.mark.parametrize("who", ["", "Bob", "<bob@example.com>", "Bob <bob@example.com>\nX <x@example.com>"])
def test_a_name_that_names_nobody_is_refused(hooked: GitRepo, claude: ClaudeSession, who: str) -> None:
    """--by takes `Name <email>` and nothing else."""
    generate(hooked, claude, "a.py")
    done = hooked.gitprov("review", "HEAD", "--by", who, check=False)
    assert done.returncode == 2
    assert reviews(hooked) == []


def test_what_cannot_be_reviewed(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A commit without traces, an uncommitted turn and an unknown name are errors of one line and a hint."""
    claude.prompt("Not yet.")
    claude.write_file("a.py", "a = 1\n")
    claude.stop()
    turn = json.loads(hooked.gitprov("status", "--json").stdout)["turns"][0]["handle"]
    for name, words in (("HEAD", "has no trace"), (turn, "is not committed"), ("nope", "names no commit")):
        done = hooked.gitprov("review", name, check=False)
        assert done.returncode == 3
        assert words in done.stderr
        assert "hint: " in done.stderr


def test_reviews_at_the_same_moment_all_arrive(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Six people who review at once all end up in the note."""
    trace = generate(hooked, claude, "a.py")

    def look(n: int) -> subprocess.CompletedProcess[str]:
        return hooked.gitprov("review", trace, "--by", f"P{n} <p{n}@example.com>")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(look, range(6)))
    assert {row["by"] for row in reviews(hooked)} == {f"P{n} <p{n}@example.com>" for n in range(6)}


def test_a_bare_repository_takes_reviews(hooked: GitRepo, claude: ClaudeSession, tmp_path: Path) -> None:
    """A review needs no work tree."""
    trace = generate(hooked, claude, "a.py")
    bare = hooked.clone(tmp_path / "bare.git", "--mirror")
    bare.gitprov("review", trace)
    assert len(reviews(bare)) == 1
