"""Which version of a prompt, an instruction file or a model moved a feature's behaviour: a binary search over
their history.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from gitprov.behaviour.drift import bisect
from gitprov.behaviour.drift.drift import NO_ANSWER, over, unsure
from gitprov.errors import GitprovError, UsageError
from gitprov.flow.behaviour import pins
from gitprov.flow.behaviour.drift import drift
from gitprov.flow.behaviour.drift.budget import Budget, CostEstimate
from gitprov.flow.behaviour.drift.drift import DriftOptions
from gitprov.flow.behaviour.features import feature_of
from gitprov.flow.behaviour.prompts.setup_history import SetupVersion, versions
from gitprov.model import canonical

if TYPE_CHECKING:
    from gitprov.flow.behaviour.drift.drift_samples import DriftSetup
    from gitprov.git.repo import Repository
    from gitprov.model.canonical import JsonObject
    from gitprov.sandbox.functions import FunctionBox

_MORE = 2
"""How many times more samples a version gets whose interval leaves both answers open."""
Progress = Callable[[str, int, int], None]


class MeasuredVersion(NamedTuple):
    """A version that was measured. `earlier`: an earlier run is used, and nothing was generated; `unsure`:
    the interval leaves open on which side of the threshold the version is.
    """

    number: int
    diverges: bool
    percent: float
    usable: int
    earlier: bool
    unsure: bool


class SearchPlan(NamedTuple):
    """What a search would take. `versions` are the oldest first; `calls` at most, of the generator."""

    versions: tuple[SetupVersion, ...]
    steps: int
    calls: int
    cost: CostEstimate


class Bisected(NamedTuple):
    """The end of a search. `culprit` is the number of the first version that diverges; None where the oldest
    diverges already, or the newest does not: `reason` has it in words.
    """

    versions: tuple[SetupVersion, ...]
    measured: tuple[MeasuredVersion, ...]
    culprit: int | None
    reason: str


def plan(repo: Repository, name: str, options: DriftOptions, budget: Budget | None = None) -> SearchPlan:
    """What a search takes at most. UsageError where that is more than the feature or the budget allows."""
    budget = budget or Budget()
    feature = feature_of(repo, name)
    every = versions(repo, name, feature, options)
    if len(every) < 2:
        kinds = "prompt, instructions and model have" if feature.instructions else "prompt and model have"
        raise UsageError(f"{kinds} a single version since the pin, so there is nothing to search")
    steps = bisect.steps(len(every))
    calls = steps * drift.calls(feature, options)
    if calls > feature.max_calls:
        raise UsageError(
            f"the search may need {calls} calls, which is more than max_calls = {feature.max_calls}",
            "--samples N, or raise max_calls",
        )
    for model in {version.setup.model for version in every}:
        budget.require(name, feature, model)
    newest = every[-1].setup
    cost = budget.estimate(calls, newest.model, newest.size, drift.runs(repo, name))
    budget.check(name, cost)
    return SearchPlan(every, steps, calls, cost)


class Bisection:
    """A search over the versions. Runs of the history that fit are used again, so that a search that was
    interrupted goes on where it stopped.
    """

    def __init__(
        self,
        repo: Repository,
        name: str,
        box: FunctionBox,
        options: DriftOptions,
        progress: Progress,
        budget: Budget | None = None,
    ) -> None:
        self._repo, self._name, self._box, self._progress = repo, name, box, progress
        self._feature = feature_of(repo, name)
        self._options = options
        self._budget = budget or Budget()
        self._calls = 0
        self._pin = pins.load(repo, name).commit
        self._history = drift.runs(repo, name)
        self._steps: dict[int, MeasuredVersion] = {}
        self._answered: dict[str | None, list[str]] = {}

    def run(self, every: tuple[SetupVersion, ...]) -> Bisected:
        """Search. GitprovError where nothing is generated; what was measured is kept."""
        newest = len(every) - 1
        last, first = self._measure(every, newest), self._measure(every, 0)
        if not last.diverges:
            return self._ended(every, None, "the newest version does not diverge from the pin")
        if first.diverges:
            return self._ended(every, None, self._moved_by_itself(every[0].setup))
        search = bisect.VersionSearch(0, newest)
        while not search.ended:
            search = search.after(self._measure(every, search.middle).diverges)
        return self._ended(every, search.bad, "")

    def _ended(self, every: tuple[SetupVersion, ...], culprit: int | None, reason: str) -> Bisected:
        return Bisected(every, tuple(self._steps.values()), culprit, reason)

    def _moved_by_itself(self, oldest: DriftSetup) -> str:
        """Why the oldest version diverges: another model answered an earlier run that did not, or unknown."""
        now = self._answered.get(oldest.model) or []
        for row in self._history:
            then = row.get("answered") or []
            if self._is_of(row, oldest) and not row.get("over") and then != now:
                return (
                    f"the model moved: {', '.join(then)} answered at {row.get('at')}, when the same setup did"
                    f" not diverge; now {', '.join(now) or 'none that says its name'} answers"
                )
        return "the oldest version diverges already: the model or the pin moved"

    def _measure(self, every: tuple[SetupVersion, ...], number: int) -> MeasuredVersion:
        setup = every[number].setup
        count = drift.calls(self._feature, self._options)
        step = self._earlier(setup, number, count)
        if step is None:
            step = self._generated(setup, number, count)
            room = self._feature.max_calls - self._calls
            if step.unsure and count * _MORE <= room:
                step = self._generated(setup, number, count * _MORE)
        self._steps[number] = step
        return step

    def _generated(self, setup: DriftSetup, number: int, count: int) -> MeasuredVersion:
        self._calls += count
        options = self._options._replace(samples=count)
        done = drift.run(self._repo, self._name, self._box, options, self._progress, setup, self._budget)
        if all(sample.state == NO_ANSWER for sample in done.samples):
            raise GitprovError(
                f"the search of {self._name} stops: {done.samples[0].detail}",
                f"gitprov drift bisect {self._name} goes on from here",
            )
        self._answered.setdefault(setup.model, done.facts["answered"])
        threshold = self._feature.divergence
        result = done.result
        doubtful = unsure(result, threshold)
        return MeasuredVersion(
            number, over(result, threshold), result.percent, result.usable, False, doubtful
        )

    def _earlier(self, setup: DriftSetup, number: int, count: int) -> MeasuredVersion | None:
        """The newest run of the history with this setup and pin, and enough samples that ran; one that other
        models answered than those of this search does not count.
        """
        for row in self._history:
            if not self._is_of(row, setup) or row.get("usable", 0) < count:
                continue
            if row.get("answered", []) == self._answered.setdefault(setup.model, row.get("answered", [])):
                percent = float(row["percent"])
                low, high = row["interval"]
                doubtful = low <= self._feature.divergence < high and 0 < percent < 100
                return MeasuredVersion(
                    number, percent > self._feature.divergence, percent, row["usable"], True, doubtful
                )
        return None

    def _is_of(self, row: JsonObject, setup: DriftSetup) -> bool:
        """Whether a run was made with a setup, against the present pin."""
        return (
            row.get("pin") == self._pin
            and row.get("model") == setup.model
            and (row.get("prompt") or {}).get("digest") == canonical.digest(setup.prompt.text)
            and row.get("instructions", []) == drift.digests(setup.instructions)
        )
