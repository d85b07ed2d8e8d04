"""What the vendors' libraries send and ask, recorded once, is what gitprov sends and asks."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from gitprov.flow.exchange.push import for_target
from gitprov.interop.genai import PushedTurn, span_of
from gitprov.interop.push_targets import TARGETS, resource_of, route
from gitprov.interop.telemetry.services import SERVICES, PageRequest, PullQuery, PullService
from tests.sdks.answers import PROJECT
from tests.sdks.talk import ASKED, MODEL, REPLY, SESSION, TOKENS

HERE = Path(__file__).resolve().parent
LOCAL = "http://127.0.0.1:9"
#: UTC, as libraries write it behind a moment.
_ZONE = re.compile('(?:Z|[+]00:00)"$')
ENV = {
    "LANGFUSE_BASE_URL": LOCAL, "LANGFUSE_PUBLIC_KEY": "pk", "LANGFUSE_SECRET_KEY": "sk", "LANGSMITH_ENDPOINT": LOCAL,
    "LANGSMITH_API_KEY": "k", "LANGSMITH_PROJECT": "shop", "PHOENIX_COLLECTOR_ENDPOINT": LOCAL, "PHOENIX_API_KEY": "k",
    "PHOENIX_PROJECT_NAME": "shop", "WF_TRACE_SERVER_URL": LOCAL, "WANDB_API_KEY": "k", "WANDB_ENTITY": "team", "WANDB_PROJECT": "shop",
}  # fmt: skip
TURN = PushedTurn(
    "r", "c" * 40, "gen_20260201_0000000001", 1769940004, "agent", MODEL, SESSION, "captured", None, None, None, "passed", {},
    *TOKENS, ASKED[0]["parts"][0]["content"], REPLY[0]["parts"][0]["content"],
)  # fmt: skip
#: Library → headers and attributes that gitprov sends as it does, at least.
SAME = {
    "langfuse": (
        {"authorization", "x-langfuse-ingestion-version"},
        {"session.id", "langfuse.observation.type", "langfuse.observation.model.name", "langfuse.observation.input",
         "langfuse.observation.output"},
    ),
    "langsmith": (
        {"x-api-key", "langsmith-project"},
        {"gen_ai.operation.name", "gen_ai.request.model", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens",
         "langsmith.metadata.session_id", "langsmith.span.kind"},
    ),
    "phoenix": (
        {"authorization"},
        {"input.value", "input.mime_type", "output.value", "output.mime_type", "llm.model_name", "llm.provider", "llm.token_count.prompt",
         "llm.token_count.completion", "openinference.span.kind", "session.id"},
    ),
}  # fmt: skip


def recorded(name: str) -> list[dict[str, Any]]:
    """The requests of a library."""
    rows: list[dict[str, Any]] = json.loads((HERE / "recorded" / f"{name}.json").read_text())["requests"]
    return rows


def read(value: object) -> object:
    """A value, JSON in a text parsed: libraries differ in its spaces."""
    return json.loads(value) if isinstance(value, str) and value[:1] in ("[", "{") else value


def both(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> set[str]:
    """The names in both, whose values must be equal."""
    names = theirs.keys() & ours.keys()
    assert {name: read(theirs[name]) for name in names} == {name: read(ours[name]) for name in names}
    return names


@pytest.mark.parametrize("name", SAME)
def test_what_both_send(name: str) -> None:
    """Address, headers, resource and attributes that the library and gitprov send are equal."""
    (request,) = recorded(name)
    (span,) = request["spans"]
    target = TARGETS[name]
    place = route(target, None, ENV)
    assert request["request"] == f"POST {urlsplit(place.url).path}"
    headers, attributes = SAME[name]
    assert headers <= both(request["headers"], place.headers)
    assert attributes <= both(span["attributes"], for_target(span_of(TURN, "1.37"), target).attributes)
    both({**span["resource"], "service.name": "gitprov"}, resource_of(target, "1", ENV))


@pytest.mark.parametrize("name", ["langfuse", "langsmith", "old-langsmith", "weave"])
def test_what_both_ask(name: str) -> None:
    """Path, words of the address and the body that the library and gitprov ask with are equal."""
    service: PullService | None = SERVICES[name.removeprefix("old-")]
    if name.startswith("old-"):
        service = service and service.older
    assert service is not None
    query = PullQuery("2026-01-25T10:00:04Z", "team/shop" if name == "weave" else PROJECT)
    ours = [*([service.lookup("shop")] if service.lookup else []), service.request(query, None)]
    theirs = recorded(f"pull-{name}")
    assert [urlsplit(row["request"].partition(" ")[2]).path for row in theirs] == [
        urlsplit(row.path).path for row in ours
    ]
    for row, request in zip(theirs, ours, strict=True):
        assert row["request"].startswith("GET " if request.body is None else "POST ")
        assert words(request) <= words(PageRequest(row["request"].partition(" ")[2], row["body"]))
        assert both(row["headers"], route(service.target, None, ENV).headers)


def words(request: PageRequest) -> set[tuple[str, str]]:
    """The words of an address and the fields of a body, in one zone of time."""
    fields = {(name, _ZONE.sub('"', json.dumps(value))) for name, value in (request.body or {}).items()}
    return {*parse_qsl(urlsplit(request.path).query), *fields}


@pytest.mark.parametrize("name", sorted(path.stem for path in (HERE / "recorded").iterdir()))
def test_the_libraries_of_today(name: str) -> None:
    """The library still speaks as recorded, and reads the answers that the tests of `pull` replay."""
    place = os.environ.get("GITPROV_SDKS")
    if not place:
        pytest.skip("make test-sdks")
    command = [f"{place}/venv/bin/python", str(HERE / "talk.py"), name]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    today = json.loads(done.stdout)["requests"]
    assert [facts(row) for row in today] == [facts(row) for row in recorded(name)]


def facts(row: dict[str, Any]) -> dict[str, Any]:
    """A request without the resource, which has versions of libraries."""
    return {**row, "spans": [span["attributes"] for span in row.get("spans", ())]}
