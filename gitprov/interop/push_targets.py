"""Where recorded turns can be sent: addresses, headers and names that each target expects, and its limits.

No address of a vendor is built in: it comes from the variables that the vendor's own libraries read.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

from gitprov.errors import UsageError
from gitprov.interop.otlp import AttributeValue

Env = Mapping[str, str]
_HOUR = 3600
#: What the specification says where no variable is set.
_LOCAL = "http://localhost:4318"
_OTEL_HEADERS = "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"
_MODEL, _SESSION = "gen_ai.request.model", "gen_ai.conversation.id"
_TOKENS = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
_MESSAGES = "gen_ai.input.messages", "gen_ai.output.messages"


class PushTarget(NamedTuple):
    """A target. `address`: variables with its address, the first that is set counts; `path` follows it.

    `headers`: header → template with `{VARIABLE}`; a header whose variables are not set is left out, and
    `needed` ones must be set. `basic`: user and password of the header Authorization, as templates.
    `resource`: attributes of the resource, as templates. `copies`: (attribute, other name) that is also sent.
    `media`: (attribute with JSON, name of its media type), which is sent where the attribute is.
    `oldest`: seconds after which a row is refused, `longest`: bytes of a row. `form`: otlp, loki, logs or
    helicone. `rows`: the most of a request. `plain`: it does not take compressed requests.
    """

    name: str
    title: str
    address: tuple[str, ...] = ()
    path: str = "/v1/traces"
    headers: tuple[tuple[str, str], ...] = ()
    basic: tuple[str, str] | None = None
    needed: tuple[str, ...] = ()
    resource: tuple[tuple[str, str], ...] = ()
    copies: tuple[tuple[str, str], ...] = ()
    media: tuple[tuple[str, str], ...] = ()
    constants: tuple[tuple[str, AttributeValue], ...] = ()
    oldest: int | None = None
    longest: int | None = None
    form: str = "otlp"
    rows: int = 200
    plain: bool = False


# fmt: off
TARGETS = {target.name: target for target in (
    PushTarget("otlp", "any collector that takes OTLP/HTTP"),
    PushTarget(
        "langsmith", "LangSmith", ("LANGSMITH_ENDPOINT",), "/otel/v1/traces",
        (("x-api-key", "{LANGSMITH_API_KEY}"), ("Langsmith-Project", "{LANGSMITH_PROJECT}")),
        needed=("LANGSMITH_API_KEY",),
        copies=((_SESSION, "langsmith.metadata.session_id"),),
        constants=(("langsmith.span.kind", "llm"),),
    ),
    PushTarget(
        "weave", "W&B Weave", ("WF_TRACE_SERVER_URL",), "/otel/v1/traces",
        (("wandb-api-key", "{WANDB_API_KEY}"),), needed=("WANDB_API_KEY", "WANDB_ENTITY", "WANDB_PROJECT"),
        resource=(("wandb.entity", "{WANDB_ENTITY}"), ("wandb.project", "{WANDB_PROJECT}")),
        copies=((_SESSION, "wandb.thread_id"),),
    ),
    PushTarget(
        "langfuse", "Langfuse", ("LANGFUSE_BASE_URL", "LANGFUSE_HOST"), "/api/public/otel/v1/traces",
        (("x-langfuse-ingestion-version", "4"),),
        basic=("{LANGFUSE_PUBLIC_KEY}", "{LANGFUSE_SECRET_KEY}"),
        needed=("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"),
        copies=(
            (_SESSION, "langfuse.session.id"), (_SESSION, "session.id"),
            (_MODEL, "langfuse.observation.model.name"), (_MESSAGES[0], "langfuse.observation.input"),
            (_MESSAGES[1], "langfuse.observation.output"),
        ),
        constants=(("langfuse.observation.type", "generation"),),
    ),
    PushTarget(
        "datadog", "Datadog LLM Observability", (), "/v1/traces",
        (("dd-api-key", "{DD_API_KEY}"), ("dd-otlp-source", "llmobs")), needed=("DD_API_KEY",),
        oldest=24 * _HOUR,
    ),
    PushTarget(
        "phoenix", "Arize Phoenix", ("PHOENIX_COLLECTOR_ENDPOINT",), "/v1/traces",
        (("authorization", "Bearer {PHOENIX_API_KEY}"),),
        resource=(("openinference.project.name", "{PHOENIX_PROJECT_NAME}"),),
        copies=(
            (_MODEL, "llm.model_name"), ("gen_ai.provider.name", "llm.provider"),
            (_SESSION, "session.id"), (_TOKENS[0], "llm.token_count.prompt"),
            (_TOKENS[1], "llm.token_count.completion"),
            (_MESSAGES[0], "input.value"), (_MESSAGES[1], "output.value"),
        ),
        media=((_MESSAGES[0], "input.mime_type"), (_MESSAGES[1], "output.mime_type")),
        constants=(("openinference.span.kind", "LLM"),),
    ),
    PushTarget(
        "mlflow", "MLflow", ("MLFLOW_TRACKING_URI",), "/v1/traces",
        (
            ("x-mlflow-experiment-id", "{MLFLOW_EXPERIMENT_ID}"),
            ("authorization", "Bearer {MLFLOW_TRACKING_TOKEN}"),
        ),
        basic=("{MLFLOW_TRACKING_USERNAME}", "{MLFLOW_TRACKING_PASSWORD}"), needed=("MLFLOW_EXPERIMENT_ID",),
    ),
    PushTarget(
        "loki", "Grafana Loki", ("LOKI_ADDR",), "/loki/api/v1/push",
        (("X-Scope-OrgID", "{LOKI_ORG_ID}"), ("authorization", "Bearer {LOKI_BEARER_TOKEN}")),
        basic=("{LOKI_USERNAME}", "{LOKI_PASSWORD}"), oldest=7 * 24 * _HOUR, longest=256 * 1024, form="loki",
    ),
    PushTarget(
        "datadog-logs", "Datadog logs", ("DD_LOGS_ENDPOINT",), "/api/v2/logs",
        (("dd-api-key", "{DD_API_KEY}"),),
        needed=("DD_API_KEY",), oldest=18 * _HOUR, longest=1024 * 1024, form="logs",
    ),
    PushTarget(
        "helicone", "Helicone", ("HELICONE_LOGGING_ENDPOINT",), "/custom/v1/log",
        (("authorization", "Bearer {HELICONE_API_KEY}"),),
        needed=("HELICONE_API_KEY",), longest=10_000 * 1024, form="helicone", rows=1, plain=True,
    ),
)}
"""Name → target."""
# fmt: on


class PushRoute(NamedTuple):
    """How requests to a target are made. `headers` may contain keys: they are never printed or kept.

    `setting` has the address, and the variables `keys` are those of the keys; `has_keys`: any of them is set.
    `missing`: settings without which nothing can be sent; without an address, `url` is empty.
    """

    url: str
    setting: str
    keys: tuple[str, ...]
    has_keys: bool
    headers: Mapping[str, str]
    seconds: float
    gzip: bool
    certificate: str | None
    missing: tuple[str, ...] = ()


def route(target: PushTarget, endpoint: str | None, env: Env, *, partial: bool = False) -> PushRoute:
    """The address and headers of a target, from the command line and the environment.

    UsageError names the variable that is missing or wrong, never its value; `partial`: only a wrong one.
    """
    missing = [name for name in target.needed if not env.get(name)]
    if missing and not partial:
        raise UsageError(f"{target.title} needs {', '.join(missing)} in the environment or the keyring")
    headers = {**_vendor_headers(target, env), **(_otel_headers(env) if _is_general(target) else {})}
    protocol = _otel(env, "PROTOCOL") or "http/protobuf"
    if _is_general(target) and protocol != "http/protobuf":
        raise UsageError(f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol[:40]!r}; only http/protobuf is spoken")
    address, setting = _address(target, checked_url(endpoint) if endpoint else None, env)
    if not address:
        if not partial:
            raise UsageError(f"no address of {target.title}: set {setting}, or give --endpoint")
        missing.append(setting)
    keys = _keys_of(target)
    present = tuple(name for name in keys if env.get(name))
    return PushRoute(
        address and checked_url(address),
        setting,
        present or keys,
        bool(present),
        headers,
        _seconds(env),
        not target.plain and _otel(env, "COMPRESSION") != "none",
        _otel(env, "CERTIFICATE"),
        tuple(missing),
    )


def resource_of(target: PushTarget, version: str, env: Env) -> dict[str, AttributeValue]:
    """The attributes of the resource: the service, those of OTEL_RESOURCE_ATTRIBUTES, and the target's."""
    pairs = _pairs(env.get("OTEL_RESOURCE_ATTRIBUTES", ""), "OTEL_RESOURCE_ATTRIBUTES")
    name = env.get("OTEL_SERVICE_NAME") or pairs.get("service.name") or "gitprov"
    filled = {key: _filled(template, env) for key, template in target.resource}
    more = {key: value for key, value in filled.items() if value is not None}
    return {"service.version": version, **pairs, "service.name": name, **more}


def checked_url(url: str) -> str:
    """An address of http or https without credentials. UsageError for any other, without repeating it."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise UsageError("the address of the target is no address") from error
    if not usable or not url.isprintable() or " " in url:
        raise UsageError("the address of the target is no http or https address")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError(
            "the address of the target contains credentials or a query",
            "put keys into the variables of the target: gitprov push -h",
        )
    return url


def public_url(url: str | None) -> str | None:
    """A repository's address without credentials; None where it is none of http or https."""
    try:
        parts = urlsplit(url or "")
        host = parts.hostname and parts.netloc.rpartition("@")[2]
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def _is_general(target: PushTarget) -> bool:
    """Whether address and headers are those of OpenTelemetry: keys of a collector go to no other target."""
    return not target.address


def _address(target: PushTarget, endpoint: str | None, env: Env) -> tuple[str, str]:
    """The address, empty where none is set, and the setting for it. `--endpoint` and
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT are complete, others get the target's path.
    """
    if endpoint:
        whole = endpoint if urlsplit(endpoint).path.strip("/") else endpoint.rstrip("/") + target.path
        return whole, "--endpoint"
    name = next((name for name in target.address if env.get(name)), None)
    if name is not None:
        base = env[name]
        return base if base.endswith(target.path) else base.rstrip("/") + target.path, name
    if _is_general(target):
        if env.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
            return env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"], "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
        if env.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
            base = env["OTEL_EXPORTER_OTLP_ENDPOINT"].rstrip("/")
            return base + "/v1/traces", "OTEL_EXPORTER_OTLP_ENDPOINT"
    if target.name == "otlp":
        return _LOCAL + target.path, "OTEL_EXPORTER_OTLP_ENDPOINT, which is not set"
    return "", (target.address or ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",))[0]


def _keys_of(target: PushTarget) -> tuple[str, ...]:
    """The variables with the keys of a target."""
    templates = [*(template for _, template in target.headers), *(target.basic or ())]
    names = [template.partition("{")[2].removesuffix("}") for template in templates]
    keys = [name for name in names if name.endswith(("_KEY", "_TOKEN", "_PASSWORD"))]
    return (*keys, *(_OTEL_HEADERS if _is_general(target) else ()))


def _vendor_headers(target: PushTarget, env: Env) -> dict[str, str]:
    out: dict[str, str] = {}
    if target.basic:
        user, password = (_filled(template, env) for template in target.basic)
        if user is not None and password is not None:
            out["authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    for name, template in target.headers:
        value = _filled(template, env)
        if value is not None:
            out.setdefault(name.lower(), _header(value, template))
    return out


def _otel_headers(env: Env) -> dict[str, str]:
    out = {}
    for name in _OTEL_HEADERS:
        for key, value in _pairs(env.get(name, ""), name).items():
            if not key.isascii() or not key.replace("-", "").replace("_", "").isalnum():
                raise UsageError(f"{name} contains what is no name of a header")
            out[key.lower()] = _header(value, name)
    return out


def _pairs(text: str, name: str) -> dict[str, str]:
    """`key=value,key=value`, where values may have percent escapes."""
    out = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, sign, value = part.partition("=")
        if not sign or not key.strip():
            raise UsageError(f"{name} is not of the form key=value,key=value")
        out[unquote(key.strip())] = unquote(value.strip())
    return out


def _filled(template: str, env: Env) -> str | None:
    """A template with the value of its variable, None where that is not set."""
    before, sign, rest = template.partition("{")
    name, _, after = rest.partition("}")
    if not sign:
        return template
    return before + env[name] + after if env.get(name) else None


def _header(value: str, name: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise UsageError(f"the value of {name} cannot be sent in a header")
    return value


def _otel(env: Env, name: str) -> str | None:
    return env.get(f"OTEL_EXPORTER_OTLP_TRACES_{name}") or env.get(f"OTEL_EXPORTER_OTLP_{name}") or None


def _seconds(env: Env) -> float:
    """The timeout, which the variable has in milliseconds."""
    text = _otel(env, "TIMEOUT") or "10000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:12]) <= 600_000:
        raise UsageError("OTEL_EXPORTER_OTLP_TIMEOUT takes milliseconds, 1 to 600000")
    return int(text) / 1000
