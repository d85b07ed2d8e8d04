"""Two agents whose hooks report edits of one file in turns, within one second: each line is of the agent that wrote it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.agents.test_matrix import Player
from tests.support.repo import GitRepo
from tests.support.shapes import AFTER, BEFORE, PROMPT, Call, Edit

BASE = "base 1\nbase 2\nbase 3\nbase 4\nbase 5\n"
ORDERS = sorted({"".join(order) for order in itertools.permutations("AAABBB")})
"""Steps of the first and the second agent: a report before the edit, the edit, a report after it."""


def steps(player: Player, edit: Edit) -> Iterator[None]:
    """The three steps of one edit."""
    ((tool, arguments),) = player.shape.calls(edit)
    player.count += 1
    call = Call(tool, arguments, str(player.count))
    player.report(BEFORE, "s1", call=call)
    yield
    player.change(edit)
    yield
    player.report(AFTER, "s1", call=call)
    yield


UNKNOWN = {"AABBBA": "first", "BBAAAB": "second"}
"""Orders in which an edit lies between another edit and its report → whose line is unknown then."""
BY_CLAUDE = UNKNOWN | dict.fromkeys(("ABABBA", "ABBABA", "ABBBAA", "BAABBA", "BABABA", "BABBAA"), "second")
BY_SHELL = dict.fromkeys((*UNKNOWN, "ABABBA", "ABBABA", "BAABBA", "BABABA", "BBAABA"), "second")


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
@pytest.mark.parametrize(
    ("names", "kind", "unknown"),
    [
        (("claude-code", "codex"), "edit", BY_CLAUDE),
        (("gemini", "cursor"), "edit", UNKNOWN),
        (("copilot", "opencode"), "edit", UNKNOWN),
        (("qwen", "pi"), "shell", BY_SHELL),
    ],
)
def test_two_agents_at_once(
    hooked: GitRepo, names: tuple[str, str], kind: str, unknown: dict[str, str]
) -> None:
    """In every order of their steps a line is its agent's or unknown. `kind`: of the second agent's edits."""
    for order in ORDERS:
        hooked.write(f"{order}.py", BASE)
    hooked.commit("Start")
    players = [Player(name, hooked) for name in names]
    for player in players:
        player.report(PROMPT, "s1", player.agent)
    for order in ORDERS:
        pairs = (("base 2", "first 2"), ("base 4", "second 4"))
        edits = [
            Edit(sort, f"{order}.py", pairs=(pair,)) for sort, pair in zip(("edit", kind), pairs, strict=True)
        ]
        going = dict(zip("AB", map(steps, players, edits), strict=True))
        for letter in order:
            next(going[letter])
    hooked.commit("Work")
    agents = {row["id"]: row["agent"] for row in hooked.traces()}
    shown = {}
    for order in ORDERS:
        rows = hooked.ai_blame(f"{order}.py")["lines"]
        shown[order] = [row["class"] if row["trace"] is None else agents[row["trace"]] for row in rows]
    first, second = (player.shape.name for player in players)
    answers = {}
    for order in ORDERS:
        mine, other = first, second
        if order in unknown:
            mine, other = ("unknown", second) if unknown[order] == "first" else (first, "unknown")
        answers[order] = ["unknown", mine, "unknown", other, "unknown"]
    assert shown == answers
