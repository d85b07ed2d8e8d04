"""Which cases of a baseline nobody runs any more; a run that was narrowed proves nothing about the others."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import Any

import pytest

_NARROWING = (
    "keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "last_failed", "stepwise", "newfirst",
)  # fmt: skip


def stale(
    cases: Iterable[str], collected: Collection[str], config: pytest.Config, narrowed: bool
) -> list[str]:
    """The cases of the baseline that this run would have collected, and has not. Sorted.

    Options that leave tests out make the answer empty; so does a case that lies outside the paths of the
    command line.
    """
    if narrowed or any(_option(config, name) for name in _NARROWING):
        return []
    roots = [_root(config, arg) for arg in config.args]
    return sorted(case for case in cases if case not in collected and _inside(case, roots))


def _option(config: pytest.Config, name: str) -> Any:
    return getattr(config.option, name, None)


def _root(config: pytest.Config, arg: str) -> str:
    """An argument as a path relative to the root, `/` separated; `path::name` keeps its names."""
    path, colons, names = arg.partition("::")
    absolute = os.path.join(config.invocation_params.dir, path)
    relative = os.path.relpath(absolute, config.rootpath).replace(os.sep, "/")
    return ("" if relative == "." else relative) + colons + names


def _inside(case: str, roots: list[str]) -> bool:
    """Whether a node id lies in one of the paths; names after `::` must be whole."""
    return any(
        not root or case == root or case.startswith((f"{root}/", f"{root}::", f"{root}[")) for root in roots
    )
