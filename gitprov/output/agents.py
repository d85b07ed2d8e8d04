"""The lines in which `gitprov doctor` lists agents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class AgentFacts(Protocol):
    """What is printed of an agent."""

    @property
    def name(self) -> str:
        """Its name on the command line."""

    @property
    def title(self) -> str:
        """The product's name."""

    @property
    def hooked(self) -> tuple[str, ...]:
        """The scopes in which it is connected."""

    @property
    def heard(self) -> str | None:
        """The moment of its last report."""

    @property
    def version(self) -> str | None:
        """The version that it named."""

    @property
    def trust(self) -> str:
        """What its user does so that it runs the hooks."""


def lines(agents: Iterable[AgentFacts]) -> list[str]:
    """One line for each agent."""
    return [f"agent: {_line(agent)}" for agent in agents]


def _line(agent: AgentFacts) -> str:
    title = agent.title + (f" {agent.version}" if agent.version else "")
    if agent.heard is not None:
        where = f"connected ({', '.join(agent.hooked)})" if agent.hooked else "not connected now"
        return f"{title}: {where}, last heard from {agent.heard}"
    if agent.hooked:
        return f"{title}: connected ({', '.join(agent.hooked)}), not heard from yet; {agent.trust}"
    return f"{title}: here, not connected: gitprov install --agents {agent.name}"
