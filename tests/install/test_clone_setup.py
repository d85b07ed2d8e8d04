"""A plain `git fetch` brings the records of others, beside ours; readers see them; uninstalling takes it back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.install.shelf import snapshot
from tests.support.agent import Agent
from tests.support.repo import NOTES_REF, GitRepo, run
from tests.support.sharing import append, ids, people, row, value

STAGED = "refs/gitprov/remote/origin/notes"
SPEC = f"+{NOTES_REF}*:{STAGED}*"


def fetches(repo: GitRepo, remote: str = "origin") -> list[str]:
    """The fetch refspecs of a remote."""
    return repo.git("config", "--get-all", f"remote.{remote}.fetch", check=False).stdout.splitlines()


def classes(repo: GitRepo, path: str) -> list[str]:
    """What blame says of each line."""
    return [line["class"] for line in repo.ai_blame(path)["lines"]]


def shared(tmp_path: Path, env: dict[str, str]) -> tuple[GitRepo, GitRepo]:
    """A remote with a commit of AI lines and its note, and the clone that they come from."""
    remote, (alice,) = people(tmp_path, env, 1)
    alice.install("--agents", "none")
    Agent(alice).write("a.py", "one\ntwo\n")
    alice.commit("One")
    alice.git("push", "-q")
    alice.gitprov("sync")
    return remote, alice


def clone(remote: GitRepo, path: Path, *args: str) -> GitRepo:
    """A fresh clone."""
    run(["git", "clone", "-q", *args, remote.path.as_uri(), str(path)], cwd=path.parent, env=remote.env)
    return GitRepo(path, remote.env)


def test_a_colleague_sees_ai_lines(tmp_path: Path, env: dict[str, str]) -> None:
    """clone, install, fetch, blame: the lines are known where there is no inbox and no archive."""
    remote, alice = shared(tmp_path, env)
    bob = clone(remote, tmp_path / "bob")
    bob.install("--agents", "none")
    bob.git("fetch", "-q")
    assert not bob.inbox().exists()
    assert value(bob) is None
    assert classes(bob, "a.py") == ["ai", "ai"]
    assert value(bob) == value(alice)
    assert "my-tool" in bob.git("ai-log").stdout


@pytest.mark.parametrize(
    "look",
    [
        ["ai-log", "--json"],
        ["ai-blame", "--porcelain", "a.py"],
        ["ai-blame", "--stats", "a.py"],
        ["ai-blame", "a.py"],
    ],
)
def test_every_reader_sees_them(tmp_path: Path, env: dict[str, str], look: list[str]) -> None:
    """Whichever command comes first after the fetch; in a bare clone as well."""
    remote, alice = shared(tmp_path, env)
    for args in ([], ["--bare"]):
        bob = clone(remote, tmp_path / f"bob{len(args)}", *args)
        bob.gitprov("clone-setup")
        bob.git("fetch", "-q")
        rev = ["main", "--"] if args and look[0] == "ai-blame" else []
        words = [*look[:-1], *rev, look[-1]] if rev else look
        assert alice.traces()[0]["id"][-8:] in bob.git(*words).stdout or "ai" in bob.git(*words).stdout
        assert value(bob) == value(alice)


def test_unsent_notes_are_safe(tmp_path: Path, env: dict[str, str]) -> None:
    """A fetch never touches our ref; the next reader unites both, later ones have nothing to do."""
    remote, alice = shared(tmp_path, env)
    bob = clone(remote, tmp_path / "bob")
    bob.gitprov("clone-setup")
    append(bob, row("mine"))
    tip = value(bob)
    bob.git("fetch", "-q")
    assert value(bob) == tip
    classes(bob, "a.py")
    assert {"mine", alice.traces()[0]["id"]} <= ids(bob)
    tip = value(bob)
    classes(bob, "a.py")
    assert value(bob) == tip


def test_a_remote_without_notes(tmp_path: Path, env: dict[str, str]) -> None:
    """Fetching from a remote that has no records yet is no error, nor is a prune when they vanish."""
    remote, (alice, bob) = people(tmp_path, env)
    bob.gitprov("clone-setup")
    assert bob.git("fetch").returncode == 0
    append(alice, row("a"))
    alice.gitprov("sync")
    bob.git("fetch", "-q")
    bob.git("ai-log")
    remote.git("update-ref", "-d", NOTES_REF)
    bob.git("fetch", "-q", "--prune")
    assert value(bob, STAGED) is None
    assert ids(bob) == {"a"}


def test_lines_follow_a_colleagues_commit_through_a_rebase(tmp_path: Path, env: dict[str, str]) -> None:
    """Hooks look at what a fetch brought before they carry notes: no reader has to come first."""
    remote, alice = shared(tmp_path, env)
    bob = clone(remote, tmp_path / "bob")
    bob.install("--agents", "none")
    bob.git("fetch", "-q")
    bob.tick()
    bob.git("commit", "-q", "--amend", "-m", "One, again")
    assert bob.oid() != alice.oid()
    assert classes(bob, "a.py") == ["ai", "ai"]


def test_uninstalling_gives_back_every_byte(tmp_path: Path, env: dict[str, str]) -> None:
    """The configuration is as before, in whichever order the two commands changed it."""
    remote, _ = people(tmp_path, env, 1)
    shared_hooks = tmp_path / "shared-hooks"
    shared_hooks.mkdir()
    for n, order in enumerate((["clone-setup", "install"], ["install", "clone-setup"])):
        bob = clone(remote, tmp_path / f"bob{n}")
        bob.git("config", "core.hooksPath", str(shared_hooks))
        with (bob.path / ".git/config").open("a") as file:
            file.write('[remote "odd"] url = /nowhere ; a comment\n# the end')
        before = snapshot(bob.path / ".git", "objects", "logs", "index", "refs")
        for command in order:
            bob.gitprov(command, *(["odd", "origin"] if command == "clone-setup" else []))
        assert SPEC in fetches(bob)
        assert fetches(bob, "odd") == [SPEC.replace("origin", "odd")]
        bob.gitprov("uninstall")
        assert snapshot(bob.path / ".git", "objects", "logs", "index", "refs") == before


def test_what_others_wrote_since_stays(tmp_path: Path, env: dict[str, str]) -> None:
    """Where the configuration was changed after us, only our line goes."""
    remote, _ = people(tmp_path, env, 1)
    bob = clone(remote, tmp_path / "bob")
    bob.gitprov("clone-setup")
    before = fetches(bob)
    bob.git("config", "user.nickname", "Bob")
    bob.git("config", "--add", "remote.origin.fetch", "+refs/pull/*:refs/pull/*")
    bob.gitprov("uninstall")
    assert fetches(bob) == [before[0], "+refs/pull/*:refs/pull/*"]
    assert bob.git("config", "user.nickname").stdout == "Bob\n"


def test_twice_is_once(tmp_path: Path, env: dict[str, str]) -> None:
    """A second time there is nothing to do; a rehearsal changes nothing."""
    remote, _ = people(tmp_path, env, 1)
    bob = clone(remote, tmp_path / "bob")
    told = json.loads(bob.gitprov("clone-setup", "--dry-run", "--json").stdout)["steps"]
    assert fetches(bob) == ["+refs/heads/*:refs/remotes/origin/*"]
    assert json.loads(bob.gitprov("clone-setup", "--json").stdout)["steps"] == told
    assert bob.gitprov("clone-setup").stdout == "already set up\n"
    assert fetches(bob).count(SPEC) == 1


def test_generations_come_where_they_are_shared(tmp_path: Path, env: dict[str, str]) -> None:
    """With `[share] generations` a fetch brings prompts as well, and `show` has them."""
    remote, alice = shared(tmp_path, env)
    alice.write(".gitprov.toml", "[share]\ngenerations = true\n")
    alice.commit("Decided")
    alice.git("push", "-q")
    alice.gitprov("sync")
    bob = clone(remote, tmp_path / "bob")
    bob.install("--agents", "none")
    bob.git("fetch", "-q")
    assert len(fetches(bob)) == 3
    trace = alice.traces("HEAD~1")[0]["id"]
    assert bob.gitprov("show", "--prompt", trace).stdout.strip() == "do it"


def test_dangerous_refspecs_are_named(tmp_path: Path, env: dict[str, str]) -> None:
    """A refspec that fetches over unsent notes is told with the command that removes it; a mirror is left alone."""
    remote, _ = people(tmp_path, env, 1)
    bob = clone(remote, tmp_path / "bob")
    bob.git("config", "--add", "remote.origin.fetch", "+refs/notes/*:refs/notes/*")
    done = bob.gitprov("clone-setup")
    assert (
        "git config --unset-all --fixed-value remote.origin.fetch '+refs/notes/*:refs/notes/*'" in done.stderr
    )
    mirror = clone(remote, tmp_path / "mirror.git", "--mirror")
    done = mirror.gitprov("clone-setup")
    assert "mirror" in done.stderr
    assert len(fetches(mirror)) == 1


def test_no_remote(repo: GitRepo) -> None:
    """Without a remote, clone-setup says so; install says nothing, since nobody asked."""
    done = repo.gitprov("clone-setup", check=False)
    assert done.returncode == 3
    assert "git remote add origin" in done.stderr
    assert "remote" not in repo.gitprov("install").stderr
    assert repo.gitprov("clone-setup", "nope", check=False).returncode == 3


def test_a_clone_that_cannot_be_written(tmp_path: Path, env: dict[str, str]) -> None:
    """A reader that cannot unite reads what is ours, without a word about it."""
    remote, _ = shared(tmp_path, env)
    bob = clone(remote, tmp_path / "bob")
    bob.gitprov("clone-setup")
    bob.git("fetch", "-q")
    (bob.path / f".git/{NOTES_REF}.lock").parent.mkdir(exist_ok=True)
    (bob.path / f".git/{NOTES_REF}.lock").touch()
    assert classes(bob, "a.py") == ["declared", "declared"]
    (bob.path / f".git/{NOTES_REF}.lock").unlink()
    assert classes(bob, "a.py") == ["ai", "ai"]


@pytest.mark.slow
def test_the_doctor_looks(tmp_path: Path, env: dict[str, str]) -> None:
    """It names refspecs that replace unsent notes, and notes that were fetched and could not be united."""
    remote, _ = shared(tmp_path, env)
    bob = clone(remote, tmp_path / "bob")
    bob.install("--agents", "none")
    assert "fetch" not in bob.gitprov("doctor", check=False).stdout
    bob.git("config", "--add", "remote.origin.fetch", "+refs/notes/*:refs/notes/*")
    assert "replaces records that were not sent yet" in bob.gitprov("doctor", check=False).stdout
    bob.git("config", "--unset-all", "--fixed-value", "remote.origin.fetch", "+refs/notes/*:refs/notes/*")
    bob.git("fetch", "-q")
    lock = bob.path / f".git/{NOTES_REF}.lock"
    lock.parent.mkdir(exist_ok=True)
    lock.touch()
    assert "notes of origin were fetched and cannot be united" in bob.gitprov("doctor", check=False).stdout
    lock.unlink()
    assert "fetch" not in bob.gitprov("doctor", check=False).stdout
