"""The action, the template and the samples of docs/ci.md hold to the schemas that check-jsonschema ships."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.support.sealed import ROOT
from tests.support.workflow import validated

SAMPLES = {"# .github/workflows/": "vendor.github-workflows", "# .gitlab-ci.yml": "vendor.gitlab-ci"}


@pytest.mark.slow
def test_files() -> None:
    """action.yml and ci/gitlab.yml; a broken action is noticed."""
    assert validated("vendor.github-actions", ROOT / "action.yml") == ""
    assert validated("vendor.gitlab-ci", ROOT / "ci/gitlab.yml") == ""
    assert validated("vendor.gitlab-ci", ROOT / "ci/drift.gitlab.yml") == ""
    assert validated("vendor.github-workflows", ROOT / "ci/drift.github.yml") == ""


def test_the_key_of_a_model_is_in_no_script() -> None:
    """The weekly workflow hands the key to the step that generates, as a variable, and to nothing else."""
    steps = yaml.safe_load((ROOT / "ci/drift.github.yml").read_text())["jobs"]["drift"]["steps"]
    assert [step["run"] for step in steps if "MODEL_KEY" in str(step)] == ["gitprov drift run"]
    assert not any("${{" in step.get("run", "") or "set -x" in step.get("run", "") for step in steps)
    text = (ROOT / "ci/drift.gitlab.yml").read_text()
    assert "MODEL_KEY" not in text
    assert "set -x" not in text


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
