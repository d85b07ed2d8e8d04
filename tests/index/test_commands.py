"""The commands on the index, as a person types them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from gitprov.cli.commands import index as command
from gitprov.errors import UsageError
from gitprov.flow.index.surviving import LivingLines, trace_lines
from gitprov.model.ranges import LineSet
from gitprov.store.index.database import Answered, Database
from gitprov.store.index.parquet import parquet
from tests.index.conftest import opened
from tests.index.test_both import refresh
from tests.support.notes import TRACE, add_note, trace_row
from tests.support.repo import CommandError, GitRepo, run

HEAVY = {"sqlalchemy", "psycopg", "jinja2", "pygments"}


def test_a_story(year_repo: GitRepo) -> None:
    """Index, query, count, search, follow a prompt's lines, and write a report."""
    done = year_repo.gitprov(
        "index", "--sql", "SELECT COUNT(*) AS n, 'a,b' AS text FROM commits", "--export", "csv"
    )
    assert done.stdout == 'n,text\n40,"a,b"\n'
    done = year_repo.gitprov("index", "--findings")
    assert done.stdout.splitlines()[1:] == ["open findings: 7"]
    answer = json.loads(year_repo.gitprov("stats", "HEAD~20..HEAD", "--by", "author", "--json").stdout)
    open_findings = sum(row["findings"] for row in answer["open_findings"])
    assert (answer["total"]["commits"], open_findings) == (20, 7)
    assert [group["name"] for group in answer["groups"]] == sorted(
        group["name"] for group in answer["groups"]
    )
    rows = [
        json.loads(row) for row in year_repo.gitprov("search", "keep", "names", "--json").stdout.splitlines()
    ]
    trace = rows[0]["ref"]
    living = json.loads(year_repo.gitprov("trace", trace, "--surviving", "--json").stdout)
    assert living["alive"][0]["branches"] == ["refs/heads/main"]
    path = living["alive"][0]["path"]
    lines = {line["line"] for line in year_repo.ai_blame(path)["lines"] if line["trace"] == trace}
    assert living["alive"][0]["count"] == len(lines)
    done = year_repo.gitprov("report", "--html", "out")
    assert done.stdout.startswith("out/index.html: ")
    assert trace in "".join(page.read_text() for page in (year_repo.path / "out" / "prompts").iterdir())


def test_living_lines_of_equal_files(repo: GitRepo, memory: Database) -> None:
    """A branch with the same content by another commit has none of a trace's lines, and hides none."""
    repo.write("a.py", "one\n")
    repo.commit("Base")
    repo.git("branch", "z")
    repo.git("checkout", "-q", "-b", "a")
    for branch in ("a", "main", "z"):
        repo.git("checkout", "-q", branch)
        repo.write("a.py", "one\ntwo\n")
        repo.commit(f"Add two on {branch}")
    add_note(repo, "main", trace_row({"a.py": {"ai": "2"}}))
    with opened(repo) as place:
        refresh(place, memory)
        living = trace_lines(place, memory, TRACE, surviving=True).living
    assert living == [LivingLines("a.py", LineSet([2]), ("refs/heads/main",))]


def test_errors_name_the_way_out(year_repo: GitRepo) -> None:
    """An unknown trace, and an unknown group."""
    for args, code, words in (
        (("trace", "gen_none"), 3, "no commit has a trace gen_none"),
        (("stats", "--by", "mood"), 2, "--by takes model"),
    ):
        done = run(["gitprov", *args], cwd=year_repo.path, env=year_repo.env, check=False)
        assert (done.returncode, words in done.stderr) == (code, True), done.stderr


def test_what_runs_often_loads_no_heavy_library(checkout: Path, env: dict[str, str]) -> None:
    """Hooks, blame, log and capture import neither the database nor the template libraries."""
    names = (
        "cli.hook",
        "cli.ai_blame",
        "cli.ai_log",
        "cli.capture",
        "flow.hooks",
        "cli.app",
        "store.index.answers",
    )
    code = (
        f"import sys, {', '.join(f'gitprov.{name}' for name in names)}; print({HEAVY!r} & {{*sys.modules}})"
    )
    assert run([sys.executable, "-c", code], cwd=checkout, env=env).stdout == "set()\n"


def test_a_missing_library_is_named(year_repo: GitRepo, tmp_path: Path) -> None:
    """Without SQLAlchemy the command that needs it says what to install."""
    (tmp_path / "sqlalchemy.py").write_text("raise ModuleNotFoundError(name='sqlalchemy')\n")
    year_repo.env["PYTHONPATH"] = str(tmp_path)
    with pytest.raises(CommandError) as caught:
        year_repo.gitprov("index")
    assert "the index needs sqlalchemy" in caught.value.done.stderr
    assert "pip install 'gitprov[index]'" in caught.value.done.stderr


def test_parquet_has_the_answer(tmp_path: Path) -> None:
    """Numbers and texts come back as they were; columns of one name are told apart; what does not fit is named."""
    duckdb = pytest.importorskip("duckdb")
    rows = [("m'1", 1, "2026-01-01T00:00:00Z", 1.5, None, b"\0"), ("\u202e€", 2**62, "x", 2, None, True)]
    answer = Answered(("model", "N", "at", "x", "n", "mixed"), list(rows))
    (tmp_path / "out").write_bytes(parquet(answer))
    with duckdb.connect() as base:
        read = base.read_parquet(str(tmp_path / "out"))
        assert read.columns == ["model", "N", "at", "x", "n_2", "mixed"]
        assert read.fetchall() == [
            ("m'1", 1, "2026-01-01T00:00:00Z", 1.5, None, "00"), ("\u202e€", 2**62, "x", 2.0, None, "True"),
        ]  # fmt: skip
    assert parquet(Answered(("a",), [])).startswith(b"PAR1")
    with pytest.raises(UsageError, match="cannot be written as Parquet"):
        parquet(Answered(("a",), [(2**70,)]))


def test_parquet_without_its_library(year_repo: GitRepo, tmp_path: Path) -> None:
    """The command says what to install."""
    (tmp_path / "duckdb.py").write_text("raise ModuleNotFoundError(name='duckdb')\n")
    year_repo.env["PYTHONPATH"] = str(tmp_path)
    with pytest.raises(CommandError) as caught:
        year_repo.gitprov("index", "--sql", "SELECT 1", "--export", "parquet")
    assert "Parquet needs duckdb" in caught.value.done.stderr
    assert "pip install 'gitprov[parquet]'" in caught.value.done.stderr


def test_the_sentence(year_repo: GitRepo) -> None:
    """What an update did, in words."""
    with opened(year_repo) as place, command.opened(place, "sqlite://") as base:
        done = command.refreshed(place, base, quiet=True)
    assert command._sentence(done).startswith(
        "index built: 40 commits added, 0 with a changed note, 0 removed, "
    )
