"""A full disk, a server that goes away, two indexers of one database, very many traces, claims that contradict."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event, text

from gitprov.errors import GitprovError
from gitprov.flow.index.report import report_data
from gitprov.flow.index.stats import stats
from gitprov.flow.index.surviving import trace_lines
from gitprov.flow.index.update import Updated, update
from gitprov.store.index.database import Database, open_file, open_url
from gitprov.web.links import file_page
from tests.index.conftest import opened
from tests.index.test_both import refresh, rows
from tests.index.test_report import pages_of
from tests.support.hostile import entries_of_five, measured, reviewed_commit, short_traces
from tests.support.notes import OTHER, TRACE, add_note, human_row, trace_row
from tests.support.repo import GitRepo


def same(repo: GitRepo, base: Database) -> bool:
    """Whether an index has the rows of a new one."""
    fresh = open_url("sqlite://")
    with opened(repo) as place:
        refresh(place, fresh)
    equal = rows(base) == rows(fresh)
    fresh.close()
    return equal


def test_a_full_disk(year_repo: GitRepo, tmp_path: Path) -> None:
    """An index that does not fit is an error with the reason; what was there stays, and the next run goes on."""
    base = open_file(str(tmp_path / "home"))
    year_repo.git("reset", "-q", "--hard", "HEAD~20")
    with opened(year_repo) as place:
        refresh(place, base)
        before = rows(base)
        year_repo.git("reset", "-q", "--hard", "ORIG_HEAD")

        def full(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")  # as many as there are already

        event.listen(base.engine, "connect", full)
        with pytest.raises(GitprovError, match="disk is full") as caught:
            refresh(place, base)
        assert caught.value.hint == "make room on the disk"
        event.remove(base.engine, "connect", full)
        assert rows(base) == before
        assert not refresh(place, base).whole
    assert same(year_repo, base)
    base.close()


def test_an_indexer_that_dies(year_repo: GitRepo, tmp_path: Path) -> None:
    """What ends in the middle leaves the state before; the next run has everything."""
    base = open_file(str(tmp_path / "home"))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with opened(year_repo) as place:
        with pytest.raises(KeyboardInterrupt):
            update(place, base, die, share=True)
        with pytest.raises(GitprovError, match="no index of this version"):
            stats(place, base, [], None)
        assert refresh(place, base).whole
    assert same(year_repo, base)
    base.close()


@pytest.mark.slow
def test_a_server_that_goes_away(year_repo: GitRepo, postgres: str) -> None:
    """A connection that ends in the middle is an error that hides the password; the next run goes on."""
    base, other = (
        open_url(postgres.replace("user=gitprov", "user=gitprov&password=hidden")),
        open_url(postgres),
    )
    base.rebuild()

    def end(*_: object) -> None:
        with other.engine.begin() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            )

    with opened(year_repo) as place:
        with pytest.raises(GitprovError, match="the index cannot be used") as caught:
            update(place, base, end, share=True)
        assert "hidden" not in caught.value.message
        assert refresh(place, base).whole
    assert same(year_repo, base)
    base.close()
    other.close()


@pytest.mark.slow
def test_two_indexers_of_a_server(year_repo: GitRepo, postgres: str) -> None:
    """The second waits for the first and has nothing left to do."""
    bases = [open_url(postgres), open_url(postgres)]
    bases[0].rebuild()
    done: list[Updated] = []

    def run(base: Database) -> None:
        with opened(year_repo) as place:
            done.append(refresh(place, base))

    threads = [threading.Thread(target=run, args=(base,)) for base in bases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((answer.whole, answer.added) for answer in done) == [(False, 0), (True, 40)]
    assert same(year_repo, bases[0])
    for base in bases:
        base.close()


@pytest.mark.slow
@pytest.mark.parametrize("number", [20_000, pytest.param(25_000, marks=pytest.mark.wide)])
def test_a_note_of_many_traces(repo: GitRepo, memory: Database, number: int) -> None:
    """A note of so many traces is indexed, counted and searched by the name of each."""
    repo.write("a.py", "x = 1\n" * number)
    oid = repo.commit("Add")
    template = {"kind": "trace", "v": 1, "model": "m", "session": "s", "delta": {"raw": 1, "kept": 1}}
    names = [f"gen_20260101_{n:010x}" for n in range(number)]
    note = [
        json.dumps({**template, "id": name, "files": {"a.py": {"ai": str(n)}}})
        for n, name in enumerate(names, 1)
    ]
    add_note(repo, oid, "\n".join(note))
    with opened(repo) as place:
        refresh(place, memory)
        answer = stats(place, memory, [], "model")
        assert (answer.total.ai, answer.total.traces, answer.total.kept) == (number, number, number)
        assert answer.survival.alive == number
        assert trace_lines(place, memory, names[77], surviving=False).ranges[0].first == 78
        assert refresh(place, memory) == (0, 0, 0, 0, 0, False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("note", "number", "prompts"),
    [
        (short_traces, 1_200, 1_000),
        (entries_of_five, 500, 1),
        pytest.param(short_traces, 140_000, 1_000, marks=pytest.mark.wide),
        pytest.param(entries_of_five, 80_000, 1, marks=pytest.mark.wide),
    ],
)
def test_a_report_on_many_traces(
    repo: GitRepo, note: Callable[[int], bytes], number: int, prompts: int
) -> None:
    """Of one commit a report lists a thousand traces, with the pages of their prompts, and counts the others."""
    repo.write("a.py", "x = 1\n" * 2_000)
    add_note(repo, repo.commit("Add"), note(number))
    used = measured(repo, "gitprov", "report", "--html", "pages")
    assert used.status == 0, used.err
    assert used.cpu < 8
    assert used.megabytes < 300
    assert len([*(repo.path / "pages" / "prompts").iterdir()]) == prompts
    assert len([*(repo.path / "pages").rglob("*.html")]) <= prompts + 16


@pytest.mark.slow
@pytest.mark.parametrize(
    ("traces", "reviewers"), [(600, 600), pytest.param(16_000, 50_000, marks=pytest.mark.wide)]
)
def test_a_report_on_many_reviewers(repo: GitRepo, traces: int, reviewers: int) -> None:
    """Where many people reviewed a commit of many traces, the pages name twenty of them at each trace."""
    repo.write("a.py", "x = 1\n")
    repo.commit("Start")
    repo.write("a.py", "x = 1\n" * 2_000)
    add_note(repo, repo.commit("Add"), reviewed_commit(traces, reviewers))
    for args in (("pages",), ("change.html", "--range", "HEAD~1..HEAD")):
        used = measured(repo, "gitprov", "report", "--html", *args)
        assert used.status == 0, used.err
        assert used.cpu < 8
        assert used.megabytes < 300
    assert max(page.stat().st_size for page in repo.path.rglob("*.html")) < 2 << 20


def test_two_traces_that_claim_a_line(repo: GitRepo, memory: Database) -> None:
    """A line that two traces and a person claim is counted once, for the weakest claim, as blame shows it."""
    repo.write("a.py", "".join(f"x{n} = {n}\n" for n in range(6)))
    oid = repo.commit("Add")
    first = trace_row({"a.py": {"ai": "1-4"}})
    other = trace_row({"a.py": {"ai": "3-5", "edited": "2"}}, id=OTHER)
    add_note(repo, oid, other, first, human_row({"a.py": {"human": "1,6"}}))
    with opened(repo) as place:
        refresh(place, memory)
        total = stats(place, memory, [], None).total
        ranges = report_data(place, memory, []).rows.ranges
    claims = {n: (row.cls, row.trace) for row in ranges for n in range(row.first, row.last + 1)}
    assert sum(row.last - row.first + 1 for row in ranges) == 6
    shown = {row["line"]: (row["class"], row["trace"]) for row in repo.ai_blame("a.py")["lines"]}
    assert claims == shown
    assert {trace for _, trace in claims.values()} == {TRACE, OTHER, None}
    assert (claims[2], claims[3][0]) == (("edited", OTHER), "ai")
    assert (total.added, total.ai + total.edited + total.human + total.unknown) == (6, 6)


@pytest.mark.slow
def test_names_that_differ_by_case(repo: GitRepo, memory: Database) -> None:
    """Files, traces and sessions whose names differ by case alone have rows and pages of their own, the pages also
    on a disk that takes both names for one.
    """
    repo.git("config", "core.ignoreCase", "false")
    for path in ("a.py", "A.py", "Src/b.py", "src/B.py"):
        repo.write(path, f"name = {path!r}\n")
    oid = repo.commit("Add")
    names = {"Session": "gen_x", "session": "gen_X"}
    claims = [
        trace_row({path: {"ai": "1"}}, id=names[session], session=session, model=f"{session}-model")
        for path, session in (("a.py", "session"), ("A.py", "Session"))
    ]
    add_note(repo, oid, *claims)
    made = pages_of(repo, memory)
    assert [path for (path,) in memory.ask("SELECT path FROM ranges ORDER BY trace").rows] == ["a.py", "A.py"]
    assert len({name.casefold() for name in made}) == len(made)
    assert b"session-model" in made[file_page("a.py")]
    assert b"session-model" not in made[file_page("A.py")]
    for folder, number in (("files", 4), ("sessions", 2)):
        assert len([name for name in made if name.startswith(f"{folder}/")]) == number, folder
    with opened(repo) as place:
        groups = stats(place, memory, [], "model").groups
    assert {"session-model", "Session-model"} <= {*groups}
