"""All rules of JavaScript and TypeScript over one file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gitprov.checks.nondeterminism.hazard import Uncertainty
from gitprov.checks.nondeterminism.script import orders, values
from gitprov.checks.nondeterminism.script.tree import ScriptTree, line

Detector = Callable[[ScriptTree], Iterator[Uncertainty]]

DETECTORS: tuple[Detector, ...] = (
    values.chance,
    values.clocks,
    values.identifiers,
    values.locales,
    values.key_order,
    orders.directory_order,
    orders.completion_order,
    orders.races,
)
"""The functions that look at a file."""


def scan(
    text: str, language: str, detectors: tuple[Detector, ...] = DETECTORS
) -> tuple[list[Uncertainty], list[str]]:
    """What the rules report in a file, and why some could not look.

    `language`: javascript, typescript or tsx; ast-grep ends the process at a name that it does not have.
    """
    try:
        from ast_grep_py import SgRoot
    except ModuleNotFoundError:
        return [], ["JavaScript needs ast-grep-py: pip install 'gitprov[checks]'"]
    root = SgRoot(text, language).root()
    broken = root.find(kind="ERROR")
    if broken is not None:
        return [], [f"it is not valid {language}: line {line(broken)}"]
    script = ScriptTree(root)
    sightings: list[Uncertainty] = []
    failures: list[str] = []
    for detector in detectors:
        try:
            sightings += detector(script)
        except Exception as error:  # noqa: BLE001 - a rule that fails is reported, and the others go on
            failures.append(f"the rule of {detector.__name__} failed: {type(error).__name__}: {error}")
    return sightings, failures
