"""Requirements files of pip: requirements, constraints, options, includes, hashes, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitprov.checks.deps.dependency import DECLARED, PYPI, Dependency, Include, Reading, UnreadPart
from gitprov.checks.deps.letters import confusable

_COMMENT = re.compile(r"(^|\s)#.*$")
_OPTION = re.compile(r"(--[a-z-]+|-[a-zA-Z])[\s=]*(.*)", re.DOTALL)
_PER_REQUIREMENT = re.compile(r"\s--?[a-z].*$", re.DOTALL)
_ADDRESS = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|\.{1,2}(?:/|$)|/|~/|[A-Za-z]:\\)", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(?:whl|tar\.gz|tgz|zip|tar\.bz2)(?:[#?\s].*)?$")
_EGG = re.compile(r"#(?:.*&)?egg=([A-Za-z0-9][A-Za-z0-9._-]*)")
_NAME_END = re.compile(r"[\s\[\]<>=!~;@,]")
_SHOWN, _LONGEST = 80, 4000
#: Most requirements: a name, with extras or without, and at most one clause on its version.
_PLAIN = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:\[[A-Za-z0-9, _-]*\])?"
    r"((?:==|>=|<=|~=|!=)\d+(?:\.\d+)*(?<!~=\d))?",
    re.ASCII,
)


def read(text: str) -> Reading:
    """What a requirements or constraints file names."""
    dependencies: list[Dependency] = []
    unread: list[UnreadPart] = []
    includes: list[Include] = []
    for line, end_line, content in _logical_lines(text):
        if content.startswith("-"):
            match = _OPTION.match(content)
            option, value = (match[1], match[2].strip()) if match else (content, "")
            if option in ("-r", "--requirement", "-c", "--constraint"):
                includes.append(Include(value, line, option in ("-c", "--constraint")))
            elif option in ("-e", "--editable") and (dependency := _addressed(value, line, end_line)):
                dependencies.append(dependency)
            continue
        entry = requirement(_PER_REQUIREMENT.sub("", content), line, end_line)
        if isinstance(entry, Dependency):
            dependencies.append(entry)
        elif entry is not None:
            unread.append(entry)
    return Reading(tuple(dependencies), tuple(unread), tuple(includes))


def requirement(text: str, line: int, end_line: int, how: str = DECLARED) -> Dependency | UnreadPart | None:
    """One requirement (PEP 508, or an address or path as pip takes it); None for an address without name."""
    text = text.strip()
    if len(text) > _LONGEST:
        return UnreadPart(line, f"a requirement of {len(text)} characters")
    plain = _PLAIN.fullmatch(text)
    if plain:
        return Dependency(PYPI, plain[1], line, end_line, plain[2] or "", how)
    # Imported where it is needed: an agent's install command waits for this module, and most are plain.
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        parsed = Requirement(text)
    except InvalidRequirement:
        if _ADDRESS.match(text) or _ARCHIVE.search(text):
            return _addressed(text, line, end_line)
        name = _NAME_END.split(text, maxsplit=1)[0]
        if confusable(name):
            return Dependency(PYPI, name, line, end_line, how=how)
        return UnreadPart(line, f"not a requirement: {text[:_SHOWN]}")
    return Dependency(PYPI, parsed.name, line, end_line, str(parsed.specifier), how, parsed.url or None)


def _addressed(text: str, line: int, end_line: int) -> Dependency | None:
    """A package that comes from an address or a path, where the text names it."""
    match = _EGG.search(text)
    return Dependency(PYPI, match[1], line, end_line, origin=text) if match else None


def _logical_lines(text: str) -> Iterator[tuple[int, int, str]]:
    """(first line, last line, content) with continuations joined and comments removed."""
    parts: list[str] = []
    start = 0
    for number, raw in enumerate(text.splitlines(), 1):
        start = start or number
        if raw.endswith("\\") and not raw.lstrip().startswith("#"):
            parts.append(raw[:-1])
            continue
        parts.append(raw)
        content = _COMMENT.sub("", " ".join(parts)).strip()
        if content:
            yield start, number, content
        parts, start = [], 0
    content = _COMMENT.sub("", " ".join(parts)).strip()
    if content:
        yield start, start + len(parts) - 1, content
