"""Facts about packages, from the cache and from the registries that the installers are configured for."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from gitprov import __version__
from gitprov.checks.deps.dependency import CRATES, NPM, PYPI
from gitprov.errors import GitprovError
from gitprov.feeds import addresses
from gitprov.feeds.addresses import Places, Registry
from gitprov.git.process import decode, output_of
from gitprov.model.package import PackageFacts, unknown
from gitprov.store.index.answers import Answers

#: Questions to registries at once.
_AT_ONCE = 8
_DEFAULT_INDEX = re.compile(r"\(default\s+(https?://[^\s)]+)\)")
_CRATES_IO = "crates-io"
Progress = Callable[[str, int, int], None]
"""Shown on long work: what is done, how much of it, of how many."""


class LookupOptions(NamedTuple):
    """`offline`: only the cache answers, however old; `now`: seconds since 1970; `folder`: the cache's."""

    offline: bool
    now: float
    folder: str


class _Directory(NamedTuple):
    """The registries of one ecosystem: those for all names, and for names of a scope."""

    every: tuple[Registry, ...]
    scopes: Mapping[str, Registry]

    def of(self, name: str) -> tuple[Registry, ...]:
        """The registries that may have a name."""
        scope = name.partition("/")[0] if name.startswith("@") else ""
        return (self.scopes[scope],) if scope in self.scopes else self.every


def look_up(
    names: Mapping[str, Iterable[str]], places: Places, options: LookupOptions, progress: Progress
) -> dict[str, dict[str, PackageFacts]]:
    """Ecosystem → name → facts of every name. GitprovError where the HTTP library is not installed."""
    with Answers(os.path.join(options.folder, "answers.db")) as cache:
        return {
            ecosystem: _of_ecosystem(ecosystem, list(entries), places, options, cache, progress)
            for ecosystem, entries in names.items()
        }


def _of_ecosystem(
    ecosystem: str,
    names: list[str],
    places: Places,
    options: LookupOptions,
    cache: Answers,
    progress: Progress,
) -> dict[str, PackageFacts]:
    directory = _directory(ecosystem, places)
    answers: dict[tuple[str, str], PackageFacts] = {}
    missing: list[tuple[Registry, str]] = []
    for registry in (*directory.every, *directory.scopes.values()):
        concerned = [name for name in names if registry in directory.of(name)]
        kept = cache.get(registry.address, concerned, options.now, stale=options.offline)
        answers.update({(registry.address, name): facts for name, facts in kept.items()})
        missing += [(registry, name) for name in concerned if name not in kept]
    if options.offline:
        reason = "offline, and no earlier answer is kept"
        answers.update(
            {(registry.address, name): unknown(reason, registry.host) for registry, name in missing}
        )
    elif missing:
        fresh = _asked(ecosystem, missing, progress)
        for address in {address for address, _ in fresh}:
            rows = [(name, facts) for (other, name), facts in fresh.items() if other == address]
            cache.put(address, rows, options.now)
        answers.update(fresh)
    return {name: _together([answers[entry.address, name] for entry in directory.of(name)]) for name in names}


def _together(facts: list[PackageFacts]) -> PackageFacts:
    """What several registries say: the first that has the name; absent only where all of them say so."""
    if not facts:
        return unknown("no address of a registry is configured")
    for exists in (True, None):
        for entry in facts:
            if entry.exists is exists:
                return entry
    return facts[0]


def _asked(
    ecosystem: str, questions: list[tuple[Registry, str]], progress: Progress
) -> dict[tuple[str, str], PackageFacts]:
    """(address, name) → the registry's answer."""
    try:
        from gitprov.feeds import registries
        from gitprov.feeds.client import Client
    except ModuleNotFoundError as error:
        raise GitprovError(
            f"asking registries needs {error.name}, which is not installed",
            "pip install 'gitprov[checks]', or use --offline",
        ) from error
    ask = {PYPI: registries.pypi, NPM: registries.npm, CRATES: registries.crates}[ecosystem]
    rows: dict[tuple[str, str], PackageFacts] = {}
    with Client(user_agent=f"gitprov/{__version__}") as client, ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(lambda question: ask(client, *question), questions)
        for done, ((registry, name), facts) in enumerate(zip(questions, answers, strict=True), 1):
            rows[registry.address, name] = facts
            progress("packages looked up", done, len(questions))
    return rows


def _directory(ecosystem: str, places: Places) -> _Directory:
    if ecosystem == PYPI:
        return _Directory(tuple(addresses.pypi(places) or _defaults(_pip_default(), "pip's default")), {})
    if ecosystem == NPM:
        scopes = addresses.npm(places)
        every = (scopes.pop(""),) if "" in scopes else _defaults(_npm_default(), "npm's default")
        return _Directory(tuple(every), scopes)
    entry = addresses.crates(places).get(_CRATES_IO)
    return _Directory((entry,) if entry is not None else (), {})


def _defaults(address: str | None, setting: str) -> tuple[Registry, ...]:
    entry = None if address is None else addresses.registry(address, setting)
    return () if entry is None else (entry,)


def _pip_default() -> str | None:
    """The index that pip uses without configuration, from its own help; None without pip."""
    try:
        text = decode(output_of([sys.executable, "-m", "pip", "install", "--help"]))
    except OSError:
        return None
    match = _DEFAULT_INDEX.search(" ".join(text.split()))
    return match[1] if match else None


def _npm_default() -> str | None:
    """The registry that npm uses without configuration; None without npm."""
    try:
        return decode(output_of(["npm", "config", "get", "registry"])).strip() or None
    except OSError:
        return None
