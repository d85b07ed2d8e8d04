"""Notes travel both ways, with real remotes: united, never forced, never lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.agent import Agent
from tests.support.repo import GENERATIONS_REF, NOTES_REF, GitRepo, run
from tests.support.sharing import append, ids, parents, people, row, value

pytestmark = pytest.mark.slow

STAGED = "refs/gitprov/remote/origin/notes"


@pytest.fixture
def hub(tmp_path: Path, env: dict[str, str]) -> tuple[GitRepo, GitRepo, GitRepo]:
    """A remote and two clones."""
    remote, (alice, bob) = people(tmp_path, env)
    return remote, alice, bob


Hub = tuple[GitRepo, GitRepo, GitRepo]


def said(repo: GitRepo, *args: str) -> str:
    """What `gitprov sync` prints of the remotes."""
    if {"-q", "--json"} & {*args}:
        return repo.gitprov("sync", *args).stdout
    told, _, shared = repo.gitprov("sync", *args).stdout.strip().rpartition("\n")
    assert shared.startswith("shared: notes")
    return told


def test_what_one_has_the_other_gets(hub: Hub) -> None:
    """Notes of commits that only one side has go to the other, and no commit is made for it."""
    remote, alice, bob = hub
    append(alice, row("a"))
    tip = value(alice)
    assert said(alice) == "origin: notes: 1 went"
    assert value(remote) == value(alice) == value(alice, STAGED) == tip
    assert said(bob) == "origin: notes: 1 came"
    assert value(bob) == tip
    assert said(bob) == said(alice) == "origin: notes: up to date"
    assert (bob.path / ".git/gitprov/active").exists()


def test_both_sides_are_united(hub: Hub) -> None:
    """Two versions of one note become their union, in a commit with both as parents, and both end with the same."""
    remote, alice, bob = hub
    append(alice, row("start"))
    said(alice)
    said(bob)
    append(alice, row("a"))
    append(bob, row("b"))
    bob_tip = value(bob)
    second = bob.commit_staged("Only Bob's", "--allow-empty")
    append(bob, row("own"), second)
    said(alice)
    assert said(bob) == "origin: notes: 1 came, 2 went, 1 of them united with another version"
    assert bob_tip != value(bob)
    assert len(parents(bob)) == 2
    said(alice)
    assert value(alice) == value(bob) == value(remote)
    assert ids(alice, bob.oid("HEAD~1")) == {"start", "a", "b"}
    assert ids(bob, second) == {"own"}


def test_histories_without_a_common_start(hub: Hub) -> None:
    """Two clones that each wrote their first note unite; what is equal stays one."""
    _, alice, bob = hub
    append(alice, row("a"))
    append(bob, row("b"))
    said(alice)
    said(bob)
    assert len(parents(bob)) == 2
    said(alice)
    assert ids(alice) == ids(bob) == {"a", "b"}


def test_directories_do_not_matter(hub: Hub) -> None:
    """A note that git put at another path of the tree is the same note."""
    _, alice, bob = hub
    append(alice, row("a"))
    said(alice)
    said(bob)
    # Bob's git spreads it: a tree of his own making.
    oid = bob.oid()
    blob = bob.git("rev-parse", f"{NOTES_REF}:{oid}").stdout.strip()
    spread = f"{oid[:2]}/{oid[2:4]}/{oid[4:]}"
    stream = (
        f"commit {NOTES_REF}\ncommitter B <b@example.com> 1 +0000\ndata 1\nx\nfrom {value(bob)}\n"
        f"D {oid}\nM 100644 {blob} {spread}\n"
    )
    bob.git("fast-import", "--quiet", input=stream)
    said(bob)
    append(alice, row("b"))
    said(alice)
    assert ids(alice) == {"a", "b"}
    said(bob)
    assert ids(bob) == {"a", "b"}
    names = bob.git("ls-tree", "-r", "--name-only", NOTES_REF).stdout.split()
    assert [name.replace("/", "") for name in names] == [oid]


def test_a_note_that_somebody_took_away_comes_back(hub: Hub) -> None:
    """`git notes remove` and `git notes prune` of one person take nothing from the others, nor from the remote."""
    remote, alice, bob = hub
    append(alice, row("a"))
    said(alice)
    said(bob)
    bob.git("notes", f"--ref={NOTES_REF}", "remove", "HEAD")
    said(bob)
    assert ids(bob) == {"a"}
    said(alice)
    alice.git("notes", f"--ref={NOTES_REF}", "remove", "HEAD")
    alice.git("push", "-q", "origin", NOTES_REF)
    assert remote.git("ls-tree", "-r", NOTES_REF).stdout == ""
    assert "1 went" in said(bob)
    said(alice)
    assert ids(alice) == ids(bob) == {"a"}


def test_a_ref_that_vanished_from_the_remote_is_sent_again(hub: Hub) -> None:
    """Whoever deletes the remote's ref does not make the others think that it is still there."""
    remote, alice, _ = hub
    append(alice, row("a"))
    said(alice)
    remote.git("update-ref", "-d", NOTES_REF)
    assert said(alice) == "origin: notes: 1 went"
    assert value(remote) == value(alice)


def test_lines_of_others_are_kept(hub: Hub) -> None:
    """What is not ours in a note, or damaged, goes along, byte for byte."""
    _, alice, bob = hub
    append(alice, row("a"))
    said(alice)
    said(bob)
    append(bob, 'seen by a tool\n{"kind": broken\n' + row("b", later={"x": [1]}))
    append(alice, row("c"))
    said(bob)
    said(alice)
    text = alice.git("notes", f"--ref={NOTES_REF}", "show").stdout
    assert "\nseen by a tool\n" in text
    assert '\n{"kind": broken\n' in text
    assert '"later":{"x":[1]}' in text
    assert all(f'"id":"{name}"' in text for name in "abc")


def test_a_hostile_tree_harms_nothing(hub: Hub) -> None:
    """Files that stand in a directory's place, names git refuses, links: our notes stay, and sharing goes on."""
    remote, alice, bob = hub
    append(alice, row("a"))
    said(alice)
    said(bob)
    oid = alice.oid()
    trap = remote.git("hash-object", "-w", "--stdin", input="trap\n").stdout.strip()
    inner = remote.git("mktree", input=f"100644 blob {trap}\tconfig\n").stdout.strip()
    tree = remote.git(
        "mktree",
        input=f"100644 blob {trap}\t{oid[:2]}\n120000 blob {trap}\t{'0' * 40}\n040000 tree {inner}\tREADME\n"
        f'100644 blob {trap}\tcafé "x"\n',
    ).stdout.strip()
    commit = remote.git("commit-tree", "-p", str(value(remote)), "-m", "x", tree).stdout.strip()
    remote.git("update-ref", NOTES_REF, commit)
    append(bob, row("b"))
    said(bob)
    said(alice)
    assert ids(alice) == ids(bob) == {"a", "b"}
    assert value(alice) == value(bob) == value(remote)


def test_a_note_overwritten_elsewhere_is_united(hub: Hub) -> None:
    """Nobody can take a line away by writing another note over it."""
    _, alice, bob = hub
    append(alice, row("a"))
    said(alice)
    said(bob)
    bob.git("notes", f"--ref={NOTES_REF}", "add", "-f", "-m", row("b"))
    bob.git("push", "-q", "origin", NOTES_REF)
    said(alice)
    assert ids(alice) == {"a", "b"}


def test_what_git_copied_stays_replaced(hub: Hub) -> None:
    """A note that git had copied from another commit, and that one clone replaced, does not come back from another."""
    _, alice, bob = hub
    append(alice, row("wrong") + '\n{"kind":"commit","v":1,"id":"' + "1" * 40 + '"}')
    said(alice)
    said(bob)
    own = row("right") + '\n{"kind":"commit","v":1,"id":"' + alice.oid() + '"}'
    alice.git("notes", f"--ref={NOTES_REF}", "add", "-f", "-m", own)
    second = bob.commit_staged("Bob's", "--allow-empty")
    append(bob, row("b"), second)
    said(bob)
    said(alice)
    said(bob)
    assert ids(alice) == ids(bob, bob.oid("HEAD~1")) == {"right", alice.oid()}


def test_a_moving_remote_is_met_again(hub: Hub) -> None:
    """When the remote moves while we push, the new state is fetched, united, and pushed."""
    remote, alice, bob = hub
    append(bob, row("b"))
    said(bob)
    remote.git("update-ref", "refs/keep", str(value(remote)))
    remote.git("update-ref", "-d", NOTES_REF)
    hook = remote.path / "hooks/pre-receive"
    hook.write_text(
        f"#!/bin/sh\n[ -e once ] && exit 0\n: >once\nunset GIT_QUARANTINE_PATH\n"
        f"git update-ref {NOTES_REF} refs/keep\n"
    )
    hook.chmod(0o755)
    append(alice, row("a"))
    assert said(alice) == "origin: notes: 1 came, 1 went, 1 of them united with another version"
    assert (remote.path / "once").exists()
    said(bob)
    assert ids(bob) == ids(alice) == {"a", "b"}


def test_nothing_is_changed_by_a_rehearsal(hub: Hub) -> None:
    """--dry-run tells what would come and go; neither side's notes change."""
    remote, alice, bob = hub
    append(alice, row("a"))
    said(alice)
    append(bob, row("b"))
    before = value(bob), value(remote)
    words = "origin: notes: 1 would come, 1 would go, 1 of them united with another version"
    assert said(bob, "--dry-run") == words
    assert (value(bob), value(remote)) == before


def test_only_fetching(hub: Hub) -> None:
    """--no-push unites here and sends nothing; -q says nothing; --json is one object."""
    remote, alice, bob = hub
    append(alice, row("a"))
    said(alice)
    append(bob, row("b"))
    before = value(remote)
    found = json.loads(said(bob, "--no-push", "--json"))
    refs = [{"kind": "notes", "ref": NOTES_REF, "came": 1, "went": 1, "merged": 1}]
    assert found["remotes"] == [{"remote": "origin", "pushed": False, "error": None, "refs": refs}]
    assert ids(bob) == {"a", "b"}
    assert value(remote) == before
    assert said(bob, "-q") == ""
    assert value(remote) == value(bob)


def test_generations_stay_at_home_until_somebody_decides(
    project: GitRepo, agent: Agent, tmp_path: Path
) -> None:
    """Prompts leave the clone only where the project's configuration says so."""
    remote = GitRepo.init(tmp_path / "hub.git", project.env, "--bare")
    project.git("remote", "add", "origin", remote.path.as_uri())
    agent.prompt("a private prompt").write("a.py", "one\ntwo\n")
    project.commit("One")
    project.git("push", "-q", "-u", "origin", "main")
    said(project)
    assert value(remote) == value(project)
    assert value(remote, GENERATIONS_REF) is None
    assert "a private prompt" not in remote.git("cat-file", "--batch-all-objects", "--batch").stdout
    project.write(".gitprov.toml", "[share]\ngenerations = true\n")
    project.commit("Decided")
    assert "generations: 1 went" in said(project)
    project.git("push", "-q")
    other = GitRepo(tmp_path / "other", project.env)
    run(["git", "clone", "-q", remote.path.as_uri(), str(other.path)], cwd=tmp_path, env=project.env)
    assert "generations: 1 came" in said(other)
    trace = other.traces("HEAD~1")[0]["id"]
    assert other.gitprov("show", "--prompt", trace).stdout.strip() == "a private prompt"


def test_what_was_forgotten_stays_forgotten(project: GitRepo, agent: Agent, tmp_path: Path) -> None:
    """A tombstone wins over the contents that another clone still has, whoever shares first."""
    remote = GitRepo.init(tmp_path / "hub.git", project.env, "--bare")
    project.git("remote", "add", "origin", remote.path.as_uri())
    project.write(".gitprov.toml", "[share]\ngenerations = true\n")
    agent.prompt("private").write("a.py", "one\n")
    project.commit("One")
    agent.prompt("kept").write("b.py", "two\n")
    project.commit("Two")
    project.git("push", "-q", "-u", "origin", "main")
    said(project)
    other = GitRepo(tmp_path / "other", project.env)
    run(["git", "clone", "-q", remote.path.as_uri(), str(other.path)], cwd=tmp_path, env=project.env)
    said(other)
    trace, kept = (project.traces(rev)[0]["id"] for rev in ("HEAD~1", "HEAD"))
    project.gitprov("forget", trace, "--yes")
    other_own = Agent(other)
    other_own.prompt("new").write("c.py", "three\n")
    other.install("--agents", "none")
    other.commit("Three")
    said(other)
    said(project)
    said(other)
    for repo in (project, other):
        files = repo.git("ls-tree", "-r", "--name-only", GENERATIONS_REF).stdout.split()
        assert not [name for name in files if trace in name and name.endswith(("prompt.txt", ".after"))]
        assert [name for name in files if kept in name and name.endswith("prompt.txt")]
        assert len({name.split("/")[1] for name in files if name.endswith("record.json")}) == 3
    assert value(project, GENERATIONS_REF) == value(other, GENERATIONS_REF) == value(remote, GENERATIONS_REF)


def test_sha256(tmp_path: Path, env: dict[str, str]) -> None:
    """Repositories with the longer hash share as well."""
    _, (alice, bob) = people(tmp_path, env, 2, "--object-format=sha256")
    append(alice, row("a"))
    append(bob, row("b"))
    said(alice)
    said(bob)
    said(alice)
    assert ids(alice) == ids(bob) == {"a", "b"}
    assert value(alice) == value(bob)


@pytest.mark.parametrize("how", [["--depth=1"], ["--filter=blob:none"], ["--filter=tree:0"]])
def test_clones_that_lack_something(hub: Hub, tmp_path: Path, how: list[str]) -> None:
    """A shallow or partial clone shares like any other, and has all notes afterwards without asking again."""
    remote, alice, bob = hub
    remote.git("config", "uploadpack.allowFilter", "true")
    for n in range(3):
        append(alice, row(f"a{n}"))
    said(alice)
    thin = GitRepo(tmp_path / "thin", alice.env)
    run(["git", "clone", "-q", *how, remote.path.as_uri(), str(thin.path)], cwd=tmp_path, env=alice.env)
    thin.gitprov("clone-setup")
    thin.git("fetch", "-q", *how)
    append(bob, row("b"))
    said(bob)
    append(thin, row("t"))
    said(thin)
    said(bob)
    remote.path.rename(tmp_path / "away")
    assert ids(thin) == ids(bob) == {"a0", "a1", "a2", "b", "t"}
