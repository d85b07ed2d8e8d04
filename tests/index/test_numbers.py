"""Each number of `gitprov stats` from a small repository, against what a person counts."""

from __future__ import annotations

import json

import pytest

from gitprov.attribution.statistics import deltas, shares
from gitprov.checks.findings.baseline import FILE, BaselineRow, dump_rows
from gitprov.checks.findings.fingerprint import fingerprint
from gitprov.flow.index.stats import reader_of, recorded, stats
from gitprov.model.answers.stats import Counts, FindingCount, PromptEdits, SessionCounts
from gitprov.store.index.database import Database
from tests.index.conftest import opened
from tests.index.test_both import refresh
from tests.support import sealed
from tests.support.notes import OTHER, TRACE, add_note, commit_row, human_row, trace_row
from tests.support.repo import GENERATIONS_REF, GitRepo, run

DAY = 86400
START = 1767225600  # 2026-01-01T00:00:00Z, in seconds
THIRD = "gen_20260203_cccccccccc"


def commit(repo: GitRepo, day: int, path: str, content: str) -> str:
    """Commit a file's content as of a day after the start."""
    sealed.set_clock(repo.env, START + day * DAY)
    repo.write(path, content)
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", f"Day {day}")
    return repo.oid()


def delta(raw: int, kept: int, edited: int = 0, dropped: int = 0) -> dict[str, int]:
    """What became of raw lines."""
    return {"raw": raw, "kept": kept, "edited": edited, "dropped": dropped, "pending": 0}


def store(repo: GitRepo, *records: tuple[str, str, str | None, str]) -> None:
    """Store generations: (trace, session, name of the prompt, text of the prompt)."""
    parts = [f"commit {GENERATIONS_REF}\ncommitter A <a@example.com> {START} +0000\ndata 1\nx\n"]
    for number, (trace, session, name, text) in enumerate(records):
        prompt = {"digest": f"sha256:{number:064}", "name": name, "available": True}
        row = {"v": 1, "id": trace, "session": session, "at": "2026-01-01T00:00:00Z", "prompt": prompt}
        top = f"{trace.rpartition('_')[2][:2]}/{trace}"
        for path, data in (("record.json", json.dumps(row)), ("prompt.txt", text)):
            parts.append(f"M 100644 inline {top}/{path}\ndata {len(data)}\n{data}\n")
    repo.git("fast-import", "--quiet", "--done", input="".join(parts) + "done\n")


@pytest.fixture
def counted(repo: GitRepo) -> GitRepo:
    """Six commits of 100 days: two models, a person, a branch that has not landed, and an abandoned session."""
    oid = commit(repo, 0, "a.py", "".join(f"line {n}\n" for n in range(10)))
    first = trace_row(
        {"a.py": {"ai": "1-6", "edited": "7-8"}}, delta=delta(10, 6, 2, 2), model="m1", session="s1"
    )
    add_note(repo, oid, first, human_row({"a.py": {"human": "9"}}), commit_row(oid, dropped={THIRD: "prose"}))
    oid = commit(repo, 10, "b.py", "one\ntwo\nthree\nfour\n")
    other = trace_row({"b.py": {"ai": "1-4"}}, id=OTHER, delta=delta(4, 4), model="m2", session="s2")
    add_note(repo, oid, other, commit_row(oid, "bypassed"))
    # A person removes two of m1's lines after 20 days, and m2 one of them after 40.
    commit(repo, 20, "a.py", "".join(f"line {n}\n" for n in range(10) if n not in (0, 1)))
    oid = commit(repo, 40, "a.py", "".join(f"line {n}\n" for n in range(10) if n not in (0, 1, 2)))
    files = {"a.py": {"deleted": 1}}
    add_note(
        repo, oid, trace_row(files, id="gen_20260210_dddddddddd", delta=delta(0, 0), model="m2", session="s2")
    )
    repo.git("checkout", "-q", "-b", "side")
    oid = commit(repo, 50, "c.py", "x = 1\n")
    add_note(
        repo, oid, trace_row({"c.py": {"ai": "1"}}, id=THIRD, delta=delta(1, 1), model="m2", session="s3")
    )
    repo.git("checkout", "-q", "main")
    commit(repo, 100, "d.py", "import this\n")
    store(repo, (TRACE, "s1", "greet", "v1"), (OTHER, "s2", "greet", "v2"), (THIRD, "s4", None, "never used"))
    return repo


def test_every_number(counted: GitRepo, memory: Database) -> None:
    """Classes, coverage, delta, acceptance, landing, deletions, sessions, churn, dropped and bypassed."""
    with opened(counted) as place:
        refresh(place, memory)
        answer = stats(place, memory, [], "model")
        everything = stats(place, memory, ["main", "side"], None)
    total = answer.total
    assert (total.added, total.ai, total.edited, total.human, total.unknown) == (15, 10, 2, 1, 2)
    assert total.coverage == pytest.approx(13 / 15)
    assert [total.acceptance, total.delta_rate, total.landing] == pytest.approx([10 / 14, 4 / 14, 12 / 14])
    assert (total.deleted, total.deleted_by_ai, total.deleted_by_people) == (3, 1, 2)
    assert (total.dropped_traces, total.bypassed, total.traces, total.commits) == (1, 1, 3, 5)
    assert answer.sessions == SessionCounts(shipped=2, elsewhere=0, abandoned=1)
    assert everything.sessions == SessionCounts(shipped=2, elsewhere=1, abandoned=1)
    assert (everything.total.ai, everything.total.landed, everything.total.raw) == (11, 12, 15)
    assert answer.prompts == [PromptEdits("greet", 1, 1 / (100 / 7))]
    assert {name: (group.ai, group.edited, group.deleted_by_ai) for name, group in answer.groups.items()} == {
        "(not recorded)": (0, 0, 0), "m1": (6, 2, 0), "m2": (4, 0, 1),
    }  # fmt: skip


def test_the_database_counts_as_the_report_does(year_repo: GitRepo, memory: Database) -> None:
    """The sums of the database are the counts of the single rows, for a range, the whole, and every group."""
    with opened(year_repo) as place:
        refresh(place, memory)
        for revisions in ([], ["HEAD~9..HEAD"]):
            with memory.reading() as connection:
                rows = recorded(place, reader_of(place, memory, connection), revisions)
            for group in shares.GROUPS:
                answer = stats(place, memory, revisions, group)
                assert answer.total == shares.total(rows)
                assert answer.groups == shares.by(rows, group)
                assert answer.weeks == deltas.weekly(deltas.generation_rates(rows.traces))
        nothing = stats(place, memory, ["HEAD..HEAD"], "week")
        assert (nothing.total, nothing.groups, nothing.weeks) == (Counts(), {}, [])


def test_survival_of_a_history(counted: GitRepo, memory: Database) -> None:
    """Of 8 lines of m1, followed for 100 days, 2 die on day 20 and 1 on day 40; those of m2 for 90 days, none."""
    with opened(counted) as place:
        refresh(place, memory)
        answer = stats(place, memory, [], None)
    assert (answer.by_model["m1"].lines, answer.by_model["m1"].alive) == (8, 5)
    assert answer.by_model["m1"].at == pytest.approx((6 / 8, 5 / 8, None))
    assert answer.by_model["m2"].at == (1.0, 1.0, None)
    assert answer.survival.at == pytest.approx((10 / 12, 9 / 12, None))


def test_a_line_that_is_only_indented_lives(repo: GitRepo, memory: Database) -> None:
    """Lines moved to the right, and those whose blanks changed, live on; the same as `git ai-blame` says."""
    oid = commit(repo, 0, "a.py", "x = 1\ny = 2\nz = 3\n")
    add_note(repo, oid, trace_row({"a.py": {"ai": "1-3"}}))
    with opened(repo) as place:
        refresh(place, memory)
    commit(repo, 5, "a.py", "if True:\n    x = 1\n    y  =  2\n    z = 4\n")
    repo.git("mv", "a.py", "b.py")
    repo.git("commit", "-q", "-m", "Move")
    oid = commit(repo, 6, "b.py", "if True:\n\tx = 1\n\ty = 2\n    z = 4\n")
    add_note(repo, oid, trace_row({"b.py": {"ai": "2-3"}}, id=OTHER))  # layout is no line of its own
    with opened(repo) as place:
        refresh(place, memory)
    query = "SELECT path, first, lines, trace, died FROM survivors ORDER BY first"
    assert memory.ask(query).rows == [("a.py", 0, 1, TRACE, START + 5 * DAY), ("b.py", 2, 2, TRACE, None)]
    blamed = {line["line"]: line["trace"] for line in repo.ai_blame("b.py")["lines"]}
    assert blamed == {1: None, 2: TRACE, 3: TRACE, 4: None}


def test_findings_have_models_and_prompts(repo: GitRepo, memory: Database) -> None:
    """Accepted findings count for the model and prompt of their line, also after it moved; none after removal."""
    oid = commit(repo, 0, "r.txt", "flask==0.1\nrequests==2.0\n")
    add_note(repo, oid, trace_row({"r.txt": {"ai": "1"}}, model="m1", key="k1"))

    def row(rule: str, package: str, line: str) -> BaselineRow:
        return BaselineRow("deps", rule, "r.txt", package, fingerprint(rule, "r.txt", package, line, 0))

    rows = [
        row("deps/vulnerable", "flask", "flask==0.1"), row("deps/yanked", "flask", "flask==0.1"),
        row("deps/vulnerable", "requests", "requests==2.0"), row("deps/vulnerable", "gone", "gone==1"),
    ]  # fmt: skip
    commit(repo, 1, FILE, dump_rows(rows))
    with opened(repo) as place:
        refresh(place, memory)
        expected = [
            FindingCount(None, None, 2, ("gone", "requests")),
            FindingCount("m1", "k1", 2, ("flask",)),
        ]
        assert stats(place, memory, [], None).findings == expected
        commit(repo, 2, "r.txt", "# first\n  flask==0.1\nrequests==2.0\n")
        refresh(place, memory)
        query = "SELECT rule, line, trace FROM findings WHERE package = 'flask' ORDER BY rule"
        assert memory.ask(query).rows == [("deps/vulnerable", 2, TRACE), ("deps/yanked", 2, TRACE)]
        commit(repo, 3, FILE, "[]")
        refresh(place, memory)
        assert stats(place, memory, [], None).findings == []


def test_the_alert_is_an_exit_code(repo: GitRepo, memory: Database) -> None:
    """Five quiet weeks and a loud one: exit code 1 with `--alert`; 29 generations are no alert."""

    def weeks(quiet: int) -> None:
        rows = [week(n, number % 5 * 7, 2) for n, number in enumerate(range(quiet))] + [
            week(90 + n, 35, 9) for n in range(5)
        ]
        add_note(repo, "HEAD", *rows)

    def week(number: int, day: int, changed: int) -> dict[str, object]:
        at = f"2026-0{1 + day // 28}-{1 + day % 28:02}T00:00:00Z"
        return trace_row({}, id=f"gen_20260101_{number:010}", at=at, delta=delta(10, 10 - changed, changed))

    commit(repo, 0, "a.py", "x = 1\n")
    weeks(25)
    done = run(["gitprov", "stats", "--alert"], cwd=repo.path, env=repo.env, check=False)
    assert done.returncode == 1
    assert "spike in 2026-W06: median 90.0% of 5 generations" in done.stdout
    weeks(24)
    with opened(repo) as place:
        refresh(place, memory)
        assert not any(week.is_spike for week in stats(place, memory, [], None).weeks)
