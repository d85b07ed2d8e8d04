"""`gitprov mcp`: an agent asks a child process, and the messages of the protocol by themselves."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from gitprov.interop.mcp import LONGEST, VERSIONS, McpServer, McpTool, ToolAnswer
from gitprov.model.answers.blame import BlamedCommit, Facts, Line, WhyAnswer
from gitprov.output.blame.why import document as why_document
from tests.support.agent import Agent
from tests.support.repo import GitRepo


class Client:
    """A client that speaks with a server over pipes, one question at a time."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.count = 0

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to a request."""
        self.count += 1
        row = {"jsonrpc": "2.0", "id": self.count, "method": method, "params": params}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(row).encode() + b"\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert (answer["jsonrpc"], answer["id"]) == ("2.0", self.count)
        return answer

    def call(self, name: str, **arguments: Any) -> Any:
        """What a tool returns; the words of its problem where it has none."""
        result = self.ask("tools/call", name=name, arguments=arguments)["result"]
        if result["isError"]:
            return result["content"][0]["text"]
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
        return result["structuredContent"]


@contextmanager
def serving(repo: GitRepo) -> Iterator[Client]:
    """A client of `gitprov mcp` in a repository; the server ends by itself when its input does."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        ["gitprov", "mcp"], cwd=repo.path, env=repo.env, stdin=pipe, stdout=pipe
    ) as process:
        yield Client(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 0


def test_a_story(repo: GitRepo) -> None:
    """Where lines come from, committed and not, all about their trace, and a search for its prompt."""
    pytest.importorskip("sqlalchemy")
    repo.install()
    repo.write("a.py", b"person = 1\n# \xff\n")
    repo.commit("Begin")
    agent = Agent(repo)
    agent.prompt("Add a sum of areas.").write("a.py", b"person = 1\n# \xff\nsum = 2\n")
    repo.commit("Add a sum")
    agent.prompt("Add more.").write("a.py", b"person = 1\n# \xff\nsum = 2\nmore = 3\n")
    with serving(repo) as client:
        start = client.ask("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={})[
            "result"
        ]
        assert (start["protocolVersion"], start["serverInfo"]["name"]) == ("2025-06-18", "gitprov")
        tools = client.ask("tools/list")["result"]["tools"]
        assert [tool["name"] for tool in tools] == ["why", "trace", "search"]
        assert all(tool["annotations"]["readOnlyHint"] for tool in tools)
        line = client.call("why", path="a.py", line=3)
        assert (line["class"], line["model"], line["text"]) == ("ai", "model-1", "sum = 2")
        assert (line["prompt"]["text"], line["commit"]["subject"]) == ("Add a sum of areas.", "Add a sum")
        assert client.call("why", path="a.py", line=2)["text"] == "# ?"
        loose = client.call("why", path=str(repo.path / "a.py"), line=4)
        assert (loose["class"], loose["commit"], loose["trace"]) == ("ai", None, None)
        whole = client.call("trace", id=line["trace"])
        assert (whole["prompt"]["text"], whole["state"]) == ("Add a sum of areas.", "committed")
        assert client.call("trace", id="HEAD")["kind"] == "commit"
        (match,) = client.call("search", words="sum areas", limit=7)["answers"]
        assert (match["kind"], match["ref"]) == ("prompt", line["trace"])
        assert "outside repository" in client.call("why", path="../x", line=1)
        assert "has only 4 lines" in client.call("why", path="a.py", line=99)
        assert "lines count from 1" in client.call("why", path="a.py", line=0)
        assert "names no commit and no trace" in client.call("trace", id="nothing")
        assert client.call("search", words="nothing") == {"answers": []}


def test_outside(repo: GitRepo, tmp_path: Any) -> None:
    """Outside of a repository the server does not start."""
    done = subprocess.run(["gitprov", "mcp"], cwd=tmp_path, env=repo.env, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (3, b"")


def test_long_messages(repo: GitRepo) -> None:
    """A message that is too long is refused as a whole, and the next one is answered."""
    data = b"x" * (2 * LONGEST + 9) + b'\n\n{"jsonrpc":"2.0","id":1,"method":"ping"}\n'
    done = subprocess.run(
        ["gitprov", "mcp"], cwd=repo.path, env=repo.env, input=data, capture_output=True, check=True
    )
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["error"]["code"], second["result"]) == (-32600, {})


TOOL = McpTool("t", "T", "does", {"n": ("integer", "a number", True), "s": ("string", "a text", False)})


def _call(name: str, arguments: Mapping[str, Any]) -> ToolAnswer:
    return ToolAnswer({"got": [name, dict(arguments)]}) if arguments["n"] else ToolAnswer(None, "no answer")


MESSAGES: list[tuple[bytes, int | None]] = [
    (b"{", -32700),
    (b"\xff", -32700),
    (b"[" * 500, -32700),
    (b"[]", -32600),
    (b'{"id":1,"method":"ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600),
    (b'{"jsonrpc":"2.0","id":1}', -32600),
    (b'{"jsonrpc":"2.0","id":1,"method":"server/discover"}', -32601),
    (b'{"jsonrpc":"2.0","id":1,"method":"tools/call"}', -32602),
    (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":[]}}', -32602),
    (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}', -32602),
    (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"}}', -32602),
    (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":[1]}}', -32602),
    (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"n":true}}}', -32602),
    (
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"n":1,"s":2}}}',
        -32602,
    ),
    (
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"n":1,"x":2}}}',
        -32602,
    ),
    (b'{"jsonrpc":"2.0","id":"a","method":"initialize","params":[]}', None),
]


def test_messages() -> None:
    """Each message has its answer or its error; notifications and answers have none."""
    server = McpServer("1", "ask", (TOOL,), _call)
    for line, code in MESSAGES:
        answer = json.loads(server.answer(line) or b"null")
        assert answer.get("error", {}).get("code") == code, line
    assert server.answer(b'{"jsonrpc":"2.0","method":"notifications/initialized"}') is None
    assert server.answer(b'{"jsonrpc":"2.0","id":1,"result":{}}') is None
    assert b"-32600" in (server.answer(b" " * (LONGEST + 1)) or b"")
    assert json.loads(server.answer(b'{"jsonrpc":"2.0","id":1,"method":"ping"}') or b"")["result"] == {}
    listed = json.loads(server.answer(b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}') or b"")["result"][
        "tools"
    ]
    assert [(tool["name"], tool["inputSchema"]["required"]) for tool in listed] == [("t", ["n"])]
    start = json.loads(server.answer(b'{"jsonrpc":"2.0","id":1,"method":"initialize"}') or b"")
    assert start["result"]["protocolVersion"] == VERSIONS[0]
    call = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"n":%d}}}'
    failed = json.loads(server.answer(call % 0) or b"")["result"]
    assert failed == {"content": [{"type": "text", "text": "no answer"}], "isError": True}
    assert json.loads(server.answer(call % 5) or b"")["result"]["structuredContent"] == {
        "got": ["t", {"n": 5}]
    }


def test_the_document_of_a_line() -> None:
    """A committed line has its commit, another one has none; bytes that are no text are escaped."""
    line = Line(3, "a" * 40, "old.py", 2, Facts("ai", "captured", trace="gen_1", prompt="sha256:x"), b"\xff")
    commit = BlamedCommit(line.oid, "Al", "al@example.com", 0, "+0000", "Add", False)
    document = why_document(WhyAnswer("a.py", line, commit, "do it"))
    assert (document["class"], document["trace"], document["text"]) == ("ai", "gen_1", "\udcff")
    assert document["prompt"] == {"text": "do it", "digest": "sha256:x"}
    assert (document["commit"]["path"], document["commit"]["author"]) == ("old.py", "Al <al@example.com>")
    assert why_document(WhyAnswer("a.py", line, None, None))["commit"] is None


def test_the_official_client(repo: GitRepo) -> None:
    """The client of the protocol's own library understands the server, where it is installed."""
    anyio = pytest.importorskip("anyio")
    mcp = pytest.importorskip("mcp")
    stdio = pytest.importorskip("mcp.client.stdio")
    repo.write("a.py", "person = 1\n")
    repo.commit("Begin")

    async def talk() -> Any:
        words = mcp.StdioServerParameters(command="gitprov", args=["mcp"], cwd=str(repo.path), env=repo.env)
        async with stdio.stdio_client(words) as pipes, mcp.ClientSession(*pipes) as session:
            await session.initialize()
            names = [tool.name for tool in (await session.list_tools()).tools]
            return names, await session.call_tool("why", {"path": "a.py", "line": 1})

    names, result = anyio.run(talk)
    assert names == ["why", "trace", "search"]
    assert '"class": "unknown"' in result.content[0].text
