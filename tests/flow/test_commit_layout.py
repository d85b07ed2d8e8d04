"""A formatter between the model's edit and the commit: the note, and what the commands say of it."""

from __future__ import annotations

import json

import pytest

from gitprov.attribution.diff import hunks
from gitprov.attribution.fold import fold
from gitprov.attribution.layout.language import language_of
from gitprov.attribution.matching import reword
from gitprov.attribution.outcome import outcome
from gitprov.attribution.state import FoldStep, begin
from tests.support.agent import Agent
from tests.support.commits import claims
from tests.support.repo import GitRepo

UGLY = "import sys, os\nitems = ['alpha', beta]\ndef run(a): return [a, items, sys, os]\nlast = 1\n"
BLACK = (
    'import os\nimport sys\n\nitems = [\n    "alpha",\n    beta,\n]\n\n\ndef run(a):\n    return [a, items, sys, os]\n\n\n'
    "last = 1\n"
)


@pytest.mark.slow
def test_what_is_said_of_a_formatted_commit(project: GitRepo, agent: Agent) -> None:
    """All lines are the model's, nothing was changed, and three of four generated lines have another layout."""
    agent.write("a.py", UGLY)
    project.write("a.py", BLACK)
    project.commit("Formatted")
    [row] = project.traces()
    assert claims(project) == {"a.py": {"ai": "1-14"}}
    assert row["delta"] == {"raw": 4, "kept": 4, "edited": 0, "dropped": 0, "pending": 0, "reformatted": 3}
    text = project.gitprov("show", "HEAD").stdout
    assert "    raw 4: kept 4 (0% changed)\n    reformatted 3: " in text
    [trace] = json.loads(project.gitprov("show", "--json", "HEAD").stdout)["traces"]
    assert trace["delta"]["reformatted"] == trace["files"][0]["reformatted_lines"] == 3
    assert trace["delta_rate"] == 0
    assert "Delta:    0%: 0 edited, 0 dropped of 4 raw lines, 3 reformatted\n" in project.git("ai-log").stdout
    logged = json.loads(project.git("ai-log", "--json").stdout)
    assert (logged["delta"]["reformatted"], logged["delta_lines"]) == (3, 0)
    assert project.gitprov("verify").returncode == 0


def test_a_change_among_a_formatters(project: GitRepo, agent: Agent) -> None:
    """What a person changed in a line that a formatter broke is an edit, and the only one."""
    agent.write("a.py", UGLY)
    project.write("a.py", BLACK.replace("beta", "gamma"))
    project.commit("Formatted and changed")
    [row] = project.traces()
    assert (row["delta"]["kept"], row["delta"]["edited"], row["delta"]["dropped"]) == (3, 1, 0)
    assert project.classes("a.py")[5] != "ai"


@pytest.mark.slow
def test_formatted_in_an_amendment(project: GitRepo, agent: Agent) -> None:
    """The amendment's counts are those of the lines that were generated, however many they are now."""
    agent.write("a.py", UGLY)
    project.commit("As generated")
    project.write("a.py", BLACK)
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    [row] = project.traces()
    assert claims(project) == {"a.py": {"ai": "1-14"}}
    assert row["delta"] == {"raw": 4, "kept": 4, "edited": 0, "dropped": 0, "pending": 0, "reformatted": 3}


def test_peoples_lines_stay_theirs(project: GitRepo, agent: Agent) -> None:
    """A formatter that goes over a person's part of the file as well gives none of it to the model."""
    project.write("a.py", "mine = ['one',two]\ndef own(x): return mine\n")
    project.commit("By hand")
    agent.write("a.py", "mine = ['one',two]\ndef own(x): return mine\n" + UGLY.partition("\n")[2])
    project.write(
        "a.py", 'mine = ["one", two]\n\n\ndef own(x):\n    return mine\n\n\n' + BLACK.partition("\n\n")[2]
    )
    project.commit("All formatted")
    text = project.read("a.py").split("\n")
    classes = project.classes("a.py")
    assert {cls for line, cls in zip(text, classes, strict=False) if line.strip()} == {"ai", "unknown"}
    assert next(line for line, cls in zip(text, classes, strict=False) if cls == "ai") == "items = ["
    assert classes[:5] == ["unknown"] * 5
    assert project.traces()[0]["delta"]["edited"] == project.traces()[0]["delta"]["dropped"] == 0


def test_above_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """More changed bytes than are compared: white space alone is still seen; else lines are nobody's, none dropped."""
    monkeypatch.setattr(reword, "MOST", 100_000)
    old = b"".join(b"value_%d = compute(%d)\n" % (n, n) for n in range(4000))
    for new, kept in (
        (old.replace(b" = ", b"  =  "), 4000),
        (old.replace(b"value", b"total").replace(b"compute", b"other"), 0),
    ):
        state = fold(begin(b"", new, language=language_of("a.py")), [FoldStep(0, b"", old, human=False)])
        settled = outcome(state, new, hunks(b"", new), new, {})
        tally = settled.tallies[0]
        assert (len(tally.kept), len(tally.dropped), len(tally.pending)) == (kept, 0, 4000 - kept)
        assert (settled.bounded is None) == bool(kept)
        assert not settled.bounded or "above 100000 they are not compared" in settled.bounded
