"""Structure of JavaScript, TypeScript and Rust: what counts as a difference, and what does not."""

from __future__ import annotations

import sys

import pytest

from gitprov.behaviour.structure.compare import compare
from gitprov.behaviour.structure.languages import language_of
from tests.behaviour.structure.test_python import answer, changes

SAME = [
    ("a.js", "function f(a) { return a + 1 }", "// text\nfunction f(b) {\n  return b + 1;\n}"),
    ("a.js", "import {a as b, c} from 'm'; import d, * as e from \"n\"; f(b, c, d, e)", "import d, * as e from 'n'\nimport {a, c as x} from \"m\"\nf(a, x, d, e);"),
    ("a.js", "function f({a = 1, b}, [c, ...d]) { return {a, b, c, d} }", "function f({a: p = 1, b: q}, [r, ...s]) { return {a: p, b: q, c: r, d: s,} }"),
    ("a.js", "rows.map(x => x * 2)", "rows.map((y) => (y * 2));"),
    ("a.js", "const f = x => x, u = 2", "const u = 2\nconst f = (y) => y\n"),
    ("a.js", "class A extends B { x = 1; static { g() } m(a) { return a } get z() { return 1 } }", "class A extends B {\n  x = 1\n  static { g() }\n  get z() { return 1 }\n  m(b) { return b }\n}"),
    ("a.js", "function f() { for (const a of b) { var c = a } try { c() } catch (e) { throw e } return c }", "function f() { for (const x of b) { var y = x } try { y() } catch (z) { throw z } return y }"),
    ("a.js", "function f() { function g(n) { return g(n - 1) } const h = function k() { return k }; return g(h) }", "function f() { function a(m) { return a(m - 1) } const b = function c() { return c }; return a(b) }"),
    ("a.js", "export default function () { return 1 }\nexport const c = class { m() { return 1 } }", "export const c = class { m() { return 1; } }\nexport default function () { return 1; }"),
    ("a.ts", "export function f<T>(a: T, b?: string): T { const y = a as any; return y!; }\ninterface I { a: T }\ntype T = string\ndeclare const z: T", "export function f(x, z) { const q = x; return q }"),
    ("a.ts", "class A implements I { private x: number = 1; m(a: string) {} }", "class A { private x = 1; m(b) {} }"),
    ("a.tsx", "const F = (a: string) => <div id={a}>x</div>", "const F = (b) => <div id={b}>x</div>"),
    ("a.rs", "fn f(x: i32) -> Q { let y = x; Q { y } }", "/// doc\nfn f(a: i32) -> Q {\n    let b = a; // text\n    Q { y: b }\n}"),
    ("a.rs", "use a::{b as c, d::{self, e}};\nfn f() { c(); e(); d::x() }", "use a::d::{self, e};\nuse a::b;\nfn f() { b(); e(); d::x() }"),
    ("a.rs", "fn f(n: u8) { match n { MAX => 1, z if z > 1 => z, k @ 1..=2 => k, _ => 0 }; for i in 0..n { print!(\"{i} {{n}}\") } }", "fn f(m: u8) { match m { MAX => 1, a if a > 1 => a, b @ 1..=2 => b, _ => 0 }; for c in 0..m { print!(\"{c} {{n}}\") } }"),
    ("a.rs", "fn f(o: O) { if let Some(a) = o { g(a) } while let Ok((b, c)) = h() { let P { x, y: d } = b; g(|e| e + x + c + d) } }", "fn f(p: O) { if let Some(q) = p { g(q) } while let Ok((r, s)) = h() { let P { x: t, y: u } = r; g(|v| v + t + s + u) } }"),
    ("a.rs", "struct P { x: i32 }\nimpl<T> Tr for P<T> { fn m(&self, a: i32) -> i32 { a } }\nmod n { pub fn g() {} }\nconst C: u8 = 1;", "const C: u8 = 1;\nmod n { pub fn g() {} }\nimpl<T> Tr for P<T> { fn m(&self, b: i32) -> i32 { b } }\nstruct P { x: i32 }"),
]  # fmt: skip

DIFFERS = [
    ("a.js", "function f(a) { return a + 1 }", "function f(a) { return a - 1 }", [("changed", "f")]),
    ("a.js", "function f() { { let x = 1; g(x) } return x }", "function f() { { let y = 1; g(y) } return y }", [("changed", "f")]),
    ("a.js", "function f({a}) { return a }", "function f({b}) { return b }", [("changed", "f")]),
    ("a.js", "const a = 1; const b = a", "const b = a; const a = 1", [("changed", "b")]),
    ("a.js", "const a = 1", "let a = 1", [("changed", "a")]),
    ("a.js", "function f() {}", "export function f() {}", [("changed", "f")]),
    ("a.js", "class A { x = 1; m() { return 1 } }", "class A { x = 2; m() { return 2 } }", [("changed", "A"), ("changed", "A.m")]),
    ("a.js", "class A extends B {}", "class A extends C {}", [("changed", "A")]),
    ("a.js", "import {a} from 'm'; f(a)", "import {a} from 'n'; f(a)", [("changed", "<module>")]),
    ("a.js", "(a?.b).c()", "a?.b.c()", [("changed", "<module>")]),
    ("a.js", "x = [1,,]", "x = [1]", [("changed", "<module>")]),
    ("a.js", "const {a} = b; [c, d] = [d, c]", "const {a} = b; [d, c] = [d, c]", [("changed", "<module>")]),
    ("a.js", "export {a}; export default 1", "export {a}; export default 2", [("changed", "<module>")]),
    ("a.js", "function f(a) { return a }", "function g(b) { return b }", [("renamed", "g")]),
    ("a.ts", "enum E { A, B }", "enum E { B, A }", [("changed", "<module>")]),
    ("a.ts", "function f(a: number) {}", "function f(a: number, b) {}", [("changed", "f")]),
    ("a.rs", "fn f() { for i in 0..3 {} }", "fn f() { for i in 0..4 {} }", [("changed", "f")]),
    ("a.rs", "fn f(a: i32) {}", "fn f(a: i64) {}", [("changed", "f")]),
    ("a.rs", "fn f(n: u8) { match n { max => 1 } }", "fn f(n: u8) { match n { MAX => 1 } }", [("changed", "f")]),
    ("a.rs", "#[derive(Debug)]\nstruct P;", "#[derive(Clone)]\nstruct P;", [("changed", "P")]),
    ("a.rs", "impl P { fn m(&self) -> i32 { 1 } }", "impl P { fn m(&self) -> i32 { 2 } }", [("changed", "P.m")]),
    ("a.rs", "fn f() -> i32 { 1 }", "fn f() -> i32 { 1; }", [("changed", "f")]),
    ("a.rs", "use a::*;\nm!(1);", "use a::*;\nm!(2);", [("changed", "<module>")]),
    ("a.rs", "fn f<T>(a: T) where T: A {}", "fn f<T>(a: T) where T: B {}", [("changed", "f")]),
    ("a.rs", "trait T { fn f(); }\nmacro_rules! m { () => {} }\nenum E { A }", "trait T { fn g(); }\nmacro_rules! m { () => { 1 } }\nenum E { B }", [("changed", "T"), ("changed", "m"), ("changed", "E")]),
]  # fmt: skip


@pytest.mark.parametrize("path", ["a.js", "a.ts", "a.tsx", "a.rs"])
def test_what_is_no_difference(path: str) -> None:
    """Each pair of the table is the same program, written otherwise."""
    for name, old, new in SAME:
        if name == path:
            assert changes(old, new, path) == [], (old, new)
            assert changes(new, old, path) == [], (new, old)


def test_what_is_a_difference() -> None:
    """Each pair of the table differs, in the definitions that the row has."""
    for path, old, new, rows in DIFFERS:
        assert changes(old, new, path) == rows, (old, new)


def test_signatures_are_shown() -> None:
    """The signature has the parameters, and in Rust the types."""
    [row] = answer("function f(a) {}", "function f(a, b) {}", "a.js").changes
    assert row.signature == ("f(a)", "f(a, b)")
    [row] = answer("fn f<T>(a: T) {}", "fn f<T>(a: T) -> u8 {}", "a.rs").changes
    assert row.signature == ("f <T> (a: T)", "f <T> (a: T) u8")
    [row] = answer("f(1)", "f(2)", "a.js").changes
    assert row.signature is None


@pytest.mark.slow
def test_what_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors, missing tokens, other encodings, deep nesting, and a parser that is not installed."""
    rows = [
        ("a.js", "function f() {"),
        ("a.rs", "fn f( {"),
        ("a.ts", "let = = 1"),
        ("a.js", "f(" * 3000 + ")" * 3000),
    ]
    for path, text in rows:
        assert answer("f(1);" if path != "a.rs" else "fn f() {}", text, path).comparison.state == "unknown", (
            text[:40]
        )
    result = compare({"a.js": b"f(1)"}, {"a.js": b"f('\xff')"})
    assert result.comparison.reason == "a.js: it is not UTF-8"
    monkeypatch.setitem(sys.modules, "ast_grep_py", None)
    assert "pip install 'gitprov[behaviour]'" in (answer("f(1)", "f(2)", "a.js").comparison.reason or "")


def test_languages_by_the_end_of_a_name() -> None:
    """Upper case counts as well; a name without an end has no language."""
    rows = {
        "a.PY": "python",
        "x/a.mjs": "javascript",
        "a.d.ts": "typescript",
        "a.py/b": None,
        "py": None,
        "a.go": None,
    }
    assert {path: language_of(path) for path in rows} == rows
