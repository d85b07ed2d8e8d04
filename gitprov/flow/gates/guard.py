"""Whether an agent may run a command that installs packages: its hook asks before the command runs.

The agent waits for this, so modules are imported where they are needed, and registries get a few seconds.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitprov.agents.payloads.before_tool import ShellCall
from gitprov.checks.deps.dependency import NPM, PYPI, Dependency
from gitprov.checks.deps.letters import confusable
from gitprov.checks.deps.manifests.commands import command_packages
from gitprov.git.locate import Location, locate
from gitprov.model.settings.policy import OFF

if TYPE_CHECKING:
    from gitprov.checks.deps.verdicts import Knowledge, Verdict
    from gitprov.git.repo import Repository
    from gitprov.model.package import PackageFacts

REFUSED = ("deps/nonexistent", "deps/resurrected", "deps/confusable", "deps/typosquat")
"""Rules that keep a command from being run."""

#: Seconds that registries have to answer.
_PATIENCE = 3.0
_OTHER_INDEX = re.compile(
    r"(?<!\S)(?:-i|-f|--(?:extra-|default-)?index(?:-url)?|--find-links|--registry|--git|--path)(?:[\s=]|$)"
)
_ELSEWHERE = "the command names another registry, which was not asked"
_HEAD = "gitprov refuses this command, because of what it would install:"
_TAIL = (
    "Run it again without that name, or with the package that is meant. "
    "Do not guess other names; if this one is right, ask the user to install it."
)
Items = Mapping[tuple[str, str], Dependency]
"""(ecosystem, normalised name) → package of a command."""
Facts = Mapping[str, Mapping[str, "PackageFacts"]]
"""Ecosystem → normalised name → facts."""


class GuardMoment(NamedTuple):
    """`now`: seconds since 1970; `cwd` of this process; `cache`: directory of registries' answers."""

    now: float
    env: Mapping[str, str]
    cwd: str
    cache: str

    def directory(self, call: ShellCall) -> str:
        """Where a command is to run."""
        return call.cwd if os.path.isabs(call.cwd) else self.cwd


class Refusal(NamedTuple):
    """A package that must not be installed."""

    item: Dependency
    verdict: Verdict


class GuardAnswer(NamedTuple):
    """`refusals`: empty where the command may run; `unknown`: packages with the reason why they could not be
    looked up.
    """

    refusals: tuple[Refusal, ...] = ()
    unknown: tuple[tuple[Dependency, str], ...] = ()

    @property
    def reason(self) -> str:
        """Why the command must not run, for the agent's model; empty where it may."""
        rows = [
            f"- {verdict.message} ({verdict.rule}): {verdict.fix.partition(' If not')[0]}"
            for _, verdict in self.refusals
        ]
        return "\n".join((_HEAD, *rows, _TAIL)) if rows else ""


def guard(call: ShellCall, moment: GuardMoment) -> GuardAnswer:
    """The answer for a command. Raises whatever goes wrong: the caller lets the command pass then."""
    items = {(item.ecosystem, item.key): item for item in command_packages(call.command) if not item.origin}
    if not items:
        return GuardAnswer()
    place = locate(moment.directory(call))
    facts = _facts(items, moment, place.worktree if place is not None else moment.directory(call))
    unknown = dict(_undetermined(items, facts, elsewhere=bool(_OTHER_INDEX.search(call.command))))
    sure = {key: item for key, item in items.items() if item not in unknown}
    refusals = _in_repository(sure, facts, moment, place) if place else _refusals(sure, facts, {}, moment)
    return GuardAnswer(tuple(refusals), tuple(unknown.items()))


def record(call: ShellCall, answer: GuardAnswer, moment: GuardMoment) -> None:
    """Write what was refused or unknown into the clone's record; nothing outside of a repository."""
    place = locate(moment.directory(call)) if answer.refusals or answer.unknown else None
    if place is None:
        return
    from gitprov.flow.capture.moment import utc_second
    from gitprov.store import guard_log
    from gitprov.store.guard_log import GuardRow

    at = utc_second(moment.now)
    rows = [(item, "refused", verdict.rule, verdict.message) for item, verdict in answer.refusals]
    rows += [(item, "unknown", "", reason) for item, reason in answer.unknown]
    guard_log.append(
        place.common_dir,
        [GuardRow(at, call.agent, item.ecosystem, item.name, *outcome) for item, *outcome in rows],
    )


# -- facts ---------------------------------------------------------------------------------------------------


def _facts(items: Items, moment: GuardMoment, project: str) -> Facts:
    """Facts of every package; without the library that asks registries, only earlier answers."""
    from gitprov.errors import GitprovError
    from gitprov.feeds.addresses import Places
    from gitprov.flow.gates.lookup import LookupOptions, look_up

    names: dict[str, list[str]] = {}
    for ecosystem, key in items:
        names.setdefault(ecosystem, []).append(key)
    places = Places(moment.env, moment.env.get("HOME", ""), project)
    options = LookupOptions(False, moment.now, moment.cache, _PATIENCE)
    try:
        return look_up(names, places, options, _silent)
    except GitprovError:
        return look_up(names, places, options._replace(offline=True), _silent)


def _silent(_what: str, _done: int, _total: int) -> None:
    """Shows nothing: the agent reads this process's output."""


def _undetermined(items: Items, facts: Facts, *, elsewhere: bool) -> Iterator[tuple[Dependency, str]]:
    """The packages that no registry in question answered for. `elsewhere`: the command names another one."""
    for (ecosystem, key), item in items.items():
        entry = facts[ecosystem][key]
        if confusable(item.name):
            continue
        if entry.exists is None:
            yield item, entry.reason
        elif entry.exists is False and elsewhere:
            yield item, _ELSEWHERE


# -- refusals ------------------------------------------------------------------------------------------------


def _in_repository(items: Items, facts: Facts, moment: GuardMoment, place: Location) -> list[Refusal]:
    """Refusals with the project's memory of names and its policy."""
    from gitprov.flow.gates import phantoms
    from gitprov.git.repo import Repository

    with Repository.discover(place.worktree, {**moment.env, "GIT_OPTIONAL_LOCKS": "0"}) as repo:
        memory = phantoms.recall(repo)
        refusals = _allowed(repo, _refusals(items, facts, memory, moment))
        absent = {key for key in items if facts[key[0]][key[1]].exists is False}
        phantoms.remember(repo, memory, absent, moment.now)
        return refusals


def _refusals(
    items: Items, facts: Facts, memory: Mapping[str, Mapping[str, str]], moment: GuardMoment
) -> list[Refusal]:
    from gitprov.checks.deps.verdicts import verdicts

    basis = {
        ecosystem: _basis(ecosystem, facts, memory, moment)
        for ecosystem in {ecosystem for ecosystem, _ in items}
    }
    return [
        Refusal(item, verdict)
        for (ecosystem, key), item in items.items()
        # Versions do not matter here, and reading them takes time.
        for verdict in verdicts(item._replace(spec=""), [key], False, basis[ecosystem])
        if verdict.rule in REFUSED
    ]


def _basis(
    ecosystem: str, facts: Facts, memory: Mapping[str, Mapping[str, str]], moment: GuardMoment
) -> Knowledge:
    from importlib.util import find_spec

    from gitprov.checks.deps.typosquat import Popular
    from gitprov.checks.deps.verdicts import Knowledge
    from gitprov.feeds import lists

    table = {PYPI: lists.PYPI_POPULAR, NPM: lists.NPM_POPULAR}.get(ecosystem)
    if find_spec("rapidfuzz") is None:  # names are not compared then
        table = None
    popular = None if table is None else Popular(lists.names(table, moment.cache))
    return Knowledge(facts[ecosystem], popular, None, memory.get(ecosystem, {}), moment.now)


def _allowed(repo: Repository, refusals: list[Refusal]) -> list[Refusal]:
    """The refusals that the project's policy leaves. A package that the project has may resemble others."""
    if not refusals:
        return []
    from gitprov.model.settings.policy import policy_of
    from gitprov.store.config import load_config

    policy = policy_of(load_config(repo.worktree, repo.config("gitprov.")).checks, "deps")
    off = {rule for rule, level in (policy.severity or {}).items() if level == OFF}
    remaining = [entry for entry in refusals if policy.enabled and entry.verdict.rule not in off]
    squats = [entry for entry in remaining if entry.verdict.rule == "deps/typosquat"]
    if not squats:
        return remaining
    from gitprov.flow.gates.packages import declared_names

    declared = declared_names(repo)
    return [
        entry
        for entry in remaining
        if entry not in squats or entry.item.key not in declared.get(entry.item.ecosystem, ())
    ]
