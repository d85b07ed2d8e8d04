"""Starts processes: git, a pager, `ps`. Only `programs` beside it starts others: those of users."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import methodcaller

from gitprov.errors import GitFailed
from gitprov.git.child import DEVNULL, PIPE, Child
from gitprov.model.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from subprocess import Popen
    from typing import IO

#: Commands that read the index for attributes or paths. Git starts the program in `core.fsmonitor` for them
#: too, although their answer does not depend on it.
_UNMONITORED = frozenset(("diff-tree", "diff-index", "check-attr", "ls-files"))

Env = Mapping[str, str]


class Completed(NamedTuple):
    """How a command ended: its exit status, negative for a signal, its output and its messages."""

    returncode: int
    stdout: bytes
    stderr: bytes


decode: Callable[[bytes], str] = methodcaller("decode", "utf-8", "surrogateescape")
"""Bytes from git (a path, a name) as text; bytes that are not UTF-8 become surrogate escapes."""

encode: Callable[[str], bytes] = methodcaller("encode", "utf-8", "surrogateescape")
"""The inverse of `decode`."""


def _words(args: Sequence[str]) -> list[bytes]:
    """The arguments of git. It starts no monitor of the work tree where the answer does not need one."""
    monitored = _UNMONITORED.isdisjoint(args[:6])
    return [*(() if monitored else (b"-c", b"core.fsmonitor=false")), *map(encode, args)]


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
    source = DEVNULL if stdin is None else PIPE
    try:
        child = Child(_words(args), cwd=cwd, env={**env, "LC_ALL": "C"}, stdin=source, stderr=PIPE)
    except FileNotFoundError as error:
        raise GitFailed("git was not found on PATH", 127, str(error), "install git 2.34 or later") from error
    with child:
        output, messages = child.communicate(stdin or b"")
    result = Completed(child.wait(), output, messages)
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
    stdin: int = DEVNULL,
    stderr: int | None = None,
) -> Child:
    """Start a git command whose output is read while it runs. The caller must wait for it.

    `stdin` and `stderr` are PIPE, DEVNULL or a descriptor; without `stderr` its messages go to ours.
    """
    return Child(_words(args), cwd=cwd, env=env, stdin=stdin, stderr=stderr)


def close(process: Child) -> None:
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
    import subprocess

    return subprocess.run(words, capture_output=True, check=False, stdin=subprocess.DEVNULL).stdout


def open_shell(command: str, env: Env) -> Popen[bytes]:
    """Start a shell command that reads what is written to its `stdin`, on our own terminal. The caller
    must wait for it.
    """
    import subprocess

    return subprocess.Popen(["sh", "-c", command], stdin=subprocess.PIPE, env=dict(env))


def open_agent(words: Sequence[str], env: Env) -> Popen[bytes]:
    """Start another program with pipes for its input and output, and our own stderr. OSError where it cannot
    be started. The caller must wait for it.
    """
    import subprocess

    return subprocess.Popen(words, env=dict(env), bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def opened(pipe: IO[bytes] | None) -> IO[bytes]:
    """The pipe of a process, as not None; ValueError where the process was started without it."""
    if pipe is None:
        raise ValueError("the process was started without this pipe")
    return pipe
