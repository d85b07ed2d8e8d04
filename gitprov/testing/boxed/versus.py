"""Compares definitions of two versions of code on many inputs, inside the sandbox.

Reads a JSON object: `tops`, from which the project imports, `sides`, the files of both versions by module
name, `pairs`, lists of old module, old name, new module, new name, file of known inputs or null,
`examples`, and `seconds` for a call. Writes a JSON list for each pair: number, state, count of inputs, text.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any, NamedTuple

from gitprov.behaviour.canonical import canonical
from gitprov.behaviour.difference import differences, shown
from gitprov.behaviour.node import Node
from gitprov.behaviour.text import render
from gitprov.errors import GitprovError
from gitprov.model.answers.behaviour.compare import DIFFERS, SAME, UNKNOWN
from gitprov.testing.boxed.inputs import choose_values, unclear
from gitprov.testing.boxed.load import load, search_in
from gitprov.testing.boxed.methods import ClassMember, as_function, class_values, member_of, value_of
from gitprov.testing.boxed.trial import Endless, Trial, Unrunnable
from gitprov.testing.case_files import read
from gitprov.testing.equivalence.equivalent import CounterExample, outcome, search
from gitprov.testing.observation.environment import Place, fixed, no_calls

_SECONDS = 60.0
_ROOM = 200


class PairVerdict(NamedTuple):
    """The comparison of two definitions. `inputs` were tried; `text` is the difference, or why it is
    unknown.
    """

    state: str
    inputs: int = 0
    text: str = ""


class TrialOptions(NamedTuple):
    """What a search may take: inputs, seconds a call; and the directory in which it runs."""

    examples: int
    seconds: float
    place: Place


def main() -> int:
    """Compare all pairs of the job."""
    job = json.loads(sys.stdin.read())
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    os.dup2(2, 1)
    place, root = Place(), os.getcwd()
    search_in(job["tops"])
    old, new = (
        load({name: os.path.join(root, path) for name, path in side.items()}) for side in job["sides"]
    )
    for number, (old_module, old_name, new_module, new_name, file) in enumerate(job["pairs"]):
        sides = (old[old_module], old_name), (new[new_module], new_name)
        corpus = [*_plain_arguments(os.path.join(root, file))] if file else []
        verdict = _of_modules(*sides, corpus, TrialOptions(job["examples"], job["seconds"], place))
        out.write(json.dumps([number, *verdict]) + "\n")
        out.flush()
    place.remove()
    return 0


def _plain_arguments(path: str) -> Iterator[tuple[Any, ...]]:
    """The inputs in a file of cases that are positional arguments and nothing else."""
    with open(path, "rb") as file:
        for case in read(file.read(), os.path.basename(path)):
            if not (case.keywords or case.stdin or case.files):
                yield case.args


def _of_modules(
    old: tuple[ModuleType | str, str],
    new: tuple[ModuleType | str, str],
    corpus: list[tuple[Any, ...]],
    wish: TrialOptions,
) -> PairVerdict:
    modules: list[ModuleType] = []
    for module, _ in (old, new):
        if isinstance(module, str):
            return PairVerdict(UNKNOWN, 0, module)
        modules.append(module)
    before, after = (member_of(module, name) for module, (_, name) in zip(modules, (old, new), strict=True))
    if before and after:
        return _of_members(before, after, wish)
    values = [value_of(module, name) for module, (_, name) in zip(modules, (old, new), strict=True)]
    if all(inspect.isroutine(inspect.unwrap(value)) for value in values):
        return compared(values[0], values[1], corpus, wish)
    return _of_values(*values)


def _of_members(old: ClassMember, new: ClassMember, wish: TrialOptions) -> PairVerdict:
    """Whether constructors, or methods of new objects, do the same; first, whether the plain values of both
    classes are the same.
    """
    if old.name is None:
        values = _of_values(class_values(old.kind), class_values(new.kind))
        if values.state == DIFFERS:
            return values
    functions = as_function(old, new), as_function(new, old)
    if len({len(inspect.signature(function).parameters) for function in functions}) > 1:
        return PairVerdict(UNKNOWN, 0, "the versions take different arguments")
    return compared(*functions, [], wish)


def _of_values(old: object, new: object) -> PairVerdict:
    before, after = canonical(old), canonical(new)
    place = next(differences(before.node, after.node), None)
    if place is not None:
        return PairVerdict(DIFFERS, 0, f"{place.path}: {place.old} → {place.new}".removeprefix(": "))
    reasons = before.unknown or after.unknown
    return PairVerdict(UNKNOWN, 0, reasons[0]) if reasons else PairVerdict(SAME)


def compared(old: Any, new: Any, corpus: list[tuple[Any, ...]], wish: TrialOptions) -> PairVerdict:
    """Whether two functions do the same: on the corpus, on small numbers, then on numbers of any size."""
    name = unclear(old, new, max(map(len, corpus), default=0))
    if name is not None:
        return PairVerdict(UNKNOWN, 0, f"nothing tells what {name} is")
    trial = Trial(old, new, wish.seconds)
    try:
        for small in (True, False):
            trial.small = small
            example = _searched(trial, corpus, wish)
            if example is not None:
                return _differs(trial, example)
    except Endless as end:
        if trial.small:
            return _endless(end, wish.seconds)
    except Unrunnable as reason:
        return PairVerdict(UNKNOWN, len(trial.inputs), str(reason))
    except GitprovError as error:
        return PairVerdict(UNKNOWN, len(trial.inputs), error.message.removeprefix(f"{new.__name__}: "))
    if not trial.returned:
        return PairVerdict(UNKNOWN, len(trial.inputs), "both versions raise an exception for every input")
    return PairVerdict(SAME, len(trial.inputs))


def _searched(trial: Trial, corpus: list[tuple[Any, ...]], wish: TrialOptions) -> CounterExample | None:
    """A search in the fixed environment."""
    choose_values((trial.old, trial.new), small=trial.small)
    with no_calls(), fixed(wish.place, "", _SECONDS):
        return search(trial.old, trial.new, corpus, wish.examples // 2, accepts=trial.note)


def _differs(trial: Trial, example: CounterExample) -> PairVerdict:
    """A difference, unless a version does not do twice what it did."""
    count = len(trial.inputs)
    for function, seen in ((trial.old, example.old), (trial.new, example.new)):
        if outcome(function, example.args).node != seen.node:
            hint = "gitprov check nondeterminism --run says on what it depends"
            return PairVerdict(UNKNOWN, count, f"two calls with one input do not do the same: {hint}")
    return PairVerdict(
        DIFFERS, count, f"for {_shown(example.args)}, {_change(example.old.node, example.new.node)}"
    )


def _change(old: Node, new: Node) -> str:
    """What two calls did, where that differs."""
    (was, before), (now, after) = ((name.text, value) for node in (old, new) for name, value in node.pairs())
    if was != now:
        return f"{_result(was, before)} → {_result(now, after)}"
    place = next(differences(old, new))
    where = place.path.lstrip(".").removeprefix("returned.")
    return f"{where}: {place.old or 'nothing'} → {place.new or 'nothing'}"


def _result(kind: str, value: Node) -> str:
    """The value that a call returned, without its other effects, or the type of its exception."""
    if kind == "raised":
        return f"raises {value.text}"
    return f"returned {shown(next((part for name, part in value.pairs() if name.text == 'returned'), value))}"


def _endless(end: Endless, seconds: float) -> PairVerdict:
    """Calls with small inputs that do not end."""
    text = f"does not end within {seconds:g} s for {_shown(end.args_of_call)}"
    if all(end.hung):
        return PairVerdict(UNKNOWN, 0, f"it {text}")
    return PairVerdict(DIFFERS, 0, f"the {'old' if end.hung[0] else 'new'} version {text}, the other does")


def _shown(args: tuple[Any, ...]) -> str:
    """An input as in a call."""
    return f"({', '.join(render(canonical(value).node, _ROOM) for value in args)})"
