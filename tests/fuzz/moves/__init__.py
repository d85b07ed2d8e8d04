"""The moves: each takes the game and a chance of its own, does one thing that people do, and says in words what it was.

What a move chooses depends on its own chance and on how things stand, on nothing else. So a list of (name, chance) is a
replay log, and any part of the list is one too: a move that cannot be made as things stand is skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from tests.fuzz.game import Game

Do = Callable[[Game, Random], str]


class Kind(NamedTuple):
    """A kind of move, and how often it is made compared with others."""

    do: Do
    weight: int


KINDS: dict[str, Kind] = {}
"""All kinds by name."""


def move(weight: int) -> Callable[[Do], Do]:
    """Make a function a kind of move, under its own name. It raises Skip where it cannot be made."""

    def enter(do: Do) -> Do:
        KINDS[do.__name__] = Kind(do, weight)
        return do

    return enter
