"""A limit of time for the judging of a file, which also ends an expression that hangs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class TimeUp(BaseException):
    """The time for one file is up; no handler of a single rule catches it."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TimeUp in the body after some seconds of wall time, also inside a regular expression. Only the
    main thread of a system with interval timers has a limit.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
