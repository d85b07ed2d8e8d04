"""Blame of a text that an editor has not saved: `git ai-blame --contents -`."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from gitprov.cli.blame import contents
from gitprov.cli.blame.args import parse
from gitprov.errors import UsageError
from tests.support.agent import Agent
from tests.support.repo import GitRepo, run
from tests.support.sealed import ROOT


def blame(repo: GitRepo, path: str, text: str | bytes, *args: str) -> dict[str, Any]:
    """The document for an unsaved text."""
    words = ["git", "ai-blame", "--json", "--contents", "-", *args, "--", path]
    answer: dict[str, Any] = json.loads(run(words, cwd=repo.path, env=repo.env, stdin=text).stdout)
    return answer


def classes(answer: dict[str, Any]) -> list[tuple[str, str | None]]:
    """(class, prompt's model) of each line."""
    return [(line["class"], line["model"]) for line in answer["lines"]]


AI, UNKNOWN = ("ai", "model-1"), ("unknown", None)


def test_unsaved_lines(project: GitRepo, agent: Agent) -> None:
    """Committed lines, lines of the inbox on disk or only in the editor, edited ones, and those of the person."""
    agent.prompt().write("a.py", "first = 1\n")
    project.commit("Model")
    agent.prompt().write("a.py", "first = 1\nsecond_value = compute(2)\nthird = 3\n")
    text = "typed = 0\nfirst = 1\nsecond_value = compute(5)\nthird = 3\n"
    answer = blame(project, "a.py", text)
    assert classes(answer) == [UNKNOWN, AI, ("edited", "model-1"), AI]
    assert [line["text"] for line in answer["lines"]] == text.splitlines()
    assert [line["commit"].strip("0") != "" for line in answer["lines"]] == [False, True, False, False]
    assert [line["line"] for line in blame(project, "a.py", text, "-L3,4")["lines"]] == [3, 4]
    project.write("draft", text)
    assert classes(project.ai_blame("a.py", "--contents", "draft")) == classes(answer)
    words = ["git", "ai-blame", "--porcelain", "--contents", "-", "a.py"]
    shown = run(words, cwd=project.path, env=project.env, stdin=text).stdout
    assert [row for row in shown.splitlines() if row.startswith("ai-class ")].count("ai-class edited") == 1


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="there named tuples are those of typing")
def test_an_answer_loads_no_typing(project: GitRepo, agent: Agent) -> None:
    """The answer to an editor does not load `typing`, which takes as long as a tenth of the answer."""
    agent.prompt().write("a.py", "first = 1\n")
    code = "from gitprov.cli.ai_blame import main; main()"
    words = [sys.executable, "-S", "-X", "importtime", "-c", code, "--json", "--contents", "-", "a.py"]
    env = {**project.env, "PYTHONPATH": str(ROOT)}
    done = run(words, cwd=project.path, env=env, stdin="first = 1\ntyped = 0\n")
    assert classes(json.loads(done.stdout)) == [AI, UNKNOWN]
    assert "typing" not in [row.split("|")[-1].strip() for row in done.stderr.splitlines()]


@pytest.mark.parametrize("born", [True, False])
def test_a_new_file(repo: GitRepo, born: bool) -> None:
    """A file that git does not know yet is answered from the inbox, in an empty repository too."""
    if born:
        repo.write("other", "x\n")
        repo.commit("Begin")
    Agent(repo).prompt().write("new.py", "first = 1\nsecond = 2\n")
    answer = blame(repo, "new.py", "first = 1\ntyped = 0\nsecond = 2")
    assert classes(answer) == [AI, UNKNOWN, AI]
    assert {line["author"] for line in answer["lines"]} == {"Not Committed Yet <not.committed.yet>"}
    assert [line["line"] for line in blame(repo, "new.py", "first = 1\nsecond = 2\n", "-L2,2")["lines"]] == [
        2
    ]
    assert blame(repo, "new.py", "")["lines"] == []


def test_what_stays_an_error(repo: GitRepo) -> None:
    """Without a text of it, outside of the repository, or in a revision, a file that git does not know is an error."""
    repo.write("other", "x\n")
    repo.commit("Begin")
    for words in (["new.py"], ["--contents", "missing", "new.py"], ["--contents", "-", "../x"], ["--contents", "-", "HEAD", "--", "x"],
                  ["--contents", "-", "-L9,9", "x"], ["--contents", "-", "-L/a/,1", "x"]):  # fmt: skip
        done = run(["git", "ai-blame", *words], cwd=repo.path, env=repo.env, stdin="a\n", check=False)
        assert (done.returncode, done.stdout) == (3, ""), words


def test_a_text_that_is_too_large(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest text is bounded."""
    monkeypatch.setattr(contents, "_LARGEST", 3)
    path = repo.write("draft", "four")
    with pytest.raises(UsageError, match="--contents takes up to"):
        contents.with_contents(parse(["--contents", str(path), "a"]))
