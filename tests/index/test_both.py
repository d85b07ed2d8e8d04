"""SQLite and PostgreSQL have the same rows and give the same answers."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from gitprov.errors import UsageError
from gitprov.flow.index.search import search
from gitprov.flow.index.stats import reader_of, stats
from gitprov.flow.index.surviving import trace_lines
from gitprov.flow.index.update import Updated, update
from gitprov.git.repo import Repository
from gitprov.store.index.database import Database, open_url
from gitprov.store.index.schema import TABLES
from tests.index.conftest import opened
from tests.support.notes import add_note, trace_row
from tests.support.repo import GitRepo


def refresh(repo: Repository, base: Database, *, share: bool = True) -> Updated:
    """Bring an index up to date without progress."""
    return update(repo, base, lambda *_: None, share=share)


def rows(base: Database) -> dict[str, list[str]]:
    """All rows of all tables but the repository's key, as text."""
    with base.reading() as connection:
        return {
            table.name: sorted(repr(tuple(row)[2:]) for row in connection.execute(select(table)))
            for table in TABLES.values()
        }


@pytest.mark.slow
def test_the_same_answers(year_repo: GitRepo, memory: Database, postgres: str) -> None:
    """Rows, numbers, searches and queries are equal row by row, after the first and after a later update."""
    other = open_url(postgres)
    other.rebuild()
    year_repo.write("core/odd\x1bname\udcff.py", "value = 1\n")
    oid = year_repo.commit("Odd \u202e names")
    bad = trace_row({"core/odd\x1bname\udcff.py": {"ai": "1"}}, model="nul\0 and half \ud800")
    with opened(year_repo) as repo:
        assert refresh(repo, memory) == refresh(repo, other)
        add_note(year_repo, oid, bad)
        assert refresh(repo, memory) == refresh(repo, other)
        assert rows(memory) == rows(other)
        for group in ("model", "agent", "prompt", "author", "path", "week"):
            assert stats(repo, memory, [], group) == stats(repo, other, [], group)
        for words in ("keep", "Keep PUBLIC names", "one pass", "public-names", "orders'", "absent"):
            answers = search(repo, memory, words, 100)
            assert answers == search(repo, other, words, 100)
            assert bool(answers) == (words != "absent")
        query = "SELECT model, SUM(raw) AS total FROM traces WHERE model IS NOT NULL GROUP BY model ORDER BY model"
        assert memory.ask(query).rows == other.ask(query).rows
        with memory.reading() as connection:
            trace = reader_of(repo, memory, connection).traces()[0].trace
        assert trace_lines(repo, memory, trace, surviving=True) == trace_lines(
            repo, other, trace, surviving=True
        )
    other.close()


@pytest.mark.slow
def test_a_query_changes_nothing_in_postgres(year_repo: GitRepo, postgres: str) -> None:
    """Neither a second statement nor a writing WITH gets through; prompts stay out without permission."""
    base = open_url(postgres)
    base.rebuild()
    with opened(year_repo) as repo:
        refresh(repo, base, share=False)
        for query in (
            "SELECT 1; COMMIT; DELETE FROM commits",
            "WITH gone AS (DELETE FROM commits RETURNING oid) SELECT * FROM gone",
        ):
            with pytest.raises(UsageError):
                base.ask(query)
        counts = base.ask("SELECT (SELECT COUNT(*) FROM commits), (SELECT COUNT(text) FROM prompts)").rows
        assert counts == [(40, 0)]
        assert search(repo, base, "keep", 5) == []
    base.close()
