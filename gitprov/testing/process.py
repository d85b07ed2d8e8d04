"""Commands of cases: run to their end in the fixed environment, with limits."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence

from gitprov.behaviour.canonical import Canonical, canonical
from gitprov.testing.cases import Case
from gitprov.testing.observation.environment import FIXED, OUTPUT, Flooded, Hung, Place


def run(argv: Sequence[str], case: Case, place: Place) -> dict[str, Canonical]:
    """What a command did: exit status, output, files. FileNotFoundError where there is no such program."""
    with open(os.path.join(place.path, "..", f"{os.path.basename(place.path)}.out"), "w+b") as out:
        os.unlink(out.name)
        process = subprocess.Popen(
            argv,
            cwd=place.path,
            env={**os.environ, **FIXED},
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.PIPE if case.stderr else subprocess.DEVNULL,
            start_new_session=True,
        )
        stderr = _finish(process, case)
        if out.seek(0, os.SEEK_END) > OUTPUT:
            raise Flooded
        out.seek(0)
        stdout = out.read()
    return {
        "exited": canonical(process.returncode),
        "stdout": canonical(_text(stdout, place)),
        "stderr": canonical(_text(stderr, place)),
        "files": canonical(place.written(case.files)),
    }


def _finish(process: subprocess.Popen[bytes], case: Case) -> bytes:
    import signal

    try:
        return process.communicate(case.stdin.encode(), timeout=case.timeout)[1] or b""
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
