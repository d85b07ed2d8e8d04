"""Recognizes machines: names and addresses of AI tools in commits, and the model in a name.

People share names with products, and tools without any model sign as generators. So a name counts only if the
tables of `interop.machines` list it as an agent or a model; any other name needs the address of a machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from gitprov.interop import machines
from gitprov.interop.machines import DISPLAY, INVALID_DOMAIN, WRITE_ADDRESS
from gitprov.model.named import NamedTuple

__all__ = ["DISPLAY", "INVALID_DOMAIN", "WRITE_ADDRESS", "Identity"]

UNKNOWN_MODEL = ("unknown", "unknown model", "none", "")


class Identity(NamedTuple):
    """A machine in a commit; `model` is the text in the commit, None where it has none."""

    agent: str | None
    model: str | None


class _Reading(NamedTuple):
    """The meaning of a name. `sure`: no person or other tool has it; `strange`: parts are in no table."""

    agent: str | None
    model: str | None
    sure: bool
    strange: bool


#: Limits: characters of a name, characters of a whole value, words of an agent's name.
_LONGEST, _LONGEST_VALUE, _AGENT_WORDS = 300, 1000, 6
#: Patterns are compiled at their first use: hooks import this, and compiling takes milliseconds.
_BOT_NAME = r"(?i)[a-z0-9-]+\[bot\]"
_SEPARATOR = r"(?i)\s*[,;()|&\[\]]\s*|\s+(?:and|by|in|on|powered by|using|via|with|/|\+|-)\s+"
_SPLIT = r"[\s_-]+"
_GLUED = r"([a-z]+?)(v?[0-9].*)"
_VERSION = r"[vkrmo]?[0-9][0-9.]*(?:x[0-9]+)?[a-z]{0,2}|[0-9]+[a-z][0-9]+[a-z]"
_O_SERIES = r"o[1-9](?:-(?:mini|pro|preview|high|medium|low|deep|research|[0-9]+))*"
_ENDING = r":(?:free|latest|beta|thinking|nitro|online|instruct|[0-9][a-z0-9.-]*)$"
_BEDROCK = r"^(?:(?:us|eu|apac|global)\.)?(?:anthropic|meta|amazon|mistral|deepseek|qwen)\."
_TOOL_VERSION = r"(?i)\s+v?[0-9][0-9a-z.+-]*$"
_NAMED_ID = r"(?=\S*[0-9/:-])[^\s]+"
_NUMBER_ONLY = r"(?i)v?[0-9][0-9.]*|[0-9]+[km](?:-?context)?"
_PAIR = r"(?P<agent>[^\s:]+):(?P<model>(?!//)\S+)"
_SPACED_PAIR = r"(?P<agent>[^:]+):(?P<model>(?!//)\S+)"
_URL = r"(?i)https?://(?P<host>[^/\s?#]+)\S*"
#: A text without these matches no pattern of a version or number: most people's names need no such pattern.
_DIGITS = frozenset("0123456789")
_GENERIC = r"(?<![\w-])(?:AI|LLMs?|[Cc]hatbot|[Ll]anguage [Mm]odel|[Aa]rtificial [Ii]ntelligence)(?![\w-])"


def split_person(text: str) -> tuple[str, str | None]:
    """`Name <address>` as (name, address); the address is None where there is none."""
    stripped = text.strip()
    name, bracket, address = stripped.removesuffix(">").partition("<")
    if not bracket or not stripped.endswith(">") or set("<>") & {*name, *address}:
        return stripped, None
    return name.strip(), address.strip()


def model_or_none(text: str | None) -> str | None:
    """The model in a text; None where the text means an unknown model."""
    if text is None or text.strip().lower() in UNKNOWN_MODEL:
        return None
    return text.strip()


def slug_of(name: str) -> str:
    """The agent slug for a name in a commit; a name that is in no table stays as it is."""
    return _agent(name) or machines.WITH_MODEL_ONLY.get(name.lower(), name)


def by_address(address: str) -> str | None:
    """The agent that owns an address, None where it may be a person's."""
    lowered = address.lower()
    if lowered in machines.ADDRESSES:
        return machines.ADDRESSES[lowered]
    local, _, domain = lowered.partition("@")
    if domain == INVALID_DOMAIN:
        return local
    if domain == "users.noreply.github.com":
        return machines.LOGINS.get(local.rpartition("+")[2])
    return None


def family(name: str) -> str | None:
    """The family of a model's name (`Claude Opus 4.5`, `openai/gpt-5`), None for any other name."""
    text = name.lower().strip()
    text = re.sub(_ENDING, "", text) if ":" in text else text
    text = re.sub(_BEDROCK, "", text) if "." in text else text
    text = text.partition(" ")[2] if text.partition(" ")[0] in machines.MAKERS else text
    while "/" in text and text.partition("/")[0] in machines.PROVIDERS:
        text = text.partition("/")[2]
    numbered = not _DIGITS.isdisjoint(text)
    if numbered and re.fullmatch(_O_SERIES, re.sub(_SPLIT, "-", text)):
        return "gpt"
    first, *rest = [word for word in re.split(_SPLIT, text) if word] or [""]
    if first == "meta" and rest:
        first, *rest = rest
    glued = re.fullmatch(_GLUED, first) if numbered else None
    if glued is not None and first not in machines.FAMILIES:
        first, rest = glued[1], [glued[2], *rest]
    if first in machines.MEMBERS:
        number = re.match(r"[0-9]+", rest[0]) if rest else None
        telling = number is not None and int(number[0][:9]) >= machines.MEMBERS_FROM
        return machines.MEMBERS[first] if telling and _of_family("claude", rest) else None
    if first not in machines.FAMILIES:
        return None
    hyphened = first == "claude" and " " not in text and len(rest) > 1 and re.fullmatch(_VERSION, rest[1])
    return first if _of_family(first, rest) or hyphened else None


def _of_family(first: str, rest: list[str]) -> bool:
    """Whether a family's name and the words after it are the name of a model."""
    if not rest:
        return first in machines.ALONE
    words = machines.FAMILIES[first] | machines.WORDS
    numbers = [word for word in rest if re.fullmatch(_VERSION, word)]
    if first in machines.NEEDS_WORD and len(numbers) == len(rest):
        return False
    return all(word in words or word in numbers for word in rest)


def _agent(name: str) -> str | None:
    """The agent with this name, with or without a version after it."""
    lowered = name.lower().strip()
    if _is_bot_name(lowered):
        return machines.LOGINS.get(lowered)
    plain = lowered if _DIGITS.isdisjoint(lowered) else re.sub(_TOOL_VERSION, "", lowered)
    maker, _, product = plain.partition(" ")
    shorter = product if maker in machines.MAKERS else plain
    return machines.NAMES.get(lowered) or machines.NAMES.get(plain) or machines.NAMES.get(shorter)


def _part(text: str) -> _Reading:
    """The meaning of one part of a name, between commas, brackets and small words."""
    if text.lower() in machines.ALONE and text.lower() in machines.NAMES:
        return _Reading(machines.NAMES[text.lower()], None, sure=True, strange=False)
    agent = _agent(text)
    if agent is not None and (re.search(_TOOL_VERSION, text) is None or family(text) is None):
        sure = text.lower() not in machines.PEOPLE_TOO
        return _Reading(agent, None, sure, strange=False)
    kin = family(text)
    if kin is not None:
        return _Reading(None, text, sure=True, strange=False)
    both = _agent_and_model(text)
    if both is not None:
        return _Reading(both.agent, both.model, sure=True, strange=False)
    words = text.lower().split()
    note = all(word in machines.NOTES or _is_number(word) for word in words)
    return _Reading(None, None, sure=False, strange=not note)


def _agent_and_model(text: str) -> Identity | None:
    """Agent, then model: `Cursor claude-4-sonnet`, `Claude/claude-fable-5`, `Codex:gpt-5-codex`."""
    for mark in islice(re.finditer(r"[\s/:]+", text), _AGENT_WORDS):
        front, back = text[: mark.start()], text[mark.end() :]
        agent = _agent(front) or machines.WITH_MODEL_ONLY.get(front.lower())
        if agent is not None and back and (family(back) or _member(back) or _is_id(mark[0], back)):
            return Identity(agent, back)
    return None


def _member(text: str) -> bool:
    """Whether a text counts as a model's name beside an agent's, though not alone: `opus`, but not `auto`."""
    return text.lower() in machines.MEMBERS


def _is_id(mark: str, text: str) -> bool:
    """Whether a text after a slash or colon, or in brackets, can be the id of a model that is in no table."""
    if mark not in "/:(" or "://" in text:  # the address of a link in Markdown is no model
        return False
    return bool(re.fullmatch(_NAMED_ID, text)) and not re.fullmatch(_NUMBER_ONLY, text)


def _read(name: str) -> _Reading:
    """The meaning of a whole name: the first agent and the first model among its parts."""
    readings = [(_part(text), text) for text in _parts(name)] if len(name) <= _LONGEST else []
    if not readings:
        return _Reading(None, None, sure=False, strange=True)
    agents = [one.agent for one, _ in readings if one.agent is not None]
    models = [one.model for one, _ in readings if one.model is not None]
    if agents and not models:
        inside = [text.strip() for text in re.findall(r"\(([^()]*)\)", name)]
        models = [text for text in inside if _member(text) or (_is_id("(", text) and _agent(text) is None)]
    strange = any(one.strange and text not in models for one, text in readings)
    if models and not agents:
        shy = (machines.WITH_MODEL_ONLY.get(text.lower()) for _, text in readings)
        agents = [slug for slug in shy if slug is not None]
    agent = agents[0] if agents else family(models[0]) if models else None
    return _Reading(
        agent, models[0] if models else None, bool(models) or any(one.sure for one, _ in readings), strange
    )


def _is_bot_name(name: str) -> bool:
    return name[-5:].lower() == "[bot]" and re.fullmatch(_BOT_NAME, name) is not None


def _is_number(word: str) -> bool:
    """Whether a word is a version or the size of a context."""
    return not _DIGITS.isdisjoint(word) and re.fullmatch(_NUMBER_ONLY, word) is not None


def _parts(name: str) -> Iterator[str]:
    parts = [name] if _is_bot_name(name) else re.split(_SEPARATOR, name)
    return (part for part in map(str.strip, parts) if part)


def identify(text: str) -> Identity | None:
    """The machine that `Name <address>` (or a name alone) names, None for people and unclear names."""
    name, address = split_person(text)
    read = _read(name)
    owner = None if address is None else by_address(address)
    if owner is not None:
        return _of_owner(owner, read, name, ours=str(address).lower().endswith(f"@{INVALID_DOMAIN}"))
    if read.strange or read.agent is None:
        return None
    personal = address is not None and not address.lower().startswith(("noreply@", "no-reply@"))
    return None if personal and not read.sure else Identity(read.agent, read.model)


def _of_owner(owner: str, read: _Reading, name: str, *, ours: bool) -> Identity:
    """The machine that owns an address; the name may add a model, as in the brackets that gitprov writes."""
    model = read.model
    if model is None:
        inside = re.fullmatch(r"[^()]*\(([^()]*)\)", name[:_LONGEST_VALUE])
        text = inside[1].strip() if inside is not None else ""
        model = model_or_none(text) if ours or _is_id("(", text) else None
    keeps_name = read.agent is not None and read.agent.startswith(owner)
    return Identity(None if owner == "unknown" else read.agent if keeps_name else owner, model)


def tool(value: str) -> Identity | None:
    """The machine in the value of `Assisted-by` or `Generated-by`; None for people and other tools."""
    name, address = split_person(value)
    if address is not None:
        return identify(value)
    shared = re.match(_URL, name)
    if shared is not None:
        agent = machines.HOSTS.get(shared["host"].lower())
        return None if agent is None else Identity(agent, None)
    if not name or len(name) > _LONGEST:
        return None
    pair = re.match(_PAIR, name)
    if pair is None:  # an agent's name may have spaces if a table lists it
        pair = re.match(_SPACED_PAIR, name)
        pair = pair if pair is not None and _agent(pair["agent"]) is not None else None
    if pair is not None and family(name.split()[0]) is None:
        read = _of_pair(pair["agent"], pair["model"])
        if read is not None:
            return read
    reading = _read(name)
    if reading.agent is not None and (reading.sure or not reading.strange):
        return Identity(reading.agent, reading.model)
    return Identity(name, None) if re.search(_GENERIC, name) else None


def _of_pair(agent: str, model: str) -> Identity | None:
    """The machine in `agent:model`, if a table lists the agent or the model."""
    name = model_or_none(model.rstrip(",;"))
    slug = _agent(agent) or machines.WITH_MODEL_ONLY.get(agent.lower())
    if slug is None and agent.lower() != "unknown" and family(model.rstrip(",;")) is None:
        return None
    return Identity(slug or (None if agent.lower() == "unknown" else agent), name)


def any_pair(value: str) -> Identity | None:
    """The machine in the kernel's `AGENT:MODEL [TOOL…]`, for any agent; None for any other form."""
    pair = re.match(_PAIR, value[:_LONGEST_VALUE])
    if pair is None:
        return None
    agent = None if pair["agent"].lower() == "unknown" else slug_of(pair["agent"])
    return Identity(agent, model_or_none(pair["model"]))


def plain_tool(value: str) -> Identity | None:
    """The machine for a key that means AI: any name without a person's address, `Tool (model)` too."""
    name, address = split_person(value)
    read = tool(value)
    if read is not None or address is not None or not name:
        return read
    inside = re.fullmatch(r"(?P<name>[^()]+)\((?P<model>[^()]*)\)", name[:_LONGEST_VALUE])
    if inside is None:
        return any_pair(name) or Identity(slug_of(name[:_LONGEST]), None)
    return Identity(slug_of(inside["name"].strip()), model_or_none(inside["model"]))
