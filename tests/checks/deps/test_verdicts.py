"""What a registry's facts mean for a dependency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.checks.deps.advisories import Advisories
from gitprov.checks.deps.dependency import CRATES, DECLARED, IMPORT, NPM, PYPI, Dependency
from gitprov.checks.deps.typosquat import CLOSEST, Popular, Twin, weighed
from gitprov.checks.deps.verdicts import RULES, Knowledge, Verdict, verdicts
from gitprov.model.package import PackageFacts, absent, unknown

DAY = 86400.0
NOW = 1_800_000_000.0
OLD = PackageFacts(True, first=NOW - 3000 * DAY, releases=50, current="9.0", linked=True, source="host")
ADVISORIES = Advisories(
    {"shop": [{"id": "A-1", "aliases": ["CVE-1"], "ranges": [[["introduced", "0"], ["fixed", "2"]]]}]},
    "a list",
    "2026-01-01",
)


def knowledge(facts: Mapping[str, PackageFacts], phantoms: Mapping[str, str] | None = None) -> Knowledge:
    """Knowledge with two popular names and one advisory."""
    return Knowledge(facts, Popular(["requests", "matplotlib"]), ADVISORIES, dict(phantoms or {}), NOW)


def declared(name: str, spec: str = "", ecosystem: str = PYPI, how: str = DECLARED) -> Dependency:
    """A dependency on line 1."""
    return Dependency(ecosystem, name, 1, 1, spec, how)


def of(
    item: Dependency,
    facts: Mapping[str, PackageFacts],
    *,
    good: bool = False,
    phantoms: Mapping[str, str] | None = None,
) -> list[Verdict]:
    """The verdicts on a dependency whose only candidates are the names in `facts`."""
    return list(verdicts(item, list(facts), good, knowledge(facts, phantoms)))


def rules(rows: Sequence[Verdict]) -> list[str]:
    """The rules of verdicts, without the check's name."""
    assert all(row.rule in RULES for row in rows)
    return [row.rule.removeprefix("deps/") for row in rows]


ONE_FACT: dict[str, tuple[PackageFacts, list[str]]] = {
    "fine": (OLD, []),
    "absent": (absent("host"), ["nonexistent"]),
    "undetermined": (unknown("no answer"), []),
    "placeholder": (OLD._replace(placeholder=True), ["nonexistent"]),
    "young": (OLD._replace(first=NOW - 20 * DAY), ["young"]),
    "of tomorrow": (OLD._replace(first=NOW + DAY), []),
    "no age": (OLD._replace(first=None), []),
    "thin": (OLD._replace(releases=1, maintainers=frozenset({"a"}), linked=False), ["thin"]),
    "one release": (OLD._replace(releases=1), []),
    "all yanked": (OLD._replace(releases=2, current=None, yanked=frozenset({"1", "2"})), ["yanked"]),
    "deprecated": (OLD._replace(notice="use other"), ["deprecated"]),
}


@pytest.mark.parametrize("case", ONE_FACT)
def test_each_fact(case: str) -> None:
    """One fact gives one verdict; a failed look-up gives none."""
    facts, expected = ONE_FACT[case]
    assert rules(of(declared("shop"), {"shop": facts})) == expected


def test_a_locked_package_is_not_suspect() -> None:
    """Youth and resemblance say nothing of a package that the lock file had before."""
    facts = OLD._replace(first=NOW - 20 * DAY, releases=1)
    assert rules(of(declared("requestss"), {"requestss": facts})) == ["typosquat", "young"]
    assert of(declared("requestss"), {"requestss": facts}, good=True) == []


def test_an_absent_name() -> None:
    """The registry and the package that may be meant are named."""
    verdict = of(declared("reqeusts"), {"reqeusts": absent("host")})[0]
    assert verdict.message == "there is no package reqeusts on host"
    assert "requests may be meant" in verdict.fix
    assert (verdict.severity, verdict.confidence, verdict.cwe) == ("high", "high", 829)
    basis = knowledge({"x": absent("")})._replace(popular=None)
    assert next(verdicts(declared("x"), ["x"], False, basis)).message == "there is no package x"


def test_an_absent_import() -> None:
    """All candidates have to be absent, and the confidence is lower."""
    item = declared("shop", how=IMPORT)
    verdict = of(item, {"a": absent("host"), "b": absent("host")})[0]
    assert verdict.message == "no package on host provides the module shop (looked for a, b)"
    assert verdict.confidence == "medium"
    assert of(item, {"a": absent("host"), "b": unknown("no answer")}) == []
    assert of(item, {"a": absent("host"), "b": OLD}) == []
    assert list(verdicts(item, ["not-looked-up"], False, knowledge({}))) == []


def test_a_name_that_did_not_exist_before() -> None:
    """It is reported whatever its age, and though the lock file has it."""
    facts = OLD._replace(first=NOW - 300 * DAY)
    verdict = of(declared("shop"), {"shop": facts}, good=True, phantoms={"shop": "2026-01-01"})[0]
    assert (verdict.rule, verdict.severity, verdict.confidence) == ("deps/resurrected", "high", "high")
    assert "looked up on 2026-01-01, and exists now" in verdict.message


def test_dates_that_contradict_the_memory() -> None:
    """A package with a release before that day is reported with less confidence, and the doubt is named."""
    verdict = of(declared("shop"), {"shop": OLD}, phantoms={"shop": "2026-01-01"})[0]
    assert (verdict.rule, verdict.confidence) == ("deps/resurrected", "medium")
    assert verdict.message.endswith("yet host dates a release before that day")


def test_confusable_letters() -> None:
    """They are reported as such, whatever a registry answers, and nothing else is."""
    name = "r\u0435quests"
    facts = {name: OLD._replace(first=NOW - 20 * DAY)}
    assert rules(of(declared(name), facts)) == ["confusable"]
    assert rules(of(declared(name), {})) == ["confusable"]


def test_how_sure_a_resemblance_is() -> None:
    """Without an age the name alone has to be very like; the severity follows the weight."""
    young = {"requsets": OLD._replace(first=NOW - 20 * DAY, releases=2)}
    assert (of(declared("requsets"), young)[0].severity, of(declared("requsets"), young)[0].confidence) == (
        "high",
        "medium",
    )
    undated = {"requestk": OLD._replace(first=None, releases=5)}
    assert of(declared("requestk"), undated)[0].severity == "medium"
    assert rules(of(declared("matplotlob"), {"matplotlob": OLD})) == []


def test_versions_that_were_taken_back() -> None:
    """Only a pin names one; the newest that stands is the advice."""
    facts = OLD._replace(yanked=frozenset({"1.0"}))
    assert of(declared("shop", "==1.0"), {"shop": facts})[0].fix == "use 9.0"
    assert of(declared("shop", ">=1.0"), {"shop": facts}) == []
    alone = facts._replace(current=None, releases=1)
    assert of(declared("shop", "=1.0", CRATES), {"shop": alone})[0].fix == "choose another package"
    assert rules(of(declared("shop", "1.0", NPM), {"shop": facts})) == ["yanked"]


def test_vulnerable_versions() -> None:
    """The verdict names the list, its date and the version that mends it."""
    verdict = of(declared("shop", "==1.5"), {"shop": OLD})[0]
    assert verdict.message == "shop 1.5 is known to be vulnerable: A-1, CVE-1 (a list of 2026-01-01)"
    assert (verdict.fix, verdict.cwe) == ("use 2 or later", 1395)
    assert of(declared("shop", "==2"), {"shop": OLD}) == []
    assert of(declared("shop", "1.5", NPM), {"shop": OLD}) == []
    entry = {"id": "A-2", "ranges": [[["introduced", "0"]]]}
    basis = knowledge({"shop": OLD})._replace(
        advisories=Advisories({"shop": [entry]}, "a list", "2026-01-01")
    )
    rows = list(verdicts(declared("shop", "==1"), ["shop"], False, basis))
    assert rows[0].fix == "no fixed release is recorded"
    assert list(verdicts(declared("shop", "==1"), ["shop"], False, basis._replace(advisories=None))) == []


class Uncompared(Popular):
    """Popular names that fail where one is compared with them."""

    def twin(self, name: str) -> None:
        """Fail."""
        raise AssertionError(name)


def test_names_whose_facts_clear_them_are_not_compared() -> None:
    """Old packages, and young ones with many releases of a year, resemble nobody whatever their name is."""
    for facts in (
        OLD,
        OLD._replace(first=NOW - 1200 * DAY, releases=1, linked=False),
        OLD._replace(first=NOW - 200 * DAY),
    ):
        basis = Knowledge({"reqests": facts}, Uncompared([]), None, {}, NOW)
        assert "typosquat" not in rules(list(verdicts(declared("reqests"), ["reqests"], False, basis)))


@given(
    st.builds(Twin, st.text(), st.integers(0), st.text(), st.floats(0, 1)),
    st.none() | st.floats(0, 2 * NOW),
    st.none() | st.integers(0, 100),
    st.sampled_from([None, True, False]),
)
def test_no_resemblance_weighs_more_than_the_closest(
    twin: Twin, first: float | None, releases: int | None, linked: bool | None
) -> None:
    """So a name need not be compared where that would weigh too little."""
    facts = PackageFacts(True, first=first, releases=releases, linked=linked)
    assert weighed(twin, facts, None, NOW)[0] <= weighed(CLOSEST, facts, None, NOW)[0]
