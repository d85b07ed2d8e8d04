"""A formatter's own commit, later than the model's: blame says of each line what it said before."""

from __future__ import annotations

import pytest

from tests.flow.test_heal import bare, heal
from tests.support.agent import Agent
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

PERSONS = "# written by hand\nPLACE = 'x'\n"
#: What black and isort make of each is below it.
MODELS = """import zlib, json
import abc
from os import path

ITEMS = ['alpha', 'beta', {'key': 'value', 'other': [1, 0XFF, 3]}, call('gamma', delta='epsilon'), 'zeta']
TEXT = '''
it is 'quoted'
'''
def run(a):
    if (a == 'POST'): return [a, ITEMS]
    return call(ITEMS[0], "it's", a)
"""
FORMATTED = """import abc
import json
import zlib
from os import path

ITEMS = [
    "alpha",
    "beta",
    {"key": "value", "other": [1, 0xFF, 3]},
    call("gamma", delta="epsilon"),
    "zeta",
]
TEXT = \"\"\"
it is 'quoted'
\"\"\"


def run(a):
    if a == "POST":
        return [a, ITEMS]
    return call(ITEMS[0], "it's", a)
"""


@pytest.fixture
def written(project: GitRepo, agent: Agent) -> str:
    """The commit of a model's file, below two lines that a person wrote; the work tree has it formatted."""
    project.write("m.py", PERSONS)
    project.commit("By hand")
    agent.write("m.py", PERSONS + MODELS)
    commit = project.commit("Model")
    project.write("m.py", PERSONS.replace("'", '"') + FORMATTED)
    return commit


@pytest.mark.parametrize("hooks", [False, True])
def test_heal_gives_a_formatters_commit_its_lines(project: GitRepo, written: str, hooks: bool) -> None:
    """After `gitprov heal` every line is the model's that was, whether the commit was made with hooks or by a bot."""
    if hooks:
        project.commit("style: format")
    else:
        bare(project, "commit", "-q", "-a", "-m", "style: format")
    heal(project)
    assert project.classes("m.py") == ["unknown"] * 2 + ["ai"] * FORMATTED.count("\n")
    rows = project.ai_blame("m.py")["lines"]
    assert len({row["trace"] for row in rows[2:]}) == 1
    assert written in {row["commit"] for row in rows}


def test_past_a_formatters_commit(project: GitRepo, written: str) -> None:
    """Where blame is told to ignore the commit each line that git takes for one of the model's is so, as a whole."""
    ignored = project.commit("style: format")
    rows = project.ai_blame("m.py", "--ignore-rev", ignored)["lines"][2:]
    assert {row["text"] for row in rows if row["commit"] == ignored} == {"", '"""'}
    for row in rows:
        assert row["class"] == ("ai" if row["commit"] == written else "unknown"), row["text"]


def test_past_a_change_among_a_formatters(project: GitRepo, written: str) -> None:
    """A line in which the ignored commit changed a word is `edited`, the others are as the model wrote them."""
    project.write(
        "m.py", project.read("m.py").replace("it is 'quoted'", 'it is "quoted"').replace("[0]", "[1]")
    )
    ignored = project.commit("style: format, and more")
    rows = project.ai_blame("m.py", "--ignore-rev", ignored)["lines"]
    changed = [row["text"] for row in rows if row["class"] == "edited"]
    assert changed == ['it is "quoted"', '    return call(ITEMS[1], "it\'s", a)']
    answer = project.git("ai-blame", "--porcelain", "--ignore-rev", ignored, "--", "m.py").stdout
    assert [row[9:] for row in answer.splitlines() if row.startswith("ai-class")] == [
        row["class"] for row in rows
    ]
    assert written


def test_more_than_is_compared(project: GitRepo, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the bound no line is compared with a whole file; what then reads otherwise is a rewording at the most."""
    from gitprov.flow.read import ignore_revs as module
    from gitprov.flow.read.blame import BlameRequest, answer, start
    from gitprov.git.repo import Repository

    monkeypatch.setattr(module, "_MOST", 10)
    commit = project.commit("style: format")
    request = BlameRequest((f"--ignore-rev={commit}",), (), ("m.py",))
    with Repository.discover(str(project.path), project.env) as repo:
        pieces = answer(repo, request, start(request, str(project.path), project.env)).lines
        by_text = {line.text: line.facts.cls for piece in pieces for line in piece}
    assert by_text[b"import abc"] == by_text[b"from os import path"] == "ai"
    assert by_text[b'    if a == "POST":'] == "edited"
    assert written
