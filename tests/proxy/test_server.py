"""The proxy alone, between a client and a server on loopback: what passes, and which calls it reports."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import socket
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from gitprov.errors import GitprovError, UsageError
from gitprov.interop.calls.call import ModelCall
from tests.proxy.fake_upstream import FakeUpstream, Request, events, streamed

pytest.importorskip("aiohttp")

from gitprov.web.proxy.addresses import Upstreams
from gitprov.web.proxy.server import ProxyServer

CHAT = "/openai/v1/chat/completions"
ANSWER = {"id": "c1", "model": "m-1", "choices": [{"index": 0, "message": {"content": "x = 1\n"}}]}
BODY = {"model": "m", "messages": [{"role": "user", "content": "q"}]}


class Answered(NamedTuple):
    """What a client got: `whole` is False where the connection was cut."""

    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool = True


class Line:
    """A client, the proxy and a provider. `calls` are those that the proxy reported."""

    def __init__(self) -> None:
        self.upstream = FakeUpstream()
        self.calls: list[ModelCall] = []
        self.proxy = ProxyServer(Upstreams({}, self.upstream.url), self.calls.append)

    def close(self) -> None:
        """End both servers."""
        self.proxy.close()
        self.upstream.close()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        """Send a request through the proxy."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        client = http.client.HTTPConnection("127.0.0.1", self.proxy.port, timeout=60)
        try:
            client.request(method, path, data, {name.replace("_", "-"): v for name, v in headers.items()})
            answer = client.getresponse()
            facts = (answer.status, {name.lower(): value for name, value in answer.headers.items()})
            try:
                return Answered(*facts, answer.read())
            except http.client.IncompleteRead as error:
                return Answered(*facts, error.partial, whole=False)
        finally:
            client.close()


@pytest.fixture(scope="module")
def servers() -> Iterator[Line]:
    """The servers, once for all tests of this file."""
    patch = pytest.MonkeyPatch()
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        patch.delenv(name)
    line = Line()
    yield line
    line.close()
    patch.undo()


@pytest.fixture
def line(servers: Line) -> Line:
    """The servers, with nothing reported yet."""
    servers.calls.clear()
    servers.upstream.requests.clear()
    servers.upstream.replies.clear()
    return servers


def test_an_answer_as_a_whole(line: Line) -> None:
    """Bytes, status and headers are the provider's; the call is reported once."""
    line.upstream.replies["/v1/chat/completions"] = lambda request: request.reply(ANSWER, x_request_id="rq")
    got = line.send("POST", CHAT, BODY, Authorization="Bearer k", Accept_Encoding="gzip, br")
    assert (got.status, got.body, got.headers["x-request-id"]) == (200, json.dumps(ANSWER).encode(), "rq")
    (call,) = line.calls
    assert (call.request.prompt, call.reply.output, call.reply.model, call.request_id) == (
        "q",
        "x = 1\n",
        "m-1",
        "rq",
    )
    (sent,) = line.upstream.requests
    assert (sent.body, sent.headers["Authorization"]) == (json.dumps(BODY).encode(), "Bearer k")
    assert (sent.headers["Host"], sent.headers["Accept-Encoding"]) == (line.upstream.url[7:], "identity")
    assert sent.headers["User-Agent"] is None


def test_a_packed_answer_without_length(line: Line) -> None:
    """An answer that is packed all the same passes as it is, and is read."""
    packed = gzip.compress(json.dumps(ANSWER).encode())

    def reply(request: Request) -> None:
        request.start("application/json", Content_Encoding="gzip")
        request.chunk(packed[:20])
        request.chunk(packed[20:])
        request.chunk(b"")

    line.upstream.replies["/v1/chat/completions"] = reply
    got = line.send("POST", "/v1/chat/completions?api-version=1", BODY)
    assert (got.body, got.headers["content-encoding"]) == (packed, "gzip")
    assert [call.reply.output for call in line.calls] == ["x = 1\n"]
    assert line.upstream.requests[0].path == "/v1/chat/completions?api-version=1"


def test_errors_pass_and_are_no_calls(line: Line) -> None:
    """A refused call reaches the client with all that it says, and is not reported."""
    limited = {"error": {"message": "slow down"}}
    line.upstream.replies["/v1/messages"] = lambda request: request.reply(limited, 429, Retry_After="7")
    got = line.send("POST", "/anthropic/v1/messages", BODY)
    assert (got.status, json.loads(got.body), got.headers["retry-after"]) == (429, limited, "7")
    assert line.calls == []


@pytest.mark.parametrize("streams", [True, False])
def test_a_cut_answer_is_cut(line: Line, streams: bool) -> None:
    """The client sees the same cut. What had arrived of a stream is reported as incomplete, broken JSON is not."""
    chunk = {"id": "c1", "model": "m-1", "choices": [{"index": 0, "delta": {"content": "x = "}}]}
    part = events(chunk, named=False)[0] if streams else json.dumps(ANSWER).encode()[:-9]

    def broken(request: Request) -> None:
        request.reply(part, Content_Length="999")
        request.cut()

    line.upstream.replies["/v1/chat/completions"] = streamed(part, ended=False) if streams else broken
    got = line.send("POST", CHAT, BODY)
    assert (got.body, got.whole) == (part, False)
    assert [(call.reply.output, call.reply.complete) for call in line.calls] == [("x = ", False)] * streams


def test_other_requests_pass_untouched(line: Line) -> None:
    """Method, path, query, headers and body of what calls no model are passed on as they are."""
    line.upstream.replies["/v1/files/a%2Fb"] = lambda request: request.reply(
        b"\xff\x00", 201, Content_Type="image/png", Set_Cookie="a=b"
    )
    got = line.send(
        "PUT",
        "/openai/v1/files/a%2Fb?key=k%20k&x",
        b"\x00\xff" * 99,
        X_Thing="1",
        Accept_Encoding="br",
        Expect="100-continue",
    )
    assert (got.status, got.body, got.headers["set-cookie"]) == (201, b"\xff\x00", "a=b")
    (sent,) = line.upstream.requests
    assert (sent.command, sent.path, sent.body) == ("PUT", "/v1/files/a%2Fb?key=k%20k&x", b"\x00\xff" * 99)
    assert (sent.headers["X-Thing"], sent.headers["Accept-Encoding"]) == ("1", "br")
    assert line.calls == []


def test_what_the_proxy_itself_answers(line: Line) -> None:
    """Requests for other hosts, WebSockets and paths without a provider are refused with the reason."""
    assert line.send("GET", CHAT, Host="evil.example").status == 421
    assert line.send("GET", CHAT, Upgrade="websocket", Connection="Upgrade").status == 501
    unheard = (
        socket.socket()
    )  # bound and not listening: connections are refused, and nobody else gets the port
    unheard.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{unheard.getsockname()[1]}/v1"
    lone = ProxyServer(Upstreams({"OPENAI_BASE_URL": address}, None), line.calls.append)
    try:
        line.proxy, proxy = lone, line.proxy
        assert line.send("GET", "/favicon.ico").status == 404
        got = line.send("POST", CHAT + "?key=secret", BODY)
        assert (got.status, b"127.0.0.1 cannot be reached" in got.body, b"secret" in got.body) == (
            502,
            True,
            False,
        )
        with pytest.raises(OSError, match="in use"):
            ProxyServer(Upstreams({}, None), line.calls.append, lone.port)
    finally:
        line.proxy = proxy
        lone.close()
        unheard.close()
    assert line.calls == []


def test_where_calls_go() -> None:
    """Each provider's address is the one of --upstream, else of its variable, else its own."""
    plain = Upstreams({}, None)
    assert plain.target("POST", "/v1/messages") == "https://api.anthropic.com/v1/messages"
    assert (
        plain.target("GET", "/gemini/v1beta/models?key=k")
        == "https://generativelanguage.googleapis.com/v1beta/models?key=k"
    )
    assert plain.target("GET", "/v1/models") is None
    assert plain.target("POST", "http://evil.example/v1/messages") is None
    env = {
        "HTTPS_PROXY": "http://p",
        "NO_PROXY": "a.b",
        "OPENAI_API_BASE": "https://gw.example/openai/",
        "X": "1",
    }
    own = Upstreams(env, None)
    assert own.target("POST", "/openai/chat/completions") == "https://gw.example/openai/chat/completions"
    changed = own.variables(env, 5)
    assert (changed["OPENAI_BASE_URL"], changed["OPENAI_API_BASE"]) == ("http://127.0.0.1:5/openai",) * 2
    assert (changed["NO_PROXY"], changed["no_proxy"], changed["X"]) == ("a.b,127.0.0.1", "a.b,127.0.0.1", "1")
    every = Upstreams(env, "http://user:pw@gw.example:4000/v1/")
    assert every.target("GET", "/anything") == "http://user:pw@gw.example:4000/v1/anything"
    assert every.target("POST", "/openai/v1/responses") == "http://user:pw@gw.example:4000/v1/responses"
    changed = every.variables({}, 5)
    assert (changed["OPENAI_BASE_URL"], changed["GEMINI_API_BASE"], changed["ANTHROPIC_BASE_URL"]) == (
        "http://127.0.0.1:5/openai/v1", "http://127.0.0.1:5/gemini/v1beta", "http://127.0.0.1:5/anthropic",
    )  # fmt: skip
    assert "NO_PROXY" not in changed
    for address in ("gateway", "ftp://x", "http://", "http://x:99999", "http://x?secret=1"):
        with pytest.raises(UsageError) as error:
            Upstreams({}, address)
        assert "secret" not in str(error.value)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where aiohttp is missing, the error names the extra."""
    from gitprov.cli.commands.capture.proxy import command

    for name in [name for name in sys.modules if name.startswith("gitprov.web.proxy")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(GitprovError) as error:
        command(["true"])
    assert error.value.hint == "pip install 'gitprov[proxy]'"
