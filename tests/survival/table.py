"""The table of operations: what each says of itself, on which routes it is tried, and what each cell promises."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tests.survival.story import Expected, Story

ROUTES = ("native", "pre-commit", "prek", "colleague")
"""Who runs the hooks, in one's own clone; `colleague`: native hooks, in a clone that has commits and notes alone."""

TWIN = "prek runs the same hooks in the same way; pre-commit is tried on the other operations of the kind"
UNSHARED = "it is about work that is not committed, and so was never shared: as in one's own clone"

FRAMED = ("pre-commit", "prek")
"""Routes on which a framework runs the hooks."""

Do = Callable[[Story], Expected]


class Operation(NamedTuple):
    """One thing that people do with git.

    `heal`: routes on which the answer is right only after `gitprov heal`, with the options `told`. `without`: route → why it is not tried
    there. `broken`: route → what is wrong there today.
    """

    name: str
    file: str
    title: str
    section: str
    says: str
    do: Do
    heal: tuple[str, ...]
    told: tuple[str, ...]
    without: Mapping[str, str]
    broken: Mapping[str, str]

    def cell(self, route: str) -> str:
        """`yes`, `after heal`, `not yet` or `—`."""
        if route in self.without:
            return "—"
        if route in self.broken:
            return "not yet"
        return "after heal" if route in self.heal else "yes"


OPERATIONS: dict[str, Operation] = {}
"""All of them by name, in the order of the table."""


def operation(
    title: str,
    *,
    heal: tuple[str, ...] = (),
    told: tuple[str, ...] = (),
    without: Mapping[str, str] | None = None,
    twin: bool = False,
    broken: Mapping[str, str] | None = None,
) -> Callable[[Do], Do]:
    """Enter a function into the table, under its own name. Its docstring says what is true afterwards.

    `twin`: one framework is enough.
    """
    left_out = {**({"pre-commit": TWIN} if twin else {}), **(without or {})}

    def enter(do: Do) -> Do:
        name = do.__name__.replace("_", "-")
        assert name not in OPERATIONS
        module = inspect.getmodule(do)
        file = f"{do.__module__.replace('.', '/')}.py"
        section = (inspect.getdoc(module) or "").split("\n")[0].rstrip(".")
        says = re.sub(r"\s+", " ", inspect.getdoc(do) or "")
        OPERATIONS[name] = Operation(name, file, title, section, says, do, heal, told, left_out, broken or {})
        return do

    return enter
