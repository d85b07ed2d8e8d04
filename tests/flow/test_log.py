"""`git ai-log`: which commits it lists, and what it says of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.notes import OTHER, TRACE, add_note, commit_row, human_row, trace_row
from tests.support.repo import GitRepo, run


def logged(repo: GitRepo, *args: str) -> list[dict[str, Any]]:
    """The JSON objects."""
    return [json.loads(line) for line in repo.git("ai-log", "--json", *args).stdout.splitlines()]


def subjects(repo: GitRepo, *args: str) -> list[str]:
    """The subjects of the commits that are shown, in order."""
    return [entry["subject"] for entry in logged(repo, *args)]


@pytest.fixture
def history(repo: GitRepo) -> GitRepo:
    """Seven commits: plain, ai, declared, plain, bypassed ai by another model, human only, ai."""
    oids = {}
    for name in ("plain", "first", "declared", "plain again", "second", "typed", "third"):
        repo.write(f"src/{name.replace(' ', '-')}.py", "".join(f"{n}\n" for n in range(20)))
        body = "\n\nAssisted-by: aider" if name == "declared" else ""
        oids[name] = repo.commit(f"{name}{body}")
    add_note(
        repo,
        oids["first"],
        trace_row({"src/first.py": {"ai": "1-5,9-10", "edited": "6-8", "deleted": 2}}),
        commit_row(oids["first"], added=20),
    )
    add_note(
        repo,
        oids["second"],
        trace_row({"src/second.py": {"ai": "1"}}, id=OTHER, agent="codex", model="gpt-5", session="ffff"),
        commit_row(oids["second"], "bypassed"),
    )
    add_note(repo, oids["typed"], human_row({"src/typed.py": {"human": "1-20"}}))
    add_note(repo, oids["third"], trace_row({"src/third.py": {"ai": "1-20"}}, model=None))
    return repo


def test_commits_with_ai(history: GitRepo) -> None:
    """Listed are commits with traces and commits that declare; others only on request."""
    assert subjects(history) == ["third", "second", "declared", "first"]
    assert len(subjects(history, "--all-commits")) == 7
    assert [entry["class"] for entry in logged(history)] == ["ai", "ai", "declared", "ai"]


def test_document_of_a_commit(history: GitRepo) -> None:
    """A commit's object has all that its note says; absent facts are null."""
    first = logged(history)[-1]
    assert first == {
        "commit": history.oid("HEAD~5"), "author": "Alice <alice@example.com>",
        "author_time": "2026-02-01T10:02:00+00:00", "subject": "first", "class": "ai", "agents": ["claude-code"],
        "models": ["claude-opus-4-5-20251101"],
        "traces": [
            {
                "id": TRACE, "agent": "claude-code", "model": "claude-opus-4-5-20251101", "session": "0b9c",
                "at": "2026-02-01T10:00:04Z", "prompt_version": "v2.4.1", "evidence": "captured", "ai": 7,
                "edited": 3,
            }
        ],
        "declared": [], "ai_lines": 10, "edited_lines": 3, "human_lines": 0, "added": 20,
        "delta": {"raw": 10, "kept": 7, "edited": 2, "dropped": 1, "pending": 0}, "delta_lines": 3,
        "delta_rate": 0.3, "gate": "passed", "dropped": {}, "reviewed_by": [],
    }  # fmt: skip
    declared = logged(history)[2]
    assert declared["declared"] == [{"agent": "aider", "model": None, "source": "Assisted-by: aider"}]
    assert (declared["agents"], declared["models"], declared["delta"], declared["gate"]) == (
        ["aider"],
        [],
        None,
        None,
    )
    assert logged(history)[0]["models"] == []


def test_block(history: GitRepo) -> None:
    """A block is in the manner of git log, and shows what is known."""
    shown = history.git("ai-log", "--date=iso", "-1", "HEAD~5").stdout
    assert shown == (
        f"commit {history.oid('HEAD~5')} (ai)\n"
        "Author:   Alice <alice@example.com>\n"
        "Date:     2026-02-01 10:02:00 +0000\n"
        "Model:    claude-code claude-opus-4-5-20251101\n"
        f"Trace:    {TRACE}\n"
        "AI lines: 10 of 20 added (50%), 3 of them edited\n"
        "Delta:    30%: 2 edited, 1 dropped of 10 raw lines\n"
        "Gate:     passed\n"
        "\n"
        "    first\n"
    )


def test_oneline(history: GitRepo) -> None:
    """--oneline gives each commit one line, with its class, machines and subject."""
    short = history.git("log", "--format=%h").stdout.split()
    assert history.git("ai-log", "--oneline").stdout.splitlines() == [
        f"{short[0]} ai 20 delta 30% claude-code third",
        f"{short[2]} ai 1 delta 30% bypassed codex/gpt-5 second",
        f"{short[4]} declared aider declared",
        f"{short[5]} ai 10/20 delta 30% claude-code/claude-opus-4-5-20251101 first",
    ]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--model", "opus"], ["first"]),
        (["--model=OPUS"], ["first"]),
        (["--model=claude-*-20251101"], ["first"]),
        (["--model=claude-*-2025"], []),
        (["--agent=codex", "--agent=aider"], ["second", "declared"]),
        (["--agent=codex", "--model=opus"], []),
        (["--session=0b"], ["third", "first"]),
        ([f"--trace={OTHER}"], ["second"]),
        (["--trace=aaaa"], ["second"]),
        (["--bypassed"], ["second"]),
        (["--bypassed", "--agent=claude-code"], []),
    ],
)
def test_filters(history: GitRepo, args: list[str], expected: list[str]) -> None:
    """Filters of one kind are alternatives, filters of several kinds must hold for one trace."""
    assert subjects(history, *args) == expected


def test_filters_hold_for_one_trace(repo: GitRepo) -> None:
    """A commit with two traces is no match for the agent of one and the model of the other."""
    repo.write("a", "1\n2\n")
    oid = repo.commit("Both")
    one = trace_row({"a": {"ai": "1"}}, agent="codex", model="gpt-5")
    add_note(repo, oid, one, trace_row({"a": {"ai": "2"}}, id=OTHER))
    assert subjects(repo, "--agent=codex", "--model=opus") == []
    assert subjects(repo, "--agent=codex", "--model=gpt") == ["Both"]
    assert logged(repo)[0]["delta"] == {"raw": 20, "kept": 14, "edited": 4, "dropped": 2, "pending": 0}


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["-n", "2"], ["third", "second"]),
        (["-n2"], ["third", "second"]),
        (["-2"], ["third", "second"]),
        (["--max-count=2"], ["third", "second"]),
        (["--max-count", "0"], []),
        (["-n-1"], ["third", "second", "declared", "first"]),
        (["--skip=1", "-n", "2"], ["second", "declared"]),
        (["--skip=3"], ["first"]),
        (["--reverse"], ["first", "declared", "second", "third"]),
        (["--reverse", "-2"], ["second", "third"]),
        (["--reverse", "--skip=1"], ["first", "declared", "second"]),
        (["--all-commits", "-n", "2", "--skip", "1"], ["typed", "second"]),
    ],
)
def test_counting(history: GitRepo, args: list[str], expected: list[str]) -> None:
    """-n and --skip count the commits that are shown; --reverse turns what they leave."""
    assert subjects(history, *args) == expected


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["HEAD~3..HEAD"], ["third", "second"]),
        (["HEAD~3"], ["declared", "first"]),
        (["--", "src/first.py"], ["first"]),
        (["src/first.py", "src/third.py"], ["third", "first"]),
        (["--grep", "second"], ["second"]),
        (["--grep", "--oneline"], []),
        (["--until=2026-02-01T10:03:30Z"], ["declared", "first"]),
        (["--author=nobody"], []),
        (["--not", "HEAD~3", "--not", "HEAD"], ["third", "second"]),
        (["-L1,2:src/third.py"], ["third"]),
        (["--first-parent", "--no-merges", "--all"], ["third", "second", "declared", "first"]),
    ],
)
def test_selectors_of_git(history: GitRepo, args: list[str], expected: list[str]) -> None:
    """What selects commits passes through to git log."""
    assert subjects(history, *args) == expected


def test_revisions_from_stdin(history: GitRepo) -> None:
    """--stdin hands our standard input to git."""
    done = history.git("ai-log", "--json", "--stdin", input="HEAD~3\n")
    assert [json.loads(line)["subject"] for line in done.stdout.splitlines()] == ["declared", "first"]


@pytest.mark.parametrize(
    "flag",
    [
        "--graph",
        "-p",
        "--patch",
        "--stat",
        "--sta",
        "--format=%H",
        "--pretty",
        "--name-only",
        "-U3",
        "-z",
        "--notes",
    ],
)
def test_output_formats_of_git_are_refused(history: GitRepo, flag: str) -> None:
    """What changes git's output is a usage error that names the way there is."""
    done = history.git("ai-log", flag, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--json" in done.stderr
    assert f"git log --notes=gitprov {flag}" in done.stderr


def test_reviews(repo: GitRepo) -> None:
    """Review rows and Reviewed-by trailers both count, each person once."""
    repo.write("a", "1\n")
    oid = repo.commit("One\n\nReviewed-by: Bob <bob@example.com>\nReviewed-by: Eve <eve@example.com>")
    review = {
        "kind": "review",
        "v": 1,
        "id": f"{TRACE}/bob",
        "by": "Bob <bob@example.com>",
        "at": None,
        "note": None,
    }
    add_note(repo, oid, trace_row({"a": {"ai": "1"}}), review)
    assert logged(repo)[0]["reviewed_by"] == ["Bob <bob@example.com>", "Eve <eve@example.com>"]
    assert "Reviewed: Bob <bob@example.com>\nReviewed: Eve <eve@example.com>\n" in repo.git("ai-log").stdout


def test_only_other_machines_are_declared_beside_traces(repo: GitRepo) -> None:
    """The AI-Trace trailer of a noted trace is no second declaration; another machine's trailer is one."""
    repo.write("a", "1\n")
    oid = repo.commit(f"One\n\nAI-Trace: {TRACE}\nCo-authored-by: Copilot <copilot@github.com>")
    add_note(repo, oid, trace_row({"a": {"ai": "1"}}))
    assert [one["agent"] for one in logged(repo)[0]["declared"]] == ["copilot"]


def test_only_our_notes_are_read(history: GitRepo) -> None:
    """Notes of other refs do not mix in, not even when the user's settings show them."""
    history.git("notes", "add", "-m", json.dumps(trace_row({"src/plain.py": {"ai": "1"}})), "HEAD~6")
    history.git("config", "notes.displayRef", "refs/notes/*")
    history.git("config", "log.showSignature", "true")
    history.git("config", "log.date", "relative")
    assert subjects(history) == ["third", "second", "declared", "first"]


def test_damaged_notes(repo: GitRepo) -> None:
    """Rows that cannot be read, or have facts of wrong types, spoil nothing."""
    repo.write("a", "1\n")
    oid = repo.commit("One")
    rows: list[dict[str, Any] | str | bytes] = [
        b"\xff\x00",
        "null",
        '{"kind":"trace"}',
        trace_row({"a": {"ai": "3-1", "edited": "2,2,1-3"}}, delta={"raw": "x", "kept": True}, agent=7),
        commit_row(oid, "passed", added="many"),
        trace_row({"a": 1, "b": {"ai": 5}}, id=OTHER, delta=None),
    ]
    add_note(repo, oid, *rows)
    entry = logged(repo)[0]
    assert (entry["ai_lines"], entry["edited_lines"], entry["added"]) == (3, 3, None)
    assert entry["delta"] == {"raw": 0, "kept": 0, "edited": 0, "dropped": 0, "pending": 0}
    assert repo.git("ai-log").stdout.startswith(f"commit {oid} (ai)\n")


def test_steering_characters_are_not_printed(repo: GitRepo) -> None:
    """What a note says cannot steer the terminal."""
    repo.write("a", "1\n")
    add_note(repo, repo.commit("One"), trace_row({"a": {"ai": "1"}}, model="\x1b[2Jm\nx", agent="é"))
    assert "Model:    é \\x1b[2Jm\\nx\n" in repo.git("ai-log").stdout
    assert "é/\\x1b[2Jm\\nx" in repo.git("ai-log", "--oneline").stdout


def test_in_a_bare_repository(history: GitRepo, tmp_path: Path) -> None:
    """A bare clone with the notes gives the same list."""
    run(
        ["git", "clone", "-q", "--mirror", str(history.path), str(tmp_path / "bare")],
        cwd=tmp_path,
        env=history.env,
    )
    assert subjects(GitRepo(tmp_path / "bare", history.env)) == ["third", "second", "declared", "first"]


def test_output_of_a_large_history_is_whole(repo: GitRepo) -> None:
    """Records that come in many pieces are put together again, whatever bytes they hold."""
    stream = []
    for n in range(1, 400):
        message = f"Größe {n} ".encode() + b"\xe9" * (n % 7) + b"\n"
        stream.append(
            b"commit refs/heads/main\ncommitter J\xc3\xbcrgen <j@example.com> %d +0000\ndata %d\n%s\n"
            % (1769940000 + n, len(message), message)
        )
    repo.git("fast-import", "--quiet", "--done", input=b"".join(stream) + b"done\n")
    assert len(subjects(repo, "--all-commits")) == 399
    assert logged(repo, "--all-commits", "-1")[0]["author"] == "Jürgen <j@example.com>"


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (
            ["nosuch"],
            3,
            "gitprov: git log: ambiguous argument 'nosuch': unknown revision or path not in the working tree.",
        ),
        (
            ["--frobnicate"],
            2,
            "gitprov: git log does not understand these arguments: unrecognized argument: --frobnicate",
        ),
        (["--model"], 2, "gitprov: --model needs a value"),
        (["--color=x"], 2, "gitprov: --color takes always, never or auto, not 'x'"),
    ],
)
def test_errors(history: GitRepo, args: list[str], code: int, words: str) -> None:
    """One clear line, and an exit code that says whose fault it is."""
    done = history.git("ai-log", *args, check=False)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.splitlines()[0] == words


def test_where_there_is_nothing_to_list(repo: GitRepo, tmp_path: Path) -> None:
    """Before the first commit and outside a repository git's own words are repeated; no match is no error."""
    unborn = repo.git("ai-log", check=False)
    assert (unborn.returncode, unborn.stderr) == (
        3,
        "gitprov: git log: your current branch 'main' does not have any commits yet\n",
    )
    outside = run(["git-ai-log"], cwd=tmp_path, env=repo.env, check=False)
    assert outside.returncode == 3
    assert outside.stderr.startswith("gitprov: git log: not a git repository")
    repo.write("a", "1\n")
    repo.commit("One")
    assert repo.git("ai-log").stdout == ""


def test_in_a_shallow_clone(history: GitRepo, tmp_path: Path) -> None:
    """A shallow clone lists what it has, once the notes are there."""
    shallow = history.clone(tmp_path / "shallow", "--depth=3")
    assert subjects(shallow) == []
    shallow.git("fetch", "-q", "--depth=1", "origin", "refs/notes/gitprov:refs/notes/gitprov")
    assert subjects(shallow) == ["third", "second"]


@pytest.mark.plain
def test_it_loads_no_module_that_takes_long(history: GitRepo) -> None:
    """Regular expressions and what imports them take half as long as Python's own start: no ordinary log needs one."""
    code = (
        "import sys\nfrom gitprov.cli import ai_log, boundary\n"
        "ai_log.leave = lambda code: print(*sorted({'re', 'json', 'functools', 'subprocess'} & {*sys.modules}))\n"
        "ai_log.main()"
    )
    done = run([sys.executable, "-I", "-c", code, "--all-commits", "-1"], cwd=history.path, env=history.env)
    assert done.stdout.splitlines()[-1] == ""
