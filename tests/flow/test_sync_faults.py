"""Sharing that is cut off, refused or cannot write: what is wrong is said, nothing is lost, the next one mends it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.repo import NOTES_REF, GitRepo, run
from tests.support.sharing import append, ids, people, row, value

pytestmark = pytest.mark.slow

Hub = tuple[GitRepo, GitRepo, GitRepo]


@pytest.fixture
def parted(tmp_path: Path, env: dict[str, str]) -> Hub:
    """A remote and two clones; the first has a note that the remote does not have, and the other way round."""
    remote, (alice, bob) = people(tmp_path, env)
    append(alice, row("start"))
    alice.gitprov("sync")
    bob.gitprov("sync")
    append(bob, row("b"))
    bob.gitprov("sync")
    append(alice, row("a"))
    return remote, alice, bob


def failing(repo: GitRepo, *args: str, code: int = 3) -> str:
    """What `gitprov sync` says when it cannot."""
    done = repo.gitprov("sync", *args, check=False)
    assert done.returncode == code, done
    assert done.stdout == ""
    assert "\nhint: " in done.stderr
    assert "bug" not in done.stderr
    return done.stderr


def mended(hub: Hub) -> None:
    """One more sync is all it takes."""
    remote, alice, bob = hub
    alice.gitprov("sync")
    bob.gitprov("sync")
    assert value(alice) == value(bob) == value(remote)
    assert ids(alice) == ids(bob) == {"start", "a", "b"}
    for repo in hub:
        repo.git("fsck", "--no-dangling")


def copies(hub: Hub) -> Iterator[None]:
    """The remote and the first clone as they were, before each turn."""
    kept = [(repo, repo.path.with_name(repo.path.name + ".kept")) for repo in hub]
    for repo, place in kept:
        shutil.copytree(repo.path, place, symlinks=True)
    while True:
        yield
        for repo, place in kept:
            shutil.rmtree(repo.path)
            shutil.copytree(place, repo.path, symlinks=True)


def on_disk(*repos: GitRepo) -> str:
    """Refs, and how many objects there are."""
    looks = (("for-each-ref",), ("count-objects", "-v"))
    return "".join(repo.git(*look).stdout for repo in repos for look in looks)


@pytest.mark.usefixtures("forked")
def test_killed_at_every_step(parted: Hub) -> None:
    """`kill -9` before each change of the world: no note is lost on either side, and the next sync completes it."""
    remote, alice, _ = parted
    n, looks, seen = 0, 0, ""
    for _ in copies(parted):
        n += 1
        done = run(["struck", str(n), "command", "sync"], cwd=alice.path, env=alice.env, check=False)
        assert done.returncode in (0, -signal.SIGKILL), done
        # A death that left the same as the one before needs no second look.
        left = on_disk(alice, remote)
        if left == seen and done.returncode:
            continue
        looks, seen = looks + 1, left
        assert {"start", "a"} <= ids(alice)
        assert {"start", "b"} <= ids(remote, f"{alice.oid()}")
        mended(parted)
        if done.returncode == 0:
            break
        if "refs/gitprov/scratch" in left:
            alice.gitprov("doctor", "--fix", check=False)
            assert not alice.git("for-each-ref", "refs/gitprov/scratch").stdout
    assert looks > 4


@pytest.mark.parametrize("blocks", [0, 1, 8])
def test_no_room(parted: Hub, blocks: int) -> None:
    """Where files cannot grow sync fails and says so; what was there stays."""
    _, alice, _ = parted
    before = value(alice)
    done = run(["sh", "-c", f"ulimit -f {blocks}; gitprov sync"], cwd=alice.path, env=alice.env, check=False)
    if done.returncode:
        assert done.returncode == 3, done
        assert "gitprov: " in done.stderr
    else:
        assert blocks
    assert {"start", "a"} <= ids(alice)
    assert alice.git("merge-base", "--is-ancestor", str(before), NOTES_REF).returncode == 0
    mended(parted)


def test_our_ref_is_locked(parted: Hub) -> None:
    """A lock that somebody left is named with the command that removes it."""
    _, alice, _ = parted
    lock = alice.path / f".git/{NOTES_REF}.lock"
    lock.touch()
    assert f"rm {lock}" in failing(alice)
    lock.unlink()
    mended(parted)


@pytest.mark.parametrize("where", ["remote", "staging"])
def test_the_remote_is_locked(parted: Hub, where: str) -> None:
    """A remote that cannot be written for long, or our copy of it, is given up after some turns."""
    remote, alice, _ = parted
    staging = alice.path / ".git/refs/gitprov/remote/origin/notes.lock"
    lock = remote.path / f"{NOTES_REF}.lock" if where == "remote" else staging
    lock.touch()
    assert "your records are safe here" in failing(alice)
    lock.unlink()
    mended(parted)


def test_the_remote_refuses(parted: Hub) -> None:
    """A hook's words reach the person, with what to do."""
    remote, alice, _ = parted
    hook = remote.path / "hooks/update"
    hook.write_text("#!/bin/sh\necho 'GL-1: only branches here'\nexit 1\n")
    hook.chmod(0o755)
    words = failing(alice)
    assert f"origin refused {NOTES_REF}" in words
    assert "GL-1: only branches here" in words
    assert "then: gitprov sync origin" in words
    hook.unlink()
    mended(parted)


def test_a_remote_that_may_only_be_read(parted: Hub, env: dict[str, str]) -> None:
    """Permission denied is told as that, not as a remote that is gone."""
    _, alice, _ = parted
    alice.git("config", "remote.origin.pushurl", "ssh://nobody@example.invalid/hub.git")
    env["GIT_SSH_COMMAND"] = "sh -c 'echo Permission denied to alice. >&2; exit 1'"
    words = failing(alice)
    assert "origin does not let you write refs/notes/gitprov" in words
    assert "Permission denied to alice" in words
    alice.git("config", "--unset", "remote.origin.pushurl")
    mended(parted)


def test_an_unreachable_remote(parted: Hub, tmp_path: Path) -> None:
    """A remote that is not there is named, with the way to look; notes wait here."""
    remote, alice, _ = parted
    away = remote.path.rename(tmp_path / "away.git")
    words = failing(alice)
    assert "origin cannot be reached" in words
    assert "git ls-remote origin" in words
    away.rename(remote.path)
    mended(parted)


def test_no_password_is_shown(parted: Hub) -> None:
    """An address with a password in it is never printed with it."""
    _, alice, _ = parted
    words = failing(alice, "https://alice:secret@localhost:1/hub.git")
    assert "secret" not in words
    assert "https://localhost:1/hub.git" in words


def test_no_remote(repo: GitRepo) -> None:
    """Without a remote the way to get one is told; with some, which to choose."""
    repo.commit_staged("Start", "--allow-empty")
    assert "git remote add origin" in failing(repo)
    repo.git("remote", "add", "one", "/nowhere/1")
    repo.git("remote", "add", "two", "/nowhere/2")
    assert "gitprov sync one" in failing(repo)
    assert "there are: one, two" in failing(repo, "three")


def test_which_remote(tmp_path: Path, env: dict[str, str]) -> None:
    """The one that git push would take; any that is named, an address too; with --all each, whatever one of them says."""
    remote, (alice, _) = people(tmp_path, env)
    others = [GitRepo.init(tmp_path / name, env, "--bare") for name in ("fork.git", "third.git")]
    alice.git("remote", "add", "fork", str(others[0].path))
    alice.git("config", "remote.pushDefault", "fork")
    append(alice, row("a"))
    assert alice.gitprov("sync").stdout.startswith("fork: ")
    assert (value(others[0]), value(remote)) == (value(alice), None)
    alice.gitprov("sync", str(others[1].path))
    assert value(others[1]) == value(alice)
    alice.git("remote", "add", "dead", "/nowhere")
    done = alice.gitprov("sync", "--all", "--json", check=False)
    assert done.returncode == 3
    found = {one["remote"]: one for one in json.loads(done.stdout)["remotes"]}
    assert "cannot be reached" in found["dead"]["error"]
    assert "gitprov: dead cannot be reached" in done.stderr
    assert found["origin"]["refs"][0]["went"] == 1
    assert value(remote) == value(alice)
    alice.git("config", "remote.fork.mirror", "true")
    append(alice, row("b"))
    alice.gitprov("sync", "fork")
    assert value(others[0]) == value(alice)


def test_who_we_are_is_not_known(parted: Hub, env: dict[str, str]) -> None:
    """A merge needs a person; the mend is told, and what can follow without a merge does."""
    _, alice, _ = parted
    config = Path(env["GIT_CONFIG_GLOBAL"])
    text = config.read_text()
    config.write_text(text + "[user]\n\tuseConfigOnly = true\n\temail =\n\tname =\n")
    assert "git config user.name" in failing(alice)
    config.write_text(text)
    mended(parted)


@pytest.mark.plain
def test_interrupted(parted: Hub) -> None:
    """Ctrl-C ends with 130 and leaves everything as it is, or done."""
    _, alice, _ = parted
    started = alice.path.parent / "started"
    alice.env["GIT_SSH_COMMAND"] = f"touch {started}; sleep 30 #"
    alice.git("remote", "add", "slow", "ssh://nobody@example.invalid/x")
    process = subprocess.Popen(
        ["gitprov", "sync", "slow"], cwd=alice.path, env=alice.env, start_new_session=True
    )
    until = time.monotonic() + 60
    while not started.exists() and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    mended(parted)
