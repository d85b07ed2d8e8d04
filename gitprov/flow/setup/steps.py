"""The parts of an installation: options, the steps that follow from them, and their execution."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gitprov.errors import GitprovError


class InstallOptions(NamedTuple):
    """The options of an installation.

    `agents`: None for those that the project already uses. `user`: the agent's settings in `user_home`, not
    the project's. `python`, `lib` and `site` are written into the shims. `push`: share at each push; None
    leaves that as it is.
    """

    python: str
    lib: str
    user_home: str
    agents: tuple[str, ...] | None = None
    user: bool = False
    push: bool | None = None
    site: str = ""


class Step(NamedTuple):
    """One change: a word for it, the path that it changes, details for a person, and its function.

    `diff`: the change of the file's text as lines, where a person should see it.
    """

    action: str
    path: str
    detail: str
    run: Callable[[], None]
    diff: tuple[str, ...] = ()


class InstallPlan(NamedTuple):
    """Steps in order, and hints about what is deliberately left unchanged."""

    steps: list[Step]
    hints: list[str]


def carry_out(outcome: InstallPlan) -> None:
    """Carry out the steps in order.

    GitprovError where the file system refuses a step. Earlier steps stay done; repeating them is safe.
    """
    for step in outcome.steps:
        try:
            step.run()
        except OSError as error:
            raise GitprovError(
                f"{step.path}: {error.strerror or error}", "mend that and run the same command again"
            ) from error
