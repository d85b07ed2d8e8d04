"""Canonical values: one digest for equal values on every Python, and another one for every other value."""

from __future__ import annotations

import dataclasses
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gitprov.behaviour import adapters
from gitprov.behaviour import canonical as canonical_module
from gitprov.behaviour.canonical import DRAIN, canonical, combined, tree
from tests.behaviour import vectors
from tests.behaviour.vector_types import Money, Tag, counting

PYTHONS = sorted(Path.home().glob(".pyenv/versions/3.1[0-9].*/bin/python"))
SAME = [
    {'float("nan")', '-float("nan")'},
    {'"ä"', '"\\u00e4"'},
    {"{1, 2, 3}", "{3, 2, 1}"},
    {'{"a": 1, "b": 2}', '{"b": 2, "a": 1}'},
    {"collections.OrderedDict(a=1, b=2)", "collections.OrderedDict(b=2, a=1)"},
    {"collections.deque([1, 2])", "collections.deque([1, 2], maxlen=2)"},
    {"datetime.timedelta(days=1)", "datetime.timedelta(seconds=86400)"},
]
"""Expressions of one value; all other vectors have different ones."""


def run_vectors(python: str, seed: str) -> list[str]:
    """The digests of the table in another process."""
    script = str(Path(vectors.__file__))
    done = subprocess.run(
        [python, "-S", script], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)
    assert isinstance(answer, list)
    return answer


def test_vectors() -> None:
    """The digests of the table are those of this Python, whatever its hash seed."""
    table = vectors.table()
    assert len(table) >= 200
    assert dict(zip(table, vectors.digests(list(table)), strict=True)) == table
    for seed in ("1", "2"):
        assert dict(zip(table, run_vectors(sys.executable, seed), strict=True)) == table


@pytest.mark.slow
@pytest.mark.skipif(not PYTHONS, reason="no other Python is installed")
def test_vectors_of_other_pythons() -> None:
    """Every Python that is installed computes the same digests."""
    table = vectors.table()
    for python in PYTHONS:
        assert dict(zip(table, run_vectors(str(python), "3"), strict=True)) == table, python


def test_no_two_vectors_fall_together() -> None:
    """Different values have different digests: types, zones, signs of zero, scales of decimals."""
    by_digest: dict[str, set[str]] = {}
    for expression, digest in vectors.table().items():
        by_digest.setdefault(digest, set()).add(expression)
    assert sorted(map(sorted, (group for group in by_digest.values() if len(group) > 1))) == sorted(
        map(sorted, SAME)
    )


class Plain:
    """A class without a rule."""


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Plain(), "tests.behaviour.test_canonical.Plain: no rule for values of this type"),
        ([1, {"a": Plain()}], "tests.behaviour.test_canonical.Plain: no rule for values of this type"),
        (len, "builtin_function_or_method: no rule for values of this type"),
        (io.StringIO("a"), "_io.StringIO: no rule for values of this type"),
        (counting(DRAIN + 1), "generator: more than 1,000 elements"),
    ],
    ids=["object", "inside", "function", "file", "endless"],
)
def test_unknown(value: object, reason: str) -> None:
    """A value without a rule has no digest; the reason names its type."""
    whole = canonical(value)
    assert (whole.digest, whole.unknown) == (None, (reason,))


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values that are too deep or too large are unknown, and read no further."""
    deep: list[Any] = []
    for _ in range(200):
        deep = [deep]
    assert canonical(deep).unknown == ("list: nested deeper than 120 levels",)
    monkeypatch.setattr(canonical_module, "NODES", 5_000)
    wide: list[Any] = [0]
    for _ in range(15):
        wide = [wide, wide]
    assert "more than 5,000 elements" in canonical(wide).unknown[0]


def test_iterators_are_read_to_their_end() -> None:
    """As many elements as fit are read; one more makes the value unknown."""
    assert canonical(counting(DRAIN)).digest is not None
    assert canonical(iter(range(3)), drain=2).digest is None
    untouched = iter([1])
    assert canonical([untouched], drain=-1).unknown == ("list_iterator: an iterator, which is not read here",)
    assert list(untouched) == [1]


def test_order_is_beside() -> None:
    """The order of a dict's keys moves no digest, but its order; sorted keys have none."""
    one, two = canonical({"b": 1, "a": 2}), canonical({"a": 2, "b": 1})
    assert one.digest == two.digest
    assert (two.order, one.order == two.order) == (None, False)
    assert canonical([{"b": 1, "a": 2}, {}]).order != canonical([{}, {"b": 1, "a": 2}]).order


def test_combined() -> None:
    """Several values are an object of these fields, unknown where one of them is, with the orders of all."""
    fields = {"a": canonical(1), "b": canonical({"y": 1, "x": 2})}
    whole = combined("both", fields)
    assert whole.order is not None
    assert whole.digest != combined("other", fields).digest
    assert combined("both", {**fields, "c": canonical(Plain())}).digest is None


def test_addresses_are_left_out() -> None:
    """What an object's `repr` left in a text is no part of it; other numbers are."""
    texts = [f"<{Plain()!r}>", f"<{Plain()!r}>"]
    assert canonical(texts[0]).digest == canonical(texts[1]).digest
    assert canonical("at 0x10").digest != canonical("at 0x11").digest


def test_absent_attributes() -> None:
    """A dataclass whose field was deleted is another value, and no error."""
    money = Money(1)
    del money.amount
    assert canonical(money).digest not in (None, canonical(Money(1)).digest)


def test_class_variables_are_no_fields() -> None:
    """Fields of a dataclass are those of its values."""
    made = dataclasses.make_dataclass("Made", [("x", int)])
    assert [part.text for part in tree(made(1)).parts] == ["x", "1"]


def test_libraries_by_their_fields() -> None:
    """Objects of attrs and pydantic, and whatever else lists its fields, are read without an import of them."""
    attrs, pydantic = pytest.importorskip("attrs"), pytest.importorskip("pydantic")

    Line = attrs.make_class("Line", {"amount": attrs.field(default=1)})  # noqa: N806 - a class
    Model = pydantic.create_model("Model", amount=(int, 1), __config__={"extra": "allow"})  # noqa: N806 - a class
    struct = type("Struct", (), {"__struct_fields__": ("amount",), "amount": 1})
    for make in (Line, Model, struct):
        assert canonical(make()).digest is not None
    assert canonical(Line(1)).digest != canonical(Line(2)).digest
    assert canonical(Model(more=1)).digest != canonical(Model(more=2)).digest


def test_numpy() -> None:
    """dtype, shape and content of arrays; their numbers are no plain numbers."""
    numpy = pytest.importorskip("numpy")
    values = [
        1, 1.0, numpy.float64(1), numpy.float32(1), numpy.int8(1), numpy.array(1), numpy.array([1]), numpy.array([1.0]),
        numpy.array([[1]]), numpy.array(["a"]), numpy.array([1], dtype=object), numpy.arange(5000), numpy.longdouble(1),
        numpy.array([(1, 2.0)], dtype="i4,f8"), numpy.datetime64("2026-01-01"), numpy.array([1j]),
    ]  # fmt: skip
    digests = [canonical(value).digest for value in values]
    assert None not in digests
    assert len(set(digests)) == len(values)
    assert canonical(numpy.array([1], ">i4")).digest == canonical(numpy.array([1], "<i4")).digest
    assert canonical(numpy.array([object()])).digest is None


def test_pandas() -> None:
    """Frames with index, names and types of columns; moments with nanoseconds; missing values."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    values = [
        frame, frame.set_index("b"), frame.rename(columns={"a": "c"}), frame.astype({"a": float}), frame["a"], frame["a"].index,
        pandas.Timestamp("2026-01-01"), pandas.Timestamp("2026-01-01", tz="UTC"), pandas.Timestamp(1), pandas.NaT, pandas.NA,
        pandas.Timedelta(1), pandas.Categorical(["a"]),
    ]  # fmt: skip
    digests = [canonical(value).digest for value in values]
    assert None not in digests
    assert len(set(digests)) == len(values)


def test_register(monkeypatch: pytest.MonkeyPatch) -> None:
    """An adapter of the project gives values of its class a form."""

    class Mine:
        def __init__(self, x: int) -> None:
            self.x = x

    monkeypatch.setattr(adapters, "REGISTRY", dict(adapters.REGISTRY))
    adapters.register(f"{__name__}.{Mine.__qualname__}", lambda value: {"x": value.x})
    assert canonical(Mine(1)).digest not in (None, canonical(Mine(2)).digest)


def test_tags_say_nothing_of_the_place() -> None:
    """A class inside a function has a dotted name."""

    @dataclasses.dataclass
    class Local:
        x: int = 1

    assert tree(Local()).tag == "tests.behaviour.test_canonical.test_tags_say_nothing_of_the_place.Local"
    assert tree({Tag("a")}).parts[0].tag.endswith("vector_types.Tag")
