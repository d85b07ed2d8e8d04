"""Structure of Python: what counts as a difference, and what does not."""

from __future__ import annotations

import ast
import difflib
import fractions
import inspect
import json.decoder
import shlex
import statistics
import sys
import textwrap
from types import ModuleType

import pytest

from gitprov.behaviour.structure.compare import compare
from gitprov.model.answers.behaviour.compare import StructureAnswer
from tests.behaviour.structure.pairs import PAIRS
from tests.behaviour.structure.rewrites import rewritten

MODULES: tuple[ModuleType, ...] = (difflib, fractions, json.decoder, shlex, statistics, textwrap)


def answer(old: str, new: str, path: str = "a.py") -> StructureAnswer:
    """What differs between two versions of one file."""
    return compare({path: old.encode()}, {path: new.encode()})


def changes(old: str, new: str, path: str = "a.py") -> list[tuple[str, str]]:
    """(change, name) of each definition that differs."""
    result = answer(old, new, path)
    assert not result.unread, result.unread
    return [(row.change, row.name) for row in result.changes]


@pytest.mark.slow
def test_rewrites_change_nothing() -> None:
    """Other names, layout, docstrings, annotations and orders of more than a hundred functions are no difference."""
    count = 0
    for module in MODULES:
        source = inspect.getsource(module).replace("__doc__", "__text__")
        other = rewritten(source)
        assert other.count("renamed_") > 20
        assert changes(source, other) == []
        count += sum(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(source)))
    assert count > 100


@pytest.mark.parametrize("name", PAIRS)
def test_defects_are_seen(name: str) -> None:
    """A right algorithm and a defective one are told apart, whatever their locals are called."""
    right, defective = PAIRS[name]
    assert answer(right, defective).comparison.state == "differs"
    assert answer(rewritten(right), defective).comparison.state == "differs"
    assert answer(right, rewritten(right)).comparison.state == "same"


SAME = [
    ("import numpy as np\ndef f():\n    return np.array(1)\n", "from numpy import array\ndef f():\n    return array(1)\n"),
    ("from .a import b\nx = b(1)\n", "from .a import b as c\nx = c(1)\n"),
    ("def f(a, /, *b, **c):\n    return a, b, c\n", "def f(x, /, *y, **z):\n    return x, y, z\n"),
    ("f = lambda a: a + 1\n", "f = (lambda b: b + 1)\n"),
    ("class A:\n    'doc'\n    def f(self): return 1\n    def g(self): return 2\n", "class A:\n    def g(this): return 2\n    def f(this): return 1\n"),
    ("x = 0x10\ny = 'a' 'b'\n", "y = \"ab\"\nx = 16\n"),
    ("def f():\n    x: int\n    x = 1\n    return x\n", "def f():\n    y = 1\n    return y\n"),
    ("def f(a):\n    match a:\n        case {'k': v, **rest}: return v, rest\n        case [x, *xs] | (x, *xs): return x, xs\n        case int() as n: return n\n", "def f(a):\n    match a:\n        case {'k': w, **more}: return w, more\n        case [y, *ys] | (y, *ys): return y, ys\n        case int() as m: return m\n"),
    ("def f(a):\n    import os.path as p\n    class B(a):\n        x = 1\n        def g(self): return p.join(x)\n    return B\n", "def f(a):\n    import os.path as q\n    class C(a):\n        x = 1\n        def g(self): return q.join(x)\n    return C\n"),
    ("def f(rows):\n    return {k: v for k, v in rows}, {a for b in rows if b for a in b}, (last := rows), last\n", "def f(rows):\n    return {x: y for x, y in rows}, {c for d in rows if d for c in d}, (end := rows), end\n"),
    ("from typing import overload\n@overload\ndef f(a: int) -> int: ...\ndef f(a): return a\n", "def f(a): return a\n"),
    ("x: int = 1\ny: str\n", "x = 1\n"),
    ("import a\n", "import b\n"),
    ("def f():\n    try:\n        pass\n    except ValueError as error:\n        raise KeyError from error\n", "def f():\n    try: ...\n    except ValueError as e:\n        raise KeyError from e\n"),
    ("def f(n):\n    def g(m): return m and g(m - 1)\n    return g(n)\n", "def f(n):\n    def h(m): return m and h(m - 1)\n    return h(n)\n"),
    ("def f():\n    total = 0\n    def add(n):\n        nonlocal total\n        total += n\n    return add\n", "def f():\n    t = 0\n    def add(n):\n        nonlocal t\n        t += n\n    return add\n"),
    ("def f(a=1, *, b=None): return a\nx = 1\ny = 2\n", "y = 2\nx = 1\ndef f(a=1, *, b=None): return a\n"),
]  # fmt: skip

DIFFERS = [
    ("def f(a): return a\n", "def f(b): return b\n", [("changed", "f")]),
    ("def f(): return locals(), 1\n", "def f(): return locals(), 2\n", [("changed", "f")]),
    ("def f():\n    a = 1\n    return eval('a')\n", "def f():\n    b = 1\n    return eval('a')\n", [("changed", "f")]),
    ("def f():\n    'doc'\nprint(f.__doc__)\n", "def f():\n    'text'\nprint(f.__doc__)\n", [("changed", "f")]),
    ("x = 1\ny = x\n", "y = x\nx = 1\n", [("changed", "y")]),
    ("def g(): return x\nx = 1\ny = g()\n", "def g(): return x\ny = g()\nx = 1\n", [("changed", "y")]),
    ("x = 1\nx = 2\n", "x = 2\nx = 1\n", [("changed", "x"), ("changed", "x#2")]),
    ("@app.get\ndef f(a: int): return a\n", "@app.get\ndef f(a: float): return a\n", [("changed", "f")]),
    ("class A(BaseModel):\n    x: int\n", "class A(BaseModel):\n    x: float\n", [("changed", "A")]),
    ("class A:\n    x: int\n    y: int\n", "class A:\n    y: int\n    x: int\n", [("changed", "A")]),
    ("class A(B): pass\n", "class A(C): pass\n", [("changed", "A")]),
    ("from a import *\n", "from b import *\n", [("changed", "<module>")]),
    ("print(1)\nprint(2)\n", "print(2)\nprint(1)\n", [("changed", "<module>")]),
    ("a, b = 1, 2\nc.d = 1\n", "a, b = 2, 1\nc.d = 1\n", [("changed", "a, b")]),
    ("class A:\n    class B:\n        def f(self): return 1\n", "class A:\n    class B:\n        def f(self): return 2\n", [("changed", "A.B.f")]),
    ("class A:\n    @staticmethod\n    def f(a): return a\n", "class A:\n    @staticmethod\n    def f(b): return b\n", [("changed", "A.f")]),
    ("import x\nx = x.y\ndef f(): return x\n", "import z as x\nx = x.y\ndef f(): return x\n", []),
]  # fmt: skip


def test_what_is_no_difference() -> None:
    """Each pair of the table is the same program, written otherwise."""
    for old, new in SAME:
        assert changes(old, new) == [], (old, new)
        assert changes(new, old) == [], (new, old)


def test_what_is_a_difference() -> None:
    """Each pair of the table differs, in the definitions that the row has."""
    for old, new, rows in DIFFERS:
        assert changes(old, new) == rows, (old, new)


HELPER = "def helper(x):\n    return x + 1\n"
USER = "def use(y):\n    return helper(y) * 2\n"


def test_renamed_moved_added_and_removed() -> None:
    """A definition is followed by what is in it; changed signatures come first."""
    renamed = (HELPER + USER).replace("helper", "increment")
    [row] = answer(HELPER + USER, renamed).changes
    assert (row.change, row.name, row.old_name, row.line) == ("renamed", "increment", "helper", 1)
    result = compare({"a.py": (HELPER + USER).encode()}, {"a.py": USER.encode(), "b.py": HELPER.encode()})
    [row] = result.changes
    assert (row.change, row.name, row.path, row.old_path) == ("moved", "helper", "b.py", "a.py")
    method = "class A:\n    def helper(x):\n        return x + 1\n"
    assert changes("class A: pass\n" + HELPER, method) == [("removed", "helper"), ("added", "A.helper")]
    rows = answer("x = 1\n" + USER, HELPER + USER.replace("y)", "y, z)", 1)).changes
    assert [(row.change, row.name) for row in rows] == [
        ("changed", "use"),
        ("removed", "x"),
        ("added", "helper"),
    ]
    assert rows[0].signature == ("def use(y)", "def use(y, z)")
    twins = "def a(): return 1\ndef b(): return 1\n"
    assert sorted(changes(twins, "def c(): return 1\ndef d(): return 1\n")) == [
        ("added", "c"), ("added", "d"), ("removed", "a"), ("removed", "b"),
    ]  # fmt: skip
    assert changes(
        "class A: pass\nclass B:\n    def f(self): return 7\n",
        "class A:\n    def f(self): return 7\nclass B: pass\n",
    ) == [("moved", "A.f")]
    chain = "def a(): return b()\ndef b(): return c()\ndef c(): return 5\n"
    assert {
        change
        for change, _ in changes(chain, chain.replace("a(", "a1(").replace("b(", "b1(").replace("c(", "c1("))
    } == {"renamed"}


def test_signatures_are_shown() -> None:
    """The signature of a function, a coroutine and a class."""
    rows = [
        ("def f(a: int) -> str: ...", "def f(a: int, b=1) -> str: ..."),
        ("async def f(): ...", "async def f(a): ..."),
        ("class A(B, k=1): ...", "class A(B, k=2): ..."),
        ("def f(a): return 1", "f = 1"),
    ]
    shown = [answer(old, new).changes[0].signature for old, new in rows]
    assert shown == [
        ("def f(a: int) -> str", "def f(a: int, b=1) -> str"),
        ("async def f()", "async def f(a)"),
        ("class A(B, k=1)", "class A(B, k=2)"),
        ("def f(a)", "f"),
    ]


def test_what_cannot_be_read() -> None:
    """Errors, NUL, deep nesting, size, other languages: unknown with the reason, and other files are compared."""
    deep = "x = " + "(" * 5000 + ")" * 5000
    rows = {
        "def f(:": "line 1",
        "x = 1\0": "not valid Python",
        deep: "",
        "y" * (5 << 20): "larger than 4 MiB",
    }
    for text, reason in rows.items():
        result = answer("x = 1\n", text)
        assert result.comparison.state == "unknown"
        assert reason in (result.comparison.reason or "")
    result = compare(
        {"a.txt": b"1", "b.py": b"x = 1\n", "c": b""}, {"a.txt": b"2", "b.py": b"x = 2\n", "c": b""}
    )
    assert [row.path for row in result.unread] == ["a.txt"]
    assert result.comparison.state == "differs"
    assert compare({"a.py": b"def f(:"}, {"a.py": b"def f(:"}).comparison.state == "same"


def test_code_that_is_nested_too_deeply_to_be_walked() -> None:
    """Where the parser can and the walk cannot, the result is unknown."""
    text = "x = " + "+".join(["a"] * (sys.getrecursionlimit() * 2)) + "\n"
    assert answer(text, text.replace("a+a", "a+b", 1)).comparison.state == "unknown"
