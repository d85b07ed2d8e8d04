"""The input of a carry: pairs of commits, and targets of claims."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Rewrite(NamedTuple):
    """A commit whose tree may hold lines that another one adds: its earlier form, what it repeats, or undoes.

    `whole`: the new one takes its place or repeats it, so that its gate, exceptions and counts are the new
    one's too. `only`: the files that it is asked about, None for all.
    """

    old: str
    new: str
    whole: bool = True
    only: frozenset[str] | None = None


class CarryTarget(NamedTuple):
    """What claims are carried to: a commit, or a tree that is about to be one. `name` is unique in a run.

    `partial` are sources that it has lines of and does not repeat; `counted` are traces whose lost lines
    another part of the same source has counted already. `only`: source → the files of which it is known to be
    one.
    """

    name: str
    tree: str
    parents: tuple[str, ...]
    partial: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    only: Mapping[str, frozenset[str]] = MappingProxyType({})
