"""The fixed environment of a case: a directory of its own, UTC, the C locale, seeded chance, no calls out."""

from __future__ import annotations

import io
import locale
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from types import FrameType
from typing import Any, NoReturn

HASH_SEED = "0"
FIXED = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONHASHSEED": HASH_SEED}
"""Variables that every case sees."""
OUTPUT = 1 << 20
"""Characters that a case may write to a stream."""
FILES = 16 << 20
"""Bytes of files that a case may write."""
_CALLS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg")


class Hung(BaseException):
    """A case ran longer than its time limit. No `except Exception` of the code under test catches it."""


class Flooded(BaseException):
    """A case wrote more output than is kept."""


class Output(io.StringIO):
    """A stream of text that takes `OUTPUT` characters and no more."""

    def write(self, text: str) -> int:
        """Keep a text; Flooded where there is no more room."""
        if self.tell() + len(text) > OUTPUT:
            raise Flooded
        return super().write(text)


class Guard:
    """Refuses and lists calls out while a case runs. Python keeps an audit hook for ever, so there is one."""

    def __init__(self) -> None:
        self.calls: list[str] | None = None
        sys.addaudithook(self._event)

    def _event(self, event: str, args: tuple[Any, ...]) -> None:
        if self.calls is not None and event in _CALLS:
            target = args[1] if event.startswith(("socket.connect", "socket.send")) else args[:2]
            self.calls.append(
                str(target) if isinstance(target, str | bytes) else ":".join(map(str, target or ()))
            )
            raise ConnectionRefusedError("a case makes no calls out")


_GUARD: Guard | None = None


@contextmanager
def no_calls() -> Iterator[list[str]]:
    """Refuse outgoing connections of this process; the list gets their addresses."""
    global _GUARD
    _GUARD = _GUARD or Guard()
    calls: list[str] = []
    _GUARD.calls = calls
    try:
        yield calls
    finally:
        _GUARD.calls = None


class Place:
    """An empty directory in which one case after the other runs."""

    def __init__(self) -> None:
        self.path = os.path.realpath(tempfile.mkdtemp(prefix="gitprov-case-"))

    def fill(self, files: Mapping[str, str | bytes]) -> None:
        """Write the files that a case reads."""
        for name, content in files.items():
            path = os.path.join(self.path, name)
            if os.path.relpath(os.path.normpath(path), self.path).startswith(".."):
                raise ValueError(f"the file {name!r} of a case is outside its directory")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)

    def written(self, files: Mapping[str, str | bytes]) -> dict[str, object]:
        """Files that are new or changed, as text where they are UTF-8; None for those that are gone."""
        out: dict[str, object] = {}
        before = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
        for name, content in self._contents():
            if before.pop(name, None) != content:
                out[name] = _as_text(content)
        return {**out, **dict.fromkeys(before)}

    def _contents(self) -> Iterator[tuple[str, bytes]]:
        room = FILES
        for folder, _, names in os.walk(self.path):
            for name in names:
                path = os.path.join(folder, name)
                relative = os.path.relpath(path, self.path).replace(os.sep, "/")
                if os.path.islink(path) or not os.path.isfile(path):
                    yield relative, b"no plain file"
                    continue
                room -= os.path.getsize(path)
                if room < 0:
                    raise Flooded
                with open(path, "rb") as file:
                    yield relative, file.read()

    def clear(self) -> None:
        """Remove what is in the directory."""
        with os.scandir(self.path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    os.unlink(entry.path)

    def remove(self) -> None:
        """Remove the directory itself."""
        shutil.rmtree(self.path, ignore_errors=True)


def _as_text(content: bytes) -> str | bytes:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content


@contextmanager
def fixed(place: Place, stdin: str, timeout: float) -> Iterator[tuple[Output, Output]]:
    """Run a block in the fixed environment; gives its stdout and stderr, and restores what was before."""
    out, err = Output(), Output()
    with ExitStack() as stack:
        for part in (_variables(), _directory(place.path), _locale(), _chance(), _stdin(stdin), _no_end()):
            stack.enter_context(part)
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        stack.enter_context(limited(timeout))
        yield out, err


@contextmanager
def _variables() -> Iterator[None]:
    before = os.environ.copy()
    os.environ.update(FIXED)
    time.tzset()
    try:
        yield
    finally:
        for name, value in os.environ.copy().items():
            if name not in before:
                del os.environ[name]
            elif value != before[name]:
                os.environ[name] = before[name]
        for name in before.keys() - os.environ.keys():
            os.environ[name] = before[name]
        time.tzset()


@contextmanager
def _directory(path: str) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(path)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _locale() -> Iterator[None]:
    before = locale.setlocale(locale.LC_ALL)
    if before != "C":
        locale.setlocale(locale.LC_ALL, "C")
    try:
        yield
    finally:
        if locale.setlocale(locale.LC_ALL) != before:
            locale.setlocale(locale.LC_ALL, before)


@contextmanager
def _chance() -> Iterator[None]:
    """`random` and numpy's global generator start from the same seed in every case."""
    before = random.getstate()
    random.seed(0)
    numpy: Any = sys.modules.get("numpy.random")
    state = numpy.get_state() if numpy else None
    if numpy:
        numpy.seed(0)
    try:
        yield
    finally:
        random.setstate(before)
        if numpy:
            numpy.set_state(state)


@contextmanager
def _stdin(text: str) -> Iterator[None]:
    before = sys.stdin
    sys.stdin = io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before


@contextmanager
def _no_end() -> Iterator[None]:
    """`os._exit` would end the whole run, green; here it is an exception. Forked processes may use it."""
    before, process = os._exit, os.getpid()

    def end(status: int = 0) -> NoReturn:
        if os.getpid() != process:
            before(status)
        raise SystemExit(status)

    os._exit = end
    try:
        yield
    finally:
        os._exit = before


@contextmanager
def limited(seconds: float, *, processor: bool = False) -> Iterator[None]:
    """End the block with Hung after so many seconds, or seconds of processor time; only the main thread can
    be interrupted.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    number, timer = signal.SIGALRM, signal.ITIMER_REAL
    if processor:
        number, timer = signal.SIGPROF, signal.ITIMER_PROF
    before = signal.signal(number, _hung)
    signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(number, before)


def _hung(_number: int, _frame: FrameType | None) -> None:
    raise Hung
