"""The lines in which doctor lists agents."""

from __future__ import annotations

from typing import NamedTuple

from gitprov.output.agents import lines


class _Agent(NamedTuple):
    name: str = "codex"
    title: str = "Codex"
    hooked: tuple[str, ...] = ()
    heard: str | None = None
    version: str | None = None
    trust: str = "/hooks"


def test_lines() -> None:
    """Each state of an agent has its own words."""
    agents = [
        _Agent(),
        _Agent(hooked=("project", "user"), version="0.171.0"),
        _Agent(hooked=("user",), heard="2026-02-01T10:00:00Z"),
        _Agent(heard="2026-02-01T10:00:00Z"),
    ]
    assert lines(agents) == [
        "agent: Codex: here, not connected: gitprov install --agents codex",
        "agent: Codex 0.171.0: connected (project, user), not heard from yet; /hooks",
        "agent: Codex: connected (user), last heard from 2026-02-01T10:00:00Z",
        "agent: Codex: not connected now, last heard from 2026-02-01T10:00:00Z",
    ]
