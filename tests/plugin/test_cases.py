"""The decorators of cases, and their files."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

import gitprov
from gitprov.behaviour.canonical import canonical
from gitprov.errors import UsageError
from gitprov.testing.case_files import line_of, read
from gitprov.testing.cases import Case, of_callable
from gitprov.testing.complete import stale


def test_decorators() -> None:
    """Cases stand in the order of the source; a name is made of the inputs unless the author gives one."""

    @gitprov.case(1, "a")
    @gitprov.case([1.5], id="mine")
    @gitprov.cases("more.jsonl")
    @gitprov.case()
    def subject(*args: object) -> object:
        return args

    marked = of_callable(subject)
    assert marked is not None
    assert [case.name for case in marked.cases] == ["1-a", "mine", "call"]
    assert marked.files == ("more.jsonl",)
    assert Case(({"a": [1]},)).name == Case(({"a": [1]},)).name != Case(({"a": [2]},)).name
    assert of_callable(len) is None


def test_imported_callables_stay_as_they_are() -> None:
    """A callable of another module is no subject itself: the result of the decorator is."""
    decorated = gitprov.case(1)(gitprov.case(2)(canonical))
    assert decorated is not canonical
    assert of_callable(canonical) is None
    assert decorated(1) == canonical(1)
    marked = of_callable(decorated)
    assert marked is not None
    assert len(marked.cases) == 2


@pytest.mark.parametrize(
    "args",
    [(1, 1.0, "a", None, [True]), ((1, 2),), (Decimal("1.0"), b"x"), ({1, 2}, {"a": (1,)}), (dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc),), ({1: 2},), (float("nan"),), ()],
)  # fmt: skip
def test_lines(args: tuple[Any, ...]) -> None:
    """The line of an input gives that input again, with its types."""
    line = line_of(args, id="x")
    (case,) = read(line.encode(), "f.jsonl")
    assert canonical(case.args).digest == canonical(args).digest
    assert case.id == "x"


def test_inputs_without_a_line() -> None:
    """An input of which no value can be made again has no line."""
    with pytest.raises(ValueError, match="no value is made of"):
        line_of((object(),))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "f.jsonl:2: no case: Expecting"),
        ("[]", "each line is an object"),
        ('{"inputs": []}', "unknown key 'inputs'"),
        ('{"input": 1}', "`input` is a list of arguments"),
        ('{"python": "1"}', "`python` is a tuple"),
        ('{"python": "f("}', "`python` is a tuple"),
        ('{"tolerance": {"much": 1}}', "unexpected keyword argument"),
    ],
)
def test_lines_that_are_no_cases(line: str, message: str) -> None:
    """The file and the line are named, and what is wrong."""
    with pytest.raises(UsageError) as caught:
        list(read(b"// a remark\n" + line.encode(), "f.jsonl"))
    assert message in caught.value.message


def test_options_of_a_line() -> None:
    """A line has what the decorator takes."""
    line = b'{"input": [1], "tolerance": {"relative": 0.5}, "clock": "2026-01-01T00:00:00Z", "files": {"a": "b"}, "seen": "x"}\n\n'
    (case,) = read(line, "f.jsonl")
    assert case == Case(
        (1,), tolerance=gitprov.Tolerance(0.5), clock="2026-01-01T00:00:00Z", files={"a": "b"}
    )


def test_commands() -> None:
    """The arguments of a case come after those of the command."""
    assert gitprov.command("sum", "-n")("a.txt") == ("sum", "-n", "a.txt")
    assert gitprov.command("{python}", "x.py")()[1:] == ("x.py",)
    assert callable(stale)
