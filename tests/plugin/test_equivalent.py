"""Two functions compared with inputs that nobody wrote: planted differences, versions of git, corpora."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

import gitprov
from gitprov.errors import UsageError
from gitprov.testing.equivalence import deep
from gitprov.testing.equivalence.equivalent import NotEquivalent, search
from tests.support.agent import Agent
from tests.support.repo import GitRepo


def clamp(x: int, low: int, high: int) -> int:
    """Between both bounds, the lower wins."""
    return max(low, min(x, high))


def clamp_other(x: int, low: int, high: int) -> int:
    """Between both bounds, the higher wins."""
    return min(high, max(x, low))


def half(x: int) -> int:
    """A whole number."""
    return x * 2 // 2


def half_float(x: int) -> float:
    """The same number as a float."""
    return x * 2 / 2


def rounded(x: float) -> float:
    """To two digits, as Python rounds."""
    return round(x, 2)


def rounded_up(x: float) -> float:
    """To two digits, as shops round."""
    if abs(x) > 1e15 or x != x:  # noqa: PLR0124 - NaN
        return round(x, 2)
    return float(Decimal(repr(x)).quantize(Decimal("0.01"), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("old", "new", "case"),
    [
        (clamp, clamp_other, "@gitprov.case(0, 0, -1)"),
        (half, half_float, "@gitprov.case(0)"),
        (rounded, rounded_up, "@gitprov.case("),
    ],
    ids=["clamp", "float", "rounding"],
)
def test_planted(old: Callable[..., Any], new: Callable[..., Any], case: str) -> None:
    """A planted difference is seen; the smallest input is offered as a case."""
    with pytest.raises(NotEquivalent) as caught:
        gitprov.equivalent(old, new)()
    text = str(caught.value)
    assert f"{new.__qualname__} does not do what {old.__qualname__} did, for the input (" in text
    assert "at returned:" in text
    assert case in text


@pytest.mark.slow
def test_equal_functions() -> None:
    """Functions that do the same pass, with a tolerance those that nearly do, and with a condition on inputs."""
    gitprov.equivalent(clamp, lambda x, low, high: sorted((low, min(x, high)))[1], corpus=[(1, 2, 3)])()
    gitprov.equivalent(rounded, rounded_up, tolerance=gitprov.Tolerance(absolute=0.011))()

    @gitprov.equivalent(clamp, clamp_other)
    def test_ordered(x: int, low: int, high: int) -> bool:
        return low <= high and x == x  # noqa: PLR0124 - a condition on all of them

    test_ordered()


def fails(x: str) -> None:
    """An exception with one text."""
    raise ValueError(f"no {x}")


def test_exceptions_by_type() -> None:
    """An exception is compared by its type alone."""

    def other_text(x: str) -> None:
        raise ValueError(x)

    def other_type(x: str) -> None:
        raise TypeError(x or "nothing")

    assert search(fails, other_text) is None
    example = search(fails, other_type)
    assert example is not None
    assert example.args == ("",)


def untyped(rows):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Without annotations."""
    return [row["n"] * 2 for row in rows]


def untyped_other(rows):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Differs for large numbers only."""
    return [row["n"] * 2 if row["n"] < 100 else 0 for row in rows]


def test_shapes_of_a_corpus() -> None:
    """Without annotations inputs are made in the shapes of the corpus, which is tried first; shrunk to the smallest."""
    corpus = [([{"n": 1, "tags": {"a"}, "at": (1.5, None, b"x", "t", True)}],), ([],)]
    example = search(untyped, untyped_other, corpus, examples=2000)
    assert example is not None
    assert [row["n"] for row in example.args[0]] == [100]
    with pytest.raises(UsageError) as caught:
        search(untyped, untyped_other)
    assert "nothing tells what rows is" in caught.value.message
    decorated = gitprov.case([{"n": 200}])(untyped_other)
    example = search(untyped, decorated)
    assert example is not None
    assert example.args == ([{"n": 200}],)


def annotated(
    a: list[float],
    b: dict[str, int],
    c: int | None,
    d: tuple[int, str],
    e: set[int],
    f: frozenset[str],
    g: float = 1.0,
) -> object:
    """Many kinds of annotations."""
    return [a, b, c, d, e, f, g]


@pytest.mark.slow
def test_annotations() -> None:
    """Inputs are made for containers, unions and defaults; a value is handed over as it was made."""
    seen: list[tuple[Any, ...]] = []

    def other(*args: Any) -> object:
        seen.append(args)
        return list(args)

    assert search(other, annotated, examples=50) is None
    assert len(seen) >= 50
    assert {type(args[4]) for args in seen} == {set}
    assert {type(args[5]) for args in seen} == {frozenset}


@pytest.mark.slow
def test_versions_of_git(project: GitRepo, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old function can be that of a commit or of a generation; what is not there is named."""
    agent.prompt("clamp")
    agent.write("lib.py", "def clamp(x, low, high):\n    return max(low, min(x, high))\n")
    project.commit("Clamp")
    trace = project.git("log", "-1", "--format=%(trailers:key=AI-Trace,valueonly)").stdout.strip()
    monkeypatch.chdir(project.path)
    for name, value in project.env.items():
        monkeypatch.setenv(name, value)
    for old in ("HEAD:lib.py:clamp", f"{trace}:clamp"):
        gitprov.equivalent(old, clamp)()
        with pytest.raises(NotEquivalent, match="clamp_other does not do what"):
            gitprov.equivalent(old, clamp_other)()
    for old, message in (
        ("HEAD:lib.py:none", "there is no function none in lib.py"),
        ("HEAD:none.py:clamp", "HEAD has no file none.py"),
        ("nope:lib.py:clamp", "nope names no commit"),
        (f"{trace}:none", "wrote no function none"),
        ("gen_20260101_0000000000:clamp", "this clone has no generation"),
        ("lib.clamp", "names no function of another version"),
        ("HEAD:README:clamp", "is no Python"),
    ):
        with pytest.raises(UsageError, match=message):
            gitprov.equivalent(old, clamp)()


def shout(x: str) -> str:
    """Capitals."""
    return x.upper()


def shout_other(x: str) -> str:
    """Capitals, but for a single word."""
    return x.upper() if x != "xyzzy" else "?"


@pytest.mark.slow
def test_deep(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer of CrossHair counts where the values differ there; functions inside others cannot be searched."""
    answers = iter(
        [
            "Given: (x='xyzzy'),\n  a : returns 1\n",
            "Given: (x='a')\n",
            "Given: (x=object())\n",
            "No differences found.\n",
        ]
    )
    monkeypatch.setattr(deep, "find_spec", lambda _: True)
    monkeypatch.setattr(deep, "output", lambda *_: next(answers))
    gitprov.equivalent(shout, shout_other)()
    monkeypatch.setenv("GITPROV_DEEP", "5")
    with pytest.raises(NotEquivalent, match=r"@gitprov\.case\('xyzzy'\)"):
        gitprov.equivalent(shout, shout_other)()
    for _ in range(3):
        gitprov.equivalent(shout, shout_other)()
    with pytest.raises(UsageError, match="cannot"):
        gitprov.equivalent(lambda x: x, lambda x: x, corpus=[(1,)])()
    monkeypatch.setattr(deep, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match="--deep needs CrossHair"):
        gitprov.equivalent(shout, shout_other)()


@pytest.mark.slow
def test_deep_with_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """CrossHair itself finds the word."""
    pytest.importorskip("crosshair")
    monkeypatch.setenv("GITPROV_DEEP", "10")
    with pytest.raises(NotEquivalent, match="xyzzy"):
        gitprov.equivalent(shout, shout_other)()
