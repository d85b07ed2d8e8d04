"""The world of a run: clock, chance, orders and processors as a job sets them."""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from gitprov.sandbox.inside.dates import set_dates

_REAL_SLEEP = time.sleep
_BASE_CPUS = 4


class SetWorld:
    """What a job sets: the moment at which the clock starts, and how far each look at it moves it; seeds of
    chance, of the order of tasks and of the switches between threads; whether directories are listed
    backwards; the number of processors.

    `uses` counts what the function asked for.
    """

    def __init__(self, job: dict[str, Any]) -> None:
        self.start: float = job.get("clock", 1_750_000_000.0)
        self.now = self.start
        self.tick: float = job.get("tick", 0.001)
        self.seed: int = job.get("entropy", 1)
        self.chance = random.Random(self.seed)
        self.backwards: bool = job.get("backwards", False)
        self.cpus: int = job.get("cpus", _BASE_CPUS)
        self.tasks: int | None = job.get("tasks")
        self.switches: int | None = job.get("switches")
        self.interval: float | None = job.get("interval")
        self.uses: Counter[str] = Counter()

    def build(self) -> None:
        """Put this world in the place of the real one, before the function's module is imported."""
        self._clock()
        set_dates(self.moment)
        self._entropy()
        self._directories()
        self._processors()
        self._threads()

    # -- the clock ---------------------------------------------------------------------------------------

    def moment(self) -> float:
        """The time now, in seconds. Each call moves it."""
        self.uses["clock"] += 1
        self.now += self.tick
        return float(self.now)

    def _clock(self) -> None:
        for name in ("time", "monotonic", "perf_counter", "process_time"):
            setattr(time, name, self.moment)
            setattr(time, f"{name}_ns", lambda: int(self.moment() * 1e9))
        for name in ("localtime", "gmtime"):
            real = getattr(time, name)
            setattr(time, name, lambda seconds=None, real=real: real(self._or_now(seconds)))
        module: Any = time
        form, text = time.strftime, time.ctime
        module.strftime = lambda pattern, moment=None: form(pattern, moment or time.localtime())
        module.ctime = lambda seconds=None: text(self._or_now(seconds))

    def _or_now(self, seconds: float | None) -> float:
        return self.moment() if seconds is None else seconds

    # -- chance, orders, processors ----------------------------------------------------------------------

    def _entropy(self) -> None:
        real_seed = random.Random.seed

        def urandom(size: int) -> bytes:
            self.uses["entropy"] += 1
            return self.chance.randbytes(size)

        def seed(generator: random.Random, a: Any = None, version: int = 2) -> None:  # noqa: ANN401
            if a is None:
                a = int.from_bytes(urandom(16), "big")
            real_seed(generator, a, version)

        system: Any = os
        library: Any = random
        system.urandom = library._urandom = urandom
        library.Random.seed = seed
        random.seed(self.chance.random())
        self._state = random.getstate()

    def _uuids(self) -> None:
        module: Any = sys.modules.get("uuid")
        if module is not None:
            module._generate_time_safe = module._UuidCreate = None
            module._node = 1 + self.chance.getrandbits(40)

    def _directories(self) -> None:
        real_list, real_scan = os.listdir, os.scandir
        world = self

        def listdir(path: Any = ".") -> Any:  # noqa: ANN401
            world.uses["files"] += 1
            return sorted(real_list(path), reverse=world.backwards)

        class Scan:
            def __init__(self, path: Any = ".") -> None:  # noqa: ANN401
                world.uses["files"] += 1
                with real_scan(path) as entries:
                    rows: list[Any] = sorted(entries, key=lambda entry: entry.name, reverse=world.backwards)
                self._rows = iter(rows)

            def __iter__(self) -> Iterator[Any]:
                return self._rows

            def __next__(self) -> Any:  # noqa: ANN401
                return next(self._rows)

            def __enter__(self) -> Scan:  # noqa: PYI034
                return self

            def __exit__(self, *_: object) -> None:
                self.close()

            def close(self) -> None:
                self._rows = iter(())

        system: Any = os
        system.listdir, system.scandir = listdir, Scan

    def _processors(self) -> None:
        def count() -> int:
            self.uses["cpus"] += 1
            return self.cpus

        system: Any = os
        system.cpu_count = system.process_cpu_count = count
        system.sched_getaffinity = lambda pid: {*range(count())}  # noqa: ARG005 - as the real function

    # -- threads and tasks -------------------------------------------------------------------------------

    def _threads(self) -> None:
        real = threading.Thread.start

        def start(thread: threading.Thread) -> None:
            self.uses["threads"] += 1
            real(thread)

        library: Any = threading
        library.Thread.start = start
        if self.interval is not None:
            sys.setswitchinterval(self.interval)

    def interleave(self, file: str) -> None:
        """Let threads change places at any instruction of the file, where the job wants that."""
        if self.switches is None:
            return
        chance = random.Random(self.switches)

        def step(frame: Any, event: str, _: object) -> Any:  # noqa: ANN401
            if frame.f_code.co_filename != file:
                return None
            frame.f_trace_opcodes = True
            if event == "opcode" and chance.random() < 0.2:
                _REAL_SLEEP(chance.choice((0, 0, 0.00005)))
            return step

        threading.settrace(step)

    def shuffle_tasks(self) -> None:
        """Let tasks that are ready at the same time run in another order, where the job wants that."""
        events: Any = sys.modules.get("asyncio.base_events")
        if events is None:
            return
        loop: Any = events.BaseEventLoop
        real = loop._run_once
        chance = None if self.tasks is None else random.Random(self.tasks)

        def run_once(self_loop: Any) -> None:  # noqa: ANN401
            ready = self_loop._ready
            steps = [at for at, handle in enumerate(ready) if _is_step(handle)]
            if len(steps) > 1:
                self.uses["tasks"] += 1
                if chance is not None:
                    handles = [ready[at] for at in steps]
                    chance.shuffle(handles)
                    for at, handle in zip(steps, handles, strict=True):
                        ready[at] = handle
            real(self_loop)

        loop._run_once = run_once

    def finished(self) -> None:
        """What is done after each call: see whether it used the generator that modules share."""
        if random.getstate() != self._state:
            self.uses["entropy"] += 1

    def prepared(self) -> None:
        """What is done before each call: clock and chance start anew."""
        self.now = self.start
        self.chance = random.Random(self.seed)
        self._uuids()
        random.setstate(self._state)
        numpy: Any = sys.modules.get("numpy")
        if numpy is not None:
            numpy.random.seed(self._state[1][0] & 0xFFFFFFFF)


def _is_step(handle: Any) -> bool:  # noqa: ANN401
    callback = getattr(handle, "_callback", None)
    task = getattr(callback, "__self__", None)
    return type(callback).__name__.startswith("Task") or type(task).__name__ == "Task"
