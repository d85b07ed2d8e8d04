"""Templates of messages: git's own verdict on one that nobody edited stands, and an edited one gets its trailers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.agent import Agent
from tests.support.repo import GitRepo

TEMPLATE = "\n\n# Why?\n\nIssue: \n"
EDIT = '#!/bin/sh\n{ printf \'Say why\\n\\nbecause\\n\'; cat "$1"; } >"$1.new" && mv "$1.new" "$1"\n'
SIGN = "#!/bin/sh\nprintf 'Signed-off-by: A <a@example.com>\\n' >>\"$1\"\n"

WAYS = [
    (),
    ("-v",),
    ("-s",),
    ("--cleanup=strip",),
    ("--cleanup=whitespace",),
    ("--cleanup=scissors",),
    ("--cleanup=verbatim",),
    ("-v", "--cleanup", "scissors"),
]


@pytest.fixture
def written(project: GitRepo, agent: Agent, tmp_path: Path) -> GitRepo:
    """A staged file of a model's; the template and the editors are beside the repository."""
    agent.write("a.py", "x = 1\ny = 2\n")
    project.git("add", "-A")
    (tmp_path / "template").write_text(TEMPLATE)
    for name, text in (("edit", EDIT), ("sign", SIGN)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return project


def same_verdict(repo: GitRepo, *args: str) -> bool:
    """Whether a commit is made; it has to be the same without hooks. Its trailers are there exactly once."""
    head = repo.oid()
    alone = repo.git("-c", "core.hooksPath=/dev/null", "commit", *args, check=False)
    if alone.returncode == 0:
        repo.git("reset", "-q", "--soft", head)
    done = repo.git("commit", *args, check=False)
    assert done.returncode == alone.returncode, done.stderr
    if alone.returncode == 0:
        assert [key for key, _ in repo.trailers()].count("AI-Trace") == 1, repo.message()
        assert "diff --git" not in repo.message().partition("AI-Trace")[2]
    else:
        assert done.stderr == alone.stderr
        assert repo.oid() == head
    return alone.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS, ids=" ".join)
@pytest.mark.parametrize("editor", ["true", "edit", "sign"])
@pytest.mark.parametrize("by", ["config", "option"])
def test_gits_verdict_stands(
    written: GitRepo, tmp_path: Path, way: tuple[str, ...], editor: str, by: str
) -> None:
    """With and without hooks the same commits are made, whatever git takes out of messages."""
    written.env["GIT_EDITOR"] = "true" if editor == "true" else str(tmp_path / editor)
    if by == "config":
        written.git("config", "commit.template", str(tmp_path / "template"))
        made = same_verdict(written, *way)
    else:
        made = same_verdict(written, *way, "-t", str(tmp_path / "template"))
    assert made or editor != "edit"


@pytest.mark.slow
@pytest.mark.parametrize("comment", ["#", ";"])
@pytest.mark.parametrize("way", [("-v",), ("--cleanup=scissors",)])
def test_trailers_stand_above_the_scissors(
    written: GitRepo, tmp_path: Path, way: tuple[str, ...], comment: str
) -> None:
    """What git cuts off takes no trailer along, whichever character begins a comment; no template is needed."""
    written.git("config", "core.commentChar", comment)
    written.env["GIT_EDITOR"] = "true"
    assert not same_verdict(written, *way)
    written.env["GIT_EDITOR"] = str(tmp_path / "edit")
    assert same_verdict(written, *way)


def test_a_template_below_the_top(written: GitRepo) -> None:
    """`-t` is a path from where git was started."""
    written.write("sub/template", "Issue: \n")
    written.env["GIT_EDITOR"] = "true"
    done = written.git("-C", "sub", "commit", "-t", "template", check=False)
    assert done.returncode == 1
    assert "did not edit" in done.stderr
