"""A commit that post-commit's shim seals without Python, and all the cases in which Python does it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.flow.test_commit_killed import copy, killed, state
from tests.flow.test_unsaved import blame
from tests.install.shelf import lines
from tests.support.agent import Agent
from tests.support.commits import before_hook, claims, gate, stage
from tests.support.repo import GENERATIONS_REF, NOTES_REF, GitRepo
from tests.support.sealed import ROOT

pytestmark = pytest.mark.slow

COMMIT = ("commit", "-q", "-m", "Add both")
CODE = "one = 1\ntwo = 2\nthree = 3\n"
CLAIMS = {"a.py": {"ai": "1-3"}, "b.py": {"ai": "1-2"}}


@pytest.fixture
def staged(project: GitRepo, agent: Agent) -> GitRepo:
    """Two turns of a model in two files, of which the second is staged in part."""
    agent.prompt("one").write("a.py", CODE)
    agent.prompt("two").write("b.py", CODE)
    project.git("add", "a.py")
    stage(project, "b.py", "".join(CODE.splitlines(keepends=True)[:2]))
    return project


def spied(repo: GitRepo) -> Path:
    """A file in which post-commit leaves a line when it starts Python."""
    log = repo.path.parent / f"{repo.path.name}.log"
    spy = repo.path.parent / f"{repo.path.name}-python"
    spy.write_text(f'#!/bin/sh\necho post-commit >>"{log}"\nexec {sys.executable} "$@"\n')
    spy.chmod(0o755)
    hook = repo.path / ".git/hooks/post-commit"
    rows = hook.read_text().splitlines(keepends=True)
    hook.write_text("".join(f"python='{spy}'\n" if row.startswith("python=") else row for row in rows))
    return log


def scratch(repo: GitRepo) -> str:
    """The scratch refs of interrupted writers."""
    return repo.git("for-each-ref", "refs/gitprov/scratch").stdout


def test_both_ways_write_the_same(staged: GitRepo) -> None:
    """Note, generations, commits of both refs and evidence are byte for byte those that Python writes."""
    other = copy(staged, "python")
    logs = [spied(staged), spied(other)]
    before_hook(other, "post-commit", "rm .git/gitprov/seal")
    for repo in (staged, other):
        repo.git(*COMMIT)
    assert [len(lines(log)) for log in logs] == [0, 1]
    assert (staged.inbox() / "sealed/plan.json").exists()
    for ref in ("HEAD", NOTES_REF, GENERATIONS_REF):
        assert staged.oid(ref) == other.oid(ref)
    assert staged.git("cat-file", "blob", f"{NOTES_REF}:{note_path(staged)}").stdout.startswith('{"added":5')
    assert state(staged) == state(other)
    assert claims(staged) == CLAIMS
    for room in (staged.path / ".git/gitprov", staged.inbox() / "sealed"):
        assert not [path for path in room.iterdir() if path.name.startswith(("plan", "seal.", "ticket"))]


def note_path(repo: GitRepo) -> str:
    """Where the note of HEAD lies in the notes tree."""
    oid = repo.oid()
    return f"{oid[:2]}/{oid[2:]}"


#: What the table of docs/hooks.md lists → a script that brings it about between the commit and post-commit.
DOUBTS = {
    "no `seal` of this attempt": "sed -i.old '1s/^/1/' .git/gitprov/seal",
    "no mark of the gate in the ticket": "sed -i.old /passed/d .git/gitprov/ticket",
    "another tree": "sed -i.old '2s/^./x/' .git/gitprov/seal",
    "another parent": "sed -i.old '3s/^./x/' .git/gitprov/seal",
    "a message with `AI-Trace-Dropped`": "git update-ref HEAD $({ git cat-file commit HEAD; "
    'echo "AI-Trace-Dropped: x y"; } | git hash-object -t commit -w --stdin)',
    "a note of this commit": 'git notes --ref=gitprov add -m \'{"id":"x","kind":"y","v":1}\' HEAD; sed -i.old '
    '"5s/.*/$(git rev-parse refs/notes/gitprov)/" .git/gitprov/seal',
    "a notes ref that moved": "git update-ref refs/notes/gitprov "
    "$(git commit-tree $(git mktree </dev/null) -m Other)",
    "a generations ref that moved": "git update-ref refs/gitprov/generations "
    "$(git commit-tree $(git mktree </dev/null) -m Other)",
    "a report in `spool/`": "mkdir -p .git/gitprov/inbox/@/spool; echo >.git/gitprov/inbox/@/spool/0000000001",
    "a reset that nobody looked at": "git rev-parse HEAD~1 >.git/ORIG_HEAD",
    "`gitprov/rewritten`": "echo >.git/gitprov/rewritten",
    "`TRACEPARENT`": "export TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "a shortened `plan.blobs`": "head -c 40 .git/gitprov/plan.blobs >.git/x; cat .git/x >.git/gitprov/plan.blobs",
    "no `head`, `cat` or `mv`": 'mkdir .git/bin; ln -s "$(command -v git)" .git/bin/git; PATH=$PWD/.git/bin',
    "a plan that cannot be moved": "rm -r .git/gitprov/inbox/@/sealed",
}


def test_the_table_has_each_doubt() -> None:
    """What the document lists is what is tried here."""
    table = (ROOT / "docs/hooks.md").read_text().partition("| what | what is left for Python |")[2]
    rows = table.partition("\n\n")[0].splitlines()[2:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == [*DOUBTS]


@pytest.mark.parametrize("doubt", DOUBTS)
def test_in_doubt_python_seals(staged: GitRepo, doubt: str) -> None:
    """In each case post-commit starts Python, which writes the whole note, and no scratch ref stays."""
    log = spied(staged)
    before_hook(staged, "post-commit", DOUBTS[doubt])
    staged.git(*COMMIT)
    assert len(lines(log)) == 1
    assert scratch(staged) == ""
    if "blobs" not in doubt:
        assert claims(staged) == CLAIMS
        assert len(staged.generations()) == 2
        assert gate(staged) == ("bypassed" if "gate" in doubt else "passed")


@pytest.mark.parametrize(
    "step", ["is_planned && written", "git -c fastimport", "git update-ref --create", "mv -f"]
)
def test_killed_at_each_step(staged: GitRepo, step: str) -> None:
    """Wherever the shim is killed, the next command finishes the note, and each line is claimed once."""
    hook = staged.path / ".git/hooks/post-commit"
    text = hook.read_text()
    assert text.count(step) == 1
    hook.write_text(text.replace(step, f"kill -9 $$ || {step}"))
    staged.git(*COMMIT)
    hook.write_text(text)
    staged.gitprov("status")
    assert claims(staged) == CLAIMS
    staged.git("commit", "-q", "-a", "-m", "The rest")
    assert claims(staged) == {"b.py": {"ai": "3"}}
    assert staged.events() == []
    assert len(staged.generations()) == 2


@pytest.mark.usefixtures("forked")
def test_a_retirement_that_is_killed(staged: GitRepo) -> None:
    """However far it came, the next command retires what is left, with the same result."""
    staged.git(*COMMIT)
    whole = copy(staged, "whole")
    result = state(whole)
    for n in range(1, 60):
        repo = copy(staged, "killed")
        if not killed(repo, n, "command", "status"):
            break
        assert state(repo) == result, f"killed before change {n}"
    assert n > 10


def test_sealed_evidence_is_counted_once(staged: GitRepo) -> None:
    """A person's commit that starts no Python, status and a blame of unsaved text leave the evidence to its commit."""
    staged.git("add", "b.py")
    staged.git(*COMMIT)
    staged.write("c.py", "c = 1\n")
    staged.git("add", "c.py")
    staged.git("commit", "-q", "-m", "A person's")
    assert (staged.inbox() / "sealed/plan.json").exists()
    assert staged.note() == []
    answer = blame(copy(staged, "blamed"), "a.py", CODE + "two = 2\n")
    assert [line["class"] for line in answer["lines"]] == ["ai", "ai", "ai", "unknown"]
    assert "Nothing is pending" in staged.gitprov("status").stdout
    assert staged.events() == []
    staged.write("d.py", CODE)
    staged.git("add", "d.py")
    staged.git("commit", "-q", "-m", "Typed again")
    assert staged.note() == []


def test_in_a_linked_worktree(staged: GitRepo, tmp_path: Path) -> None:
    """A worktree's commit is sealed beside one of another worktree, each into its own inbox."""
    tree = staged.add_worktree(tmp_path / "tree", "-b", "side")
    Agent(tree, session="s2").write("w.py", CODE)
    tree.git("add", "w.py")
    (staged.path / ".git/worktrees/tree/ORIG_HEAD").unlink(missing_ok=True)  # git makes it as a reset does
    log = spied(staged)
    earlier = staged.path / ".git/hooks/commit-msg.gitprov-chained"
    earlier.write_text(
        f"#!/bin/sh\n[ ! -d .git ] || (unset GIT_DIR GIT_INDEX_FILE; cd '{tree.path}' && git commit -q -m Side)\n"
    )
    earlier.chmod(0o755)
    staged.git(*COMMIT)
    assert claims(tree) == {"w.py": {"ai": "1-3"}}
    assert claims(staged) == CLAIMS
    assert len(lines(log)) == 1
    assert tree.events("tree") == []
