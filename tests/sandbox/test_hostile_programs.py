"""Hostile programs, in every sandbox that this machine has: each is refused, and reported as what it was.

No program starts more than 256 processes, so that a sandbox that fails to refuse does no harm.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from gitprov.errors import GitprovError, UsageError
from gitprov.sandbox import request as r
from gitprov.sandbox import run
from gitprov.sandbox.backends import seccomp
from gitprov.sandbox.ending import ending
from gitprov.sandbox.request import BoxFile, BoxLimits, BoxRequest, BoxResult

SHORT = BoxLimits(seconds=0.5, cpu_seconds=1, output=1 << 20)
LONG = SHORT._replace(seconds=120.0)
INTERPRETER = (sys.prefix, sys.base_prefix)
STRONG = ("bubblewrap", "sandlock", "unshare")


class Hostile(NamedTuple):
    """A program, how its run must end, and where it is not refused or not reported."""

    name: str
    code: str
    ended: str
    limits: BoxLimits = LONG
    except_in: tuple[str, ...] = ()


CASES = (
    # The program itself starts them all, so that the refusal is its own whichever process runs first.
    Hostile("many processes", "import os, time\nfor _ in range(300): os.fork() or (time.sleep(3), os._exit(0))", r.PROCESSES),
    Hostile("many threads", "import threading\nfor _ in range(3000): threading.Thread(target=threading.Event().wait, daemon=True).start()", r.PROCESSES),
    Hostile("2 GB", "x = bytearray(2 << 30)", r.MEMORY),
    Hostile("endless output", "while True: print('x' * 1000)", r.OUTPUT),
    Hostile("sleep", "import time\ntime.sleep(60)", r.TIMEOUT, SHORT),
    Hostile("sleep with closed output", "import os, time\nos.close(1); os.close(2)\ntime.sleep(60)", r.TIMEOUT, SHORT),
    Hostile("a loop", "while True: pass", r.CPU, LONG, ("unshare", "sandlock")),
    Hostile("HOME", "open('{secret}').read()", r.FILES, LONG, ("rlimits",)),
    Hostile("/proc of another", "open('/proc/{pid}/environ', 'rb').read()", r.FILES, LONG, ("rlimits",)),
    Hostile("socket", "import socket\nsocket.create_connection(('127.0.0.1', {port}))", r.NETWORK),
    Hostile("name of a host", "import socket\nsocket.getaddrinfo('example.org', 80)", r.NETWORK, LONG, ("sandlock",)),
    Hostile("ptrace", "import ctypes\nctypes.CDLL(None).ptrace(16, {pid}, 0, 0)", r.SYSCALL, LONG, ("sandlock",)),
    Hostile("write to the corpus", "open('corpus.jsonl', 'a').write('[2]')", r.FILES, LONG, ("rlimits",)),
    Hostile("a large file", "import os\nf = open(os.environ['HOME'] + '/x', 'wb')\nwhile True: f.write(bytes(1 << 20))", r.FILE_SIZE),
    Hostile("exit", "raise SystemExit(3)", r.CRASHED),
    Hostile("a signal", "import os\nos.kill(os.getpid(), 11)", r.CRASHED),
)  # fmt: skip


def python(code: str, backend: str, limits: BoxLimits = LONG, **fields: object) -> BoxResult:
    """Run a Python program in one sandbox, beside a corpus."""
    files = (BoxFile("main.py", code.encode()), BoxFile("corpus.jsonl", b"[1]\n"))
    request = BoxRequest((sys.executable, "-I", "main.py"), files=files, readable=INTERPRETER, limits=limits)
    return run.run(request._replace(**fields), backend=backend)  # type: ignore[arg-type]


@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.slow] if name in ("sandlock", "unshare") else [])
        for name in run.BACKENDS
    ]
)
def backend(request: pytest.FixtureRequest) -> str:
    """Each sandbox; those that do not work on this machine are skipped."""
    name = str(request.param)
    if not run.usable(name):
        pytest.skip(f"{name} does not work on this machine")
    return name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile_programs_are_refused(case: Hostile, backend: str, tmp_path: Path) -> None:
    """The run ends, within its limits, as what it was; nothing secret is printed."""
    if backend in case.except_in:
        pytest.skip(f"{backend} does not refuse or report it")
    secret = tmp_path / "secret"
    secret.write_text("a secret")
    code = case.code.format(secret=secret, pid=os.getpid(), port=9)
    result = python(code, backend, case.limits)
    assert (result.backend, result.ended) == (backend, case.ended), result
    assert result.exit != 0
    assert len(result.stdout + result.stderr) <= case.limits.output


def test_a_link_leads_nowhere(backend: str, tmp_path: Path) -> None:
    """A symbolic link to a file outside cannot be read through."""
    if backend == "rlimits":
        pytest.skip("the weak sandbox does not hide files")
    secret = tmp_path / "secret"
    secret.write_text("a secret")
    code = (
        f"import os\nlink = os.environ['HOME'] + '/x'\nos.symlink('{secret}', link)\nprint(open(link).read())"
    )
    result = python(code, backend)
    assert result.exit != 0
    assert b"a secret" not in result.stdout


def test_what_a_program_gets(backend: str) -> None:
    """Input, files, and an environment with nothing but what was listed."""
    code = "import os, sys\nprint(sys.stdin.read(), open('corpus.jsonl').read(), sorted({*os.environ} - {'PWD'}))"
    result = python(code, backend, stdin=b"input", environment=(("LC_ALL", "C"), ("TZ", "UTC")))
    assert (result.ended, result.exit) == (r.OK, 0), result
    names = ["HOME", "LC_ALL", "PATH", "TMPDIR", "TZ"]
    assert result.stdout == f"input [1]\n {names}\n".encode()


def test_writable_and_hidden(backend: str, tmp_path: Path) -> None:
    """Results come back through a writable directory; a hidden path below a readable one is not seen."""
    out, tree = tmp_path / "out", tmp_path / "tree"
    (tree / ".git").mkdir(parents=True)
    (tree / ".git" / "config").write_text("a secret")
    (tree / "a.py").write_text("x = 1")
    out.mkdir()
    code = f"open('{out}/x', 'w').write(open('{tree}/a.py').read())\nprint(open('{tree}/.git/config').read())"
    result = python(
        code, backend, readable=(*INTERPRETER, str(tree)), hidden=(str(tree / ".git"),), writable=(str(out),)
    )
    assert (out / "x").read_text() == "x = 1"
    assert backend == "rlimits" or (result.exit != 0 and b"a secret" not in result.stdout)


def test_names_of_any_signs(backend: str, tmp_path: Path) -> None:
    """A directory is readable whatever signs its name has, and not writable."""
    tree = tmp_path / "a b\tc#d\\040é'\"$x"
    tree.mkdir()
    (tree / "a").write_text("text")
    name = ascii(str(tree))
    code = f"print(open({name} + '/a').read(), flush=True)\nopen({name} + '/b', 'w')"
    result = python(code, backend, readable=(*INTERPRETER, str(tree)))
    assert result.stdout == b"text\n"
    assert backend == "rlimits" or not (tree / "b").exists()


def test_children_do_not_outlive_the_run(backend: str) -> None:
    """A process that stays behind is killed, though it has a session of its own."""
    code = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    print(os.getpid(), flush=True)\n    time.sleep(300)"
    result = python(code, backend)
    assert result.seconds < LONG.seconds
    if backend in STRONG:
        assert result.ended == r.OK


def test_the_weak_sandbox_needs_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a strong sandbox nothing is run, unless the caller allows the weak one."""
    monkeypatch.setattr(run, "usable", lambda name: name == run.WEAK)
    with pytest.raises(GitprovError, match="no sandbox works"):
        run.choose(allow_weak=False)
    assert run.choose(allow_weak=True) == run.WEAK


def test_files_stay_in_their_directory() -> None:
    """A file whose name leads elsewhere is refused before anything runs."""
    for name in ("../x", "/x", "a//b", "."):
        with pytest.raises(UsageError, match="cannot be named"):
            run.run(BoxRequest(("/bin/true",), files=(BoxFile(name, b""),)), backend=run.WEAK)


ENDINGS = (
    (None, 0, b"", r.OK),
    (r.TIMEOUT, 137, b"", r.TIMEOUT),
    (None, 128 + 24, b"", r.CPU),
    (None, 128 + 25, b"", r.FILE_SIZE),
    (None, 128 + 31, b"", r.SYSCALL),
    (None, 1, b"OSError: [Errno 28] No space left on device", r.FILE_SIZE),
    (None, 1, b"RuntimeError: can't start new thread", r.PROCESSES),
    (None, 1, b"OSError: [Errno 30] Read-only file system: 'x'", r.FILES),
    (None, 1, b"FileNotFoundError: [Errno 2] No such file or directory: '/etc/passwd'", r.FILES),
    (None, 1, b"FileNotFoundError: [Errno 2] No such file or directory: '/nowhere/x'", r.CRASHED),
    (None, 1, b"FileNotFoundError: [Errno 2] No such file or directory: 'x'", r.CRASHED),
    (None, 139, b"", r.CRASHED),
)


def test_endings() -> None:
    """A limit, a signal or the last words decide how a run ended."""
    for enforced, status, stderr, expected in ENDINGS:
        assert ending(enforced, status, stderr)[0] == expected, (status, stderr)


def test_filter_of_system_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each filter is a whole number of instructions; there is none for an unlisted architecture."""
    sizes = []
    for machine in ("x86_64", "aarch64"):
        monkeypatch.setattr("platform.machine", lambda machine=machine: machine)
        codes = [seccomp.program(mounts=mounts, forks=mounts) for mounts in (False, True)]
        sizes += [len(code) % 8 for code in codes if code]
    assert sizes == [0, 0, 0, 0]
    monkeypatch.setattr("platform.machine", lambda: "vax")
    assert seccomp.program(mounts=True) is None
