"""Remarks of the check of dependencies: what would make it better, none of which fails it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timezone

from gitprov.checks.deps.dependency import NPM, PYPI
from gitprov.feeds import lists
from gitprov.feeds.addresses import Places, cool_downs
from gitprov.model.finding import INFO, Finding

#: A list of advisories that is older, in days, misses too much to be used silently.
_STALE = 90
_WEEK = {
    "pip": "pip config set install.uploaded-prior-to P7D",
    "uv": 'exclude-newer = "7 days" in [tool.uv] of pyproject.toml',
    "npm": "min-release-age=7 in .npmrc",
    "pnpm": "minimumReleaseAge: 10080 in pnpm-workspace.yaml",
}
"""Installer → what makes it hold back releases of the last week."""


def without_cool_down(
    places: Places, ecosystems: Collection[str], tracked: Collection[str]
) -> Iterator[Finding]:
    """A remark for each of the project's installers that takes releases as soon as they are published."""
    settings = cool_downs(places)
    for ecosystem in ecosystems:
        installer = _installer(ecosystem, {path.rpartition("/")[2] for path in tracked})
        if installer is not None and not settings[installer]:
            what = f"{installer} installs releases as soon as they are published"
            yield Finding("deps/cool-down", INFO, what, f"hold them back for a week: {_WEEK[installer]}")


def _installer(ecosystem: str, names: Collection[str]) -> str | None:
    """The installer that a project's files belong to; None where it has no such setting.

    `names`: file names in the project.
    """
    if ecosystem == PYPI:
        others = {"poetry.lock", "pdm.lock", "Pipfile"} & set(names)
        return "uv" if {"uv.lock", "uv.toml"} & set(names) else None if others else "pip"
    if ecosystem == NPM:
        pnpm = {"pnpm-lock.yaml", "pnpm-workspace.yaml"} & set(names)
        others = {"yarn.lock", "bun.lock", "bun.lockb"} & set(names)
        return "pnpm" if pnpm else None if others else "npm"
    return None


def stale_advisories(source: str, date: str, now: float) -> Iterator[Finding]:
    """A remark where the list of advisories that was used is older than 90 days. `date`: `YYYY-MM-DD`."""
    try:
        day = datetime.fromisoformat(date).replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        day = 0.0
    days = int((now - day) // 86400)
    if days > _STALE:
        age = f"is of {date}, {days} days ago" if day else "has no date"
        yield Finding(
            "deps/stale-advisories",
            INFO,
            f"the list of known vulnerabilities ({source}) {age}: later ones are not in it",
            f"gitprov feeds update {lists.PYPI_ADVISORIES}",
        )
