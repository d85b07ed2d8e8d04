"""A formatter goes over a file of which some lines are a model's and some a person's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.formatters import corpus
from tests.formatters.owners import pattern, wrong

SEEDS = range(4)


@pytest.mark.parametrize("recording", corpus.recordings(), ids=lambda one: one.stem)
def test_each_line_is_whose_its_words_are(recording: Path) -> None:
    """A formatted line with words of one owner is that owner's; with words of both it is no model's unchanged line."""
    problems = []
    for pair in corpus.pairs(recording):
        for seed in SEEDS:
            owners = pattern(pair.ugly, seed)
            rows = wrong(pair.ugly, owners, pair.formatted, pair.path)
            problems += [f"{pair.name}, seed {seed}, line {row}" for row in rows]
    assert not problems, "\n".join(problems)
