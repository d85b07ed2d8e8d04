"""What commands write where the command line says: no link that a repository brought leads it elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.cli.commands.exchange.frame import deliver, into_file
from gitprov.errors import GitprovError
from gitprov.flow.behaviour.record import add
from gitprov.web.write import MARK, write, write_file

DIARY = "dear diary, nobody reads this\n"


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    """A private file beside the directory of the repository."""
    path = tmp_path / "diary"
    path.write_text(DIARY)
    (tmp_path / "repo").mkdir()
    return path


@pytest.mark.parametrize("link", ["out", "out.new"])
def test_an_output_replaces_links(diary: Path, link: str) -> None:
    """`--out` and `--markdown` write a file of their own, whatever is there or beside it."""
    repo = diary.parent / "repo"
    (repo / link).symlink_to("../diary")
    deliver(["one", "two"], str(repo / "out"), as_json=True)
    assert diary.read_text() == DIARY
    assert (repo / "out").read_text() == "one\ntwo\n"
    assert not (repo / "out").is_symlink()
    assert {*os.listdir(repo)} == {link, "out"}


def test_an_output_that_fails_leaves_no_file(diary: Path) -> None:
    """A directory in the place of the file is an error that names it, and no temporary file stays."""
    repo = diary.parent / "repo"
    (repo / "out").mkdir()
    with pytest.raises(GitprovError, match="cannot be written"):
        deliver(["one"], str(repo / "out"))
    assert os.listdir(repo) == ["out"]
    assert into_file(["one"], "/dev/null") == 1


@pytest.mark.parametrize("link", ["index.html", "index.html.new"])
def test_a_page_replaces_links(diary: Path, link: str) -> None:
    """A page that stands by itself goes through no link in its place or beside it."""
    repo = diary.parent / "repo"
    (repo / link).symlink_to("../diary")
    assert write_file(str(repo / "index.html"), lambda: b"page") == 1
    assert write_file(str(repo / "index.html"), lambda: b"page") == 0
    assert (diary.read_text(), (repo / "index.html").read_bytes()) == (DIARY, b"page")


def test_a_report_reaches_no_other_directory(diary: Path) -> None:
    """A folder of a report that is a link is refused with its name; nothing behind it is written or removed."""
    repo = diary.parent / "repo"
    outside = diary.parent / "site"
    outside.mkdir()
    (outside / "mine.html").write_text(DIARY)
    (repo / MARK).write_text("")
    (repo / "commits").symlink_to("../site")
    with pytest.raises(GitprovError, match="commits is a symbolic link"):
        write(str(repo), {"commits/a.html": lambda: b"page"}, lambda *_: None)
    assert os.listdir(outside) == ["mine.html"]


def test_recorded_cases_are_appended_through_no_link(diary: Path) -> None:
    """A file of cases that is a link is refused: its target keeps its lines."""
    cases = diary.parent / "repo" / "cases.jsonl"
    assert add(str(cases), ["one"]) == 1
    assert add(str(cases), ["one", "two"]) == 1
    cases.unlink()
    cases.symlink_to("../diary")
    with pytest.raises(GitprovError, match="cannot be written"):
        add(str(cases), ["three"])
    assert diary.read_text() == DIARY


@pytest.mark.parametrize("above", ["d", "d/sub"])
def test_a_directory_that_is_a_link_leads_no_output_away(
    diary: Path, monkeypatch: pytest.MonkeyPatch, above: str
) -> None:
    """A link that came with the repository is on the way: each kind of output is refused with its name."""
    repo, outside = diary.parent / "repo", diary.parent / "elsewhere"
    (outside / "sub/.git").mkdir(parents=True)
    (repo / ".git").mkdir()
    (repo / "d").symlink_to("../elsewhere")
    (repo / "inner").mkdir()
    monkeypatch.chdir(repo / "inner")
    place = f"../{above}/x"
    acts: list[Callable[[], object]] = [
        lambda: deliver(["one"], place),
        lambda: write_file(f"{place}.html", lambda: b"page"),
        lambda: write(place, {"index.html": lambda: b"page"}, lambda *_: None),
        lambda: write(f"../{above}", {"index.html": lambda: b"page"}, lambda *_: None),
        lambda: add(place, ["one"]),
    ]
    for act in acts:
        with pytest.raises(GitprovError, match="d is a symbolic link"):
            act()
    assert {*os.listdir(outside), *os.listdir(outside / "sub")} == {"sub", ".git"}


def test_links_outside_of_the_work_tree_are_a_persons_own(
    diary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link that leads to the work tree, or that lies in no work tree, may be on the way."""
    repo = diary.parent / "repo"
    (repo / ".git").mkdir()
    (repo / "d").mkdir()
    (diary.parent / "short").symlink_to("repo")
    (diary.parent / "reports").mkdir()
    (diary.parent / "latest").symlink_to("reports")
    monkeypatch.chdir(repo)
    for place in (f"{diary.parent}/short/d/x", "../short/d/y", "../latest/x", "d/z"):
        deliver(["one"], place)
    assert {*os.listdir(repo / "d"), *os.listdir(diary.parent / "reports")} == {"x", "y", "z"}
    (repo / "d/l").symlink_to("../..")
    with pytest.raises(GitprovError, match="d/l is a symbolic link"):
        deliver(["one"], f"{diary.parent}/short/d/l/x")


def test_cases_in_a_pipe_are_not_waited_for(diary: Path) -> None:
    """A pipe in the place of a file of cases is an error at once."""
    os.mkfifo(diary.parent / "repo/cases.jsonl")
    with pytest.raises(GitprovError, match="is a named pipe"):
        add(str(diary.parent / "repo/cases.jsonl"), ["one"])
