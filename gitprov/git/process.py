"""Starts processes: git, a pager, `ps`. Only `programs` beside it starts others: those of users."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from operator import methodcaller

from gitprov.errors import GitFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

Env = Mapping[str, str]
Completed = subprocess.CompletedProcess[bytes]


decode: Callable[[bytes], str] = methodcaller("decode", "utf-8", "surrogateescape")
"""Bytes from git (a path, a name) as text; bytes that are not UTF-8 become surrogate escapes."""

encode: Callable[[str], bytes] = methodcaller("encode", "utf-8", "surrogateescape")
"""The inverse of `decode`."""


def run_git(
    args: Sequence[str],
    *,
    cwd: str,
    env: Env,
    stdin: bytes | None = None,
    ok: Sequence[int] = (0,),
) -> Completed:
    """Run a git command to its end; `GitFailed` with git's message where its exit status is not in `ok`.

    Messages are in English (LC_ALL=C), since a few of them are parsed.
    """
    try:
        result = subprocess.run(
            [b"git", *map(encode, args)],
            cwd=cwd,
            env={**env, "LC_ALL": "C"},
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise GitFailed("git was not found on PATH", 127, str(error), "install git 2.34 or later") from error
    if result.returncode not in ok:
        raise failed(args, result.returncode, result.stderr)
    return result


def failed(args: Sequence[str], status: int, stderr: bytes) -> GitFailed:
    """The error for a git command that exited with `status`."""
    words = decode(stderr).strip()
    rows = words.splitlines() or [f"exit status {status}"]
    start = max((n for n, row in enumerate(rows) if row.startswith("fatal: ")), default=len(rows) - 1)
    commands = [row.strip() for row in rows[start + 1 :] if row.startswith("\t")]
    name = next((arg for arg in args if not arg.startswith("-") and "=" not in arg), "git")
    message = f"git {name}: {rows[start].removeprefix('fatal: ')}"
    return GitFailed(message, status, words, "; ".join(commands) or None)


def refused(stderr: bytes) -> bool:
    """Whether git's message reports that it rejects a repository because another user owns it."""
    return b"dubious ownership" in stderr or b"unsafe repository" in stderr


def open_git(
    args: Sequence[str],
    *,
    cwd: str,
    env: Env,
    stdin: int | None = None,
    stderr: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a git command whose output is read while it runs. The caller must wait for it."""
    return subprocess.Popen(
        [b"git", *map(encode, args)],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
    )


def close(process: subprocess.Popen[bytes]) -> None:
    """Close the input of a process that `open_git` started, and wait for it to end."""
    for pipe in (process.stdin, process.stdout):
        try:
            if pipe is not None:
                pipe.close()
        except BrokenPipeError:
            pass  # git ended early; the request that noticed it has raised already
    process.wait()


def output_of(words: Sequence[str]) -> bytes:
    """What another program than git writes to its standard output, whatever its exit status. OSError where it
    cannot be started.
    """
    return subprocess.run(words, capture_output=True, check=False, stdin=subprocess.DEVNULL).stdout


def open_shell(command: str, env: Env) -> subprocess.Popen[bytes]:
    """Start a shell command that reads what is written to its `stdin`, on our own terminal. The caller
    must wait for it.
    """
    return subprocess.Popen(["sh", "-c", command], stdin=subprocess.PIPE, env=dict(env))


def open_agent(words: Sequence[str], env: Env) -> subprocess.Popen[bytes]:
    """Start another program with pipes for its input and output, and our own stderr. OSError where it cannot
    be started. The caller must wait for it.
    """
    return subprocess.Popen(words, env=dict(env), bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def opened(pipe: IO[bytes] | None) -> IO[bytes]:
    """The pipe of a process, as not None; ValueError where the process was started without it."""
    if pipe is None:
        raise ValueError("the process was started without this pipe")
    return pipe


PIPE = subprocess.PIPE
DEVNULL = subprocess.DEVNULL
