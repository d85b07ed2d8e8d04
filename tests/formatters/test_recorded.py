"""A formatter is no developer: what real formatters made of a model's text is still the model's, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.formatters import corpus
from tests.formatters.changed import CHANGES, Change
from tests.formatters.judge import judge, shown

RECORDINGS = corpus.recordings()


def test_every_recording_is_whole() -> None:
    """Each recording speaks of all snippets of its language, and each language has as many as it should."""
    for recording in RECORDINGS:
        names = [pair.name for pair in corpus.pairs(recording)]
        language = recording.stem.rpartition("-")[2]
        assert names == list(corpus.snippets(language))
    for language in ("python", "javascript", "typescript", "go", "rust", "cpp"):
        assert len(corpus.snippets(language)) >= 40, language


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda one: one.stem)
def test_formatted_lines_are_the_models(recording: Path) -> None:
    """Every line of a formatted file is the model's and nobody changed or dropped one."""
    wrong = []
    for pair in corpus.pairs(recording):
        verdict = judge(pair.ugly, pair.formatted, pair.path)
        if not verdict.whole:
            wrong.append(f"{pair.name}\n{shown(pair.formatted, verdict)}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: f"{one.language}-{one.name}")
def test_a_changed_line_is_not_kept(change: Change) -> None:
    """A person's change among a formatter's is not the model's as generated, however small it is."""
    verdict = judge(change.before, change.after, corpus.file_name(change.language, 0))
    kept = [n for n in change.lines if verdict.classes[n - 1] == "ai"]
    assert not kept, shown(change.after, verdict)
