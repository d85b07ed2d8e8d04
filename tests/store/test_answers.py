"""The cache of registries' answers: what holds, what does not, and a database that cannot be used."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from gitprov.model.package import PackageFacts, absent, unknown
from gitprov.store.index.answers import ABSENT_HOLDS, PRESENT_HOLDS, Answers

NOW = 1_770_000_000.0
WHOLE = PackageFacts(
    True, "", 1.5, 3, frozenset({"1", "2"}), "3", frozenset({"me"}), True, "use y", False, "a.example"
)


def test_what_was_put_is_there(tmp_path: Path) -> None:
    """All fields, with the moment; another address has answers of its own."""
    with Answers(str(tmp_path / "c" / "answers.db")) as cache:
        cache.put("a", [("x", WHOLE), ("y", absent("a.example")), ("z", unknown("HTTP 500"))], NOW)
        rows = cache.get("a", ["x", "y", "z", "w"], NOW + 1)
        assert rows == {"x": WHOLE._replace(at=NOW), "y": absent("a.example")._replace(at=NOW)}
        assert cache.get("b", ["x"], NOW) == {}


def test_how_long_answers_hold(tmp_path: Path) -> None:
    """A week for a name that exists, a day for one that does not; offline any age will do."""
    with Answers(str(tmp_path / "answers.db")) as cache:
        cache.put("a", [("x", WHOLE), ("y", absent("s"))], NOW)
        assert set(cache.get("a", ["x", "y"], NOW + ABSENT_HOLDS + 1)) == {"x"}
        assert set(cache.get("a", ["x", "y"], NOW + PRESENT_HOLDS + 1)) == set()
        assert set(cache.get("a", ["x", "y"], NOW + 10 * PRESENT_HOLDS, stale=True)) == {"x", "y"}


def test_many_names(tmp_path: Path) -> None:
    """More than one question to the database may hold."""
    names = [f"n{n}" for n in range(2_000)]
    with Answers(str(tmp_path / "answers.db")) as cache:
        cache.put("a", [(name, WHOLE) for name in names], NOW)
        assert len(cache.get("a", names, NOW)) == len(names)


def damage(path: Path, how: str) -> None:
    """Make a database that this version cannot use."""
    if how == "text":
        path.write_bytes(b"not a database" * 100)
    elif how == "half":
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2] + b"\xff" * (len(data) // 2))
    elif how == "version":
        with closing(sqlite3.connect(path, isolation_level=None)) as base:
            base.execute("PRAGMA user_version=99")
    else:
        with closing(sqlite3.connect(path, isolation_level=None)) as base:
            base.execute("UPDATE answers SET facts = ?", (how,))


@pytest.mark.parametrize("how", ["text", "half", "version", "{", "[]", '{"yanked": 7, "maintainers": 7}'])
def test_a_cache_that_cannot_be_used(tmp_path: Path, how: str) -> None:
    """It is started anew or its row skipped, and new answers are kept."""
    path = tmp_path / "answers.db"
    with Answers(str(path)) as cache:
        cache.put("a", [("x", WHOLE)], NOW)
    for ending in ("-wal", "-shm"):
        (tmp_path / f"answers.db{ending}").unlink(missing_ok=True)
    damage(path, how)
    with Answers(str(path)) as cache:
        assert cache.get("a", ["x"], NOW) == {}
        cache.put("a", [("x", WHOLE)], NOW)
    with Answers(str(path)) as cache:
        assert set(cache.get("a", ["x"], NOW)) == {"x"}


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """Nothing is cached, and nothing fails."""
    (tmp_path / "file").write_text("")
    with Answers(str(tmp_path / "file" / "answers.db")) as cache:
        cache.put("a", [("x", WHOLE)], NOW)
        assert cache.get("a", ["x"], NOW) == {}


def test_two_runs_at_once(tmp_path: Path) -> None:
    """Both keep their answers."""

    def run(name: str) -> None:
        for n in range(20):
            with Answers(str(tmp_path / "answers.db")) as cache:
                cache.put("a", [(f"{name}{n}", WHOLE)], NOW)

    threads = [threading.Thread(target=run, args=(name,)) for name in "pq"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Answers(str(tmp_path / "answers.db")) as cache:
        assert len(cache.get("a", [f"{name}{n}" for name in "pq" for n in range(20)], NOW)) == 40
