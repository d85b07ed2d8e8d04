"""Advisories: which versions a range of events concerns."""

from __future__ import annotations

import pytest

from gitprov.checks.deps.advisories import (
    Advisories,
    Advisory,
    Pin,
    Reported,
    exact_version,
    pin_of,
    united,
)
from gitprov.checks.deps.dependency import CRATES, NPM, PYPI, Dependency

ENTRY = {
    "id": "PYSEC-1",
    "aliases": ["CVE-1"],
    "ranges": [
        [["introduced", "0"], ["fixed", "1.2"], ["introduced", "2.0"], ["fixed", "2.5"]],
        [["introduced", "4"], ["last_affected", "4.3"]],
    ],
}
LIST = Advisories({"shop": [ENTRY, {"id": "PYSEC-2"}]}, "a list", "2026-01-01")

VERSIONS = {
    "0.1": ["PYSEC-1"],
    "1.2": [],
    "1.9": [],
    "2.0": ["PYSEC-1"],
    "2.5": [],
    "3": [],
    "4.3": ["PYSEC-1"],
    "4.4": [],
    "not a version": [],
}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_versions_of_a_range(version: str) -> None:
    """The first bad version counts, the fixed one does not, the last affected one does."""
    assert [entry.id for entry in LIST.of("shop", version)] == VERSIONS[version]


def test_what_an_advisory_names() -> None:
    """The version that mends it, where there is one, and its other names."""
    assert LIST.of("shop", "2.1")[0] == ("PYSEC-1", ("CVE-1",), "2.5")
    assert LIST.of("shop", "4.1")[0].fixed is None
    assert LIST.of("other", "1") == []


def test_a_bound_that_is_no_version_is_left_out() -> None:
    """The other events of its range hold."""
    entry = {"id": "A", "ranges": [[["introduced", "0"], ["fixed", "???"], ["fixed", "3"]]]}
    rows = Advisories({"x": [entry]}, "a list", "2026-01-01").of("x", "1")
    assert [row.fixed for row in rows] == ["3"]


PINS = {
    "==1.2": "1.2",
    "===1.2": "1.2",
    "==1.2,>=1": "1.2",
    "==1.*": None,
    ">=1": None,
    "": None,
    "^1.2": None,
    "==1,==2": None,
}


@pytest.mark.parametrize("spec", PINS)
def test_the_single_version_of_a_constraint(spec: str) -> None:
    """Only an exact pin names it."""
    assert exact_version(spec) == PINS[spec]


ALONE = {
    (PYPI, "==1.2"): "1.2",
    (PYPI, ">=1.2"): None,
    (NPM, "1.2.3"): "1.2.3",
    (NPM, "v1.2.3-beta.1"): "1.2.3-beta.1",
    (NPM, "^1.2.3"): None,
    (NPM, "latest"): None,
    (CRATES, "1.2.3"): None,
    (CRATES, "=1.2.3"): "1.2.3",
}


def test_the_version_that_a_dependency_allows_alone() -> None:
    """In the notation of each ecosystem; a plain number of cargo allows later versions."""
    for (ecosystem, spec), version in ALONE.items():
        pin = pin_of(Dependency(ecosystem, "A_b", 1, 1, spec))
        assert (pin and pin.version) == version, (ecosystem, spec)
    assert pin_of(Dependency(PYPI, "A_b", 1, 1, "==1")) == Pin(PYPI, "a-b", "1")


def test_entries_of_one_fault_are_one() -> None:
    """Over any chain of ids; the fix is the least version above the present one."""
    rows = [
        ("GHSA-1", ("CVE-1",), ["3.0", "1.5"]),
        ("GHSA-2", (), []),
        ("PYSEC-3", ("CVE-3",), ["0.1", "odd"]),
        ("PYSEC-1", ("CVE-1", "CVE-3"), ["2.0"]),
    ]
    assert united(rows, "1.5") == [
        Advisory("GHSA-2", (), None),
        Advisory("PYSEC-3", ("CVE-3", "GHSA-1", "CVE-1", "PYSEC-1"), "2.0"),
    ]
    assert united([("X", (), ["2", "1"])], "odd")[0].fixed == "1"


def test_what_a_service_reported() -> None:
    """None where it did not answer, which differs from no advisory."""
    pin = Pin(NPM, "x", "1.0.0")
    assert Reported({pin: []}, "s", "2026-01-01").of(pin) == []
    assert Reported({}, "s", "2026-01-01").of(pin) is None
