"""Names of packages that did not exist when they were looked up: one sorted text on a ref of gitprov's.

Whoever registers such a name later may have done so because models invent it. The text has a line a name:
ecosystem, name, and the first day on which a registry answered that it has none (`YYYY-MM-DD`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gitprov.git.write import RefChange

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

REF = "refs/gitprov/phantoms"
FILE = "names"
#: Bytes of the text and number of names that are read; others write the ref too.
_LARGEST, _MOST = 16 << 20, 100_000
_LINE = re.compile(r"(pypi|npm|crates) ([A-Za-z0-9@][A-Za-z0-9@/._~-]{0,213}) (\d{4}-\d\d-\d\d)")

Phantoms = Mapping[tuple[str, str], str]
"""(ecosystem, normalised name) → day."""


def parse(data: bytes) -> dict[tuple[str, str], str]:
    """The names of a text; lines of another form are left out, of equal names the earliest day holds."""
    names: dict[tuple[str, str], str] = {}
    for row in data[:_LARGEST].decode("ascii", "replace").splitlines()[:_MOST]:
        match = _LINE.fullmatch(row)
        if match:
            key = match[1], match[2]
            names[key] = min(match[3], names.get(key, match[3]))
    return names


def dump(names: Phantoms) -> bytes:
    """The text of some names, sorted. A name that `parse` would leave out is left out."""
    rows = sorted(f"{ecosystem} {name} {day}" for (ecosystem, name), day in names.items())
    return "".join(f"{row}\n" for row in rows if _LINE.fullmatch(row)).encode("ascii")


def united(*sides: Phantoms) -> dict[tuple[str, str], str]:
    """All names of all sides, each with its earliest day."""
    names: dict[tuple[str, str], str] = {}
    for side in sides:
        for key, day in side.items():
            names[key] = min(day, names.get(key, day))
    return names


def read(repo: Repository, commit: str = REF) -> dict[tuple[str, str], str]:
    """The names at a commit or at the ref; empty where it has none."""
    return parse(repo.objects.content(f"{commit}:{FILE}") or b"")


def change(base: str | None, before: Phantoms, new: Phantoms, message: str) -> RefChange | None:
    """The commit that adds names to those of `base`; None where it has them all."""
    names = united(before, new)
    data = dump(names)
    return None if data == dump(before) else RefChange(REF, base, message, {FILE: data})
