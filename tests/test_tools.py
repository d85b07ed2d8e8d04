"""The project's own checks find what they are there to find."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import check_docs, check_pure_coverage, completions, house


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose documents are in order."""
    (tmp_path / "changelog.d").mkdir()
    (tmp_path / "docs/adr").mkdir(parents=True)
    (tmp_path / "README.md").write_text("# Read me\n\n[here](#read-me) [there](docs/adr/0001-a.md#context)\n")
    (tmp_path / "changelog.d/a-thing.added.md").write_text("A thing.\n")
    (tmp_path / "docs/adr/0001-a.md").write_text("## Context\n## Decision\n## Consequences\n")
    return tmp_path


def test_good_documents_pass(project: Path) -> None:
    """Documents in order give no problem."""
    assert list(check_docs.problems(project)) == []


@pytest.mark.parametrize(
    ("path", "text", "problem"),
    [
        ("README.md", "[a](gone.md)", "no such file"),
        ("README.md", "[a](docs/adr/0001-a.md#gone)", "no such heading"),
        ("changelog.d/thing.md", "A thing.", "name it"),
        ("changelog.d/thing.fixed.md", " ", "is empty"),
        ("docs/adr/0002-b.md", "## Context\n## Decision\n", "Consequences"),
        ("docs/adr/0001-b.md", "## Context\n## Decision\n## Consequences\n", "taken by"),
        ("README.md", "`tests/test_gone.py::test_it`\n", "no such test"),
        ("README.md", "```console\n$ gitprov -h\nThis is it.\n```\n", "something else"),
        ("README.md", "```console\n$ git ai-blame -h\nThis is it.\n```\n", "something else"),
        ("docs/adr/two.md", "## Context\n## Decision\n## Consequences\n", "NNNN-title"),
    ],
)
def test_bad_documents_are_named(project: Path, path: str, text: str, problem: str) -> None:
    """Each kind of broken document is reported with its path."""
    (project / path).write_text(text)
    [found] = check_docs.problems(project)
    assert path in found
    assert problem in found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("| `gitprov/a.py` | A |\n| `gitprov/gone.py` | B |\n", "gitprov/gone.py: no such file"),
        ("| `gitprov/a.py` | A |\n| `gitprov/a.py` | B |\n", "gitprov/a.py is listed twice"),
        ("| `gitprov/a.py` | A |\n\nThen `flow/gone.py` runs.\n", "gitprov/flow/gone.py: no such file"),
        ("| `gitprov/a.py` | A |\n| `gitprov/long.py` | B |\n", "more than 9500"),
        (
            "| `gitprov/b.py` | B |\n| `gitprov/a.py` | A |\n",
            "gitprov/b.py is loaded with gitprov/a.py, below it",
        ),
    ],
)
def test_the_reading_list_is_held_to_the_code(project: Path, text: str, problem: str) -> None:
    """Its files exist, none is listed twice or above what it loads, and they are short enough together."""
    (project / "gitprov").mkdir()
    (project / "gitprov/b.py").write_text("from gitprov import a\n")
    (project / "gitprov/a.py").write_text("A = 1\n")
    (project / "gitprov/long.py").write_text("A = 1\n" * 9_500)
    (project / "docs/reading.md").write_text("| `gitprov/a.py` | A |\n")
    assert list(check_docs.problems(project)) == []
    (project / "docs/reading.md").write_text(text)
    [found] = check_docs.problems(project)
    assert problem in found


def test_links_in_code_blocks_are_not_links(project: Path) -> None:
    """What stands in a fenced block is an example."""
    (project / "README.md").write_text("```\n[a](gone.md)\n```\n")
    assert list(check_docs.problems(project)) == []


@pytest.mark.parametrize(("lines", "branches", "code"), [(96, 96, 0), (94, 100, 1), (100, 94, 1)])
def test_lines_and_branches_are_checked_apart(tmp_path: Path, lines: int, branches: int, code: int) -> None:
    """Many tested lines do not make up for untested branches, nor the other way round."""
    summary = {
        "num_statements": 100,
        "covered_lines": lines,
        "num_branches": 100,
        "covered_branches": branches,
    }
    files = {f"gitprov/{room}/a.py": {"summary": summary} for room in check_pure_coverage.ROOMS}
    report = tmp_path / "coverage.json"
    report.write_text(json.dumps({"files": files}))
    assert check_pure_coverage.main(str(report)) == code


def test_a_room_that_was_not_measured_fails(tmp_path: Path) -> None:
    """No data is not full coverage."""
    report = tmp_path / "coverage.json"
    report.write_text('{"files": {}}')
    assert check_pure_coverage.main(str(report)) == 1


def test_completions_are_what_the_program_takes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Files that a command's options are missing from are found, and written anew."""
    assert completions.main([]) == 0
    monkeypatch.setattr(completions, "ROOT", tmp_path)
    stale = {shell: tmp_path / shell for shell in completions.FILES}
    for shell, file in stale.items():
        text = completions.FILES[shell].read_text()
        word = "feeds" if shell == "overview" else "--no-gpg-sign"
        assert word in text
        file.write_text(text.replace(word, ""))
    monkeypatch.setattr(completions, "FILES", stale)
    assert completions.main([]) == 1
    assert completions.main(["--write"]) == 0
    assert completions.main([]) == 0


def test_code_lines_are_counted_without_words() -> None:
    """Docstrings, comments and blank lines are no code; a statement over three lines is three."""
    text = (
        '"""What it is."""\n\n# why\nx = [\n    1,\n]  # so\n\ndef f() -> None:\n    """Do."""\n    return\n'
    )
    assert house.code_lines(text) == 5


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("told = known(left)", 3),
        ("[one for one in rows]", 0),
        ("[\n    one for one in rows\n]", 2),
        ("for one in rows: pass", 1),
        ("'told'  # found", 0),
        ("x = [one for one in rows]; one = 1", 1),
        ("x.said", 1),
        ("_COLOUR_WANTED = left_out", 2),
        ("bisect_left(rows, unwanted)", 0),
    ],
)
def test_forbidden_names_are_counted_in_code_alone(text: str, uses: int) -> None:
    """Names count wherever they stand in code, `one` not in a comprehension of a single line."""
    assert house.forbidden_uses(text) == uses


@pytest.mark.slow
def test_walks_are_seen() -> None:
    """A commit of a model's line calls our functions in many files, starts git, and is the same walk each time."""
    walks = house.walks()
    assert walks == house.walks()
    assert all(
        walk.calls > walk.changes > walk.files > 1 for name, walk in walks.items() if name != "capture"
    )
    assert walks["capture"].processes == walks["edit"].processes == 0 < walks["pre-commit"].processes
