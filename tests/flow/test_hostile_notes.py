"""Nothing that a note, a record or a sidecar of others holds makes a command fail, write a report, or take long."""

from __future__ import annotations

import json

import pytest

from tests.support.hostile import BIG, HUGE, SMALL, measured
from tests.support.notes import TRACE, add_note, commit_row, trace_row
from tests.support.repo import GENERATIONS_REF, GitRepo

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
    """A repository with hooks whose last commit adds a.py and says that a trace is in it."""
    hooked.write("a.py", LINES)
    hooked.commit(f"Add\n\nAI-Trace: {TRACE}")
    return hooked


def attack(repo: GitRepo, *args: str) -> None:
    """Run a command that may say no, and must not break."""
    used = measured(repo, *args)
    assert used.status in (0, 1, 3), (args, used.status, used.err)
    assert b"Traceback" not in used.err
    assert b"this is a bug" not in used.err


def one_note(repo: GitRepo, names: list[str]) -> None:
    """A history in which each commit has one of the hostile notes."""
    for name in names:
        repo.git("commit", "-q", "--allow-empty", "--no-verify", "-m", f"{name}\n\nAI-Trace: {TRACE}")
        add_note(repo, "HEAD", SMALL[name])


@pytest.mark.parametrize("command", READERS)
def test_a_history_of_hostile_notes_is_read(victim: GitRepo, command: str) -> None:
    """Every reader answers over a history in which each commit has another hostile note."""
    base = victim.oid()
    names = sorted(SMALL)
    blobs = {}
    for name in names:
        place = victim.path.parent / "note"
        place.write_bytes(SMALL[name])
        blobs[name] = place.read_bytes()
    stream = [b"reset refs/heads/hostile\nfrom %s\n\n" % base.encode()]
    notes = [b"commit refs/notes/gitprov\ncommitter A <a@x> 1769940000 +0000\ndata 1\nx\n"]
    for n, name in enumerate(names, 1):
        words = f"{name}\n\nAI-Trace: {TRACE}\n".encode()
        stream.append(
            b"commit refs/heads/hostile\nmark :%d\ncommitter A <a@x> %d +0000\ndata %d\n%s\nM 100644 inline a.py\ndata %d\n%s\n"
            % (n, 1769940000 + n, len(words), words, len(LINES) + n * 9, LINES.encode() + b"typed = 1"[:9] * n)
        )
        notes.append(b"N inline :%d\ndata %d\n%s\n" % (n, len(blobs[name]), blobs[name]))
    victim.git("fast-import", "--quiet", input=b"".join(stream + notes))
    victim.git("reset", "-q", "--hard", "hostile")
    attack(victim, *READERS[command])


@pytest.mark.parametrize("name", ["model-high", "files-list", "delta-object", "id-half", "files-ai-wide", "delta-deep", "human-byte", "at-number"])
@pytest.mark.parametrize("command", ["amend", "rebase", *READERS])
def test_a_hostile_note_stops_nobody(victim: GitRepo, name: str, command: str) -> None:
    """Readers answer and git goes on where the last commit has a hostile note."""
    add_note(victim, "HEAD", SMALL[name])
    if command == "amend":
        victim.write("a.py", "typed = 0\n" + LINES)
        attack(victim, "git", "commit", "-q", "-a", "--amend", "-m", "Again")
    elif command == "rebase":
        attack(victim, "git", "rebase", "-q", "--force-rebase", "HEAD~1")
    else:
        attack(victim, *READERS[command])


@pytest.mark.slow
@pytest.mark.parametrize("name", BIG)
def test_ten_megabytes_of_note_take_no_time(victim: GitRepo, name: str) -> None:
    """A note of ten megabytes costs seconds and not minutes, and 300 MB at most, whatever is in it."""
    add_note(victim, "HEAD", BIG[name]())
    for command in ("json", "log", "show", "verify", "heal"):
        used = measured(victim, *READERS[command])
        assert used.status in (0, 1, 3), (command, used.err)
        assert used.cpu < 15, command
        assert used.megabytes < 300, command


def test_one_wrong_value_does_not_take_the_rest(victim: GitRepo) -> None:
    """The lines of a row are believed although another field of it is of no use; verify counts what was not used."""
    row = trace_row({"a.py": {"ai": "1-3", "edited": 7}}, session="\ud800", delta={"raw": -1})
    add_note(victim, "HEAD", row, commit_row(victim.oid()))
    first, *_ = json.loads(victim.git("ai-blame", "--json", "a.py").stdout)["lines"]
    assert (first["class"], first["trace"], first["session"]) == ("ai", TRACE, None)
    found = [json.loads(line) for line in victim.gitprov("verify", "--json", check=False).stdout.splitlines()]
    assert {"bad-value", "bad-range", "bad-delta"} <= {one.get("kind") for one in found}


def test_a_range_of_a_billion_lines_is_none(victim: GitRepo) -> None:
    """A line number above ten million claims nothing, in blame as in the log."""
    add_note(victim, "HEAD", trace_row({"a.py": {"ai": "1-1000000000"}}))
    lines = json.loads(victim.git("ai-blame", "--json", "a.py").stdout)["lines"]
    assert {line["class"] for line in lines} == {"unknown"} or not any(line["class"] == "ai" for line in lines)
    entry = json.loads(victim.git("ai-log", "--json").stdout.splitlines()[0])
    assert entry["lines"]["ai"] == 0 if "lines" in entry else True


@pytest.mark.parametrize(
    "record", ["[]", "7", DEEP, '{"edits":[7,{"path":7}],"instructions":[7,{}],"agent":7,"prompt":[],"usage":[1]}',
               '{"model":"\\ud800","at":7,"human":[],"session":{"a":1}}', '{"usage":{"n":%s}}' % HUGE, '{"edits":{"a":1}}']
)  # fmt: skip
@pytest.mark.parametrize("command", [*READERS])
def test_hostile_records(victim: GitRepo, record: str, command: str) -> None:
    """A record of the generations ref that is not what a record is makes no command fail."""
    add_note(victim, "HEAD", trace_row({"a.py": {"ai": "1-3"}}), commit_row(victim.oid()))
    top = f"{TRACE[-10:-8]}/{TRACE}"
    data = record.encode()
    victim.git(
        "fast-import", "--quiet", input=b"commit %s\ncommitter A <a@x> 1769940000 +0000\ndata 1\nx\n"
        b"M 100644 inline %s/record.json\ndata %d\n%s\nM 100644 inline %s/prompt.txt\ndata 1\nx\n"
        % (GENERATIONS_REF.encode(), top.encode(), len(data), data, top.encode())
    )  # fmt: skip
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
