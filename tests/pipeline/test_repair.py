"""Repair after a merge: the server squashes or rebases in the bare remote, a job carries and pushes the notes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.repo import NOTES_REF, GitRepo
from tests.support.server import Server

pytestmark = pytest.mark.slow

FILES = {"a.py": "def a():\n    return 1\n", "b.py": "def b():\n    return 2\n"}


@pytest.fixture(params=["github", "gitlab"])
def server(request: pytest.FixtureRequest, tmp_path: Path, env: dict[str, str]) -> Server:
    """Either forge."""
    return Server(tmp_path, env, request.param)


@pytest.fixture
def github(tmp_path: Path, env: dict[str, str]) -> Server:
    """A forge whose events name the merge."""
    return Server(tmp_path, env)


def repair(job: GitRepo, *args: str, status: int = 0) -> str:
    """What `gitprov ci repair` prints, both streams."""
    done = job.gitprov("ci", "repair", *args, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def lines(repo: GitRepo, rev: str) -> dict[str, str]:
    """Path → the lines that the note of a commit gives to models."""
    return {path: claims["ai"] for row in repo.traces(rev) for path, claims in row["files"].items()}


def test_squash(server: Server) -> None:
    """The note of the squash names the lines of every commit of the branch, and is on the remote."""
    head = server.request(7, FILES)
    server.grow()
    before, after = server.merge(7, head, "squash")
    job = server.job(**server.pushed(before, after))
    assert "1 commit has its record again, pushed" in repair(job)
    clone = server.notes()
    assert lines(clone, after) == {"a.py": "1-2", "b.py": "1-2"}
    assert job.git("for-each-ref", "refs/remotes/gitprov-requests").stdout == ""
    assert "0 commits" in repair(job)


def test_rebase(server: Server) -> None:
    """Each rebased commit has the note of the commit that it repeats."""
    head = server.request(7, FILES)
    server.grow()
    before, after = server.merge(7, head, "rebase")
    assert "2 commits have their record again" in repair(server.job(**server.pushed(before, after)))
    clone = server.notes()
    assert lines(clone, f"{after}~1") == {"a.py": "1-2"}
    assert lines(clone, after) == {"b.py": "1-2"}


def test_squash_behind_a_merge(server: Server) -> None:
    """GitLab's squash with a merge commit; which commit the squash is, the server need not report."""
    head = server.request(7, FILES)
    before, squash = server.merge(7, head, "squash", "A feature")
    server.remote.git("update-ref", "refs/heads/main", before)
    server.remote.git("update-ref", "refs/heads/squash", squash)
    server.grow()
    before, after = server.merge(
        7, squash, "merge", "Merge branch 'feature' into 'main'\n\nSee merge request a/b!7"
    )
    repair(server.job(**server.pushed(before, after)))
    assert lines(server.notes(), squash) == {"a.py": "1-2", "b.py": "1-2"}


def test_merge_commit(server: Server) -> None:
    """Commits that came as they were keep their notes; nothing is written."""
    head = server.request(7, FILES)
    tip = server.remote.oid(NOTES_REF)
    before, after = server.merge(7, head, "merge")
    assert "0 commits" in repair(server.job(**server.pushed(before, after)))
    assert server.remote.oid(NOTES_REF) == tip


def test_closed_event_names_the_merge(github: Server) -> None:
    """A squash that another change made different from the branch is healed, since the event names it."""
    text = "".join(f"line_{n} = {n}\n" for n in range(12))
    github.alice.write("a.py", text)
    github.alice.commit("Write a.py")
    github.alice.git("push", "-q", "origin", "main")
    head = github.request(7, {"a.py": text + "end = 1\n", "b.py": "b = 1\n"})
    github.alice.git("checkout", "-q", "main")
    github.alice.write("a.py", text.replace("line_9 = 9", "line_9 = 'nine'"))
    github.alice.commit("Change a line beside it")
    github.alice.git("push", "-q", "origin", "main")
    before, after = github.merge(7, head, "squash", "Whatever title")
    event = github.pull_request(7, before, head, merged=True, merge_commit_sha=after)
    assert "1 commit has its record again, pushed" in repair(github.job(**event))
    assert lines(github.notes(), after) == {"a.py": "13", "b.py": "1"}


def test_shallow_clone(server: Server) -> None:
    """A job with the newest commit alone gets the history that it needs."""
    head = server.request(7, FILES)
    before, after = server.merge(7, head, "squash")
    job = server.job("--depth=1", **server.pushed(before, after))
    assert "1 commit has its record again" in repair(job)
    assert lines(server.notes(), after) == {"a.py": "1-2", "b.py": "1-2"}


def test_two_jobs_at_once(github: Server) -> None:
    """Two merges in a row: their jobs run together, and both notes arrive."""
    first = github.request(7, {"a.py": FILES["a.py"]}, "one")
    second = github.request(8, {"b.py": FILES["b.py"]}, "two")
    merges = [github.merge(7, first, "squash", "One (#7)"), github.merge(8, second, "squash", "Two (#8)")]
    numbers = {7: first, 8: second}
    jobs = [
        github.job(
            **github.pull_request(number, before, numbers[number], merged=True, merge_commit_sha=after)
        )
        for number, (before, after) in zip(numbers, merges, strict=True)
    ]
    running = [
        subprocess.Popen(["gitprov", "ci", "repair"], cwd=job.path, env=job.env, stdout=subprocess.DEVNULL)
        for job in jobs
    ]
    assert [process.wait(60) for process in running] == [0, 0]
    clone = github.notes()
    assert [lines(clone, after) for _, after in merges] == [{"a.py": "1-2"}, {"b.py": "1-2"}]


def test_people_get_no_note(server: Server) -> None:
    """A person who makes the same change by hand, apart from the request, is not the model."""
    server.request(7, {"a.py": FILES["a.py"]})
    server.alice.git("pull", "-q", "origin", "main")
    server.alice.env["GIT_AUTHOR_NAME"] = "Bob"
    server.alice.env["GIT_AUTHOR_EMAIL"] = "bob@example.com"
    before = server.alice.oid()
    server.alice.write("a.py", FILES["a.py"])
    after = server.alice.commit("Type it", "a.py")
    server.alice.git("push", "-q", "--no-verify", "origin", "main")
    assert "0 commits" in repair(server.job(**server.pushed(before, after)))


def test_a_remote_that_refuses(server: Server) -> None:
    """Exit code 3 with the server's words; the records stay in the clone."""
    head = server.request(7, FILES)
    before, after = server.merge(7, head, "squash")
    hook = server.remote.path / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'notes are not allowed' >&2\nexit 1\n")
    hook.chmod(0o755)
    job = server.job(**server.pushed(before, after))
    assert "notes are not allowed" in repair(job, status=3)
    assert lines(job, after)


def test_a_fork_may_not_write(github: Server, tmp_path: Path) -> None:
    """The notes come from the fork, of its own commits alone; a refused push is reported and fails nothing."""
    head = github.request(7, FILES)
    fork = GitRepo(tmp_path / "fork.git", github.remote.env)
    fork.path.mkdir()
    fork.git("init", "-q", "--bare")
    github.alice.git(
        "notes", f"--ref={NOTES_REF}", "add", "-f", "-m", '{"kind":"human","v":1,"id":"x"}', "main"
    )
    github.alice.git("push", "-q", "--no-verify", str(fork.path), f"{NOTES_REF}:{NOTES_REF}", "feature")
    github.remote.git("update-ref", "-d", NOTES_REF)
    before, after = github.merge(7, head, "squash")
    hook = github.remote.path / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    event = github.pull_request(7, before, head, merged=True, merge_commit_sha=after, fork=fork.path.as_uri())
    job = github.job(**event)
    assert "the notes were not pushed" in repair(job)
    assert lines(job, after) == {"a.py": "1-2", "b.py": "1-2"}
    assert job.note(before) == []
    assert job.git("for-each-ref", "refs/gitprov/remote/url-*").stdout == ""


def test_outside_of_a_pipeline(github: Server) -> None:
    """Exit code 2 and what to do instead."""
    done = github.alice.gitprov("ci", "repair", check=False)
    assert done.returncode == 2
    assert "gitprov heal" in done.stderr
