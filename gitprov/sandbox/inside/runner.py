"""Runs one function on many inputs, in a world whose clock, chance and orders are set.

Reads a JSON object from standard input (`Job`), writes one JSON object a line to what was standard output;
whatever the function prints goes to standard error. Needs the standard library and `gitprov.behaviour`.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, TextIO

_REAL_SLEEP = time.sleep
_ROOM = 2000
_MOST_STEPS = 20_000
_BASE_CPUS = 4


class World:
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
        self.chance = random.Random(self.seed)  # noqa: S311 - chance that can be had again
        self.backwards: bool = job.get("backwards", False)
        self.cpus: int = job.get("cpus", _BASE_CPUS)
        self.tasks: int | None = job.get("tasks")
        self.switches: int | None = job.get("switches")
        self.interval: float | None = job.get("interval")
        self.uses: Counter[str] = Counter()

    def build(self) -> None:
        """Put this world in the place of the real one, before the function's module is imported."""
        self._clock()
        self._dates()
        self._entropy()
        self._directories()
        self._processors()
        self._threads()

    # -- the clock ---------------------------------------------------------------------------------------

    def moment(self) -> float:
        """The time now, in seconds. Each call moves it."""
        self.uses["clock"] += 1
        self.now += self.tick
        return self.now

    def _clock(self) -> None:
        for name in ("time", "monotonic", "perf_counter", "process_time"):
            setattr(time, name, self.moment)
            setattr(time, f"{name}_ns", lambda: int(self.moment() * 1e9))
        for name in ("localtime", "gmtime"):
            real = getattr(time, name)
            setattr(time, name, lambda seconds=None, real=real: real(self._or_now(seconds)))
        form, text = time.strftime, time.ctime
        time.strftime = lambda pattern, moment=None: form(pattern, moment or time.localtime())
        time.ctime = lambda seconds=None: text(self._or_now(seconds))

    def _or_now(self, seconds: float | None) -> float:
        return self.moment() if seconds is None else seconds

    def _dates(self) -> None:
        import datetime as module

        moment = self.moment
        real_time, real_date = module.datetime, module.date

        class Meta(type):
            def __instancecheck__(cls, value: object) -> bool:
                return isinstance(value, real_time if issubclass(cls, real_time) else real_date)

            def __subclasscheck__(cls, kind: type) -> bool:
                return issubclass(kind, real_time if cls.__mro__[1] is real_time else real_date)

        class SetTime(real_time, metaclass=Meta):
            def __new__(cls, *args: Any, **fields: Any) -> Any:  # noqa: ANN401
                return real_time.__new__(real_time, *args, **fields)

            @classmethod
            def now(cls, tz: Any = None) -> Any:  # noqa: ANN401
                return real_time.fromtimestamp(moment(), tz)

            @classmethod
            def utcnow(cls) -> Any:  # noqa: ANN401
                return real_time.fromtimestamp(moment(), module.timezone.utc).replace(tzinfo=None)

            @classmethod
            def today(cls) -> Any:  # noqa: ANN401
                return real_time.fromtimestamp(moment())  # noqa: DTZ006 - as the real one

        class SetDate(real_date, metaclass=Meta):
            def __new__(cls, *args: Any, **fields: Any) -> Any:  # noqa: ANN401
                return real_date.__new__(real_date, *args, **fields)

            @classmethod
            def today(cls) -> Any:  # noqa: ANN401
                return real_date.fromtimestamp(moment())  # noqa: DTZ012 - as the real one

        for stand_in, real in ((SetTime, real_time), (SetDate, real_date)):
            for name in ("fromtimestamp", "fromisoformat", "fromordinal", "strptime", "combine", "utcfromtimestamp"):
                if hasattr(real, name):
                    setattr(stand_in, name, getattr(real, name))
            stand_in.__name__ = stand_in.__qualname__ = real.__name__
            stand_in.__module__ = "datetime"
        module.datetime, module.date = SetTime, SetDate  # type: ignore[misc]

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

        os.urandom = urandom
        random._urandom = urandom  # type: ignore[attr-defined]  # noqa: SLF001
        random.Random.seed = seed  # type: ignore[method-assign,assignment]
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

        os.listdir, os.scandir = listdir, Scan  # type: ignore[assignment,misc]

    def _processors(self) -> None:
        def count() -> int:
            self.uses["cpus"] += 1
            return self.cpus

        os.cpu_count = count
        os.process_cpu_count = count  # type: ignore[attr-defined,unused-ignore]
        os.sched_getaffinity = lambda pid: {*range(count())}  # type: ignore[assignment]  # noqa: ARG005

    # -- threads and tasks -------------------------------------------------------------------------------

    def _threads(self) -> None:
        real = threading.Thread.start

        def start(thread: threading.Thread) -> None:
            self.uses["threads"] += 1
            real(thread)

        threading.Thread.start = start  # type: ignore[method-assign]
        if self.interval is not None:
            sys.setswitchinterval(self.interval)

    def interleave(self, file: str) -> None:
        """Let threads change places at any instruction of the file, where the job wants that."""
        if self.switches is None:
            return
        chance = random.Random(self.switches)  # noqa: S311 - as above

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
        chance = None if self.tasks is None else random.Random(self.tasks)  # noqa: S311 - as above

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

    def prepared(self) -> None:
        """What is done before each call: clock and chance start anew."""
        self.now = self.start
        self.chance = random.Random(self.seed)  # noqa: S311 - as above
        self._uuids()
        random.setstate(self._state)
        numpy: Any = sys.modules.get("numpy")
        if numpy is not None:
            numpy.random.seed(self._state[1][0] & 0xFFFFFFFF)


def _is_step(handle: Any) -> bool:  # noqa: ANN401
    callback = getattr(handle, "_callback", None)
    task = getattr(callback, "__self__", None)
    return type(callback).__name__.startswith("Task") or type(task).__name__ == "Task"


class Steps:
    """The lines of one file that a call runs, each with a digest of what it left in the variables."""

    def __init__(self, file: str) -> None:
        self.rows: list[list[Any]] = []
        self._file = file

    def __call__(self, frame: Any, event: str, value: object) -> Any:  # noqa: ANN401
        """A trace function of Python."""
        if frame.f_code.co_filename != self._file:
            return None
        last = frame.f_lineno
        if event == "call":
            before = last

            def local(inner: Any, kind: str, result: object) -> Any:  # noqa: ANN401
                nonlocal before
                if len(self.rows) < _MOST_STEPS:
                    state = glance({**inner.f_locals, "": result if kind == "return" else None})
                    self.rows.append([before, state[:200]])
                before = inner.f_lineno
                return local

            return local
        return None


def glance(value: object, depth: int = 3) -> str:
    """A value in a few words that are the same in every process."""
    kind = type(value)
    if value is None or kind in (bool, int, float, str, bytes):
        return repr(value)
    if depth and kind in (list, tuple):
        return f"[{','.join(glance(item, depth - 1) for item in value[:50])}]"  # type: ignore[index]
    if depth and kind in (set, frozenset):
        return f"{{{','.join(sorted(glance(item, depth - 1) for item in value))}}}"  # type: ignore[attr-defined]
    if depth and kind is dict:
        items = list(value.items())[:50]  # type: ignore[attr-defined]
        return "{" + ",".join(f"{glance(key, 1)}:{glance(item, depth - 1)}" for key, item in items) + "}"
    return kind.__name__


def function_of(job: dict[str, Any]) -> tuple[Callable[..., Any], str]:
    """The function of a job, and the file that it is in."""
    sys.path[1:1] = job["path"]
    if job.get("file"):
        spec = importlib.util.spec_from_file_location(job["module"], job["file"])
        if spec is None or spec.loader is None:
            raise ImportError(f"{job['file']} is no module")
        module = importlib.util.module_from_spec(spec)
        sys.modules[job["module"]] = module
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(job["module"])
    value: Any = module
    for name in job["function"].split("."):
        value = getattr(value, name)
    code = getattr(value, "__code__", None) or getattr(getattr(value, "__wrapped__", None), "__code__", None)
    return value, getattr(code, "co_filename", None) or module.__file__ or ""


def called(function: Callable[..., Any], arguments: Any) -> tuple[str, object]:  # noqa: ANN401
    """What a call returns, or what it raises."""
    args, fields = ((), arguments) if isinstance(arguments, dict) else (arguments, {})
    try:
        value = function(*args, **fields)
        if hasattr(value, "__await__"):
            import asyncio

            value = asyncio.run(_awaited(value))
    except SystemExit as error:
        return "exited", error.code
    except Exception as error:  # noqa: BLE001 - it is the result
        return "raised", error
    return "returned", value


async def _awaited(value: Any) -> Any:  # noqa: ANN401
    return await value


def main() -> None:
    """Run the job."""
    job = json.loads(sys.stdin.read())
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    os.dup2(2, 1)
    package = job["package"]
    sys.path.append(package)
    canonical = importlib.import_module("gitprov.behaviour.canonical").canonical
    render = importlib.import_module("gitprov.behaviour.text").render
    world = World(job)
    world.build()
    try:
        function, file = function_of(job)
    except BaseException as error:  # noqa: BLE001 - it is reported
        _write(answers, {"failed": f"{type(error).__name__}: {error}"[:500], "missing": getattr(error, "name", None) if isinstance(error, ImportError) else None})
        return
    world.shuffle_tasks()
    world.interleave(file)
    for turn in range(job.get("repeats", 1)):
        for number, arguments in enumerate(job["cases"]):
            row = _case(world, function, file if job.get("trace") else None, json.loads(json.dumps(arguments)))
            seen = canonical(row.pop("value"))
            row |= {"case": number, "turn": turn, "digest": seen.digest, "order": seen.order}
            row |= {"text": render(seen.node, _ROOM), "unknown": list(seen.unknown)}
            _write(answers, row)
    _write(answers, {"uses": dict(world.uses), "file": file})


def _case(world: World, function: Callable[..., Any], file: str | None, arguments: Any) -> dict[str, Any]:  # noqa: ANN401
    world.prepared()
    steps = Steps(file) if file else None
    if steps is not None:
        sys.settrace(steps)
    try:
        kind, value = called(function, arguments)
    finally:
        sys.settrace(None)
    row: dict[str, Any] = {"kind": kind, "value": value}
    return row if steps is None else {**row, "steps": steps.rows}


def _write(answers: TextIO, row: dict[str, Any]) -> None:
    answers.write(json.dumps(row, sort_keys=True) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
