"""What installing is made of: a wish, the steps that follow from it, and taking them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gitprov.errors import GitprovError


class InstallOptions(NamedTuple):
    """What somebody asked for. `agents` None means: those that the project already uses. `user`: the agent's
    settings in `user_home` instead of the project's. `python`, `lib` and `site` go into the shims. `push`: share at
    each push; None leaves that as it is.
    """

    python: str
    lib: str
    user_home: str
    agents: tuple[str, ...] | None = None
    user: bool = False
    push: bool | None = None
    site: str = ""


class Step(NamedTuple):
    """One change: a word for it, the path it happens to, what a person should know of it, and the doing."""

    action: str
    path: str
    detail: str
    run: Callable[[], None]


class InstallPlan(NamedTuple):
    """Steps in order, and lines about what was left alone on purpose."""

    steps: list[Step]
    hints: list[str]


def carry_out(outcome: InstallPlan) -> None:
    """Take the steps. GitprovError where the file system says no; steps already taken stay, and may be repeated."""
    for step in outcome.steps:
        try:
            step.run()
        except OSError as error:
            raise GitprovError(
                f"{step.path}: {error.strerror or error}", "mend that and run the same command again"
            ) from error
