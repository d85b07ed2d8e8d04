"""Rules of Python about chance, the clock, identifiers and the locale."""

from __future__ import annotations

from gitprov.checks.nondeterminism.hazard import HIGH, LOW, MEDIUM, PYTHON, Hazard

HAZARDS = (
    Hazard(
        "random",
        PYTHON,
        LOW,
        MEDIUM,
        "{} draws from a generator that nobody seeds",
        "draw from random.Random(SEED), or take the generator as a parameter",
        "`random.seed(n)` in the file, a generator with a seed, functions that are there to draw, "
        "chance that a condition asks for, shares that are sampled, identifiers and names of files, "
        "demonstrations of a script, pauses and jitter, boundaries, log lines",
        bad="""\
import random

def pick(names):
    return random.choice(names)
""",
        good="""\
import random
import time

def pick(names, seed):
    return random.Random(seed).choice(names)

def pause():
    time.sleep(1 + random.random())
""",
    ),
    Hazard(
        "numpy-random",
        PYTHON,
        LOW,
        HIGH,
        "{} draws from a generator of numpy that nobody seeds",
        "use numpy.random.default_rng(SEED), or take the generator as a parameter",
        "`numpy.random.seed(n)` in the file, `default_rng(n)`, a fallback for a parameter",
        bad="""\
import numpy as np

def noise(count):
    return np.random.normal(size=count)
""",
        good="""\
import numpy as np

def noise(count, rng=None):
    rng = rng or np.random.default_rng()
    return rng.normal(size=count)

def fixed(count):
    return np.random.default_rng(7).normal(size=count)
""",
    ),
    Hazard(
        "torch-random",
        PYTHON,
        LOW,
        MEDIUM,
        "{} draws from a generator of torch that nobody seeds",
        "call torch.manual_seed(SEED), or hand in generator=",
        "`torch.manual_seed` in the file, `generator=`, first weights of a network and noise of its training",
        bad="""\
import torch

def weights(size):
    return torch.randn(size)
""",
        good="""\
import torch

def weights(size, generator):
    return torch.randn(size, generator=generator)
""",
    ),
    Hazard(
        "random-state",
        PYTHON,
        MEDIUM,
        MEDIUM,
        "{} draws without random_state",
        "hand in random_state=SEED",
        "`random_state=`, `shuffle=False`, arguments that are handed on as `**options`, an estimator inside "
        "of another",
        bad="""\
from sklearn.model_selection import train_test_split

def parts(rows):
    return train_test_split(rows, test_size=0.2)
""",
        good="""\
from sklearn.model_selection import KFold, train_test_split

def parts(rows):
    return train_test_split(rows, test_size=0.2, random_state=7)

def folds():
    return KFold(5)
""",
    ),
    Hazard(
        "seed",
        PYTHON,
        HIGH,
        HIGH,
        "{}, another in each run",
        "use a constant, or a seed from the configuration that is logged",
        "a seed from a constant, a parameter or the configuration",
        bad="""\
import random
import time

def generator():
    return random.Random(time.time())
""",
        good="""\
import random

def generator(seed):
    return random.Random(seed)
""",
    ),
    Hazard(
        "secrets",
        PYTHON,
        LOW,
        MEDIUM,
        "{}, which is expected to repeat",
        "derive it from the content, as by hashlib.sha256",
        "values that have to be unguessable: tokens, salts, session keys",
        bad="""\
import secrets

def store(cache, value):
    cache_key = secrets.token_hex(16)
    cache[cache_key] = value
""",
        good="""\
import secrets

def login(user):
    token = secrets.token_urlsafe(32)
    return {"user": user, "token": token}
""",
    ),
    Hazard(
        "uuid",
        PYTHON,
        LOW,
        MEDIUM,
        "{} makes another identifier in each run",
        "take the identifier, or a factory of it, as a parameter; uuid5 where it is that of a content",
        "fallbacks for a parameter, factories, ids of requests, sessions and traces, temporary names, and "
        "all that is no entry of a list or dictionary that a function returns",
        bad="""\
import uuid

def order(items):
    return {"id": str(uuid.uuid4()), "items": items}
""",
        good="""\
import uuid

def order(items, order_id=None):
    order_id = order_id or str(uuid.uuid4())
    return {"id": order_id, "items": items}

def new_id():
    return uuid.uuid4().hex
""",
    ),
    Hazard(
        "hash",
        PYTHON,
        HIGH,
        HIGH,
        "{} of a text or an object differs in each process (PYTHONHASHSEED)",
        "use hashlib or zlib.crc32 over bytes",
        "`__hash__` and `__eq__`, comparisons, hashes of integers, keys and masks of tables in memory, "
        "hashes that are returned, combined or kept as they are, a text with a draw or a counter beside the "
        "hash",
        bad="""\
def bucket(name):
    return hash(name) % 16
""",
        good="""\
import zlib

def bucket(name):
    return zlib.crc32(name.encode()) % 16

class Point:
    def __init__(self, x):
        self.x = x

    def __hash__(self):
        return hash(("Point", self.x))
""",
    ),
    Hazard(
        "id",
        PYTHON,
        LOW,
        HIGH,
        "{}: an address, another in each run",
        "use a number or a name that the object keeps",
        "keys of a memo and references in the same process, `__repr__`, log lines, comparisons",
        bad="""\
def label(node):
    return f"node-{id(node)}"
""",
        good="""\
def walk(nodes):
    seen = set()
    for node in nodes:
        if id(node) in seen:
            continue
        seen.add(id(node))
""",
    ),
    Hazard(
        "hash-seed",
        PYTHON,
        MEDIUM,
        HIGH,
        "{} is set after the interpreter has read it, and changes nothing",
        "set it in the environment that starts Python, and sort sets where the order matters",
        "environments of processes that the file starts",
        bad="""\
import os

os.environ["PYTHONHASHSEED"] = "0"
""",
        good="""\
import os
import subprocess

def run(command):
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    return subprocess.run(command, env=env, check=True)
""",
    ),
    Hazard(
        "clock",
        PYTHON,
        LOW,
        MEDIUM,
        "{}: the result depends on the moment of the run",
        "take the moment as a parameter (now=None, or a clock)",
        "durations, deadlines, comparisons, log lines, fallbacks for a parameter, clocks that are functions, "
        "`freezegun` and `time_machine`",
        bad="""\
from datetime import datetime

def report(rows):
    return {"rows": rows, "created": datetime.now().isoformat()}
""",
        good="""\
import time
from datetime import datetime, timezone

def report(rows, now=None):
    now = now or datetime.now(timezone.utc)
    return {"rows": rows, "created": now.isoformat()}

def timed(action):
    start = time.time()
    action()
    return time.time() - start
""",
    ),
    Hazard(
        "clock-default",
        PYTHON,
        MEDIUM,
        HIGH,
        "{} as a default value is read once, when the module is imported",
        "use None as the default, and read the clock in the function",
        "`None` as the default, a clock that is handed over without a call",
        bad="""\
from datetime import datetime

def stamp(row, at=datetime.now()):
    row["at"] = at
""",
        good="""\
import time

def stamp(row, clock=time.time):
    row["at"] = clock()
""",
    ),
    Hazard(
        "naive-datetime",
        PYTHON,
        LOW,
        MEDIUM,
        "{} reads the time zone of the machine",
        "name the time zone, as tz=timezone.utc",
        "`tz=`, `tzinfo=`, `%z`, log lines, fallbacks for a parameter",
        bad="""\
from datetime import datetime

def day(seconds):
    return datetime.fromtimestamp(seconds).date()
""",
        good="""\
from datetime import datetime, timezone

def day(seconds):
    return datetime.fromtimestamp(seconds, tz=timezone.utc).date()
""",
    ),
    Hazard(
        "locale-format",
        PYTHON,
        LOW,
        MEDIUM,
        "{} depends on the locale of the process",
        "write the format out, as %Y-%m-%d, or name the locale",
        "formats of numbers only, a locale that is named, log lines",
        bad="""\
def heading(day):
    return day.strftime("Report of %x")
""",
        good="""\
def heading(day):
    return day.strftime("Report of %Y-%m-%d")
""",
    ),
)
"""In the order of the documentation."""
