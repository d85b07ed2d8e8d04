"""Past commits get notes from transcripts that are still there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.recorded import APP, RECORDED
from tests.support.repo import GitRepo
from tests.sweep.stories import Session

Row = dict[str, Any]


def backfill(repo: GitRepo, *args: str) -> Row:
    """The report of one run."""
    report: Row = json.loads(repo.gitprov("backfill", "--json", *args).stdout)
    return report


def refs(repo: GitRepo) -> str:
    """Every ref with its object."""
    return repo.git("for-each-ref").stdout


@pytest.mark.slow
def test_commits_from_before_the_installation(repo: GitRepo) -> None:
    """Each past commit gets its lines and no other one's; messages stay, and a second run changes nothing."""
    repo.write("app.py", APP)
    repo.commit("Start")
    claude = Session(repo)
    claude.prompt("a greeting")
    claude.write_file("hello.py", "print('hello')\n")
    first = repo.commit("Greet")
    repo.write("hello.py", "print('hello')\n# by hand\n")
    by_hand = repo.commit("Remark")
    claude.edit("hello.py", "# by hand\n", "# by hand\nprint('you')\n")
    claude.stop()
    claude.prompt("more")
    claude.edit("app.py", "line_3 = 3\n", "line_3 = 33\nkey = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'\n")
    last = repo.commit("More")
    before = refs(repo)
    assert [row["oid"] for row in backfill(repo, "--dry-run")["measured"]] == [first, last]
    assert refs(repo) == before
    report = backfill(repo)
    assert [(row["oid"], row["lines"], row["agents"]) for row in report["measured"]] == [
        (first, 1, ["claude-code"]),
        (last, 3, ["claude-code"]),
    ]
    assert repo.note(by_hand) == []
    assert [row["files"] for row in repo.traces(first)] == [{"hello.py": {"ai": "1"}}]
    assert {row["evidence"] for row in repo.traces(last)} == {"swept"}
    assert repo.classes("hello.py") == ["ai", "unknown", "ai"]
    assert repo.classes("app.py")[2:5] == ["ai", "ai", "unknown"]
    assert repo.message() == "More"
    after = refs(repo)
    assert backfill(repo)["measured"] == []
    assert refs(repo) == after
    assert not list((repo.path / ".git" / "gitprov" / "backfill").glob("inbox"))


@pytest.mark.slow
def test_commits_of_aider(repo: GitRepo) -> None:
    """Aider commits without gitprov's checks: its history gives the lines; a commit alone is only declared."""
    repo.write("app.py", APP)
    repo.write("hello.py", "")
    repo.commit("Start")
    repo.write("hello.py", "def hello():\n    return 'hello'\n\n\nprint(hello())\n")
    message = "feat: what was asked\n\nCo-authored-by: aider (openai/fake-model) <aider@aider.chat>"
    hello = repo.commit(message)
    text = APP.replace("line_3 = 3\n", "line_3 = 33\nline_3b = 34\n").replace(
        "line_15 = 15", "line_15 = 1515"
    )
    repo.write("app.py", text)
    app = repo.commit(message)
    repo.write("other.py", "x = 1\n")
    other = repo.commit(message)
    history = (RECORDED / "aider-0.86.2.transcript.md").read_text().replace("$REPO", str(repo.path))
    repo.write(".aider.chat.history.md", history)
    shown = repo.gitprov("backfill", "-n").stdout.splitlines()
    assert shown == [
        f"{hello[:12]} would get a note: 5 lines of aider  (feat: what was asked)",
        f"{app[:12]} would get a note: 3 lines of aider  (feat: what was asked)",
        f"{other[:12]} only declares aider: no note is needed  (feat: what was asked)",
        "looked at 4 (the newest 10,000 commits of HEAD): none had a note, 2 would get a note",
    ]
    report = backfill(repo)
    assert [(row["oid"], row["lines"], row["agents"]) for row in report["measured"]] == [
        (hello, 5, ["aider"]),
        (app, 3, ["aider"]),
    ]
    assert [(row["oid"], row["agent"]) for row in report["declared"]] == [(other, "aider")]
    row = repo.traces(app)[0]
    assert (row["model"], row["evidence"]) == ("openai/fake-model", "swept")
    assert repo.generation_file(row["id"], "prompt.txt") == b"Now change app [[edit]]"
    assert repo.classes("other.py") == ["declared"]
