"""Code that looks like a hazard and is harmless, beside code that is one: what rules were narrowed by."""

from __future__ import annotations

import pytest

from benchmarks.nondeterminism import samples
from gitprov.checks.nondeterminism.check import sightings

HEAD = """\
import concurrent.futures, datetime, glob, hashlib, logging, locale, os, random, re, string, subprocess, tempfile, threading, time, uuid
from pathlib import Path
"""
HARMLESS = [
    # texts of messages, patterns, and what goes into calls that nobody knows
    "def f(x):\n    names = set(x)\n    util.warn(f'odd: {list(names)}')",
    "def f(x):\n    names = set(x)\n    text = ', '.join(names)\n    raise ValueError(f'odd: {text}')",
    "def f(x):\n    errMsg = 'odd: %s' % ', '.join(set(x))\n    return len(errMsg)",
    "def f(x):\n    message = 'odd'\n    message += ', '.join(set(x))\n    return len(x)",
    "def f(x, errors):\n    errors.append(f'odd: {list(set(x))}')",
    "def f(x):\n    return {'a': re.compile('|'.join(set(x)))}",
    "def f(x):\n    pattern = '|'.join(re.escape(n) for n in set(x))\n    return lexer((pattern, 1))",
    "def f(x):\n    text = (','.join(set(x)) or 'none').strip().lower()\n    show(text)",
    "def f(x):\n    text = '{}'.format(','.join(set(x)))\n    show(text=text)",
    "def f(x):\n    return ''.join(set(x) - {'a'})",
    "def f(x):\n    logging.info(str(list(set(x))))",
    "def f(x):\n    print('Missing: %s' % ','.join(set(x)))",
    "def f(x):\n    odd = set(x)\n    if odd:\n        return f'unknown names: {\", \".join(odd)}'",
    "def f(x):\n    odd = set(x)\n    if odd:\n        name = x[list(odd)[0]]\n        raise LintError(name.line)",
    "def f(x):\n    odd = set(x)\n    if odd:\n        show(next(iter(odd)))\n        sys.exit(1)",
    "def f(x):\n    odd = list(set(x))\n    x._warning('%s does not work' % odd[0])",
    "def f(x, db):\n    names = ', '.join(set(x))\n    return db.execute(f'SELECT {names} FROM t')",
    "def f(x):\n    return 'these names are not recognised: {}'.format(' '.join(set(x)))",
    # identifiers that have to be new
    "def f(x, ids):\n    return f'{next(ids)}{hash(x)}'",
    "def f(x):\n    return f'{uuid.uuid4()}-{hash(x)}'",
    "def f(x):\n    return 'a-{}-{}'.format(uuid.uuid4(), hash(x))",
    "def f(x):\n    return '%s-%s' % (uuid.uuid4(), hash(x))",
    "def f(x, table):\n    return [table[str(hash(n))] for n in x]",
    "def f(x):\n    table = {str(hash(n)): n for n in x}\n    return list(table.values())",
    "def f(x, seen):\n    tool = str(hash(x))\n    if tool not in seen:\n        seen.add(tool)",
    "def f(x):\n    return ('text', hash(x))",
    "SHARDS = [{}, {}]\ndef f(x):\n    return SHARDS[hash(x) % 2]",
    "def f(p, z):\n    for top, folders, files in os.walk(p):\n        folders[:] = sorted(n for n in folders if n)\n        z.extend(top + n for n in sorted(files))\n    for n in z:\n        z.write(n)",
    "def f(x, seen):\n    mark = f'{x.name}:{hash(x.text)}'\n    if mark not in seen:\n        seen.add(mark)",
    # portions in which all elements are worked on, and parts that a message names
    "def f(x, delete):\n    names = list(set(x))\n    for i in range(0, len(names), 9):\n        delete(names[i : i + 9])",
    "def f(x):\n    names = list(set(x))\n    sample = names[:5]\n    logging.warning('odd %s', sample)",
    "def _atom_repr(x):\n    return '<%i>' % hash(x)",
    # loops that do the same whatever the element is
    "class A:\n    def f(cls, x):\n        for n in set(x):\n            cls.write(n)",
    "def f(x):\n    for n in set(x):\n        yield",
    "def f(x):\n    lines = []\n    for n in set(x):\n        lines.append('.')\n    return lines",
    "def f(x):\n    for n in set(x):\n        print('.')",
    "def f(x, p):\n    for n in set(x):\n        p.stdin.write(n)",
    "@defer.inlineCallbacks\ndef f(x):\n    for n in set(x):\n        yield store(n)",
    "def f(x):\n    for n in list(set(x))[:20]:\n        logging.error(n)",
    # collections, sizes, tests
    "class A:\n    def __init__(self):\n        self.x = set()\n    def __iter__(self):\n        return iter(list(self.x))",
    "class A:\n    def __dir__(self):\n        return list(set(vars(self)))",
    "def f(x):\n    return len(max(set(x), key=len))",
    "def f(p):\n    return bool(next(Path(p).iterdir(), None))",
    "def f(p):\n    if p and next(Path(p).iterdir(), None):\n        return 1",
    "def f(p):\n    next(Path(p).iterdir())",
    "def f():\n    tmp_dir = tempfile.mkdtemp()\n    return glob.glob(os.path.join(tmp_dir, '*.whl'))[0]",
    "def f(p):\n    names = os.listdir(p)\n    assert len(names) <= 1\n    return names[0]",
    "class A:\n    def all(self, x):\n        return self.glob('**/' + x)",
    "def f(x):\n    for n in os.listdir(x):\n        path = os.path.realpath(n)\n        if path == x:\n            return n",
    "def f(self, x):\n    self.rows.append(dict.fromkeys(set(x)))\n    return self.rows[-1]",
    "def safe_walk(p):\n    for top, folders, names in os.walk(p):\n        yield top, names",
    "def entries(p):\n    return os.scandir(p)",
    "def f(p):\n    names = os.listdir(p)\n    assert names == ['x']\n    return names[0]",
    "def f(x):\n    kinds = {n.kind for n in x}\n    if len(kinds) == 2:\n        return 'both'\n    else:\n        return next(iter(kinds))",
    "def f(self, x):\n    kinds = {n.kind for n in x}\n    self.assertEqual(len(kinds), 1)\n    return next(iter(kinds))",
    "def f(x):\n    return {n.kind for n in x}.pop()",
    "class A:\n    def __init__(self):\n        self.x = set()\n    def pop(self):\n        return self.x.pop()",
    "class A:\n    def __init__(self):\n        self.x = set()\n    def __iter__(self):\n        for n in self.x:\n            yield n",
    "def f(x):\n    names = set(x)\n    return min(names, key=x.index)",
    "def f(x):\n    def key(n):\n        return (len(n), n)\n    names = set(x)\n    return min(names, key=key)",
    "def f(x):\n    axes = set(range(3)) - set(x)\n    return list(axes)",
    "def f(n, used):\n    return set(range(n)).difference(used).pop()",
    "def f(x):\n    ids = [int(n) for n in x]\n    ids = list(set(ids))\n    return ids[-1]",
    "def f(x, verbose):\n    for n in set(x):\n        if verbose:\n            print(n)",
    "def f(p):\n    rows = []\n    for top, _, names in os.walk(p):\n        for name in names:\n            rows.append(name)\n            show(rows[-1])",
    "def f(x, out):\n    for n in set(x):\n        out.write(n.at, n.size, n)",
    "def f(p):\n    for top, _, names in os.walk(p):\n        for name in names:\n            digest = hashlib.sha256()\n            digest.update(name)",
    "class A:\n    def f(self, x):\n        for n in set(x):\n            self.stdout.write('invalid name %s' % n)",
    "def f(x, c):\n    c.echo(f'hosts: {list(set(x))}', err=True)",
    "def f(x):\n    text = ', '.join(set(x))\n    text = f' by {text}' if text else ''\n    x.msg(f'You came{text}')",
    "def f(x):\n    return '; '.join('PREFIX %s: <%s>' % n for n in set(x))",
    "class A:\n    def __init__(self, x):\n        self.request_id = str(hash(x))",
    # chance
    "import torch\nclass A:\n    def forward(self, x):\n        return x + torch.rand(3)",
    "import torch\ndef f(x):\n    if x.training and x.rate > 0:\n        return torch.rand([]) < x.rate",
    "def random_name(n):\n    random.seed()\n    return n",
    "class WaitRandom:\n    def __call__(self):\n        return 1 + random.random()",
    "def f(x):\n    return x.limit + random.randint(0, x.limit_jitter)",
    "def generate_span_id():\n    return random.getrandbits(64)",
    "def temporary(x):\n    return x + str(random.randrange(9))",
    "r = random.Random()\nr.setstate(STATE)",
    "def f(x):\n    return x.sample(n=3, seed=1)",
    "def f(p):\n    garbage = p / f'garbage-{uuid.uuid4()}'\n    p.rename(garbage)",
    "def f():\n    marker = '<' + str(uuid.uuid4()) + '>'\n    show(marker)",
    "RUN = str(uuid.uuid4())",
    "def f(x):\n    uuid.uuid4()",
    "def task_id(x):\n    return f'{x}:{uuid.uuid4()}'",
    "def seed():\n    random.seed(os.getpid())",
    "def random_pair(x):\n    return random.sample(x, 2)",
    "class A:\n    def __init__(self, rng=random.Random()):\n        self.rng = rng",
    "if __name__ == '__main__':\n    print(random.random())",
    "def f(x):\n    random.shuffle(x.servers)\n    return x.servers",
    # hashes and identities in memory
    "def f(x, table):\n    slot = hash(x) & table.mask\n    return table.at(slot)",
    "def f(x, rows):\n    rows.append(hash(x))\n    return len(rows)",
    "def f(x):\n    h = hash(x)\n    return Key((x, h))",
    "def type_ref(x):\n    return f'{x}:{id(x)}'",
    "def f(x, cache):\n    key = (hash(x), 1)\n    return cache.get(key)",
    "def f(x, seen):\n    seen.add(hash(x))",
    "def f(x, y):\n    eq_(hash(x), hash(y))",
    "def f(x):\n    def key(y):\n        return hash(y)\n    return x(key)",
    "def hash_func(self):\n    return hash(self.x)",
    "class A:\n    def __init__(self, x):\n        self.hash_value = hash(x)\n    def __hash__(self):\n        return self.hash_value",
    "def f(x):\n    return id(x)",
    "def f(x):\n    return f'{x} at {id(x):#x}'",
    "def f(x):\n    return '<a ' + str(id(x))",
    "def f(x):\n    return unique(x, key=id)",
    # identifiers and names that have to be new
    "def f(x):\n    x.key = uuid.uuid4()",
    "def f(x):\n    key = str(uuid.uuid4())\n    create(key=key, x=x)",
    "def f(x):\n    return Channel(str(uuid.uuid4()), x)",
    "def f(x):\n    x.id = random.randint(1, 99)",
    "def f():\n    part = hex(random.randint(0, 99))[2:]\n    return os.path.join(tempfile.gettempdir(), 'x' + part)",
    "def f(p):\n    report = 'crash_' + str(random.randint(0, 99)) + '.pkl'\n    return report",
    "def f():\n    return ''.join(random.choice(string.ascii_uppercase) for _ in range(9))",
    "def f(taken):\n    n = None\n    while n is None or n in taken:\n        n = random.getrandbits(32)\n    return n",
    # chance that somebody asked for
    "def f(x, mode):\n    if mode == 'random':\n        random.shuffle(x)\n    return x",
    "def f(x):\n    if x.mode == Mode.RANDOM:\n        random.shuffle(x)\n    return x",
    "def f(x, sample_rate):\n    x.kept = random.random() < float(sample_rate)",
    "def set_random_style(x):\n    x.width = random.randint(0, 5)",
    "class RandShort:\n    def fix(self):\n        return random.randint(0, 5)",
    "def f(x):\n    return random.choice(x.sentinels)",
    "from sklearn.tree import DecisionTreeRegressor\ndef f(x):\n    return Bagging(estimator=DecisionTreeRegressor(), random_state=1)",
    # hashes of objects in the process
    "def f(session):\n    return 's_' + str(hash(session))",
    "def calculateHashCode(x, y):\n    return hash((hash(x), y))",
    "def f(x):\n    return hash((x.a, x.b))",
    "def f(x):\n    x.fingerprint = hash(x.rows)",
    "def f(x):\n    parts = [hash(x)]\n    parts.extend(hash(n) for n in x)\n    return use(parts)",
    "def f(self, x):\n    self.kinds |= hash(x)",
    "def f(x, cache):\n    key = f'eval_{hash(x)}'\n    cache.put(key, x)",
    # one element, expected by whoever writes it so, or for a message
    "def f(x, allowed):\n    bad = (set(x) - allowed).pop()\n    return bad",
    "def f(x):\n    odd = set(x)\n    raise ValueError(f'odd: {odd.pop()}')",
    "def f(x):\n    return Event(message='odd: {}'.format(', '.join(set(x))))",
    # a thread whose end nobody waits for, and a listing by its name
    "def f(x):\n    threading.Thread(target=x).start()",
    "class A:\n    def list(self):\n        return [n for n in os.listdir(self.path)]",
    # identifiers of what is made, and moments that a caller may hand in
    "def f():\n    return '/' + str(uuid.uuid4()) + '/'",
    "def f(x):\n    x.id = uuid.uuid4()\n    return x.id",
    "def f(start=None):\n    now = datetime.datetime.now()\n    start = start or datetime.datetime(year=now.year, month=1, day=1)\n    return start",
    # clocks that are functions
    "def get_now():\n    now = datetime.datetime.now(tz=datetime.timezone.utc)\n    return now",
    "def current_millis():\n    return int(time.time() * 1000)",
    "def ts():\n    return time.ctime(time.time())",
    "def f(x, y):\n    x.record(lag_seconds=datetime.datetime.now().timestamp() - y)",
    # orders that are fixed elsewhere, sets of numbers, lines of a debugger
    "def _f(x):\n    return list(set(x))\ndef g(x):\n    names = _f(x)\n    return sorted(names)",
    "async def _f(x):\n    return list(set(x))\nasync def g(x):\n    names = await _f(x)\n    return [n for n in sorted(names)]",
    "def f(x):\n    n: set[int] = set()\n    n.update(x)\n    return list(n)",
    "def f(self, x):\n    if self.debug:\n        print('odd ' + str(set(x)))",
    # the clock
    "def f(x):\n    x.cache[1] = (2, time.time())\n    return time.time() - x.cache[1][1]",
    "def f(x):\n    x.lastPoll = time.time()",
    "def f(x):\n    x.seen = time.time()",
    "def f(x):\n    return Measurement(unix_nano=time.time_ns())",
    "def f(x, ttl):\n    x.custom = datetime.datetime.now() + datetime.timedelta(seconds=ttl)",
    "def f(x):\n    claims = {'iat': int(time.time())}\n    return claims",
    "def f(x):\n    x.path = '{}-temp-{}'.format(x, datetime.datetime.now())",
    "def local_day(x):\n    return datetime.datetime.fromtimestamp(x)",
    "def main():\n    locale.setlocale(locale.LC_ALL, '')",
    "def f(x):\n    x.cache['a'] = (x, time.time())",
    "def f(s):\n    s += time.ctime().encode()\n    s += os.urandom(8)\n    return hashlib.sha1(s).hexdigest()",
    "def f(x=None, y=None):\n    if not x:\n        if y:\n            x = datetime.datetime.now(y)\n    return x",
    "def f(record):\n    return datetime.datetime.fromtimestamp(record.created)",
    # threads
    "def f(self, x):\n    thread = threading.Thread(target=x)\n    self.threads[x] = thread\n    thread.start()",
    "def f(self, x):\n    self.thread = threading.Thread(target=x)\n    self.thread.start()",
    "class A:\n    def work(self):\n        self.time_spent += 1\n    def run(self):\n        threading.Thread(target=self.work, daemon=True).start()",
    # keys that stay, replaced values, one element, examples of a type, lines about the work, threads on their own
    "def f(x, rows):\n    names = set(x)\n    for i, row in enumerate(rows):\n        for n in names:\n            if n in row:\n                rows[i] = '***'\n    return [*enumerate(rows)]",
    "def f(x, row):\n    table = dict(row)\n    for n in set(x):\n        if table.get(n):\n            table[n] = int(table[n])\n    return list(table)",
    "def f(x):\n    if len(kinds := {n.kind for n in x}) == 1:\n        return next(iter(kinds))\n    return None",
    "def f(p):\n    names = os.listdir(p)\n    if len(names) != 1:\n        raise ValueError(p)\n    return os.listdir(p)[0]",
    "def f(x):\n    first = next(iter(set(x)))\n    return isinstance(first, str)",
    "def f(p):\n    for n in os.listdir(p):\n        print(f'Removing {n}')\n        os.remove(n)",
    "def f(p):\n    for n in os.listdir(p):\n        print('deleting %s' % n)\n        os.remove(n)",
    "def f(x):\n    console.print('Modified: {}'.format(', '.join(set(x))))",
    "def access_error_msg(x):\n    return 'no access: ' + ', '.join(set(x))",
    "def f(x):\n    return f'{os.getpid()}:{id(x)}'",
    "def f(x, span):\n    span.set_tag('ids', str(set(x)))",
    "class SourceErrorMessages:\n    def twice(x):\n        return 'twice: ' + ', '.join(set(x))",
    "def opaque_key(x):\n    return f'{x.kind}-{id(x)}'",
    "def f(x):\n    names = set(x)\n    while names:\n        store(next(iter(names)), names)",
    "def f(x):\n    print(f'odd: {list(set(x))}', file=sys.stderr)",
    "def f(x):\n    for n in set(x):\n        sys.stderr.write(n)",
    "def ls(p):\n    return [n for n in os.listdir(p)]",
    "class A:\n    def work(self):\n        self.n += 1\n    def reset(self):\n        self.n = 0\n    def run(self):\n        self.thread = threading.Thread(target=self.work)\n        self.thread.start()",
]  # fmt: skip
BAD = [
    ("hash", "def f(x):\n    return Node(name=str(hash(x)))"),
    ("set-order", "def f(x):\n    text = ', '.join(set(x))\n    return text"),
    ("set-order", "def f(x, file):\n    file.write(', '.join(set(x)))"),
    ("set-order", "def f(x):\n    return Answer(', '.join(set(x)))"),
    ("set-order", "def f(x):\n    return hashlib.md5(','.join(set(x)).encode()).hexdigest()"),
    ("set-order", "def f(x):\n    return {n: at for at, n in enumerate(set(x))}"),
    ("set-order", "def f(x):\n    table = {}\n    for at, n in enumerate(set(x)):\n        table[n] = at\n    return table"),
    ("set-order", "def f(x):\n    return list(set(x))[:3]"),
    ("set-order", "def f(x):\n    for n in list(set(x))[:3]:\n        print(n)"),
    ("directory-order", "def f(p):\n    return next(Path(p).iterdir())"),
    ("directory-order", "def f(p):\n    for n in os.listdir(p):\n        with open(n) as file:\n            print(file.read())"),
    ("clock", "def f(x):\n    x.created_at = time.time()"),
    ("clock", "def f(x):\n    x.name = f'{x}-{int(time.time())}'"),
    ("hash", "def f(x):\n    return str(hash(x))"),
    ("hash", "def f(x, n):\n    at = abs(hash(x)) % n\n    return at"),
    ("hash", "def f(x):\n    name = f'{hash(x)}.json'\n    show(name)"),
    ("hash", "def f(x, file):\n    file.write(str(hash(x)))"),
    ("hash", "def f(x):\n    return hash(x) & 15"),
    ("random", "def f(x):\n    random.shuffle(x)\n    return x"),
    ("random", "def pick(x):\n    return random.choice(x)"),
    ("arbitrary-element", "def f(x):\n    names = set(x)\n    return names.pop()"),
    ("set-order", "def f(x):\n    names = set(x)\n    return min(names, key=len)"),
    ("directory-order", "def modules(p):\n    return [n for n in os.listdir(p) if n.endswith('.py')]"),
    ("id", "def f(x):\n    return 'node' + str(id(x))"),
    ("id", "def f(x):\n    return sorted(x, key=id)"),
    ("uuid", "def f(x):\n    key = str(uuid.uuid4())\n    return {'key': key}"),
    ("uuid", "def f(x):\n    return [f'{x}-{uuid.uuid4().hex}']"),
    ("random", "def random_forest(x):\n    return random.choice(x)"),
    ("random", "def f(x, p):\n    return x if random.random() < p else None"),
    ("random", "def f(x):\n    while x:\n        x.append(random.random())"),
    ("random", "def f(x):\n    return ''.join(random.choice(x.words) for _ in range(3))"),
    ("random", "def f(x):\n    return x + str(random.random()) + ' points'"),
    ("random-state", "from sklearn.tree import DecisionTreeRegressor\ndef f(x):\n    return DecisionTreeRegressor().fit(x)"),
    ("hash", "def f(session_id):\n    return f'shard-{hash(session_id)}'"),
    ("hash", "def f(x, y):\n    return f'{len(y)}-{hash(x)}'"),
    ("clock", "def f(x):\n    now = datetime.datetime.now()\n    return now"),
    ("set-order", "def f(x):\n    n: set[str] = set()\n    n.update(x)\n    return list(n)"),
    ("set-order", "def _f(x):\n    return list(set(x))\ndef g(x):\n    return _f(x)"),
    ("set-order", "def f(x):\n    return list(set(x))\ndef g(x):\n    return sorted(f(x))"),
    ("set-order", "def f(x, names):\n    if names:\n        print(list(set(x)))"),
    ("thread-join", "def f(x):\n    threading.Thread(target=x).start()\n    return x.rows"),
    ("hash", "def f(x):\n    return f'{hash(x)}.html'"),
    ("set-order", "def f(x):\n    return show(title=', '.join(set(x)))"),
    ("clock", "def f(x):\n    now = datetime.datetime.now()\n    return {'at': now, 'x': x}"),
    ("dict-order", "def f(x):\n    table = {}\n    for n in set(x):\n        table[n] = len(n)\n    return list(table)"),
    ("arbitrary-element", "def f(x):\n    if len(kinds := {n.kind for n in x}) == 3:\n        return next(iter(kinds))\n    return None"),
    ("directory-order", "def f(p, q):\n    if len(os.listdir(p)) != 1:\n        raise ValueError(p)\n    return os.listdir(q)[0]"),
    ("arbitrary-element", "def f(x):\n    first = next(iter(set(x)))\n    return first if isinstance(first, str) else ''"),
    ("directory-order", "def f(p):\n    for n in os.listdir(p):\n        print(f'Module {n}')"),
    ("directory-order", "def f(p):\n    for n in os.listdir(p):\n        print(f'Missing {n}')"),
    ("set-order", "def f(x):\n    print('Modules: {}'.format(', '.join(set(x))))"),
    ("set-order", "def access_list(x):\n    return 'access: ' + ', '.join(set(x))"),
    ("id", "def f(x):\n    return f'{x.kind}:{id(x)}'"),
    ("set-order", "def f(x, span):\n    span.set_ids('ids', str(set(x)))"),
    ("set-order", "class Sources:\n    def twice(x):\n        return 'twice: ' + ', '.join(set(x))"),
    ("id", "def opaque_name(x):\n    return f'{x.kind}-{id(x)}'"),
    ("arbitrary-element", "def f(x):\n    names = set(x)\n    while x:\n        store(next(iter(names)), names)"),
    ("set-order", "def f(x):\n    print(f'odd: {list(set(x))}', file=sys.stdout)"),
    ("set-order", "def f(x):\n    for n in set(x):\n        sys.stdout.write(n)"),
    ("directory-order", "def f(p):\n    odd = os.listdir(p)\n    if odd:\n        name = odd[0]\n        return name"),
    ("set-order", "def f(x):\n    print('Names: %s' % ','.join(set(x)))"),
    ("torch-random", "import torch\ndef f(x):\n    return x + torch.rand(3)"),
    ("seed", "def f(n):\n    random.seed()\n    return n"),
    ("directory-order", "def f(p, zf):\n    for n in os.listdir(p):\n        zf.write(n, n)"),
    ("directory-order", "def f(p):\n    digest = hashlib.sha256()\n    for n in os.listdir(p):\n        digest.update(n)\n    return digest"),
    ("directory-order", "def false(p):\n    return [n for n in os.listdir(p)]"),
    ("thread-shared", "class A:\n    def work(self):\n        self.n += 1\n    def run(self):\n        self.threads = [threading.Thread(target=self.work) for _ in range(2)]\n        for thread in self.threads:\n            thread.start()"),
    ("thread-shared", "class A:\n    def work(self):\n        self.n += 1\n    def add(self):\n        self.n += 2\n    def run(self):\n        self.thread = threading.Thread(target=self.work)\n        self.thread.start()"),
]  # fmt: skip


def names(path: str, text: str) -> list[str]:
    """The rules that report something."""
    rows, reasons = sightings(path, text, None)
    assert reasons == []
    return sorted({row.name for row in rows})


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless(text: str) -> None:
    """Nothing is reported."""
    assert names("a.py", f"{HEAD}{text}\n") == []


@pytest.mark.parametrize(("rule", "text"), BAD)
def test_still_reported(rule: str, text: str) -> None:
    """What reaches a result is reported."""
    assert names("a.py", f"{HEAD}{text}\n") == [rule]


SEVERITIES = [
    ("low", "def f(p):\n    yield from os.listdir(p)"),
    ("low", "def f(p):\n    for n in os.listdir(p):\n        yield n"),
    ("low", "def f(x):\n    return list(set(x))"),
    ("low", "def f(x, y):\n    return y, list(set(x))"),
    ("low", "def f(x):\n    names = set(x)\n    return max(names, key=len)"),
    ("low", "def f(x):\n    return next(iter(set(x))).kind"),
    ("low", "def f(x, y):\n    names = set(x)\n    return next(iter(n for n in names if n != y))"),
    ("low", "def f(x):\n    return next(iter(set(x)))"),
    ("low", "def f(x):\n    return {'names': list(set(x))}"),
    ("low", "def f(x, names):\n    for n in set(x):\n        names.append(n)"),
    ("low", "def f(x):\n    return ' '.join(set(x.split(' ')))"),
    ("low", "def f(x):\n    for n in set(x):\n        if n.big:\n            return n"),
    (
        "low",
        "class A:\n    def __init__(self):\n        self.idle = set()\n    def f(self):\n        worker = self.idle.pop()\n        return worker",
    ),
    ("", "def f(x):\n    names = set(x)\n    first = names.pop()\n    return first"),
    ("low", "def f(x):\n    first, second = set(x)\n    return first"),
    ("low", "def f(x):\n    return ','.join(set(x))"),
    ("", "def f(x):\n    return hashlib.sha256(','.join(set(x)).encode()).hexdigest()"),
    ("", "def f(x, p):\n    Path(p).write_text(','.join(set(x)))"),
    ("", "def f(p):\n    return ','.join(os.listdir(p))"),
    ("low", "def f(x):\n    return [f'{i}{n}' for i, n in enumerate(set(x))]"),
    ("low", "def f(p):\n    for n in os.listdir(p):\n        if n.big:\n            return n"),
    ("low", "def f(x):\n    from sklearn.manifold import TSNE\n    return {'reducer': TSNE()}"),
    ("low", "class A:\n    from sklearn.manifold import TSNE\n    reducer = TSNE()"),
    ("", "def f(x):\n    from sklearn.manifold import TSNE\n    return TSNE().fit_transform(x)"),
    (
        "",
        "def f(x):\n    from sklearn.manifold import TSNE\n    reducer = TSNE()\n    return reducer.fit_transform(x)",
    ),
    ("low", "def f(x):\n    return list(set(x))[0]"),
    ("", "def f(x):\n    return list(set(x))[:3]"),
    ("low", "def f(p):\n    for n in os.listdir(p):\n        print(n)"),
    ("", "def f(p, file):\n    for n in os.listdir(p):\n        file.write(n)"),
    ("low", "import sys\ndef f(p):\n    for n in os.listdir(p):\n        sys.stdout.write(n)"),
    ("low", "def f(p):\n    return next(Path(p).glob('*.whl'))"),
    ("low", "def f(p):\n    return os.listdir(p)[0]"),
    ("", "def f(p):\n    return os.listdir(p)[:2]"),
    ("low", "def f(x):\n    return f'{set(x)} of these'"),
    ("low", "def f(x):\n    return str(list(set(x)))"),
    (
        "low",
        "def f(tasks):\n    for task in concurrent.futures.as_completed(tasks):\n        if task.result():\n            return task.result()",
    ),
]


@pytest.mark.parametrize(("severity", "text"), SEVERITIES)
def test_what_callers_or_equals_decide_is_of_low_severity(severity: str, text: str) -> None:
    """Elements returned, yielded, printed or put into a text as they are, one of them alone, and estimators that
    are fitted elsewhere; what is written, hashed or cut keeps the rule's severity.
    """
    rows, _ = sightings("a.py", f"{HEAD}{text}\n", None)
    assert [row.severity for row in rows] == [severity]


SCRIPT_SEVERITIES = [
    ("low", "function f(p) { return fs.readdirSync(p).map((n) => n.name) }"),
    (
        "low",
        "function f(p) { const all = [];\n  for (const n of fs.readdirSync(p)) { all.push(n) }\n  return all }",
    ),
    ("low", "function* f(p) { for (const n of fs.readdirSync(p)) { yield n } }"),
    (
        "",
        "function f(p) { const all = [];\n  for (const n of fs.readdirSync(p)) { all.push(n) }\n  save(all) }",
    ),
    ("", "function f(p) { return fs.readdirSync(p)[0] }"),
    ("", "function f(p) { return fs.readdirSync(p).join() }"),
]


@pytest.mark.parametrize(("severity", "text"), SCRIPT_SEVERITIES)
def test_what_callers_of_scripts_decide_is_of_low_severity(severity: str, text: str) -> None:
    """Entries of a directory that a function returns or yields as they are; others keep the rule's severity."""
    rows, _ = sightings("a.js", text, None)
    assert [row.severity for row in rows] == [severity]


def test_samples() -> None:
    """No harmless sample of the benchmark is reported, and every bad one that rules were adjusted on is."""
    for sample in samples():
        reported = names(sample.path, sample.code)
        if not sample.rules:
            assert reported == [], sample.title
        elif not sample.apart:
            assert {*reported} & {*sample.rules}, sample.title


def test_scripts() -> None:
    """Marks in a text, temporary names and ends of a measurement are harmless."""
    assert names("a.js", "const mark = '\\0OPEN' + Math.random() + '\\0';\n") == []
    assert names("a.js", "export const mark = 'OPEN' + Math.random();\n") == ["js-random"]
    assert names("a.js", "export function f() { return { endTime: new Date() }; }\n") == []
