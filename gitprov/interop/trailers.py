"""Trailers: those that a profile writes for a commit's traces, and the declarations in any commit's trailers.

A trailer is a pair (key, value) as `git interpret-trailers --parse --unfold` prints it. Commit messages are
read and written by git, not by this module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from gitprov.interop import identities
from gitprov.model import ids, profiles
from gitprov.model.untrusted.printed import without_steering

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


class Declaration(NamedTuple):
    """One statement that a machine helped. `source` is the trailer or author line with it."""

    agent: str | None
    model: str | None
    source: str


_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f]+")
_NOT_IN_NAMES = re.compile(r"[<>()\[\]]+")
_NOT_IN_ADDRESSES = re.compile(r"[^a-z0-9.]+")
# fmt: off
_EVERYDAY_TOOLS = frozenset((
    "apply_patch", "bash", "clang", "edit", "editor", "emacs", "gcc", "git", "glob", "grep", "ls",
    "make", "multiedit", "notebookedit", "read", "sh", "shell", "task", "todowrite", "vim",
    "webfetch", "websearch", "write",
))
# fmt: on


def _one_line(text: str | None) -> str | None:
    """Text on one line without control characters; None for nothing."""
    cleaned = without_steering(_UNPRINTABLE.sub(" ", text or "")).strip()[:200].strip()
    return cleaned or None


def _word(text: str | None) -> str:
    """Text as a single word without brackets, `unknown` for nothing."""
    return (_one_line(_NOT_IN_NAMES.sub(" ", text or "")) or "unknown").replace(" ", "-")


def _name(facts: TraceFacts) -> str:
    """The agent's display name, without brackets."""
    agent = _one_line(_NOT_IN_NAMES.sub(" ", facts.agent or ""))
    if agent is None:
        return "generic AI tool"
    return identities.DISPLAY.get(agent, agent)


def _name_and_model(facts: TraceFacts) -> str:
    """`Name (model)`, or the name alone where the model is not known."""
    model = _one_line(_NOT_IN_NAMES.sub(" ", facts.model or ""))
    return _name(facts) if model is None else f"{_name(facts)} ({model})"


def _address(facts: TraceFacts) -> str:
    """An address that belongs to the tool, or one in a domain without owner."""
    agent = (facts.agent or "").lower()
    address = identities.WRITE_ADDRESS.get(agent)
    if address is not None:
        return address
    local = _NOT_IN_ADDRESSES.sub("-", agent).strip("-.") or "unknown"
    return f"{local}@{identities.INVALID_DOMAIN}"


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
    if profile in profiles.ALONE:
        return []
    if profile != "custom":
        return [_PROFILE_TRAILERS[profile](facts)]
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
    return list(dict.fromkeys(value for value in _values(trailers, TRACE_KEY) if not _names_traces(value)))


def _names_traces(text: str) -> bool:
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
        trace, _, reason = _UNPRINTABLE.sub(" ", value).partition(" ")
        if _names_traces(trace):
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
        value: _UNPRINTABLE.sub(" ", value).partition(" ")[0] for value in _values(trailers, DROPPED_KEY)
    }
    strange = [value for value, start in starts.items() if not _names_traces(start)]
    return wrong + [f"{DROPPED_KEY}: {value!r} does not start with a trace id" for value in strange]


_PEOPLE_KEYS = frozenset({"co-authored-by", "coauthored-by", "co-developed-by", "signed-off-by"})
_TOOL_KEYS = frozenset({"assisted-by", "assisted-with", "generated-by", "generated-with"})
_AI_KEYS = frozenset({"co-authored-by-ai", "ai-assisted-by", "ai-generated-by"})
_FLAG_KEYS = frozenset({"ai-assisted", "ai-generated"})


def _flag(value: str) -> identities.Identity | None:
    """The machine in `Ai-assisted`: unnamed for `true`, None for `no`, else the value is a tool."""
    if value.lower() in ("true", "yes", "1", "y"):
        return identities.Identity(None, None)
    if value.lower() in ("false", "no", "0", "n", "none", ""):
        return None
    return identities.plain_tool(value)


def _of_trailer(key: str, value: str) -> identities.Identity | None:
    """The machine that one trailer declares, None where it declares none."""
    name, text = key.strip().lower(), value.strip()
    if name in _PEOPLE_KEYS:
        return identities.identify(text)
    if name in _TOOL_KEYS:
        pair = identities.any_pair(text) if name == "assisted-by" else None
        return identities.tool(text) or pair
    if name in _AI_KEYS:
        return identities.plain_tool(text)
    if name in _FLAG_KEYS:
        return _flag(text)
    if name == TRACE_KEY.lower() and _names_traces(text):
        return identities.Identity(None, None)
    return None


def _of_person(person: str) -> identities.Identity | None:
    """The machine in an author or committer; aider adds ` (aider)` to the names of people it works for."""
    name, _ = identities.split_person(person)
    if name.lower().endswith(" (aider)"):
        return identities.Identity("aider", None)
    return identities.identify(person) if person.strip() else None


def declared(trailers: Sequence[Trailer], author: str, committer: str = "") -> list[Declaration]:
    """Every machine in a commit, trailers first, each source once; author and committer are `Name <email>`.

    People are never declarations, whatever their names. `model` is None where it is not named.
    """
    declarations: dict[str, Declaration] = {}
    for key, value in trailers:
        who = _of_trailer(key, value)
        source = f"{key.strip()}: {value.strip()}"
        if who is not None:
            declarations.setdefault(source, Declaration(who.agent, who.model, source))
    for role, person in (("Author", author), ("Committer", committer)):
        who = _of_person(person)
        if who is not None:
            source = f"{role}: {person.strip()}"
            declarations.setdefault(source, Declaration(who.agent, who.model, source))
    return list(declarations.values())


def forbidden(trailers: Sequence[Trailer]) -> list[Trailer]:
    """The trailers that declare AI, in order: a project with the profile `forbid` rejects them."""
    return [
        (key, value)
        for key, value in trailers
        if _of_trailer(key, value) is not None or key.strip().lower() == TRACE_KEY.lower()
    ]
