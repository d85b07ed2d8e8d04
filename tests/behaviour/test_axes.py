"""Axes of non-determinism: which are tried, and what counts as a difference."""

from __future__ import annotations

from gitprov.behaviour.axes import AXES, NAMES, concerned, deviation, parting_line, shown
from gitprov.model.behaviour.outcome import CallOutcome

AXIS = AXES[0]


def outcome(case: int = 0, **fields: object) -> CallOutcome:
    """A result that returned 1."""
    return CallOutcome(case, 0, "returned", "sha256:1", None, "1")._replace(**fields)  # type: ignore[arg-type]


def test_axes_that_need_something_wait_for_it() -> None:
    """Clock, chance, files, processors, tasks and threads are tried only where the base asked for them."""
    always = {"repeats", "hash-seed", "time-zone", "locale"}
    assert {axis.name for axis in concerned({})} == always
    assert {axis.name for axis in concerned({"clock": 1, "files": 2})} == {*always, "clock", "file-order"}
    assert len({*NAMES}) == len(AXES)


def test_differences() -> None:
    """Another digest, another kind, another order of keys; never an unknown value or a missing case."""
    base = [outcome(0), outcome(1), outcome(2, digest=None)]
    same = [outcome(0, turn=1), outcome(1), outcome(2, digest="sha256:9"), outcome(7)]
    assert deviation(AXIS, "x", base, same) is None
    assert deviation(AXIS, "x", base, [outcome(0, digest=None)]) is None
    other = deviation(AXIS, "x", base, [outcome(0), outcome(1, digest="sha256:2", text="2")])
    assert other is not None
    assert (other.case, other.before, other.after, other.line) == (1, "1", "2", None)
    raised = deviation(AXIS, "x", base, [outcome(0, kind="raised", text="KeyError('x')")])
    assert raised is not None
    assert raised.after == "raises KeyError('x')"
    moved = deviation(AXIS, "x", base, [outcome(0, order="ab")])
    assert moved is not None
    assert moved.after == "1 (equal, but the order of its keys)"


def test_long_results_are_cut() -> None:
    """A result takes one line of at most 300 characters and the word before it."""
    assert shown(outcome(text="x" * 900)).endswith("x…")
    assert len(shown(outcome(text="x" * 900))) == 300
    assert shown(outcome(kind="exited", text="2")) == "exits with 2"


def test_runs_part() -> None:
    """The first line with another effect; none where the runs are the same as far as both go."""
    assert parting_line([(1, "a"), (2, "b")], [(1, "a"), (2, "c")]) == 2
    assert parting_line([(1, "a"), (2, "b")], [(1, "a")]) is None
