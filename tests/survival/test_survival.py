"""Each operation on each route: afterwards blame gives every line back, text, class and session."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.survival.catalog import OPERATIONS
from tests.survival.lines import Lines
from tests.survival.story import Expected, Story, blame, copied
from tests.survival.table import ROUTES

HEALS = importlib.util.find_spec("gitprov.cli.commands.records.heal") is not None


#: Operations of each kind that `make test` tries on other routes than the native one; `make survival` tries them all.
OF_EACH_KIND = {"pre-commit": 1, "prek": 2, "colleague": 3}


def cells() -> list[object]:
    """Route and operation of every cell that promises something."""
    found: list[object] = []
    tried: dict[tuple[str, str], int] = {}
    for name, one in OPERATIONS.items():
        for route in ROUTES:
            cell = one.cell(route)
            marks = [pytest.mark.slow] if route == "pre-commit" else []
            if cell != "—" and route in OF_EACH_KIND:
                tried[route, one.section] = tried.get((route, one.section), 0) + 1
                if tried[route, one.section] > OF_EACH_KIND[route]:
                    marks.append(pytest.mark.wide)
            if cell == "not yet":
                marks.append(pytest.mark.xfail(reason=one.broken[route], strict=True))
            elif cell == "after heal" and not HEALS:
                marks.append(pytest.mark.xfail(reason="gitprov heal is not there yet", strict=True))
            if cell != "—":
                found.append(pytest.param(route, name, marks=marks, id=f"{route}-{name}"))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("route", "name"), cells())
def test_survives(
    tmp_path: Path, env: dict[str, str], request: pytest.FixtureRequest, route: str, name: str
) -> None:
    """Every line of every file is what it has to be, in this clone and in one that has commits and notes alone."""
    one = OPERATIONS[name]
    template = request.getfixturevalue("colleagues_story" if route == "colleague" else "own_story")
    story = copied(template, tmp_path, env, route)
    if route in ("pre-commit", "prek") and not (story.repo.path / f".git/hooks-{route}").exists():
        pytest.skip(f"{route} is not installed")
    expected = one.do(story)
    if one.cell(route) == "after heal":
        assert any(wrong(story, expected)), "right at once: the table says less than is true"
        assert all(honest(*pair) for pair in wrong(story, expected)), "a claim that is not true"
        story.heal(*one.told)
    assert shown(wrong(story, expected)) == []
    if route == "native":
        reader = story.shared()
        theirs = {f"{story.at(key)}:{key.rpartition(':')[2]}": lines for key, lines in expected.items()}
        assert shown(wrong(reader, theirs)) == []


def wrong(story: Story, expected: Expected) -> list[tuple[Lines, Lines]]:
    """What blame says and what it should, file by file, where these differ."""
    answers = [(blame(story.repo, *_place(key)), lines) for key, lines in expected.items()]
    return [(said, lines) for said, lines in answers if said != tuple(lines)]


def honest(said: Lines, lines: Lines) -> bool:
    """Whether blame knows less than what is true, but nothing else."""
    return len(said) == len(lines) and all(
        a.text == b.text and (a == b or a.cls in ("unknown", "declared"))
        for a, b in zip(said, lines, strict=True)
    )


def shown(found: list[tuple[Lines, Lines]]) -> list[str]:
    """Line by line, what was said and what should have been."""
    return [
        f"{_words(said[n : n + 1]):60} wanted: {_words(lines[n : n + 1])}"
        for said, lines in found
        for n in range(max(len(said), len(lines)))
        if said[n : n + 1] != tuple(lines[n : n + 1])
    ]


def _words(lines: Lines) -> str:
    return " ".join(f"{line.text} [{line.cls} {line.session or ''}]" for line in lines) or "no line"


def _place(key: str) -> tuple[str, str | None]:
    rev, _, path = key.rpartition(":")
    return path, rev or None
