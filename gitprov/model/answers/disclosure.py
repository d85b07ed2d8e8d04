"""What is disclosed about the use of models in a range of commits: counts of what is recorded."""

from __future__ import annotations

from typing import NamedTuple


class ModelUse(NamedTuple):
    """One model, driven by one agent. `lines` by class; `reviewed`: its traces that somebody reviewed."""

    agent: str | None
    model: str | None
    commits: int
    traces: int
    reviewed: int
    ai: int
    edited: int
    files: tuple[tuple[str, str], ...]
    people: tuple[str, ...]


class Disclosure(NamedTuple):
    """The use of models in a range.

    `lines`: class → added lines; the class `unknown` has those without any evidence. `evidence`: evidence →
    lines. `declared` are the commits that declare use without a record of lines, as (commit, agent, model).
    `gates`: how the gate of each commit ended → commits. `trailers`: commit → lines that the policy's form
    would have in its message; `missing`: commits whose messages have none of them.
    """

    scope: str
    policy: str | None
    commits: int
    assisted: int
    added: int
    lines: dict[str, int]
    evidence: dict[str, int]
    models: tuple[ModelUse, ...]
    declared: tuple[tuple[str, str | None, str | None], ...]
    reviewers: tuple[str, ...]
    gates: dict[str, int]
    trailers: dict[str, tuple[str, ...]]
    missing: tuple[str, ...]
