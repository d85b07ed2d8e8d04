"""The names of the trailer profiles, and the rules for a project's own trailer templates."""

from __future__ import annotations

import re

PROFILES = (
    "ai-trace",
    "kernel",
    "fedora",
    "llvm",
    "apache",
    "openinfra",
    "openliberty",
    "redhat",
    "co-authored",
    "custom",
    "none",
    "forbid",
)
"""Every value that the setting `trailers` may hold."""

ALONE = ("none", "forbid")
"""Profiles that cannot stand beside another one."""

PLACEHOLDERS = ("trace", "agent", "model", "key")
"""What a template may name in braces."""

_TEMPLATE = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*): (\S(?:[^\n\r]*\S)?)")
_BRACES = re.compile(r"\{([^{}]*)\}")
_RESERVED = ("signed-off-by", "ai-trace", "ai-trace-dropped")


def template_problem(template: str) -> str | None:
    """Why a template cannot be used, as the end of a sentence, or None where it can."""
    shape = _TEMPLATE.fullmatch(template)
    if shape is None:
        return "is not of the form 'Key: value' on one line"
    key, value = shape.groups()
    if key.lower() in _RESERVED:
        return f"must not write {key}"
    for name in _BRACES.findall(value):
        if name not in PLACEHOLDERS:
            return f"names {{{name}}}; known are {', '.join('{' + word + '}' for word in PLACEHOLDERS)}"
    if set("{}") & set(_BRACES.sub("", value)):
        return "has a brace without its partner"
    return None


def fill_template(template: str, facts: dict[str, str]) -> tuple[str, str]:
    """The trailer (key, value) of a template without problems; `facts` holds every placeholder."""
    key, _, value = template.partition(": ")
    return key, _BRACES.sub(lambda match: facts[match.group(1)], value)
