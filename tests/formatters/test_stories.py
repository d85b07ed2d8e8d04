"""A formatter in a team's day: it runs between a model's edit and the commit, or makes a commit of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.formatters import corpus
from tests.support.agent import Agent
from tests.support.repo import GitRepo


def most_changed(recording: Path) -> list[corpus.Pair]:
    """The three pairs of a recording of which the formatter changed the number of lines most."""
    growth = {
        pair: abs(pair.formatted.count("\n") - pair.ugly.count("\n")) for pair in corpus.pairs(recording)
    }
    return sorted(growth, key=lambda pair: (-growth[pair], pair.name))[:3]


def written(recording: Path, agent: Agent) -> dict[str, corpus.Pair]:
    """File name → pair, of those pairs that a model has written as they are before the formatter."""
    pairs = most_changed(recording)
    files = {corpus.file_name(pair.language, n): pair for n, pair in enumerate(pairs)}
    for name, pair in files.items():
        agent.write(name, pair.ugly)
    return files


@pytest.mark.parametrize("recording", corpus.recordings(), ids=lambda one: one.stem)
def test_formatted_before_the_commit(recording: Path, project: GitRepo, agent: Agent) -> None:
    """Through hooks, note and blame: all lines are the model's, and the note counts no developer's edit."""
    files = written(recording, agent)
    for name, pair in files.items():
        project.write(name, pair.formatted)
    project.commit("Formatted on the way")
    assert {cls for name in files for cls in project.classes(name)} == {"ai"}
    (row,) = project.traces()
    counts = row["delta"]
    assert counts["raw"] == counts["kept"]
    assert counts["edited"] == counts["dropped"] == counts["pending"] == 0
    assert counts["reformatted"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("recording", corpus.recordings(), ids=lambda one: one.stem)
def test_formatted_by_a_commit_of_its_own(recording: Path, project: GitRepo, agent: Agent) -> None:
    """A bot's commit gets, by heal, the notes of the lines that it formatted."""
    files = written(recording, agent)
    project.commit("Model")
    (before,) = project.traces()
    for name, pair in files.items():
        project.write(name, pair.formatted)
    project.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "-m", "style: format")
    project.gitprov("heal")
    assert {cls for name in files for cls in project.classes(name)} == {"ai"}
    assert [row["id"] for row in project.traces()] == [before["id"]]
