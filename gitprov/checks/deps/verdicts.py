"""What a registry's facts mean for a dependency that a model's line names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import NamedTuple

from gitprov.checks.deps.advisories import Advisories, Reported, exact_version, pin_of
from gitprov.checks.deps.dependency import IMPORT, PYPI, Dependency
from gitprov.checks.deps.letters import confusable, skeleton
from gitprov.checks.deps.typosquat import CLOSEST, WITH_FACTS, WITHOUT_FACTS, Popular, weighed
from gitprov.model.package import PackageFacts

RULES = {
    "deps/nonexistent": "A package that its registry does not have: anybody may register the name.",
    "deps/resurrected": "A package that did not exist when it was looked up before, and exists now.",
    "deps/confusable": "A name with letters that look like others.",
    "deps/typosquat": "A name that looks like a popular package.",
    "deps/young": "A package that was first released a short time ago.",
    "deps/thin": "A package with few releases, one maintainer or no home page.",
    "deps/vulnerable": "A version with a known vulnerability.",
    "deps/yanked": "A version that its authors took back.",
    "deps/deprecated": "A package that its authors have given up.",
}
"""Rule → what it is about."""

HIGH, MEDIUM, LOW = "high", "medium", "low"
_DAY = 86400.0
_FEW = 3


class Verdict(NamedTuple):
    """One statement about a dependency. `rule`: as `deps/nonexistent`; `severity` and `confidence`: high,
    medium or low; `fix`: what to do.
    """

    rule: str
    severity: str
    confidence: str
    message: str
    fix: str

    @property
    def cwe(self) -> int:
        """The weakness: a vulnerable or unmaintained component, else one of an untrusted source."""
        return {"deps/vulnerable": 1395, "deps/yanked": 1104, "deps/deprecated": 1104}.get(self.rule, 829)


class Knowledge(NamedTuple):
    """What verdicts rest on: facts by candidate name, popular names, advisories, `phantoms` (names that did
    not exist when they were looked up before → that day, `YYYY-MM-DD`), the present moment, the age in days
    below which a package is young, and what a service reported of versions.
    """

    facts: Mapping[str, PackageFacts]
    popular: Popular | None
    advisories: Advisories | None
    phantoms: Mapping[str, str]
    now: float
    max_age_days: int = 180
    reported: Reported | None = None


def verdicts(item: Dependency, names: list[str], known_good: bool, basis: Knowledge) -> Iterator[Verdict]:
    """The findings of one dependency. `names`: packages that may be meant, for a declaration its own name.

    `known_good`: the lock file has the package already, so its age and resemblance do not count.
    """
    if confusable(item.name):  # no registry has such a name, and nothing else about it matters
        yield _confusable(item)
        return
    present = [name for name in names if (facts := basis.facts.get(name)) is not None and facts.exists]
    undetermined = [name for name in names if basis.facts.get(name, _NONE).exists is None]
    if not present:
        if not undetermined:
            yield _nonexistent(item, names, basis)
        return
    name = present[0]
    facts = basis.facts[name]
    if name in basis.phantoms:
        yield _resurrected(name, facts, basis.phantoms[name])
    if facts.placeholder:
        yield Verdict(
            "deps/nonexistent", HIGH, HIGH,
            f"{name} is a placeholder that the registry put in place of a removed package",
            "remove it, or name the package that is meant",
        )  # fmt: skip
        return
    if not known_good:
        yield from _squats(name, facts, basis)
        yield from _youth(name, facts, basis)
    yield from _versions(item, name, facts)
    yield from _vulnerable(item, name, basis)


_NONE = PackageFacts(None)


def _confusable(item: Dependency) -> Verdict:
    letters = [f"U+{ord(letter):04X}" for letter in dict.fromkeys(item.name) if not letter.isascii()]
    return Verdict(
        "deps/confusable", HIGH, HIGH,
        f"the name {item.name} looks like {skeleton(item.name)}, and has {', '.join(letters[:5])}",
        f"type the name again; {skeleton(item.name)} may be meant",
    )  # fmt: skip


def _resurrected(name: str, facts: PackageFacts, day: str) -> Verdict:
    """The registry's own dates may contradict the memory: then another registry may have answered before."""
    older = facts.first is not None and iso_day(facts.first) < day
    doubt = f"; yet {facts.source or 'its registry'} dates a release before that day" if older else ""
    return Verdict(
        "deps/resurrected", HIGH, MEDIUM if older else HIGH,
        f"{name} did not exist when it was looked up on {day}, and exists now{doubt}",
        "do not install it before somebody has read its source: names that models invent get registered",
    )  # fmt: skip


def absent_names(names: Sequence[str], facts: Mapping[str, PackageFacts]) -> list[str]:
    """The names if each of them is absent from its registry, for sure; none otherwise."""
    return list(names) if all(facts.get(name, _NONE).exists is False for name in names) else []


def iso_day(moment: float) -> str:
    """The UTC day of a moment in seconds since 1970, as `YYYY-MM-DD`."""
    return datetime.fromtimestamp(moment, timezone.utc).date().isoformat()


def _nonexistent(item: Dependency, names: list[str], basis: Knowledge) -> Verdict:
    where = next((basis.facts[name].source for name in names if name in basis.facts), "")
    place = f" on {where}" if where else ""
    twin = basis.popular.twin(item.key) if basis.popular is not None else None
    hint = f"; {twin.name} may be meant" if twin is not None else ""
    if item.how == IMPORT:
        tried = ", ".join(names[:3])
        return Verdict(
            "deps/nonexistent", HIGH, MEDIUM,
            f"no package{place} provides the module {item.name} (looked for {tried})",
            f"remove the import, or declare the package that provides it{hint}",
        )  # fmt: skip
    return Verdict(
        "deps/nonexistent", HIGH, HIGH,
        f"there is no package {item.name}{place}",
        f"remove it, or name the package that is meant{hint}: somebody may register the name",
    )  # fmt: skip


def _squats(name: str, facts: PackageFacts, basis: Knowledge) -> Iterator[Verdict]:
    limit = WITH_FACTS if facts.first is not None else WITHOUT_FACTS
    most, _ = weighed(CLOSEST, facts, None, basis.now)
    # Comparing a name with all popular ones is what takes time.
    twin = basis.popular.twin(name) if basis.popular is not None and most >= limit else None
    if twin is None:
        return
    weight, factors = weighed(twin, facts, basis.facts.get(twin.name), basis.now)
    if weight >= limit:
        severity, confidence = (HIGH, MEDIUM) if weight >= 0.75 else (MEDIUM, LOW)
        yield Verdict(
            "deps/typosquat", severity, confidence,
            f"{name} looks like {twin.name}: " + "; ".join(factors),
            f"is {twin.name} meant? If not, add a suppression with the reason",
        )  # fmt: skip


def _youth(name: str, facts: PackageFacts, basis: Knowledge) -> Iterator[Verdict]:
    days = None if facts.first is None else (basis.now - facts.first) / _DAY
    if days is not None and 0 <= days < basis.max_age_days:
        yield Verdict(
            "deps/young", MEDIUM, HIGH, f"{name} was first released {int(days)} days ago",
            f"look at its source, or wait until it is {basis.max_age_days} days old",
        )  # fmt: skip
    few = facts.releases is not None and facts.releases < _FEW
    alone = facts.maintainers is not None and len(facts.maintainers) == 1
    reasons = (
        (f"{facts.releases} release{'s' if facts.releases != 1 else ''}", few),
        ("one maintainer", alone),
        ("no repository or home page", facts.linked is False),
    )
    thin = [reason for reason, holds in reasons if holds]
    if len(thin) > 1:
        yield Verdict(
            "deps/thin", LOW, MEDIUM, f"{name} has {', '.join(thin)}",
            "look who stands behind it before you depend on it",
        )  # fmt: skip


def _versions(item: Dependency, name: str, facts: PackageFacts) -> Iterator[Verdict]:
    pin = exact_version(item.spec) if item.ecosystem == PYPI else item.spec.lstrip("=v")
    if pin and pin in facts.yanked:
        newest = f"use {facts.current}" if facts.current else "choose another package"
        yield Verdict("deps/yanked", MEDIUM, HIGH, f"{name} {pin} was taken back by its authors", newest)
    elif facts.releases and facts.current is None and facts.yanked:
        yield Verdict(
            "deps/yanked", MEDIUM, HIGH, f"every release of {name} was taken back", "choose another package"
        )
    if facts.notice:
        yield Verdict(
            "deps/deprecated", LOW, HIGH, f"{name} is deprecated: {facts.notice[:200]}",
            "choose what the notice names, or another package",
        )  # fmt: skip


def _vulnerable(item: Dependency, name: str, basis: Knowledge) -> Iterator[Verdict]:
    """A service's answer, where there is one, else the list's."""
    pin = pin_of(item)
    if pin is None:
        return
    pin = pin._replace(name=name)
    service, entries = basis.reported, basis.reported.of(pin) if basis.reported is not None else None
    dated = f"{service.source}, {service.date}" if service is not None else ""
    if entries is None and item.ecosystem == PYPI and basis.advisories is not None:
        entries = basis.advisories.of(name, pin.version)
        dated = f"{basis.advisories.source} of {basis.advisories.date}"
    for advisory in entries or ():
        names = ", ".join((advisory.id, *advisory.aliases[:2]))
        fix = f"use {advisory.fixed} or later" if advisory.fixed else "no fixed release is recorded"
        yield Verdict(
            "deps/vulnerable", HIGH, HIGH,
            f"{name} {pin.version} is known to be vulnerable: {names} ({dated})",
            fix,
        )  # fmt: skip
