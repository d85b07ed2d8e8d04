"""Advisories: which versions a range of events concerns."""

from __future__ import annotations

import pytest

from gitprov.checks.deps.advisories import Advisories, exact_version

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
