"""Names similar to that of a popular package: how they differ from it, and what makes that suspicious."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from gitprov.checks.deps.dependency import word_set
from gitprov.checks.deps.letters import skeleton
from gitprov.model.package import PackageFacts

_AFFIXES = word_set(
    """
    python python3 python2 py py3 js node nodejs ts lib libs sdk api cli client core dev pro plus
    util utils tool tools official new latest module package pkg http https 2 3 4
    """
)
#: Those that stand without a separator too.
_GLUED = ("python", "node", "py", "js", "lib")
#: Digits that look like letters.
_LOOKALIKES = str.maketrans("01534", "olsea")
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("i", "l"))
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_WORD = re.compile(r"[-_.]+")
_NO_SEPARATORS = str.maketrans("", "", "-_.")
#: Longest distance compared, and the length from which two changes count.
_DISTANCE, _LONG = 2, 8
#: Weights from which a name is reported, with a registry's facts and without.
WITH_FACTS, WITHOUT_FACTS = 0.5, 0.54
_DAY = 86400.0


class Popular:
    """The popular names of an ecosystem, the most popular first."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.ranks = {name: rank for rank, name in enumerate(names)}
        self._alike: dict[int, list[str]] = {}

    @cached_property
    def _joined(self) -> dict[str, str]:
        """Name without separators → the most popular name of that form."""
        return self._forms("\n".join(self.names).translate(_NO_SEPARATORS))

    @cached_property
    def _plain(self) -> dict[str, str]:
        """Name with look-alikes folded → the most popular name of that form."""
        return self._forms(_plain("\n".join(self.names)))

    def _forms(self, text: str) -> dict[str, str]:
        """Form → name. `text`: a form of each name a line. One text is faster than 15,000 names."""
        return dict(zip(reversed(text.split("\n")), reversed(self.names), strict=False))

    @cached_property
    def _by_length(self) -> dict[int, list[str]]:
        """Length → the names that long, the most popular first."""
        names: dict[int, list[str]] = {}
        for name in self.names:
            names.setdefault(len(name), []).append(name)
        return names

    def _reordered(self, name: str) -> str | None:
        """The most popular name that has the same words in another order."""
        words = sorted(_WORD.split(name))
        alike = self._by_length.get(len(name), []) if len(words) > 1 else []
        return next(
            (other for other in alike if words[0] in other and sorted(_WORD.split(other)) == words), None
        )

    def twin(self, name: str) -> Twin | None:
        """The popular package that a name resembles most; None for a popular name and for one unlike all."""
        if name in self.ranks:
            return None
        twins = [
            twin
            for twin in (
                self._same(self._plain.get(_plain(name)), "confusable characters", 1.0),
                self._same(self._joined.get(name.translate(_NO_SEPARATORS)), "other separators", 0.9),
                self._same(self._reordered(name), "words in another order", 0.85),
                self._edited(name),
                self._affixed(name),
            )
            if twin is not None
        ]
        return max(twins, key=lambda twin: twin.weight, default=None)

    def _same(self, twin: str | None, relation: str, weight: float) -> Twin | None:
        return None if twin is None else self._made(twin, relation, weight)

    def _made(self, twin: str, relation: str, weight: float) -> Twin:
        rank = self.ranks[twin]
        popularity = 1.0 if rank < 500 else 0.9 if rank < 2000 else 0.75 if rank < 5000 else 0.55
        size = {4: 0.4, 5: 0.75}.get(len(twin), 1.0 if len(twin) > 5 else 0.1)
        return Twin(twin, rank, relation, round(weight * popularity * size, 3))

    def _edited(self, name: str) -> Twin | None:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        limit = _DISTANCE if len(name) >= _LONG else 1
        names = self._of_about(len(name), limit)
        near = process.extract(name, names, scorer=OSA.distance, score_cutoff=limit, limit=None)
        twins = [
            self._made(twin, relation, weight)
            for twin, distance, _ in near
            for relation, weight in [_edit(name, twin, int(distance))]
        ]
        return max(twins, key=lambda twin: twin.weight, default=None)

    def _of_about(self, length: int, limit: int) -> list[str]:
        """The names whose length differs by `limit` at most; a length has one limit."""
        if length not in self._alike:
            lengths = range(length - limit, length + limit + 1)
            self._alike[length] = [other for near in lengths for other in self._by_length.get(near, ())]
        return self._alike[length]

    def _affixed(self, name: str) -> Twin | None:
        """The popular name between a prefix and a suffix that squatters use (`python-x`, `x-js`, `pyx`)."""
        for rest, weight in (*_without_words(name), *_without_endings(name)):
            if rest in self.ranks:
                return self._made(rest, "a common word added", weight)
        for rest, _ in _without_words(name):
            twin = self._edited(rest) if len(rest) >= _LONG else None
            if twin is not None and twin.relation != "two characters differ":
                return twin._replace(
                    relation=f"a common word added and {twin.relation}", weight=round(twin.weight * 0.8, 3)
                )
        return None


def _without_words(name: str) -> Iterator[tuple[str, float]]:
    """What remains of a name without a common word at its start or end, with the weight of such a change."""
    words = _WORD.split(name)
    options = [words[1:]] if words[0] in _AFFIXES else []
    options += [words[:-1]] if words[-1] in _AFFIXES else []
    for option in options:
        for separator in ("-", "", "_", ".") if len(option) > 1 else ("",) if option else ():
            yield separator.join(option), 0.6


def _without_endings(name: str) -> Iterator[tuple[str, float]]:
    """The same without a digit at the end, and without a common word that no separator divides from it."""
    digits = re.fullmatch(r"(.{4,}?)\d", name)
    if digits:
        yield digits[1], 0.6
    if not _WORD.search(name):
        for affix in _GLUED:
            if name.startswith(affix):
                yield name.removeprefix(affix), 0.55
            if name.endswith(affix):
                yield name.removesuffix(affix), 0.55


class Twin(NamedTuple):
    """A popular package that a name resembles: its rank (0 is the most popular), how the two differ, and a
    weight from 0 to 1 of the name alone.
    """

    name: str
    rank: int
    relation: str
    weight: float


CLOSEST = Twin("", 0, "", 1.0)
"""A resemblance of the greatest weight: where facts make even this too light, no name has to be compared."""


def weighed(
    twin: Twin, facts: PackageFacts, other: PackageFacts | None, now: float
) -> tuple[float, list[str]]:
    """The weight of a resemblance after a registry's facts, and the factors. `other`: the twin's facts."""
    weight, factors = (
        twin.weight,
        [f"{twin.relation}, compared with {twin.name}, number {twin.rank + 1} of the popular"],
    )
    if facts.first is not None:
        days = (now - facts.first) / _DAY
        years = days / 365
        factor = 1.3 if days < 180 else 1.0 if years < 1 else 0.6 if years < 3 else 0.35
        weight *= factor
        factors.append(f"first released {int(days)} days ago (× {factor:g})")
    if facts.releases is not None:
        factor = 1.2 if facts.releases < 3 else 0.4 if facts.releases >= 15 else 1.0
        weight *= factor
        if factor != 1.0:
            factors.append(f"{facts.releases} release{'s' * (facts.releases != 1)} (× {factor:g})")
    if facts.linked is False:
        weight *= 1.1
        factors.append("no repository or home page (× 1.1)")
    if (
        other is not None
        and facts.maintainers
        and other.maintainers
        and facts.maintainers & other.maintainers
    ):
        weight = 0.0
        factors.append("the same maintainer as its twin (× 0)")
    return min(weight, 1.0), factors


def _plain(name: str) -> str:
    """A name with characters that look alike folded."""
    text = skeleton(name).translate(_LOOKALIKES)
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter)
    return text


def _edit(name: str, twin: str, distance: int) -> tuple[str, float]:
    """How two names at a small distance differ, and the weight of that difference."""
    if distance > 1:
        return "two characters differ", 0.62 if name[:1] == twin[:1] else 0.5
    if sorted(name) == sorted(twin):
        return "two characters swapped", 0.95
    if len(name) != len(twin):
        doubled = name in _halved(twin) or twin in _halved(name)
        return ("a character doubled or halved", 0.9) if doubled else ("a character more or less", 0.8)
    at = next(n for n in range(len(name)) if name[n] != twin[n])
    if _neighbours(name[at], twin[at]):
        return "a neighbouring key", 0.85
    return "a character differs", 0.55 if at == 0 else 0.7


def _halved(name: str) -> set[str]:
    """The name without one of two equal neighbouring characters."""
    return {name[:n] + name[n + 1 :] for n in range(1, len(name)) if name[n] == name[n - 1]}


def _neighbours(a: str, b: str) -> bool:
    places = {letter: (row, n) for row, letters in enumerate(_ROWS) for n, letter in enumerate(letters)}
    if a not in places or b not in places:
        return False
    (row_a, n_a), (row_b, n_b) = places[a], places[b]
    return abs(row_a - row_b) <= 1 and abs(n_a - n_b) <= 1
