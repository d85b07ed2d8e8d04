"""Capture under bad input, bad disks and sudden death: its agent never notices, and nothing is half there."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gitprov.flow.capture.dispatch import PAYLOAD_LIMIT
from gitprov.flow.evidence.gather import gather
from gitprov.model.event import Event
from gitprov.store.inbox import retention
from gitprov.store.inbox.inbox import Inbox
from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo
from tests.support.sealed import ROOT


def inbox(repo: GitRepo) -> Inbox:
    """The repository's inbox."""
    return Inbox(str(repo.inbox()))


def write(repo: GitRepo, name: str = "a.py", tool_use_id: str = "t1", **more: object) -> dict[str, Any]:
    """A PostToolUse payload of a Write."""
    return {
        "session_id": "s",
        "cwd": str(repo.path),
        "hook_event_name": "PostToolUse",
        "tool_name": "Write",
        "tool_use_id": tool_use_id,
        "tool_input": {"file_path": str(repo.path / name), "content": "x = 1\n"},
        "tool_response": {"type": "create"},
        **more,
    }


def quiet(repo: GitRepo, payload: bytes | str, agent: str = "claude-code") -> None:
    """Capture takes the payload, exits 0 and says nothing."""
    done = repo.gitprov("capture", agent, input=payload, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"\0" * 1000,
        b'{"hook_event_name":"PostToolUse","tool_name":"Write","tool_input":"x"}',
        b'{"hook_event_name":"PostToolUse","tool_name":"Write","tool_input":{"file_path":7}}',
        b'{"hook_event_name":"PostToolUse","tool_name":["Write"],"tool_input":{}}',
        b'{"hook_event_name":7}',
        b'{"hook_event_name":"UserPromptSubmit","prompt":{"a":1}}',
        b"[" * 200000,
        b'{"hook_event_name":"PostToolUse","tool_name":"Write","tool_input":{"file_path":"a","content"',
    ],
)
def test_malformed_payloads_are_one_line_in_the_log(repo: GitRepo, payload: bytes) -> None:
    """A payload that is none leaves one problem and no event."""
    quiet(repo, payload)
    assert len(inbox(repo).problems()) == 1
    assert inbox(repo).events() == []


def test_events_we_do_not_know_are_no_problem(repo: GitRepo) -> None:
    """Hooks, tools and fields of later versions are passed over in silence."""
    quiet(repo, json.dumps({"hook_event_name": "Later", "field": 1}))
    quiet(repo, json.dumps(write(repo, tool_name="Later")))
    assert inbox(repo).problems() == []


def test_unknown_agents_and_missing_names(repo: GitRepo) -> None:
    """An agent nobody knows is one line in the log; so is no agent at all."""
    quiet(repo, "{}", "nobody")
    done = repo.gitprov("capture", input="{}", check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert ["no such agent" in one.message for one in inbox(repo).problems()] == [True, False]


def test_outside_of_repositories_capture_is_silent(repo: GitRepo, tmp_path: Path) -> None:
    """Where no repository is, there is no log to write to and nothing to say."""
    done = subprocess.run(
        ["gitprov", "capture", "claude-code"],
        cwd=tmp_path,
        env=repo.env,
        input=b"{",
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.slow
def test_a_hundred_megabytes_are_not_read(repo: GitRepo) -> None:
    """A payload above the limit is drained, logged and dropped."""
    size = 100 << 20
    assert size > PAYLOAD_LIMIT
    quiet(repo, json.dumps(write(repo))[:-1].encode() + b',"x":"' + b"x" * size + b'"}')
    (problem,) = inbox(repo).problems()
    assert "larger than 64 MiB" in problem.message


def test_a_payload_with_mark_or_in_utf16_is_read(repo: GitRepo) -> None:
    """Agents on other systems write other encodings."""
    quiet(repo, b"\xef\xbb\xbf" + json.dumps(write(repo)).encode())
    quiet(repo, json.dumps(write(repo, tool_use_id="t2")).encode("utf-16"))
    assert len(inbox(repo).events()) == 2


@pytest.mark.parametrize("kind", ["directory", "pipe", "missing", "loop", "binary"])
def test_transcripts_that_are_none(repo: GitRepo, tmp_path: Path, kind: str) -> None:
    """Whatever stands where the transcript should be, the event is recorded, and nothing waits."""
    path = tmp_path / "t.jsonl"
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "binary":
        path.write_bytes(os.urandom(5000))
    for name in ("UserPromptSubmit", "PostToolUse", "Stop"):
        row = write(repo, hook_event_name=name, transcript_path=str(path), prompt="p")
        quiet(repo, json.dumps(row))
    assert inbox(repo).problems() == []
    found = gather(inbox(repo))
    assert found.problems == []
    (turn,) = found.turns.values()
    assert turn.model is None
    assert turn.output is not None


def test_a_transcript_cut_in_mid_line_and_growing(repo: GitRepo, claude: ClaudeSession) -> None:
    """Half a row is not read; once it is whole it is."""
    claude.prompt("p")
    claude.write_file("a.py", "a\n")
    path = claude.transcript_path
    whole = path.read_bytes()
    cut = whole.index(b'"tool_use"') - 5
    path.write_bytes(whole[:cut])
    first = gather(inbox(repo), complete=False)
    (key,) = first.turns
    assert first.turns[key].output is None
    event = next(iter((repo.inbox() / "events").iterdir()))
    row = json.loads(event.read_bytes())
    event.write_text(json.dumps({**row, "model": None}))
    assert gather(inbox(repo)).events[0].model is None
    path.write_bytes(whole)
    second = gather(inbox(repo))
    assert second.events[0].model == claude.model
    assert second.turns[key].model == claude.model


@pytest.mark.slow
def test_a_transcript_that_was_replaced_by_a_shorter_one(repo: GitRepo, claude: ClaudeSession) -> None:
    """Where the offset no longer fits, the turn is found by its tool uses."""
    claude.prompt("zero " * 1000)
    claude.stop()
    claude.prompt("first")
    start = claude.transcript_path.stat().st_size
    claude.write_file("a.py", "a\n")
    rows = claude.transcript_path.read_bytes()
    mine = rows[rows.index(b'{"parentUuid"', start - 600) :]
    prompt_row = rows[:start].rstrip(b"\n").split(b"\n")[-1] + b"\n"
    claude.transcript_path.write_bytes(prompt_row + rows[start:])
    assert mine
    (turn,) = gather(inbox(repo)).turns.values()
    assert turn.model == claude.model
    assert turn.output is not None
    assert b"a.py" in inbox(repo).get_blob(turn.output)


@pytest.fixture
def read_only(repo: GitRepo) -> Iterator[GitRepo]:
    """A repository whose .git may not be written by the user who runs the command."""
    if os.geteuid() == 0:
        pytest.skip("root writes everywhere")
    os.chmod(repo.path / ".git", 0o500)
    yield repo
    os.chmod(repo.path / ".git", 0o700)


def test_read_only_git_directory(read_only: GitRepo) -> None:
    """Nothing can be kept, so one line goes to stderr, and the agent goes on."""
    done = read_only.gitprov("capture", "claude-code", input=json.dumps(write(read_only)), check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (0, "", 1)


def test_no_room_for_the_inbox(repo: GitRepo) -> None:
    """A file where the inbox should be: one line on stderr, exit 0, nothing on stdout."""
    (repo.path / ".git" / "gitprov").write_text("in the way")
    done = repo.gitprov("capture", "claude-code", input=json.dumps(write(repo)), check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (0, "", 1)


def limited(size: int) -> None:
    """Let this process write files of that many bytes at most: a full disk in miniature."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [0, 1, 10, 60, 200, 500])
def test_full_disk(repo: GitRepo, size: int) -> None:
    """However little fits, capture exits 0, says nothing on stdout, and leaves no half event."""
    done = subprocess.run(
        ["gitprov", "capture", "claude-code"],
        cwd=repo.path,
        env={**repo.env, "PYTHONDONTWRITEBYTECODE": "1"},
        input=json.dumps(write(repo)).encode(),
        capture_output=True,
        check=False,
        preexec_fn=lambda: limited(size),
    )
    assert (done.returncode, done.stdout) == (0, b"")
    box = inbox(repo)
    assert all(isinstance(one, Event) for one in box.events())
    assert box.events() or box.problems() or done.stderr
    assert not os.path.exists(box.tmp) or os.listdir(box.tmp) == []
    quiet(repo, json.dumps(write(repo)))
    (event,) = box.events()
    assert isinstance(event, Event)
    assert event.after is not None
    assert box.get_blob(event.after) == b"x = 1\n"


DYING = """
import os, signal, sys
left = int(sys.argv.pop(1))
def deadly(name):
    real = getattr(os, name)
    def step(*args, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **named)
    setattr(os, name, step)
for name in ("write", "fsync", "link", "replace", "rename", "unlink", "mkdir", "utime"):
    deadly(name)
from gitprov.cli.main import main
sys.exit(main())
"""


def dies_at(repo: GitRepo, step: int, payload: dict[str, Any]) -> bool:
    """Whether capture, killed at that write, was killed before it was done."""
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(step), "capture", "claude-code"],
        cwd=repo.path,
        env={**repo.env, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        input=json.dumps(payload).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


@pytest.mark.slow
def test_killed_at_every_write(repo: GitRepo) -> None:
    """Killed at any write and delivered again, each report is recorded once, whole, and nothing else is there."""
    box = inbox(repo)
    steps = 0
    while True:
        name = f"{steps}.py"
        told = write(
            repo,
            name,
            f"t{steps}",
            prompt=f"p{steps}",
            tool_response={"type": "create", "userModified": True},
        )
        repo.write(name, "accepted\n")
        asked = dies_at(repo, steps, {**told, "hook_event_name": "UserPromptSubmit"})
        snapped = dies_at(repo, steps, {**told, "hook_event_name": "PreToolUse"})
        killed = dies_at(repo, steps, told)
        assert all(isinstance(one, Event) for one in box.events())
        quiet(repo, json.dumps(told))
        mine = [one for one in box.events() if isinstance(one, Event) and one.path == name]
        assert [one.type for one in mine] == ["ai", "human"]
        steps += 1
        if not (asked or snapped or killed):
            break
    assert steps > 15
    found = gather(box)
    assert found.problems == []
    for event in found.events:
        for ref in (event.before, event.after, event.input):
            assert ref is None or box.get_blob(ref) is not None
    assert [one.seq for one in found.events] == list(range(1, len(found.events) + 1))
    for name in os.listdir(box.tmp):
        os.utime(os.path.join(box.tmp, name), (0, 0))
    retention.prune(box, 1e9)
    assert os.listdir(box.tmp) == []


@pytest.mark.slow
def test_sixteen_captures_at_once(repo: GitRepo) -> None:
    """Sixteen agents' processes at once leave sixteen events, and one report delivered sixteen times one."""
    for name in ("each", "same"):
        runs = []
        for n in range(16):
            payload = write(repo, f"{name}.py", f"{name}{n if name == 'each' else ''}")
            run = subprocess.Popen(
                ["gitprov", "capture", "claude-code"], cwd=repo.path, env=repo.env, stdin=subprocess.PIPE
            )
            assert run.stdin is not None
            run.stdin.write(json.dumps(payload).encode())
            run.stdin.close()
            runs.append(run)
        assert [run.wait(60) for run in runs] == [0] * 16
    paths = [one.path for one in inbox(repo).events() if isinstance(one, Event)]
    assert (paths.count("each.py"), paths.count("same.py")) == (16, 1)
    assert inbox(repo).problems() == []


def test_the_hot_path_stays_lean(repo: GitRepo) -> None:
    """Capture loads none of the modules that cost more than they give there."""
    code = (
        "import sys\nfrom gitprov.cli.main import main\nassert main() == 0\n"
        "bad = {'typer', 'click', 'subprocess', 'dataclasses', 'pathlib', 'hashlib', 'pygit2', 'logging', "
        "'tempfile', 'inspect', 'datetime', 'uuid', 'shutil', 'contextlib', 'gitprov.agents.payloads.report', "
        "'gitprov.agents.payloads.rewinds', 'gitprov.model.settings.profiles'} & set(sys.modules)\n"
        "bad |= {'typing'} & set(sys.modules) if sys.version_info < (3, 14) else set()\n"
        "assert not bad, bad\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, "capture", "claude-code"],
        cwd=repo.path,
        env={**repo.env, "PYTHONPATH": str(ROOT)},
        input=json.dumps(write(repo)).encode(),
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    assert len(inbox(repo).events()) == 1
