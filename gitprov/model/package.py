"""The facts that a registry of packages has of a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class PackageFacts(NamedTuple):
    """What is known of a name on its registry. `exists` None: could not be determined, for `reason`.

    `first`: seconds since 1970 of the first release, None where unknown. `releases`: number of versions.
    `yanked`: versions taken back; `current`: the newest version that was not. `maintainers`, `linked` (has a
    repository or home page): None where the registry does not answer that. `notice`: a deprecation text.
    `placeholder`: a registry's own package in place of a removed one. `source`: address that answered.
    """

    exists: bool | None
    reason: str = ""
    first: float | None = None
    releases: int | None = None
    yanked: frozenset[str] = frozenset()
    current: str | None = None
    maintainers: frozenset[str] | None = None
    linked: bool | None = None
    notice: str | None = None
    placeholder: bool = False
    source: str = ""
    at: float = 0.0


Parser = Callable[[bytes, str, str], PackageFacts]
"""From an answer's bytes, the package's name and the source's to facts. ValueError where the answer cannot be
used.
"""


def unknown(reason: str, source: str = "") -> PackageFacts:
    """PackageFacts of a name that could not be looked up."""
    return PackageFacts(None, reason, source=source)


def absent(source: str) -> PackageFacts:
    """PackageFacts of a name that its registry does not have."""
    return PackageFacts(False, source=source)
