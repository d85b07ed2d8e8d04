"""The security check of one file: limits, failures, and flow that the rules' examples do not have."""

from __future__ import annotations

import itertools
import re
import time

import pytest

from gitprov.checks.security.check import LARGEST_TEXT, LONGEST, judge
from gitprov.checks.security.python import finders
from gitprov.checks.security.rule import Catalog, Hit, catalog
from gitprov.checks.security.script import finders as script_finders
from gitprov.flow.gates import security as gate
from gitprov.flow.gates.security import rules
from gitprov.flow.gates.subjects import Subject
from gitprov.model.ranges import LineSet

BOOK: Catalog = rules()
BAD_RULE = """
- {id: x, languages: [python], cwe: 1, severity: low, confidence: low, message: m, fix: f, bad: [a], good: [b],
   rule: {kind: no_such_kind}}
"""
FLOWS = {
    "branches": (("def f(db, a, b):\n    if b:\n        q = 'SELECT * FROM t WHERE a = ' + a\n    else:\n"
                 "        q = 'SELECT 1'\n    db.execute(q)\n"), 6),
    "loop": ("def f(db, rows):\n    for row in rows:\n        db.execute(f\"DELETE FROM t WHERE a = '{row}'\")\n", 3),
    "while": ("def f(db, a):\n    while a:\n        db.execute('DELETE FROM t WHERE a = ' + a)\n", 3),
    "with": ("def f(connect, a):\n    with connect() as db:\n        db.execute('DELETE FROM t WHERE a = ' + a)\n", 3),
    "try": (("def f(db, a):\n    try:\n        pass\n    except ValueError as e:\n"
            "        db.execute('DELETE FROM t WHERE a = ' + a)\n"), 5),
    "walrus": ("def f(db, a):\n    if (q := 'DELETE FROM t WHERE a = ' + a):\n        db.execute(q)\n", 3),
    "attribute": (("class A:\n    def f(self, db, a):\n        self.q: str = 'DELETE FROM t WHERE a = ' + a\n"
                  "        db.execute(self.q)\n"), 4),
    "entry": ("def f(db, a):\n    c = {}\n    c['q'] = 'DELETE FROM t WHERE a = ' + a\n    db.execute(c['q'])\n", 4),
    "match": ("def f(db, a):\n    match a:\n        case _:\n            db.execute('DELETE FROM t WHERE a = ' + a)\n", 4),
    "lambda": ("f = lambda db, a: db.execute('DELETE FROM t WHERE a = ' + a)\n", 1),
    "comprehension": ("def f(db, a):\n    return {k: db.execute('DELETE FROM t WHERE a = ' + k) for k in a if k}\n", 2),
    "negation": (("def f(db, a):\n    x = -a\n    y = not a\n    db.execute('DELETE FROM t WHERE a = ' + a * 2)\n"
                 "    a, b = a, 1\n    db.execute('DELETE FROM t WHERE a = ' + a)\n"), 6),
}  # fmt: skip
CLEAN = {
    "conditional": "def f(db, a):\n    a = a if a in ('x', 'y') else 'x'\n    db.execute('DELETE FROM t WHERE a = ' + a)\n",
    "assertion": "def f(db, a):\n    assert a in NAMES\n    db.execute('DELETE FROM t WHERE a = ' + a)\n",
    "statement": "def f(db, a):\n    validate_name(a)\n    db.execute('DELETE FROM t WHERE a = ' + a)\n",
    "sign": "from flask import request\ndef f():\n    n = request.args['n']\n    if '..' in n:\n        return 1\n    open(n)\n",
    "filter": "def f(db, a):\n    return [db.execute('DELETE FROM t WHERE a = ' + k) for k in a if k in NAMES]\n",
}


def lines(text: str) -> list[int]:
    """The lines with SQL or a path from a value."""
    judgement = judge("a.py", text, BOOK, lambda: 0.0)
    assert judgement.reasons == []
    rule_ids = {"security/sql-injection", "security/path-traversal"}
    return [row.line for row in judgement.weaknesses if row.rule.id in rule_ids]


@pytest.mark.parametrize("name", FLOWS)
def test_a_value_is_followed(name: str) -> None:
    """Through statements and expressions of each kind, to the line where it is used."""
    text, line = FLOWS[name]
    assert line in lines(text)


@pytest.mark.parametrize("name", CLEAN)
def test_a_validated_value_is_harmless(name: str) -> None:
    """A list of allowed values, an assertion or a call that validates."""
    assert lines(CLEAN[name]) == []


def test_files_that_are_not_judged() -> None:
    """Other languages have no answer; large, deep and broken files have a reason."""
    assert judge("a.txt", "x", BOOK, lambda: 0.0) == ([], [])
    assert judge("a.py", "x" * (LARGEST_TEXT + 1), BOOK, lambda: 0.0).reasons == ["it is larger than 1 MiB"]
    assert "line 1 does not parse" in judge("a.py", "def", BOOK, lambda: 0.0).reasons[0]
    assert judge("a.py", "x = '\0'", BOOK, lambda: 0.0).reasons
    assert judge("a.js", "function (", BOOK, lambda: 0.0).reasons == [
        "line 1 does not parse, so flow was not followed"
    ]
    assert judge("a.py", "x = " + "-" * 50_000 + "1", BOOK, lambda: 0.0).reasons


@pytest.mark.parametrize(
    ("path", "text"), [("a.py", "import pickle\npickle.loads(eval(x))\n"), ("a.js", "eval(x); stack;\n")]
)
def test_a_file_that_takes_too_long_is_unknown(path: str, text: str) -> None:
    """The clock is read before each rule and each finder."""
    ticks = itertools.count(0, 10)
    reasons = judge(path, text, BOOK, lambda: float(next(ticks))).reasons
    assert reasons[0].startswith("the time for one file was up before security/")
    assert reasons[1] == "the time for one file was up, so flow could not be judged"
    assert len(reasons) == 2


NESTED = {
    "python": ("a.py", "a = eval(" + "(b if " * 20 + "x in c" + " else d)" * 20 + ")\n"),
    "script": ("a.js", "eval(" + "(a ? " * 24 + "f(x)" + " : y + ''.concat(z, z))" * 24 + ");\n"),
}


@pytest.mark.parametrize("name", NESTED)
def test_values_that_take_too_many_steps_are_unknown(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deep conditions, each of which is evaluated for its value and as a test; other finders still run."""
    path, text = NESTED[name]
    monkeypatch.setattr(f"gitprov.checks.security.{name}.evaluate.MOST_STEPS", 20)
    judgement = judge(path, text + "password = 'hunter2Blue!'\n", BOOK, lambda: 0.0)
    assert judgement.reasons == ["flow could not be judged: Exhausted"]
    assert [row.rule.id for row in judgement.weaknesses] == ["security/hardcoded-secret"]


HOSTILE = {
    "calls": "x" + ".get(a)" * 150,
    "words": "select " * 10_000,
    "names": "a." * 400 + "b",
    "addresses": "x = '" + "a://" * 20_000 + "'",
    "keys": "password = '" + "A1b2" * 20_000 + "'",
    "commas": "createCipheriv(" + "a," * 4_000 + "b)",
    "quotes": 'x = "' + "'<" * 20_000 + '"',
    "signatures": "signature = " + "digest + " * 300 + "x",
    "logs": "console.log(" + "token + " * 300 + "x)",
    "headers": "res.set('Access-Control-Allow-Origin', " + "'*' + " * 300 + "x)",
    "spaces": "md5(" + " " * 20_000 + "x)",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_end(name: str) -> None:
    """No expression of a rule takes more than linear or small quadratic time: far below the limit of a file."""
    for path in ("a.py", "a.js", "a.ts"):
        start = time.process_time()
        reasons = judge(path, HOSTILE[name] + "\n", BOOK, lambda: 0.0).reasons
        assert all("does not parse" in reason for reason in reasons), reasons
        assert time.process_time() - start < LONGEST


def test_a_finder_that_hangs_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its expression would need years; the file is given up, and the next is judged."""

    def hang(_module: object) -> list[Hit]:
        re.match(r"(a+)+$", "a" * 60 + "b")
        return []

    monkeypatch.setattr(gate, "_HARD_LIMIT", 0.2)
    monkeypatch.setitem(finders._FINDERS, "logs", (hang, lambda text: "hang" in text))
    lines = LineSet.of_runs([(1, 1)])
    subjects = [Subject("a.py", b"eval(hang)\n", lines), Subject("b.py", b"eval(x)\n", lines)]
    findings = list(gate.weaknesses(subjects, BOOK, True))
    assert [(row.path, row.rule, row.message.partition(" (")[0]) for row in findings] == [
        ("a.py", "security/unread", "judging it took longer than 0.2 seconds"),
        ("b.py", "security/code-injection", "A value is run as code"),
    ]


def test_a_rule_that_fails_is_unknown() -> None:
    """The reason is one line, and the other rules run."""
    reasons = judge("a.py", "x = 1\n", catalog({"g/a.yml": BAD_RULE}), lambda: 0.0).reasons
    assert len(reasons) == 1
    assert reasons[0].startswith("security/x failed")
    assert "\n" not in reasons[0]


def test_a_finder_that_fails_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others still count."""

    def fail(_module: object) -> list[object]:
        raise ValueError

    monkeypatch.setitem(finders._FINDERS, "logs", (fail, lambda _text: True))
    monkeypatch.setitem(script_finders._FINDERS, "logs", fail)
    for path in ("a.py", "a.js"):
        judgement = judge(path, "eval(x)\n", BOOK, lambda: 0.0)
        assert judgement.reasons == ["logs could not be judged: ValueError"]
        assert [row.rule.id for row in judgement.weaknesses] == ["security/code-injection"]


def test_an_unsupported_language_is_refused() -> None:
    """The parser would end the process."""
    with pytest.raises(ValueError, match="not supported"):
        catalog({"g/a.yml": BAD_RULE.replace("python", "cobol")})


@pytest.mark.parametrize("path", ["a.py", "a.js"])
def test_a_value_after_much_text_is_followed(path: str) -> None:
    """Constant text of any length hides no value behind it."""
    text = "SELECT * FROM t WHERE " + "a = 1 AND " * 2000
    if path == "a.js":
        code = f'app.get("/x", (req, res) => {{ db.query(`{text}b = ${{req.query.b}}`); }});\n'
    else:
        code = f"from flask import request\ndef f(cursor):\n    cursor.execute(f'{text}b = {{request.args['b']}}')\n"
        code = code.replace("args['b']", 'args["b"]')
    rows = judge(path, code, BOOK, lambda: 0.0).weaknesses
    assert "security/sql-injection" in [row.rule.id for row in rows]
