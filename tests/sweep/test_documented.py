"""Agents whose transcripts are known from documentation: what the files confirm is theirs, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitprov.agents.transcripts import readers
from gitprov.agents.transcripts.values import SessionStart
from gitprov.model.answers.sweep import SweepResult
from tests.support.recorded import lines
from tests.support.repo import GitRepo
from tests.sweep.documented import AFTER, BEFORE, HELLO, MADE, PROMPT
from tests.sweep.stories import swept

MODELS = {"amp": "claude-opus-4-5"}
WITH_RESULTS = {"droid", "amp"}


@pytest.mark.parametrize("agent", MADE)
def test_a_documented_transcript(agent: str) -> None:
    """Each call of a tool is read with its prompt; a refused one is none where the transcript shows that."""
    data = MADE[agent]("/r").data
    part = readers.read(agent, data, 0, SessionStart(data, "name"))
    is_known = agent in WITH_RESULTS
    paths = [f"/r/{agent}/{name}.py" for name in ("hello", "app", "app", "app")]
    assert [use.edits[0].path for use in part.uses] == paths[: 3 if is_known else 4]
    assert {use.prompt.text for use in part.uses if use.prompt} == {PROMPT}
    assert {use.is_done for use in part.uses} == {is_known}
    assert {use.model for use in part.uses} == {MODELS.get(agent)}
    assert part.cwd == {"cursor": None, "antigravity": "/r/antigravity"}.get(agent, "/r")
    assert part.skipped == ()


@pytest.mark.slow
def test_edits_that_files_confirm(project: GitRepo) -> None:
    """The lines of edits that are in the files are the agent's; a refused edit is nobody's."""
    for agent in MADE:
        project.write(f"{agent}/app.py", BEFORE)
    project.commit("Start")
    for agent, make in MADE.items():
        project.write(f"{agent}/app.py", AFTER)
        project.write(f"{agent}/hello.py", HELLO)
        made = make(str(project.path))
        place = Path(project.env["HOME"]) / made.place
        place.parent.mkdir(parents=True)
        place.write_bytes(made.data)
    project.commit("Edits")
    for agent in MADE:
        mine = ("ai", agent, MODELS.get(agent))
        assert lines(project, f"{agent}/hello.py") == [(*mine, text) for text in HELLO.splitlines()]
        assert lines(project, f"{agent}/app.py") == [(*mine, "line_2 = 22"), (*mine, "line_3 = 33")]
    assert {row["evidence"] for row in project.traces()} == {"swept"}
    assert swept(project) == SweepResult()
