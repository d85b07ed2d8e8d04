"""Pushing to a collector, from an agent's edit to the bytes that arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from gitprov.errors import UsageError
from gitprov.flow.exchange.push import PushRequest, push
from gitprov.git.repo import Repository
from gitprov.interop.helicone import helicone_body
from gitprov.interop.otlp import AttributeValue, OtlpSpan
from gitprov.interop.push_targets import TARGETS
from gitprov.model.answers.push import PushAnswer
from tests.push.receiver import Receiver, receiving, values
from tests.support.agent import Agent
from tests.support.notes import OTHER, TRACE, add_note, trace_row
from tests.support.repo import GitRepo, run

SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
NOON = 1769940004 + 3600.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A collector without any request."""
    with receiving() as server:
        yield server


def pushed(
    repo: GitRepo, name: str, server: Receiver | None, now: float = NOON, **more: object
) -> PushAnswer:
    """One push in this process, with retries that do not wait."""
    plain = PushRequest(TARGETS[name], server.url if server else None, [], "1.37", False, False)
    with Repository.discover(str(repo.path), repo.env) as opened:
        return push(opened, plain._replace(**more), now, retry_wait=0.0)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_story(repo: GitRepo, receiver: Receiver) -> None:
    """An agent's lines arrive as a span; a second push sends nothing, and a new commit only itself."""
    repo.install()
    repo.git("remote", "add", "origin", "https://me:password@git.example.com/team/shop.git")
    agent = Agent(repo, name="claude-code", session="s9", model="claude-opus-4-5-20251101")
    agent.prompt(f"use {SECRET}", prompt_name="p").write("a.py", "one = 1\ntwo = 2\n")
    repo.commit("Add a")
    repo.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.url
    repo.env["OTEL_EXPORTER_OTLP_HEADERS"] = "api-key=top%20secret"
    repo.env["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=ci"
    dry = json.loads(repo.gitprov("push", "otlp", "-n", "--json").stdout)
    assert (dry["sent"], dry["dry_run"], receiver.requests) == (1, True, [])
    receiver.answers = [(503, {}, b"")]
    done = repo.gitprov("push", "otlp")
    assert done.stdout == f"otlp {receiver.url}/v1/traces: 1 sent, 0 already there, 0 refused\n"
    (path, headers, first), (_, _, second) = receiver.requests
    assert (path, first) == ("/v1/traces", second)
    assert (headers["content-type"], headers["api-key"]) == ("application/x-protobuf", "top secret")
    assert headers["content-encoding"] == "gzip"
    (row,) = ExportTraceServiceRequest.FromString(first).resource_spans
    resource = values(row.resource.attributes)
    assert resource["vcs.repository.url.full"] == "https://git.example.com/team/shop.git"
    assert (resource["vcs.repository.name"], resource["service.name"]) == ("shop", "gitprov")
    assert resource["deployment.environment.name"] == "ci"
    assert row.scope_spans[0].schema_url.endswith("/1.37.0")
    span = receiver.spans()[0]
    facts = values(span.attributes)
    assert (span.name, facts["gen_ai.provider.name"]) == ("chat claude-opus-4-5-20251101", "anthropic")
    assert (facts["gen_ai.conversation.id"], facts["gitprov.lines.kept"]) == ("s9", 2)
    assert facts["vcs.ref.head.revision"] == repo.oid()
    assert facts["gitprov.prompt.digest"].startswith("sha256:")
    assert b"alice" not in first.lower()
    assert b"output of turn" not in first
    assert json.loads(repo.gitprov("push", "otlp", "--json").stdout)["present"] == 1
    agent.write("b.py", "three = 3\n")
    repo.commit("Add b")
    assert json.loads(repo.gitprov("push", "otlp", "--json").stdout)["sent"] == 1
    content = repo.gitprov("push", "otlp", "--with-content", "--range", "HEAD~1..HEAD", "--json")
    assert json.loads(content.stdout)["content"] is True
    (message,) = json.loads(values(receiver.spans()[-1].attributes)["gen_ai.input.messages"])
    assert message["parts"][0]["content"].startswith("use [REDACTED:")
    kept = b"".join(path.read_bytes() for path in (repo.path / ".git/gitprov").rglob("*") if path.is_file())
    assert b"top secret" not in kept
    assert len(receiver.requests) == 4


@pytest.fixture
def two(repo: GitRepo) -> GitRepo:
    """A commit with two traces, a day apart."""
    repo.write("a.py", "one\ntwo\n")
    oid = repo.commit("Add a")
    add_note(
        repo, oid, trace_row({"a.py": {"ai": "1"}}), trace_row({"a.py": {"ai": "2"}}, id=OTHER, at="2026-01-31T09:00:00Z", model="gpt-5\ud800")
    )  # fmt: skip
    return repo


def test_a_dry_run_needs_no_settings(two: GitRepo) -> None:
    """Rows are counted without address and keys, which are named; a push without them is refused."""
    answer = pushed(two, "langsmith", None, dry_run=True)
    assert (answer.sent, answer.url) == (2, "")
    assert answer.missing == ("LANGSMITH_API_KEY", "LANGSMITH_ENDPOINT")
    two.env["LANGSMITH_ENDPOINT"] = "https://smith.example"
    answer = pushed(two, "langsmith", None, dry_run=True)
    assert (answer.url, answer.missing) == ("https://smith.example/otel/v1/traces", ("LANGSMITH_API_KEY",))
    with pytest.raises(UsageError, match="LANGSMITH_API_KEY"):
        pushed(two, "langsmith", None)


def test_refused_rows_are_listed(two: GitRepo, receiver: Receiver) -> None:
    """Beyond the limits of a target, in a bad request, and in a partial success."""
    two.env["DD_API_KEY"] = "k"
    answer = pushed(two, "datadog", receiver)
    (row,) = answer.refused
    assert (answer.sent, row.trace, row.oid) == (1, OTHER, two.oid())
    assert row.reason == "older than the 24 hours that Datadog LLM Observability takes"
    assert receiver.requests[0][1]["dd-otlp-source"] == "llmobs"
    part = ExportTraceServiceResponse(
        partial_success=ExportTracePartialSuccess(rejected_spans=1, error_message="too old")
    ).SerializeToString()
    receiver.answers = [(200, {}, part), (200, {}, part), (200, {}, b"")]
    answer = pushed(two, "otlp", receiver)
    assert (answer.sent, [row.reason for row in answer.refused]) == (1, ["the target rejects it: too old"])
    for status in (400, 422):
        receiver.answers = [(status, {}, b"")]
        answer = pushed(two, "otlp", receiver)
        reasons = [row.reason for row in answer.refused]
        assert (answer.present, answer.problem, reasons) == (
            1,
            "",
            [f"the target rejects it (HTTP {status})"],
        )
    assert pushed(two, "otlp", receiver).sent == 1


@pytest.mark.slow
def test_no_answer_keeps_rows(two: GitRepo, receiver: Receiver) -> None:
    """Wrong keys, redirects and silence leave rows for the next push; exit code 3."""
    for status, words in ((401, "refuses the credentials"), (302, "redirects")):
        receiver.answers = [(status, {"location": "http://127.0.0.1:9/"}, b"")]
        answer = pushed(two, "otlp", receiver)
        assert (answer.sent, answer.waiting, words in answer.problem) == (0, 2, True), answer
    receiver.answers = [(503, {"retry-after": "0"}, b"")] * 4
    assert pushed(two, "otlp", receiver).problem.startswith("HTTP 503. ")
    assert len(receiver.requests) == 6
    receiver.answers = [(401, {}, b"")]
    done = run(
        ["gitprov", "push", "otlp", "--endpoint", receiver.url], cwd=two.path, env=two.env, check=False
    )
    assert (done.returncode, "2 waiting" in done.stdout) == (3, True)
    assert "2 rows not sent: it refuses the credentials (HTTP 401)" in done.stderr
    assert pushed(two, "otlp", receiver).sent == 2


def test_a_refusal_names_the_settings(two: GitRepo, receiver: Receiver) -> None:
    """A wrong address or key: the address that was asked and the settings that have both, never a key."""
    two.env.update(LANGSMITH_API_KEY="k-1", LANGSMITH_ENDPOINT=f"{receiver.url}/wrong")
    url = f"{receiver.url}/wrong/otel/v1/traces"
    receiver.answers = [(404, {}, b""), (403, {}, b"")]
    problem = pushed(two, "langsmith", receiver, endpoint=None).problem
    assert problem == f"HTTP 404. Address: {url}, of LANGSMITH_ENDPOINT"
    problem = pushed(two, "langsmith", receiver, endpoint=None).problem
    start = "it refuses the credentials (HTTP 403). Address:"
    assert problem == f"{start} {url}, of LANGSMITH_ENDPOINT. Keys: those of LANGSMITH_API_KEY"
    receiver.answers = [(401, {}, b"")]
    names = "OTEL_EXPORTER_OTLP_HEADERS and OTEL_EXPORTER_OTLP_TRACES_HEADERS"
    assert pushed(two, "otlp", receiver).problem.endswith(f", of --endpoint. No key is set: {names}")


@pytest.mark.parametrize(
    ("name", "variables", "path", "headers"),
    [
        ("langsmith", {"LANGSMITH_ENDPOINT": "{}", "LANGSMITH_API_KEY": "k", "LANGSMITH_PROJECT": "p"}, "/otel/v1/traces",
         {"x-api-key": "k", "langsmith-project": "p"}),
        ("weave", {"WF_TRACE_SERVER_URL": "{}/", "WANDB_API_KEY": "k", "WANDB_ENTITY": "e", "WANDB_PROJECT": "p"}, "/otel/v1/traces",
         {"wandb-api-key": "k"}),
        ("langfuse", {"LANGFUSE_HOST": "{}", "LANGFUSE_PUBLIC_KEY": "pk", "LANGFUSE_SECRET_KEY": "sk"}, "/api/public/otel/v1/traces",
         {"authorization": "Basic cGs6c2s=", "x-langfuse-ingestion-version": "4"}),
        ("phoenix", {"PHOENIX_COLLECTOR_ENDPOINT": "{}/v1/traces", "PHOENIX_API_KEY": "k"}, "/v1/traces", {"authorization": "Bearer k"}),
        ("mlflow", {"MLFLOW_TRACKING_URI": "{}", "MLFLOW_EXPERIMENT_ID": "7"}, "/v1/traces", {"x-mlflow-experiment-id": "7"}),
        ("loki", {"LOKI_ADDR": "{}", "LOKI_ORG_ID": "t"}, "/loki/api/v1/push", {"x-scope-orgid": "t"}),
        ("datadog-logs", {"DD_LOGS_ENDPOINT": "{}", "DD_API_KEY": "k"}, "/api/v2/logs", {"dd-api-key": "k"}),
    ],
)  # fmt: skip
def test_targets(
    two: GitRepo, receiver: Receiver, name: str, variables: dict[str, str], path: str, headers: dict[str, str]
) -> None:
    """Address, headers and names of each target; a collector's keys do not go there."""
    two.env.update({key: value.replace("{}", receiver.url) for key, value in variables.items()})
    two.env.update(
        OTEL_EXPORTER_OTLP_HEADERS="authorization=other", OTEL_EXPORTER_OTLP_ENDPOINT="http://other.invalid"
    )
    answer = pushed(two, name, None)
    assert (answer.sent + len(answer.refused), answer.problem) == (2, "")
    ((where, sent, body),) = receiver.requests
    assert where == path
    assert headers.items() <= sent.items()
    assert sent.get("authorization") != "other"
    target = TARGETS[name]
    if target.form == "otlp":
        facts = values(receiver.spans()[0].attributes)
        assert {other for source, other in target.copies if source in facts} | dict(
            target.constants
        ).keys() <= facts.keys()
    else:
        document = json.loads(body)
        line = document["streams"][0]["values"][0][1] if name == "loki" else document[0]["message"]
        assert json.loads(line)["vcs.ref.head.revision"] == two.oid()
    for variable in target.needed:
        del two.env[variable]
        with pytest.raises(UsageError, match=variable):
            pushed(two, name, None)


def test_the_older_conventions(two: GitRepo, receiver: Receiver) -> None:
    """1.36 has gen_ai.system, `_OTHER` where the model's name is damaged; ids do not depend on the names."""
    assert pushed(two, "otlp", receiver, semconv="1.36").sent == 2
    assert pushed(two, "otlp", receiver).sent == 2
    older, newer = receiver.spans()[:2], receiver.spans()[2:]
    assert [span.span_id for span in older] == [span.span_id for span in newer]
    assert {values(span.attributes)["gen_ai.system"] for span in older} == {"_OTHER", "anthropic"}
    assert {values(span.attributes)["gitprov.trace"] for span in newer} == {TRACE, OTHER}


def leaves(value: object, place: str = "") -> dict[str, object]:
    """Place → value, for each value in a JSON document that is neither an object nor a list."""
    if isinstance(value, dict | list):
        rows = value.items() if isinstance(value, dict) else enumerate(value)
        return {key: leaf for name, row in rows for key, leaf in leaves(row, f"{place}/{name}").items()}
    return {place: value}


def test_helicone(two: GitRepo, receiver: Receiver) -> None:
    """A request for each turn, with ids that stay; one that is refused is listed."""
    two.env.update(HELICONE_LOGGING_ENDPOINT=receiver.url, HELICONE_API_KEY="k")
    receiver.answers = [(400, {}, b"Payload too large")]
    answer = pushed(two, "helicone", None)
    assert (answer.sent, len(answer.refused)) == (1, 1)
    bodies = [json.loads(body) for _, _, body in receiver.requests]
    assert {path for path, _, _ in receiver.requests} == {"/custom/v1/log"}
    assert {headers["authorization"] for _, headers, _ in receiver.requests} == {"Bearer k"}
    assert not any("content-encoding" in headers for _, headers, _ in receiver.requests)
    meta = [body["providerRequest"]["meta"] for body in bodies]
    assert {row["Helicone-Property-gitprov.trace"] for row in meta} == {TRACE, OTHER}
    assert {row["Helicone-Property-vcs.ref.head.revision"] for row in meta} == {two.oid()}
    assert all(value.isascii() and value.isprintable() for row in meta for value in row.values())
    again = pushed(two, "helicone", None)
    assert (again.sent, again.present) == (1, 1)
    ids = [
        json.loads(body)["providerRequest"]["meta"]["Helicone-Request-Id"] for _, _, body in receiver.requests
    ]
    assert ids[2] == ids[0] != ids[1]
    del two.env["HELICONE_API_KEY"]
    with pytest.raises(UsageError, match="HELICONE_API_KEY"):
        pushed(two, "helicone", None)


def test_helicones_own_library(two: GitRepo, receiver: Receiver) -> None:
    """What both send is the same, in each field."""
    helpers = pytest.importorskip("helicone_helpers")
    two.env.update(HELICONE_LOGGING_ENDPOINT=receiver.url, HELICONE_API_KEY="k")
    assert pushed(two, "helicone", None).sent == 2
    body = json.loads(receiver.requests[0][2])
    moment = body["timing"]["startTime"]["seconds"]
    logger = helpers.HeliconeManualLogger("k", logging_endpoint=receiver.url)
    request, reply = body["providerRequest"]["json"], body["providerResponse"]["json"]
    logger.send_log(None, request, reply, {"start_time": float(moment), "end_time": float(moment)})
    path, headers, data = receiver.requests[-1]
    both = leaves(json.loads(data)).keys() & leaves(body).keys()
    assert {place: leaves(json.loads(data))[place] for place in both} == {
        place: leaves(body)[place] for place in both
    }
    assert {"/providerRequest/url", "/providerRequest/json/model", "/timing/endTime/milliseconds"} <= both
    assert (path, headers["authorization"]) == ("/custom/v1/log", "Bearer k")


def test_a_request_of_helicone() -> None:
    """Tokens and texts where a span has them; what is no ASCII is escaped."""
    texts: dict[str, AttributeValue] = {
        "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
        "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"x"},{"type":"text","content":"y"}]}]',
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 4,
        "gen_ai.conversation.id": "s\u00e9\n1",
    }
    moment = 1_769_940_004_250_000_000
    body = json.loads(helicone_body(OtlpSpan(b"t" * 16, b"s" * 8, "chat", moment, moment, texts)))
    assert body["providerRequest"]["json"] == {
        "model": "unknown",
        "messages": [{"role": "user", "content": "hi"}],
    }
    assert body["providerResponse"]["json"]["choices"][0]["message"]["content"] == "xy"
    assert body["providerResponse"]["json"]["usage"]["total_tokens"] == 7
    assert body["providerRequest"]["meta"]["Helicone-Session-Id"] == "s\\xe91"
    assert body["timing"]["startTime"] == {"seconds": 1_769_940_004, "milliseconds": 250}
