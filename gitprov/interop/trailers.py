"""Trailers: those that a profile writes for a commit's traces, and those with trace ids in a message.

A trailer is a pair (key, value) as `git interpret-trailers --parse --unfold` prints it. Commit messages are
read and written by git, not by this module.
"""

from collections.abc import Callable, Sequence

from gitprov.model import ids
from gitprov.model.named import NamedTuple

TRACE_KEY = "AI-Trace"
DROPPED_KEY = "AI-Trace-Dropped"

Trailer = tuple[str, str]
"""Key and value, both one line."""


class TraceFacts(NamedTuple):
    """The facts of one trace for its trailers. `tools` are analysis tools that the agent used besides its
    own.
    """

    id: str
    agent: str | None
    model: str | None
    tools: tuple[str, ...] = ()
    key: str | None = None


_UNPRINTABLE = r"[\s\x00-\x1f\x7f]+"
_NOT_IN_NAMES = r"[<>()\[\]]+"
_NOT_IN_ADDRESSES = r"[^a-z0-9.]+"
# fmt: off
_EVERYDAY_TOOLS = frozenset((
    "apply_patch", "bash", "clang", "edit", "editor", "emacs", "gcc", "git", "glob", "grep", "ls",
    "make", "multiedit", "notebookedit", "read", "sh", "shell", "task", "todowrite", "vim",
    "webfetch", "websearch", "write",
))
# fmt: on


def _spaced(pattern: str, text: str) -> str:
    """A text with a space in place of each match of a pattern."""
    import re

    return re.sub(pattern, " ", text)


def _one_line(text: str | None) -> str | None:
    """Text on one line without control characters; None for nothing."""
    from gitprov.model.untrusted.printed import without_steering

    cleaned = without_steering(_spaced(_UNPRINTABLE, text or "")).strip()[:200].strip()
    return cleaned or None


def _word(text: str | None) -> str:
    """Text as a single word without brackets, `unknown` for nothing."""
    return (_one_line(_spaced(_NOT_IN_NAMES, text or "")) or "unknown").replace(" ", "-")


def _name(facts: TraceFacts) -> str:
    """The agent's display name, without brackets."""
    agent = _one_line(_spaced(_NOT_IN_NAMES, facts.agent or ""))
    if agent is None:
        return "generic AI tool"
    from gitprov.interop.machines import DISPLAY

    return DISPLAY.get(agent, agent)


def _name_and_model(facts: TraceFacts) -> str:
    """`Name (model)`, or the name alone where the model is not known."""
    model = _one_line(_spaced(_NOT_IN_NAMES, facts.model or ""))
    return _name(facts) if model is None else f"{_name(facts)} ({model})"


def _address(facts: TraceFacts) -> str:
    """An address that belongs to the tool, or one in a domain without owner."""
    from gitprov.interop.machines import INVALID_DOMAIN, WRITE_ADDRESS

    agent = (facts.agent or "").lower()
    address = WRITE_ADDRESS.get(agent)
    if address is not None:
        return address
    import re

    local = re.sub(_NOT_IN_ADDRESSES, "-", agent).strip("-.") or "unknown"
    return f"{local}@{INVALID_DOMAIN}"


def _kernel(facts: TraceFacts) -> Trailer:
    """The form that checkpatch requires: `agent:model` without a space, then tools except everyday ones."""
    agent = _word(facts.agent).replace(":", "-")
    tools = [_word(tool) for tool in facts.tools if tool.lower() not in _EVERYDAY_TOOLS]
    return "Assisted-by", " ".join(
        [
            f"{agent}:{_word(facts.model).lstrip('/') or 'unknown'}",
            *(tool for tool in dict.fromkeys(tools) if tool != "unknown"),
        ]
    )


def _openliberty(facts: TraceFacts) -> Trailer:
    """Open Liberty always requires a model in brackets."""
    value = _name_and_model(facts)
    return "Co-authored-by-AI", value if value.endswith(")") else f"{value} (unknown)"


_PROFILE_TRAILERS: dict[str, Callable[[TraceFacts], Trailer]] = {
    "ai-trace": lambda facts: (TRACE_KEY, facts.id),
    "kernel": _kernel,
    "fedora": lambda facts: ("Assisted-by", _name_and_model(facts)),
    "llvm": lambda facts: ("Assisted-by", _name_and_model(facts)),
    "apache": lambda facts: ("Generated-by", _name_and_model(facts)),
    "openinfra": lambda facts: ("Generated-By", _name_and_model(facts)),
    "openliberty": _openliberty,
    "redhat": lambda facts: ("Assisted-by", f"{_name_and_model(facts)} <{_address(facts)}>"),
    "co-authored": lambda facts: ("Co-authored-by", f"{_name_and_model(facts)} <{_address(facts)}>"),
}


def _of_profile(profile: str, facts: TraceFacts, custom: Sequence[str]) -> list[Trailer]:
    """The trailers that one profile has for one trace."""
    if profile in _PROFILE_TRAILERS:
        return [_PROFILE_TRAILERS[profile](facts)]
    from gitprov.model.settings import profiles

    if profile in profiles.ALONE:
        return []
    if profile != "custom":
        raise KeyError(profile)
    values = {
        "trace": facts.id,
        "agent": _one_line(facts.agent) or "unknown",
        "model": _one_line(facts.model) or "unknown",
        "key": _one_line(facts.key) or "unknown",
    }
    return [profiles.fill_template(template, values) for template in custom]


def trailers_for(
    profile_names: Sequence[str], traces: Sequence[TraceFacts], custom: Sequence[str] = ()
) -> list[Trailer]:
    """The trailers of a commit with lines of these traces: profile by profile, traces in the order of
    `traces`.

    No repeats; keys that differ in case only are equal, as in git. `custom` are templates
    without problems (see `model.profiles`). KeyError for a profile that does not exist.
    """
    trailers: dict[Trailer, Trailer] = {}
    for profile in profile_names:
        for facts in traces:
            for key, value in _of_profile(profile, facts, custom):
                trailers.setdefault((key.lower(), value), (key, value))
    return list(trailers.values())


def commit_trailers(
    profile_names: Sequence[str], traces: Sequence[TraceFacts], custom: Sequence[str] = ()
) -> list[tuple[str, str, tuple[str, ...]]]:
    """(key, value, ids of its traces) of each trailer of a commit, trace by trace.

    For more than `ids.NAMED_TRACES` traces the profile `ai-trace` writes one trailer, with their digest.
    Arguments as for `trailers_for`.
    """
    stands: dict[Trailer, list[str]] = {}
    single = list(profile_names)
    if len(traces) > ids.NAMED_TRACES and "ai-trace" in single:
        single = [name for name in single if name != "ai-trace"]
        together = [facts.id for facts in traces]
        stands[TRACE_KEY, ids.traces_digest(together)] = together
    for facts in traces:
        for trailer in trailers_for(single, [facts], custom):
            stands.setdefault(trailer, []).append(facts.id)
    return [(key, value, tuple(names)) for (key, value), names in stands.items()]


def trace_ids(trailers: Sequence[Trailer]) -> list[str]:
    """The well-formed trace ids of the `AI-Trace` trailers, each once, in order."""
    return list(dict.fromkeys(value for value in _values(trailers, TRACE_KEY) if ids.is_trace_id(value)))


def trace_digests(trailers: Sequence[Trailer]) -> list[str]:
    """The digests of `AI-Trace` trailers that name many traces together, each once, in order."""
    return list(dict.fromkeys(value for value in _values(trailers, TRACE_KEY) if ids.is_traces_digest(value)))


def bad_trace_ids(trailers: Sequence[Trailer]) -> list[str]:
    """The values of `AI-Trace` trailers that name no traces, each once, in order."""
    return list(dict.fromkeys(value for value in _values(trailers, TRACE_KEY) if not names_traces(value)))


def names_traces(text: str) -> bool:
    """Whether text is a trace id, or the digest of many."""
    return ids.is_trace_id(text) or ids.is_traces_digest(text)


def _values(trailers: Sequence[Trailer], key: str) -> list[str]:
    """The stripped values of one key; case does not matter in keys."""
    return [value.strip() for name, value in trailers if name.strip().lower() == key.lower()]


def dropped(trailers: Sequence[Trailer]) -> dict[str, str]:
    """Trace id -> reason, from `AI-Trace-Dropped: <trace id> <reason>`. A missing reason is the empty string.

    A key of the result may also be a digest of many traces. If a trace is dropped twice, its first non-empty
    reason is used. Values without a trace id are reported by `dropped_problems`.
    """
    reasons: dict[str, str] = {}
    for value in _values(trailers, DROPPED_KEY):
        trace, _, reason = _spaced(_UNPRINTABLE, value).partition(" ")
        if names_traces(trace):
            reasons[trace] = reasons.get(trace) or reason.strip()
    return reasons


def waived(
    trailers: Sequence[Trailer], written: Sequence[tuple[str, str, tuple[str, ...]]]
) -> dict[str, str]:
    """`dropped`, with each digest that is a value of `written` trailers replaced by the ids of its traces."""
    reasons = dropped(trailers)
    for _, value, traces in written:
        if value in reasons and ids.is_traces_digest(value):
            reasons.update(dict.fromkeys(traces, reasons.pop(value)))
    return reasons


def dropped_problems(trailers: Sequence[Trailer]) -> list[str]:
    """The problems of the `AI-Trace-Dropped` trailers, one line each, for the gate to print."""
    wrong = [f"{DROPPED_KEY}: {trace} gives no reason" for trace, why in dropped(trailers).items() if not why]
    starts = {
        value: _spaced(_UNPRINTABLE, value).partition(" ")[0] for value in _values(trailers, DROPPED_KEY)
    }
    strange = [value for value, start in starts.items() if not names_traces(start)]
    return wrong + [f"{DROPPED_KEY}: {value!r} does not start with a trace id" for value in strange]
