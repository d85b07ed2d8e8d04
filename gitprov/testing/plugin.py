"""The pytest plug-in: its options. The rest is imported only where an option is used."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

_DEFAULT = "artifacts/baseline_hashes.json"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of baselines."""
    group = parser.getgroup("gitprov", "gitprov: baselines of behaviour")
    group.addoption(
        "--compare-hashes", metavar="FILE", help=f"compare each case with the baseline in FILE ({_DEFAULT})"
    )
    group.addoption(
        "--update-hashes", action="store_true", help="accept what the cases do now, and write the baseline"
    )
    group.addoption("--baseline-report", metavar="FILE", help="write what differs to FILE, as JSON")
    group.addoption(
        "--deep", metavar="SECONDS", type=float, help="let CrossHair search too, for each gitprov.equivalent"
    )
    group.addoption("--reason", metavar="TEXT", help="why an update is right; kept with the cases it changes")


def pytest_cmdline_main(config: pytest.Config) -> None:
    """Start again under the fixed hash seed, where a baseline is asked for."""
    if _in_use(config):
        from gitprov.testing.restart import with_hash_seed

        with_hash_seed(config)


def pytest_configure(config: pytest.Config) -> None:
    """Register the part that keeps baselines, where an option asks for it."""
    if config.getoption("deep"):
        from gitprov.testing.equivalence.deep import SETTING

        os.environ[SETTING] = str(config.getoption("deep"))
    if _in_use(config):
        from gitprov.testing.session import BaselineSession

        path = config.getoption("compare_hashes") or _DEFAULT
        config.pluginmanager.register(BaselineSession(config, path), "gitprov-baseline")


def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> list[Any] | None:
    """The items of a callable with cases; None for everything else."""
    cases = sys.modules.get("gitprov.testing.cases")
    if cases is None:
        return None
    marked = cases.of_callable(obj)
    if marked is None:
        return None
    from gitprov.testing.items import items

    return items(collector, name, obj, marked)


def _in_use(config: pytest.Config) -> bool:
    return bool(
        config.getoption("compare_hashes")
        or config.getoption("update_hashes")
        or config.getoption("baseline_report")
    )
