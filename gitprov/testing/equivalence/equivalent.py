"""Whether two functions do the same: a search for the smallest input that separates them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from gitprov.behaviour.canonical import Canonical, canonical, combined
from gitprov.behaviour.difference import Tolerance, differences
from gitprov.behaviour.text import render
from gitprov.errors import UsageError
from gitprov.testing.cases import of_callable
from gitprov.testing.observation.environment import Hung, Place, fixed, no_calls

SECONDS = 120
"""How long a search may take."""


class NotEquivalent(AssertionError):
    """Two functions do not do the same; the message has the smallest input, both results and a case."""


class CounterExample(NamedTuple):
    """An input for which two functions differ, and what each did."""

    args: tuple[Any, ...]
    old: Canonical
    new: Canonical


def equivalent(
    old: Callable[..., Any] | str,
    new: Callable[..., Any],
    *,
    corpus: Sequence[tuple[Any, ...]] = (),
    examples: int = 200,
    tolerance: Tolerance | None = None,
) -> Callable[..., Any]:
    """A test that two functions do the same, for any input: `test_same = gitprov.equivalent(old, new)`.

    `old` may be a function, `gen_…:function` (as that generation wrote it) or `REV:path:function` (as it was
    in a commit). Inputs come from the annotations of `new`, its cases, and `corpus`: tuples of arguments.
    Values are compared by canonical bytes, exceptions by their type. As a decorator it takes the place of the
    function below it, which gets each input and returns False for those that do not count.
    """

    def run(accepts: Callable[..., Any] | None = None) -> Any:
        if accepts is not None:
            return lambda: _check(old, new, corpus, examples, tolerance, accepts)
        return _check(old, new, corpus, examples, tolerance, None)

    return run


def _check(
    old: Callable[..., Any] | str,
    new: Callable[..., Any],
    corpus: Sequence[tuple[Any, ...]],
    examples: int,
    tolerance: Tolerance | None,
    accepts: Callable[..., Any] | None,
) -> None:
    from gitprov.testing.equivalence import deep

    source: bytes | None
    if isinstance(old, str):
        from gitprov.testing.equivalence.versions import load

        name, (before, source) = old, load(old, new)
    else:
        name, before, source = getattr(old, "__qualname__", "old"), old, None
    example = _searched(before, new, corpus, examples, tolerance, accepts)
    if example is None and deep.seconds():
        args = deep.counter_example(before, new, source, deep.seconds())
        if args is not None:
            example = _searched(before, new, [args], 1, tolerance, accepts)
    if example is not None:
        raise NotEquivalent(describe(example, name, getattr(new, "__qualname__", "new"), tolerance))


def _searched(
    old: Callable[..., Any],
    new: Callable[..., Any],
    corpus: Sequence[tuple[Any, ...]],
    examples: int,
    tolerance: Tolerance | None,
    accepts: Callable[..., Any] | None,
) -> CounterExample | None:
    """`search` in the fixed environment of cases. UsageError where it takes too long."""
    place = Place()
    try:
        with no_calls(), fixed(place, "", SECONDS):
            return search(old, new, corpus, examples, tolerance, accepts)
    except Hung:
        hint = "give fewer examples=, or inputs for which it is fast: corpus="
        raise UsageError(f"the search took longer than {SECONDS} s", hint) from None
    finally:
        place.remove()


def search(
    old: Callable[..., Any],
    new: Callable[..., Any],
    corpus: Sequence[tuple[Any, ...]] = (),
    examples: int = 200,
    tolerance: Tolerance | None = None,
    accepts: Callable[..., Any] | None = None,
) -> CounterExample | None:
    """The smallest input that separates two functions, None without one. The corpus is tried first."""
    try:
        import hypothesis
    except ImportError:
        raise UsageError("equivalent needs hypothesis", "pip install 'gitprov[behaviour]'") from None
    from gitprov.testing.equivalence.strategies import arguments

    inputs = [*corpus, *_inputs(new), *_inputs(old)]
    last: list[CounterExample] = []

    def differ(args: tuple[Any, ...]) -> None:
        if accepts is not None and accepts(*copy.deepcopy(args)) is False:
            return
        example = CounterExample(args, outcome(old, args), outcome(new, args))
        if any(differences(example.old.node, example.new.node, tolerance)):
            last[:] = [example]
            raise NotEquivalent
        unknown = example.old.unknown or example.new.unknown
        if unknown:
            raise UsageError(f"values that cannot be compared: {unknown[0]}", "gitprov.register adds a rule")

    for args in inputs:
        try:
            differ(args)
        except NotEquivalent:
            return last[0]
    property_of = vars(hypothesis)["given"]
    fixed = hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        print_blob=False,
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    try:
        fixed(property_of(arguments(new, inputs))(differ))()
    except NotEquivalent:
        return last[0]
    return None


def _inputs(function: Callable[..., Any]) -> list[tuple[Any, ...]]:
    """The inputs of a function's own cases."""
    marked = of_callable(function)
    return [case.args for case in marked.cases] if marked else []


def outcome(function: Callable[..., Any], args: tuple[Any, ...]) -> Canonical:
    """What a call does: its value, or the type of its exception."""
    try:
        value = canonical(function(*copy.deepcopy(args)))
    except Exception as error:  # noqa: BLE001 - whatever the code under test raises is its behaviour
        return combined("did", {"raised": canonical(type(error))})
    return combined("did", {"returned": value})


def describe(example: CounterExample, old: str, new: str, tolerance: Tolerance | None = None) -> str:
    """The difference in words, with the line that keeps the input as a case."""
    shown = ", ".join(render(canonical(value).node, 400) for value in example.args)
    lines = [f"{new} does not do what {old} did, for the input ({shown})"]
    for place in list(differences(example.old.node, example.new.node, tolerance))[:3]:
        lines += [
            f"at {place.path.lstrip('.')}:",
            f"  - {place.old or 'nothing'}",
            f"  + {place.new or 'nothing'}",
        ]
    lines += ["keep it as a case:", f"  @gitprov.case({', '.join(_source(value) for value in example.args)})"]
    return "\n".join(lines)


def _source(value: Any) -> str:
    """A value as it stands in source code."""
    return repr(value)
