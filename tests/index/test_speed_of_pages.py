"""What makes a report fast changes nothing of it: tokens of joined rules, and blame with a commit graph."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pygments.lexers import get_lexer_for_filename

from gitprov.flow.index import files
from gitprov.git.history.commit_graph import with_graph
from gitprov.git.repo import Repository
from gitprov.web.tokens import TokenReader
from tests.support.repo import GitRepo

TOP = Path(__file__).resolve().parents[2]
TEXTS = {
    "x.py": (TOP / "gitprov/web/tokens.py").read_text()
    + "r'\\d' RB'x' f'{a!r:>{w}}' lambda: 0xFFe ?\n\"open\n",
    "x.js": (TOP / "gitprov/web/static/file.js").read_text() + "`a ${b + `c`}` /r[/]x/g 1n # ? 'open\n",
    "x.css": (TOP / "gitprov/web/static/style.css").read_text(),
    "x.html": (TOP / "gitprov/web/templates/base.html").read_text(),
    "x.yml": "a: [1, {b: 'c'}]\n# d\n? |\n  text\n",
    "x.sh": "for a in $(ls); do echo \"$a\" '${b}'; done <<E\nx\nE\n",
    "x.go": "func f() { return `raw` /* open\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_tokens_are_those_of_pygments(name: str) -> None:
    """A text has the tokens that Pygments has, also where it is no code of the language."""
    lexer = get_lexer_for_filename(name, stripnl=False, ensurenl=False)
    for text in (TEXTS[name], TEXTS[name][1:-7], "\n\n", ""):
        assert list(TokenReader(lexer).tokens(text)) == list(lexer.get_tokens(text))


def test_a_graph_changes_no_line(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a commit graph the files have the same lines, and the repository gets no object and no graph."""
    for number, name in enumerate(("a.txt", "b/c.txt", "ä.txt", "a.txt")):
        repo.write(name, f"{number}\n" * 3 + "same\n")
        repo.commit(f"Commit {number}")
    with Repository.discover(str(repo.path), dict(repo.env)) as opened:
        tip = opened.resolve("HEAD") or ""
        before = list(files.files_of(opened, tip))
        objects = sorted(Path(opened.common_dir, "objects").rglob("*"))
        monkeypatch.setattr(files, "_MANY", 1)
        assert list(files.files_of(opened, tip)) == before
        assert with_graph(opened, tip) != opened.env
        assert os.path.exists(os.path.join(opened.home, "graph", "info", "commit-graph"))
        assert sorted(Path(opened.common_dir, "objects").rglob("*")) == objects
