"""Functions in a set world: each axis moves what was planted for it, and nothing else."""

from __future__ import annotations

import pytest

from gitprov.behaviour.axes import AXES, Axis, deviation, parting_line
from gitprov.sandbox import run
from gitprov.sandbox.functions import Conditions, FunctionBox, FunctionJob, FunctionRun, call
from gitprov.sandbox.interpreter import interpreter
from gitprov.sandbox.request import BoxLimits

PLANTED = b"""
import asyncio, datetime, os, random, threading, time, uuid
count = 0

def repeats():
    global count
    count += 1
    return count

def hash_seed():
    return list({"a", "bb", "ccc", "dddd", "eeeee"})

def time_zone():
    return datetime.datetime.fromtimestamp(0).isoformat()

def locale():
    return os.environ["LC_ALL"]

def file_order():
    return [entry.name for entry in os.scandir("/usr")] + os.listdir("/usr")

def clock():
    made = datetime.datetime(2020, 1, 1)
    assert isinstance(made, datetime.datetime) and isinstance(made, datetime.date)
    assert isinstance(datetime.date(2020, 1, 1), datetime.date) and issubclass(datetime.datetime, datetime.date)
    return [time.time_ns(), time.gmtime()[0], time.strftime("%Y", time.gmtime()), datetime.date.today().year,
            datetime.datetime.now(datetime.timezone.utc), len(time.ctime()), datetime.datetime.strptime("1", "%d")]

def entropy():
    return [random.random(), str(uuid.uuid4()), os.urandom(2), random.Random().random(), random.SystemRandom().random()]

def processors():
    return os.cpu_count() + len(os.sched_getaffinity(0))

def task_order():
    order = []
    async def task(name):
        await asyncio.sleep(0)
        order.append(name)
    async def all_tasks():
        await asyncio.gather(*map(task, range(6)))
    asyncio.run(all_tasks())
    return order

def threads():
    total = [0]
    def add():
        for _ in range(60):
            value = total[0]
            total[0] = value + 1
    workers = [threading.Thread(target=add) for _ in range(4)]
    for worker in workers: worker.start()
    for worker in workers: worker.join()
    return total[0]

def pure():
    lock = threading.Lock()
    total = [0]
    def add():
        for _ in range(20):
            with lock:
                total[0] += 1
    workers = [threading.Thread(target=add) for _ in range(3)]
    for worker in workers: worker.start()
    for worker in workers: worker.join()
    return [total, {"b", "a"}, {"x": 1.5}, sorted(os.listdir("/usr")), random.Random(4).random()]

def run(name):
    return globals()[name]()
"""
NAMES = ("pure", *(axis.name.replace("-", "_") for axis in AXES))


@pytest.fixture(scope="module")
def box() -> FunctionBox:
    """The best sandbox of this machine."""
    return FunctionBox(interpreter(None), BoxLimits(seconds=120, cpu_seconds=60), run.choose(allow_weak=True))


def planted(box: FunctionBox, conditions: Conditions = Conditions()) -> FunctionRun:  # noqa: B008 - a value
    """Run every planted function."""
    job = FunctionJob("run", tuple({"input": [name]} for name in NAMES), source=PLANTED)
    return call(job, conditions, box)


@pytest.fixture(scope="module")
def base(box: FunctionBox) -> FunctionRun:
    """The base run."""
    return planted(box)


def test_the_base_reports_what_was_used(base: FunctionRun) -> None:
    """All calls come back, and what the functions asked for is counted."""
    assert base.complete, base
    assert [outcome.kind for outcome in base.outcomes] == ["returned"] * len(NAMES)
    assert {*base.uses} == {axis.needs for axis in AXES if axis.needs}


@pytest.mark.parametrize("axis", AXES, ids=lambda axis: axis.name)
def test_an_axis_moves_its_function_alone(axis: Axis, box: FunctionBox, base: FunctionRun) -> None:
    """The planted result moves on its axis; those of all other functions stay."""
    shift = axis.shifts[1] if axis.name == "threads" else axis.shifts[0]
    other = planted(box, Conditions(shift.variables, shift.fields, shift.repeats))
    moved = set()
    for number, name in enumerate(NAMES):
        rows = [outcome for outcome in other.outcomes if outcome.case == number]
        if deviation(axis, shift.words, base.outcomes, rows) is not None:
            moved.add(name)
    # Each further call of the counter gives another number, whatever the axis.
    assert moved - {"repeats"} == {axis.name.replace("-", "_")} - {"repeats"}
    assert ("repeats" in moved) == (shift.repeats > 1)


def test_a_line_where_runs_part(box: FunctionBox) -> None:
    """Two traced runs lead to the line that makes them differ."""
    source = b"def f(names):\n    size = len(names)\n    chosen = [name for name in {*names}]\n    return chosen, size\n"
    job = FunctionJob("f", ([["a", "bb", "ccc", "dddd"]],), source=source)
    conditions = [Conditions((("PYTHONHASHSEED", str(seed)),), trace=True) for seed in (0, 1)]
    steps = [call(job, entry, box).outcomes[0].steps for entry in conditions]
    assert parting_line(*steps) == 3


@pytest.mark.slow
def test_what_cannot_be_run(box: FunctionBox) -> None:
    """A missing module is named; code that does not parse, hangs or ends the program says so."""
    job = FunctionJob("f", ([],), source=b"import not_there\n")
    assert call(job, Conditions(), box).missing == "not_there"
    assert "SyntaxError" in call(job._replace(source=b"def f(:\n"), Conditions(), box).failed
    assert "AttributeError" in call(job._replace(source=b"x = 1\n"), Conditions(), box).failed
    hung = call(
        job._replace(source=b"def f():\n    while True: pass\n"),
        Conditions(),
        box._replace(limits=BoxLimits(seconds=0.6)),
    )
    assert (hung.complete, hung.box.ended) == (False, "timeout")
    ended_early = call(job._replace(source=b"import os\ndef f(): os._exit(0)\n"), Conditions(), box)
    assert not ended_early.complete
    rows = [
        call(job._replace(source=source), Conditions(), box).outcomes[0]
        for source in (
            b"def f(): raise SystemExit(2)",
            b"def f(): raise KeyError('x')",
            b"def f(): return object()",
        )
    ]
    assert [row.kind for row in rows] == ["exited", "raised", "returned"]
    assert rows[2].digest is None
    assert rows[2].unknown


def test_arguments(box: FunctionBox) -> None:
    """Lists, named arguments, and values as the product writes them."""
    source = b"def f(a, b=2): return (a, b)"
    cases = ([1], {"a": 1, "b": 3}, {"input": [4, 5]}, {"python": "(1.5, decimal.Decimal('2'))"})
    outcomes = call(FunctionJob("f", cases, source=source), Conditions(), box).outcomes
    texts = ["(1, 2)", "(1, 3)", "(4, 5)", "(1.5, decimal.Decimal('2'))"]
    assert [outcome.text for outcome in outcomes] == texts
