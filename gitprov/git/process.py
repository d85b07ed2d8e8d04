"""Starts git and runs it, with pipes to it; `programs` beside it starts all else.

The standard library's `subprocess` imports twelve modules for that (docs/adr/0039).
"""

from __future__ import annotations

import errno
import os
import select
from collections.abc import Callable, Mapping, Sequence
from operator import methodcaller

from gitprov.errors import GitFailed
from gitprov.model.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

    from typing_extensions import Self

PIPE, DEVNULL = -1, -3
_CHUNK = 1 << 17
#: Numbers that all Unix systems share. The module `signal` makes three enumerations when it is imported.
_SIGPIPE, _SIGTERM = 13, 15

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


def opened(pipe: IO[bytes] | None) -> IO[bytes]:
    """The pipe of a process, as not None; ValueError where the process was started without it."""
    if pipe is None:
        raise ValueError("the process was started without this pipe")
    return pipe


class Child:
    """A running git command. `stdin`, `stdout` and `stderr` are our ends of pipes, None where it has none.

    Used in a `with` statement, whose end closes the pipes and waits. OSError where git cannot be started.
    """

    def __init__(
        self, args: Sequence[bytes], *, cwd: str, env: Mapping[str, str], stdin: int, stderr: int | None
    ) -> None:
        """`stdin`: PIPE, DEVNULL or a descriptor; `stderr`: PIPE, DEVNULL or None, which is our own."""
        self.returncode: int | None = None
        pipes = [_pipe() if end == PIPE else None for end in (stdin, PIPE, stderr)]
        source, output, messages = pipes
        try:
            ends = (source[0] if source else stdin, output and output[1], messages[1] if messages else stderr)
            self.pid = _spawn(args, cwd, env, ends)
        except BaseException:
            for pair in pipes:
                for end in pair or ():
                    os.close(end)
            raise
        self.stdin: IO[bytes] | None = None
        if source:
            os.close(source[0])
            self.stdin = open(source[1], "wb")  # noqa: SIM115 - as long as the process
        self.stdout, self.stderr = _reader(output), _reader(messages)

    def communicate(self, data: bytes = b"") -> tuple[bytes, bytes]:
        """Write data to its input, if that is a pipe, and read its output and messages to their ends."""
        poll, parts, rest = select.poll(), {}, memoryview(data)
        for pipe in (self.stdout, self.stderr):
            if pipe is not None:
                parts[pipe.fileno()] = [b""]
                poll.register(pipe.fileno(), select.POLLIN)
        running = len(parts)
        if self.stdin is not None:
            os.set_blocking(self.stdin.fileno(), False)
            poll.register(self.stdin.fileno(), select.POLLOUT)
        while running or self.stdin is not None:
            for fileno, _ in poll.poll():
                if fileno in parts:
                    chunk = os.read(fileno, _CHUNK)
                    parts[fileno].append(chunk)
                    if chunk:
                        continue
                    running -= 1
                else:
                    rest = _write(fileno, rest)
                    if rest or self.stdin is None:
                        continue
                    self.stdin.close()
                    self.stdin = None
                poll.unregister(fileno)
        return _whole(self.stdout, parts), _whole(self.stderr, parts)

    def wait(self) -> int:
        """Wait for its end; the exit status, negative for the signal that ended it."""
        if self.returncode is None:
            try:
                self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            except ChildProcessError:
                # The process that started us ignores SIGCHLD, so the system keeps no status.
                self.returncode = 0
        return self.returncode

    def terminate(self) -> None:
        """Ask the process to end."""
        if self.returncode is None:
            os.kill(self.pid, _SIGTERM)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            self.terminate()  # a process whose output is not needed any more may wait for a network
        for pipe in (self.stdout, self.stderr):
            if pipe is not None:
                pipe.close()
        try:
            if self.stdin is not None:
                self.stdin.close()
        finally:
            self.wait()


def _spawn(args: Sequence[bytes], cwd: str, env: Mapping[str, str], ends: Sequence[int | None]) -> int:
    """Start git with descriptors of ours as its standard streams (None: the same one); its process id."""
    actions: list[tuple[object, ...]] = []
    for number, end in enumerate(ends):
        if end == DEVNULL:
            actions.append((os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0))
        elif end is not None and end != number:
            actions.append((os.POSIX_SPAWN_DUP2, end, number))
    place = () if _is_here(cwd) else (b"-C", cwd.encode("utf-8", "surrogateescape"))
    words = [b"git", *place, *args]
    # Python ignores SIGPIPE, and a program that is started would ignore it as well.
    return os.posix_spawn(_program(cwd, env), words, env, file_actions=actions, setsigdef=[_SIGPIPE])


def _is_here(cwd: str) -> bool:
    try:
        return cwd == os.getcwd()
    except FileNotFoundError:  # the current directory was removed
        return False


def _program(cwd: str, env: Mapping[str, str]) -> str:
    """The path of git by PATH."""
    for directory in env.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(cwd, directory, "git")
        if os.access(path, os.X_OK) and not os.path.isdir(path):
            return path
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "git")


def _pipe() -> tuple[int, int]:
    """A pipe, both ends above the standard streams' numbers, which may be free if our caller closed them."""
    read, write = os.pipe()
    if min(read, write) > 2:
        return read, write
    from fcntl import F_DUPFD_CLOEXEC, fcntl

    high = fcntl(read, F_DUPFD_CLOEXEC, 3), fcntl(write, F_DUPFD_CLOEXEC, 3)
    os.close(read)
    os.close(write)
    return high


def _reader(pipe: tuple[int, int] | None) -> IO[bytes] | None:
    if pipe is None:
        return None
    os.close(pipe[1])
    return open(pipe[0], "rb")


def _whole(pipe: IO[bytes] | None, parts: Mapping[int, Sequence[bytes]]) -> bytes:
    return b"" if pipe is None else b"".join(parts[pipe.fileno()])


def _write(fileno: int, data: memoryview) -> memoryview:
    """What of the data is still to write; none where the other side reads no more."""
    try:
        return data[os.write(fileno, data[:_CHUNK]) :]
    except BrokenPipeError:
        return data[:0]
