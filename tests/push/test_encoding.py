"""The exporter's bytes, read by the library of OpenTelemetry; addresses and headers from variables."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from gitprov.errors import UsageError
from gitprov.interop import protobuf
from gitprov.interop.genai import PushedTurn, provider_of, span_of
from gitprov.interop.loglines import log_line
from gitprov.interop.otlp import OtlpOrigin, OtlpSpan, partial_success, request_bytes, span_bytes
from gitprov.interop.push_targets import TARGETS, public_url, resource_of, route
from tests.push.receiver import values

TURN = PushedTurn(
    "root", "c" * 40, "gen_1", 1769940004, "codex", "openai/o3-mini", None, None, None, None, None, None, {"ai": 3}
)  # fmt: skip
_VALUES = st.one_of(
    st.booleans(),
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"])),
)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), _VALUES), st.integers(1, (1 << 64) - 1)
)
def test_every_value_arrives(attributes: dict[str, bool | int | float | str], at: int) -> None:
    """A request that our encoder wrote is, serialized by the library, the same bytes."""
    span = OtlpSpan(b"t" * 16, b"s" * 8, "name", at, at, attributes)
    data = request_bytes(OtlpOrigin(attributes, "n", "v", "u"), [span_bytes(span)])
    message = ExportTraceServiceRequest.FromString(data)
    (arrived,) = message.resource_spans[0].scope_spans[0].spans
    assert values(arrived.attributes) == attributes
    assert (arrived.start_time_unix_nano, arrived.kind) == (at, 3)
    if "" not in attributes:
        assert message.SerializeToString() == data


def test_content_in_both_conventions() -> None:
    """Messages in attributes, and before 1.37 in events; a lone surrogate does no harm."""
    turn = TURN._replace(prompt="a \ud800", output="b")
    newer, older = span_of(turn, "1.37"), span_of(turn, "1.36")
    assert json.loads(str(newer.attributes["gen_ai.output.messages"]))[0]["parts"][0]["content"] == "b"
    assert [event.name for event in older.events] == ["gen_ai.user.message", "gen_ai.choice"]
    assert json.loads(log_line(older))["gen_ai.choice"]["index"] == 0
    origin = OtlpOrigin({}, "n", "v", "u")
    message = ExportTraceServiceRequest.FromString(request_bytes(origin, [span_bytes(older)]))
    events = message.resource_spans[0].scope_spans[0].spans[0].events
    assert values(events[0].attributes)["content"] == "a ?"
    assert span_of(TURN._replace(model=None), "1.36").name == "chat"
    assert span_of(TURN, "1.36").events == []


def test_providers() -> None:
    """A model's name shows its provider."""
    pairs = {
        "claude-opus-4-5": "anthropic", "openai/o3-mini": "openai", "gemini-2.5-pro": "gcp.gemini", "grok-4": "x_ai",
        "a-model": "_OTHER",
    }  # fmt: skip
    assert {name: provider_of(name) for name in pairs} == pairs
    assert provider_of(None) == "_OTHER"
    assert span_of(TURN._replace(model="grok-4"), "1.36").attributes["gen_ai.system"] == "xai"


@pytest.mark.parametrize(
    "data", [b"\x0a\x05\x08", b"\x0f", b"\x80" * 11, b"\x80", b"\x09\x00", b"\x0d\x00\x00\x00\x00", b"\x08\x01", b""]
)  # fmt: skip
def test_an_answer_that_is_none(data: bytes) -> None:
    """Whatever a server answers, it rejects nothing then."""
    assert partial_success(data) == (0, "")


def test_an_answer_with_strange_fields() -> None:
    """A number where a text belongs, and a text where a number belongs."""
    inner = protobuf.blob(1, b"x") + protobuf.whole(2, 7)
    assert partial_success(protobuf.blob(1, inner)) == (0, "")
    assert partial_success(protobuf.blob(1, protobuf.whole(1, -1))) == (0, "")


def test_addresses() -> None:
    """The order of the variables, and what is no address."""
    otlp = TARGETS["otlp"]
    for endpoint, env, url in (
        (None, {}, "http://localhost:4318/v1/traces"),
        (None, {"OTEL_EXPORTER_OTLP_ENDPOINT": "https://c/x/"}, "https://c/x/v1/traces"),
        (None, {"OTEL_EXPORTER_OTLP_ENDPOINT": "https://c", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://d/in"}, "https://d/in"),
        ("http://e:1", {}, "http://e:1/v1/traces"),
        ("http://e:1/in", {}, "http://e:1/in"),
    ):  # fmt: skip
        assert route(otlp, endpoint, env).url == url
    for endpoint in (
        "ftp://x",
        "http://",
        "http://u:pw@x",
        "http://x?key=pw",
        "http://x\n",
        "http://x:z",
        "x",
        "http://[x",
    ):
        with pytest.raises(UsageError) as raised:
            route(otlp, endpoint, {})
        assert "pw" not in raised.value.message
    with pytest.raises(UsageError, match="LANGSMITH_ENDPOINT"):
        route(
            TARGETS["langsmith"], None, {"LANGSMITH_API_KEY": "k", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c"}
        )
    with pytest.raises(UsageError, match="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        route(TARGETS["datadog"], None, {"DD_API_KEY": "k"})
    urls = {
        "https://u:p@h:8/r.git": "https://h:8/r.git", "git@h:r.git": None, "http://[": None, None: None, "/srv/r": None,
    }  # fmt: skip
    assert {url: public_url(url) for url in urls} == urls


def test_variables() -> None:
    """Headers, timeout, compression, certificate and resource; a wrong one is named without its value."""
    place = route(
        TARGETS["otlp"], None,
        {"OTEL_EXPORTER_OTLP_HEADERS": "A=1, b=x%20y,", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "a=2", "OTEL_EXPORTER_OTLP_TIMEOUT": "2500",
         "OTEL_EXPORTER_OTLP_COMPRESSION": "none", "OTEL_EXPORTER_OTLP_CERTIFICATE": "ca.pem"},
    )  # fmt: skip
    assert place[4:8] == ({"a": "2", "b": "x y"}, 2.5, False, "ca.pem")
    env = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=a,k=v", "PHOENIX_PROJECT_NAME": "p"}
    assert resource_of(TARGETS["phoenix"], "1", env) == {
        "service.version": "1", "service.name": "a", "k": "v", "openinference.project.name": "p",
    }  # fmt: skip
    assert resource_of(TARGETS["phoenix"], "1", {"OTEL_SERVICE_NAME": "b"}).keys() == {
        "service.version",
        "service.name",
    }
    for name, value in (
        ("HEADERS", "secret"), ("HEADERS", "=secret"), ("HEADERS", "a=secret%0d"), ("HEADERS", "a b=secret"),
        ("TRACES_HEADERS", "a=secr\u00e9t"), ("TIMEOUT", "0"), ("TIMEOUT", "soon"), ("PROTOCOL", "grpc"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=f"OTEL_EXPORTER_OTLP_{name}") as raised:
            route(TARGETS["otlp"], None, {f"OTEL_EXPORTER_OTLP_{name}": value})
        assert "secr" not in raised.value.message
    env = {"MLFLOW_EXPERIMENT_ID": "1", "MLFLOW_TRACKING_URI": "http://m", "MLFLOW_TRACKING_USERNAME": "u"}
    assert "authorization" not in route(TARGETS["mlflow"], None, env).headers


@pytest.mark.parametrize("field", [1, 15, 16, 2_000])
@pytest.mark.parametrize("size", [0, 127, 128, 70_000])
def test_bytes_are_read_back(field: int, size: int) -> None:
    """A field of bytes, of numbers and lengths of one byte and of more, is what a reader finds."""
    data = protobuf.blob(field, b"x" * size) + protobuf.whole(1, 1)
    assert list(protobuf.fields(data)) == [(field, b"x" * size), (1, 1)]
