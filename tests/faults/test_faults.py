"""Every step of STEPS against every fault: whatever was struck, what comes next gives what would have been."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.steps import STEPS, Step, half_committed
from tests.support import fatal
from tests.support.commits import claims
from tests.support.repo import GENERATIONS_REF, NOTES_REF, GitRepo, run

pytestmark = pytest.mark.usefixtures("forked")

ROOMS = ("gitprov", "refs", "logs", "packed-refs")
MODEL_CLAIMS = {"a.py": {"ai": "1-10"}, "b.py": {"ai": "1-5"}}


def struck(repo: GitRepo, n: int, fault: str, step: Step, payload: str) -> bool:
    """Run a step's command and strike it at its n-th change; False if it has fewer."""
    args = ["struck", str(n), fault, "command", *step.command]
    done = run(args, cwd=repo.path, env=repo.env, stdin=payload, check=False)
    if fault == "kill":
        assert done.returncode in (0, -signal.SIGKILL), done
        return done.returncode != 0
    assert done.returncode in (0, fatal.STRUCK), done
    said_clearly(done)
    return done.returncode == fatal.STRUCK


def said_clearly(done: subprocess.CompletedProcess[str]) -> None:
    """Nothing was said, or one clear line (and a hint): never a traceback."""
    assert "Traceback" not in done.stderr, done.stderr
    assert "this is a bug" not in done.stderr, done.stderr
    assert not done.stderr or done.stderr.startswith(("gitprov", "error: ", "fatal: ")), done.stderr


def copy(repo: GitRepo, name: str) -> GitRepo:
    """The same repository elsewhere. Its path has the same length, so that nothing can depend on it unseen."""
    place = repo.path.parent / name
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(repo.path, place, symlinks=True)
    return GitRepo(place, repo.env)


def in_place(repo: GitRepo) -> Iterator[GitRepo]:
    """The repository again and again as it is now, always at its own path: payloads may name it."""
    kept = copy(repo, "kept")
    while True:
        shutil.rmtree(repo.path)
        shutil.copytree(kept.path, repo.path, symlinks=True)
        yield repo


def on_disk(repo: GitRepo) -> dict[str, bytes]:
    """All that a command may have changed so far: a strike that left what the one before left needs no second look."""
    rooms = [repo.path / ".git" / name for name in ROOMS]
    files = [
        path for room in rooms for path in ([room] if room.is_file() else room.rglob("*")) if path.is_file()
    ]
    return {str(path.relative_to(repo.path)): path.read_bytes() for path in files}


def wanted(step: Step, repo: GitRepo, payload: str) -> dict[str, Any]:
    """What is there in the end if nothing goes wrong."""
    repo.gitprov(*step.command, input=payload)
    step.recover(repo, payload)
    return step.state(repo)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["kill", "full"])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_at_every_change(project: GitRepo, step: Step, fault: str) -> None:
    """Struck before any of its changes, a command loses nothing and doubles nothing."""
    payload = step.arrange(project)
    fresh = in_place(project)
    good = wanted(step, next(fresh), payload)
    seen = on_disk(next(fresh))
    n, looks = 1, 0
    while struck(next(fresh), n, fault, step, payload):
        n += 1
        now = on_disk(project)
        if now == seen:
            continue
        seen, looks = now, looks + 1
        step.recover(project, payload)
        assert step.state(project) == good, f"{fault} before change {n - 1}"
    step.recover(project, payload)
    assert step.state(project) == good
    assert looks >= (step.least if fault == "kill" else 1), (n, looks)


# -- faults of the world -------------------------------------------------------------------------------------------


def old_lock(repo: GitRepo, name: str) -> Path:
    """A lock file that a git left which was killed an hour ago."""
    path = repo.path / ".git" / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time.time() - 3600,) * 2)
    return path


@contextmanager
def locked(repo: GitRepo, name: str) -> Iterator[None]:
    """A ref's lock is held by nobody who lives."""
    path = old_lock(repo, name)
    yield
    path.unlink()


@contextmanager
def read_only_objects(repo: GitRepo, _: str) -> Iterator[None]:
    """No object can be written."""
    place = repo.path / ".git/objects"
    if os.geteuid():
        folders = [place, *(path for path in place.rglob("*") if path.is_dir())]
        for path in folders:
            path.chmod(0o500)
        yield
        for path in folders:
            path.chmod(0o700)
        return
    mounts = (["mount", "--bind", str(place), str(place)], ["mount", "-o", "remount,ro,bind", str(place)])
    if any(subprocess.run(one, check=False, capture_output=True).returncode for one in mounts):
        pytest.skip("root writes everywhere, and nothing may be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


WORLD = {
    "notes ref locked": (locked, NOTES_REF),
    "generations ref locked": (locked, GENERATIONS_REF),
    "packed refs locked": (locked, "packed-refs"),
    "objects read-only": (read_only_objects, ""),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", WORLD)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_while_it_lasts(project: GitRepo, step: Step, fault: str) -> None:
    """While git cannot write, a command says so soon and keeps the evidence; afterwards all is as it would have been."""
    payload = step.arrange(project)
    fresh = in_place(project)
    good = wanted(step, next(fresh), payload)
    holds, name = WORLD[fault]
    repo = next(fresh)
    with holds(repo, name):
        start = time.monotonic()
        done = repo.gitprov(*step.command, input=payload, check=False)
        assert time.monotonic() - start < 10
        said_clearly(done)
        # Captures and post-hooks never fail; a command that somebody typed says that it could not.
        assert done.returncode in ((0,) if step.command[0] in ("capture", "hook") else (0, 3)), done
    step.recover(repo, payload)
    assert step.state(repo) == good


@pytest.mark.slow
@pytest.mark.parametrize("name", [NOTES_REF, "packed-refs"])
def test_the_dead_lock_is_named(project: GitRepo, name: str) -> None:
    """Where an old lock is in the way, its path and the command that removes it are told; doing so is enough."""
    half_committed(project)
    with locked(project, name):
        done = project.gitprov("hook", "post-commit")
        assert f"{name}.lock has been there for 36" in done.stderr
        assert f"rm {project.path}/.git/{name}.lock" in done.stderr
        found = project.gitprov("doctor", check=False)
        assert (found.returncode, f"{name}.lock" in found.stdout) == (1, True)
        refused = project.gitprov("hook", "pre-commit", check=False)
        assert (refused.returncode, f"{name}.lock" in refused.stderr) == (3, True)
    project.gitprov("status")
    assert claims(project) == MODEL_CLAIMS


@pytest.mark.slow
@pytest.mark.parametrize("name", [NOTES_REF, "packed-refs"])
def test_a_lock_that_goes_away(project: GitRepo, name: str) -> None:
    """A lock that somebody holds for a moment is waited for."""
    half_committed(project)
    path = old_lock(project, name)
    os.utime(path)
    timer = threading.Timer(1.5, path.unlink)
    timer.start()
    done = project.gitprov("hook", "post-commit")
    timer.join()
    assert done.stderr == ""
    assert claims(project) == MODEL_CLAIMS


@pytest.mark.slow
def test_a_commit_after_the_fault(project: GitRepo) -> None:
    """The next commit finishes the struck one by itself, and both have their own lines, once."""
    half_committed(project)
    first = project.oid()
    with locked(project, NOTES_REF):
        project.gitprov("hook", "post-commit")
    project.commit("Two")
    assert claims(project, first) == MODEL_CLAIMS
    assert claims(project) == {"b.py": {"ai": "6-10"}}
    assert project.events() == []
