"""`gitprov compare`: generations and files of revisions, in text, structure and behaviour."""

from __future__ import annotations

import json

from tests.support.agent import Agent
from tests.support.repo import GitRepo
from tests.versions import ask
from tests.versions.test_versions import FLOATS, RENAMED, TOTAL, generate


def test_two_generations(project: GitRepo, agent: Agent) -> None:
    """Other names differ in text alone; another signature in structure too; behaviour is unknown without inputs."""
    first, second, third = (generate(project, agent, text) for text in (TOTAL, RENAMED, FLOATS))
    document = ask.compare(project, first, second)
    assert [document[part]["state"] for part in ("text", "structure", "behaviour")] == [
        "differs",
        "same",
        "unknown",
    ]
    assert document["behaviour"]["reason"] == "total: nothing tells what rows is"
    assert document["text"]["files"] == [
        {"change": "changed", "path": "src/total.py", "added": 4, "removed": 4, "old_path": None}
    ]
    assert "+        s += r  # add\n" in document["text"]["patch"]
    document = ask.compare(project, second, f"{third}:src/total.py")
    assert document["structure"]["changes"][0]["signature"][1] == "def total(rows, start=0.0)"
    printed = json.loads(project.gitprov("compare", second, third, "--json").stdout)
    assert printed["structure"] == document["structure"]
    same = project.gitprov("compare", third, "HEAD:src/total.py", "--exit-code")
    assert same.stdout.splitlines()[1:] == [
        "text same",
        "structure same",
        "behaviour same (the text is the same)",
    ]
    done = project.gitprov("compare", first, "HEAD:src/total.py", "--exit-code", "-p", check=False)
    assert (done.returncode, "-    result = 0" in done.stdout) == (1, True)


def test_what_cannot_be_compared(project: GitRepo) -> None:
    """Other languages and files with errors are unknown in structure; wrong names are errors that help."""
    project.write("a.txt", "one\n")
    project.write("a.py", "def f(:\n")
    project.write("b.py", "x = 1\n")
    project.commit("Files")
    document = ask.compare(project, "HEAD:a.txt", "HEAD:b.py")
    assert "structure is read in Python" in document["structure"]["reason"]
    document = ask.compare(project, "HEAD:a.py", "HEAD:b.py")
    assert document["structure"]["state"] == "unknown"
    assert "not valid Python: line 1" in document["structure"]["reason"]
    for args, status in (
        (("HEAD", "HEAD:b.py"), 2),
        (("HEAD:no", "HEAD:b.py"), 3),
        (("gen_2020", "HEAD:b.py"), 3),
    ):
        assert project.gitprov("compare", *args, check=False).returncode == status


OLD = """\
from __future__ import annotations
from dataclasses import dataclass
from shop.tax import added
RATE = 3

@dataclass
class Item:
    cents: int

def total(rows: list[int]) -> int:
    return sum(rows)

def price(item: Item) -> int:
    return added(item.cents * RATE)

def say(word: bool) -> None:
    print(word)

def order(rows: list[int]) -> None:
    rows.sort()

def down(n: int) -> int:
    while n > 0:
        n -= 1
    return n

def moment(n: int) -> float:
    return n

def each(rows: list[int]):
    yield from rows

async def later(n: int) -> int:
    return n

def thing(n: int) -> object:
    return object()

def fails(n: int) -> int:
    raise ValueError(n)

def named(*, n):
    return n

def sold(item: Item, digits: int = 2) -> str:
    return str(item.cents)
"""
NEW = {
    "def total(rows: list[int]) -> int:\n    return sum(rows)": "def total(rows: list[int], start: int = 0) -> int:\n    return sum(rows) + start",
    "item.cents * RATE": "RATE * item.cents",
    "print(word)": "print(not word)",
    "rows.sort()": "sorted(rows)",
    "n -= 1": "n -= 0",
    "return n\n\ndef each": "import time\n    return time.perf_counter()\n\ndef each",
    "yield from rows": "yield from list(rows)",
    "def sold": "def sells",
}


def test_functions_are_run(project: GitRepo) -> None:
    """What both versions define is run on the same inputs; the first input that separates them is shown."""
    project.write("src/shop/tax.py", "def added(cents):\n    return cents * 2\n")
    project.write("src/shop/sums.py", OLD)
    project.commit("Sums")
    new = OLD
    for before, after in NEW.items():
        assert before in new
        new = new.replace(before, after)
    project.write("src/shop/sums.py", new)
    project.commit("Sums again")
    behaviour = ask.compare(project, "HEAD~1:src/shop/sums.py", "HEAD:src/shop/sums.py")["behaviour"]
    rows = {row["name"]: (row["state"], row["text"]) for row in behaviour["definitions"]}
    state, text = rows.pop("down")
    assert (state, text.startswith("the new version does not end within 1 s for (")) == ("differs", True)
    assert rows == {
        "total": ("same", ""),
        "price": ("same", ""),
        "say": ("differs", "for (False), stdout: 'False\\n' (str) → 'True\\n' (str)"),
        "order": ("differs", "for ([0, -1]), arguments: ([-1, 0],) (tuple) → None (NoneType)"),
        "moment": (
            "unknown",
            "two calls with one input do not do the same: gitprov check nondeterminism --run says on what it depends",
        ),
        "each": ("same", ""),
        "later": ("same", ""),
        "thing": ("unknown", "values that cannot be compared: object: no rule for values of this type"),
        "fails": ("unknown", "both versions raise an exception for every input"),
        "named": ("unknown", "nothing tells what the named argument n is"),
        "sells": ("same", ""),
        "RATE": ("same", ""),
        "Item": ("same", ""),
    }
    counts = {row["name"]: row["inputs"] for row in behaviour["definitions"] if row["state"] == "same"}
    assert counts["total"] > 100
    assert behaviour["sandbox"]


CORPUS = '{"input": [[1, 2]]}\n{"keywords": {"rows": [3], "digits": 1}, "id": "digits"}\n'
CHANGES = {
    "alike": "sum([*rows])",
    "floats": "sum(rows) + digits / 1",
    "named": "sum(rows) + (digits == 1)",
    "missing": "__import__('no_such').x",
}


def test_declared_cases_are_run(project: GitRepo) -> None:
    """The cases of a feature count, named arguments too, and give inputs where nothing is annotated."""
    tables = [
        f'[features.{name}]\nfunction = "shop.sums:{name}"\ncases = "cases.jsonl"\n' for name in CHANGES
    ]
    project.write(".gitprov.toml", "".join(tables))
    project.write("cases.jsonl", CORPUS)
    for changes in (dict.fromkeys(CHANGES, "sum(rows)"), CHANGES):
        functions = [f"def {name}(rows, digits=0):\n    return {text}\n" for name, text in changes.items()]
        project.write("shop/sums.py", "\n".join(functions))
        project.commit("Sums")
    args = ("compare", "HEAD~1:shop/sums.py", "HEAD:shop/sums.py", "--exit-code", "--allow-weak-sandbox")
    done = project.gitprov(*args, "--json", check=False)
    behaviour = json.loads(done.stdout)["behaviour"]
    rows = {row["name"]: (row["state"], row["text"]) for row in behaviour["definitions"]}
    assert rows == {
        "alike": ("same", ""),
        "floats": ("differs", "for ([1, 2]), returned: 3 (int) → 3.0 (float)"),
        "named": ("differs", "for the case digits: observed(returned=3) → observed(returned=4)"),
        "missing": ("unknown", rows["missing"][1]),
    }
    assert "no_such, which is not installed" in rows["missing"][1]
    assert behaviour["reason"] == f"floats: {rows['floats'][1]}"
    assert done.returncode == 1


METHOD = "        def f(self): return "


def test_what_is_not_run(project: GitRepo) -> None:
    """Nested classes, other languages, modules that cannot be loaded and values without a rule are unknown."""
    pairs = {
        "class.py": (f"class A:\n    class B:\n{METHOD}1\n", f"class A:\n    class B:\n{METHOD}2\n"),
        "code.js": ("var a = 1;\n", "var a = 2;\n"),
        "loads.py": ("import no_such\ndef f(): return 1\n", "import no_such\ndef f(): return 2\n"),
        "random.py": ("def f(): return 1\n", "def f(): return 2\n"),
        "raises.py": ("def f(): return [1]\n", "def f(): raise KeyError(1)\n"),
        "ends.py": ("def f(): return 1\n", "import os\ndef f(): os._exit(0)\n"),
        "value.py": ("A = 1.5\nB = object()\n", "A = 2.5\nB = (object())\n"),
        "none.py": ("1\n", "2\n"),
    }
    for turn in (0, 1):
        for name, texts in pairs.items():
            project.write(name, texts[turn])
        project.commit("Files")
    reasons = {
        name: ask.compare(project, f"HEAD~1:{name}", f"HEAD:{name}")["behaviour"]["reason"] for name in pairs
    }
    assert reasons == {
        "class.py": "A.B.f: a method inside another definition is not run (no difference in 1 input of 1 function)",
        "code.js": "code.js: only Python is run",
        "loads.py": "f: the module no_such is not installed",
        "random.py": "f: for (), returned: 1 (int) → 2 (int)",
        "raises.py": "f: for (), returned [1] (list) → raises KeyError",
        "ends.py": "f: the code ended the process",
        "value.py": "A: 1.5 (float) → 2.5 (float)",
        "none.py": "no definition of Python is in both versions",
    }


CLASSES = """\
from __future__ import annotations
from dataclasses import dataclass, field
from enum import Enum

class Colour(Enum):
    RED = 1

@dataclass
class Cart:
    rate: int
    items: list[int] = field(default_factory=list)

    def add(self, cents: int, count: int = 1) -> Cart:
        self.items.append(cents * count)
        return self

    @property
    def total(self) -> int:
        return sum(self.items) * self.rate

    @staticmethod
    def half(n: int) -> int:
        return n // 2

    @classmethod
    def empty(cls, rate: int) -> Cart:
        return cls(rate)

    def each(self):
        yield from self.items

    async def later(self, n: int) -> int:
        return n

class Counter:
    LIMIT = 3
    __slots__ = ("n",)

    def __init__(self, n: int, *, step: int, name=None):
        self.n = n

    def up(self, by: int) -> int:
        self.n += by
        return min(self.n, self.LIMIT)

    def shown(self, digits: int) -> str:
        return str(self.n)

class Steady:
    def __init__(self, what):
        self.what = what
"""
CLASS_CHANGES = {
    "RED = 1": "RED = 2",
    "cents * count": "count * cents",
    "* self.rate\n": "* self.rate + (self.rate == 7)\n",
    "n // 2": "int(n / 2)",
    "return cls(rate)": "return cls(rate, [])",
    "yield from self.items": "yield from reversed(self.items)",
    "self.n += by": "self.n = self.n + by if by != 5 else 0",
    "def shown(self": "def show(self",
}


def test_classes_are_run(project: GitRepo) -> None:
    """Objects are made from annotated parameters; values of methods and fields of their objects are compared, and a
    class in which nothing changed does not make the result unknown.
    """
    new = CLASSES
    for before, after in CLASS_CHANGES.items():
        assert before in new
        new = new.replace(before, after)
    for text in (CLASSES, new):
        project.write("shop/__init__.py", text.replace("import Enum", "import Enum\nfrom .tax import RATE"))
        project.write("shop/tax.py", "RATE = 3\n")
        project.commit("Classes")
    behaviour = ask.compare(project, "HEAD~1:shop/__init__.py", "HEAD:shop/__init__.py")["behaviour"]
    rows = {row["name"]: (row["state"], row["text"]) for row in behaviour["definitions"]}
    assert rows == {
        "Colour": ("differs", "['RED']: 1 (int) → 2 (int)"),
        "Cart": ("same", ""),
        "Cart.add": ("same", ""),
        "Cart.total": ("differs", "for (7, []), returned.value: 0 (int) → 1 (int)"),
        "Cart.half": ("differs", "for (-1), returned: -1 (int) → 0 (int)"),
        "Cart.empty": ("same", ""),
        "Cart.each": ("differs", "for (0, [0, 1]), returned.value[0]: 0 (int) → 1 (int)"),
        "Cart.later": ("same", ""),
        "Counter": ("same", ""),
        "Counter.up": ("differs", "for (0, 0, 5), returned.value: 3 (int) → 0 (int)"),
        "Counter.show": ("same", ""),
    }
