"""What a project shares, in one line."""

from __future__ import annotations

import pytest

from gitprov.model.settings.config import Config
from gitprov.output.records.sharing import line

CASES = [
    (Config(), "notes alone (which lines, which model); prompts and outputs stay in this clone"),
    (Config(share_generations=True), "(share.generations = true), without known secrets"),
    (Config(share_generations=True, redact_allow=("test-1",)), "but for 1 exception (redact.allow)"),
    (Config(share_generations=True, redact_allow=("a-1", "b-2")), "but for 2 exceptions (redact.allow)"),
    (Config(share_generations=True, privacy="full"), "with the secrets in them (privacy = full)"),
    (Config(share_generations=True, privacy="hash-only"), "digests alone are kept (privacy = hash-only)"),
]


@pytest.mark.parametrize(("config", "words"), CASES)
def test_what_is_shared(config: Config, words: str) -> None:
    """The line says what leaves the clone, and what of it is taken out."""
    assert line(config).endswith(words)
