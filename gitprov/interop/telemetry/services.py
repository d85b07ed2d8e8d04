"""Observability services that list recorded calls of models: requests to them, and how answers are read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from gitprov.interop.push_targets import PushTarget
from gitprov.interop.telemetry.call import DescribedCall
from gitprov.interop.telemetry.content import output_of, parsed, prompt_of
from gitprov.model.canonical import Json, JsonObject
from gitprov.model.moments import seconds_of
from gitprov.model.untrusted.jsonvalue import loads

PAGE = 50
"""Rows of one answer. Outputs are long."""
_RUN_FIELDS = (
    "id",
    "trace_id",
    "start_time",
    "inputs",
    "outputs",
    "extra",
    "prompt_tokens",
    "completion_tokens",
)
#: Further fields of the present interface, which names all in capitals.
_NEW_RUN_FIELDS = "metadata", "thread_id"
_FIELDS = "core,basic,io,model,usage,prompt"


class PullQuery(NamedTuple):
    """Which calls: from a moment on (`YYYY-MM-DDThh:mm:ssZ`), of a project by the service's id."""

    since: str
    project: str


class PageRequest(NamedTuple):
    """A request below the address of a service: POST where it has a body, else GET."""

    path: str
    body: JsonObject | None = None


class ServicePage(NamedTuple):
    """Rows of an answer, the newest first, and where the next page begins, None after the last."""

    rows: tuple[JsonObject, ...]
    cursor: str | None


class PullService(NamedTuple):
    """A service. `target` has its address and the variables with its keys.

    `project` is the project by the environment, empty where keys imply it; `lookup` asks for its id by name.
    `request` asks for a page from a cursor on, `page` reads the answer, `call` reads a row of it.
    `body_of`: the address of a row's texts, where they are elsewhere. `older`: the interface of the service's
    older versions.
    """

    target: PushTarget
    project: Callable[[Mapping[str, str]], str]
    request: Callable[[PullQuery, str | None], PageRequest]
    page: Callable[[Json, str | None], ServicePage]
    call: Callable[[JsonObject], DescribedCall]
    lookup: Callable[[str], PageRequest] | None = None
    body_of: Callable[[JsonObject], str | None] | None = None
    older: PullService | None = None


def document(data: bytes, kind: str) -> Json:
    """The JSON of an answer; lines of JSON are a list. ValueError where it is neither."""
    if "jsonl" in kind or "ndjson" in kind:
        return [loads(line, forgiving=True) for line in data.split(b"\n") if line.strip()]
    return loads(data, forgiving=True)


def identity(answer: Json) -> str | None:
    """The id in an answer to a `lookup`; None where there is none."""
    rows = answer if isinstance(answer, list) else []
    return next((_text(row.get("id")) for row in rows if isinstance(row, dict)), None)


def _page(rows: Json, cursor: str | None) -> ServicePage:
    """A page. ValueError where its rows are no list."""
    if not isinstance(rows, list):
        raise ValueError("the answer has no list of rows")
    return ServicePage(tuple(row for row in rows if isinstance(row, dict)), cursor)


def _counted(rows: Json, cursor: str | None) -> ServicePage:
    """A page of a service whose cursor is the number of rows before it."""
    size = len(rows) if isinstance(rows, list) else 0
    return _page(rows, str(int(cursor or "0") + size) if size == PAGE else None)


# -- LangSmith -----------------------------------------------------------------------------------------------


def _langsmith_request(query: PullQuery, cursor: str | None) -> PageRequest:
    body: JsonObject = {
        "project_ids": [query.project],
        "run_type": "LLM",
        "min_start_time": query.since,
        "page_size": PAGE,
        "selects": [name.upper() for name in (*_RUN_FIELDS, *_NEW_RUN_FIELDS)],
        **({"cursor": cursor} if cursor else {}),
    }
    return PageRequest("/api/v2/runs/query", body)


def _langsmith_page(answer: Json, _cursor: str | None) -> ServicePage:
    row = _object(answer)
    return _page(row.get("items"), _text(row.get("next_cursor")))


def _old_langsmith_request(query: PullQuery, cursor: str | None) -> PageRequest:
    body: JsonObject = {
        "session": [query.project],
        "run_type": "llm",
        "start_time": query.since,
        "limit": PAGE,
        "select": list(_RUN_FIELDS),
        **({"cursor": cursor} if cursor else {}),
    }
    return PageRequest("/api/v1/runs/query", body)


def _old_langsmith_page(answer: Json, _cursor: str | None) -> ServicePage:
    row = _object(answer)
    return _page(row.get("runs"), _text(_object(row.get("cursors")).get("next")))


def _langsmith_call(row: JsonObject) -> DescribedCall:
    extra = _object(row.get("extra"))
    metadata = {**_object(extra.get("metadata")), **_object(row.get("metadata"))}
    params = _object(extra.get("invocation_params"))
    return DescribedCall(
        key=_text(row.get("id")) or "",
        model=_first(metadata.get("ls_model_name"), params.get("model"), params.get("model_name")),
        session=_first(
            metadata.get("session_id"), metadata.get("thread_id"), row.get("thread_id"), row.get("trace_id")
        ),
        prompt=prompt_of(row.get("inputs")),
        prompt_name=_text(metadata.get("lc_hub_repo")),
        prompt_version=_text(metadata.get("lc_hub_commit_hash")),
        params=_scalars(params),
        usage=_usage(row.get("prompt_tokens"), row.get("completion_tokens")),
        output=output_of(row.get("outputs")),
        at=seconds_of(_text(row.get("start_time"))),
    )


# -- Weave ---------------------------------------------------------------------------------------------------


def _weave_request(query: PullQuery, cursor: str | None) -> PageRequest:
    since = {"$gte": [{"$getField": "started_at"}, {"$literal": seconds_of(query.since)}]}
    body: JsonObject = {
        "project_id": query.project,
        "query": {"$expr": since},
        "sort_by": [{"field": "started_at", "direction": "desc"}],
        "limit": PAGE,
        "offset": int(cursor or "0"),
    }
    return PageRequest("/calls/stream_query", body)


def _weave_call(row: JsonObject) -> DescribedCall:
    """A call; of an operation that calls no model, it has no output."""
    inputs, output = _object(row.get("inputs")), row.get("output")
    usage = _object(_object(output).get("usage"))
    is_model = ("model" in inputs or "model" in _object(output)) and prompt_of(inputs) is not None
    return DescribedCall(
        key=_text(row.get("id")) or "",
        model=_first(_object(output).get("model"), inputs.get("model")),
        session=_first(row.get("thread_id"), row.get("trace_id")),
        prompt=prompt_of(inputs),
        params=_scalars(inputs),
        usage=_usage(
            usage.get("prompt_tokens", usage.get("input_tokens")),
            usage.get("completion_tokens", usage.get("output_tokens")),
        ),
        request_id=_text(_object(output).get("id")),
        output=output_of(output) if is_model else None,
        at=seconds_of(_text(row.get("started_at"))),
    )


# -- Helicone ------------------------------------------------------------------------------------------------


def _helicone_request(query: PullQuery, cursor: str | None) -> PageRequest:
    body: JsonObject = {
        "filter": {"request_response_rmt": {"request_created_at": {"gte": query.since}}},
        "offset": int(cursor or "0"),
        "limit": PAGE,
        "sort": {"created_at": "desc"},
        "includeInputs": False,
    }
    return PageRequest("/v1/request/query-clickhouse", body)


def _helicone_call(row: JsonObject) -> DescribedCall:
    properties = _object(row.get("request_properties"))
    request, response = _object(parsed(row.get("request_body"))), parsed(row.get("response_body"))
    return DescribedCall(
        key=_text(row.get("request_id")) or "",
        model=_first(_object(response).get("model"), row.get("response_model"), row.get("request_model")),
        session=_text(properties.get("Helicone-Session-Id")),
        prompt=prompt_of(request),
        prompt_name=_text(properties.get("Helicone-Prompt-Id")),
        params=_scalars(request),
        usage=_usage(row.get("prompt_tokens"), row.get("completion_tokens")),
        request_id=_text(_object(response).get("id")),
        output=output_of(response),
        at=seconds_of(_text(row.get("request_created_at"))),
    )


def _helicone_body(row: JsonObject) -> str | None:
    """The address of a request's texts, which are not in the row; only https, but on this machine."""
    url = _text(row.get("signed_body_url"))
    if url is None or row.get("response_body"):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost") else None


# -- Langfuse ------------------------------------------------------------------------------------------------


def _langfuse_request(query: PullQuery, cursor: str | None) -> PageRequest:
    words = {"type": "GENERATION", "fromStartTime": query.since, "limit": str(PAGE), "fields": _FIELDS}
    more = {"cursor": cursor} if cursor else {}
    return PageRequest(f"/api/public/v2/observations?{urlencode({**words, **more})}")


def _langfuse_page(answer: Json, _cursor: str | None) -> ServicePage:
    row = _object(answer)
    return _page(row.get("data"), _text(_object(row.get("meta")).get("cursor")))


def _old_langfuse_request(query: PullQuery, cursor: str | None) -> PageRequest:
    words = {"type": "GENERATION", "fromStartTime": query.since, "limit": str(PAGE), "page": cursor or "1"}
    return PageRequest(f"/api/public/observations?{urlencode(words)}")


def _old_langfuse_page(answer: Json, cursor: str | None) -> ServicePage:
    row, number = _object(answer), int(cursor or "1")
    last = _object(row.get("meta")).get("totalPages")
    return _page(row.get("data"), str(number + 1) if isinstance(last, int) and number < last else None)


def _langfuse_call(row: JsonObject) -> DescribedCall:
    usage = _object(row.get("usageDetails")) or _object(row.get("usage"))
    version = row.get("promptVersion")
    return DescribedCall(
        key=_text(row.get("id")) or "",
        model=_first(row.get("providedModelName"), row.get("model")),
        session=_first(row.get("sessionId"), row.get("traceId")),
        prompt=prompt_of(row.get("input")),
        prompt_name=_text(row.get("promptName")),
        prompt_version=str(version) if isinstance(version, (int, str)) else None,
        params=_scalars(_object(parsed(row.get("modelParameters")))),
        usage=_usage(usage.get("input"), usage.get("output")),
        output=output_of(row.get("output")),
        at=seconds_of(_text(row.get("startTime"))),
    )


# -- the table -----------------------------------------------------------------------------------------------


def _no_project(_env: Mapping[str, str]) -> str:
    return ""


_LANGSMITH = PushTarget(
    "langsmith", "LangSmith", ("LANGSMITH_ENDPOINT",), "", (("x-api-key", "{LANGSMITH_API_KEY}"),),
    needed=("LANGSMITH_API_KEY", "LANGSMITH_PROJECT"),
)  # fmt: skip
_LANGFUSE = PushTarget(
    "langfuse", "Langfuse", ("LANGFUSE_BASE_URL", "LANGFUSE_HOST"), "",
    basic=("{LANGFUSE_PUBLIC_KEY}", "{LANGFUSE_SECRET_KEY}"),
    needed=("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"),
)  # fmt: skip
_OLD_LANGFUSE = PullService(_LANGFUSE, _no_project, _old_langfuse_request, _old_langfuse_page, _langfuse_call)


def _project_of_langsmith(env: Mapping[str, str]) -> str:
    return env["LANGSMITH_PROJECT"]


_OLD_LANGSMITH = PullService(
    _LANGSMITH, _project_of_langsmith, _old_langsmith_request, _old_langsmith_page, _langsmith_call
)
# fmt: off
SERVICES = {service.target.name: service for service in (
    PullService(
        _LANGSMITH, _project_of_langsmith, _langsmith_request, _langsmith_page, _langsmith_call,
        lookup=lambda name: PageRequest(f"/api/v1/sessions?{urlencode({'name': name, 'limit': '1'})}"),
        older=_OLD_LANGSMITH,
    ),
    PullService(
        PushTarget(
            "weave", "W&B Weave", ("WF_TRACE_SERVER_URL",), "", basic=("api", "{WANDB_API_KEY}"),
            needed=("WANDB_API_KEY", "WANDB_ENTITY", "WANDB_PROJECT"),
        ),
        lambda env: f"{env['WANDB_ENTITY']}/{env['WANDB_PROJECT']}", _weave_request, _counted, _weave_call,
    ),
    PullService(
        PushTarget(
            "helicone", "Helicone", ("HELICONE_BASE_URL",), "",
            (("authorization", "Bearer {HELICONE_API_KEY}"),), needed=("HELICONE_API_KEY",),
        ),
        _no_project, _helicone_request, lambda answer, cursor: _counted(_object(answer).get("data"), cursor),
        _helicone_call, body_of=_helicone_body,
    ),
    PullService(
        _LANGFUSE, _no_project, _langfuse_request, _langfuse_page, _langfuse_call, older=_OLD_LANGFUSE,
    ),
)}
"""Name → service."""
# fmt: on


def with_bodies(row: JsonObject, bodies: Json) -> JsonObject:
    """A row with the texts from its `body_of` address, an object with `request` and `response`."""
    texts = _object(bodies)
    return {**row, "request_body": texts.get("request"), "response_body": texts.get("response")}


def _object(value: Json) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None


def _first(*values: Json) -> str | None:
    return next(filter(None, map(_text, values)), None)


def _scalars(params: Mapping[str, Json]) -> dict[str, Json]:
    """The parameters of a request that are plain values, without the model and texts of the prompt."""
    texts = ("model", "model_name", "prompt", "input", "self", "_type", "system", "instructions")
    return {
        name: value
        for name, value in params.items()
        if isinstance(value, (str, int, float)) and name not in texts and len(json.dumps(value)) < 1000
    }


def _usage(inputs: Json, outputs: Json) -> dict[str, int]:
    rows = {"input_tokens": inputs, "output_tokens": outputs}
    return {
        name: value
        for name, value in rows.items()
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 60
    }
