"""Nothing that a note, a record or a sidecar of others holds makes a command fail, write a report, or take long."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gitprov.store import files
from tests.support.hostile import BIG, HUGE, KINDS, SMALL, measured, some
from tests.support.notes import OTHER, TRACE, add_note, commit_row, trace_row
from tests.support.repo import GENERATIONS_REF, GitRepo

pytestmark = pytest.mark.slow

READERS = {
    "blame": ("git", "ai-blame", "a.py"),
    "json": ("git", "ai-blame", "--json", "a.py"),
    "porcelain": ("git", "ai-blame", "--porcelain", "a.py"),
    "prompt": ("git", "ai-blame", "--show-prompt", "a.py"),
    "stats": ("git", "ai-blame", "--stats", "a.py"),
    "log": ("git", "ai-log"),
    "log-json": ("git", "ai-log", "--json"),
    "show": ("gitprov", "show", "HEAD"),
    "show-json": ("gitprov", "show", "HEAD", "--json"),
    "show-trace": ("gitprov", "show", TRACE),
    "verify": ("gitprov", "verify"),
    "verify-json": ("gitprov", "verify", "--json"),
    "doctor": ("gitprov", "doctor"),
    "heal": ("gitprov", "heal"),
}
LINES = "".join(f"line_{n} = {n}\n" for n in range(200))
DEEP = '{"a":' * 50_000 + "1" + "}" * 50_000


@pytest.fixture
def victim(hooked: GitRepo) -> GitRepo:
    """A repository with hooks whose last commit adds a.py and says that a trace is in it. Notes came to it, so that
    the hooks look at what git rewrites.
    """
    hooked.write("a.py", LINES)
    hooked.commit(f"Add\n\nAI-Trace: {TRACE}")
    files.raise_flag(str(hooked.path / ".git" / "gitprov"), "active")
    return hooked


def attack(repo: GitRepo, *args: str) -> None:
    """Run a command that may say no, and must not break."""
    used = measured(repo, *args)
    assert used.status in (0, 1, 3), (args, used.status, used.err)
    assert b"Traceback" not in used.err
    assert b"this is a bug" not in used.err


@pytest.mark.parametrize("command", READERS)
def test_a_history_of_hostile_notes_is_read(victim: GitRepo, command: str) -> None:
    """Every reader answers over a history in which each commit has another hostile note."""
    base = victim.oid()
    names = sorted(SMALL)
    stream = [b"reset refs/heads/hostile\nfrom %s\n\n" % base.encode()]
    notes = [b"commit refs/notes/gitprov\ncommitter A <a@x> 1769940000 +0000\ndata 1\nx\n"]
    for n, name in enumerate(names, 1):
        words = f"{name}\n\nAI-Trace: {TRACE}\n".encode()
        stream.append(
            b"commit refs/heads/hostile\nmark :%d\ncommitter A <a@x> %d +0000\ndata %d\n%s\nM 100644 inline a.py\ndata %d\n%s\n"
            % (
                n,
                1769940000 + n,
                len(words),
                words,
                len(LINES) + n * 9,
                LINES.encode() + b"typed = 1"[:9] * n,
            )
        )
        notes.append(b"N inline :%d\ndata %d\n%s\n" % (n, len(SMALL[name]), SMALL[name]))
    victim.git("fast-import", "--quiet", input=b"".join(stream + notes))
    victim.git("reset", "-q", "--hard", "hostile")
    attack(victim, *READERS[command])


@pytest.mark.parametrize(
    "name",
    [
        "model-high",
        "files-list",
        "delta-object",
        "id-half",
        "files-ai-wide",
        "delta-deep",
        "human-byte",
        "at-number",
    ],
)
def test_a_hostile_note_stops_nobody(victim: GitRepo, name: str) -> None:
    """A commit that has a hostile note can be amended and rebased."""
    add_note(victim, "HEAD", SMALL[name])
    attack(victim, "git", "rebase", "-q", "--force-rebase", "HEAD~1")
    victim.write("a.py", "typed = 0\n" + LINES)
    attack(victim, "git", "commit", "-q", "-a", "--amend", "-m", "Again")


def name_of(n: int) -> str:
    """The n-th of many trace ids."""
    return f"gen_20260201_{n:010x}"


#: Rows of which each costs a look at all others, or a process, where nobody takes care.
MANY: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "files": lambda: [trace_row({"a.py": {"ai": "1"}, **{f"d/{n}.py": {"ai": "1-3"} for n in range(4_000)}})],
    "reviews": lambda: [
        row
        for n in range(6_000)
        for row in (
            trace_row({"a.py": {"ai": str(n % 200 + 1)}}, id=name_of(n)),
            {"kind": "review", "v": 1, "id": f"{name_of(n)}/b@x", "by": "B <b@x>"},
        )
    ],
    "ranges": lambda: [
        trace_row({"a.py": {"ai": f"1-{1_000_000_000 + n}"}}, id=name_of(n)) for n in range(3_000)
    ],
    "deleted": lambda: [trace_row({"a.py": {"deleted": n + 1}}, id=name_of(n)) for n in range(3_000)],
}


@pytest.mark.parametrize("name", MANY)
def test_many_rows_do_not_hold_up_an_amendment(victim: GitRepo, name: str) -> None:
    """What a note has of thousands is looked at once, and no process is started for each."""
    add_note(victim, "HEAD", *MANY[name]())
    victim.write("a.py", "typed = 0\n" + LINES)
    for command in (
        ("git", "commit", "-q", "-a", "--amend", "--no-edit"),
        ("git", "rebase", "-q", "--force-rebase", "HEAD~1"),
        ("gitprov", "review", "HEAD", "--by", "A <a@x>"),
    ):
        used = measured(victim, *command)
        assert used.status == 0, (command, used.err)
        assert used.cpu < 8, command
        assert used.megabytes < 150, command
    assert victim.traces()


def test_show_and_verify_ask_git_for_many_things_together(victim: GitRepo) -> None:
    """Thousands of traces without records, and of files that the commit has not, cost a few processes and questions."""
    rows = [trace_row({f"d/{n}.py": {"ai": "1"}}, id=name_of(n)) for n in range(20_000)]
    add_note(victim, "HEAD", *rows)
    for command in ("show", "show-json", "verify"):
        used = measured(victim, *READERS[command])
        assert used.status in (0, 1), (command, used.err)
        assert used.cpu < 8, command


def test_records_of_thousands_of_traces_are_not_all_compared(victim: GitRepo) -> None:
    """Of a commit with thousands of traces whose records are here, show looks up the deltas of 200, and says so."""
    names = [name_of(n) for n in range(4_000)]
    add_note(victim, "HEAD", *(trace_row({"a.py": {"ai": "1-200"}}, id=name) for name in names))
    record = json.dumps({"edits": [{"path": "a.py", "before": None, "after": "x", "raw_lines": 1}]})
    stream = f"commit {GENERATIONS_REF}\ncommitter A <a@x> 1769940000 +0000\ndata 1\nx\n"
    for name in names:
        top = f"{name[-10:-8]}/{name}"
        stream += f"M 100644 inline {top}/record.json\ndata {len(record)}\n{record}\n"
        stream += f"M 100644 inline {top}/files/0.after\ndata {len(LINES)}\n{LINES}\n"
    victim.git("fast-import", "--quiet", input=stream)
    for command in ("show", "show-json", "verify"):
        used = measured(victim, *READERS[command])
        assert used.status in (0, 1), (command, used.err)
        assert used.cpu < 12, command
        assert used.megabytes < 300, command
    traces = json.loads(victim.gitprov("show", "HEAD", "--json").stdout)["traces"]
    assert [one["prompt"]["missing"] == "many" for one in traces].count(False) == 200
    assert {one["files"][0]["diff"] is None for one in traces if one["prompt"]["missing"] == "many"} == {True}


@pytest.mark.parametrize("name", some(BIG, KINDS))
def test_ten_megabytes_of_note_take_no_time(victim: GitRepo, name: str) -> None:
    """A note of ten megabytes costs seconds and not minutes, and 300 MB at most, whatever is in it."""
    add_note(victim, "HEAD", BIG[name]())
    for command in (
        *(READERS[name] for name in ("json", "log", "show", "show-json", "verify", "heal")),
        ("gitprov", "status"),
        ("git", "commit", "-q", "--amend", "-m", "Again"),
        ("git", "rebase", "-q", "--force-rebase", "HEAD~1"),
    ):
        used = measured(victim, *command)
        assert used.status in (0, 1, 3), (command, used.err)
        assert used.cpu < 6, command
        assert used.megabytes < 300, command


def test_one_wrong_value_does_not_take_the_rest(victim: GitRepo) -> None:
    """The lines of a row are believed although another field of it is of no use; verify counts what was not used."""
    row = trace_row({"a.py": {"ai": "1-3", "edited": 7}}, session="\ud800", delta={"raw": -1})
    add_note(victim, "HEAD", row, commit_row(victim.oid()))
    first, *_ = json.loads(victim.git("ai-blame", "--json", "a.py").stdout)["lines"]
    assert (first["class"], first["trace"], first["session"]) == ("ai", TRACE, None)
    found = [json.loads(line) for line in victim.gitprov("verify", "--json", check=False).stdout.splitlines()]
    assert {"bad-value", "bad-range", "bad-delta"} <= {one.get("kind") for one in found}


def test_a_range_without_end_is_none(victim: GitRepo) -> None:
    """A line number above 1,073,741,824 claims nothing, in blame as in the log."""
    add_note(victim, "HEAD", trace_row({"a.py": {"ai": "1-2000000000"}}))
    lines = json.loads(victim.git("ai-blame", "--json", "a.py").stdout)["lines"]
    assert not any(line["class"] == "ai" for line in lines)
    assert "2000000000" not in victim.git("ai-log", "--json").stdout


def test_a_range_of_a_billion_lines_costs_nothing(victim: GitRepo) -> None:
    """Ranges are counted with, never spread out: what the file does not have is a finding of verify."""
    row = trace_row({"a.py": {"ai": "1-1000000000"}})
    add_note(victim, "HEAD", row, {**row, "id": OTHER}, commit_row(victim.oid()))
    for command in READERS.values():
        used = measured(victim, *command)
        assert used.status in (0, 1), (command, used.err)
        assert used.cpu < 5, command
        assert used.megabytes < 150, command
    assert b"no-such-line" in measured(victim, *READERS["verify-json"]).out


@pytest.mark.parametrize(
    "record", ["[]", "7", DEEP, '{"edits":[7,{"path":7}],"instructions":[7,{}],"agent":7,"prompt":[],"usage":[1]}',
               '{"model":"\\ud800","at":7,"human":[],"session":{"a":1}}', f'{{"usage":{{"n":{HUGE}}}}}', '{"edits":{"a":1}}']
)  # fmt: skip
def test_hostile_records(victim: GitRepo, record: str) -> None:
    """A record of the generations ref that is not what a record is makes no command fail."""
    add_note(victim, "HEAD", trace_row({"a.py": {"ai": "1-3"}}), commit_row(victim.oid()))
    top = f"{TRACE[-10:-8]}/{TRACE}"
    data = record.encode()
    victim.git(
        "fast-import", "--quiet", input=b"commit %s\ncommitter A <a@x> 1769940000 +0000\ndata 1\nx\n"
        b"M 100644 inline %s/record.json\ndata %d\n%s\nM 100644 inline %s/prompt.txt\ndata 1\nx\n"
        % (GENERATIONS_REF.encode(), top.encode(), len(data), data, top.encode())
    )  # fmt: skip
    for command in ("prompt", "show-json", "show-trace", "verify", "doctor"):
        attack(victim, *READERS[command])


@pytest.mark.parametrize(
    "sidecar", [DEEP, "[" * 100_000, HUGE, "[]", '{"trace_id":7,"traces":[[],7]}', '{"traces":["\\ud800"]}']
)
def test_a_hostile_sidecar_stops_no_commit(hooked: GitRepo, sidecar: str) -> None:
    """A commit goes through over a sidecar that cannot be read, and verify says that it is one."""
    from tests.support.agent import Agent

    hooked.write(".ai-trace/a.py.json", sidecar)
    hooked.write("a.py", "x = 1\n")
    hooked.commit("Start with it")
    hooked.write(".gitprov.toml", "sidecar = true\n")
    Agent(hooked).write("a.py", "x = 1\ny = 2\n")
    hooked.commit("More")
    assert json.loads(hooked.read(".ai-trace/a.py.json"))["traces"] == [hooked.traces()[0]["id"]]
    attack(hooked, *READERS["verify"])


@pytest.mark.parametrize(
    "flag", ["--output=stolen", "--outp=stolen", "--output", "--ext-diff", "--ext", "--textconv"]
)
@pytest.mark.parametrize("command", ["ai-blame", "ai-log"])
def test_flags_that_write_or_run_are_refused(victim: GitRepo, flag: str, command: str) -> None:
    """What makes git write a file or start a program is not passed on, in any of the spellings that git takes."""
    done = victim.git(command, flag, *(["a.py"] if command == "ai-blame" else []), check=False)
    assert done.returncode == 2, done.stderr
    assert not (victim.path / "stolen").exists()


def test_a_broken_notes_ref_is_not_clean(victim: GitRepo) -> None:
    """Where the notes cannot be read nobody says that there are none: exit code 1, and the ref is named."""
    add_note(victim, "HEAD", trace_row({"a.py": {"ai": "1-3"}}), commit_row(victim.oid()))
    tree = victim.git("rev-parse", "refs/notes/gitprov^{tree}").stdout.strip()
    (victim.path / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    for command in ("blame", "json", "stats", "log", "show", "verify", "heal"):
        used = measured(victim, *READERS[command])
        assert used.status == 1, (command, used.status, used.err)
        assert b"refs/notes/gitprov" in used.err + used.out, command


def test_a_missing_note_is_not_an_absent_one(victim: GitRepo) -> None:
    """A note whose object is missing is no commit without a note."""
    add_note(victim, "HEAD", trace_row({"a.py": {"ai": "1-3"}}), commit_row(victim.oid()))
    blob = victim.git("notes", "--ref=gitprov", "list", "HEAD").stdout.strip()
    (victim.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for command in ("blame", "json", "stats", "log", "show", "verify"):
        used = measured(victim, *READERS[command])
        assert used.status == 1, (command, used.status, used.err)
        assert b"refs/notes/gitprov" in used.err + used.out, command


def test_a_log_of_missing_notes(victim: GitRepo) -> None:
    """The log counts the notes that are missing; a commit that also declares a model's help is unknown, not declared."""
    victim.write("b.py", "b = 1\n")
    declared = victim.commit("B\n\nCo-authored-by: Claude <noreply@anthropic.com>")
    assert json.loads(victim.git("ai-log", "--json", "-n", "1").stdout)["class"] == "declared"
    for rev in ("HEAD", "HEAD~1"):
        add_note(victim, rev, trace_row({"a.py": {"ai": "1-3"}}), commit_row(victim.oid(rev)))
        blob = victim.git("notes", "--ref=gitprov", "list", rev).stdout.strip()
        (victim.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    done = victim.git("ai-log", "--json", check=False)
    assert done.returncode == 1
    shown = [json.loads(row) for row in done.stdout.splitlines()]
    assert shown[0]["commit"] == declared
    assert {(row["class"], len(row["declared"])) for row in shown} == {("unknown", 0)}
    assert f"the note of {declared[:12]} and 1 more is missing" in done.stderr
    assert victim.git("ai-log", "-n", "1", check=False).returncode == 1
    assert victim.git("ai-log", "--model", "claude", check=False).stdout == ""


def test_generations_that_continue_each_other(victim: GitRepo) -> None:
    """Records that name each other, or themselves, as the earlier part are shown so and are findings; nothing hangs."""
    pairs = {TRACE: OTHER, OTHER: TRACE, "gen_20260203_bbbbbbbbbb": "gen_20260203_bbbbbbbbbb"}
    add_note(victim, "HEAD", trace_row({"a.py": {"ai": "1"}}), commit_row(victim.oid()))
    parts = [f"commit {GENERATIONS_REF}\ncommitter A <a@example.com> 1769940000 +0000\ndata 1\nx\n"]
    for trace, parent in pairs.items():
        record = json.dumps({"id": trace, "parent": parent, "v": 1}, separators=(",", ":"))
        top = f"{trace.rpartition('_')[2][:2]}/{trace}"
        parts.append(f"M 100644 inline {top}/record.json\ndata {len(record)}\n{record}\n")
    victim.git("fast-import", "--quiet", "--done", input="".join(parts) + "done\n")
    for trace, parent in pairs.items():
        answer = json.loads(victim.gitprov("show", trace, "--json").stdout)
        assert (answer["parent"], answer["continued_by"]) == (parent, [parent])
    done = victim.gitprov("verify", "--json", check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["trace"] for row in rows if row.get("kind") == "bad-record"} == {*pairs}
