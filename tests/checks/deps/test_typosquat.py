"""Names that look like popular ones: each way to differ, and what a registry's facts add."""

from __future__ import annotations

import pytest

from gitprov.checks.deps.letters import confusable, skeleton
from gitprov.checks.deps.typosquat import WITH_FACTS, Popular, Twin, weighed
from gitprov.model.package import PackageFacts

DAY = 86400.0
NAMES = [
    "requests",
    "python-dateutil",
    "beautifulsoup4",
    "matplotlib",
    "scikit-learn",
    "attrs",
    "flask",
    "six",
    "colorama",
]
POPULAR = Popular(NAMES)

TWINS = {
    "requsets": ("requests", "two characters swapped"),
    "reqquests": ("requests", "a character doubled or halved"),
    "requestss": ("requests", "a character doubled or halved"),
    "requess": ("requests", "a character more or less"),
    "requesta": ("requests", "a neighbouring key"),
    "requestk": ("requests", "a character differs"),
    "bequests": ("requests", "a character differs"),
    "re0uests": ("requests", "a character differs"),
    "matplotlob": ("matplotlib", "a neighbouring key"),
    "matpltolb": ("matplotlib", "two characters differ"),
    "natplotlob": ("matplotlib", "two characters differ"),
    "rnatplotlib": ("matplotlib", "confusable characters"),
    "matp1otlib": ("matplotlib", "confusable characters"),
    "scikitlearn": ("scikit-learn", "other separators"),
    "learn-scikit": ("scikit-learn", "words in another order"),
    "requests-python": ("requests", "a common word added"),
    "py-flask": ("flask", "a common word added"),
    "python-colorama-dev": None,
    "flask2": ("flask", "a character more or less"),
    "python3-scikit-learn": ("scikit-learn", "a common word added"),
    "colorama4": ("colorama", "a character more or less"),
    "something-else": None,
    "requests": None,
    "python": None,
}  # fmt: skip


@pytest.mark.parametrize("name", TWINS)
def test_the_twin_of_a_name(name: str) -> None:
    """The popular package and how the two differ; none for a popular name and for one unlike all."""
    twin = POPULAR.twin(name)
    assert (twin and (twin.name, twin.relation)) == TWINS[name]


def test_short_and_unpopular_twins_weigh_less() -> None:
    """One character of three differs in many pairs of innocent names."""
    short, long = POPULAR.twin("sixx"), POPULAR.twin("requestss")
    assert short is not None
    assert long is not None
    assert short.weight < 0.1 < long.weight
    names = [f"package-number-{n}" for n in range(6000)]
    weights = [Popular([*names[:n], "requests"]).twin("requestss") for n in (0, 600, 3000, 6000)]
    values = [twin.weight for twin in weights if twin is not None]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 4


LETTERS = {
    "r\u0435quests": "requests",
    "\uff52equests": "requests",
    "re\u200bquests": "requests",
    "req\u00faests": "requests",
    "n\u03c5m\u03c1y": "numpy",
    "flask\u2010cors": "flask-cors",
    "requests": None,
    "\u043f\u0430\u043a\u0435\u0442": None,
    "\u5305": None,
}


@pytest.mark.parametrize("name", LETTERS)
def test_letters_of_other_scripts(name: str) -> None:
    """They are confusable where the whole name looks like ASCII; words of another script look like none."""
    assert confusable(name) is (LETTERS[name] is not None)
    if LETTERS[name] is not None:
        assert skeleton(name) == LETTERS[name]


def test_the_twin_of_a_confusable_name() -> None:
    """The name that it looks like."""
    twin = POPULAR.twin("r\u0435quests")
    assert twin is not None
    assert (twin.name, twin.relation) == ("requests", "confusable characters")


TWIN = Twin("requests", 3, "two characters swapped", 0.8)
NOW = 1_800_000_000.0

AGES = {30: True, 200: True, 700: False, 3000: False}


@pytest.mark.parametrize("days", AGES)
def test_age_weighs(days: int) -> None:
    """A squat is young; a name that has stood for years is somebody's package."""
    weight, factors = weighed(TWIN, PackageFacts(True, first=NOW - days * DAY), None, NOW)
    assert (weight >= WITH_FACTS) is AGES[days]
    assert f"first released {days} days ago" in factors[1]


def test_releases_and_links_weigh() -> None:
    """Many releases lower the weight, few and no link raise it; it never exceeds 1."""
    first = NOW - 200 * DAY
    weights = [
        weighed(TWIN, facts, None, NOW)[0]
        for facts in (
            PackageFacts(True, first=first, releases=40),
            PackageFacts(True, first=first, releases=8),
            PackageFacts(True, first=first, releases=1),
            PackageFacts(True, first=first, releases=1, linked=False),
        )
    ]
    assert weights == sorted(weights)
    assert len(set(weights)) == 4
    assert weighed(TWIN, PackageFacts(True, first=NOW - DAY, releases=1, linked=False), None, NOW)[0] == 1.0


def test_the_same_maintainer_is_no_squatter() -> None:
    """Authors register names near their own."""
    people = frozenset({"alice"})
    facts = PackageFacts(True, first=NOW - DAY, maintainers=people)
    assert weighed(TWIN, facts, PackageFacts(True, maintainers=people), NOW)[0] == 0.0
    assert weighed(TWIN, facts, PackageFacts(True, maintainers=frozenset({"bob"})), NOW)[0] > 0.5
    assert weighed(TWIN, facts, PackageFacts(True), NOW)[0] > 0.5
