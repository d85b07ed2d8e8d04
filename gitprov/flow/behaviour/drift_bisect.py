"""Which version of a prompt moved a feature's behaviour: a binary search over the history of its file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from gitprov.behaviour import bisect
from gitprov.behaviour.drift import over, unsure
from gitprov.errors import ConfigError, UsageError
from gitprov.flow.behaviour import drift, pins
from gitprov.flow.behaviour.drift import DriftOptions
from gitprov.flow.behaviour.drift_samples import PromptText
from gitprov.flow.behaviour.features import feature_of
from gitprov.git.process import decode
from gitprov.model import canonical

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.canonical import JsonObject
    from gitprov.model.feature import Feature
    from gitprov.sandbox.functions import FunctionBox

WORK_TREE = "work tree"
_MORE = 2
"""How many times more samples a version gets whose interval leaves both answers open."""
Progress = Callable[[str, int, int], None]


class PromptVersion(NamedTuple):
    """A version of a prompt: the commit that made it, or `WORK_TREE`; who, when, and why."""

    commit: str
    at: str
    author: str
    subject: str
    prompt: PromptText


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

    versions: tuple[PromptVersion, ...]
    steps: int
    calls: int


class Bisected(NamedTuple):
    """The end of a search. `culprit` is the number of the first version that diverges; None where the oldest
    diverges already, or the newest does not: `reason` has it in words.
    """

    versions: tuple[PromptVersion, ...]
    measured: tuple[MeasuredVersion, ...]
    culprit: int | None
    reason: str


def versions(repo: Repository, name: str, feature: Feature) -> tuple[PromptVersion, ...]:
    """The versions of a feature's prompt, the oldest first; the work tree's last where no commit has it."""
    path = feature.prompt
    if path is None:
        raise ConfigError(f"features.{name} has no prompt", 'prompt = "prompts/…md"')
    rows: list[PromptVersion] = []
    form = "--format=tformat:%H%x00%aI%x00%an%x00%s"
    listed = decode(repo.run("log", form, "--no-show-signature", "--reverse", "--", f":(top,literal){path}"))
    for line in listed.splitlines():
        commit, at, author, subject = line.split("\0", 3)
        text = repo.objects.content(f"{commit}:{path}")
        if text is not None and (not rows or rows[-1].prompt.text != text):
            rows.append(
                PromptVersion(commit, at, author, subject, PromptText(path, text, pins.version_of(text)))
            )
    present = drift.present_prompt(repo, name, feature)
    if not rows or rows[-1].prompt.text != present.text:
        rows.append(PromptVersion(WORK_TREE, "", "", "not committed", present))
    return tuple(rows)


def plan(repo: Repository, name: str, options: DriftOptions) -> SearchPlan:
    """What a search takes at most. UsageError where that is more calls than the feature allows."""
    feature = feature_of(repo, name)
    every = versions(repo, name, feature)
    if len(every) < 2:
        raise UsageError(f"{feature.prompt} has a single version, so there is nothing to search")
    steps = bisect.steps(len(every))
    calls = steps * drift.calls(feature, options)
    if calls > feature.max_calls:
        raise UsageError(
            f"the search may need {calls} calls, which is more than max_calls = {feature.max_calls}",
            "--samples N, or raise max_calls",
        )
    return SearchPlan(every, steps, calls)


class Bisection:
    """A search over the versions of a feature's prompt. Runs of the history that fit are used again, so that
    a search that was interrupted goes on where it stopped.
    """

    def __init__(
        self, repo: Repository, name: str, box: FunctionBox, options: DriftOptions, progress: Progress
    ) -> None:
        self._repo, self._name, self._box, self._progress = repo, name, box, progress
        self._feature = feature_of(repo, name)
        self._options = options
        self._calls = 0
        self._pin = pins.load(repo, name).commit
        self._history = drift.runs(repo, name)
        self._steps: dict[int, MeasuredVersion] = {}

    def run(self, every: tuple[PromptVersion, ...]) -> Bisected:
        """Search."""
        newest = len(every) - 1
        last, first = self._measure(every, newest), self._measure(every, 0)
        if not last.diverges:
            return self._ended(every, None, "the newest version does not diverge from the pin")
        if first.diverges:
            return self._ended(every, None, "the oldest version diverges already: the model or the pin moved")
        search = bisect.VersionSearch(0, newest)
        while not search.ended:
            search = search.after(self._measure(every, search.middle).diverges)
        return self._ended(every, search.bad, "")

    def _ended(self, every: tuple[PromptVersion, ...], culprit: int | None, reason: str) -> Bisected:
        return Bisected(every, tuple(self._steps.values()), culprit, reason)

    def _measure(self, every: tuple[PromptVersion, ...], number: int) -> MeasuredVersion:
        version = every[number]
        count = drift.calls(self._feature, self._options)
        step = self._earlier(version.prompt, number, count)
        if step is None:
            step = self._generated(version.prompt, number, count)
            room = self._feature.max_calls - self._calls
            if step.unsure and count * _MORE <= room:
                step = self._generated(version.prompt, number, count * _MORE)
        self._steps[number] = step
        return step

    def _generated(self, prompt: PromptText, number: int, count: int) -> MeasuredVersion:
        self._calls += count
        options = self._options._replace(samples=count)
        done = drift.run(self._repo, self._name, self._box, options, self._progress, prompt)
        threshold = self._feature.divergence
        result = done.result
        doubtful = unsure(result, threshold)
        return MeasuredVersion(
            number, over(result, threshold), result.percent, result.usable, False, doubtful
        )

    def _earlier(self, prompt: PromptText, number: int, count: int) -> MeasuredVersion | None:
        """The newest run of the history with this prompt, pin and model, and enough samples that ran."""
        digest = canonical.digest(prompt.text)
        model = self._options.model or self._feature.model
        for row in self._history:
            same = row.get("pin") == self._pin and row.get("model") == model
            if same and _field(row, "prompt").get("digest") == digest and row.get("usable", 0) >= count:
                percent = float(row["percent"])
                low, high = row["interval"]
                doubtful = low <= self._feature.divergence < high and 0 < percent < 100
                return MeasuredVersion(
                    number, percent > self._feature.divergence, percent, row["usable"], True, doubtful
                )
        return None


def _field(row: JsonObject, name: str) -> JsonObject:
    value = row.get(name)
    return value if isinstance(value, dict) else {}
