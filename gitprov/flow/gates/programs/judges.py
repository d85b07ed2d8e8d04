"""Many files judged in several processes, where one process would take long."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from gitprov.git.programs import Worker, readable

#: Seconds of judging in this process before others are started, and of judging left that are worth it.
PATIENCE, _WORTH = 2.0, 1.0
#: Seconds for a process to start, and for one file, which is more than a process takes by itself.
_START, _LONGEST = 30.0, 15.0
_MOST = 8


class Work(NamedTuple):
    """The files that are judged, by their numbers, and how. `sizes`: their sizes in bytes; `judge` judges a
    file in this process; `request` is the line that asks a worker for it; `failed` is the answer where the
    worker gave none, for a reason. `main()` of `module` is the worker's: its first line is empty and says
    that it is ready, and each other line is the answer to a request.
    """

    sizes: Sequence[int]
    module: str
    judge: Callable[[int], str]
    request: Callable[[int], bytes]
    failed: Callable[[str], str]


def answers(work: Work, processors: int, patience: float = PATIENCE) -> Iterator[str]:
    """The answers in the order of files, as lines without newlines. Other processes are started when judging
    has taken `patience` seconds, at most one for each processor; where none can be had, all is judged here.
    """
    start, size = time.monotonic(), 0
    for number in range(len(work.sizes)):
        spent = time.monotonic() - start
        if processors > 1 and spent >= patience and spent * sum(work.sizes[number:]) >= _WORTH * size:
            yield from _Judges(work, number).answers(min(processors, _MOST))
            return
        yield work.judge(number)
        size += work.sizes[number]


class _Judges:
    """The processes, and the file that each judges. Where a process ends or takes too long, `failed` answers
    for its file, and another process goes on with the next one.
    """

    def __init__(self, work: Work, first: int) -> None:
        self._work, self._first = work, first
        self._waiting = deque(range(first, len(work.sizes)))
        self._answers: dict[int, str] = {}
        #: Worker → the number of its file, None while it starts, and the time when it is given up.
        self._busy: dict[Worker, tuple[int | None, float]] = {}

    def answers(self, count: int) -> Iterator[str]:
        """All answers in order, by at most `count` processes."""
        try:
            for _ in range(min(count, len(self._waiting))):
                self._start()
            for number in range(self._first, len(self._work.sizes)):
                while number not in self._answers and self._busy:
                    self._step()
                yield self._answers.pop(number) if number in self._answers else self._work.judge(number)
        finally:
            for worker in self._busy:
                worker.end()

    def _start(self) -> None:
        try:
            self._busy[Worker(self._work.module)] = None, time.monotonic() + _START
        except OSError:  # no process can be had: the others go on, or this one
            pass

    def _step(self) -> None:
        """Wait for the next answer or the next process that is given up."""
        first = min(end for _, end in self._busy.values())
        for worker in readable(self._busy, first - time.monotonic()):
            lines = worker.receive()
            if lines is None:
                self._lost(worker, "the process that judged it ended with status {}")
            elif lines:
                number, _ = self._busy[worker]
                if number is not None:
                    self._answers[number] = lines[0].decode("ascii")
                self._next(worker)
        now = time.monotonic()
        for worker in [worker for worker, (_, end) in self._busy.items() if end <= now]:
            self._lost(worker, f"judging it took longer than {_LONGEST:g} seconds")

    def _next(self, worker: Worker) -> None:
        """Send the next file to a worker, or end it where none waits."""
        if not self._waiting:
            del self._busy[worker]
            worker.end()
            return
        number = self._waiting.popleft()
        self._busy[worker] = number, time.monotonic() + _LONGEST
        worker.send(self._work.request(number))  # where it has ended, `receive` has that

    def _lost(self, worker: Worker, reason: str) -> None:
        """Answer for a worker that ended or was given up, and start another one where files wait. A worker
        that was not ready yet is not replaced.
        """
        number, _ = self._busy.pop(worker)
        status = worker.end()
        if number is None:
            return
        self._answers[number] = self._work.failed(reason.format(status))
        if self._waiting:
            self._start()
