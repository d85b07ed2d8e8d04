"""Which agents are in use here, whether they are connected, and when each last reported."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import NamedTuple

from gitprov.agents.payloads import table
from gitprov.errors import ConfigError, Obstructed
from gitprov.flow.capture.digest import open_inbox
from gitprov.flow.setup import connect
from gitprov.flow.setup.connect import SettingsScope
from gitprov.flow.setup.doctor.case import Examination
from gitprov.model.event import Turn
from gitprov.store import files
from gitprov.store.setup import agent_settings


class AgentState(NamedTuple):
    """One agent: `hooked` are the scopes (`project`, `user`) in which it reports to gitprov.

    `heard` is the moment of its last report in this clone and `version` the one that it named, None without.
    `trust`: what its user does so that it runs the hooks; whether that was done only its reports show.
    """

    name: str
    title: str
    present: bool
    hooked: tuple[str, ...]
    heard: str | None
    version: str | None
    trust: str


def agent_states(case: Examination) -> list[AgentState]:
    """The agents that are in use here, connected or have reported, in the order of the table."""
    project = case.repo.worktree
    scopes = {
        "project": connect.scope_of(case.wish._replace(user=False), project, case.repo.home),
        "user": connect.scope_of(case.wish._replace(user=True), project, case.repo.home),
    }
    present = set(connect.detected([case.wish.user_home, *([project] if project else [])]))
    reports = _reports(case)
    states = []
    for row in table.ROWS:
        hooked = tuple(name for name, scope in scopes.items() if _is_hooked(row, scope))
        heard, version = reports.get(table.recorded_as(row.name), (None, None))
        if row.name in present or hooked or heard:
            states.append(
                AgentState(row.name, row.title, row.name in present, hooked, heard, version, row.trust)
            )
    return states


def _is_hooked(row: table.AgentRow, scope: SettingsScope) -> bool:
    try:
        if row.name == "claude-code":
            path = agent_settings.settings_path(scope.top)
            return not agent_settings.missing(path, agent_settings.read(path, scope.tree))
        return connect.is_connected(row, scope)
    except (ConfigError, Obstructed, OSError):
        return False


def _reports(case: Examination) -> dict[str, tuple[str | None, str | None]]:
    """Agent → the moment of its newest turn and the version in it; of inboxes that this user may read."""
    reports: dict[str, tuple[str | None, str | None]] = {}
    root = os.path.join(case.repo.home, "inbox")
    with contextlib.suppress(PermissionError):  # another check reports it
        for name in files.names(root):
            for turn in _last_turns(case, os.path.join(root, name)):
                heard, _ = reports.get(turn.agent or "", (None, None))
                if turn.agent and (heard is None or (turn.at or "") > heard):
                    reports[turn.agent] = (turn.at, turn.agent_version)
    return reports


def _last_turns(case: Examination, inbox_dir: str) -> Iterator[Turn]:
    """The newest turn of each session in an inbox."""
    sessions = open_inbox(inbox_dir, case.repo.env).sessions
    for key in files.names(sessions.root):
        for turn_name in sessions.turns(key)[-1:]:
            turn = sessions.read(key, turn_name)
            if isinstance(turn, Turn):
                yield turn
