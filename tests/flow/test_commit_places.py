"""Commits in every kind of repository: unborn, detached, bare, shallow, SHA-256, linked, read-only, full, damaged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.agent import Agent
from tests.support.commits import before_hook, claims, gate, lines, objects, stage
from tests.support.repo import GENERATIONS_REF, NOTES_REF, GitRepo, run

TEN = lines(10)


@pytest.mark.parametrize("hook", ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"])
def test_not_a_repository(tmp_path: Path, env: dict[str, str], hook: str) -> None:
    """A hook outside of any repository says so in one line; gates with exit code 3, observers with 0."""
    done = run(["gitprov", "hook", hook, "file"], cwd=tmp_path, env=env, check=False)
    assert done.returncode == (3 if hook in ("pre-commit", "commit-msg") else 0)
    assert done.stderr.splitlines()[0] == f"gitprov: not a git repository: {tmp_path}"


def test_unknown_hook(project: GitRepo) -> None:
    """A hook that is none of ours is a usage error that names ours."""
    done = project.gitprov("hook", "pre-rebase", check=False)
    assert done.returncode == 2
    assert "pre-commit, prepare-commit-msg, commit-msg, post-commit" in done.stderr


@pytest.mark.parametrize("args", [(), ("",)], ids=["none", "empty"])
@pytest.mark.parametrize(
    "hook", ["prepare-commit-msg", "commit-msg", "post-rewrite", "post-checkout", "pre-push"]
)
def test_missing_arguments(project: GitRepo, hook: str, args: tuple[str, ...]) -> None:
    """A hook that is called by hand without its arguments says which it needs: a usage error, and no report of a bug."""
    done = project.gitprov("hook", hook, *args, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"gitprov: the hook {hook} needs what git gives it: gitprov hook {hook} ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("hook", ["prepare-commit-msg", "commit-msg", "post-checkout"])
def test_a_hook_script_that_forgets_its_arguments(project: GitRepo, hook: str) -> None:
    """Somebody's own hook calls us without "$@": an observer says so and lets git go on, the gate does not."""
    (project.path / ".git/hooks" / hook).write_text(f"#!/bin/sh\ngitprov hook {hook}\n")
    project.write("b.py", "b = 1\n")
    project.git("add", "-A")
    args = ("checkout", "HEAD", "README") if hook == "post-checkout" else ("commit", "-q", "-m", "B")
    done = project.git(*args, check=False)
    assert (done.returncode != 0) == (hook == "commit-msg")
    assert "needs what git gives it" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["sha1", "sha256"])
def test_first_commit(tmp_path: Path, env: dict[str, str], format_: str) -> None:
    """The first commit of a repository, of either hash, is recorded."""
    repo = GitRepo.init(tmp_path / "repo", env, f"--object-format={format_}")
    repo.install()
    agent = Agent(repo)
    agent.write("a.py", TEN)
    oid = repo.commit("First")
    assert len(oid) == (64 if format_ == "sha256" else 40)
    assert claims(repo) == {"a.py": {"ai": "1-10"}}
    assert gate(repo) == "passed"
    record = repo.generation(repo.generations()[0])
    assert record["edits"][0]["after"] == repo.oid("HEAD:a.py")
    agent.prompt().write("a.py", TEN + "more = 1\n")
    repo.commit("Second")
    assert claims(repo) == {"a.py": {"ai": "11"}}
    assert repo.git("fsck", "--strict").returncode == 0


@pytest.mark.slow
def test_detached_head(project: GitRepo, agent: Agent) -> None:
    """On a detached HEAD a commit, and its amendment, are recorded like any other."""
    project.git("switch", "-q", "--detach")
    agent.write("a.py", TEN)
    project.commit("One")
    assert claims(project) == {"a.py": {"ai": "1-10"}}
    project.git("commit", "-q", "--amend", "-m", "Again")
    assert claims(project) == {"a.py": {"ai": "1-10"}}
    assert gate(project) == "passed"


def test_bare_repository(tmp_path: Path, env: dict[str, str]) -> None:
    """Hooks in a bare repository find nothing to do, and say nothing."""
    repo = GitRepo.init(tmp_path / "bare.git", env, "--bare")
    for hook in ("pre-commit", "post-commit"):
        done = repo.gitprov("hook", hook)
        assert done.stderr == ""


@pytest.mark.slow
def test_shallow_clone(project: GitRepo, tmp_path: Path) -> None:
    """In a shallow clone commits are recorded, on a boundary commit too."""
    project.write("a.py", TEN)
    project.commit("More")
    shallow = project.clone(tmp_path / "shallow", "--depth=1")
    shallow.install()
    Agent(shallow).write("a.py", TEN + "model = 1\n")
    shallow.commit("One")
    assert claims(shallow) == {"a.py": {"ai": "11"}}
    assert gate(shallow) == "passed"


@pytest.mark.slow
def test_linked_worktree(project: GitRepo, tmp_path: Path) -> None:
    """Each worktree has an inbox and a plan of its own; notes go to the one ref."""
    linked = project.add_worktree(tmp_path / "linked tree", "-b", "side")
    Agent(project).write("a.py", "main = 1\n")
    Agent(linked).write("a.py", "side = 1\nside = 2\n")
    linked.commit("Side")
    assert claims(linked) == {"a.py": {"ai": "1-2"}}
    assert len(project.events()) == 1
    project.commit("Main")
    assert claims(project) == {"a.py": {"ai": "1"}}
    assert claims(project, "side") == {"a.py": {"ai": "1-2"}}
    assert not list((tmp_path / "linked tree").glob("gitprov*"))


@pytest.mark.slow
def test_hooks_path(repo: GitRepo) -> None:
    """With core.hooksPath set, the gate knows that it is installed."""
    repo.write("README", "x\n")
    repo.commit("Start")
    (repo.path.parent / "shared").mkdir()
    repo.git("config", "core.hooksPath", str(repo.path.parent / "shared"))
    repo.install()
    Agent(repo).write("a.py", TEN)
    repo.commit("One")
    assert gate(repo) == "passed"
    Agent(repo, session="s2").write("a.py", TEN + "b = 1\n")
    repo.git("commit", "-q", "-a", "--no-verify", "-m", "Two")
    assert gate(repo) == "bypassed"
    assert claims(repo) == {"a.py": {"ai": "11"}}


def test_no_identity(project: GitRepo, agent: Agent) -> None:
    """Where git refuses a commit for want of an identity, nothing of ours stands in its way or is lost."""
    agent.write("a.py", TEN)
    project.git("add", "-A")
    project.git("config", "--global", "--unset", "user.name")
    project.git("config", "--global", "--unset", "user.email")
    project.git("config", "user.useConfigOnly", "true")
    done = project.git("commit", "-m", "x", check=False)
    assert done.returncode == 128
    assert "gitprov" not in done.stderr
    assert len(project.events()) == 1
    project.git("config", "user.name", "Bob")
    project.git("config", "user.email", "bob@example.com")
    project.git("commit", "-q", "-m", "x")
    assert project.traces()[0]["human"] == "Bob <bob@example.com>"


def test_read_only_git_directory(project: GitRepo, agent: Agent) -> None:
    """Where our directory cannot be written, the gate says what is wrong and how to go on, and nothing is lost."""
    agent.write("a.py", TEN)
    project.git("add", "-A")
    place = project.path / ".git/gitprov"
    place.rename(project.path / ".git/kept")
    (place / "inbox").mkdir(parents=True)
    shutil.copytree(project.path / ".git/kept/inbox", place / "inbox", dirs_exist_ok=True)
    (place / "plan.blobs").mkdir()  # even root cannot write a file there
    done = project.git("commit", "-m", "x", check=False)
    assert done.returncode != 0
    assert "plan.blobs" in done.stderr.splitlines()[0]
    assert done.stderr.splitlines()[1].startswith("hint: ")
    assert len(project.events()) == 1
    (place / "plan.blobs").rmdir()
    project.git("commit", "-q", "-m", "x")
    assert claims(project) == {"a.py": {"ai": "1-10"}}


LIMITS = [0, 100, 400, 1_000, 2_000, 4_000]


@pytest.mark.parametrize("limit", LIMITS)
def test_disk_full(project: GitRepo, agent: Agent, limit: int) -> None:
    """With no room for larger files a hook fails with one clear line, keeps the evidence, and works once there is."""
    agent.write("a.py", lines(400))
    project.git("add", "-A")
    tree = project.git("write-tree").stdout.strip()
    for hook in ("pre-commit", "post-commit"):
        if hook == "post-commit":
            oid = project.git("commit-tree", "-p", "HEAD", "-m", "x", tree).stdout.strip()
            project.git("update-ref", "HEAD", oid)
        text = "import resource, signal, sys\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        text += f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        text += "from gitprov.cli.hook import run\nsys.exit(run(sys.argv[1:]))\n"
        env = {**project.env, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
        # Under the limit Python would leave the cache of a module half written.
        env["PYTHONDONTWRITEBYTECODE"] = "1"
        done = run([sys.executable, "-c", text, hook], cwd=project.path, env=env, check=False)
        assert done.returncode in ((0, 3) if hook == "pre-commit" else (0,))
        if done.returncode or done.stderr:
            assert done.stderr.startswith("gitprov: "), done.stderr
            assert "bug" not in done.stderr
            assert "Traceback" not in done.stderr
    if limit <= 1_000:
        assert project.note() == []
        assert len(project.events()) == 1
    project.gitprov("hook", "post-commit")
    assert claims(project) == {"a.py": {"ai": "1-400"}}
    assert project.events() == []


@pytest.mark.slow
def test_full_file_system(tmp_path: Path, env: dict[str, str]) -> None:
    """On a file system without a free byte the commit's note waits until there is room."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        repo = GitRepo.init(place / "repo", env, "--template=")
        repo.install()
        Agent(repo).write("a.py", lines(400))
        repo.git("add", "-A")
        before_hook(repo, "post-commit", f"cat /dev/zero >'{place}/fill' 2>/dev/null")
        repo.git("commit", "-q", "-m", "x")
        assert repo.note() == []
        assert len(repo.events()) == 1
        (place / "fill").unlink()
        repo.gitprov("hook", "post-commit")
        assert claims(repo) == {"a.py": {"ai": "1-400"}}
        assert gate(repo) == "passed"
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_foreign_notes(project: GitRepo, agent: Agent) -> None:
    """Lines on our ref that are none of ours survive every rewrite byte for byte."""
    foreign = b'not json\n{"id":"x","kind":"weather","sky":"blue","v":7}\n{"broken": \n\xff\xfe bytes\n'
    agent.write("a.py", TEN)
    project.git("add", "-A")
    tree = project.git("write-tree").stdout.strip()
    project.tick()
    oid = project.git("commit-tree", "-p", "HEAD", "-m", "x", tree).stdout.strip()
    (project.path.parent / "foreign").write_bytes(foreign)
    project.git("notes", f"--ref={NOTES_REF}", "add", "-F", str(project.path.parent / "foreign"), oid)
    before = project.git_bytes("notes", f"--ref={NOTES_REF}", "show", oid)
    project.git("update-ref", "HEAD", oid)
    project.gitprov("hook", "post-commit")
    after = project.git_bytes("notes", f"--ref={NOTES_REF}", "show", oid)
    for line in before.splitlines():
        assert line in after.splitlines()
    rows = [
        json.loads(line) for line in after.splitlines() if line.startswith(b'{"') and b"broken" not in line
    ]
    assert {row["kind"] for row in rows} == {"weather", "trace", "commit"}
    project.gitprov("hook", "post-commit")
    assert project.git_bytes("notes", f"--ref={NOTES_REF}", "show", oid) == after


@pytest.mark.slow
def test_notes_of_another_fanout(project: GitRepo, agent: Agent) -> None:
    """Notes that git itself spread differently are found, replaced and not doubled."""
    for n in range(3):
        project.write("b.py", f"b = {n}\n")
        project.commit(f"b {n}")
        project.git("notes", f"--ref={NOTES_REF}", "add", "-m", '{"kind":"x","id":"y"}', "HEAD")
    agent.write("a.py", TEN)
    project.commit("One")
    project.git("notes", f"--ref={NOTES_REF}", "append", "-m", '{"kind":"x","id":"y"}', "HEAD")
    project.git("commit", "-q", "--amend", "-m", "Two")
    rows = project.git("ls-tree", "-r", "--name-only", NOTES_REF).stdout.split()
    named = [row.replace("/", "") for row in rows]
    assert len(named) == len(set(named)) == 5
    assert project.note("HEAD~1") == [{"kind": "x", "id": "y"}]
    assert claims(project) == {"a.py": {"ai": "1-10"}}
    assert project.git("notes", f"--ref={NOTES_REF}", "list").stdout.count("\n") == 5


@pytest.mark.slow
def test_generations_ref_missing(project: GitRepo, agent: Agent) -> None:
    """A lost generations ref costs what it held; later commits go on, of the same turn too."""
    agent.write("a.py", TEN)
    stage(project, "a.py", "line_1 = 1\n")
    project.commit_staged("One")
    [trace] = project.generations()
    project.git("update-ref", "-d", GENERATIONS_REF)
    project.commit("Two")
    [row] = project.traces()
    assert row["id"] == trace
    assert row["files"] == {"a.py": {"ai": "2-10"}}
    assert row["agent"] == "my-tool"
    agent.prompt("next").write("b.py", "b = 1\n")
    project.commit("Three")
    assert len(project.generations()) == 1


@pytest.mark.slow
def test_generations_ref_damaged(project: GitRepo, agent: Agent) -> None:
    """A generation whose record is damaged stops no commit."""
    agent.write("a.py", TEN)
    stage(project, "a.py", "line_1 = 1\n")
    project.commit_staged("One")
    [trace] = project.generations()
    listing = project.git("ls-tree", "-r", "--name-only", GENERATIONS_REF).stdout.split()
    [name] = [path for path in listing if path.endswith("record.json")]
    text = f"commit {GENERATIONS_REF}\ncommitter A <a@b> 1 +0000\ndata 1\nx\nfrom {GENERATIONS_REF}^0\n"
    project.git("fast-import", "--quiet", "--force", input=f'{text}M 100644 inline {name}\ndata 3\n{{"a\n\n')
    project.commit("Two")
    assert project.traces()[0]["id"] == trace
    assert claims(project) == {"a.py": {"ai": "2-10"}}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'{"v":1}',
        b'{"v":99}',
        b"\xff\xfe",
        b'{"v":1,"changes":1,"base":2,"amend":3,"uses":[]}',
    ],
)
def test_damaged_plan(project: GitRepo, agent: Agent, data: bytes) -> None:
    """A plan that cannot be read is made anew."""
    agent.write("a.py", TEN)
    (project.path / ".git/gitprov").mkdir(exist_ok=True)
    (project.path / ".git/gitprov/plan.json").write_bytes(data)
    project.commit("One")
    assert claims(project) == {"a.py": {"ai": "1-10"}}
    assert gate(project) == "passed"


@pytest.mark.parametrize("where", ["prepare-commit-msg", "commit-msg", "post-commit"])
def test_plan_without_its_contents(project: GitRepo, agent: Agent, where: str) -> None:
    """A plan whose contents are gone is made anew, by post-commit too."""
    agent.write("a.py", TEN)
    before_hook(project, where, "rm .git/gitprov/plan.blobs")
    project.commit("One")
    assert claims(project) == {"a.py": {"ai": "1-10"}}
    assert len(project.generations()) == 1
    assert project.generation_file(project.generations()[0], "files/0.after") == TEN.encode()


def test_objects_are_well_formed(project: GitRepo, agent: Agent) -> None:
    """What was written is what git itself would have written, and nothing else is left behind."""
    agent.write("a.py", TEN)
    project.commit("One")
    assert project.git("fsck", "--strict", "--no-dangling").stderr == ""
    refs = project.git("for-each-ref", "--format=%(refname)").stdout.split()
    assert refs == [GENERATIONS_REF, "refs/heads/main", NOTES_REF]
    author = project.git("log", "-1", "--format=%an <%ae>|%cn <%ce>|%s", NOTES_REF).stdout.strip()
    assert author.startswith("Alice <alice@example.com>|Alice <alice@example.com>|gitprov: 1 ")
    assert b"output of turn 1" in objects(project)
    assert not [name for name in os.listdir(project.path / ".git") if "crash" in name]
