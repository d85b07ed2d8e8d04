"""The index follows notes, generations and history: an update ends where a new index would begin."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from gitprov.errors import GitprovError, UsageError
from gitprov.flow.index.search import search
from gitprov.flow.index.stats import stats
from gitprov.store.index import schema
from gitprov.store.index.database import Database, open_file, open_url
from tests.index.conftest import opened
from tests.index.test_both import refresh, rows
from tests.support.agent import Agent
from tests.support.notes import OTHER, add_note, commit_row, human_row, trace_row
from tests.support.repo import GitRepo


def agrees(repo: GitRepo, base: Database) -> bool:
    """Bring an index up to date; whether it then has the rows of a new one."""
    fresh = open_url("sqlite://")
    with opened(repo) as place:
        refresh(place, base)
        refresh(place, fresh)
    same = rows(base) == rows(fresh)
    fresh.close()
    return same


@pytest.mark.slow
def test_every_kind_of_change(year_repo: GitRepo, memory: Database) -> None:
    """New and rewritten commits, merges, changed and removed notes, deleted branches, renamed and removed files."""
    repo = year_repo
    assert agrees(repo, memory)
    path = min(repo.path.glob("*/*.py")).relative_to(repo.path).as_posix()
    repo.write(path, "first = 1\n" + repo.read(path))
    oid = repo.commit("One line on top")
    add_note(repo, oid, trace_row({path: {"ai": "1"}}), commit_row(oid, dropped={OTHER: "a reason"}))
    assert agrees(repo, memory)
    repo.git("mv", path, "moved.py")
    repo.commit("Move")
    assert agrees(repo, memory)
    repo.git("checkout", "-q", "-b", "side", "HEAD~2")
    repo.write("side.py", "a = 1\nb = 2\n")
    side = repo.commit("Side")
    add_note(repo, side, trace_row({"side.py": {"ai": "1-2", "edited": "2"}}, id=OTHER))
    repo.git("checkout", "-q", "main")
    assert agrees(repo, memory)
    repo.git("merge", "-q", "--no-ff", "--no-edit", "side")
    assert agrees(repo, memory)
    add_note(repo, "HEAD", trace_row({"side.py": {"ai": "1"}}), commit_row(repo.oid(), added=1))
    assert agrees(repo, memory)
    repo.write("side.py", "a = 1\n")
    repo.git("commit", "-q", "-a", "-m", "Shorter")
    assert agrees(repo, memory)
    add_note(repo, oid, human_row({path: {"human": "1"}}))
    assert agrees(repo, memory)
    repo.git("notes", "--ref=refs/notes/gitprov", "remove", side)
    assert agrees(repo, memory)
    repo.git("commit", "-q", "--amend", "-m", "Reworded")
    assert agrees(repo, memory)
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.git("branch", "-q", "-D", "side")
    repo.git("update-ref", "-d", "refs/notes/gitprov")
    assert agrees(repo, memory)


def test_an_erased_prompt_is_erased(hooked: GitRepo) -> None:
    """After `gitprov forget`, here or by a colleague, neither the file nor a search has the prompt."""
    agent = Agent(hooked)
    agent.prompt("the zebrafish protocol")
    agent.write("a.py", "x = 1\n")
    hooked.commit("Add")
    trace = hooked.generations()[0]
    home = hooked.path / ".git" / "gitprov"
    index = home / "index.sqlite"
    with opened(hooked) as place:
        base = open_file(str(home))
        refresh(place, base)
        assert [answer.ref for answer in search(place, base, "Zebrafish", 9)] == [trace]
        assert b"zebrafish" in index.read_bytes()
        assert index.stat().st_mode & 0o77 == 0
    copy = index.read_bytes()
    hooked.gitprov("forget", "--yes", trace)
    assert not index.exists()
    index.write_bytes(copy)  # as after a colleague's erasure
    with opened(hooked) as place:
        done = refresh(place, base)
        assert search(place, base, "zebrafish", 9) == []
        base.close()
    assert (done.generations, b"zebrafish" in index.read_bytes()) == (1, False)


def test_an_empty_repository(repo: GitRepo, memory: Database) -> None:
    """No commits, no notes: no rows, and numbers of nothing."""
    with opened(repo) as place:
        assert refresh(place, memory) == (0, 0, 0, 0, 0, True)
        answer = stats(place, memory, [], "model")
    assert (answer.total.added, answer.groups, answer.weeks, answer.branch) == (0, {}, [], None)


def test_lines_that_a_note_cannot_have(repo: GitRepo, memory: Database) -> None:
    """Claims beyond the lines that the commit adds, and on files that it does not change, are left out."""
    repo.write("a.py", "x = 1\ny = 2\n")
    oid = repo.commit("Add")
    add_note(repo, oid, trace_row({"a.py": {"ai": "2-999999999"}, "b.py": {"ai": "1-5"}}))
    with opened(repo) as place:
        refresh(place, memory)
    assert memory.ask("SELECT path, first, last FROM ranges").rows == [("a.py", 2, 2)]


def test_living_lines_are_those_of_blame(year_repo: GitRepo, memory: Database) -> None:
    """The lines that the index calls alive are those that `git ai-blame` attributes to their traces."""
    with opened(year_repo) as place:
        refresh(place, memory)
    living = memory.ask(
        "SELECT path, SUM(lines) FROM survivors WHERE first > 0 GROUP BY path ORDER BY path", 8
    ).rows
    for path, count in living:
        lines = year_repo.ai_blame(str(path))["lines"]
        assert sum(line["trace"] is not None for line in lines) == count, path


def test_a_newer_index_is_left_alone(year_repo: GitRepo, tmp_path: Path) -> None:
    """An index of a later version is an error that names the ways out; an older one is built anew."""
    base = open_file(str(tmp_path / "home"))
    with opened(year_repo) as place:
        refresh(place, base)
        with base.engine.begin() as connection:
            connection.execute(text("UPDATE meta SET version = 99"))
        with pytest.raises(GitprovError, match="version 99, of a newer gitprov"):
            refresh(place, base)
        base.rebuild()
        assert refresh(place, base).whole
        with base.engine.begin() as connection:
            connection.execute(text("UPDATE meta SET version = :v"), {"v": schema.VERSION - 1})
        with pytest.raises(GitprovError, match="no index of this version"):
            stats(place, base, [], None)
        assert refresh(place, base).whole
    base.close()


def test_of_two_indexers_one_waits(year_repo: GitRepo, tmp_path: Path) -> None:
    """The second begins when the first has ended, and has nothing left to do."""
    first, second = (open_file(str(tmp_path / "home")) for _ in range(2))
    done = []

    def run() -> None:
        with opened(year_repo) as place:
            done.append(refresh(place, second))

    thread = threading.Thread(target=run)
    with first.writing():
        thread.start()
        thread.join(0.5)
        assert not done
    thread.join()
    assert [one.whole for one in done] == [True]
    with opened(year_repo) as place:
        assert refresh(place, first) == (0, 0, 0, 0, 0, False)
    first.close()
    second.close()


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM commits", "PRAGMA user_version = 7", "ATTACH 'x.db' AS x", "SELECT 1; DELETE FROM commits",
        "WITH a AS (SELECT 1) DELETE FROM commits", "SELECT nothing FROM nowhere", "", "SELECT load_extension('x')",
    ],
)  # fmt: skip
def test_a_query_changes_nothing(memory: Database, year_repo: GitRepo, query: str) -> None:
    """Only a single reading statement is answered."""
    with opened(year_repo) as place:
        refresh(place, memory)
    with pytest.raises(UsageError):
        memory.ask(query)
    assert memory.ask("SELECT COUNT(*) FROM commits", 1).rows == [(40,)]


@pytest.mark.parametrize(
    "url", ["mysql://host/x", "file:x", "", "postgresql://user:secret@:port/x", "mysql://x/?password=secret"]
)
def test_addresses_of_no_index(url: str) -> None:
    """Another database, or none, is an error that does not repeat a password."""
    with pytest.raises(UsageError) as caught:
        open_url(url)
    assert "secret" not in caught.value.message


def test_two_repositories_in_one_database(year_repo: GitRepo, repo: GitRepo, tmp_path: Path) -> None:
    """Each has its rows by the id of its first commit; prompts come in only where the project shares them."""
    repo.write("a.py", "x = 1\n")
    repo.commit("Other")
    base = open_url(f"sqlite:///{tmp_path}/team.sqlite")
    with opened(year_repo) as place, opened(repo) as other:
        refresh(place, base, share=False)
        refresh(other, base, share=False)
        assert stats(place, base, [], None).total.commits == 40
        assert stats(other, base, [], None).total.commits == 1
        assert search(place, base, "keep", 5) == []
    assert base.ask("SELECT repo, COUNT(*) FROM commits GROUP BY repo").rows == [(1, 40), (2, 1)]
    assert base.ask("SELECT COUNT(text) FROM prompts").rows == [(0,)]
    base.close()
