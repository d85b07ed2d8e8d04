"""Prompts of a project, their history, and how often they change."""

from __future__ import annotations

from typing import NamedTuple

FILE, TEMPLATE, INSTRUCTIONS = "file", "template", "instructions"


class RegisteredPrompt(NamedTuple):
    """A prompt of the work tree. `kind` is one of the words above.

    `line` is where a template is in its file, 1-based. `text` is what the model gets, without the front
    matter; None where it is put together when the program runs.
    """

    name: str
    kind: str
    path: str
    version: str | None = None
    feature: str | None = None
    line: int | None = None
    text: str | None = None


class PromptProblem(NamedTuple):
    """What is wrong with a prompt's file."""

    path: str
    message: str


class PromptList(NamedTuple):
    """All prompts, by name, and what is wrong with some."""

    prompts: tuple[RegisteredPrompt, ...]
    problems: tuple[PromptProblem, ...] = ()


class PromptRevision(NamedTuple):
    """One version of a prompt in git's history: its commit, its path then, and its text then.

    `at` is the author's date in ISO 8601, `seconds` the committer's date since 1970. `generations` are the
    traces of generations that used this version.
    """

    commit: str
    at: str
    seconds: int
    author: str
    subject: str
    path: str
    version: str | None
    text: str | None
    generations: tuple[str, ...] = ()


class PromptHistory(NamedTuple):
    """A prompt with its versions, newest first."""

    prompt: RegisteredPrompt
    revisions: tuple[PromptRevision, ...]


class PromptDiff(NamedTuple):
    """Git's diff between two versions; `old` and `new` name them."""

    prompt: RegisteredPrompt
    old: str
    new: str
    patch: bytes


class PromptChurn(NamedTuple):
    """How often a prompt changes, and what comes of it.

    `edits`: versions within `weeks` weeks; `rate`: edits a week. `generations` were made in that time, and
    developers changed `delta_lines` of their `raw_lines`. `diverged` of `compared` files differ in structure
    from what was generated before the prompt's last edit. `is_high`: the rate is above the limit.
    """

    prompt: RegisteredPrompt
    weeks: float
    edits: int
    rate: float
    generations: int
    raw_lines: int
    delta_lines: int
    compared: int
    diverged: int
    is_high: bool
