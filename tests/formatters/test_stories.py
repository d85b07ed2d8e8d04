"""A formatter in a team's day: it runs between a model's edit and the commit, or makes a commit of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.formatters import corpus
from tests.formatters.known import KNOWN
from tests.support.agent import Agent
from tests.support.repo import GitRepo


def most_changed(recording: Path) -> list[corpus.Pair]:
    """The three pairs of a recording of which the formatter changed the number of lines most; no excused ones."""
    excused = KNOWN.get(recording.stem, {})
    growth = {
        pair: abs(pair.formatted.count("\n") - pair.ugly.count("\n"))
        for pair in corpus.pairs(recording)
        if pair.name not in excused
    }
    return sorted(growth, key=lambda pair: (-growth[pair], pair.name))[:3]


@pytest.mark.parametrize("recording", corpus.recordings(), ids=lambda one: one.stem)
def test_formatted_before_the_commit(recording: Path, project: GitRepo, agent: Agent) -> None:
    """Through hooks, note and blame: all lines are the model's, and the note counts no developer's edit."""
    pairs = most_changed(recording)
    names = [corpus.file_name(pair.language, n) for n, pair in enumerate(pairs)]
    for pair, name in zip(pairs, names, strict=True):
        agent.write(name, pair.ugly)
    for pair, name in zip(pairs, names, strict=True):
        project.write(name, pair.formatted)
    project.commit("Formatted on the way")
    assert {cls for name in names for cls in project.classes(name)} == {"ai"}
    (row,) = project.traces()
    counts = row["delta"]
    assert counts["raw"] == counts["kept"]
    assert counts["edited"] == counts["dropped"] == counts["pending"] == 0
    assert counts["reformatted"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("recording", corpus.recordings(), ids=lambda one: one.stem)
def test_formatted_by_a_commit_of_its_own(recording: Path, project: GitRepo, agent: Agent) -> None:
    """A bot's commit gets, by heal, the notes of the lines that it formatted."""
    pairs = most_changed(recording)
    names = [corpus.file_name(pair.language, n) for n, pair in enumerate(pairs)]
    for pair, name in zip(pairs, names, strict=True):
        agent.write(name, pair.ugly)
    project.commit("Model")
    (before,) = project.traces()
    for pair, name in zip(pairs, names, strict=True):
        project.write(name, pair.formatted)
    project.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "-m", "style: format")
    project.gitprov("heal")
    assert {cls for name in names for cls in project.classes(name)} == {"ai"}
    assert [row["id"] for row in project.traces()] == [before["id"]]
