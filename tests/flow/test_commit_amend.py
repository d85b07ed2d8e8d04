"""Amending the last commit: note and trailers are what one commit would have had."""

from __future__ import annotations

from typing import Any

import pytest

from gitprov.store.files import raise_flag
from tests.support.agent import Agent
from tests.support.commits import claims, editor, gate, lines, stage
from tests.support.notes import OTHER, TRACE, add_note, commit_row, trace_row
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

TEN = lines(10)
Facts = dict[str, Any]


def facts(repo: GitRepo) -> list[Facts]:
    """What must not depend on the number of commands that made a commit: lines, counts, trailers."""
    rows = [{key: row[key] for key in ("id", "files", "delta")} for row in repo.traces()]
    people = [{"files": row["files"]} for row in repo.note() if row["kind"] == "human"]
    return [*rows, *people, {"trailers": repo.trailers()}]


@pytest.mark.parametrize("how", ["--no-edit", "-m", "-C", "alias", "two words", "nested", "shell", "fixed"])
def test_nothing_changes(project: GitRepo, agent: Agent, how: str) -> None:
    """An amendment of the message alone keeps lines, counts and trailers, however it is asked for."""
    agent.write("a.py", TEN)
    agent.person("a.py", TEN + "typed = 1\n", "Bob <bob@example.com>")
    project.write("a.py", TEN.replace("line_3 = 3\n", "line_3 = 33333\n") + "typed = 1\nown = 2\n")
    before = project.commit("First")
    said = facts(project)
    assert said[0]["files"] == {"a.py": {"ai": "1-2,4-10", "edited": "3"}}
    project.tick()
    if how == "alias":
        project.git("config", "alias.ci", "commit --amend")
        project.git("ci", "-q", "-m", "New words")
    elif how == "two words":
        project.git("config", "alias.ci", "commit")
        project.git("ci", "--amen", "-q", "-m", "New words")
    elif how == "nested":
        project.git("config", "alias.ci", "commit -q")
        project.git("config", "alias.mend", "ci --amend")
        project.git("config", "alias.again", "-c core.abbrev=9 mend")
        project.git("again", "-m", "New words")
    elif how == "shell":
        project.git("config", "alias.again", "!git commit -q --amend")
        project.git("again", "-m", "New words")
    elif how == "fixed":
        editor(project, "sed -i '1s/.*/New words/' \"$1\"")
        project.git("commit", "-q", "--amend")
    else:
        words = {"--no-edit": ["--no-edit"], "-m": ["-m", "New words"], "-C": ["-C", "HEAD"]}[how]
        project.git("commit", "-q", "--amend", *words)
    assert project.oid() != before
    assert facts(project) == said
    assert gate(project) == "passed"
    assert {row["evidence"] for row in project.traces()} == {"carried"}
    assert len(project.generations()) == 1


def test_message_that_says_amend(project: GitRepo, agent: Agent) -> None:
    """A commit whose message is `--amend` is a new commit."""
    agent.write("a.py", "a = 1\n")
    first = project.commit("First")
    agent.prompt().write("a.py", "a = 1\nb = 2\n")
    project.commit("--amend")
    assert project.oid("HEAD~1") == first
    assert claims(project) == {"a.py": {"ai": "2"}}
    assert gate(project) == "passed"


def test_new_lines_of_a_new_turn(project: GitRepo, agent: Agent) -> None:
    """Amending with what another turn wrote: both traces, both trailers."""
    agent.write("a.py", "a = 1\n")
    project.commit("First")
    [first] = project.traces()
    agent.prompt("more").write("a.py", "z = 0\na = 1\nb = 2\n")
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    rows = {row["id"]: row for row in project.traces()}
    assert rows[first["id"]]["files"] == {"a.py": {"ai": "2"}}
    [second] = set(rows) - {first["id"]}
    assert rows[second]["files"] == {"a.py": {"ai": "1,3"}}
    assert {value for _, value in project.trailers()} == set(rows)
    assert project.events() == []


def test_rest_of_a_partial_commit(project: GitRepo, agent: Agent) -> None:
    """Half of an edit committed, the other half amended in: the same note as committing all of it at once."""
    agent.write("a.py", TEN)
    stage(project, "a.py", "".join(TEN.splitlines(keepends=True)[:5]))
    project.commit_staged("Half")
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert claims(project) == {"a.py": {"ai": "1-10"}}
    assert project.traces()[0]["delta"] == {"raw": 10, "kept": 10, "edited": 0, "dropped": 0, "pending": 0}
    assert len(project.trailers()) == 1
    assert project.events() == []


def test_developer_rewords(project: GitRepo, agent: Agent) -> None:
    """A committed AI line that the amendment rewords becomes `edited`, and the counts follow."""
    agent.write("a.py", TEN)
    project.commit("First")
    project.write("a.py", TEN.replace("line_4 = 4\n", "line_4 = 4444\n").replace("line_9 = 9\n", ""))
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert claims(project) == {"a.py": {"ai": "1-3,5-9", "edited": "4"}}
    assert project.traces()[0]["delta"] == {"raw": 10, "kept": 8, "edited": 1, "dropped": 1, "pending": 0}


@pytest.mark.parametrize("profile", ["ai-trace", "kernel"])
@pytest.mark.parametrize("how", ["file gone", "lines gone", "file back"])
def test_last_line_goes(project: GitRepo, agent: Agent, how: str, profile: str) -> None:
    """When the amendment takes the last AI line, note and trailer go too."""
    project.git("config", "gitprov.trailers", profile)
    project.write("a.py", TEN)
    project.write("b.py", "b = 0\n")
    project.commit("Base")
    agent.write("a.py", TEN + "model_wrote = 1\n")
    project.write("b.py", "b = 1\n")
    project.commit("First")
    assert len(project.trailers()) == 1
    if how == "file gone":
        project.git("rm", "-q", "-f", "a.py")
    else:
        project.write("a.py", TEN + "by_hand('!')\n" if how == "lines gone" else TEN)
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert project.trailers() == []
    assert project.message() == "First"
    assert project.traces() == []


def test_one_of_two_files_goes(project: GitRepo, agent: Agent) -> None:
    """A file taken out of the commit is not counted any more; its lines wait in the work tree."""
    agent.write("a.py", TEN)
    agent.write("b.py", lines(4, "other"))
    project.commit("First")
    assert project.traces()[0]["delta"]["kept"] == 14
    project.git("rm", "-q", "--cached", "b.py")
    project.git("commit", "-q", "--amend", "--no-edit")
    assert claims(project) == {"a.py": {"ai": "1-10"}}
    assert project.traces()[0]["delta"] == {"raw": 14, "kept": 10, "edited": 0, "dropped": 0, "pending": 4}


def test_deleted_lines_stay_counted(project: GitRepo, agent: Agent) -> None:
    """What a trace removed from the parent is still removed after the amendment, and counted once."""
    project.write("a.py", TEN)
    project.commit("Base")
    agent.write("a.py", "".join(TEN.splitlines(keepends=True)[4:]) + "new = 1\nlate = 2\n")
    stage(project, "a.py", "".join(TEN.splitlines(keepends=True)[4:]) + "new = 1\n")
    project.commit_staged("First")
    assert claims(project) == {"a.py": {"ai": "7", "deleted": 4}}
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert claims(project) == {"a.py": {"ai": "7-8", "deleted": 4}}
    project.git("commit", "-q", "--amend", "--no-edit", "--reset-author")
    assert claims(project) == {"a.py": {"ai": "7-8", "deleted": 4}}


def test_deletions_alone(project: GitRepo, agent: Agent) -> None:
    """A trace that only removed lines keeps its row and its trailer."""
    project.write("a.py", TEN)
    project.commit("Base")
    agent.write("a.py", "".join(TEN.splitlines(keepends=True)[4:]))
    project.commit("First")
    said = facts(project)
    project.git("commit", "-q", "--amend", "-m", "Other words")
    assert facts(project) == said


def test_model_rewrites_its_line(project: GitRepo, agent: Agent) -> None:
    """A line that the model itself replaces is the new turn's, and nobody dropped it."""
    agent.write("a.py", "a = 1\nb = compute(1)\n")
    project.commit("First")
    [first] = project.traces()
    agent.prompt("better").write("a.py", "a = 1\nb = compute(2)\n")
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    rows = {row["id"]: row for row in project.traces()}
    old = rows.pop(first["id"])
    [new] = rows.values()
    assert old["files"] == {"a.py": {"ai": "1"}}
    assert old["delta"] == {"raw": 1, "kept": 1, "edited": 0, "dropped": 0, "pending": 0}
    assert new["files"] == {"a.py": {"ai": "2"}}


def test_rename_in_an_amendment(project: GitRepo, agent: Agent) -> None:
    """A file that the amendment renames keeps its lines under the new name."""
    agent.write("a.py", TEN)
    project.commit("First")
    project.git("mv", "a.py", "b.py")
    project.git("commit", "-q", "--amend", "--no-edit")
    assert claims(project) == {"b.py": {"ai": "1-10"}}
    assert project.traces()[0]["delta"]["kept"] == 10


def test_root_commit(repo: GitRepo) -> None:
    """The first commit of a repository can be amended too."""
    repo.install()
    agent = Agent(repo)
    agent.write("a.py", "a = 1\n")
    repo.commit("First")
    agent.prompt().write("a.py", "a = 1\nb = 2\n")
    repo.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert repo.git("rev-list", "--count", "HEAD").stdout == "1\n"
    assert sorted(row["files"]["a.py"]["ai"] for row in repo.traces()) == ["1", "2"]
    assert len(repo.trailers()) == 2
    assert gate(repo) == "passed"


def test_merge_commit(project: GitRepo, agent: Agent) -> None:
    """An amended merge holds only lines that no parent has."""
    project.write("a.py", "a = 1\nb = 2\nc = 3\n")
    project.commit("Base")
    project.git("switch", "-q", "-c", "side")
    agent.write("a.py", "a = 1\nb = 'side'\nc = 3\nside = 4\n")
    project.commit("Side")
    project.git("switch", "-q", "main")
    project.write("a.py", "a = 1\nb = 'main'\nc = 3\n")
    project.commit("Main")
    project.git("merge", "-q", "side", check=False)
    agent.prompt("resolve").write("a.py", "a = 1\nb = 'both'\nc = 3\nside = 4\n")
    project.git("add", "-A")
    project.git("commit", "-q", "-m", "Merge")
    said = facts(project)
    project.git("commit", "-q", "--amend", "-m", "Merged")
    assert facts(project) == said


def test_without_reflog(project: GitRepo, agent: Agent) -> None:
    """Where HEAD has no reflog, the plan knows what was amended."""
    project.git("config", "core.logAllRefUpdates", "false")
    agent.write("a.py", TEN)
    project.commit("First")
    (project.path / ".git/logs/HEAD").unlink(missing_ok=True)
    project.git("commit", "-q", "--amend", "-m", "Again")
    assert claims(project) == {"a.py": {"ai": "1-10"}}
    assert gate(project) == "passed"


def test_trailer_removed_in_the_editor(project: GitRepo, agent: Agent) -> None:
    """An amendment that drops a trailer whose lines survive is refused; the mend, run as printed, makes the commit."""
    agent.write("a.py", TEN)
    before = project.commit("First")
    editor(project, "sed -i -e /^AI-Trace/d -e '1s/.*/Better words/' \"$1\"")
    done = project.git("commit", "--amend", check=False)
    assert done.returncode == 1
    assert project.oid() == before
    [mend] = [line.split("mend: ")[1] for line in done.stderr.splitlines() if "mend: " in line]
    project.env["GIT_EDITOR"] = "false"
    project.env["MEND"] = mend
    project.git("-c", 'alias.mend=!eval "$MEND"', "mend")
    assert project.message() == f"Better words\n\nAI-Trace: {project.generations()[0]}"
    assert claims(project) == {"a.py": {"ai": "1-10"}}
    assert gate(project) == "passed"


def test_bypassed_amendment(project: GitRepo, agent: Agent) -> None:
    """`--amend --no-verify` keeps the note and says that nobody looked."""
    agent.write("a.py", TEN)
    project.commit("First")
    project.git("commit", "-q", "--amend", "--no-verify", "-m", "Quick")
    assert claims(project) == {"a.py": {"ai": "1-10"}}
    assert gate(project) == "bypassed"


def test_amending_a_commit_without_note(project: GitRepo, agent: Agent) -> None:
    """A commit by hand, amended with a model's lines."""
    project.write("a.py", TEN)
    project.commit("By hand")
    agent.write("a.py", TEN + "model = 1\n")
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert claims(project) == {"a.py": {"ai": "11"}}
    assert len(project.trailers()) == 1
    project.write("a.py", TEN)
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert project.trailers() == []


def test_reviews_stay_with_their_trace(project: GitRepo, agent: Agent) -> None:
    """A review of a trace that is still in the commit is in the amended note."""
    agent.write("a.py", TEN)
    project.commit("First")
    [trace] = project.generations()
    row = f'{{"by":"Bob <bob@example.com>","id":"{trace}/Bob","kind":"review","v":1}}'
    project.git("notes", "--ref=refs/notes/gitprov", "append", "-m", row, "HEAD")
    project.git("commit", "-q", "--amend", "-m", "Again")
    assert [row["id"] for row in project.note() if row["kind"] == "review"] == [f"{trace}/Bob"]


def test_older_evidence_takes_nothing_from_an_amended_commit(project: GitRepo, agent: Agent) -> None:
    """A model's edit that a person replaced before the commit is evidence still, and tells nothing of what came after it."""
    agent.prompt("first").write("a.py", "something_else()\n")
    project.write("a.py", "mine = 1\n")
    agent.prompt("second").write("a.py", "mine = 1\nkept = first + second + third\nplain = 3\n")
    project.commit("First")
    project.write("a.py", "mine = 1\nkept = first + second + fourth\n    plain = 3\n")
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert project.classes("a.py") == ["unknown", "edited", "ai"]


def test_a_persons_older_report_takes_nothing_from_an_amended_commit(project: GitRepo, agent: Agent) -> None:
    """What a person's report tells of a file as it was before the amended commit is no reason to forget what came after."""
    typed = [f"mine_{n} = {n}\n" for n in range(4)]
    agent.person("a.py", "".join(typed))
    typed[3] = "reworded by nobody\n"
    project.write("a.py", "".join(typed))
    made = ["kept = first + second + third\n", "also = fourth + fifth + sixth\n"]
    agent.prompt("first").write("a.py", "".join([*typed[:2], *made, typed[3]]))
    project.commit("First")
    assert [row["type"] for row in project.events()] == ["human"]
    made[0] = "kept = first + second + other\n"
    project.write("a.py", "".join([*typed[:2], *made, typed[3]]))
    agent.prompt("second").write("a.py", "".join([*typed[:2], *made, typed[3], "last = 1\n"]))
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert project.classes("a.py") == ["human", "human", "edited", "ai", "unknown", "ai"]


def test_a_person_goes_on_after_an_amendment_was_staged(project: GitRepo, agent: Agent) -> None:
    """What is recorded after `git add` takes nothing from what is staged, whatever older evidence there is."""
    agent.prompt("first").write("a.py", "something_else()\n")
    project.write("a.py", "mine = 1\n")
    agent.prompt("second").write("a.py", "mine = 1\nkept = first + second + third\n")
    project.commit("First")
    project.write("a.py", "mine = 1\nkept = first + second + fourth\nmore = 2\n")
    project.git("add", "a.py")
    agent.person("a.py", "other = 0\nkept = first + second + fourth\nmore = 2\n", "Bob <bob@example.com>")
    project.git("commit", "-q", "--amend", "--no-edit")
    assert claims(project) == {"a.py": {"edited": "2"}}


def test_an_amendment_that_is_too_large_to_compare(project: GitRepo) -> None:
    """The note says why lines are unknown of which an amendment changed more bytes than are compared, also after a
    further amendment and a rebase.
    """
    long = "".join(f"line_{n} = '{'x' * 300_000}'\n" for n in range(8))
    project.write("b.py", "b = 1\n")
    project.commit("Base")
    project.write("a.py", "first = 1\n" + long)
    oid = project.commit("First")
    whole, third = trace_row({"a.py": {"ai": "1-2,4-9"}}), trace_row({"a.py": {"ai": "3"}}, id=OTHER)
    add_note(project, "HEAD", whole, third, commit_row(oid))
    raise_flag(str(project.path / ".git" / "gitprov"), "active")
    project.write("a.py", "first = 1\n" + long.replace("x", "yz"))
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    why = {"bounded": "changed lines of 7200192 bytes: above 4000000 they are not compared"}
    files = {TRACE: {"a.py": {"ai": "1", **why}}, OTHER: {"a.py": why}}
    assert {row["id"]: row["files"] for row in project.traces()} == files
    project.write("b.py", "b = 2\n")
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert {row["id"]: row["files"] for row in project.traces()} == files
    project.git("rebase", "-q", "--force-rebase", "HEAD~1")
    assert {row["id"]: row["files"] for row in project.traces()} == files
    project.git("rm", "-q", "a.py")
    project.git("commit", "-q", "--amend", "--no-edit")
    assert project.traces() == []
