"""Commands and hooks of these tests are forks of one Python: what they do with a repository is the question, not their start.

The start has tests of its own: tests/install, tests/cli, tests/field, tests/survival and tests/pipeline run real processes.
"""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _room(forked: object) -> None:
    """Every test of this room asks for forks; those marked `plain` get processes of their own."""
