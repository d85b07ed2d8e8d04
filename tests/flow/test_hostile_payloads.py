"""No payload that reaches capture breaks its agent, a later command, or anything outside of the inbox."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.hostile import HUGE
from tests.support.repo import GitRepo, run

DEEP = '{"a":' * 3_000 + "1" + "}" * 3_000

pytestmark = pytest.mark.usefixtures("forked")

#: Values that are written as they are: wrong types, halves of characters, endless numbers, nesting.
VALUES = {
    "number": "7",
    "negative": "-1",
    "fraction": "1.5",
    "true": "true",
    "list": "[[7],{}]",
    "object": '{"a":{"b":[]}}',
    "empty": '""',
    "half": '"x\\ud800y"',
    "byte": '"x\\udcffy"',
    "nul": '"a\\u0000b"',
    "long": json.dumps("x" * 300_000),
    "outside": json.dumps("../" * 40 + "etc/passwd"),
    "option": '"--output=stolen"',
    "digits": HUGE,
    "infinite": "1e999",
    "deep": DEEP,
}
PATHS = (
    "../outside.py",
    "../" * 60 + "outside.py",
    "a/../../outside.py",
    "/etc/hostname",
    "/dev/zero",
    "/proc/self/environ",
    ".git/config",
    ".git/gitprov/inbox/x.py",
    "a\0b.py",
    "d/" * 5_000 + "a.py",
    "x" * 10_000,
    ".",
    "..",
    "/",
    "\ud800.py",
    "a\nb.py",
)


def hook(repo: GitRepo, name: str) -> dict[str, Any]:
    """A payload of Claude Code in which every field that is read has a good value."""
    return {
        "hook_event_name": name,
        "session_id": "s",
        "cwd": str(repo.path),
        "transcript_path": str(repo.path.parent / "none.jsonl"),
        "tool_name": "Write",
        "tool_use_id": "t1",
        "tool_input": {"file_path": str(repo.path / "a.py"), "content": "x = 1\n"},
        "tool_response": {"type": "update", "originalFile": "", "structuredPatch": [], "userModified": False},
        "agent_id": "sub",
        "agent_type": "helper",
        "agent_transcript_path": str(repo.path.parent / "none.jsonl"),
        "prompt": "Write it",
        "prompt_id": "p1",
        "last_assistant_message": "Done",
        "model": "m",
        "source": "startup",
    }


def report(repo: GitRepo) -> dict[str, Any]:
    """A report of a tool in which every field of the protocol has a good value."""
    texts = (
        *("agent_version", "model", "session", "turn", "tool", "tool_use_id"),
        *("prompt", "prompt_name", "prompt_version", "request_id", "output", "human"),
    )
    return {
        **dict.fromkeys(texts, "x"),
        "v": 1,
        "type": "ai",
        "agent": "my-tool",
        "path": "a.py",
        "cwd": str(repo.path),
        "before": "",
        "after": "x = 1\n",
        "params": {"temperature": 0.2},
        "usage": {"input_tokens": 1},
        "at": "2026-02-01T10:00:04Z",
    }


def raw(row: dict[str, Any], field: str, value: str) -> str:
    """A row as JSON, in which one field, or one field of one of its objects, is written as `value` says."""
    outer, _, inner = field.partition(".")
    mark = "the-value-goes-here"
    changed = {**row, outer: {**row[outer], inner: mark} if inner else mark}
    return json.dumps(changed).replace(f'"{mark}"', value)


def fields(row: dict[str, Any]) -> Iterator[str]:
    """The names of a row's fields, and of those of its objects, as `raw` takes them."""
    for name, value in row.items():
        yield name
        yield from (f"{name}.{inner}" for inner in value) if isinstance(value, dict) else ()


def outside(repo: GitRepo) -> dict[str, tuple[int, int]]:
    """Path → size and moment of every file around the repository and in it, but for gitprov's own."""
    files = {}
    for top, _, names in os.walk(repo.path.parent):
        for path in (Path(top) / name for name in names):
            if ".git/gitprov" not in str(path) and path.name != "index":
                files[str(path)] = (path.lstat().st_size, path.lstat().st_mtime_ns)
    return files


def take(repo: GitRepo, agent: str, payload: str | bytes) -> None:
    """Capture takes the payload, exits 0 and says nothing."""
    data = payload if isinstance(payload, bytes) else payload.encode("utf-8", "surrogatepass")
    done = repo.gitprov("capture", agent, input=data, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), (payload[:200], done.stderr[:300])


def ran(repo: GitRepo, *command: str) -> subprocess.CompletedProcess[str]:
    """A command that may find something, and must not break."""
    done = run(list(command), cwd=repo.path, env=repo.env, check=False)
    assert done.returncode in (0, 1), (command, done.stderr)
    assert "this is a bug" not in done.stderr, (command, done.stderr)
    return done


def still_works(repo: GitRepo) -> None:
    """Commands read what was captured, and the file can be committed, or is refused with a reason."""
    for command in ("status", "status --json", "doctor"):
        ran(repo, "gitprov", *command.split())
    repo.write("a.py", "x = 1\n")
    repo.git("add", "a.py")
    done = ran(repo, "git", "commit", "-q", "-m", "Take it")
    assert done.returncode == 0 or "gitprov doctor" in done.stderr, done.stderr
    for command in ("gitprov verify", "gitprov show HEAD", "git ai-blame README"):
        ran(repo, *command.split())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop", "SessionStart"])
def test_no_value_of_a_hooks_field_breaks_anything(hooked: GitRepo, name: str) -> None:
    """Each field of a hook with each wrong value: exit 0, silence, nothing written outside, and a commit goes on."""
    before = outside(hooked)
    good = hook(hooked, name)
    for field in fields(good):
        take(hooked, "claude-code", "[" + ",".join(raw(good, field, value) for value in ("7", "[]")) + "]")
        for value in VALUES.values():
            take(hooked, "claude-code", raw(good, field, value))
    assert outside(hooked) == before
    still_works(hooked)


@pytest.mark.slow
def test_no_value_of_a_reports_field_breaks_anything(hooked: GitRepo) -> None:
    """Each field of a report with each wrong value, one after the other and all in one delivery."""
    before = outside(hooked)
    good = report(hooked)
    for field in fields(good):
        take(hooked, "generic", "\n".join(raw(good, field, value) for value in VALUES.values()))
    take(hooked, "generic", json.dumps([good, good]))
    assert outside(hooked) == before
    still_works(hooked)


@pytest.mark.slow
@pytest.mark.parametrize("agent", ["claude-code", "generic"])
def test_paths_that_lead_elsewhere(hooked: GitRepo, agent: str) -> None:
    """Paths out of the repository, into git's own directory, of devices, of ten thousand characters: nothing is written."""
    before = outside(hooked)
    for name in PATHS:
        full = name if name.startswith("/") else f"{hooked.path}/{name}"
        for path in (name, full):
            if agent == "generic":
                take(hooked, agent, json.dumps({**report(hooked), "path": path}))
                take(hooked, agent, json.dumps({"type": "ai", "agent": "x", "path": path}))
                continue
            for event in ("PreToolUse", "PostToolUse"):
                row = hook(hooked, event)
                take(
                    hooked, agent, json.dumps({**row, "tool_input": {**row["tool_input"], "file_path": path}})
                )
                take(
                    hooked, agent, json.dumps({**row, "transcript_path": path, "agent_transcript_path": path})
                )
    assert outside(hooked) == before
    still_works(hooked)


@pytest.mark.parametrize("agent", ["claude-code", "generic"])
@pytest.mark.parametrize(
    "payload",
    [b"", b"\n\n", bytes(range(256)) * 40, b"[" * 300_000, DEEP.encode() * 3, HUGE.encode() * 100, b"NaN", b"-Infinity",
     b'{"a":' * 100_000, b'"' + b"x" * 3_000_000 + b'"', b"\xef\xbb\xbf", b"\xff\xfe\x00\xd8", b"[]\n" * 20_000],
    ids=["nothing", "blank", "binary", "brackets", "deep", "digits", "nan", "infinite", "open", "long", "mark", "utf16", "many"],
)  # fmt: skip
def test_what_is_no_payload(hooked: GitRepo, agent: str, payload: bytes) -> None:
    """Nothing, noise, nesting and endless text on standard input are one problem in the log at most."""
    before = outside(hooked)
    take(hooked, agent, payload)
    assert outside(hooked) == before
    assert ran(hooked, "gitprov", "status").returncode == 0
