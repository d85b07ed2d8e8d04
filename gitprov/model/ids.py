"""Names: trace ids, prompt keys, ids of people, spans of a distributed trace."""

from __future__ import annotations

from collections.abc import Iterable

from gitprov.model.canonical import sha256_hex

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

    TRACE_ID: re.Pattern[str]
    TRACES_DIGEST: re.Pattern[str]

#: Patterns of this module, compiled when they are asked for: every command imports it, few need one.
_PATTERNS = {"TRACE_ID": r"gen_[0-9]{8}_[0-9a-f]{10}", "TRACES_DIGEST": r"sha256:[0-9a-f]{64}"}
#: Version, trace, span and flags of the variable TRACEPARENT, by W3C Trace Context.
_TRACEPARENT = r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
#: A commit message names so many traces one by one; more are named together, by their digest.
NAMED_TRACES = 20


def __getattr__(name: str) -> re.Pattern[str]:
    if name not in _PATTERNS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import re

    return re.compile(_PATTERNS[name])


def _is(name: str, text: str) -> bool:
    import re

    return re.fullmatch(_PATTERNS[name], text) is not None


def is_trace_id(text: str) -> bool:
    """Whether text is `gen_<YYYYMMDD>_<10 hex>` and nothing else."""
    return _is("TRACE_ID", text)


def is_traces_digest(text: str) -> bool:
    """Whether text is `sha256:<64 hex>` and nothing else."""
    return _is("TRACES_DIGEST", text)


def is_traceparent(text: str) -> bool:
    """Whether text names a span as the variable TRACEPARENT does."""
    import re

    return re.fullmatch(_TRACEPARENT, text) is not None


def traces_digest(traces: Iterable[str]) -> str:
    """`sha256:` and the digest of trace ids: sorted, each once, each followed by a line feed."""
    return "sha256:" + sha256_hex(_raw("".join(f"{trace}\n" for trace in sorted(set(traces)))))


def trace_id(at: str, digest: str) -> str:
    """The readable name of a generation.

    `at` is its moment (`YYYY-MM-DDThh:mm:ssZ`, UTC), `digest` the `sha256:` digest of its record.
    """
    day = at[:10].replace("-", "")
    return f"gen_{day}_{digest.removeprefix('sha256:')[:10]}"


def prompt_key(model: str | None, prompt: bytes) -> str:
    """16 hex that are equal for equal prompt text and model; an unknown model counts as empty text."""
    return sha256_hex(_raw(model or "") + b":" + prompt)[:16]


def human_id(author: str) -> str:
    """`h_` and 14 hex for one `Name <email>`."""
    return "h_" + sha256_hex(_raw(author))[:14]


def _raw(text: str) -> bytes:
    """The bytes of a text; a JSON escape may hold half a surrogate pair that stands for no byte."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
