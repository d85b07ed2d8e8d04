"""Lets a vendor's library send a call of a model, or list one, and prints the requests as JSON.

    python tests/sdks/talk.py langfuse|langsmith|phoenix|pull-langfuse|pull-langsmith|pull-old-langsmith|pull-weave

It runs in an environment with the libraries (`make test-sdks`), not in that of the tests.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import answers  # type: ignore[import-not-found]

MODEL, SESSION, TOKENS = "claude-opus-4-5-20251101", "s9", (900, 12)
ASKED: list[dict[str, Any]] = [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
REPLY: list[dict[str, Any]] = [
    {"role": "assistant", "parts": [{"type": "text", "content": "there"}], "finish_reason": "stop"}
]
SINCE = datetime(2026, 1, 25, 10, 0, 4, tzinfo=timezone.utc)
RUN_FIELDS = (
    "id", "trace_id", "start_time", "inputs", "outputs", "extra", "prompt_tokens", "completion_tokens",
)  # fmt: skip
#: Beginnings of the names of headers that say something about the library, the machine or the connection.
_NO_FACTS = (
    "user-agent", "content-length", "content-encoding", "host", "accept", "connection", "x-stainless-", "x-fern-", "x-langfuse-sdk-",
)  # fmt: skip


class Loopback(ThreadingHTTPServer):
    """Keeps (method and path, headers, body) of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Loopback

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((f"{self.command} {self.path}", headers, body))
        data = json.dumps(answers.answer_to(self.path)).encode() + b"\n"
        self.send_response(200)
        self.send_header("content-type", "application/jsonl" if "stream" in self.path else "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        pass


def langfuse(url: str) -> None:
    """A generation of a session."""
    from langfuse import Langfuse, propagate_attributes  # type: ignore[import-not-found]

    client = Langfuse(public_key="pk", secret_key="sk", base_url=url)
    with propagate_attributes(session_id=SESSION):
        usage = dict(zip(("input", "output"), TOKENS, strict=True))
        client.start_observation(
            name="chat", as_type="generation", model=MODEL, input=ASKED, output=REPLY, usage_details=usage
        ).end()
    client.shutdown()


def phoenix(url: str) -> None:
    """A span of the kind LLM."""
    from openinference.instrumentation import TokenCount, get_llm_attributes, using_session  # type: ignore[import-not-found]
    from phoenix.otel import register  # type: ignore[import-not-found]

    provider = register(
        endpoint=f"{url}/v1/traces", project_name="shop", api_key="k", batch=False, protocol="http/protobuf",
        verbose=False, set_global_tracer_provider=False,
    )  # fmt: skip
    tracer = provider.get_tracer("x")
    count = TokenCount(prompt=TOKENS[0], completion=TOKENS[1])
    with using_session(SESSION), tracer.start_as_current_span("chat", openinference_span_kind="llm") as span:
        span.set_attributes(get_llm_attributes(model_name=MODEL, provider="anthropic", token_count=count))
        span.set_input(ASKED)
        span.set_output(REPLY)
    provider.shutdown()


def langsmith(url: str) -> None:
    """A run of the type llm, sent as OpenTelemetry."""
    os.environ.update(
        LANGSMITH_OTEL_ENABLED="true", LANGSMITH_OTEL_ONLY="true", LANGSMITH_TRACING="true", LANGSMITH_ENDPOINT=url,
        LANGSMITH_API_KEY="k", LANGSMITH_PROJECT="shop", LANGCHAIN_REVISION_ID="r1",
    )  # fmt: skip
    from langsmith import Client, trace  # type: ignore[import-not-found]
    from opentelemetry.trace import get_tracer_provider  # type: ignore[import-untyped]

    client = Client()
    facts = {"ls_provider": "anthropic", "ls_model_name": MODEL, "session_id": SESSION}
    usage = {"input_tokens": TOKENS[0], "output_tokens": TOKENS[1], "total_tokens": sum(TOKENS)}
    with trace(
        "chat", run_type="llm", client=client, project_name="shop", inputs={"messages": ASKED}, metadata=facts
    ) as run:
        run.end(outputs={"choices": REPLY, "usage_metadata": usage})
    client.flush()
    provider: Any = get_tracer_provider()
    provider.force_flush()


def pull_langfuse(url: str) -> None:
    """The observations since a moment, read by the library."""
    from langfuse import Langfuse

    client = Langfuse(public_key="pk", secret_key="sk", base_url=url, tracing_enabled=False)
    fields = "core,basic,io,model,usage,prompt"
    (row,) = client.api.observations.get_many(
        type="GENERATION", from_start_time=SINCE, limit=50, fields=fields
    ).data
    assert (row.output, row.session_id) == (answers.OUTPUT, "s")


def pull_langsmith(url: str) -> None:
    """A project by its name, and its runs since a moment, read by the library."""
    from langsmith import Client

    client = Client(api_url=f"{url}/api/v1", api_key="k", auto_batch_tracing=False)
    (project,) = client.list_projects(name="shop", limit=1)

    async def listed() -> list[Any]:
        runs = client.runs.query_v2(
            project_ids=[str(project.id)], run_type="LLM", min_start_time=SINCE, page_size=50,
            selects=[name.upper() for name in (*RUN_FIELDS, "metadata", "thread_id")],
        )  # fmt: skip
        return [run async for run in runs]

    (run,) = asyncio.run(listed())
    assert (run.outputs or {})["generations"][0][0]["text"] == answers.OUTPUT
    assert (run.thread_id, run.metadata) == ("s", {"ls_model_name": "m-1"})


def pull_old_langsmith(url: str) -> None:
    """The runs of a project since a moment, by the interface that the library removes in 2027."""
    from langsmith import Client

    client = Client(api_url=f"{url}/api/v1", api_key="k", auto_batch_tracing=False)
    (run,) = client.list_runs(
        project_id=answers.PROJECT, run_type="llm", start_time=SINCE.replace(tzinfo=None), limit=50,
        select=list(RUN_FIELDS),
    )  # fmt: skip
    assert (run.outputs or {})["generations"][0][0]["text"] == answers.OUTPUT


def pull_weave(url: str) -> None:
    """The calls of a project since a moment, read by the library."""
    from weave.trace_server_bindings.remote_http_trace_server import RemoteHTTPTraceServer  # type: ignore[import-not-found]

    server = RemoteHTTPTraceServer(url, username="api", password="k")
    since = {"$expr": {"$gte": [{"$getField": "started_at"}, {"$literal": 1769335204}]}}
    order = [{"field": "started_at", "direction": "desc"}]
    (call,) = server.calls_query_stream(
        {"project_id": "team/shop", "query": since, "sort_by": order, "limit": 50, "offset": 0}
    )
    assert call.output["choices"][0]["message"]["content"] == answers.OUTPUT


#: What can be asked for → the package, and the function that speaks.
TALKS: dict[str, tuple[str, Callable[[str], None]]] = {
    "langfuse": ("langfuse", langfuse),
    "langsmith": ("langsmith", langsmith),
    "phoenix": ("arize-phoenix-otel", phoenix),
    "pull-langfuse": ("langfuse", pull_langfuse),
    "pull-langsmith": ("langsmith", pull_langsmith),
    "pull-old-langsmith": ("langsmith", pull_old_langsmith),
    "pull-weave": ("weave", pull_weave),
}


def spans(body: bytes) -> list[dict[str, Any]]:
    """Resource and attributes of each span of a request."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    def plain(value: Any) -> Any:
        kind = value.WhichOneof("value")
        return (
            [plain(item) for item in value.array_value.values]
            if kind == "array_value"
            else getattr(value, kind)
        )

    def facts(rows: Any) -> dict[str, Any]:
        names = {row.key: plain(row.value) for row in rows}
        return {
            name: names[name] for name in sorted(names) if "LANGSMITH_" not in name and "instance" not in name
        }

    return [
        {"resource": facts(row.resource.attributes), "attributes": facts(span.attributes)}
        for row in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in row.scope_spans
        for span in scope.spans
    ]


def main() -> None:
    """Speak, and print what the server got."""
    package, talk = TALKS[sys.argv[1]]
    server = Loopback()
    talk(server.url)
    rows = []
    for path, headers, body in server.requests:
        if path.endswith("/info"):  # The library asks which version the server is; gitprov does not.
            continue
        kept = {name: value for name, value in sorted(headers.items()) if not name.startswith(_NO_FACTS)}
        if path.endswith("/traces"):
            rows.append({"request": path, "headers": kept, "spans": spans(body)})
        else:
            rows.append({"request": path, "headers": kept, "body": json.loads(body or b"null")})
    json.dump({"library": f"{package} {version(package)}", "requests": rows}, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
