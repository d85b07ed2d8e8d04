"""What is to be run in a sandbox, and what came of it. Plain values."""

from __future__ import annotations

from typing import NamedTuple

OK, CRASHED = "ok", "crashed"
TIMEOUT, CPU, MEMORY, OUTPUT = "timeout", "cpu", "memory", "output"
FILE_SIZE, PROCESSES = "file-size", "processes"
NETWORK, FILES, SYSCALL = "network", "files", "syscall"
ENDINGS = {
    OK: "it ended by itself with exit code 0",
    CRASHED: "it failed by itself",
    TIMEOUT: "it ran longer than it may and was killed",
    CPU: "it used more processor time than it may",
    MEMORY: "it asked for more memory than it may use",
    OUTPUT: "it printed more than it may and was killed",
    FILE_SIZE: "it wrote larger files than it may",
    PROCESSES: "it started more processes than it may",
    NETWORK: "it tried to use the network, which is refused",
    FILES: "it tried to use files that it may not use",
    SYSCALL: "it made a system call that is forbidden (such as ptrace or mount) and was killed",
}
"""How a run can end → the same in words."""


class BoxLimits(NamedTuple):
    """What one run may use.

    `seconds` of wall-clock time, `cpu_seconds` of each process; `memory` (address space of each process),
    `file_size`, `scratch` (all of the temporary files) and `output` (stdout and stderr together) in bytes;
    `processes` and `open_files` in numbers.
    """

    seconds: float = 10.0
    cpu_seconds: int = 10
    memory: int = 1 << 30
    file_size: int = 16 << 20
    scratch: int = 64 << 20
    output: int = 4 << 20
    processes: int = 64
    open_files: int = 256


class BoxFile(NamedTuple):
    """A file that the program gets, read-only, in its working directory."""

    name: str
    data: bytes


class BoxRequest(NamedTuple):
    """One run.

    `argv[0]` is an absolute path; the other words may name `files`, relative to the working directory.
    `readable`: absolute paths that the program may read besides /usr; `hidden`: paths below them that it must
    not see; `writable`: directories of ours in which it may write. `environment` is all that it gets, besides
    HOME, TMPDIR and PATH.
    """

    argv: tuple[str, ...]
    stdin: bytes = b""
    files: tuple[BoxFile, ...] = ()
    readable: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    limits: BoxLimits = BoxLimits()


class BoxResult(NamedTuple):
    """What came of a run. `backend` isolated it; `ended` is a key of `ENDINGS`, `detail` one line about it;
    `exit` is as a shell counts (128 + number of the signal), `seconds` the wall-clock time.
    """

    backend: str
    ended: str
    exit: int
    stdout: bytes
    stderr: bytes
    seconds: float
    detail: str
