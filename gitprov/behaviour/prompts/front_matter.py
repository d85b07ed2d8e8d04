"""Front matter of prompt files: what stands between two lines `---` at the top."""

from __future__ import annotations

import re
from typing import NamedTuple

_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_FIELDS = ("name", "version", "feature")
_LIMIT = 64 << 10


class FrontMatter(NamedTuple):
    """The facts of a prompt file, and `text`, what follows them."""

    text: str
    name: str | None = None
    version: str | None = None
    feature: str | None = None


def front_matter(text: str) -> FrontMatter:
    """Read a prompt file; one without front matter is a text alone. ValueError where it is not valid YAML.

    Every value is text: the version `1.10` is not the number 1.1.
    """
    match = _MATTER.match(text)
    if match is None:
        return FrontMatter(text)
    if len(match[1]) > _LIMIT:
        raise ValueError("the front matter is too long")
    import yaml

    try:
        fields = yaml.load(match[1], Loader=yaml.BaseLoader)  # noqa: S506  # makes text, lists and mappings only
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"the front matter is not valid YAML: {str(error).splitlines()[0]}") from None
    if fields is not None and not isinstance(fields, dict):
        raise ValueError("the front matter is not a list of `name: value` lines")
    values = [(fields or {}).get(name) for name in _FIELDS]
    for name, value in zip(_FIELDS, values, strict=True):
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{name} of the front matter is not text")
    return FrontMatter(text[match.end() :], *(value or None for value in values))


def first_line(text: str) -> str:
    """The first line of a prompt that says something, after its front matter."""
    return _MATTER.sub("", text, count=1).strip().partition("\n")[0]
