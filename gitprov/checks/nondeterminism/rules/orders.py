"""Rules of Python about orders that nothing fixes, and about tasks and threads."""

from __future__ import annotations

from gitprov.checks.nondeterminism.hazard import HIGH, LOW, MEDIUM, PYTHON, Hazard

HAZARDS = (
    Hazard(
        "directory-order",
        PYTHON,
        MEDIUM,
        HIGH,
        "the result of {}, and no file system promises its order",
        "sort the entries: sorted(…); for os.walk sort the directories in place as well",
        "`sorted()`, `.sort()`, `len()`, `any()`, `all()`, `set()`, membership, loops that fix no order, "
        "functions that are listings by their name",
        bad="""\
import os

def modules(folder):
    names = os.listdir(folder)
    return [name for name in names if name.endswith(".py")]
""",
        good="""\
import os
from pathlib import Path

def modules(folder):
    names = os.listdir(folder)
    names.sort()
    return names

def count(folder):
    return len(list(Path(folder).iterdir()))

def clean(folder):
    for path in Path(folder).glob("*.tmp"):
        path.unlink()
""",
    ),
    Hazard(
        "set-order",
        PYTHON,
        MEDIUM,
        HIGH,
        "{}, and its order differs with each hash seed",
        "sort the elements: sorted(…); or dict.fromkeys(…) where the first order counts",
        "`sorted()`, `sum()` of integers, `min()`, `max()`, `len()`, `any()`, `all()`, another set, sets of "
        "integers, log lines",
        bad="""\
def header(names):
    unique = set(names)
    return ",".join(unique)
""",
        good="""\
def header(names):
    unique = set(names)
    return ",".join(sorted(unique))

def longest(names):
    return max(len(name) for name in set(names))

def codes():
    return list({200, 404})
""",
    ),
    Hazard(
        "dict-order",
        PYTHON,
        MEDIUM,
        MEDIUM,
        "{}, and its order differs with each hash seed",
        "make the dictionary from sorted(…), or write it with sort_keys=True",
        "`sort_keys=True`, `sorted()`, look-ups by key",
        bad="""\
import json

def counts(words):
    table = {word: words.count(word) for word in set(words)}
    return json.dumps(table)
""",
        good="""\
import json

def counts(words):
    table = {word: words.count(word) for word in set(words)}
    return json.dumps(table, sort_keys=True)
""",
    ),
    Hazard(
        "arbitrary-element",
        PYTHON,
        LOW,
        MEDIUM,
        "{}, another in each run",
        "take min(…), or check that there is one element only",
        "a set whose length is compared with one, what all elements have in common, "
        "a work list that is emptied",
        bad="""\
def leader(names):
    members = set(names)
    return next(iter(members))
""",
        good="""\
def leader(names):
    members = set(names)
    if len(members) != 1:
        raise ValueError("several names")
    return next(iter(members))

def visit(start, follow):
    waiting = {start}
    while waiting:
        waiting |= follow(waiting.pop())
""",
    ),
    Hazard(
        "float-sum",
        PYTHON,
        LOW,
        HIGH,
        "{} adds floats in the order of a set, and the last digits depend on it",
        "use math.fsum(…), or sum(sorted(…))",
        "`math.fsum()`, `sorted()`, integers",
        bad="""\
def total(prices):
    return sum({float(price) for price in prices})
""",
        good="""\
import math

def total(prices):
    return math.fsum({float(price) for price in prices})
""",
    ),
    Hazard(
        "completion-order",
        PYTHON,
        MEDIUM,
        HIGH,
        "{}, in the order in which tasks end",
        "use the order of submission (map, gather), or sort the results by their input",
        "results that are kept by key, sorted, added up or counted; progress that is printed",
        bad="""\
from concurrent.futures import ThreadPoolExecutor, as_completed

def fetch_all(fetch, names):
    results = []
    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(fetch, name) for name in names]
        for future in as_completed(futures):
            results.append(future.result())
    return results
""",
        good="""\
from concurrent.futures import ThreadPoolExecutor, as_completed

def fetch_all(fetch, names):
    results = {}
    with ThreadPoolExecutor() as pool:
        futures = {pool.submit(fetch, name): name for name in names}
        for future in as_completed(futures):
            results[futures[future]] = future.result()
    return [results[name] for name in names]
""",
    ),
    Hazard(
        "gather-shared",
        PYTHON,
        LOW,
        MEDIUM,
        "{}, and others of it run at the same time",
        "return the value and use what gather returns, or hold an asyncio.Lock",
        "`async with lock`, values that are returned, changes without an await in between, sorted lists",
        bad="""\
import asyncio

async def load_all(fetch, names):
    results = []

    async def load(name):
        results.append(await fetch(name))

    await asyncio.gather(*(load(name) for name in names))
    return results
""",
        good="""\
import asyncio

async def load_all(fetch, names):
    async def load(name):
        return await fetch(name)

    return await asyncio.gather(*(load(name) for name in names))
""",
    ),
    Hazard(
        "thread-shared",
        PYTHON,
        HIGH,
        MEDIUM,
        "{} in threads without a lock",
        "hold a threading.Lock, or return the value and add up in the thread that started the others",
        "`with lock`, `acquire()`, queues, data of the function itself, attributes that the one thread of an "
        "object adds to alone",
        bad="""\
import threading

total = 0

def work(rows):
    global total
    for row in rows:
        total += row

def run(parts):
    threads = [threading.Thread(target=work, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return total
""",
        good="""\
import threading

total = 0
lock = threading.Lock()

def work(rows):
    global total
    for row in rows:
        with lock:
            total += row

def run(parts):
    threads = [threading.Thread(target=work, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return total
""",
    ),
    Hazard(
        "thread-join",
        PYTHON,
        LOW,
        MEDIUM,
        "{} is started, and nothing waits for its end",
        "join the thread before its result is used, or mark a service with daemon=True",
        "`join()`, `daemon=True`, events that are waited for, threads that are returned, functions that "
        "return nothing afterwards",
        bad="""\
import threading

def save(rows, write):
    thread = threading.Thread(target=write, args=(rows,))
    thread.start()
    return len(rows)
""",
        good="""\
import threading

def save(rows, write):
    thread = threading.Thread(target=write, args=(rows,))
    thread.start()
    thread.join()
    return len(rows)
""",
    ),
)
"""In the order of the documentation."""
