"""`gitprov install --push`: git push brings the records along, once, and never stands in the way unless told to."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitprov.store.setup import shims
from tests.install.shelf import lines, recorder, snapshot
from tests.support.repo import NOTES_REF, GitRepo
from tests.support.sharing import append, hub, ids, people, row, value


@pytest.fixture
def pair(tmp_path: Path, env: dict[str, str]) -> tuple[GitRepo, GitRepo]:
    """A remote, and a clone that shares at each push."""
    remote, (alice,) = people(tmp_path, env, 1)
    alice.install("--agents", "none", "--push")
    return remote, alice


def change(repo: GitRepo, name: str = "x") -> None:
    """A commit with a note."""
    repo.commit_staged(name, "--allow-empty")
    append(repo, row(name))


def test_records_go_with_the_push(pair: tuple[GitRepo, GitRepo]) -> None:
    """The notes are there when the branch is; the person is told."""
    remote, alice = pair
    change(alice)
    done = alice.git("push")
    assert "gitprov: origin: notes: 0 came, 1 went" in done.stderr
    assert value(remote) == value(alice)
    assert value(remote, "refs/heads/main") == alice.oid()


def test_nothing_is_done_without_need(pair: tuple[GitRepo, GitRepo], tmp_path: Path) -> None:
    """No notes, nothing new, only our own refs, a ref taken away, a rehearsal: nothing is shared, nothing is asked."""
    remote, alice = pair
    alice.commit_staged("without", "--allow-empty")
    trace = str(tmp_path / "trace")
    alice.env["GIT_TRACE"] = trace

    def fetched() -> bool:
        text = Path(trace).read_text()
        Path(trace).unlink()
        return "fetch" in text

    alice.git("push", "-q")
    assert not fetched()
    change(alice)
    alice.git("push", "-q", "--dry-run")
    assert not fetched()
    alice.git("-c", "alias.p=push -q", "-c", "alias.look=p --dry-run", "look")
    assert not fetched()
    assert value(remote) is None
    alice.git("push", "-q", "origin", NOTES_REF)
    assert not fetched()
    append(alice, row("again"))
    alice.git("push", "-q", "origin", "HEAD:refs/heads/gone")
    assert fetched()
    append(alice, row("more"))
    alice.git("push", "-q", "origin", ":refs/heads/gone")
    assert not fetched()
    alice.git("push", "-q")
    assert fetched()
    change(alice, "y")
    alice.git("push", "-q", "--no-verify")
    assert not fetched()


def test_each_remote_gets_its_own(pair: tuple[GitRepo, GitRepo], tmp_path: Path) -> None:
    """The remote that is pushed to, by name or by address, is the one that gets the records."""
    remote, alice = pair
    fork, third = (hub(tmp_path / name, alice.env) for name in ("fork.git", "third.git"))
    alice.git("remote", "add", "fork", str(fork.path))
    change(alice)
    alice.git("push", "-q", "fork", "main")
    alice.git("push", "-q", str(third.path), "main")
    assert value(fork) == value(third) == value(alice)
    assert value(remote) is None


def test_a_failure_does_not_stop_the_push(pair: tuple[GitRepo, GitRepo]) -> None:
    """What went wrong is told with the mend, and the branch is pushed."""
    remote, alice = pair
    hook = remote.path / "hooks/update"
    hook.write_text('#!/bin/sh\ncase $1 in refs/notes/*) echo "no notes"; exit 1 ;; esac\n')
    hook.chmod(0o755)
    change(alice)
    done = alice.git("push")
    assert "no notes" in done.stderr
    assert "hint: " in done.stderr
    assert "the push goes on without its records" in done.stderr
    assert value(remote, "refs/heads/main") == alice.oid()


def test_where_sharing_is_required(pair: tuple[GitRepo, GitRepo]) -> None:
    """With `share.required` a push stops if its records cannot go, and says how to do without."""
    remote, alice = pair
    hook = remote.path / "hooks/update"
    hook.write_text("#!/bin/sh\ncase $1 in refs/notes/*) exit 1 ;; esac\n")
    hook.chmod(0o755)
    alice.git("config", "gitprov.share.required", "true")
    change(alice)
    before = value(remote, "refs/heads/main")
    done = alice.git("push", check=False)
    assert done.returncode
    assert "git push --no-verify" in done.stderr
    assert value(remote, "refs/heads/main") == before
    alice.git("push", "-q", "--no-verify")
    assert value(remote, "refs/heads/main") == alice.oid()


def test_the_earlier_hook_comes_first(tmp_path: Path, env: dict[str, str]) -> None:
    """It gets arguments and stdin, and its refusal holds; afterwards it is back, byte for byte."""
    remote, (alice,) = people(tmp_path, env, 1)
    log = tmp_path / "log"
    hook = alice.path / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\necho "$@" >>"{log}"\ncat >>"{log}"\n[ ! -e refuse ]\n')
    hook.chmod(0o755)
    before = snapshot(alice.path / ".git", "objects", "logs", "index", "refs", "COMMIT_EDITMSG")
    alice.install("--agents", "none", "--push")
    change(alice)
    (alice.path / "refuse").touch()
    assert alice.git("push", check=False).returncode
    assert value(remote) is None
    (alice.path / "refuse").unlink()
    alice.git("push", "-q")
    assert value(remote) == value(alice)
    text = log.read_text()
    assert text.count(f"origin {remote.path.as_uri()}\n") == 2
    assert f"refs/heads/main {alice.oid()} refs/heads/main " in text
    alice.gitprov("uninstall")
    after = snapshot(alice.path / ".git", "objects", "logs", "index", "refs", "COMMIT_EDITMSG")
    assert after == before


def test_it_stays_until_it_is_taken_back(pair: tuple[GitRepo, GitRepo]) -> None:
    """Installing again keeps it; --no-push takes it away; without having been asked for it is not there."""
    _, alice = pair
    hook = alice.path / ".git/hooks/pre-push"
    alice.install("--agents", "none")
    assert shims.is_unchanged(hook.read_bytes())
    assert "pre-push" not in alice.gitprov("doctor", check=False).stdout
    alice.install("--agents", "none", "--no-push")
    assert not hook.exists()
    alice.install("--agents", "none")
    assert not hook.exists()


def test_in_front_of_a_shared_directory(tmp_path: Path, env: dict[str, str]) -> None:
    """Where core.hooksPath belongs to others, its pre-push runs first, and after --no-push alone."""
    remote, (alice,) = people(tmp_path, env, 1)
    log = tmp_path / "log"
    outer = tmp_path / "outer"
    recorder(outer / "pre-push", log)
    alice.git("config", "core.hooksPath", str(outer))
    before = snapshot(alice.path / ".git", "objects", "logs", "index", "refs", "COMMIT_EDITMSG")
    alice.install("--agents", "none", "--push")
    change(alice)
    alice.git("push", "-q")
    assert len(lines(log)) == 1
    assert value(remote) == value(alice)
    assert "pre-push" not in alice.gitprov("doctor", check=False).stdout
    alice.install("--agents", "none", "--no-push")
    change(alice, "y")
    alice.git("push", "-q")
    assert len(lines(log)) == 2
    assert value(remote) != value(alice)
    alice.gitprov("uninstall")
    assert snapshot(alice.path / ".git", "objects", "logs", "index", "refs", "COMMIT_EDITMSG") == before


def test_from_a_linked_worktree(pair: tuple[GitRepo, GitRepo], tmp_path: Path) -> None:
    """A push from another worktree shares the same records."""
    remote, alice = pair
    linked = alice.add_worktree(tmp_path / "linked", "-b", "side")
    change(linked)
    linked.git("push", "-q", "origin", "side")
    assert ids(linked) == {"x"}
    assert value(remote) == value(alice)


def test_under_the_framework(pair: tuple[GitRepo, GitRepo]) -> None:
    """The hook of the framework's configuration learns the remote from its environment."""
    remote, alice = pair
    alice.git("config", "core.hooksPath", "/nowhere")
    change(alice)
    env = {"PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_REMOTE_BRANCH": NOTES_REF}
    alice.env.update(env)
    alice.gitprov("hook", "pre-push")
    assert value(remote) is None
    alice.env["PRE_COMMIT_REMOTE_BRANCH"] = "refs/heads/main"
    alice.gitprov("hook", "pre-push")
    assert value(remote) == value(alice)
