"""The action, the template and the samples of docs/ci.md hold to the schemas that check-jsonschema ships."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.sealed import ROOT
from tests.support.workflow import validated

SAMPLES = {"# .github/workflows/": "vendor.github-workflows", "# .gitlab-ci.yml": "vendor.gitlab-ci"}


def test_files() -> None:
    """action.yml and ci/gitlab.yml; a broken action is noticed."""
    assert validated("vendor.github-actions", ROOT / "action.yml") == ""
    assert validated("vendor.gitlab-ci", ROOT / "ci/gitlab.yml") == ""


def test_a_broken_action_is_noticed(tmp_path: Path) -> None:
    """The schema that is used can say no."""
    path = tmp_path / "action.yml"
    path.write_text((ROOT / "action.yml").read_text().replace("using: composite", "using: nothing"))
    assert validated("vendor.github-actions", path)


@pytest.mark.parametrize("start", list(SAMPLES))
def test_samples(start: str, tmp_path: Path) -> None:
    """What readers copy is valid."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs/ci.md").read_text(), re.MULTILINE | re.DOTALL)
    path = tmp_path / "sample.yml"
    path.write_text(next(block for block in blocks if block.startswith(start)))
    assert validated(SAMPLES[start], path) == ""
