"""The formatters themselves, over the same snippets: skipped where one is not installed (`make test-formatters`)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.formatters import corpus, live
from tests.formatters.judge import judge, shown

pytestmark = pytest.mark.skipif(
    "GITPROV_FORMATTERS" not in os.environ, reason="`make test-formatters` runs these"
)

CASES = [(one, language) for one in live.FORMATTERS for language in one.languages]


@pytest.mark.slow
@pytest.mark.parametrize(("formatter", "language"), CASES, ids=[f"{one.name}-{name}" for one, name in CASES])
def test_what_a_formatter_makes_now(formatter: live.Formatter, language: str, tmp_path: Path) -> None:
    """What the installed version makes of each snippet is the model's, every line of it."""
    if formatter.program is None:
        pytest.skip(f"{formatter.name} is not installed here")
    formatted = live.run(formatter, language, tmp_path)
    wrong = []
    for name, ugly in corpus.snippets(language).items():
        verdict = judge(ugly, formatted[name], corpus.file_name(language, 0))
        if not verdict.whole:
            wrong.append(f"{name}\n{shown(formatted[name], verdict)}")
    assert not wrong, "\n\n".join(wrong)
