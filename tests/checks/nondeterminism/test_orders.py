"""The flow of orders in Python: what a value without a fixed order becomes."""

from __future__ import annotations

import pytest

from tests.checks.nondeterminism.test_rules import names

LISTING = [
    "def f(p):\n    return [os.listdir(p), 1]",
    "def f(p):\n    return {'a': (os.listdir(p),)}",
    "def f(p):\n    yield os.listdir(p)",
    "def f(p):\n    yield from os.listdir(p)",
    "def f(p):\n    a, b = os.listdir(p)\n    return a + b",
    "def f(p):\n    n = os.listdir(p)\n    return n[0]",
    "def f(p):\n    n = os.listdir(p)\n    return n[:3]",
    "def f(p):\n    n = os.listdir(p)\n    return n[:]",
    "def f(p):\n    return os.listdir(p)[-1]",
    "def f(p):\n    return f'{os.listdir(p)}'",
    "def f(p):\n    return 'all: %s' % os.listdir(p)",
    "def f(p):\n    return str(os.listdir(p))",
    "def f(p):\n    return ', '.join(os.listdir(p))",
    "def f(p):\n    return json.dumps(os.listdir(p))",
    "def f(p):\n    json.dump(obj=os.listdir(p), fp=p)",
    "def f(p):\n    return json.dumps([os.listdir(p)])",
    "def f(p):\n    print(*os.listdir(p))",
    "def f(p):\n    return [*os.listdir(p)]",
    "def f(p):\n    return ['a'] + os.listdir(p)",
    "def f(p):\n    return next(iter(os.listdir(p)))",
    "def f(p, o):\n    o.writelines(os.listdir(p))",
    "def f(p):\n    assert os.listdir(p) == ['a', 'b']",
    "def f(p):\n    return list(map(str, os.listdir(p)))",
    "def f(p):\n    if (n := os.listdir(p)):\n        return n\n    return None",
    "def f(p):\n    n = None\n    n = os.listdir(p) if p else []\n    return n",
    "def f(p):\n    out = []\n    out.extend(os.listdir(p))\n    return out",
    "def f(p):\n    out = []\n    out += os.listdir(p)\n    return out",
    "def f(p):\n    n: list[str] = os.listdir(p)\n    return n.copy()",
    "def f(p, out):\n    for n in os.listdir(p):\n        out.append(n)",
    "def f(p):\n    for n in os.listdir(p):\n        print(n)",
    "def f(p, o):\n    for n in os.listdir(p):\n        o.write(n)",
    "def f(p):\n    for n in os.listdir(p):\n        yield n",
    "def f(p):\n    t = ''\n    for n in os.listdir(p):\n        t += n\n    return t",
    "def f(p):\n    h = hashlib.sha256()\n    for n in os.listdir(p):\n        h.update(n.encode())\n    return h",
    "def f(p):\n    for n in os.listdir(p):\n        if n.endswith('x'):\n            return n",
    "def f(p):\n    with os.scandir(p) as it:\n        return [e.name for e in it]",
    "def f(p):\n    random.seed(1)\n    return random.choice(os.listdir(p))",
    "def f(p):\n    out = []\n    for r, d, n in os.walk(p):\n        for x in n:\n            out.append(x)\n    return out",
    "class A:\n    def __init__(self, p):\n        self.n = p.glob('*')\n\n    def all(self):\n        return list(self.n)",
    "def f(p):\n    return {n: 1 for n in os.listdir(p)}.items()",
    "def f(p):\n    t = {}\n    for n in os.listdir(p):\n        t[n] = 1\n    return list(t.keys())",
    "def f(p):\n    if len(os.listdir(p)) >= 1:\n        pass\n    n = os.listdir(p)\n    if len(n) >= 1:\n        return n[0]",
    "async def f(p):\n    return await g(1) or os.listdir(p)",
]
FINE = [
    "def f(p):\n    os.listdir(p)",
    "def f(p):\n    n = sorted(os.listdir(p))\n    return n",
    "def f(p):\n    n = os.listdir(p)\n    n = sorted(n)\n    return n",
    "def f(p):\n    n = os.listdir(p)\n    n[:] = sorted(n)\n    return n",
    "def f(p):\n    n = os.listdir(p)\n    return sorted(n)",
    "def f(p):\n    return 'a' in os.listdir(p)",
    "def f(p):\n    return any(n == 'a' for n in os.listdir(p))",
    "def f(p):\n    return {n for n in os.listdir(p)}",
    "def f(p):\n    assert os.listdir(p) == ['a']",
    "def f(p):\n    assert os.listdir(p) == []",
    "def f(p):\n    assert os.listdir(p) == ['a', 'a']",
    "def f(p):\n    return next(n for n in os.listdir(p) if n == 'a')",
    "def f(p):\n    for n in os.listdir(p):\n        with open(n) as file:\n            file.write('x')",
    "def f(p):\n    n = os.listdir(p)\n    if len(n) == 1:\n        return n[0]",
    "def f(p):\n    n = os.listdir(p)\n    if len(n) > 1:\n        raise ValueError(f'{n}')\n    return n[0]",
    "def f(p):\n    n, = os.listdir(p)\n    return n",
    "def f(p):\n    a, b = os.listdir(p), 1\n    return len(a) + b",
    "def f(p, log):\n    log.info('all: %s', ', '.join(os.listdir(p)))",
    "def f(p):\n    log.info('all: %s' % os.listdir(p))\n    raise ValueError(str(os.listdir(p)))",
    "def f(p):\n    for n in os.listdir(p):\n        if n == 'a':\n            return n",
    "def f(p):\n    t = 0\n    for n in os.listdir(p):\n        t += len(n)\n    return t",
    "def f(p):\n    for n in os.listdir(p):\n        parts = []\n        parts.append(n)\n        return bool(parts)",
    "def f(p):\n    out = []\n    for n in os.listdir(p):\n        out.append(n)\n    return sorted(out)",
    "def f(p):\n    for n in os.listdir(p):\n        self.items.add(n)\n        call(n)\n        d = 1",
    "def f(p):\n    x = os.listdir\n    return call(os.listdir(p))",
    "def f(p):\n    n = os.listdir(p)\n    n[0] = 1\n    n[p]\n    len(n)",
    "def f(p):\n    n = os.listdir(p).count('x')\n    return n",
    "def f(p):\n    for r, d, n in os.walk(p):\n        d.sort()\n        for x in sorted(n):\n            print(x)",
    "def f(p):\n    for r, d, n in os.walk(p):\n        d[:] = sorted(d)\n        n.sort()\n        print(n)",
    "def f(p):\n    return 1 if os.listdir(p) else 2",
    "def f(p):\n    t = {}\n    for n in os.listdir(p):\n        t[n] = 1\n    return t",
    "def f(p):\n    return json.dumps({n: 1 for n in os.listdir(p)}, sort_keys=True)",
    "def f(p):\n    n = len(os.listdir(p)) * 2\n    k = os.listdir(p) * n\n    call(names=os.listdir(p))",
    "def f(p):\n    for n in p:\n        os.listdir(n)",
]
HEAD = "import glob\nimport hashlib\nimport json\nimport os\nimport random\n\n"


@pytest.mark.parametrize("text", LISTING)
def test_listings(text: str) -> None:
    """The order of a directory reaches a result."""
    assert names("x.py", f"{HEAD}{text}\n")[:1] == ["directory-order"]


@pytest.mark.parametrize("text", FINE)
def test_listings_without_harm(text: str) -> None:
    """The order of a directory reaches nothing."""
    assert names("x.py", f"{HEAD}{text}\n") == []


SETS = [
    ("set-order", "def f(x):\n    return list(set(x))"),
    ("set-order", "def f(x):\n    return list({'a', *x})"),
    ("set-order", "def f(x: set[str]):\n    return [y for y in x]"),
    ("set-order", "def f(x: 'frozenset[str]'):\n    return tuple(x)"),
    ("set-order", "def f(x):\n    s = {'a', 'b'} | set(x)\n    return ','.join(s)"),
    ("set-order", "def f(x, y):\n    return list(x.keys() - y)"),
    ("set-order", "def f(x):\n    return list(set(x).union('ab'))"),
    ("set-order", "def f(x):\n    s = set(x)\n    t = s - {1}\n    return str(t)"),
    ("set-order", "def f(x):\n    s = set(x) if x else {'a', 'b'}\n    return f'{s}'"),
    ("set-order", "W = {'a', 'b'}\n\ndef f():\n    for w in W:\n        print(w)"),
    ("set-order", "def f(v):\n    return max(set(v), key=v.count)"),
    (
        "set-order",
        "class A:\n    def __init__(self):\n        self.s = set()\n\n    def all(self):\n        return list(self.s)",
    ),
    ("set-order", "def f(x):\n    if s := set(x):\n        return list(s)"),
    ("set-order", "def f(x):\n    a, b = set(x), 1\n    return list(a)"),
    (
        "set-order",
        "def f(x):\n    def g():\n        nonlocal s\n        s = set(x)\n    s = {'a', 'b'}\n    g()\n    return list(s)",
    ),
    ("set-order", "import pickle\n\ndef f(x):\n    return pickle.dumps(set(x))"),
    ("arbitrary-element", "def f(x):\n    s = set(x)\n    return s.pop()"),
    (
        "arbitrary-element",
        "def f(x):\n    s = set(x)\n    while True:\n        y = s.pop()\n        if y:\n            return y",
    ),
    ("dict-order", "def f(x):\n    return list(dict.fromkeys(set(x)))"),
    (
        "dict-order",
        "def f(x):\n    d = {}\n    for y in set(x):\n        d[y] = 1\n    for k, v in d.items():\n        print(k, v)",
    ),
    ("float-sum", "def f(x: set[float]):\n    return sum(x)"),
    ("float-sum", "def f(x):\n    s = {y / 2 for y in x}\n    return sum(s)"),
    ("float-sum", "def f():\n    return sum({0.1, 0.2, 0.3})"),
    ("float-sum", "def f(x):\n    return sum(y / 3 for y in set(x))"),
    ("float-sum", "def f(x, w):\n    t = 0.0\n    for y in set(x):\n        t += w[y]\n    return t"),
]
FINE_SETS = [
    "def f(x):\n    return set(x)",
    "def f(x):\n    return sorted(set(x))",
    "def f(x):\n    return len({y for y in x})",
    "def f(x: set[int]):\n    return list(x)",
    "def f(x: '1 +'):\n    return list(x)",
    "def f(x: set[str]):\n    x = []\n    return list(x)",
    "def f(x):\n    return list({int(y) for y in x})",
    "def f():\n    return list(set(range(9)) - {-1, 2 + 3})",
    "def f():\n    s = {1, 2}\n    return list(s)",
    "def f():\n    return list(set([1, 2])) + list({'a'}) + list(set(len(x) for x in 'ab'))",
    "def f(x):\n    s = set(x)\n    return s.pop() if len(s) == 1 else None",
    "def f(x):\n    s = set(x)\n    s.pop()\n    s.add(2)",
    "def f(x):\n    raise ValueError(', '.join(set(x)))",
    "def f(x):\n    return max(set(x), key=lambda y: (len(y), y))",
    "import re\n\ndef f(x):\n    return re.compile('[%s]' % re.escape(''.join(set(x))))",
    "import re\n\ndef f(x):\n    return re.escape(set(x))",
    "def f(x):\n    for y in x:\n        print(y)\n    x = set(x)\n    return len(x)",
    "def f(x):\n    return [1] - set(x)",
    "def f(x):\n    return sum(set(x)) + sum(y for y in x) + sum(x)",
    "def f(x):\n    return {'a': set(x)}",
    "def f(x):\n    s = set(x)\n    if len(s) == 1:\n        return list(s)",
    "class A:\n    def __repr__(self):\n        return ','.join(set(self.x))",
    "def f(x, m):\n    m.log_line(f'{set(x)}')",
    "class A:\n    def __iter__(self):\n        return iter(set(self.x))",
    "def f(x):\n    nums = set()\n    nums.update(x)\n    return list(nums) + list({lineno for lineno in x})",
    "def f(x):\n    t = []\n    t.append(set(x))\n    return t",
    "def f(x, y):\n    s = set(x)\n    return s if y in s else (s & y)",
]


@pytest.mark.parametrize(("rule", "text"), SETS)
def test_sets(rule: str, text: str) -> None:
    """The order of a set reaches a result."""
    assert names("x.py", f"{text}\n") == [rule]


@pytest.mark.parametrize("text", FINE_SETS)
def test_sets_without_harm(text: str) -> None:
    """The order of a set reaches nothing, or is the same in each run."""
    assert names("x.py", f"{text}\n") == []


COMPLETED = "import asyncio\nimport threading\nfrom concurrent.futures import as_completed, wait\n\n"
TASKS = [
    ("completion-order", "def f(t):\n    for x in as_completed(t):\n        return x.result()"),
    ("completion-order", "def f(pool, x):\n    return list(pool.imap_unordered(str, x))"),
    ("completion-order", "def f(t):\n    done, rest = wait(t)\n    return [x.result() for x in done]"),
    ("completion-order", "async def f(t):\n    done, rest = await asyncio.wait(t)\n    return list(done)"),
    (
        "gather-shared",
        "n = 0\n\nasync def add(x):\n    global n\n    n += await x\n\nasync def f(x):\n    await asyncio.gather(add(x), add(x))",
    ),
    (
        "gather-shared",
        "class A:\n    async def add(self, x):\n        y = await x\n        self.all.append(y)\n\n    async def f(self, x):\n        await asyncio.gather(self.add(x), self.add(x))\n        return self.all",
    ),
    (
        "thread-shared",
        "class A:\n    def add(self):\n        self.n += 1\n\n    def f(self, pool):\n        pool.submit(self.add)",
    ),
    (
        "thread-shared",
        "d = {}\n\ndef add(k):\n    d[k] += 1\n\ndef f(loop):\n    loop.run_in_executor(None, add, 1)",
    ),
    (
        "thread-join",
        "def f(g):\n    t = threading.Thread(target=g, daemon=False)\n    t.start()\n    return ''.join('ab')",
    ),
]
TASKS += [
    (
        "gather-shared",
        "async def f(x):\n    out = []\n\n    async def add(y):\n        out.append(await y)\n\n    await asyncio.gather(add(x), add(x))\n    return out\n\nasync def g():\n    async def add(y):\n        return await y",
    ),
    (
        "thread-shared",
        "class A:\n    def add(self):\n        self.n += 1\n\n    def f(self, pool):\n        pool.submit(self.add)\n\nclass B:\n    def add(self):\n        return 1",
    ),
]
FINE_TASKS = [
    "async def f(x):\n    async def add(y):\n        return await y\n\n    return await asyncio.gather(add(x), add(x))\n\nasync def g():\n    out = []\n\n    async def add(y):\n        out.append(await y)\n\n    await add(1)\n    return out",
    "def f(t):\n    for x in as_completed(t):\n        print(x.result())",
    "def f(t):\n    return sum(x.result() for x in as_completed(t))",
    "def f(t):\n    wait(t)\n    done = wait(t)",
    "async def f(x):\n    out = []\n\n    async def add(y):\n        out.append(await y)\n\n    await asyncio.gather(add(x), add(x))\n    out.sort()\n    return out",
    "n = 0\n\nasync def add(x):\n    global n\n    n += 1\n    await x\n\nasync def f(x):\n    await asyncio.gather(add(x), add(x))",
    "out = []\n\nasync def add(x):\n    out.append(1)\n    await x\n    x.y.append(2)\n    (x or 1).append(2)\n\nasync def f(x):\n    await asyncio.gather(add(x), other(x))",
    "n = 0\nlock = asyncio.Lock()\n\nasync def add(x):\n    global n\n    async with lock:\n        n += await x\n\nasync def f(x):\n    await asyncio.gather(add(x), add(x))",
    "n = 0\n\ndef add(x):\n    global n\n    m = 0\n    m += 1\n    lock.acquire()\n    n += 1\n    out.append(x)\n\ndef f(x, pool):\n    pool.submit(add, 1)\n    pool.map(lambda y: y, x)",
    "def f(g):\n    threading.Thread(target=g, daemon=True).start()",
    "def f(g):\n    t = threading.Thread(target=g)\n    t.daemon = True\n    t.start()",
    "def f(g, e):\n    threading.Thread(target=g).start()\n    e.wait()",
    "def f(g):\n    t = threading.Thread(None, g)\n    t.start()\n    t.join(2.0)",
    "def f(g):\n    start(g.start())\n    return threading.Thread(target=g)",
    "log = []\n\ndef add(x):\n    log.append(x)\n    with open(x) as file:\n        file.append(x)\n\ndef f(x, pool):\n    pool.submit(add)",
]


@pytest.mark.parametrize(("rule", "text"), TASKS)
def test_tasks(rule: str, text: str) -> None:
    """Tasks and threads whose order or whose data nothing guards."""
    assert names("x.py", f"{COMPLETED}{text}\n") == [rule]


@pytest.mark.parametrize("text", FINE_TASKS)
def test_tasks_without_harm(text: str) -> None:
    """Locks, results by key, sorted results, services."""
    assert names("x.py", f"{COMPLETED}{text}\n") == []
