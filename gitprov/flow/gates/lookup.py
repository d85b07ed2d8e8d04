"""Facts about packages, from the cache and from the registries that the installers are configured for."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from gitprov import __version__
from gitprov.checks.deps.dependency import CRATES, NPM, PYPI
from gitprov.errors import GitprovError
from gitprov.feeds import addresses
from gitprov.feeds.addresses import Places, Registry
from gitprov.git.process import decode
from gitprov.git.programs import output_of
from gitprov.model.package import PackageFacts, unknown
from gitprov.store.index.answers import DAY, Answers

#: Questions to registries at once.
_AT_ONCE = 8
#: As in pip's `(default https://…)` and uv's `(by default: <https://…>)`.
_DEFAULT_INDEX = re.compile(r"default:?\s+<?(https?://[^\s)>]+)")
_CRATES_IO = "crates-io"
Progress = Callable[[str, int, int], None]
"""Shown on long work: what is done, how much of it, of how many."""


class LookupOptions(NamedTuple):
    """`offline`: only the cache answers, however old; `now`: seconds since 1970; `folder`: the cache's;
    `patience`: seconds after which registries that have not answered are not waited for, None without limit.
    """

    offline: bool
    now: float
    folder: str
    patience: float | None = None


class _Directory(NamedTuple):
    """The registries of one ecosystem: those for all names, and for names of a scope."""

    every: tuple[Registry, ...]
    scopes: Mapping[str, Registry]

    def of(self, name: str) -> tuple[Registry, ...]:
        """The registries that may have a name."""
        scope = name.partition("/")[0] if name.startswith("@") else ""
        return (self.scopes[scope],) if scope in self.scopes else self.every


class _Ask(NamedTuple):
    """A question to a registry."""

    ecosystem: str
    registry: Registry
    name: str


Facts = dict[tuple[str, str], PackageFacts]
"""(address, name) → a registry's answer."""


def look_up(
    names: Mapping[str, Iterable[str]], places: Places, options: LookupOptions, progress: Progress
) -> dict[str, dict[str, PackageFacts]]:
    """Ecosystem → name → facts of every name. GitprovError where the HTTP library is not installed."""
    with Answers(os.path.join(options.folder, "answers.db")) as cache:
        directories = {ecosystem: _directory(ecosystem, places, cache, options.now) for ecosystem in names}
        asks = [
            _Ask(ecosystem, registry, name)
            for ecosystem, entries in names.items()
            for name in dict.fromkeys(entries)
            for registry in directories[ecosystem].of(name)
        ]
        answers = _answers(asks, places, options, cache, progress)
    return {
        ecosystem: {
            name: _together([answers[entry.address, name] for entry in directories[ecosystem].of(name)])
            for name in entries
        }
        for ecosystem, entries in names.items()
    }


def _answers(
    asks: list[_Ask], places: Places, options: LookupOptions, cache: Answers, progress: Progress
) -> Facts:
    answers: Facts = {}
    for address in dict.fromkeys(ask.registry.address for ask in asks):
        names = [ask.name for ask in asks if ask.registry.address == address]
        kept = cache.get(address, names, options.now, stale=options.offline)
        answers.update({(address, name): facts for name, facts in kept.items()})
    missing = [ask for ask in asks if (ask.registry.address, ask.name) not in answers]
    if options.offline:
        reason = "offline, and no earlier answer is kept"
        for ask in missing:
            answers[ask.registry.address, ask.name] = unknown(reason, ask.registry.host)
    elif missing:
        fresh = _registry_facts(missing, places, options.patience, progress)
        for address in {address for address, _ in fresh}:
            rows = [(name, facts) for (other, name), facts in fresh.items() if other == address]
            cache.put(address, rows, options.now)
        answers.update(fresh)
    return answers


def _together(facts: list[PackageFacts]) -> PackageFacts:
    """The facts of the first registry that has the name; absent only if all registries lack it."""
    if not facts:
        return unknown("no address of a registry is configured")
    for exists in (True, None):
        for entry in facts:
            if entry.exists is exists:
                return entry
    return facts[0]


def _registry_facts(asks: list[_Ask], places: Places, patience: float | None, progress: Progress) -> Facts:
    """The registries' answers; all registries are asked side by side."""
    try:
        from concurrent.futures import ThreadPoolExecutor

        from gitprov.feeds import registries
        from gitprov.feeds.client import Client
        from gitprov.feeds.credentials import with_credentials
    except ModuleNotFoundError as error:
        raise GitprovError(
            f"asking registries needs {error.name}, which is not installed",
            "pip install 'gitprov[checks]', or use --offline",
        ) from error
    readers = {PYPI: registries.pypi, NPM: registries.npm, CRATES: registries.crates}
    entries = {ask.registry: with_credentials(ask.registry, places) for ask in asks}
    rows: Facts = {}
    client = Client(user_agent=f"gitprov/{__version__}", patience=patience)
    with client, ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(lambda ask: readers[ask.ecosystem](client, entries[ask.registry], ask.name), asks)
        for done, (ask, facts) in enumerate(zip(asks, answers, strict=True), 1):
            rows[ask.registry.address, ask.name] = facts
            progress("packages looked up", done, len(asks))
    return rows


def _directory(ecosystem: str, places: Places, cache: Answers, now: float) -> _Directory:
    if ecosystem == PYPI:
        rows = addresses.pypi(places)
        if rows is None:
            rows = _default(_PIP_HELP, "pip's default", cache, now)
        return _Directory(tuple(rows), {})
    if ecosystem == NPM:
        scopes = addresses.npm(places)
        every = [scopes.pop("")] if "" in scopes else _default(_NPM_CONFIG, "npm's default", cache, now)
        return _Directory(tuple(every), scopes)
    entry = addresses.crates(places).get(_CRATES_IO)
    return _Directory((entry,) if entry is not None else (), {})


#: Commands that print an installer's default address, the first that does so is used.
_PIP_HELP = (
    (sys.executable, "-m", "pip", "install", "--help"),
    ("pip", "install", "--help"),
    ("uv", "pip", "install", "--help"),
)
_NPM_CONFIG = (("npm", "config", "get", "registry"),)


def _default(commands: Sequence[Sequence[str]], setting: str, cache: Answers, now: float) -> list[Registry]:
    """The registry that an installer uses without configuration. These processes take longer than all else,
    so what they print is kept.
    """
    kept = cache.texts([setting], now, DAY).get(setting)
    address = kept[0] if kept else next(filter(None, map(_printed_address, commands)), "")
    if kept is None:
        cache.put_texts({setting: address}, now)
    entry = addresses.registry(address, setting) if address else None
    return [] if entry is None else [entry]


def _printed_address(command: Sequence[str]) -> str:
    """The default address in what a command prints; empty where the program is not installed."""
    try:
        text = " ".join(decode(output_of(command)).split())
    except OSError:
        return ""
    match = _DEFAULT_INDEX.search(text)
    return match[1] if match else text if text.startswith("http") and " " not in text else ""
