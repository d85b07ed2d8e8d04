"""What is layout in which language, and what looks like it and is not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.attribution.diff import hunks
from gitprov.attribution.layout.language import PLAIN, Language, language_of
from gitprov.attribution.layout.lexer import lex
from gitprov.attribution.layout.patterns import open_at
from gitprov.attribution.layout.rewrap import together
from gitprov.attribution.layout.streams import stream
from gitprov.attribution.matching.reword import Match, match, matches
from gitprov.model.lines import split_lines
from gitprov.model.ranges import Hunk

LAYOUT = [
    ("py", "n = 1000000 + 0xABCD", "n = 1_000_000 + 0xab_cd"),
    ("rs", "let n = 1000u32;", "let n = 1_000_u32;"),
    ("js", "n = 10000", "n = 10_000"),
    ("cpp", "int n = 10000;", "int n = 10'000;"),
    ("py", "def f():\n    '''a b\n    c'''", 'def f():\n    """a\n    b c\n    """'),
    ("py", "def f():  # d\n    '''a b\n    c'''", "def f():  # d\n    '''\n    a\n    b c\n    '''"),
    ("js", "x = {'a'(b) {}, async 'c'() {}, /* d */ 'e': 1}", "x = {a(b) {}, async c() {}, /* d */ e: 1}"),
    ("js", "x = /a(?:b|c)/u", "x =\n  /a(?:b|c)/u"),
    ("c", "#define A 1 /* a \\\n b */", "#define A 1    /* a    \\\n   b */"),
    # white space and line breaks
    ("txt", "some words\nin lines", "some\n words in  lines"),
    ("md", "- a list", "-  a list"),
    ("json", '{"a":1}', '{\n "a": 1\n}'),
    ("c", "a >>b", "a>> b"),
    ("cpp", "map<a, vector<b> > c;", "map<a, vector<b>> c;"),
    ("rs", "type A<T>=B<T>;", "type A<T> = B<T>;"),
    ("mk", "a \\\n b", "a b"),
    # strings
    ("py", "x = 'it\\'s'", 'x = "it\'s"'),
    ("py", "U'a' + F'{b}' + Rb'c'", 'u"a" + f"{b}" + rb"c"'),
    ("py", "x = f'{ a }'", 'x = f"{a}"'),
    ("py", "x = 'a' 'b' f'{c}'", 'x = f"ab{c}"'),
    ("py", "'''A doc.\n   more  '''", '"""A doc.\n\n    more\n"""'),
    ("js", "a = { 'b': 1, 'c-d': 2, 3: 4 }", 'a = { b: 1, "c-d": 2, 3: 4, };'),
    ("js", "a = `b ${c=>d}`", "a = `b ${(c) => d}`"),
    ("js", "css`\n  a: b;\n`", "css`\n    a:  b;\n`"),
    ("css", "a[b='c']{}", 'a[b="c"] {}'),
    ("css", "a[type=text]{}", 'a[type="text"] {}'),
    ("css", "a[href^=http]{}", 'a[href^="http"] {}'),
    ("css", "a{margin:-0.0px -.50em}", "a { margin: -0px -0.5em; }"),
    ("yaml", "a: 'b'", 'a: "b"'),
    ("md", "* a _b_ c\\_d\n* __e__", "- a *b* c_d\n- **e**"),
    ("md", "|a|b|\n|----|-----|", "| a | b |\n| --- | --- |"),
    ("sh", "(a `b c`; d)", "(\n  a $(b c)\n  d\n)"),
    ("sh", "echo 'a'; if b; then c; fi", 'echo "a"\nif b\nthen c\nfi'),
    ("php", "echo 'a';", 'echo "a";'),
    ("lua", "f('a');", 'f("a")'),
    ("c", 'x = "ab"\n "cd";', 'x = "abcd";'),
    ("json", '"\\u00e9\\/"', '"é/"'),
    # numbers
    ("py", "0XFF + 1E5 + .5 + 5. + 10J", "0xff + 1e5 + 0.5 + 5.0 + 10j"),
    ("js", ".50 + 5. + 1.0E+05 + 0XAB", "0.5 + 5 + 1e5 + 0xab"),
    ("css", "a{margin:+.50EM;color:#FFF}", "a { margin: +0.5em; color: #fff; }"),
    ("c", "0XFFUL", "0xfful"),
    ("go", "0X1 + 1E3", "0x1 + 1e3"),
    ("rs", "1E5", "1e5"),
    # commas and semicolons
    ("py", "f(a,\n b,)", "f(a, b)"),
    ("py", "x[a, b,]", "x[a, b]"),
    ("py", "from a import (b,)", "from a import b"),
    ("py", "a; b;", "a\nb"),
    ("js", "f(a,)", "f(a)"),
    ("js", "do { a() } while (b)", "do { a(); } while (b);"),
    ("js", "a;;", "a;"),
    ("ts", "f<A,\n B,\n>(x)", "f<A, B>(x)"),
    ("ts", "interface A { b: c, d?: e[] }", "interface A {\n  b: c;\n  d?: e[];\n}"),
    ("ts", "type A = { b: c } | { d: e, f: g }", "type A = { b: c; } | { d: e; f: g; };"),
    ("ts", "function f(a: { b: c, d: e }) {}", "function f(a: { b: c; d: e }) {}"),
    ("ts", "useState<{ a: b, c: d }>()", "useState<{ a: b; c: d }>();"),
    ("ts", "type A = 'a' | 'b'", 'type A =\n  | "a"\n  | "b";'),
    ("ts", "type A = (typeof b)[number]", "type A = typeof b[number];"),
    ("go", "a := 1; b := 2", "a := 1\nb := 2"),
    ("go", "type a struct { b int; c int }", "type a struct {\n b int\n c int\n}"),
    ("rs", "fn f() { return x }", "fn f() { return x; }"),
    ("rs", "f(a,\n b,\n)", "f(a, b)"),
    ("rs", "match a { B => {}, C => { d } E => f }", "match a { B => {} C => d, E => f, }"),
    ("rs", "fn f<A>() where A: B, {}", "fn f<A>() where A: B {}"),
    ("rs", "|a| { b }", "|a| b"),
    ("c", "int a[] = { 1, 2, };", "int a[] = { 1, 2 };"),
    ("css", "a{b:c}", "a { b: c; }"),
    ("kt", "a();", "a()"),
    # parentheses
    ("py", "x = ((a))", "x = a"),
    ("py", "x = ((a, b))", "x = a, b"),
    ("py", "return (a, b)", "return a, b"),
    ("py", "x = (1,)", "x = 1,"),
    ("py", "for (x, y) in z: pass", "for x, y in z:\n  pass"),
    ("py", "for x in (1, 2): y", "for x in 1, 2: y"),
    ("py", "(a, b) = c", "a, b = c"),
    ("py", "del (a), (b)", "del a, b"),
    ("py", "with (open(a) as f, open(b) as g): x", "with open(a) as f, open(b) as g: x"),
    ("py", "while (x := f()): y", "while x := f(): y"),
    ("py", "x = (\n  (a, b) if (c or d)\n  and e else f\n)", "x = (a, b) if (c or d) and e else f"),
    ("py", "a = (b) = c", "a = b = c"),
    ("py", "a: (b) = c", "a: b = c"),
    ("py", "try: a\nexcept (b): c", "try: a\nexcept b: c"),
    ("py", 'f\'{a["b"]} {f"{c}" if d else ""}\'', "f\"{a['b']} {f'{c}' if d else ''}\""),
    ("py", "assert (x), (y)", "assert x, y"),
    ("py", "return not (a.b)", "return not a.b"),
    ("py", "return (a if b else c)", "return a if b else c"),
    ("py", "(a * b) + c", "a * b + c"),
    ("py", "a and (b and c)", "a and b and c"),
    ("py", "x[(a):b]", "x[a:b]"),
    ("py", "print(a, (await b))", "print(a, await b)"),
    ("py", "print(a)\nawait (b)", "print(a)\nawait b"),
    ("py", "class A(): pass", "class A:\n  pass"),
    ("js", "x => y", "(x) => y"),
    ("js", "f = async x => x", "f = async (x) => x"),
    ("js", "a || (b && c)", "a || b && c"),
    ("js", "(a % b) * c", "a % b * c"),
    ("js", "let x = (a ? b : c)", "let x = a ? b : c;"),
    ("js", "while ((a = b)) c()", "while (a = b) c();"),
    ("js", "return (\n  <div>a</div>\n)", "return <div>a</div>;"),
    ("js", "<a b={'c'}>{' '}d</a>", '<a b="c">d</a>'),
    ("js", "x = function () {}", "x = (function () {});"),
    ("js", "new Foo", "new Foo()"),
    ("go", "if (x) {", "if x {"),
    ("rs", "while (x) {}", "while x {}"),
    ("java", "return (a + b);", "return a + b;"),
    # comments
    ("c", "// a b c", "// a b\n// c"),
    ("rs", "/// a\n/// b", "///   a b"),
    ("c", "/* a\n * b */", "/* a b */"),
    ("py", "#a", "# a"),
    ("cpp", "} // namespace foo", "}"),
]

NO_LAYOUT = [
    ("txt", "a b", "ab"),
    ("txt", "a", "A"),
    ("txt", "'a'", '"a"'),
    ("py", "a b", "ab"),
    ("py", "(a + b) * c", "a + b * c"),
    ("py", "a - (b + c)", "a - b + c"),
    ("py", "(a ** b) ** c", "a ** b ** c"),
    ("py", "(-a) ** b", "-a ** b"),
    ("py", "-(a + b)", "-a + b"),
    ("py", "not (a or b)", "not a or b"),
    ("py", "(a < b) < c", "a < b < c"),
    ("py", "(a,)", "(a)"),
    ("py", "x = a,", "x = a"),
    ("py", "x[a,]", "x[a]"),
    ("py", "f((a, b))", "f(a, b)"),
    ("py", "assert (x, y)", "assert x, y"),
    ("py", "if x in (a, b): y", "if x in a, b: y"),
    ("py", "[(x for x in y)]", "[x for x in y]"),
    ("py", "'%s' % (a, b)", "'%s' % a, b"),
    ("py", "x = (a)\n(b)", "x = a(b)"),
    ("py", "f", "f()"),
    ("py", "try: a\nexcept (b, c): d", "try: a\nexcept b, c: d"),
    ("py", "f(a)", "f(a, b)"),
    ("py", "[a, b]", "[a b]"),
    ("py", "1.0", "1"),
    ("py", "0.50", "0.5"),
    ("py", "{'a': 1}", "{a: 1}"),
    ("py", "b'a'", "'a'"),
    ("py", "r'\\n'", "'\\n'"),
    ("py", "'a b'", "'a  b'"),
    ("py", "f'{a=}'", "f'{a = }'"),
    ("py", "x = '''a\nb'''", "x = '''a b'''"),
    ("py", "f(  # d\n'''a\nb''')", "f(  # d\n'''a b''')"),
    ("py", "{'k':\n'''a\nb'''}", "{'k':\n'''a b'''}"),
    ("py", "0x_ff", "0x_f0"),
    ("js", "f('a')(b)", "f(a)(b)"),
    ("c", "#define A 1 /* a \\\n b */", "#define A 1 /* a \\\n c */"),
    ("py", "x", "# x"),
    ("py", "# a b", "# a c"),
    ("js", "[a,,]", "[a,]"),
    ("js", "while (x); y()", "while (x) y()"),
    ("js", "if (x) {} else; y()", "if (x) {} else y()"),
    ("js", "for (a; b;) c", "for (a b;) c"),
    ("js", "x = () => ({})", "x = () => {}"),
    ("js", "f((a, b))", "f(a, b)"),
    ("js", "(a => b)(c)", "a => b(c)"),
    ("js", "(a + b).c", "a + b.c"),
    ("js", "(a?.b).c", "a?.b.c"),
    ("js", "(1).a", "1.a"),
    ("js", "a - -b", "a--b"),
    ("js", "`a`", "'a'"),
    ("js", "`a  b`", "`a b`"),
    ("js", "/a b/", "/a  b/.x"),
    ("js", "new A().b()", "new A.b()"),
    ("js", "new (a())()", "new a()()"),
    ("ts", "f({ a: b, c: d })", "f({ a: b; c: d })"),
    ("go", "'a'", '"a"'),
    ("go", "for i := 0; i < n; i++ {", "for i := 0 i < n i++ {"),
    ("c", "'a'", '"a"'),
    ("c", "#define A(x) ((x) + 1)", "#define A(x) (x + 1)"),
    ("c", "a(); b", "a() b"),
    ("c", "f(a,)", "f(a)"),
    ("cpp", "decltype((a))", "decltype(a)"),
    ("c", "// a", "/// a"),
    ("rs", "fn f() { x; }", "fn f() { x }"),
    ("rs", "(a,)", "(a)"),
    ("rs", "(a.b)()", "a.b()"),
    ("rs", "(0..9).b()", "0..9.b()"),
    ("rs", "'a'", "'b'"),
    ("rs", 'r#"a\n b"#', 'r#"a\nb"#'),
    ("java", "'a'", '"a"'),
    ("css", "a .b{}", "a.b{}"),
    ("css", "var(--x,)", "var(--x)"),
    ("css", "1px", "1em"),
    ("css", "1px -1px", "1px - 1px"),
    ("css", "-webkit-A", "-webkit-a"),
    ("py", "print(a)\nawait (b + c)", "print(a)\nawait b + c"),
    ("json", '"a"', '"b"'),
    ("yaml", "a: 'b\\n'", 'a: "b\\n"'),
    ("md", "*a*", "**a**"),
    ("md", "a_b", "a*b"),
    ("sh", "'$a'", '"$a"'),
    ("sh", "for ((a; b; c)); do d; done", "for ((a b c)); do d; done"),
    ("sh", "{a,}", "{a}"),
    ("php", "'$a'", '"$a"'),
    ("rb", "'#{a}'", '"#{a}"'),
    ("kt", "'a'", '"a"'),
]


def _same(old: bytes, new: bytes, language: Language) -> bool:
    """Whether two texts differ in nothing but layout."""
    sides = [split_lines(text) for text in (old, new)]
    return (
        stream(sides[0], 0, len(sides[0]), language).keys == stream(sides[1], 0, len(sides[1]), language).keys
    )


@pytest.mark.parametrize(("suffix", "old", "new"), LAYOUT)
def test_what_is_layout(suffix: str, old: str, new: str) -> None:
    """Both texts are the same tokens, whichever was first; every line of either is whose the other's lines are."""
    language = language_of(f"a.{suffix}")
    assert _same(old.encode(), new.encode(), language)
    for was, now in ((old, new), (new, old)):
        found = match(split_lines(f"{was}\n".encode()), split_lines(f"{now}\n".encode()), (), language)
        assert set(found) == {n for n, line in enumerate(now.split("\n")) if line.strip()} | set(found)
        assert not any(hit.edited or hit.partly for hit in found.values())


@pytest.mark.parametrize(("suffix", "old", "new"), NO_LAYOUT)
def test_what_is_not(suffix: str, old: str, new: str) -> None:
    """What may mean something else is a change, in whichever direction."""
    language = language_of(f"a.{suffix}")
    assert not _same(old.encode(), new.encode(), language)
    assert not _same(new.encode(), old.encode(), language)


def test_languages_by_name() -> None:
    """The suffix tells, in any case; what has none is plain."""
    assert language_of("a/b.PY").name == "python"
    assert language_of("x.d/Makefile") == language_of("x.unknown") == language_of("py") == PLAIN
    assert language_of("a.test.tsx").name == "ts"


def found_in(path: str, old: str, new: str, theirs: tuple[int, ...] = ()) -> list[tuple[int, bool] | None]:
    """For each new line the old line that it was, and whether it was edited."""
    hits = match(split_lines(old.encode()), split_lines(new.encode()), theirs, language_of(path))
    return [hits[n][:2] if n in hits else None for n in range(len(split_lines(new.encode())))]


IMPORTS = [
    ("a.py", "import os, sys\n", "import os\nimport sys\n", [0, 0]),
    ("a.py", "from b import d, c\n", "from b import c, d\n", [0]),
    ("a.py", "from b import c\nfrom b import d as e\n", "from b import c, d as e\n", [0]),
    ("a.py", "from .b import (\n    d,\n    c,\n)\n", "from .b import c, d\n", [1]),
    ("a.py", "from b import d, c\n", "from b import (\n    c,\n    d,\n)\n", [0, 0, 0, 0]),
    ("a.py", "import b\nimport a\nimport b\n", "import a\nimport b\n", [1, 2]),
    ("a.py", "__all__ = ['b', 'a']\n", '__all__ = ["a", "b"]\n', [0]),
    ("a.js", "import { b, a } from 'm'\n", 'import { a, b } from "m";\n', [0]),
    (
        "a.ts",
        "import d, { b as c, a } from 'm'\n",
        'import d, {\n  a,\n  b as c,\n} from "m";\n',
        [0, 0, 0, 0],
    ),
    ("a.js", "export { b, a }\n", "export { a, b };\n", [0]),
    ("a.rs", "use a::{c, b::{e, d}};\n", "use a::{\n    b::{d, e},\n    c,\n};\n", [0, 0, 0, 0]),
    ("a.rs", "pub use b::x;\nuse a::{y};\n", "use a::y;\npub use b::x;\n", [1, 0]),
]


@pytest.mark.parametrize(("path", "old", "new", "origins"), IMPORTS)
def test_imports_in_another_order(path: str, old: str, new: str, origins: list[int]) -> None:
    """Sorted, split and merged imports are whose their items were."""
    found = found_in(path, old, new)
    assert all(hit is not None and not hit[1] for hit in found)
    assert [hit[0] for hit in found if hit] == origins or len(set(origins)) < len(origins)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "from b import c, d\n", "from b import c\n"),
        ("a.py", "from b import c\n", "from b import c, d\n"),
        ("a.py", "from b import c, d\n", "from x import d, c\n"),
        ("a.js", "import { a, b } from 'm'\n", "import { a } from 'm'\n"),
        ("a.js", "f(a, b)\n", "f(b, a)\n"),
        ("a.py", "x = [b, a]\n", "x = [a, b]\n"),
        ("a.json", '{"a": [1, 2]}\n', '{"a": [2, 1]}\n'),
        ("a.rs", "use a::{b, c};\n", "use a::{c};\n"),
    ],
)
def test_other_orders_and_items_are_edits(path: str, old: str, new: str) -> None:
    """An item that came or went, and the order of anything but imports, is an edit."""
    assert all(hit is None or hit[1] for hit in found_in(path, old, new))


def test_rows_in_another_order() -> None:
    """Keys of an object that were sorted are what they were, nested ones with their brackets, in one line as well."""
    old = '{\n  "b": {\n    "y": 1,\n    "x": 2\n  },\n  "a": 3\n}\n'
    new = '{\n  "a": 3,\n  "b": {\n    "x": 2,\n    "y": 1\n  }\n}\n'
    sides = split_lines(old.encode()), split_lines(new.encode())
    changed = hunks(old.encode(), new.encode())
    found = matches(*sides, changed, (), language_of("a.json"))
    fresh = {n for hunk in changed for n in range(hunk.new_start, hunk.new_end)}
    assert fresh <= found.keys()
    assert not any(hit.edited for hit in found.values())
    assert found_in("a.json", '{"b":1,"a":{"d":1,"c":2}}\n', '{"a":{"c":2,"d":1},"b":1}\n') == [(0, False)]


def moved(old: str, new: str, places: list[Hunk]) -> dict[int, Match]:
    """What is found in some hunks of two Python files."""
    return matches(split_lines(old.encode()), split_lines(new.encode()), places, (), language_of("a.py"))


def test_a_block_that_moved_within_the_file() -> None:
    """A function that went at one place and came at another is what it was, its blank lines too; a copy is not."""
    block = "def first(a):\n    total = a + 1\n\n    return total\n"
    rest = "other = thing\n"
    found = moved(block + rest, rest + block, [Hunk(0, 4, 0, 0), Hunk(5, 0, 1, 4)])
    assert found == {n + 1: Match(n, edited=False) for n in range(4)}
    assert moved(block + rest, block + rest + block, [Hunk(5, 0, 5, 4)]) == {}


def test_a_lone_word_that_moved() -> None:
    """A line of one word is the same line only where there is no other like it in the file."""
    old, new = "keep it here\nalpha,\nmore of that\n", "alpha,\nkeep it here\nmore of that\n"
    places = [Hunk(0, 0, 0, 1), Hunk(1, 1, 2, 0)]
    assert moved(old, new, places) == {0: Match(1, edited=False)}
    assert moved(old + "alpha,\n", new + "alpha,\n", places) == {}
    block = "def one():\n    return result\n"
    assert (
        moved(block + "other = 1\n", "other = 1\n    return result\n", [Hunk(0, 2, 0, 0), Hunk(3, 0, 1, 1)])
        == {}
    )
    twice = moved("pass\na b\npass\n", "a b\npass\n", [Hunk(0, 1, 0, 0)])
    assert twice == {}


def test_a_part_that_was_changed() -> None:
    """Of a line that was broken, the parts that are as they were stay so; the old line as a whole is not."""
    old = "call(alpha, beta, gamma, delta, epsilon)\n"
    found = found_in("a.py", old, "call(\n    alpha,\n    beta,\n    other,\n    delta,\n    epsilon,\n)\n")
    assert [hit and hit[1] for hit in found] == [False, False, False, None, False, False, False]
    hits = match(
        [old.encode()], split_lines(b"call(\n    alpha,\n    beta,\n    delta,\n    epsilon,\n)\n"), (), PLAIN
    )
    assert any(hit.edited for hit in hits.values())
    assert not any(hit.old == 0 and not hit.edited and not hit.partly for hit in hits.values())


def test_lines_of_several_people_joined() -> None:
    """A line that holds a person's words and a model's is no model's unchanged one; the one with most words has it."""
    old = [b"call(one, two, three, four,\n", b"     five)\n"]
    assert match(old, [b"call(one, two, three, four, five)\n"], {1}) == {0: Match(0, True, (1,))}
    assert match(old, [b"call(one, two, three, four, five)\n"], {0}) == {0: Match(0, True, (1,))}
    assert match(old, [b"call(one, two, three, four, five)\n"]) == {0: Match(0, False, (1,))}


def test_strings_that_were_broken() -> None:
    """Each line of a string that was broken into several is whose the string is, and so back again."""
    one, many = 'x = "alpha beta gamma";\n', 'x = "alpha "\n    "beta "\n    "gamma";\n'
    assert found_in("a.c", one, many) == [(0, False)] * 3
    joined = match(split_lines(many.encode()), [one.encode()], (), language_of("a.c"))
    assert joined == {0: Match(0, False, (1, 2))}


def test_parts_of_a_string_by_several_people() -> None:
    """Each part of a broken string is whose it was; parts of several people on one line are nobody's unchanged line."""
    old = 'raise E("alpha beta "\n        "gamma delta "\n        "epsilon")\n'
    new = 'raise E(\n    "alpha beta "\n    "gamma delta "\n    "epsilon"\n)\n'
    assert found_in("a.py", old, new)[:4] == [(0, False), (0, False), (1, False), (2, False)]
    joined = 'raise E(\n    "alpha beta gamma delta "\n    "epsilon"\n)\n'
    hits = match(split_lines(old.encode()), split_lines(joined.encode()), {1}, language_of("a.py"))
    assert hits[1] == Match(0, True, (1,))
    assert hits[2] == Match(2, False)


def test_a_sign_that_went_to_another_line() -> None:
    """A comma or an operator of a person's line makes no edit of the model's words beside it."""
    for path, old, new in (
        ("a.js", "var a = b\n  , c = d\n", "var a = b,\n  c = d;\n"),
        ("a.py", "x = (alpha and\n  beta)\n", "x = (\n  alpha\n  and beta\n)\n"),
    ):
        for persons in (0, 1):
            hits = match(split_lines(old.encode()), split_lines(new.encode()), {persons}, language_of(path))
            assert not any(hit.edited for hit in hits.values())
            assert {hit.old for hit in hits.values()} == {0, 1}


def test_a_comment_above_its_line() -> None:
    """A comment that went from behind its code to above it changes neither."""
    old = "x = (  # one two\n  alpha\n)\nbeta = gamma  # three four\n"
    new = "x = alpha  # one two\n# three four\nbeta = gamma\n"
    assert found_in("a.py", old, new) == [(0, False), (3, False), (3, False)]


def test_a_line_of_a_broken_string() -> None:
    """A line on which a string goes on is compared by itself where the rest of the string stands as it was."""
    old, new = "x = (\n    \"it's\"\n    'beta gamma'\n)\n", 'x = (\n    "it\'s"\n    "beta gamma"\n)\n'
    assert moved(old, new, [Hunk(2, 1, 2, 1)]) == {2: Match(2, edited=False)}


def test_much_laid_out_anew() -> None:
    """Where a diff of lines takes a common line for another one like it, the tokens from end to end tell."""
    calls = [f"call('a{n}', 'b{n}', (1,))" for n in range(30)]
    old = "x = [\n" + "".join(f"    {call},\n" for call in calls) + "]\n"
    parts = [f'    call(\n        "a{n}",\n        "b{n}",\n        (1,),\n    ),\n' for n in range(30)]
    new = "x = [\n" + "".join(parts) + "]\n"
    changed = hunks(old.encode(), new.encode())
    found = moved(old, new, changed)
    assert {n for hunk in changed for n in range(hunk.new_start, hunk.new_end)} <= found.keys()
    assert all(hit.old == 1 + (n - 1) // 5 and not hit.edited for n, hit in found.items())


def test_hunks_that_brackets_part_are_one() -> None:
    """A diff that takes one bracket for another does not cut a function in two."""
    lines = [b"a\n", b"}\n", b"\n", b"b\n", b"word\n", b"c\n"]
    apart = [Hunk(0, 1, 0, 1), Hunk(3, 1, 3, 1), Hunk(5, 1, 5, 1)]
    assert together(lines, apart) == [Hunk(0, 4, 0, 4), apart[2]]
    old = "a() { return 1 }\n}\nclass B { c() { d() } }\n"
    new = "a() {\n  return 1;\n}\n}\nclass B {\n  c() {\n    d();\n  }\n}\n"
    assert all(hit is not None and not hit[1] for hit in found_in("a.js", old, new))


TOKENS = st.lists(
    st.sampled_from(["alpha", "beta", "gamma", "=", "+", "'a b'", "7"]), min_size=1, max_size=12
)


@given(TOKENS, st.data())
def test_any_layout_of_the_same_tokens(tokens: list[str], data: st.DataObject) -> None:
    """However the tokens of a hunk are laid out, each new line is whose its tokens are, and nothing is edited."""
    sides = []
    for _ in range(2):
        gaps = data.draw(
            st.lists(st.sampled_from([" ", "\n", "\n    "]), min_size=len(tokens), max_size=len(tokens))
        )
        sides.append("".join(token + gap for token, gap in zip(tokens, gaps, strict=True)).rstrip() + "\n")
    found = found_in("a.py", sides[0], sides[1])
    assert all(hit is not None and not hit[1] for hit in found)


@given(TOKENS, st.integers(0, 11), st.data())
def test_a_changed_token_is_never_kept(tokens: list[str], at: int, data: st.DataObject) -> None:
    """The line with another token is not told as unchanged, nor is the old line that had the first one as whole."""
    changed = [*tokens]
    changed[at % len(tokens)] = "changed"
    gaps = data.draw(st.lists(st.sampled_from([" ", "\n"]), min_size=len(tokens), max_size=len(tokens)))
    new = "".join(token + gap for token, gap in zip(changed, gaps, strict=True)).rstrip() + "\n"
    hits = match([" ".join(tokens).encode() + b"\n"], split_lines(new.encode()), (), language_of("a.py"))
    for n, line in enumerate(split_lines(new.encode())):
        hit = hits.get(n)
        assert hit is None or hit.edited or (b"changed" not in line and hit.partly == (0,))


@pytest.mark.slow
@pytest.mark.parametrize("reworded", [0, 97])
def test_a_bundle_laid_out_is_quick(reworded: int) -> None:
    """One line of 300 kB that becomes 36,000 lines takes seconds, with changes in it too: the work is linear."""
    count = 6000
    old = "".join(f"const f{n}=(a,b)=>{{return g('x',{{a,b}},[a,{n}])}};" for n in range(count)) + "\n"
    words = ["y z" if reworded and n % reworded == 0 else "x" for n in range(count)]
    new = "".join(
        f'const f{n} = (a, b) => {{\n  return g("{words[n]}", {{ a, b }}, [\n    a,\n    {n},\n  ]);\n}};\n'
        for n in range(count)
    )
    began = time.process_time()
    hits = match([old.encode()], split_lines(new.encode()), (), language_of("a.js"))
    assert (
        time.process_time() - began < 15
    )  # one second where nothing else runs; minutes if it were not linear
    changed = len(range(0, count, reworded)) if reworded else 0
    assert sum(1 for hit in hits.values() if not hit.edited) == 6 * count - changed


def test_white_space_alone_in_a_large_hunk() -> None:
    """A hunk of more than 100 kB is seen as a whole, its blank lines and joined lines too."""
    words = [f"word{n} and {n};" for n in range(8000)]
    one, many = (" ".join(words) + "\n").encode(), [line.encode() + b"\n" for line in words]
    assert match([one], [*many[:9], b"\n", *many[9:]], (), language_of("a.c")) == {
        n: Match(0, edited=False) for n in range(8001)
    }
    joined = match(many, [one], (), language_of("a.c"))[0]
    assert (joined.old, len(joined.also), joined.edited) == (7999, 7999, False) or len(joined.also) == 7999


@pytest.mark.parametrize(
    ("text", "start"), [('x = rb"""a\n', 4), ('bar"""a\n', 2), ('x = ("""a\n', 5), ("xyz = '''\n", 6)]
)
def test_open_string_begins_at_its_letters(text: str, start: int) -> None:
    """What is open at the end of a text of Python begins with up to two letters before the quotes."""
    assert open_at(text.encode(), language_of("a.py"))[0] == start


PIECES = st.sampled_from([*"'\"`\n\\ a1#rf{}<-", "'''", '"""', "\\\n", "//", "/*", "*/"])


@pytest.mark.parametrize("path", ["a.py", "a.toml", "a.kt", "a.java", "a.js", "a.go", "a.sh", "a.c", "a.md"])
@given(st.lists(PIECES, max_size=12))
def test_no_token_has_a_line_end(path: str, pieces: list[str]) -> None:
    """Tokens are the lines of texts that a diff compares; a cut text leaves quotes open."""
    text = "".join(["'''\n", *pieces, "\n"]).encode()
    assert not [key for key in lex(text, language_of(path)).keys if b"\n" in key]
