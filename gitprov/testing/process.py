"""Commands of cases: run to their end in the fixed environment, with limits."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from gitprov.behaviour.canonical import Canonical, canonical
from gitprov.testing.cases import Case
from gitprov.testing.observation.environment import FIXED, OUTPUT, Flooded, Hung, Place

_END = 8192
#: The statuses with which a shell ends for a command that is not there or cannot be run.
_SHELL = (126, 127)
#: A line of Python, node, Ruby, Perl or dash for a module or a script that is missing.
_MISSING = re.compile(
    r"ModuleNotFoundError: |\S*python[\w.]*: (can't open file|No module named|Error while finding module)"
    r"|Error(?: \[ERR_MODULE_NOT_FOUND\])?: Cannot find (module|package) "
    r"|.*\(LoadError\)$|ruby: No such file or directory|\S*sh: \d+: cannot open "
    r"|Can't (locate \S+ in @INC|open perl script)"
)


class NotStarted(Exception):
    """A program ended before its own work began; the message has the reason."""


def run(argv: Sequence[str], case: Case, place: Place) -> dict[str, Canonical]:
    """What a command did: exit status, output, files.

    FileNotFoundError where there is no such program, NotStarted where a part of it is missing.
    """
    with _stream(place, "out") as out, _stream(place, "err") as err:
        process = subprocess.Popen(
            argv,
            cwd=place.path,
            env={**os.environ, **FIXED},
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        _finish(process, case)
        if process.returncode:
            _check_start(process.returncode, _end(err))
        stdout, stderr = _whole(out), _whole(err) if case.stderr else b""
    return {
        "exited": canonical(process.returncode),
        "stdout": canonical(_text(stdout, place)),
        "stderr": canonical(_text(stderr, place)),
        "files": canonical(place.written(case.files)),
    }


def _stream(place: Place, name: str) -> BinaryIO:
    """A file without a name, beside the directory of the case."""
    return tempfile.TemporaryFile("w+b", dir=os.path.dirname(place.path), prefix=f"gitprov-{name}-")


def _whole(stream: BinaryIO) -> bytes:
    """All of a stream. Flooded where that is more than is kept."""
    if stream.seek(0, os.SEEK_END) > OUTPUT:
        raise Flooded
    stream.seek(0)
    return stream.read()


def _end(stream: BinaryIO) -> str:
    """The last part of a stream, as text."""
    stream.seek(max(0, stream.seek(0, os.SEEK_END) - _END))
    return stream.read().decode("utf-8", "replace")


def _check_start(status: int, stderr: str) -> None:
    """NotStarted where a failed program says that a module, a script or a command is missing."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    if status in _SHELL and lines:
        raise NotStarted(lines[-1])
    for line in lines:
        if _MISSING.match(line):
            raise NotStarted(line)


def _finish(process: subprocess.Popen[bytes], case: Case) -> None:
    import signal

    try:
        process.communicate(case.stdin.encode(), timeout=case.timeout)
    except subprocess.TimeoutExpired:
        raise Hung from None
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def _text(data: bytes, place: Place) -> str:
    return data.decode("utf-8", "backslashreplace").replace(place.path, "<directory>")


def output(words: Sequence[str], variables: Mapping[str, str], timeout: float) -> str:
    """What a program writes to its standard output; the empty text where it takes too long."""
    try:
        done = subprocess.run(
            words,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode("utf-8", "replace")


def restart(argv: Sequence[str], variables: Mapping[str, str]) -> None:
    """Replace this process by the same program with more variables; used before any test has run."""
    os.execve(argv[0], list(argv), {**os.environ, **variables})  # noqa: S606 - the user's own command line
