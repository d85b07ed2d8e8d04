"""Each case from the field comes out right."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import gitprov
from tests.support.repo import run

FOLDER = Path(__file__).parent / "cases"
#: The case whose hooks pre-commit builds from a clone: it needs the wheelhouse.
PUBLISHED = FOLDER / "c13-stages.sh"
CASES = sorted(set(FOLDER.glob("c*.sh")) - {PUBLISHED})
RELEASE = f"v{gitprov.__version__}"


def _play(case: Path, env: dict[str, str]) -> str:
    """The output of a case that says `right` of every point."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", str(case)],
        # Another user has to get at what the script makes, which the test's own directory does not allow.
        env={**env, "PATH": path, "FIELD_SLACK": "10", "TMPDIR": "/tmp"},  # noqa: S108
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path, env: dict[str, str]) -> None:
    """The script says `right` of every point."""
    output = _play(case, env)
    if output.startswith("skipped"):
        pytest.skip(output.strip())
    assert output.startswith("right"), output


@pytest.mark.slow
@pytest.mark.wheelhouse
def test_the_published_snippet(tmp_path: Path, offline: dict[str, str], checkout: Path) -> None:
    """The snippet for pre-commit, at the tag of this version, runs a project's own hooks once, or doctor says why not."""
    clone = tmp_path / "clone"
    run(["git", "clone", "-q", str(checkout), str(clone)], cwd=tmp_path, env=offline)
    run(["git", "tag", RELEASE], cwd=clone, env=offline)
    assert _play(PUBLISHED, {**offline, "GITPROV_SRC": str(clone)}).startswith("right")


@pytest.mark.parametrize("page", ["README.md", "docs/hooks.md"])
def test_the_snippet_names_the_tag_of_this_version(page: str, checkout: Path) -> None:
    """A release cannot forget the line that people copy."""
    revisions = re.findall(r"^ +rev: (v\S+)$", (checkout / page).read_text(), re.MULTILINE)
    assert revisions == [RELEASE]
