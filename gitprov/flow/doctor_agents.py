"""Doctor's look at the agents' settings: do they tell us what they write?"""

from __future__ import annotations

import os
from collections.abc import Iterator

from gitprov.flow.doctor import BROKEN, WARNING, Case, Check, Finding
from gitprov.store import agents_config

_LOCAL = "settings.local.json"


def agent_settings(case: Case) -> Iterator[Finding]:
    """Claude Code, where it is in use, calls our capture for every event."""
    missing = set(agents_config.EVENTS)
    for path, tree in _files(case):
        missing &= set(agents_config.missing(path, agents_config.read(path, tree)))
    if not missing:
        return
    if len(missing) == len(agents_config.EVENTS):
        if _in_use(case):
            what = "Claude Code is in use, but does not tell gitprov what it writes"
            yield Finding(
                "agent", WARNING, what, "gitprov install --agents claude-code (or --user for all projects)"
            )
        return
    what = f"Claude Code's settings lack gitprov's hook for {', '.join(sorted(missing))}"
    yield Finding("agent", WARNING, what, "gitprov install --agents claude-code")


def capture_command(case: Case) -> Iterator[Finding]:
    """The command that agents' settings name can be found."""
    asked = any(_mentions(*place) for place in _files(case))
    if asked and case.which("gitprov") is None:
        what = "agents are told to run `gitprov capture`, but gitprov is not on PATH"
        yield Finding("agent", BROKEN, what, "put the directory of the gitprov command on PATH for the agent")


def _files(case: Case) -> list[tuple[str, str | None]]:
    """Every settings file that Claude Code reads here: the user's, the project's, and the project's private one.

    Each with the work tree that holds it, None for the user's.
    """
    top = case.repo.worktree
    tops: list[tuple[str, str | None]] = [(case.wish.user_home, None), *([(top, top)] if top else [])]
    places = [(agents_config.settings_path(top), tree) for top, tree in tops]
    path, tree = places[-1]
    return [*places, (os.path.join(os.path.dirname(path), _LOCAL), tree)]


def _in_use(case: Case) -> bool:
    return any(os.path.isdir(os.path.dirname(path)) for path, _ in _files(case))


def _mentions(path: str, tree: str | None) -> bool:
    return agents_config.missing(path, agents_config.read(path, tree)) != list(agents_config.EVENTS)


CHECKS: list[Check] = [agent_settings, capture_command]
