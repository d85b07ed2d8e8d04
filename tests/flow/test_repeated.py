"""Two ways to see that a pick is clean, which must agree."""

from __future__ import annotations

import pytest

from gitprov.flow.carry import carry as module
from gitprov.flow.carry import clean_picks
from gitprov.flow.carry.carry import carry
from gitprov.flow.carry.values import CarryTarget, Rewrite
from gitprov.git.objects import Commit
from gitprov.git.repo import Repository
from tests.support.agent import Agent
from tests.support.repo import GitRepo

PICKS = 12
TOP = "".join(f"top {n}\n" for n in range(20))


def moved(repo: GitRepo, agent: Agent) -> list[Rewrite]:
    """Twelve commits moved by a rebase: most change a file of their own, every fourth one that upstream changed too.

    One more is gone in the middle, so that not every pick stands on the one that it stood on.
    """
    repo.write("shared", TOP)
    repo.commit("Base")
    repo.git("branch", "base")
    for n in range(PICKS):
        path = f"file{n}" if n % 4 else "shared"
        agent.write(path, (TOP if path == "shared" else "") + "".join(f"line {k}\n" for k in range(n + 1)))
        repo.commit(f"Pick {n}")
    old = repo.git("rev-list", "--reverse", "base..").stdout.split()
    repo.git("checkout", "-q", "-b", "up", "base")
    repo.write("shared", "new\n" + TOP)
    repo.commit("Upstream")
    repo.git("checkout", "-q", "-")
    repo.env["GIT_SEQUENCE_EDITOR"] = "sed -i -e 3d"
    repo.git("rebase", "-q", "-i", "up")
    new = repo.git("rev-list", "--reverse", "up..").stdout.split()
    assert len(new) == PICKS - 1
    return [Rewrite(*pair) for pair in zip(old[:2] + old[3:], new, strict=True)]


@pytest.mark.slow
def test_both_ways_agree(project: GitRepo, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies below a branch tells the same as what each commit changed: which picks are clean, and their notes.

    A pick of a file that upstream changed too is looked at line by line.
    """
    pairs = moved(project, agent)
    shown = [project.git("show", "--format=", "--name-only", pair.new).stdout for pair in pairs]
    found = []
    with Repository.discover(str(project.path), project.env) as repo:
        for chain, files in ((4, 50), (10**6, 50), (1, 0)):
            monkeypatch.setattr(clean_picks, "_CHAIN", chain)
            monkeypatch.setattr(clean_picks, "_FILES", files)
            found.append(carry(repo, pairs))
            assert clean(repo, pairs) == ["shared" not in names for names in shown]
    assert found[0] == found[1] == found[2]
    assert (
        found[0].keys()
        == {pair.new for pair in pairs if project.note(pair.new)}
        == {pair.new for pair in pairs}
    )


def clean(repo: Repository, pairs: list[Rewrite]) -> list[bool]:
    """Which of the new commits are clean picks."""
    commits: dict[str, Commit] = {}
    module._read_commits(repo, commits, {oid for pair in pairs for oid in pair[:2]})
    module._read_commits(repo, commits, {oid for one in commits.values() for oid in one.parents})
    heirs = [(CarryTarget(new, commits[new].tree, commits[new].parents), [old]) for old, new, *_ in pairs]
    found = clean_picks.repeated(clean_picks.RawChanges(repo), commits, heirs, {})
    return [pair.new in found for pair in pairs]
