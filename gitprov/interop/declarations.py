"""Declarations: what trailers, author and committer of a commit say about machines that helped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitprov.interop import machines
from gitprov.interop.trailers import TRACE_KEY, Trailer, names_traces
from gitprov.model.ids import NAMED_TRACES, traces_digest
from gitprov.model.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.interop.identities import Identity


class Declaration(NamedTuple):
    """One statement that a machine helped. `source` is the trailer or author line with it."""

    agent: str | None
    model: str | None
    source: str


_PEOPLE_KEYS = frozenset({"co-authored-by", "coauthored-by", "co-developed-by", "signed-off-by"})
_TOOL_KEYS = frozenset({"assisted-by", "assisted-with", "generated-by", "generated-with", "made-with"})
_AI_KEYS = frozenset({"co-authored-by-ai", "ai-assisted-by", "ai-generated-by"})
#: Keys whose value is the address of a conversation with an agent.
_SESSION_KEYS = frozenset({"amp-thread-id", "claude-session"})
_FLAG_KEYS = frozenset({"ai-assisted", "ai-generated"})
_MACHINE_KEYS = _TOOL_KEYS | _AI_KEYS | _SESSION_KEYS | _FLAG_KEYS | {TRACE_KEY.lower()}


_NO = frozenset({"false", "no", "0", "n", "none", "nobody", "n/a", "na", "-", ""})


def may_be_machine(person: str) -> bool:
    """Whether `Name <address>` has a word or an address of the tables in it; without any it is no machine.

    A quick test: to read names takes regular expressions, whose import takes half as long as Python itself
    takes to start, and nearly all commits are by people.
    """
    lowered = person.strip().lower()
    name, bracket, address = lowered.removesuffix(">").partition("<")
    if not bracket or not lowered.endswith(">") or not {"<", ">"}.isdisjoint(name + address):
        name, address = lowered, ""
    addresses = (*machines.ADDRESSES, *machines.LOGINS, machines.INVALID_DOMAIN)
    return any(word in name for word in _words()) or any(word in address for word in addresses)


def _words() -> Iterator[str]:
    """Words of which one is in every name that `identities` reads as that of a machine."""
    yield from machines.NAMES
    yield from machines.LOGINS
    yield from machines.WITH_MODEL_ONLY
    yield from machines.FAMILIES
    yield from machines.MEMBERS
    yield from _SERIES


#: Models of OpenAI that are in no table: o1, o3 and so on.
_SERIES = tuple(f"o{number}" for number in range(1, 10))


def _flag(value: str) -> Identity | None:
    """The machine in `Ai-assisted`: unnamed for `true`, else the value is a tool."""
    from gitprov.interop import identities

    if value.lower() in ("true", "yes", "1", "y"):
        return identities.Identity(None, None)
    return identities.plain_tool(value)


def _of_trailer(key: str, value: str) -> Identity | None:
    """The machine that one trailer declares, None where it declares none."""
    name, text = key.strip().lower(), value.strip()
    if text.lower().rstrip(".") in _NO:
        return None
    if name not in _MACHINE_KEYS and not (name in _PEOPLE_KEYS and may_be_machine(text)):
        return None
    from gitprov.interop import identities

    if name in _PEOPLE_KEYS:
        return identities.identify(text)
    if name in _SESSION_KEYS:
        return identities.tool(text) if "://" in text else None
    if name in _TOOL_KEYS:
        pair = identities.any_pair(text) if name == "assisted-by" else None
        return identities.tool(text) or pair
    if name in _AI_KEYS:
        return identities.plain_tool(text)
    if name in _FLAG_KEYS:
        return _flag(text)
    if name == TRACE_KEY.lower() and names_traces(text):
        return identities.Identity(None, None)
    return None


def _of_person(person: str) -> Identity | None:
    """The machine in an author or committer; aider adds ` (aider)` to the names of people it works for."""
    if not may_be_machine(person):
        return None
    from gitprov.interop import identities

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


def unnamed(trailers: Sequence[Trailer], traces: Sequence[str]) -> list[Trailer]:
    """The trailers without those that only name traces of the commit's note, which are no declarations."""
    names = {*traces, traces_digest(traces)} if len(traces) > NAMED_TRACES else traces
    return [trailer for trailer in trailers if trailer[0] != TRACE_KEY or trailer[1] not in names]


def forbidden(trailers: Sequence[Trailer]) -> list[Trailer]:
    """The trailers that declare AI, in order: a project with the profile `forbid` rejects them."""
    return [
        (key, value)
        for key, value in trailers
        if _of_trailer(key, value) is not None or key.strip().lower() == TRACE_KEY.lower()
    ]
