"""Git as a child process: its pipes, its end, and how it is found."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.errors import GitFailed
from gitprov.git.process import DEVNULL, PIPE, Child, run_git

ENV = {**os.environ, "LC_ALL": "C"}


def fake(folder: Path, script: str) -> dict[str, str]:
    """An environment whose only git is a shell script."""
    folder.mkdir(exist_ok=True)
    program = folder / "git"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {**ENV, "PATH": f"{folder}{os.pathsep}{ENV['PATH']}"}


def test_all_streams_are_moved_at_once(tmp_path: Path) -> None:
    """Input, output and messages that exceed what a pipe holds do not block each other."""
    env = fake(tmp_path / "bin", "head -c 300000 /dev/zero >&2; cat; head -c 200000 /dev/zero >&2")
    data = b"0123456789" * 100_000
    done = run_git((), cwd=str(tmp_path), env=env, stdin=data)
    assert (done.returncode, done.stdout, len(done.stderr)) == (0, data, 500_000)


def test_input_that_nobody_reads(tmp_path: Path) -> None:
    """A command that ends before it has read its input is reported by its own status."""
    env = fake(tmp_path / "bin", "exec 0<&-; echo 'fatal: no' >&2; exit 3")
    with pytest.raises(GitFailed, match="no") as caught:
        run_git((), cwd=str(tmp_path), env=env, stdin=b"x" * 1_000_000)
    assert caught.value.status == 3


def test_directory(tmp_path: Path) -> None:
    """Git runs in the directory that is asked for, whichever is the current one."""
    place = tmp_path / "over there"
    place.mkdir()
    run_git(("init", "-q"), cwd=str(place), env=ENV)
    shown = run_git(("rev-parse", "--show-toplevel"), cwd=str(place), env=ENV).stdout
    assert shown == f"{place.resolve()}\n".encode()


def test_git_is_sought_in_the_path_of_its_environment(tmp_path: Path) -> None:
    """Folders without git, a folder of its name and a file that nobody may run are passed over."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "folder" / "git").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "git").write_text("no program\n")
    env = fake(tmp_path / "bin", "echo ours")
    env["PATH"] = os.pathsep.join(str(tmp_path / name) for name in ("empty", "folder", "data", "bin"))
    assert run_git((), cwd=str(tmp_path), env=env).stdout == b"ours\n"
    with pytest.raises(GitFailed, match="was not found on PATH"):
        run_git((), cwd=str(tmp_path), env={**env, "PATH": str(tmp_path / "data")})


def test_a_closed_pipe_ends_git(tmp_path: Path) -> None:
    """SIGPIPE, which Python ignores, has its default effect in git; the status is the signal's number."""
    env = fake(tmp_path / "bin", "while :; do echo line; done")
    with Child([], cwd=str(tmp_path), env=env, stdin=DEVNULL, stderr=DEVNULL) as child:
        pass
    assert child.wait() == -13


def test_terminate(tmp_path: Path) -> None:
    """A command that waits for its input ends when it is asked to."""
    env = fake(tmp_path / "bin", "read -r line")
    with Child([], cwd=str(tmp_path), env=env, stdin=PIPE, stderr=DEVNULL) as child:
        child.terminate()
    assert child.wait() == -15


def test_closed_standard_streams(tmp_path: Path) -> None:
    """Where our caller closed the standard streams, pipes do not take their numbers."""

    def work() -> bytes:
        os.closerange(0, 3)
        return run_git(("hash-object", "--stdin"), cwd=str(tmp_path), env=ENV, stdin=b"text\n").stdout

    assert in_fork(work) == b"8e27be7d6154a1f68ea9160ef0e18691d20560dc\n"


def test_ignored_end(tmp_path: Path) -> None:
    """Where our caller ignores the end of child processes, the system has no status: it counts as success."""

    def work() -> bytes:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        return run_git(("version",), cwd=str(tmp_path), env=ENV).stdout[:11]

    assert in_fork(work) == b"git version"


def in_fork(work: Callable[[], bytes]) -> bytes:
    """What a function returns in a fork of this process, which ends without an error."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(write, work())
        finally:
            os._exit(0)
    os.close(write)
    with open(read, "rb") as pipe:
        result = pipe.read()
    os.waitpid(pid, 0)
    return result
