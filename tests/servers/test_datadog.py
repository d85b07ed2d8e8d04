"""Turns pushed to Datadog's own test agent, and read back through its sessions."""

from __future__ import annotations

import base64
import json
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gitprov.model.answers.push import PushAnswer
from tests.servers.process import running
from tests.servers.pushing import pushed
from tests.support.notes import OTHER, TRACE, add_generations, add_note, trace_row
from tests.support.repo import GitRepo
from tests.support.sealed import sealed_env

AGENT = Path(sys.prefix) / "datadog/bin/ddapm-test-agent"
pytestmark = pytest.mark.slow


class DatadogAgent(NamedTuple):
    """The test agent: its port for OTLP, and that for Datadog's own protocol."""

    port: int
    other: int

    def spans(self, session: str) -> list[dict[str, Any]]:
        """Resource attributes and spans that arrived in a session, in the order of their arrival."""
        url = f"http://127.0.0.1:{self.port}/test/session/traces?test_session_token={session}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            requests = json.load(answer)
        return [
            {
                "resource": plain(row["resource"]["attributes"]),
                **span,
                "attributes": plain(span["attributes"]),
            }
            for request in requests
            for row in request["resource_spans"]
            for scope in row["scope_spans"]
            for span in scope["spans"]
        ]


def plain(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Name → value of attributes in protobuf's JSON, in which an integer is a text."""
    read = {"int_value": int, "string_value": str, "bool_value": bool}
    return {row["key"]: read[kind](value) for row in rows for kind, value in row["value"].items()}


def id_of(span: dict[str, Any]) -> str:
    """The span id in hexadecimal digits."""
    return base64.b64decode(span["span_id"]).hex()


@pytest.fixture(scope="module")
def datadog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatadogAgent]:
    """The test agent, without a key and without an address to forward to."""
    if not AGENT.exists():
        pytest.skip(
            f"{AGENT} is missing: `make pytest` installs ddapm-test-agent where pip has it for this Python"
        )
    folder = tmp_path_factory.mktemp("datadog")
    ports: list[int] = []

    def command(numbers: Sequence[int]) -> list[str]:
        ports[:] = numbers
        names = ("--otlp-http-port", "--port", "--otlp-grpc-port")
        numbered = [word for name, number in zip(names, numbers, strict=True) for word in (name, str(number))]
        return [str(AGENT), *numbered, "--disable-llmobs-data-forwarding"]

    with running(command, 3, sealed_env(folder), folder, seconds=60):
        yield DatadogAgent(*ports[:2])


@pytest.fixture
def noted(repo: GitRepo) -> GitRepo:
    """A commit with a trace of today and one of the day before yesterday, and the variables of a push."""
    repo.write("a.py", "one\ntwo\n")
    oid = repo.commit("Add a")
    old = trace_row({"a.py": {"ai": "2"}}, id=OTHER, at="2026-01-30T09:00:00Z")
    add_note(repo, oid, trace_row({"a.py": {"ai": "1"}}, model="claude-\ud800\u202e\x00"), old)
    repo.env["DD_API_KEY"] = "k"
    return repo


def pushed_in(session: str, repo: GitRepo, port: int, content: bool = False) -> PushAnswer:
    """A push to a port, in a session of the test agent."""
    repo.env["OTEL_EXPORTER_OTLP_HEADERS"] = f"x-datadog-test-session-token={session}"
    return pushed(repo, "datadog", port, content)


def test_rows_arrive_once(noted: GitRepo, datadog: DatadogAgent) -> None:
    """The agent has the turn of today with its attributes; a second push sends nothing, a settled delta the same span."""
    answer = pushed_in("first", noted, datadog.port)
    assert (answer.sent, answer.problem, [row.trace for row in answer.refused]) == (1, "", [OTHER])
    (span,) = datadog.spans("first")
    facts = span["attributes"]
    assert (facts["gitprov.trace"], facts["vcs.ref.head.revision"]) == (TRACE, noted.oid())
    assert (facts["gen_ai.conversation.id"], facts["gitprov.lines.raw"]) == ("0b9c", 10)
    assert span["start_time_unix_nano"] == "1769940004000000000"
    assert (span["resource"]["service.name"], span["resource"]["vcs.repository.name"]) == ("gitprov", "repo")
    assert "alice" not in json.dumps(span).lower()
    assert pushed_in("second", noted, datadog.port).present == 1
    assert datadog.spans("second") == []
    delta = {"raw": 10, "kept": 8, "edited": 2, "dropped": 0, "pending": 0}
    add_note(noted, noted.oid(), trace_row({"a.py": {"ai": "1"}}, delta=delta))
    assert pushed_in("third", noted, datadog.port).sent == 1
    (settled,) = datadog.spans("third")
    assert (id_of(settled), settled["trace_id"]) == (id_of(span), span["trace_id"])
    assert settled["attributes"]["gitprov.lines.kept"] == 8


def test_requests_too_large_are_divided(noted: GitRepo, datadog: DatadogAgent) -> None:
    """The agent refuses requests above 1 MiB with 413: the rows arrive in smaller ones, and a row above it is listed."""
    sizes = {f"gen_20260201_{number:010x}": size for number, size in enumerate((400, 400, 400, 1100))}
    add_note(noted, noted.oid(), *(trace_row({"a.py": {"ai": "1"}}, id=trace) for trace in sizes))
    add_generations(noted, {trace: "word " * (size * 200) for trace, size in sizes.items()})
    answer = pushed_in("large", noted, datadog.port, content=True)
    *small, large = sizes
    assert (answer.sent, answer.waiting, answer.problem) == (3, 0, "")
    assert [(row.trace, row.reason) for row in answer.refused] == [
        (large, "the target rejects it (HTTP 413)")
    ]
    arrived = {span["attributes"]["gitprov.trace"] for span in datadog.spans("large")}
    assert arrived == set(small)


def test_the_wrong_port(noted: GitRepo, datadog: DatadogAgent) -> None:
    """The port of Datadog's own protocol has no OTLP: the rows wait, and go to the right port with the next push."""
    answer = pushed_in("wrong", noted, datadog.other)
    assert (answer.sent, answer.waiting) == (0, 1)
    assert answer.problem is not None
    assert answer.problem.startswith("HTTP 404. ")
    assert pushed_in("right", noted, datadog.port).sent == 1
    assert len(datadog.spans("right")) == 1
