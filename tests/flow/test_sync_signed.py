"""Where a person signs commits, what leaves the machine is signed: with a real key, verified by git."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.agent import Agent
from tests.support.repo import GENERATIONS_REF, NOTES_REF, GitRepo, run
from tests.support.sharing import append, ids, parents, people, row, value

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not there")

Hub = tuple[GitRepo, GitRepo, GitRepo]


def signing(env: dict[str, str], place: Path) -> None:
    """A key without a passphrase, and the settings that make git sign with it and trust it."""
    key = place / "key"
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], cwd=place, env=env)
    allowed = place / "allowed"
    allowed.write_text(f"alice@example.com {key.with_suffix('.pub').read_text()}")
    for name, setting in {
        "gpg.format": "ssh",
        "user.signingkey": str(key),
        "gpg.ssh.allowedSignersFile": str(allowed),
        "commit.gpgsign": "true",
    }.items():
        run(["git", "config", "--global", name, setting], cwd=place, env=env)


@pytest.fixture
def hub(tmp_path: Path, env: dict[str, str]) -> Hub:
    """A remote and two clones of people who sign."""
    remote, (alice, bob) = people(tmp_path, env)
    signing(env, tmp_path)
    return remote, alice, bob


def verified(repo: GitRepo, ref: str = NOTES_REF) -> list[str]:
    """Git's verdict on each commit of a ref: G is good, N is none."""
    return repo.git("log", "--format=%G?", ref).stdout.split()


@pytest.mark.slow
def test_what_is_sent_is_signed(hub: Hub) -> None:
    """Commits that fast-import made, many of them, arrive as one that git verifies; verify-commit agrees."""
    remote, alice, bob = hub
    for n in range(3):
        append(alice, row(f"a{n}"))
    assert verified(alice) == ["N", "N", "N"]
    alice.gitprov("sync")
    assert verified(alice) == ["G"]
    assert value(alice) == value(remote)
    assert 'Good "git" signature' in alice.git("verify-commit", NOTES_REF).stderr
    bob.gitprov("sync")
    assert ids(bob) == {"a0", "a1", "a2"}
    tip = value(bob)
    assert bob.gitprov("sync").stdout.startswith("origin: notes: up to date\n")
    assert value(bob) == tip


@pytest.mark.slow
def test_a_merge_is_signed(hub: Hub) -> None:
    """Whoever unites two histories signs the result; all that is on the remote is signed, again and again."""
    remote, alice, bob = hub
    for n in range(3):
        append(alice, row(f"a{n}"))
        append(bob, row(f"b{n}"))
        alice.gitprov("sync")
        bob.gitprov("sync")
    alice.gitprov("sync")
    assert ids(alice) == ids(bob) == {f"{who}{n}" for who in "ab" for n in range(3)}
    assert value(alice) == value(bob) == value(remote)
    assert set(verified(remote)) == {"G"}


@pytest.mark.slow
def test_a_signed_history_keeps_its_merge(hub: Hub) -> None:
    """A merge of two signed histories keeps both parents."""
    _, alice, bob = hub
    append(alice, row("a"))
    append(bob, row("b"))
    alice.gitprov("sync")
    bob.git("commit-tree", "-S", "-m", "x", f"{NOTES_REF}^{{tree}}")
    signed = bob.git("commit-tree", "-S", "-m", "x", f"{NOTES_REF}^{{tree}}").stdout.strip()
    bob.git("update-ref", NOTES_REF, signed)
    bob.gitprov("sync")
    assert parents(bob) == [signed, value(alice)]
    assert set(verified(bob)) == {"G"}


@pytest.mark.slow
def test_generations_are_signed_too(project: GitRepo, agent: Agent, tmp_path: Path) -> None:
    """What is shared of prompts is signed like the notes; the hooks of a commit sign nothing."""
    remote = GitRepo.init(tmp_path / "hub.git", project.env, "--bare")
    project.git("remote", "add", "origin", remote.path.as_uri())
    signing(project.env, tmp_path)
    project.write(".gitprov.toml", "[share]\ngenerations = true\n")
    agent.prompt("p").write("a.py", "one\n")
    project.commit("One")
    assert verified(project, "HEAD~0")[0] == "G"
    assert verified(project) == verified(project, GENERATIONS_REF) == ["N"]
    project.gitprov("sync")
    assert verified(remote) == verified(remote, GENERATIONS_REF) == ["G"]
    assert project.gitprov("show", "--prompt", project.traces()[0]["id"]).stdout.strip() == "p"


@pytest.mark.slow
def test_a_key_that_cannot_sign(hub: Hub, tmp_path: Path) -> None:
    """Without the key nothing is sent and the way out is told; --no-gpg-sign shares without a signature."""
    remote, alice, _ = hub
    append(alice, row("a"))
    (tmp_path / "key").unlink()
    done = alice.gitprov("sync", check=False)
    assert done.returncode == 3
    assert "could not sign" in done.stderr
    assert "--no-gpg-sign" in done.stderr
    assert value(remote) is None
    assert ids(alice) == {"a"}
    alice.gitprov("sync", "--no-gpg-sign")
    assert value(remote) == value(alice)


@pytest.mark.slow
def test_signing_on_request(tmp_path: Path, env: dict[str, str]) -> None:
    """--gpg-sign signs although commit.gpgsign is off."""
    _, (alice, _) = people(tmp_path, env)
    signing(env, tmp_path)
    alice.git("config", "commit.gpgsign", "false")
    append(alice, row("a"))
    alice.gitprov("sync", "--gpg-sign")
    assert verified(alice) == ["G"]
