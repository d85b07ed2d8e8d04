"""What may move the result of a function between two runs: one axis at a time, against a fixed base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gitprov.model.behaviour.outcome import CallOutcome

_SHORT = 300


class Shift(NamedTuple):
    """One way in which a run differs from the base. `words` completes "with …"; `variables` are of the
    environment, `fields` of the runner's job.
    """

    words: str
    variables: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, Any], ...] = ()
    repeats: int = 1


class Axis(NamedTuple):
    """One axis. `about` completes "the result depends on …"; `base` are the words of the base on this axis.

    `needs`: the axis is tried only where the base asked for this; empty where it always is.
    """

    name: str
    about: str
    base: str
    severity: str
    shifts: tuple[Shift, ...]
    fix: str
    needs: str = ""


class Deviation(NamedTuple):
    """Two results of one case that differ. `line`: the line of the file after which the runs part, if any."""

    axis: Axis
    words: str
    case: int
    before: str
    after: str
    line: int | None = None


_FAST = ("interval", 1e-6)
_SEEDS = (1, 2, 3, 4, 5, 6, 7)

AXES = (
    Axis("repeats", "earlier calls, addresses or chance that no seed sets", "the first call", "high", (Shift("the same input again", repeats=3),), "keep no state between calls, and put no address into results"),
    Axis("hash-seed", "the order of a set", "hash seed 0", "high", tuple(Shift(f"hash seed {seed}", (("PYTHONHASHSEED", str(seed)),)) for seed in _SEEDS), "sort before the order of a set matters"),
    Axis("time-zone", "the time zone of the machine", "UTC", "high", (Shift("14 hours east of UTC", (("TZ", "XXX-14"),)), Shift("9.5 hours west of UTC", (("TZ", "YYY9:30"),))), "use aware datetimes, with a zone that the code names"),
    Axis("locale", "the locale of the machine", "C.UTF-8", "medium", (Shift("{locale}", (("LC_ALL", "{locale}"), ("LANG", "{locale}"))), Shift("the C locale", (("LC_ALL", "C"), ("PYTHONCOERCECLOCALE", "0"), ("PYTHONUTF8", "0")))), "name encodings, and format without the locale"),
    Axis("file-order", "the order in which a directory lists its files", "sorted names", "high", (Shift("names listed backwards", fields=(("backwards", True),)),), "sort what a directory lists", "files"),
    Axis("clock", "the clock", "2025-06-15 15:06:40 UTC", "medium", (Shift("2026-10-05", fields=(("clock", 1_791_234_567.891), ("tick", 0.0071))),), "take the moment as an argument", "clock"),
    Axis("entropy", "chance", "entropy 1", "medium", (Shift("other entropy", fields=(("entropy", 2),)),), "take a generator with a seed as an argument", "entropy"),
    Axis("processors", "the number of processors", "4 processors", "medium", (Shift("1 processor", fields=(("cpus", 1),)), Shift("7 processors", fields=(("cpus", 7),))), "let the number of workers not show in results", "cpus"),
    Axis("task-order", "the order in which tasks run that are ready", "the order of the event loop", "high", tuple(Shift(f"another order ({seed})", fields=(("tasks", seed),)) for seed in (1, 2, 3)), "gather results by position, and lock what tasks share", "tasks"),
    Axis("threads", "the moments at which threads change places", "rare changes", "high", (Shift("a switch every microsecond", fields=(_FAST,), repeats=5), *(Shift(f"switches at any instruction ({seed})", fields=(_FAST, ("switches", seed)), repeats=3) for seed in (1, 2, 3, 4))), "lock what threads share, and join them before the result is read", "threads"),
)  # fmt: skip
"""Every axis, in the order in which they are tried."""

NAMES = tuple(axis.name for axis in AXES)


def concerned(uses: Mapping[str, int]) -> Iterator[Axis]:
    """The axes that can matter to a function that asked for these things in the base."""
    return (axis for axis in AXES if not axis.needs or uses.get(axis.needs))


def deviation(
    axis: Axis, words: str, base: Sequence[CallOutcome], other: Sequence[CallOutcome]
) -> Deviation | None:
    """The first case whose result differs from the base; None where none does.

    Cases of which a result is unknown, or that did not come back, are not compared.
    """
    first = {outcome.case: outcome for outcome in base if outcome.turn == 0}
    for outcome in other:
        earlier = first.get(outcome.case)
        if earlier is None or earlier.digest is None or outcome.digest is None:
            continue
        if earlier.key != outcome.key:
            return Deviation(axis, words, outcome.case, shown(earlier), _apart(earlier, outcome))
    return None


def shown(outcome: CallOutcome) -> str:
    """A result in one line."""
    words = {"returned": "", "raised": "raises ", "exited": "exits with "}.get(outcome.kind, "")
    text = outcome.text if len(outcome.text) <= _SHORT else outcome.text[: _SHORT - 1] + "…"
    return words + text


def _apart(before: CallOutcome, after: CallOutcome) -> str:
    same = before.kind == after.kind and before.digest == after.digest
    return f"{shown(after)} (equal, but the order of its keys)" if same else shown(after)


def parting_line(base: Sequence[tuple[int, str]], other: Sequence[tuple[int, str]]) -> int | None:
    """The line after which two runs part: the first whose effect on the variables differs, or after which
    they go different ways.
    """
    for before, after in zip(base, other, strict=False):
        if before != after:
            return before[0]
    return None
