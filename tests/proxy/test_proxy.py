"""`gitprov proxy` between real commands and a server on loopback, in a repository with installed hooks."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from gitprov.cli.commands.capture import proxy
from gitprov.errors import UsageError
from gitprov.flow.capture.calls import by_hand, model_calls
from gitprov.interop.calls.call import ModelCall, ModelReply, ModelRequest
from gitprov.store.inbox.inbox import Inbox
from tests.proxy.fake_upstream import FakeUpstream, Request, events
from tests.support.recorded import lines
from tests.support.repo import GitRepo
from tests.support.repo import run as run_plain

pytestmark = pytest.mark.slow

pytest.importorskip("aiohttp")

KEY = "sk-ant-api03-" + "Zq9" * 31
COOKIE = "session=c00k1e-of-the-provider"
CODE = "def greet(name):\n    return 'hello ' + name\n"

CHILD = """
import json, os, subprocess, sys, urllib.request, urllib.error
def call(variable, path, body, **headers):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ[variable] + path, data, {"x-api-key": %r, "Cookie": %r, **headers})
    return urllib.request.urlopen(request)
""" % (KEY, COOKIE)  # noqa: UP031 - the text has braces


@pytest.fixture
def upstream() -> Iterator[FakeUpstream]:
    """A provider, for as long as the test runs."""
    server = FakeUpstream()
    yield server
    server.close()


@pytest.fixture
def proxied(hooked: GitRepo) -> GitRepo:
    """A repository whose commands reach loopback directly."""
    for name in [name for name in hooked.env if name.lower().endswith("_proxy")]:
        del hooked.env[name]
    return hooked


def run(repo: GitRepo, upstream: FakeUpstream, script: str, *options: str, check: bool = True) -> Any:
    """Run a script of Python behind the proxy; `call` calls a model."""
    words = ["proxy", "--upstream", upstream.url, *options, "--", sys.executable, "-c", CHILD + script]
    return repo.gitprov(*words, check=check)


def records(repo: GitRepo) -> list[dict[str, Any]]:
    """The generations of the newest commit."""
    return [json.loads(repo.generation_file(row["id"], "record.json")) for row in repo.traces()]


def planted(repo: GitRepo) -> list[str]:
    """Where below .git, and in the home, the key or the cookie is, packed or not."""
    places = []
    for path in [*(repo.path / ".git").rglob("*"), *Path(repo.env["HOME"]).rglob("*")]:
        data = path.read_bytes() if path.is_file() else b""
        with suppress(zlib.error):
            data += zlib.decompress(data)
        if any(secret.encode() in data for secret in (KEY, COOKIE)):
            places.append(str(path))
    objects = repo.git_bytes("cat-file", "--batch-all-objects", "--batch")
    return places + ["objects"] * any(secret.encode() in objects for secret in (KEY, COOKIE))


MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x-1", "content": [],
           "usage": {"input_tokens": 9, "output_tokens": 1}}  # fmt: skip


def test_a_streamed_message(proxied: GitRepo, upstream: FakeUpstream) -> None:
    """Chunks pass as they come; prompt, parameters, ids and output are recorded before the command can commit."""
    start, *rest = events(
        {"type": "message_start", "message": MESSAGE},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
          for text in ("```python\n", CODE[:20], CODE[20:], "```")),
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 30}},
        {"type": "message_stop"},
    )  # fmt: skip

    def reply(request: Request) -> None:
        request.start(request_id="req_1", Set_Cookie=COOKIE)
        request.chunk(start)
        assert upstream.go.wait(60)
        for chunk in rest:
            request.chunk(chunk)
        request.chunk(b"")

    def go(request: Request) -> None:
        upstream.go.set()
        request.reply({})

    upstream.replies["/v1/messages"] = reply
    upstream.replies["/v1/go"] = go
    script = f"""
body = {{"model": "claude-x", "max_tokens": 99, "temperature": 0.5, "stream": True, "metadata": {{"user_id": "u"}},
        "system": "Be short, not " + {KEY!r}, "messages": [{{"role": "user", "content": "Write greet, key " + {KEY!r}}}]}}
answer = call("ANTHROPIC_BASE_URL", "/v1/messages", body)
text = answer.read1()
call("ANTHROPIC_BASE_URL", "/v1/go", None).read()
while b"message_stop" not in text:
    text += answer.read1()
open("a.py", "w").write({CODE!r})
subprocess.run(["git", "add", "a.py"], check=True)
subprocess.run(["git", "commit", "-q", "-m", "Greet"], check=True)
open("got", "wb").write(text)
"""
    proxied.tick()
    run(proxied, upstream, script, "--agent", "codegen")
    assert proxied.read("got").encode() == b"".join([start, *rest])
    assert lines(proxied, "a.py") == [("ai", "codegen", "claude-x-1", line) for line in CODE.splitlines()]
    (record,) = records(proxied)
    assert record["agent"] == {"name": "codegen", "version": None, "host": "proxy"}
    system = record["params"].pop("system")
    assert (record["params"], system.startswith("Be short, not ")) == (
        {"max_tokens": 99, "temperature": 0.5},
        True,
    )
    assert (record["request_id"], record["usage"]) == ("req_1", {"input_tokens": 9, "output_tokens": 30})
    trace = record["id"]
    assert proxied.generation_file(trace, "prompt.txt").startswith(b"Write greet, key ")
    assert record["prompt"]["redactions"] == 1
    assert proxied.generation_file(trace, "output.txt").decode() == f"```python\n{CODE}```"
    sent = upstream.requests[0]
    assert (sent.headers["x-api-key"], sent.headers["Cookie"]) == (KEY, COOKIE)
    assert planted(proxied) == []


def words(script: str) -> list[str]:
    """A command line that runs a script of Python behind the proxy."""
    return ["gitprov", "proxy", "--", sys.executable, "-c", script]


def test_an_exit_code_is_the_commands(proxied: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command runs outside of repositories as well; one that is not there is exit 127, as in a shell."""
    done = run_plain(words("import sys; sys.exit(7)"), cwd=proxied.path.parent, env=proxied.env, check=False)
    assert (done.returncode, done.stderr) == (7, "gitprov: not in a git work tree: nothing is recorded\n")
    monkeypatch.chdir(proxied.path)
    assert proxy.command(["no-such-command"]) == 127
    assert proxy.command([str(proxied.path)]) == 126
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="cannot be used"):
        proxy.command(["true"], port=taken.getsockname()[1])


def test_signals_are_the_commands(proxied: GitRepo) -> None:
    """A signal to the proxy is one to the command; one that ends the command ends the proxy as well."""
    script = (
        "import os, signal, sys, time\n"
        "signal.signal(signal.SIGINT, lambda *_: os.kill(os.getpid(), signal.SIGTERM))\n"
        "print('ready', flush=True)\n"
        "while True: time.sleep(60)\n"
    )
    with subprocess.Popen(
        words(script), cwd=proxied.path, env=proxied.env, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == -signal.SIGTERM
        finally:
            process.kill()


def test_recording_never_stops_a_command(proxied: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of repositories nothing is recorded; what goes wrong is in the log that doctor reads."""
    call = ModelCall(ModelRequest("q", "m", {}), ModelReply("x", None, None, {}, complete=True), None)
    model_calls.CallRecorder("c", proxied.env, str(proxied.path.parent)).record(call)

    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(by_hand, "record_output", fail)
    model_calls.CallRecorder("c", proxied.env, str(proxied.path)).record(call)
    problems = Inbox(str(proxied.inbox())).problems()
    assert [problem.message for problem in problems] == ["proxy: a call was not recorded: the disk is full"]
