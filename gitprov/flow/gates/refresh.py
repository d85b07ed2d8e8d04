"""Newer copies of the lists that checks compare with, from the addresses that the configuration names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from gitprov import __version__
from gitprov.checks.deps.verdicts import iso_day
from gitprov.errors import GitprovError, UsageError
from gitprov.feeds import lists
from gitprov.feeds.lists import ListFacts
from gitprov.model.settings.config import Config


class Refreshed(NamedTuple):
    """The result for one list: what is in use now, and why it was not refreshed, empty where it was.
    `address`: where it was looked for, without user and password.
    """

    list: ListFacts
    problem: str
    address: str


def address_of(config: Config, name: str) -> str | None:
    """The configured address of a list."""
    return {
        lists.PYPI_POPULAR: config.feeds_pypi_popular,
        lists.NPM_POPULAR: config.feeds_npm_popular,
        lists.IMPORT_MAP: config.feeds_import_map,
        lists.PYPI_ADVISORIES: config.feeds_pypi_advisories,
    }.get(name)


def refresh_lists(config: Config, names: Collection[str], folder: str, now: float) -> Iterator[Refreshed]:
    """Refresh the lists `names`, without any all those with an address. `now`: seconds since 1970.

    UsageError for a name that no list has; GitprovError where no address is configured, or the HTTP library
    is not installed.
    """
    every = [row.name for row in lists.facts(folder)]
    for name in names:
        if name not in every:
            raise UsageError(f"there is no list {name!r}", f"the lists are {', '.join(every)}")
    chosen = [name for name in every if name in names or (not names and address_of(config, name))]
    missing = [name for name in chosen if not address_of(config, name)]
    if missing or not chosen:
        key = (missing or every)[0].replace("-", "_")
        raise GitprovError(
            f"no address of {', '.join(missing) or 'any list'} is configured",
            f'set {key} = "https://…" in [feeds] of .gitprov.toml, or git config gitprov.feeds.'
            f"{key.replace('_', '')} <address>",
        )
    problems = _refreshed(config, chosen, folder, iso_day(now))
    facts = {row.name: row for row in lists.facts(folder)}
    for name in chosen:
        address = re.sub(r"//[^/?#]*@", "//", address_of(config, name) or "")
        yield Refreshed(facts[name], problems[name], address)


def _refreshed(config: Config, names: list[str], folder: str, today: str) -> dict[str, str]:
    """List → why it was not refreshed, empty where it was."""
    try:
        from gitprov.feeds.client import Client
        from gitprov.feeds.refresh import refresh
    except ModuleNotFoundError as error:
        raise GitprovError(
            f"fetching lists needs {error.name}, which is not installed", "pip install 'gitprov[checks]'"
        ) from error
    problems = {}
    with Client(user_agent=f"gitprov/{__version__}") as client:
        for name in names:
            try:
                refresh(client, name, address_of(config, name) or "", folder, today)
                problems[name] = ""
            except (ValueError, RecursionError) as error:
                problems[name] = str(error)[:200]
            except OSError as error:
                problems[name] = f"{folder} cannot be written: {error.strerror or error}"
    return problems
