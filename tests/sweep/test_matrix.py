"""The matrix of `tests/agents/test_matrix.py` from transcripts alone: the same notes as from hooks alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.agents.test_matrix import Player, blame, expected, first, person, play, second, start
from tests.support.repo import GitRepo
from tests.support.shapes import PROMPT, Edit
from tests.sweep.documented import DOCUMENTED
from tests.sweep.stories import copy_of, facts
from tests.sweep.test_documented import WITH_RESULTS
from tests.sweep.written import FORMS, Writer


def without_moments(repo: GitRepo) -> list[dict[str, Any]]:
    """The note's rows without evidence, ids and moments, of which transcripts have finer ones than the hooks here."""
    rows = [{key: value for key, value in row.items() if key != "at"} for row in facts(repo)]
    return sorted(rows, key=json.dumps)


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_a_sweep_alone_and_hooks_alone(
    project: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every agent with recorded transcripts, every kind of edit: the notes differ in the evidence only."""
    monkeypatch.setattr(
        "tests.agents.test_matrix.SUBAGENTS", {}
    )  # what a sweep sees of them: test_recorded.py
    start(project)
    alone = copy_of(project, tmp_path / "alone")
    play([Player(agent, project) for agent in FORMS])
    writers = [Writer(agent, alone) for agent in FORMS]
    play(writers)
    for writer in writers:
        writer.write()
    project.commit("Work")
    alone.commit("Work")
    prompts = {trace: alone.generation_file(trace, "prompt.txt").decode() for trace in alone.generations()}
    for agent in FORMS:
        for name, lines in expected(agent).items():
            shown = blame(alone, f"{agent}/{name}", prompts, monkeypatch)
            assert (agent, name, shown) == (agent, name, lines)
    assert without_moments(alone) == without_moments(project)
    assert {row["evidence"] for row in alone.traces()} == {"swept"}


def common(repo: GitRepo) -> list[str]:
    """The note's rows with the fields that both hooks and transcripts fill.

    Without Antigravity's, whose hooks have no prompts, so that a session is one generation.
    """
    rows = [row for row in without_moments(repo) if row.get("agent") != "antigravity"]
    rows = [{name: row[name] for name in row.keys() - PARTIAL} for row in rows]
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


BEFORE_PERSON = {
    "person 6": ("base 6", "unknown", None),
    "total = compute(77)": ("total = compute(7)", "ai", "first"),
    "person 11": ("base 11", "unknown", None),
    "antigravity shell 10": ("base 10", "unknown", None),
}
"""Lines that a person changed, or a command that an agent shows nowhere → what they were."""
PARTIAL = {"model", "prompt", "key"}
"""Fields of a note that only hooks, or only transcripts, of some of these agents fill."""


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_documented_transcripts_and_hooks(
    project: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Agents whose transcripts are known from documentation: the same answers as from their hooks.

    Where transcripts have no results of tools: without a refused edit, and without a person's later changes.
    """
    monkeypatch.setattr("tests.agents.test_matrix.SUBAGENTS", {})  # these transcripts do not name them
    start(project)
    alone = copy_of(project, tmp_path / "alone")
    players = [Player(agent, project) for agent in DOCUMENTED]
    writers = [Writer(agent, alone) for agent in DOCUMENTED]
    for writer in writers:
        writer.has_refused = writer.agent in WITH_RESULTS
    for party in (players, writers):
        for turn in (first, second):
            for player in party:
                turn(player)
            party[0].repo.tick()
        for agent in WITH_RESULTS:
            person(party[0].repo, agent)
        file = party[0].repo.path / "antigravity" / "work.py"
        file.write_text(file.read_text().replace("shell 10", "base 10"))  # neither of both shows commands
    for writer in writers:
        writer.put(DOCUMENTED)
    project.commit("Work")
    alone.commit("Work")
    prompts = {trace: alone.generation_file(trace, "prompt.txt").decode() for trace in alone.generations()}
    monkeypatch.setattr("tests.agents.test_matrix.NO_PROMPTS", set())
    for agent in DOCUMENTED:
        for name, lines in expected(agent).items():
            other = {} if agent in WITH_RESULTS else BEFORE_PERSON
            answer = [other.get(f"{agent} {line[0]}", other.get(line[0], line)) for line in lines]
            assert (agent, name, blame(alone, f"{agent}/{name}", prompts, monkeypatch)) == (
                agent,
                name,
                answer,
            )
    assert common(alone) == common(project)
    assert {row["evidence"] for row in alone.traces()} == {"swept"}


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_a_refused_edit_without_results(project: GitRepo) -> None:
    """Where transcripts have no results of tools, a file with a refused edit before others is `unknown` as a whole."""
    agents = set(DOCUMENTED) - WITH_RESULTS
    start(project)
    for agent in sorted(agents):
        writer = Writer(agent, project)
        first(writer)
        second(writer)
        writer.put(DOCUMENTED)
    project.commit("Work")
    for agent in agents:
        assert (agent, set(project.classes(f"{agent}/work.py"))) == (agent, {"unknown"})
        assert (agent, project.classes(f"{agent}/new.py")) == (agent, ["ai", "ai"])


UNSEEN = (
    "cp {0}/from.py {0}/0.py",
    "python3 -c \"print('made = 1')\" > {0}/1.py",
    "printf '%s\\n' '--- /dev/null' '+++ b/{0}/2.py' '@@ -0,0 +1 @@' '+patched = 1' | git apply",
    "for n in 1; do echo looped = $n >> {0}/3.py; done",
)
"""Commands whose text does not show what they write; each makes a file."""


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_commands_whose_text_proves_nothing(project: GitRepo) -> None:
    """From transcripts alone, lines of a copy, a generator, a patch and a loop are unknown; others are the agent's."""
    writers = [Writer(agent, project) for agent in FORMS]
    for writer in writers:
        project.write(f"{writer.room}/from.py", "copied = 1\n")
    project.commit("Start")
    for writer in writers:
        writer.report(PROMPT, "s1", "make it")
        writer.edit(
            Edit("write", "tool.py", "tool = 1\n")
        )  # by it Gemini CLI's sessions are known to be here
        for command in (*UNSEEN, "echo 'clear = 1' > {0}/clear.py"):
            writer.edit(Edit("shell", "0.py", command.format(writer.room)))
        writer.write()
    project.commit("Work")
    for agent in FORMS:
        made = [project.classes(f"{agent}/{number}.py") for number in range(len(UNSEEN))]
        assert (agent, made) == (agent, [["unknown"]] * len(UNSEEN))
        assert (agent, project.classes(f"{agent}/clear.py")) == (agent, ["ai"])


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_two_sessions_in_one_file_within_a_second(project: GitRepo) -> None:
    """Edits of two sessions that alternate within a second are put together in the order in which they were made."""
    for agent in FORMS:
        project.write(f"{agent}/work.py", "value = 0\n")
    project.commit("Start")
    for agent in FORMS:
        writer = Writer(agent, project)
        writer.step = 0.05
        for session in ("s1", "s2"):
            writer.report(PROMPT, session, f"ask {session}")
        for number in range(6):
            edit = Edit("edit", "work.py", pairs=((f"value = {number}", f"value = {number + 1}"),))
            writer.edit(edit, ("s2", "s1")[number % 2])
        writer.write()
    project.commit("Work")
    for agent in FORMS:
        (line,) = project.ai_blame(f"{agent}/work.py")["lines"]
        assert (agent, line["class"]) == (agent, "ai")
        prompt = project.generation_file(line["trace"], "prompt.txt").decode()
        assert (agent, prompt) == (agent, "ask s1")


@pytest.mark.usefixtures("forked")
def test_a_session_of_commands_alone(project: GitRepo) -> None:
    """A session of Gemini CLI that only ran commands is known by the digest of its directory."""
    writer = Writer("gemini", project)
    writer.report(PROMPT, "s1", "make it")
    writer.edit(Edit("shell", "made.py", "mkdir -p gemini && echo 'made = 1' > gemini/made.py"))
    writer.write()
    project.commit("Work")
    assert project.classes("gemini/made.py") == ["ai"]
