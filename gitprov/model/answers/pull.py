"""What `gitprov pull` did: calls that a service listed, and those that were recorded."""

from __future__ import annotations

from typing import NamedTuple


class PullAnswer(NamedTuple):
    """The answer. `listed` calls were in the service's answers; `recorded` of them have an output and are
    kept, with `dry_run` they would be. `refused` are the reasons of others.

    `problem` is why the service did not answer to the end, empty where it did.
    """

    service: str
    url: str
    dry_run: bool
    since: str
    listed: int
    recorded: int
    refused: tuple[str, ...]
    problem: str
