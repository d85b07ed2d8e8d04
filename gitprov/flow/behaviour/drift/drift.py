"""Drift: does what the prompt generates now still do what was pinned?"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.behaviour.drift import drift
from gitprov.behaviour.drift.drift import DriftResult, Sample
from gitprov.errors import ConfigError, UsageError
from gitprov.flow.behaviour import pins
from gitprov.flow.behaviour.drift.budget import Budget
from gitprov.flow.behaviour.drift.drift_samples import Drawn, DriftSetup, Maker, PromptText, drawn, recorded
from gitprov.flow.behaviour.features import code_of, feature_of
from gitprov.flow.capture.moment import utc_second
from gitprov.git.files import tree_files
from gitprov.git.write import RefChange, write
from gitprov.model import canonical
from gitprov.model.canonical import JsonObject
from gitprov.model.untrusted.jsonvalue import loads_object
from gitprov.sandbox.cases import run_cases
from gitprov.store import generations
from gitprov.store.config import load_config

if TYPE_CHECKING:
    from gitprov.flow.behaviour.drift.budget import CostEstimate
    from gitprov.git.repo import Repository
    from gitprov.model.behaviour.feature import Feature
    from gitprov.sandbox.functions import FunctionBox

RUNS = "refs/gitprov/drift/"
_LIMIT = 16 << 20
_SHOWN = 20
Progress = Callable[[str, int, int], None]


class DriftOptions(NamedTuple):
    """What the command line sets; None: as the feature has it."""

    samples: int | None = None
    model: str | None = None


class DriftRun(NamedTuple):
    """One run. `facts` is what the history keeps of it; `commit` is that of the history."""

    facts: JsonObject
    result: DriftResult
    samples: tuple[Sample, ...]
    commit: str


def calls(feature: Feature, options: DriftOptions) -> int:
    """How often a run asks the generator. UsageError where that is more than the feature allows."""
    count = options.samples or feature.samples
    if count > feature.max_calls:
        raise UsageError(
            f"{count} samples are more than max_calls = {feature.max_calls}",
            "--samples N, or raise max_calls",
        )
    return count


def present_prompt(repo: Repository, name: str, feature: Feature) -> PromptText:
    """The prompt as it is in the work tree. ConfigError where the feature has none."""
    if feature.prompt is None:
        raise ConfigError(f"features.{name} has no prompt", 'prompt = "prompts/…md"')
    prompt = _present(repo, feature.prompt)
    if prompt is None:
        raise UsageError(f"there is no file {feature.prompt}")
    return prompt


def present_setup(repo: Repository, name: str, feature: Feature, options: DriftOptions) -> DriftSetup:
    """What is generated with now: prompt and instruction files of the work tree, and the model."""
    prompt = present_prompt(repo, name, feature)
    files = (_present(repo, path) for path in feature.instructions)
    return DriftSetup(
        prompt, tuple(file for file in files if file is not None), options.model or feature.model
    )


def _present(repo: Repository, path: str) -> PromptText | None:
    data = tree_files.plain(repo.worktree or repo.cwd, path, _LIMIT)
    return None if data is None else PromptText(path, data, pins.version_of(data))


def estimate(repo: Repository, name: str, options: DriftOptions, budget: Budget) -> CostEstimate:
    """What a run will cost. UsageError where that is more than the budget has left, or too many calls;
    ConfigError where the budget cannot be kept.
    """
    feature = feature_of(repo, name)
    setup = present_setup(repo, name, feature, options)
    budget.require(name, feature, setup.model)
    cost = budget.estimate(calls(feature, options), setup.model, setup.size, runs(repo, name))
    budget.check(name, cost)
    return cost


def run(
    repo: Repository,
    name: str,
    box: FunctionBox,
    options: DriftOptions,
    progress: Progress,
    setup: DriftSetup | None = None,
    budget: Budget | None = None,
) -> DriftRun:
    """Generate samples as things are now (or with `setup`), run them on the pinned corpus, keep the result.

    UsageError where there is no such feature or no pin; ConfigError where it lacks a prompt or a generator.
    """
    feature = feature_of(repo, name)
    pin = pins.load(repo, name)
    count = calls(feature, options)
    setup = setup or present_setup(repo, name, feature, options)
    who = repo.identity("a drift run keeps who started it")
    at = utc_second(time.time())
    config = load_config(repo.worktree, repo.config("gitprov."))
    budget = budget or Budget(config.drift)
    progress(f"{name}: generating", 0, count)
    replies = drawn(repo, name, feature, setup, count, budget)
    maker = Maker(f"drift {name} {at}", at, who.rpartition(">")[0] + ">")
    made = recorded(repo, config, feature, setup, replies, maker)
    corpus = repo.objects.content(f"{pin.commit}:cases.jsonl") or b""
    samples: list[Sample] = []
    for number, reply in enumerate(replies):
        progress(f"{name}: running samples", number, count)
        samples.append(_sample(repo, feature, reply, corpus, box)._replace(trace=made[number].id))
    pinned = {case: row.digest for case, row in pin.baseline.cases.items()}
    result = drift.measured(pinned, samples)
    facts = {
        **_facts(name, feature, setup, pin.commit, maker, box, result, samples),
        **_spent(replies, setup.model, budget),
    }
    files: dict[str, bytes | None] = {}
    for record in made:
        files.update(generations.files(record))
    return DriftRun(facts, result, tuple(samples), _keep(repo, who, name, facts, files))


def _spent(replies: Sequence[Drawn], model: str | None, budget: Budget) -> JsonObject:
    """Which models answered, and the tokens and the money of the calls that say what they used."""
    counted = [
        (reply.reply.input_tokens, reply.reply.output_tokens)
        for reply in replies
        if reply.reply.input_tokens is not None and reply.reply.output_tokens is not None
    ]
    sums = [sum(row) for row in zip(*counted, strict=True)] or [0, 0]
    price = budget.rules.price(model)
    cost = price and {"amount": round(price.of(*sums), 9), "currency": budget.rules.currency}
    answered = sorted({row.reply.model for row in replies if row.reply.model and not row.reply.problem})
    usage = {"calls": len(counted), "input_tokens": sums[0], "output_tokens": sums[1]}
    return {"answered": answered, "usage": usage, "cost": cost if counted else None}


def _sample(repo: Repository, feature: Feature, reply: Drawn, corpus: bytes, box: FunctionBox) -> Sample:
    """What became of one reply."""
    code = reply.code
    stripped = len(code.stripped)
    if reply.reply.problem:
        return Sample(drift.NO_ANSWER, detail=reply.reply.problem)
    if not code.code.strip():
        return Sample(drift.NO_CODE, detail="the reply is prose", stripped=stripped)
    if code.problem:
        return Sample(drift.NO_PARSE, detail=code.problem, stripped=stripped)
    subject = code_of(repo, feature.function, code.code.encode("utf-8", "replace"))
    done = run_cases(subject, corpus, box)
    if done.problem:
        imported = done.box.ended in ("ok", "crashed") and not done.rows and ": " in done.problem
        broken = imported and done.problem.split(":")[0] in (
            "ModuleNotFoundError",
            "ImportError",
            "AttributeError",
        )
        return Sample(drift.NO_FUNCTION if broken else drift.CRASHED, detail=done.problem, stripped=stripped)
    return Sample(drift.OK, {row.case: row.digest for row in done.rows}, stripped=stripped)


def _facts(
    name: str,
    feature: Feature,
    setup: DriftSetup,
    pin: str,
    maker: Maker,
    box: FunctionBox,
    result: DriftResult,
    samples: Sequence[Sample],
) -> JsonObject:
    """What the history keeps of a run."""
    prompt = setup.prompt
    return {
        "v": 1,
        "feature": name,
        "at": maker.at,
        "by": maker.human,
        "pin": pin,
        "model": setup.model,
        "sandbox": box.backend,
        "prompt": {"path": prompt.path, "digest": canonical.digest(prompt.text), "version": prompt.version},
        "instructions": digests(setup.instructions),
        "threshold": feature.divergence,
        "over": drift.over(result, feature.divergence),
        "cases": result.cases,
        "samples": result.samples,
        "usable": result.usable,
        "percent": round(result.percent, 3),
        "interval": [round(result.low, 3), round(result.high, 3)],
        "spread": {
            "least": round(result.least, 3),
            "most": round(result.most, 3),
            "deviation": round(result.deviation, 3),
        },
        "incoherence": round(result.incoherence, 3),
        "apart": dict(result.apart),
        "diverging": [row._asdict() for row in result.diverging[:_SHOWN]],
        "traces": [
            {
                "trace": sample.trace,
                "state": sample.state,
                "detail": sample.detail,
                "stripped": sample.stripped,
            }
            for sample in samples
        ],
    }


def digests(files: Sequence[PromptText]) -> list[JsonObject]:
    """Instruction files as the history keeps them."""
    return [{"path": file.path, "digest": canonical.digest(file.text)} for file in files]


def _keep(repo: Repository, who: str, name: str, facts: JsonObject, files: Mapping[str, bytes | None]) -> str:
    """Write the generations and the run; returns the run's commit in the history."""
    ref = RUNS + name

    def build(refs: dict[str, str]) -> list[RefChange]:
        row = canonical.dump_line(facts)
        return [
            RefChange(generations.REF, refs.get(generations.REF), f"Drift of {name}", dict(files)),
            RefChange(ref, refs.get(ref), f"Drift of {name}", {"run.json": row}),
        ]

    write(repo, who, build, [generations.REF, ref])
    return repo.resolve(ref) or ""


def runs(repo: Repository, name: str) -> list[JsonObject]:
    """The facts of all runs of a feature, the newest first, each with its `commit`."""
    if repo.resolve(RUNS + name) is None:
        return []
    commits = repo.run("rev-list", RUNS + name).decode("ascii").split()
    rows = ((commit, loads_object(repo.objects.content(f"{commit}:run.json"))) for commit in commits)
    return [{**row, "commit": commit} for commit, row in rows if row is not None]
