"""`gitprov collect`: from the telemetry of a program to the lines of a commit."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from gitprov.errors import GitprovError, NotARepository, UsageError
from gitprov.flow.capture.moment import Moment
from gitprov.flow.exchange import calls as call_records
from gitprov.flow.exchange.calls import CallImporter, RecordedCalls
from gitprov.interop.telemetry import receive
from gitprov.interop.telemetry.call import DescribedCall
from gitprov.model.ids import is_traceparent
from gitprov.store.inbox import outputs
from gitprov.store.inbox.inbox import Inbox
from gitprov.web.collector import Collector
from tests.support.agent import Agent
from tests.support.repo import GitRepo
from tests.telemetry.samples import AT, OUTPUT, PROMPT, TRACE, logs, span

PROTOBUF, JSON = "application/x-protobuf", "application/json"
NEW: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "m",
    "gen_ai.response.model": "m-2026-01-01",
    "gen_ai.request.temperature": 0.5,
    "gen_ai.conversation.id": "c1",
    "gen_ai.response.id": "r1",
    "gen_ai.usage.input_tokens": 7,
    "gen_ai.usage.output_tokens": 9,
    "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": PROMPT}]}]),
    "gen_ai.output.messages": json.dumps(
        [{"role": "assistant", "parts": [{"type": "text", "content": OUTPUT}], "finish_reason": "stop"}]
    ),
}


@pytest.fixture
def reports() -> list[RecordedCalls]:
    """What the collector reported."""
    return []


@pytest.fixture
def collector(repo: GitRepo, reports: list[RecordedCalls]) -> Iterator[Collector]:
    """A collector for `repo`, in this process."""
    recorder = CallImporter("otlp", lambda: Moment(float(AT + 60), repo.env, str(repo.path)))
    with Collector(0, recorder, reports.append) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def post(
    port: int, data: bytes, path: str = "/v1/traces", method: str = "POST", **headers: str | None
) -> tuple[int, bytes]:
    """Status and body of an answer; a header that is None is not sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    rows = {
        "host": f"127.0.0.1:{port}",
        "content_type": PROTOBUF,
        "content_length": str(len(data)),
        **headers,
    }
    connection.putrequest(method, path, skip_host=True)
    for name, value in rows.items():
        if value is not None:
            connection.putheader(name.replace("_", "-"), value)
    connection.endheaders(data)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


@pytest.mark.slow
def test_a_story(repo: GitRepo, collector: Collector, reports: list[RecordedCalls]) -> None:
    """Lines of an output that arrived in a span are the model's after the commit, and a secret is nowhere."""
    repo.install()
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    attributes = {
        **NEW,
        "gen_ai.input.messages": NEW["gen_ai.input.messages"].replace("area", f"area {secret}"),
    }
    data = gzip.compress(span(attributes))
    for _ in range(2):
        assert post(collector.server_port, data, content_encoding="gzip") == (200, b"")
    assert reports == [RecordedCalls(1, ())] * 2
    repo.write("area.py", OUTPUT + "person = 1\n")
    repo.commit("Add area")
    assert repo.classes("area.py") == ["ai", "ai", "unknown"]
    (trace,) = repo.traces()
    record = repo.generation(trace["id"])
    assert (record["agent"]["name"], record["model"], record["session"]) == ("codegen", "m-2026-01-01", "c1")
    assert (record["params"], record["request_id"]) == ({"temperature": 0.5}, "r1")
    assert (record["usage"], record["at"]) == (
        {"input_tokens": 7, "output_tokens": 9},
        "2026-02-01T10:00:04Z",
    )
    assert b"a function for an area" in repo.generation_file(trace["id"], "prompt.txt")
    assert repo.holders("a function for an area")
    assert repo.holders(secret) == []


TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.mark.parametrize(
    "text",
    [
        "",
        TRACEPARENT + "0",
        TRACEPARENT.upper(),
        "ff" + TRACEPARENT[2:],
        TRACEPARENT.replace(TRACE, "0" * 32),
    ],
)
def test_what_is_no_span(text: str) -> None:
    """A text that names no span by the rules of W3C Trace Context is not recorded."""
    assert is_traceparent(TRACEPARENT)
    assert not is_traceparent(text)


@pytest.mark.slow
def test_the_span_of_a_commit(repo: GitRepo) -> None:
    """The note names the span in which its commit was made, and `gitprov show` does."""
    repo.install()
    agent = Agent(repo)
    for number, value in enumerate((TRACEPARENT, "x\n", "")):
        repo.env["TRACEPARENT"] = value
        agent.prompt().write(f"{number}.py", f"number = {number}\n")
        repo.commit("Add a number")
    rows = [
        row.get("traceparent")
        for rev in ("HEAD~2", "HEAD~1", "HEAD")
        for row in repo.note(rev)
        if row["kind"] == "commit"
    ]
    assert rows == [TRACEPARENT, None, None]
    assert f"Made in:      {TRACEPARENT}" in repo.gitprov("show", "HEAD~2").stdout
    assert json.loads(repo.gitprov("show", "HEAD~2", "--json").stdout)["traceparent"] == TRACEPARENT


def test_a_call_in_parts(repo: GitRepo, collector: Collector) -> None:
    """Events before their span, in requests of their own, are one generation with the facts of all."""
    port = collector.server_port
    first = logs(("gen_ai.user.message", {"content": PROMPT}, {"gen_ai.system": "x"}))
    second = logs(("gen_ai.choice", {"index": 0, "message": {"content": OUTPUT}}, {}))
    assert post(port, first, "/v1/logs") == (200, b"")
    assert post(port, second, "/v1/logs") == (200, b"")
    facts = {name: NEW[name] for name in NEW if "messages" not in name}
    assert post(port, span(facts)) == (200, b"")
    inbox = Inbox(str(repo.inbox()))
    (waiting,) = outputs.waiting_outputs(inbox)
    turn = inbox.turn(waiting.key, waiting.turn)
    assert (getattr(turn, "model", ""), getattr(turn, "session", "")) == ("m-2026-01-01", TRACE)
    assert getattr(turn, "prompt", None) is not None


REFUSED: list[tuple[str, dict[str, Any], int]] = [
    ("another path", {"path": "/v2/traces"}, 404),
    ("another method", {"method": "GET"}, 405),
    ("a method of no server", {"method": "BREW"}, 501),
    ("another host", {"host": "evil.example:4318"}, 421),
    ("no host", {"host": None}, 421),
    ("a form of a web page", {"content_type": "text/plain"}, 415),
    ("no content type", {"content_type": None}, 415),
    ("another encoding", {"content_encoding": "br"}, 415),
    ("no length", {"content_length": None, "data": b""}, 411),
    ("no number", {"content_length": "-1", "data": b""}, 411),
    ("too large", {"content_length": "99999999999", "data": b""}, 413),
    ("no protobuf", {"data": b"\xff\xff"}, 400),
    ("cut off", {"data": span(NEW)[:-9]}, 400),
    ("another wire type", {"data": b"\x08\x01"}, 400),
    ("no JSON", {"data": b"{", "content_type": JSON}, 400),
    ("no object", {"data": b"[]", "content_type": JSON}, 400),
    ("nested too deep", {"data": b"[" * 9999, "content_type": JSON}, 400),
    ("no gzip", {"data": b"abc", "content_encoding": "gzip"}, 400),
    ("half a gzip", {"data": gzip.compress(span(NEW))[:-9], "content_encoding": "gzip"}, 400),
    ("a chunk without a size", {"data": b"x\r\n", "content_length": None, "transfer_encoding": "chunked"}, 400),
    ("too large in chunks", {"data": b"fffffff\r\n", "content_length": None, "transfer_encoding": "chunked"}, 413),
]  # fmt: skip


def test_refusals(collector: Collector) -> None:
    """Each refusal has its status, and the next request is taken."""
    port = collector.server_port
    statuses = {name: post(port, **{"data": b"x", **case})[0] for name, case, _ in REFUSED}
    assert statuses == {name: status for name, _, status in REFUSED}
    assert post(port, b"{}", content_type=JSON + "; charset=utf-8") == (200, b"{}")


def test_a_bomb(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small request that unpacks to a large one is refused, and unpacking stops at the limit."""
    monkeypatch.setattr(receive, "MAX_CONTENT", 1000)
    bomb = gzip.compress(b"\0" * 5000)
    assert post(collector.server_port, bomb, content_encoding="gzip")[0] == 413


def test_chunks_metrics_and_json(collector: Collector, reports: list[RecordedCalls]) -> None:
    """Chunks are read, metrics are taken and dropped, and JSON is as good as protobuf."""
    port = collector.server_port
    data = span(NEW)
    chunked = b"%x;a=b\r\n%s\r\n%x\r\n%s\r\n0\r\nA: b\r\n\r\n" % (10, data[:10], len(data) - 10, data[10:])
    assert post(port, chunked, content_length=None, transfer_encoding="chunked") == (200, b"")
    assert post(port, b"anything", "/v1/metrics") == (200, b"")
    attributes = [{"key": name, "value": {"stringValue": str(value)}} for name, value in NEW.items()]
    row = {"traceId": TRACE, "spanId": "00", "startTimeUnixNano": str(AT * 10**9), "attributes": attributes}
    document = {"resourceSpans": [{"scopeSpans": [{"spans": [row]}]}]}
    assert post(port, json.dumps(document).encode(), content_type=JSON) == (200, b"{}")
    assert reports == [RecordedCalls(1, ())] * 2


def test_what_cannot_be_recorded(
    collector: Collector, reports: list[RecordedCalls], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that is refused is a partial success; an inbox that cannot be written makes the sender try again."""

    def refuse(*_: object) -> None:
        raise UsageError("no")

    monkeypatch.setattr(call_records, "record_in", refuse)
    status, body = post(collector.server_port, span(NEW))
    answer = ExportTraceServiceResponse.FromString(body).partial_success
    assert (status, answer.rejected_spans, answer.error_message) == (200, 1, "no")
    assert reports == [RecordedCalls(0, ("no",))]

    def fail(*_: object) -> None:
        raise GitprovError("cannot record", "")

    monkeypatch.setattr(call_records, "record_in", fail)
    assert post(collector.server_port, span(NEW))[0] == 503

    def crash(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(call_records, "record_in", crash)
    assert post(collector.server_port, span(NEW))[0] == 500
    monkeypatch.setattr(collector, "gate", threading.BoundedSemaphore(1))
    monkeypatch.setattr("gitprov.web.collector._WAIT", 0)
    with collector.gate:
        assert post(collector.server_port, span(NEW), content_type=JSON)[0] == 503


def test_parts_are_bounded(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of calls that never end are forgotten, the oldest first; without a repository there is an error."""
    monkeypatch.setattr(call_records, "_MOST_CALLS", 2)
    moment = Moment(0.0, repo.env, str(repo.path))
    recorder = CallImporter("x", lambda: moment)
    assert recorder.record(DescribedCall(f"k{n}", prompt="p") for n in range(5)) == RecordedCalls(0, ())
    assert list(recorder._parts) == ["k3", "k4"]
    monkeypatch.setattr(call_records, "_MOST_TEXT", 10)
    recorder.record([DescribedCall("k9", prompt="p" * 100)])
    assert list(recorder._parts) == ["k9"]
    with pytest.raises(NotARepository):
        CallImporter("x", lambda: moment._replace(cwd=os.path.dirname(str(repo.path))))


def test_the_command(repo: GitRepo) -> None:
    """The command prints its address and what it recorded, and ends when it is interrupted."""
    words = ["gitprov", "collect", "--port", "0"]
    with subprocess.Popen(words, cwd=repo.path, env=repo.env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline()
        assert address.startswith("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:")
        port = int(address.rpartition(":")[2])
        assert post(port, span(NEW)) == (200, b"")
        assert process.stdout.readline() == "recorded 1 generation\n"
        taken = repo.gitprov("collect", "--port", str(port), check=False)
        assert (taken.returncode, f"port {port} cannot be used" in taken.stderr) == (2, True)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
