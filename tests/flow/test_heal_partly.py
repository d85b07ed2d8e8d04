"""`gitprov heal` and commits that have a note already: lines of which it says nothing may be another commit's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flow.test_heal import again_nothing, heal, healed, hows
from tests.support.agent import Agent
from tests.support.carrying import BASE, owners
from tests.support.commits import gate
from tests.support.repo import NOTES_REF, GitRepo

pytestmark = pytest.mark.slow

LONG = "value = call(alpha, beta, gamma)\n"
BROKEN = "value = call(\n    alpha,\n    beta,\n    gamma,\n)\n"


def formatted(repo: GitRepo, agent: Agent, first: str = LONG) -> Agent:
    """A commit in which another session's file comes beside `first` of s1, broken into more lines by a formatter."""
    agent.write("w.py", first)
    repo.commit("Long line")
    other = Agent(repo, session="s2")
    other.write("b.py", "beside = 1\n")
    repo.write("w.py", BROKEN)
    repo.commit("Edit and format")
    return other


def test_formatter_beside_evidence(project: GitRepo, agent: Agent) -> None:
    """A commit with evidence of its own keeps what its note says, and gets the re-wrapped lines of other sessions."""
    formatted(project, agent)
    before = {row["id"]: row for row in project.note()}
    assert set(owners(project, "w.py").values()) == {"unknown"}
    assert hows(heal(project), project.oid()) == ["re-wrapped"]
    said = owners(project, "w.py")
    assert said.pop(")") in ("ai s1", "unknown")
    assert set(said.values()) == {"ai s1"}
    assert owners(project, "b.py") == {"beside = 1": "ai s2"}
    after = {row["id"]: row for row in project.note()}
    assert {name: after[name] for name in before} == before
    assert gate(project) == "passed"
    again_nothing(project)


def test_reworded_in_the_amendment_of_a_layout(project: GitRepo, agent: Agent) -> None:
    """A line that is reworded in the amendment of a commit of layout, which heal gave its note, is edited."""
    agent.write("w.py", LONG)
    project.commit("Long line")
    project.write("w.py", "    " + LONG)
    project.commit("Format")
    assert hows(heal(project), project.oid()) == ["re-wrapped"]
    project.write("w.py", "    value = call(alpha, beta, delta)\n")
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert owners(project, "w.py") == {"    value = call(alpha, beta, delta)": "edited s1"}


def test_own_evidence_of_the_same_trace(project: GitRepo, agent: Agent) -> None:
    """Where the lines that come are of a trace that the note knows, its counts follow."""
    agent.write("b.py", "beside = 1\n" + LONG)
    project.git("add", "b.py")
    agent.write("c.py", "more = 2\n")
    project.git("commit", "-q", "-m", "One part")
    project.write("b.py", "beside = 1\n" + BROKEN)
    project.commit("The other, formatted")
    heal(project)
    [row] = project.traces()
    assert row["delta"]["kept"] == len(owners(project, "c.py")) + 5
    assert set(row["files"]) == {"b.py", "c.py"}
    again_nothing(project)


def test_what_gave_nothing_is_not_asked_again(
    project: GitRepo, agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit with re-wrapped lines of nobody's is looked at once, and again when some note has changed."""
    project.write("w.py", LONG)
    project.commit("By hand")
    formatted(project, agent, LONG + "other = 1\n")
    project.write("w.py", BROKEN.replace("    ", "  ") + "other = 1\n")
    Agent(project, session="s3").write("c.py", "c = 1\n")
    project.commit("Formatted again")

    def blames() -> int:
        trace = tmp_path / "trace"
        trace.unlink(missing_ok=True)
        monkeypatch.setitem(project.env, "GIT_TRACE", str(trace))
        assert heal(project)["healed"] == []
        monkeypatch.delitem(project.env, "GIT_TRACE")
        return trace.read_text().count("built-in: git blame")

    assert blames()
    assert not blames()
    agent.write("d.py", "d = 1\n")
    project.commit("Another note")
    assert blames()
    assert not blames()
    (project.path / ".git/gitprov/heal-asked").write_bytes(b"\xff\n\0 \n")
    assert blames()


def am(repo: GitRepo, agent: Agent) -> str:
    """`git am -3` of a model's commit, with a conflict, stopped there; what the file looks like then."""
    repo.write("a.py", BASE)
    repo.commit("Base")
    repo.git("checkout", "-q", "-b", "other")
    agent.write("a.py", BASE + "first = 1\nsecond = 2\n")
    repo.commit("Model's")
    rows = repo.git("format-patch", "-1", "--stdout").stdout.splitlines(keepends=True)
    # As from a project that wants no trailers: nothing in the message names the trace.
    mail = "".join(row for row in rows if "AI-Trace" not in row)
    repo.git("checkout", "-q", "-")
    repo.write("a.py", BASE + "mine = 0\n")
    repo.commit("In the way")
    assert repo.git("am", "-q", "-3", input=mail, check=False).returncode
    return (repo.path / "a.py").read_text()


def test_am_resolved_by_an_agent(project: GitRepo, agent: Agent) -> None:
    """The lines that a resolution takes over from the mail are whose they were there, beside the agent's own ones."""
    assert "<<<<<<<" in am(project, agent)
    Agent(project, session="s2").write("a.py", BASE + "mine = 0\nboth = 3\nfirst = 1\nsecond = 2\n")
    project.git("add", "a.py")
    project.git("am", "-q", "--continue")
    said = owners(project, "a.py")
    assert said["first = 1"] == said["second = 2"] == "ai s1"
    assert said["both = 3"] == "ai s2"
    assert said["mine = 0"] == "unknown"
    again_nothing(project)


def test_pushed_commits_get_more_of_their_notes(project: GitRepo, agent: Agent) -> None:
    """A noted commit that was pushed gets what its note lacks; a dry run leaves it, and looks at it again."""
    formatted(project, agent)
    project.git("update-ref", "refs/remotes/origin/main", "HEAD")
    before = project.oid(NOTES_REF)
    for _ in range(2):
        assert set(healed(heal(project, "-n"))) == {project.oid()}
    assert project.oid(NOTES_REF) == before
    heal(project, "--write")
    assert "ai s1" in owners(project, "w.py").values()


def test_clean_rebase_asks_nothing(
    project: GitRepo, agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commits that a rebase moved as they were say as much as those before: no tree is compared for them."""
    agent.write("a.py", BASE)
    project.write("mine.py", "mine = 1\n")
    before = project.commit("Both")
    project.tick()
    project.git("rebase", "-q", "--force-rebase", "HEAD~1")
    assert project.oid() != before
    trace = tmp_path / "trace"
    monkeypatch.setitem(project.env, "GIT_TRACE", str(trace))
    assert heal(project)["healed"] == []
    assert "diff-tree --stdin -r --raw -p" not in trace.read_text()
    assert not (project.path / ".git/gitprov/heal-asked").exists()
