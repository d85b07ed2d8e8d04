"""The options of commands that run code in the sandbox."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gitprov.flow.behaviour.targets import BoxOptions

WEAK = "rlimits"
WARNING = "gitprov: the weak sandbox was used: limits and no network, but your files were in reach"

AllowWeak = Annotated[
    bool,
    typer.Option("--allow-weak-sandbox", help="Run even where only limits and no network can be had."),
]
Python = Annotated[
    str | None,
    typer.Option("--python", metavar="PATH", help="The Python that runs the code; that of the environment."),
]


def options(allow_weak: bool, python: str | None) -> BoxOptions:
    """The options as the sandbox takes them. Without a Python that of the active virtual environment."""
    from gitprov.flow.behaviour.targets import BoxOptions

    active = os.environ.get("VIRTUAL_ENV")
    inside = os.path.join(active, "bin", "python") if active else None
    return BoxOptions(allow_weak, python or (inside if inside and os.path.exists(inside) else None))
