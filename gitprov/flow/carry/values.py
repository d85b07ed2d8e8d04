"""The input of a carry: pairs of commits, and targets of claims."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Rewrite(NamedTuple):
    """A source commit (`old`) whose lines a target (`new`) may add, as it rewrites, repeats or undoes it.

    `whole`: `new` replaces or repeats `old`, so that it inherits gate, exceptions and counts as well.
    `only`: the files for which `old` is a source, None for all.
    """

    old: str
    new: str
    whole: bool = True
    only: frozenset[str] | None = None


class CarryTarget(NamedTuple):
    """The target of a carry: a commit, or the tree of a coming one. `name` is unique in a run.

    `partial` are sources of which it has lines without repeating them. `counted` are traces whose dropped
    lines are counted already for another part of the same source. `only`: source → the files for which it is
    a source, if not for all.
    """

    name: str
    tree: str
    parents: tuple[str, ...]
    partial: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    only: Mapping[str, frozenset[str]] = MappingProxyType({})
