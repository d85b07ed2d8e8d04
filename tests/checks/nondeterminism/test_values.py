"""Chance, the clock, identifiers and locales in Python: what becomes data, and what does no harm."""

from __future__ import annotations

import pytest

from tests.checks.nondeterminism.test_rules import names

HEAD = """\
import datetime as dt
import hashlib
import locale
import os
import random
import secrets
import time
import uuid
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import torch

"""
BAD = [
    ("random", "def f(x):\n    return sorted(x, key=lambda _: random.random())"),
    ("random", "R = random.Random()"),
    ("random-state", "def f(x):\n    return x.sample(frac=0.1)"),
    ("seed", "random.seed()"),
    ("seed", "np.random.seed(int(time.time()))"),
    ("uuid", "def f():\n    n = uuid.uuid1()\n    return [n]"),
    ("hash", "def f(x):\n    return sorted(x, key=hash)"),
    ("id", "def f(x):\n    return sorted(x, key=id)"),
    ("id", "def f(x):\n    return {'a': id(x)}"),
    ("id", "def f(x):\n    return hex(id(x))"),
    ("id", "def f(x):\n    return str(id(x))"),
    ("id", "def f(x):\n    return '%x' % id(x)"),
    ("id", "def f(x):\n    return id(x) % 8"),
    ("id", "def f(x, file):\n    file.write(f'{id(x)} -> {x}')"),
    ("clock", "def f():\n    now = dt.datetime.now()\n    return f'report-{now:%Y}'"),
    ("clock", "def f(x):\n    x.created_at = time.time()"),
    ("clock", "def f(x):\n    x['created'] = int(time.time() * 1000)"),
    ("clock", "def f(x):\n    x.append(datetime.now())"),
    ("clock", "def f():\n    return hashlib.sha256(str(time.time()).encode())"),
    ("clock", "def f():\n    x = 1\n    return datetime.now() - timedelta(days=7)"),
    ("clock", "def f():\n    x = 1\n    return (datetime.utcnow(), x)"),
    ("clock", "def f(g):\n    return g(created=datetime.now())"),
    ("clock", "def f():\n    yield dt.date.today()"),
    ("clock", "def f():\n    x = time.strftime('%Y')\n    return x"),
    ("clock", "def f():\n    x = time.localtime()\n    return x[0]"),
    ("clock", "def f(g):\n    if g == 1:\n        x = datetime.now()\n        return x"),
    ("clock", "def f(db):\n    def save(a, b):\n        return a\n    return save(1, datetime.now())"),
    ("naive-datetime", "def f(x):\n    return x.astimezone()"),
    ("naive-datetime", "def f(x):\n    return time.mktime(x)"),
    ("naive-datetime", "def f():\n    return datetime(2020, 1, 1).timestamp()"),
    ("naive-datetime", "def f(x):\n    return datetime.strptime(x, '%Y').timestamp()"),
    ("locale-format", "locale.setlocale(locale.LC_ALL, '')"),
    ("locale-format", "def f(x):\n    return locale.currency(x)"),
    ("locale-format", "def f(x):\n    return f'{x:%c}'"),
]
GOOD = [
    "random.seed(7)\n\ndef f(x):\n    return random.choice(x)",
    "np.random.seed(7)\n\ndef f():\n    return np.random.rand(3)",
    "torch.manual_seed(7)\n\ndef f():\n    return torch.rand(3)",
    "def f(x, rng=None):\n    if rng is None:\n        rng = random.Random()\n    return rng.choice(x)",
    "def f(x, rng=None):\n    rng = rng if rng is not None else random.Random()\n    return rng.choice(x)",
    "def f(d):\n    return d.get('r', random.random())",
    "def f(log):\n    log.info('%s', random.random())\n    jitter = random.random()\n    return jitter * 2",
    "def f(rand=lambda: random.random()):\n    return rand()",
    "def f(g):\n    return g(default_factory=lambda: uuid.uuid4())",
    "def f(x, k):\n    return x.sample(n=1, random_state=k) + x.sample(k) + x.sample(**k)",
    "def f(x):\n    return secrets.compare_digest(x, x) or os.urandom(8)",
    "def f(seed=None):\n    seed = seed or secrets.randbits(32)\n    return random.Random(seed)",
    "def f():\n    request_id = uuid.uuid4()\n    raise ValueError(str(uuid.uuid4()))",
    "def f(x, y):\n    hash(x)\n    return hash(x) == hash(y) and hash(1)",
    "class A:\n    def __repr__(self):\n        return f'<A {id(self)}>'\n\n    def __hash__(self):\n        return hash(str(self))",
    "def f(x, memo):\n    memo[id(x)] = x\n    log.debug('%s', id(x))\n    call(id(x))",
    "os.environ['OTHER'] = '1'\nx = {}\nx['PYTHONHASHSEED'] = '0'",
    "def f(x):\n    deadline = time.time() + 5\n    while time.time() < deadline:\n        x()",
    "class A:\n    def f(self):\n        self.seen = time.time()\n        self.when['last_seen'] = time.time()\n\n    def g(self, t):\n        return t - self.seen",
    "def f(x):\n    os.utime(x, (time.time(), time.time()))\n    print(datetime.now())\n    log.info(datetime.now())",
    'def now():\n    """The moment."""\n    return datetime.now()',
    "def f(g):\n    g(now=datetime.now())\n    g(start_time=time.time())\n    g(datetime.now())",
    "def f():\n    def age(self, now):\n        return now\n    x = age(datetime.now())\n    return x",
    "def f(at=None):\n    if not at:\n        return datetime.now()\n    return at",
    "def f(at=None):\n    at = at if at else datetime.now()\n    return at",
    "def f():\n    t = time.time()\n    x = 2\n    return x + (time.time() - t)",
    "def f(x):\n    began = datetime.now()\n    x()\n    return datetime.now() - began",
    "def f(x):\n    t = 1\n    t = datetime.now()\n    log.info('%s', t)\n    time.time()\n    del t",
    "def f(x):\n    def g():\n        return x\n    t: float = time.time()\n    return [y for y in x if y < t]",
    "def log_time():\n    t = 3\n    return time.ctime()",
    "def f(x):\n    return datetime.fromtimestamp(x, tz=dt.timezone.utc).timestamp()",
    "def f(x):\n    return datetime(2020, 1, 1, tzinfo=x).timestamp() + datetime.strptime(x, '%Y%z').timestamp()",
    "def f(x):\n    return x.timestamp() + g().timestamp() + datetime.strptime(x, x).timestamp()",
    "def f(x):\n    locale.setlocale(locale.LC_ALL, 'C')\n    return x.strftime(x) + f'{x:>8}' + x.strftime('%Y')",
    "try:\n    import x\nexcept ImportError as e:\n    print(e)",
    "def f():\n    lambda: random",
    "class A:\n    def __init__(self, x):\n        self._hash = hash(x)",
    "def f(x):\n    msg = f'no {id(x)}'\n    other(name=f'{id(x)}')\n    return f'<A {id(x)}>', log(str(id(x)))",
    "def f(x):\n    rng = random.Random()\n    rng.seed(3)\n    return rng.choice(x)",
    "class A:\n    def f(self, x):\n        self.assertEqual(hash(x), 3)\n        self.assertIn(str(id(x)), repr(x))\n        self.x = sorted(x, key=id)",
    "class LogRecord:\n    def f(self):\n        self.created = time.time()",
    "@deco(1)\nclass A:\n    x = 1\n    cls.y = 2\n\nself.x = 3",
    "import random as r\n\ndef f(random):\n    return random.choice([1])",
]


@pytest.mark.parametrize(("rule", "text"), BAD)
def test_values(rule: str, text: str) -> None:
    """A value that differs in each run becomes data."""
    assert names("x.py", f"{HEAD}{text}\n") == [rule]


@pytest.mark.parametrize("text", GOOD)
def test_values_without_harm(text: str) -> None:
    """Seeds, fallbacks, factories, durations, deadlines, log lines, values that have to differ."""
    assert names("x.py", f"{HEAD}{text}\n") == []


@pytest.mark.parametrize("module", ["freezegun", "time_machine"])
def test_a_frozen_clock(module: str) -> None:
    """A file that freezes the clock may read it."""
    assert (
        names("x.py", f"import {module}\nimport time\n\ndef f():\n    x = 1\n    return time.time(), x\n")
        == []
    )


def test_hash_seed_before_a_process() -> None:
    """The variable is read by processes that start later."""
    text = "import os\nos.environ['PYTHONHASHSEED'] = '0'\nos.execv('python', [])\n"
    assert names("x.py", text) == []


SCRIPT = [
    ("js-random", "x.map(() => Math.random());"),
    ("js-random", "const a = flag > 2 ? Math.random() : 1;"),
    ("js-clock", "const f = (a) => { const made = Date.now(); return { made }; };"),
    ("js-clock", "this.created = new Date();"),
    ("js-clock", "rows.push(`${Date.now()}`);"),
    ("js-clock", "f({ at2: new Date(Date.now() - 7 * 24 * 3600) });"),
    ("js-clock", "function f() { const x = String(Date.now()); return x; }"),
    ("js-clock", "function f() { return Date.now() - 1000; }"),
    ("js-clock", "class A { created = Date.now(); }"),
    ("js-uuid", "const user = { id: uuidv4() };"),
    ("js-locale", "const a = new Intl.DateTimeFormat().format(d);"),
    ("js-locale", "const a = n.toLocaleString(undefined);"),
    ("js-locale", "const a = Intl.NumberFormat().format(n);"),
    ("js-key-order", "h.update(Object.keys(parsed));"),
    (
        "js-directory-order",
        "async function f(d) { const [a] = [1]; const n = await fs.readdir(d); return n; }",
    ),
    ("js-directory-order", "const first = fs.readdirSync(d)[0];"),
    ("js-directory-order", "const text = fs.readdirSync(d).join(',');"),
    ("js-directory-order", "const text = JSON.stringify(fs.readdirSync(d));"),
    ("js-directory-order", "const text = `${fs.readdirSync(d)}`;"),
    ("js-directory-order", "for (const n of fs.readdirSync(d)) { out.push(n); }"),
    ("js-directory-order", "function* f(d) { for (const n of fs.readdirSync(d)) { yield n; } }"),
    ("js-directory-order", "fs.readdirSync(d).forEach((n) => { out.push(n); });"),
    ("js-directory-order", "fs.readdir(d, (error, names) => { send(`${names}`); });"),
    (
        "js-completion-order",
        "async function f(x) { const s = new Set(); await Promise.all(x.map(async (y) => { s.add(await y()); })); return [...s]; }",
    ),
    ("js-race", "Promise.any(all);"),
]
FINE_SCRIPT = [
    "import seedrandom from 'seedrandom'; f(Math.random());",
    "setTimeout(go, Math.random() * 50); console.log(Math.random());",
    "const a = b ?? Math.random(); const c = d || Math.random(); const e = b ? b : Math.random();",
    "function f(r = () => Math.random()) { return r(); }",
    "const random = () => Math.random();",
    "vi.useFakeTimers(); const a = { x: Date.now() };",
    "if (Date.now() > limit) { stop(); } Date.now();",
    "const f = () => { const t = Date.now(); go(); const d = Date.now() - t; log.info(d); };",
    "this.seen = Date.now(); const d = other - this.seen;",
    "f({ now: new Date() }); f(new Date()); new Wrapper(new Date()); this.startedAt = Date.now();",
    "throw new Error(`at ${new Date()}`);",
    "const a = new Error(String(Date.now()));",
    "const requestId = crypto.randomUUID(); const n = nanoid(7);",
    "const a = d.toLocaleDateString('de'); console.log(d.toLocaleString()); toLocaleString();",
    "console.log(new Intl.NumberFormat().format(n)); new Intl.NumberFormat('de');",
    "h.update(JSON.stringify({ a: 1 })); h.update(text); h.update(JSON.parse(x)); h.update(JSON.stringify());",
    "const n = fs.readdirSync(d).sort(); if (fs.readdirSync(d).includes('a')) { go(); }",
    "for (const n of fs.readdirSync(d)) { fs.unlinkSync(n); }",
    "for (const n of fs.readdirSync(d)) { const out = []; out.push(n); }",
    "fs.readdir(d, (error) => { go(); }); fs.readdir(d, done); go(fs.readdirSync(d));",
    "const n = fs.readdirSync(d).find((x) => x === 'a'); const k = fs.readdirSync(d)[i]; fs.readdirSync(d).foo;",
    "const n = fs.readdirSync(d); n.sort(); send(`${n}`);",
    "x.map(async (y) => { const a = []; await y(); a.push(1); return a; });",
    "x.map(async (y) => { out.push(1); await y(); });",
    "x.map(async (y) => { m.set(y, await y()); }); x.forEach((y) => { out.push(y); }); map(go);",
    "async function f(x) { const r = []; await Promise.all(x.map(async (y) => { r.push(await y()); })); return r.sort(); }",
    "Promise.race([work, new Promise((_, reject) => setTimeout(reject, 10))]);",
    "(() => 1)(); import('x');",
]


@pytest.mark.parametrize(("rule", "text"), SCRIPT)
def test_scripts(rule: str, text: str) -> None:
    """A value or an order that differs in each run becomes data."""
    assert names("x.js", f"{text}\n") == [rule]


@pytest.mark.parametrize("text", FINE_SCRIPT)
def test_scripts_without_harm(text: str) -> None:
    """Defaults, fallbacks, durations, sorted listings, log lines."""
    assert names("x.ts", f"{text}\n") == []


def test_what_a_page_shows() -> None:
    """Texts in JSX are for readers, in their locale."""
    assert (
        names("x.tsx", "const A = () => <p>{day.toLocaleDateString()} {new Date().getFullYear()}</p>;\n")
        == []
    )
