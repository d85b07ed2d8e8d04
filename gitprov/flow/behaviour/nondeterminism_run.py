"""The dynamic check of non-determinism: a function is run again and again, one axis moved at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from gitprov.behaviour.axes import NAMES, Axis, Deviation, Shift, concerned, deviation, parting_line, shown
from gitprov.errors import UsageError
from gitprov.flow.behaviour.targets import Target, shown_input
from gitprov.model.finding import ERROR, INFO, UNKNOWN, Finding, Risk
from gitprov.sandbox.functions import Conditions, FunctionBox, FunctionRun, call

_WORKERS = 2
_NOT_RUN = "nondeterminism/not-run"
_LOCALES = ("/usr/lib/locale/tr_TR.utf8", "/usr/lib/locale/de_DE.utf8", "/usr/lib/locale/en_US.utf8")
_UNSET = "tr_TR.UTF-8"

Progress = Callable[[str, int, int], None]


def nondeterminism_run(
    target: Target, box: FunctionBox, top: str, expected: Sequence[str], progress: Progress
) -> Iterator[Finding]:
    """A finding for each axis that moves a result, and for what could not be looked at.

    `top`: the root of the work tree. `expected`: axes that are fine, besides those of the target; UsageError
    for one that there is not.
    """
    fine = {*expected, *target.expected}
    for name in sorted(fine - {*NAMES}):
        raise UsageError(f"there is no axis {name}; there are {', '.join(NAMES)}")
    base = call(target.job, Conditions(), box)
    yield from _unknown(target, base)
    if not base.complete:
        return
    axes = list(concerned(base.uses))
    steps = [(axis, shift) for axis in axes for shift in map(_localized, axis.shifts)]
    settled: dict[str, Deviation] = {}
    failures: list[Finding] = []

    def tried(step: tuple[Axis, Shift]) -> tuple[Axis, Shift, FunctionRun | None]:
        axis, shift = step
        return axis, shift, None if axis.name in settled else call(target.job, _conditions(shift), box)

    with ThreadPoolExecutor(_WORKERS) as pool:
        for done, (axis, shift, result) in enumerate(pool.map(tried, steps), 1):
            progress("runs", done, len(steps))
            if result is None or axis.name in settled:
                continue
            apart = deviation(axis, shift.words, base.outcomes, result.outcomes)
            if apart is not None:
                settled[axis.name] = apart._replace(line=_line(target, box, axis, shift, apart.case))
            elif not result.complete:
                failures.append(_failed(target, base, f"{axis.name}: {result.failed}"))
    yield from (_finding(target, base, apart, apart.axis.name in fine, top) for apart in settled.values())
    yield from failures
    if not settled:
        yield from _no_result(target, base)


def _conditions(shift: Shift, trace: bool = False) -> Conditions:
    return Conditions(shift.variables, shift.fields, 1 if trace else shift.repeats, trace)


def _localized(shift: Shift) -> Shift:
    """A shift with a locale of this machine in the place of `{locale}`."""
    if shift.words != "{locale}":
        return shift
    path = next(filter(os.path.isdir, _LOCALES), None)
    name = _UNSET if path is None else os.path.basename(path).replace("utf8", "UTF-8")
    return shift._replace(words=name, variables=tuple((key, name) for key, _ in shift.variables))


def _line(target: Target, box: FunctionBox, axis: Axis, shift: Shift, case: int) -> int | None:
    """The line after which two runs of one case part; None where tracing does not show it."""
    if axis.needs == "threads" or shift.repeats > 1:
        return None
    job = target.job._replace(cases=(target.job.cases[case],))
    runs = [call(job, conditions, box) for conditions in (Conditions(trace=True), _conditions(shift, True))]
    steps = [result.outcomes[0].steps if result.outcomes else () for result in runs]
    return parting_line(*steps)


def _finding(target: Target, base: FunctionRun, apart: Deviation, fine: bool, top: str) -> Finding:
    axis = apart.axis
    source = shown_input(target.job.cases[apart.case])
    message = (
        f"the result of {target.label} depends on {axis.about} ({axis.name}): {source} gives {apart.before}"
        f" with {axis.base}, {apart.after} with {apart.words}"
    )
    return Finding(
        f"nondeterminism/run-{axis.name}",
        INFO if fine else ERROR,
        f"expected: {message}" if fine else message,
        axis.fix,
        path=_path(base.file, top),
        lines=None if apart.line is None else (apart.line, apart.line),
        risk=Risk(axis.severity, "high"),
    )


def _unknown(target: Target, base: FunctionRun) -> Iterator[Finding]:
    """What could not be looked at in the base run."""
    if base.missing is not None:
        yield _failed(
            target, base, f"the module {base.missing} is not installed", f"pip install {base.missing}"
        )
    elif not base.complete:
        yield _failed(target, base, base.failed)
    reasons = sorted({reason for outcome in base.outcomes for reason in outcome.unknown})
    if reasons:
        yield _failed(target, base, f"results are of types that cannot be compared: {'; '.join(reasons)}")


def _no_result(target: Target, base: FunctionRun) -> Iterator[Finding]:
    """A finding if each input ends in an exception: then the function has no results to compare."""
    if base.outcomes and all(outcome.kind == "raised" for outcome in base.outcomes):
        text = f"every input ends in an exception: {shown(base.outcomes[0]).removeprefix('raises ')}"
        yield _failed(target, base, text, "--corpus FILE names inputs that the function takes")


def _failed(target: Target, base: FunctionRun, reason: str, mend: str | None = None) -> Finding:
    message = f"{target.label} was not judged ({base.box.backend}): {reason}"
    return Finding(_NOT_RUN, UNKNOWN, message, mend)


def _path(file: str, top: str) -> str | None:
    relative = os.path.relpath(file, top) if file else ".."
    return None if relative.startswith("..") else relative
