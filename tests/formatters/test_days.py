"""A formatter in a team's day, over a file of a person's and a model's lines: real git, installed hooks."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable

import pytest

from tests.support.agent import Agent
from tests.support.repo import GitRepo

pytestmark = pytest.mark.usefixtures("forked")

PERSONS = "import os\n\nLIMIT = 1000\ndef own(path): return os.stat(path).st_size > LIMIT\n"
MODELS = (
    "def summary(rows, *, title = 'all', empty = None):\n"
    "  # one row a line\n"
    "  table = [format_row(row.name, row.amount, row.currency, row.account) for row in rows if row.amount]\n"
    "  return title + '\\n' + '\\n'.join(table) if table else empty\n"
)
PERSONS_BLACK = (
    "import os\n\nLIMIT = 1_000\n\n\ndef own(path):\n    return os.stat(path).st_size > LIMIT\n\n\n"
)
MODELS_BLACK = (
    'def summary(rows, *, title="all", empty=None):\n'
    "    # one row a line\n"
    "    table = [\n"
    "        format_row(row.name, row.amount, row.currency, row.account)\n"
    "        for row in rows\n"
    "        if row.amount\n"
    "    ]\n"
    '    return title + "\\n" + "\\n".join(table) if table else empty\n'
)
BLACK = PERSONS_BLACK + MODELS_BLACK
OWNERS = ["unknown"] * PERSONS_BLACK.count("\n") + ["ai"] * MODELS_BLACK.count("\n")


FURTHER = "".join(f"def step_{n}(a):\n    return a + {n}\n\n\n" for n in range(25))


@pytest.fixture
def mixed(project: GitRepo, agent: Agent) -> GitRepo:
    """A repository in whose work tree a model has added a function to a person's committed file."""
    project.write("a.py", PERSONS)
    project.commit("By hand")
    agent.write("a.py", PERSONS + MODELS)
    return project


def owners(repo: GitRepo, path: str = "a.py") -> list[str]:
    """The class of each line; for a blank line that of the line below it, as nobody looks at those."""
    lines, classes = repo.read(path).split("\n")[:-1], repo.classes(path)
    for n in range(len(lines) - 2, -1, -1):
        classes[n] = classes[n] if lines[n].strip() else classes[n + 1]
    return classes


def assert_formatted(repo: GitRepo, path: str = "a.py") -> None:
    """All lines have their owners, and the note counts no developer's edit."""
    want = OWNERS.copy()
    want[7:9] = [*owners(repo, path)[7:9]]  # the blank lines that black put between the two functions
    assert owners(repo, path) == want
    (row,) = repo.traces()
    assert (row["delta"]["edited"], row["delta"]["dropped"]) == (0, 0)
    assert row["delta"]["reformatted"] == 4


def test_framework_style(mixed: GitRepo) -> None:
    """A hook that reformats makes the first commit fail; the file is added again and committed."""
    hook = mixed.path / ".git/hooks/pre-commit"
    ours = hook.read_text()
    (mixed.path / ".git/formatted").write_text(BLACK)
    check = (
        'cmp -s a.py "$GIT_DIR/formatted" || { cp "$GIT_DIR/formatted" a.py; echo reformatted; exit 1; }\n'
    )
    hook.write_text(f'#!/bin/sh\nGIT_DIR=$(git rev-parse --absolute-git-dir)\n{check}exec "$0.next" "$@"\n')
    (mixed.path / ".git/hooks/pre-commit.next").write_text(ours)
    (mixed.path / ".git/hooks/pre-commit.next").chmod(0o755)
    mixed.git("add", "-A")
    assert mixed.git("commit", "-q", "-m", "First", check=False).returncode == 1
    mixed.commit("Second")
    assert_formatted(mixed)


def test_reformatted_and_renamed(project: GitRepo, agent: Agent) -> None:
    """The file has another name as well in the commit that formats it, and half of its lines are as they were."""
    project.write("a.py", FURTHER + PERSONS)
    project.commit("By hand")
    agent.write("a.py", FURTHER + PERSONS + MODELS)
    project.git("mv", "a.py", "b.py")
    project.write("b.py", FURTHER + BLACK)
    project.commit("Renamed and formatted")
    count = MODELS_BLACK.count("\n")
    classes = owners(project, "b.py")
    assert classes[-count:] == ["ai"] * count
    assert "ai" not in classes[: -count - 2]


def test_a_person_changes_two_words_as_well(mixed: GitRepo) -> None:
    """What a person changed in two of the formatted lines is an edit of these, and the others are as they were."""
    mixed.write("a.py", BLACK.replace("row.currency", "row.country").replace('"all"', '"each"'))
    mixed.commit("Formatted and changed")
    changed = [
        n for n, line in enumerate(mixed.read("a.py").split("\n")) if "country" in line or "each" in line
    ]
    classes = owners(mixed)
    assert len(changed) == 2
    assert "ai" not in {classes[n] for n in changed}
    assert {classes[n] for n in range(9, len(classes)) if n not in changed} == {"ai"}


def test_a_part_is_staged(mixed: GitRepo) -> None:
    """Of a formatted file the part of the model alone is staged; the rest follows in a commit of its own."""
    mixed.write("a.py", BLACK)
    blob = mixed.git("hash-object", "-w", "--stdin", input=PERSONS + "\n\n" + MODELS_BLACK).stdout.strip()
    mixed.git("update-index", "--cacheinfo", f"100644,{blob},a.py")
    mixed.commit_staged("The model's part")
    (row,) = mixed.traces()
    assert (row["delta"]["edited"], row["delta"]["dropped"]) == (0, 0)
    mixed.commit("The person's part")
    assert_owned(mixed)


def assert_owned(repo: GitRepo) -> None:
    """The person's lines are nobody's in the notes, the model's lines are the model's."""
    classes = owners(repo)
    assert "ai" not in classes[:7]
    assert classes[9:] == ["ai"] * MODELS_BLACK.count("\n")


def test_a_bot_formats_later(mixed: GitRepo) -> None:
    """The commit of a bot that has no evidence: after heal each line is whose it was."""
    mixed.commit("Model")
    mixed.write("a.py", BLACK)
    mixed.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "-m", "[pre-commit.ci] auto fixes")
    mixed.gitprov("heal")
    assert_owned(mixed)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["amend", "squash", "rebase", "merge"])
def test_formatted_and_rewritten(mixed: GitRepo, how: str) -> None:
    """A commit that formats, and then an amendment, a squash, a rebase or a merge of it."""
    start = mixed.oid()
    mixed.commit("Model")
    mixed.write("a.py", BLACK)
    if how == "amend":
        mixed.git("commit", "-q", "-a", "--amend", "--no-edit")
    else:
        mixed.commit("style: format")
    if how == "squash":
        mixed.gitprov("heal")
        mixed.git("reset", "-q", "--soft", start)
        mixed.commit_staged("Squashed")
    elif how in ("rebase", "merge"):
        mixed.git("branch", "work")
        mixed.git("reset", "-q", "--hard", start)
        mixed.write("other.txt", "other\n")
        mixed.commit("Other")
        if how == "merge":
            mixed.git("merge", "-q", "--no-edit", "work")
        else:
            mixed.git("rebase", "-q", "HEAD", "work")
    mixed.gitprov("heal")
    assert_owned(mixed)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("    ", "\t").replace("  ", "\t"),
        lambda text: text.removesuffix("\n"),
        lambda text: text.replace("\n", "  \n"),
    ],
    ids=["crlf", "bom", "tabs", "no newline at the end", "white space at the ends"],
)
def test_another_spelling_of_the_file(mixed: GitRepo, change: Callable[[str], str]) -> None:
    """Line ends, a byte order mark, tabs, and white space at the ends of lines are no edit."""
    mixed.write("a.py", change(PERSONS + MODELS).encode("utf-8"))
    mixed.commit("Spelt otherwise")
    count = MODELS.count("\n")
    assert mixed.classes("a.py")[-count:] == ["ai"] * count
    (row,) = mixed.traces()
    assert (row["delta"]["edited"], row["delta"]["dropped"]) == (0, 0)


def test_composed_characters(project: GitRepo, agent: Agent) -> None:
    """Another normal form of Unicode is other bytes in a string: the line is reworded, and no other one."""
    text = "name = 'K\u00f6ln am Rhein'\nplace = 'Ulm'\n"
    agent.write("a.py", text)
    project.write("a.py", unicodedata.normalize("NFD", text))
    project.commit("Normal form")
    assert project.classes("a.py") == ["edited", "ai"]


def test_an_edit_that_looks_like_style(project: GitRepo, agent: Agent) -> None:
    """`dict()` for `{}`, an f-string for `%`, `not x in y` for `x not in y` are changed tokens, and edits."""
    agent.write("a.py", "empty_rows = dict()\ntext = 'all rows %s' % rows\nok = not row in rows\nlast = 1\n")
    project.write("a.py", "empty_rows = {}\ntext = f'all rows {rows}'\nok = row not in rows\nlast = 1\n")
    project.commit("Modern")
    assert "ai" not in project.classes("a.py")[:3]
    assert project.classes("a.py")[3] == "ai"


def test_a_notebook(project: GitRepo, agent: Agent) -> None:
    """A notebook whose JSON is indented otherwise, with its keys sorted, is the model's."""
    cells = [{"source": ["total = 1\n", "print(total)"], "cell_type": "code", "metadata": {}, "outputs": []}]
    book = {"nbformat": 4, "cells": cells, "metadata": {"kernel": "python3"}, "nbformat_minor": 5}
    agent.write("a.ipynb", json.dumps(book, indent=1) + "\n")
    project.write("a.ipynb", json.dumps(book, indent=2, sort_keys=True) + "\n")
    project.commit("Notebook")
    assert set(project.classes("a.ipynb")) == {"ai"}
