"""Values as text: every vector can be read back, short forms stay short, differences name the smallest path."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from gitprov.behaviour.build import build
from gitprov.behaviour.canonical import canonical, tree
from gitprov.behaviour.difference import Tolerance, differences
from gitprov.behaviour.node import serial
from gitprov.behaviour.text import PREVIEW, parse, preview, render
from tests.behaviour import vectors
from tests.behaviour.vector_types import Money, Point


def values() -> dict[str, Any]:
    """Expression → value, of all vectors."""
    names = vectors.namespace()
    return {text: eval(text, dict(names)) for text in vectors.table()}  # noqa: S307 - our own table


def test_texts_can_be_read_back() -> None:
    """The text of each vector is parsed to the same tree."""
    wrong = []
    for expression, value in values().items():
        node = tree(value)
        back = parse(render(node))
        if back is None or serial(back) != serial(node):
            wrong.append((expression, render(node)))
    assert wrong == []


def test_values_are_made_again() -> None:
    """A value that is made of a text has the digest of the first one; for other types the type is named."""
    refused = set()
    for value in values().values():
        node = canonical(value).node
        try:
            made = build(node)
        except ValueError as error:
            refused.add(str(error).removeprefix("no value is made of "))
            continue
        assert canonical(made).digest == canonical(value).digest, render(node)
    assert {"vector_types.Money", "ValueError", "cycle", "vector_types.Colour", "generator"} <= refused
    assert not {"list", "dict", "decimal.Decimal", "datetime.datetime", "bytes"} & refused


def test_dicts_keep_their_order() -> None:
    """A dict that is made of its tree has its keys in the order in which they were observed."""
    assert list(build(tree({"b": 1, "a": 2}))) == ["b", "a"]


def test_zones() -> None:
    """A zone comes back by its key, an offset under its name."""
    zoneinfo = pytest.importorskip("zoneinfo")
    for zone in (zoneinfo.ZoneInfo("Europe/Berlin"), dt.timezone(dt.timedelta(hours=1), "CET")):
        moment = dt.datetime(2026, 3, 29, 12, tzinfo=zone)
        assert build(tree(moment)).tzinfo == zone
        assert canonical(build(tree(moment))).digest == canonical(moment).digest
    assert render(tree(zoneinfo.ZoneInfo("UTC"))) == "zoneinfo.ZoneInfo('UTC')"


@pytest.mark.parametrize(
    "text", ["import os", "f(", "a", "1 + 2", "lambda: 1", "f(1, 2, 3)", "-'a'", "f(*x)", "[" * 500]
)
def test_other_texts_are_no_values(text: str) -> None:
    """Text that the product does not write is nothing, and nothing of it is run."""
    assert parse(text) is None


def test_unknown_and_cut_parts() -> None:
    """Parts without a value have a text as well, which is read back; so does a cut part."""
    node = tree([object(), 1])
    assert render(node) == "[unknown('object', 'no rule for values of this type'), 1]"
    assert parse(render(node)) == node
    cut = parse("[cut('list', 5, 'abc')]")
    assert cut is not None
    assert render(cut) == "[cut('list', 5, 'abc')]"


def test_numbers_that_are_none() -> None:
    """A decimal that is no number, and a text, have no distance."""
    tolerance = Tolerance(absolute=1)
    assert list(differences(tree(Decimal("sNaN")), tree(Decimal(1)), tolerance))
    assert list(differences(tree(Decimal("Infinity")), tree(Decimal(1)), tolerance))
    assert list(differences(tree(b"a"), tree(b"b"), tolerance))


def test_short_forms() -> None:
    """A large value is cut part by part, and stays readable for people and for the parser."""
    value = {
        "numbers": list(range(1000)),
        "text": "x" * 5000,
        "small": {"a": 1},
        "money": Money(list(range(200))),
    }
    text = preview(tree(value), str)
    assert len(text.encode()) <= PREVIEW
    assert parse(text) is not None
    assert "'small': {'a': 1}" in text
    assert "cut('str', 5000," in text
    assert "cut('rest'," in text
    wide = preview(tree({f"key {n}": "ü" * 40 for n in range(500)}), str)
    assert len(wide.encode()) <= PREVIEW
    assert "'…': cut('rest'," in wide
    assert render(tree("x" * 100), 60).startswith("cut('str', 100,")
    assert preview(tree("ü" * 3000), lambda _: "ü" * 3000).encode() == ("ü" * 1024).encode()


CASES: list[tuple[Any, Any, list[tuple[str, str | None, str | None]]]] = [
    ([1, 2], [1, 2.0], [("[1]", "2 (int)", "2.0 (float)")]),
    ([1, 2, 3], [1], [("[1]", "2 (int)", None), ("[2]", "3 (int)", None)]),
    ([], [1], [("[0]", None, "1 (int)")]),
    ({"a": {"b": 1}}, {"a": {"b": 2}}, [("['a']['b']", "1 (int)", "2 (int)")]),
    ({"a": 1, "b": 2}, {"b": 2, "c": 1}, [("['a']", "1 (int)", None), ("['c']", None, "1 (int)")]),
    ({1, 2}, {1, 3}, [("{…}", "2 (int)", "3 (int)")]),
    ({1}, {1, 3}, [("{…}", None, "3 (int)")]),
    ({1, 3}, {1}, [("{…}", "3 (int)", None)]),
    (Money(1), Money(2), [(".amount", "1 (int)", "2 (int)")]),
    (1, "1", [("", "1 (int)", "'1' (str)")]),
    ([1], (1,), [("", "[1] (list)", "(1,) (tuple)")]),
    (0.0, -0.0, [("", "0.0 (float)", "-0.0 (float)")]),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
]


@pytest.mark.parametrize(("old", "new", "places"), CASES)
def test_differences(old: Any, new: Any, places: list[tuple[str, str | None, str | None]]) -> None:
    """The smallest path is named, with both values and their types."""
    assert [tuple(place) for place in differences(tree(old), tree(new))] == places


@pytest.mark.parametrize(
    ("old", "new", "tolerance", "close"),
    [
        (1.0, 1.0000001, Tolerance(relative=1e-6), True),
        (1.0, 1.0000001, Tolerance(relative=1e-8), False),
        (0.0, 1e-9, Tolerance(absolute=1e-8), True),
        (0.3, 0.1 + 0.2, Tolerance(ulp=1), True),
        (0.3, 0.1 + 0.2 + 1e-15, Tolerance(ulp=1), False),
        (Decimal("1.00"), Decimal("1.01"), Tolerance(absolute=0.011), True),
        (100, 101, Tolerance(relative=0.1), True),
        (1, 1.0, Tolerance(relative=0.1), False),
        (float("inf"), 1e308, Tolerance(relative=0.5), False),
        (float("nan"), float("nan"), Tolerance(), True),
        ("1", "2", Tolerance(relative=1), False),
        (Point(1.0, 2.0), Point(1.0, 2.1), Tolerance(relative=0.1), True),
        (10**400, 10**400 + 1, Tolerance(relative=1), False),
    ],
)  # fmt: skip
def test_tolerance(old: object, new: object, tolerance: Tolerance, close: bool) -> None:
    """Numbers of one type may lie apart as far as a tolerance allows; nothing else may."""
    assert (not list(differences(tree(old), tree(new), tolerance))) == close
