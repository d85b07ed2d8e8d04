"""Changes that look like a formatter's doing and are none: a person changed what the program means."""

from __future__ import annotations

from typing import NamedTuple


class Change(NamedTuple):
    """`before` is the model's; `lines` are those of `after` (1-based) that hold the person's change."""

    language: str
    name: str
    before: str
    after: str
    lines: tuple[int, ...]


CHANGES = (
    Change("python", "operator", "total = price + shipping\n", "total = price - shipping\n", (1,)),
    Change("python", "comparison", "if age >= limit: stop( )\n", "if age > limit:\n    stop()\n", (1,)),
    Change("python", "number", "TIMEOUT = 30\nRETRIES=5\n", "TIMEOUT = 300\nRETRIES = 5\n", (1,)),
    Change("python", "name", "send(order, user)\n", "send(\n    order,\n    admin,\n)\n", (3,)),
    Change("python", "precedence", "x = (a + b) * c\n", "x = a + b * c\n", (1,)),
    Change("python", "precedence added", "ok = a or b and c\n", "ok = (a or b) and c\n", (1,)),
    Change("python", "call dropped", "value = (load)()\n", "value = load\n", (1,)),
    Change("python", "call added", "handler = on_close\n", "handler = on_close()\n", (1,)),
    Change("python", "tuple of one", "point = (a,)\n", "point = (a)\n", (1,)),
    Change("python", "tuple made", "point = (a)\n", "point = (a,)\n", (1,)),
    Change("python", "string", "name = 'alpha beta'\n", 'name = "alpha  beta"\n', (1,)),
    Change("python", "escape", "sep = '\\n'\n", 'sep = "\\\\n"\n', (1,)),
    Change("python", "string to name", "mode = 'fast'\n", "mode = fast\n", (1,)),
    Change("python", "prefix", "path = 'a\\b'\n", 'path = r"a\\b"\n', (1,)),
    Change("python", "bytes", "data = 'abc'\n", 'data = b"abc"\n', (1,)),
    Change("python", "import", "import b; from c import d\n", "import b\nfrom c import e\n", (2,)),
    Change("python", "not", "return valid(item)\n", "return not valid(item)\n", (1,)),
    Change(
        "python", "argument order", "move(source, target)\n", "move(\n    target,\n    source,\n)\n", (2, 3)
    ),
    Change(
        "python", "list order", "steps = [build, test]\n", "steps = [\n    test,\n    build,\n]\n", (2, 3)
    ),
    Change("javascript", "equality", "if (a == b) run()\n", "if (a === b) run();\n", (1,)),
    Change("javascript", "declaration", "var count = 0\n", "let count = 0;\n", (1,)),
    Change("javascript", "await", "const r = fetch(url)\n", "const r = await fetch(url);\n", (1,)),
    Change("javascript", "grouping", "const n = a - (b - c)\n", "const n = a - b - c;\n", (1,)),
    Change("javascript", "template", "const t = `a  b`\n", "const t = `a b`;\n", (1,)),
    Change("javascript", "array hole", "const l = [1, 2]\n", "const l = [1, , 2];\n", (1,)),
    Change("javascript", "optional", "const c = user.city\n", "const c = user?.city;\n", (1,)),
    Change("typescript", "type", "let id: number = next()\n", "let id: string = next();\n", (1,)),
    Change(
        "typescript",
        "readonly",
        "interface A { x: number }\n",
        "interface A {\n  readonly x: number;\n}\n",
        (2,),
    ),
    Change("go", "import", 'import ("b";"a")\n', 'import (\n\t"a"\n\t"c"\n)\n', (3,)),
    Change("go", "import renamed", 'import ("b";l "a")\n', 'import (\n\tm "a"\n\t"b"\n)\n', (2,)),
    Change("go", "pointer", "func f(u User){save(u)}\n", "func f(u *User) { save(u) }\n", (1,)),
    Change("go", "assignment", "x:=1\n", "x = 1\n", (1,)),
    Change("rust", "value", "fn f()->i32{\ng()\n}\n", "fn f() -> i32 {\n    g();\n}\n", (2,)),
    Change("rust", "value made", "fn f()->i32{\ng();\n}\n", "fn f() -> i32 {\n    g()\n}\n", (2,)),
    Change("rust", "mutable", "fn f(v:&Vec<u8>){}\n", "fn f(v: &mut Vec<u8>) {}\n", (1,)),
    Change("rust", "tuple", "let t=(1,);\n", "let t = (1);\n", (1,)),
    Change("cpp", "reference", "void f(Big b){use(b);}\n", "void f(Big& b) { use(b); }\n", (1,)),
    Change("cpp", "macro", "#define SQ(x) ((x)*(x))\n", "#define SQ(x) (x * x)\n", (1,)),
    Change("cpp", "empty loop", "while (next()) work();\n", "while (next());\nwork();\n", (1,)),
    Change("cpp", "character", "char c='a';\n", 'char c = "a";\n', (1,)),
    Change("json", "number", '{"a":1,"b":2}\n', '{\n  "a": 1,\n  "b": 20\n}\n', (3,)),
    Change("json", "string to number", '{"port":"80"}\n', '{ "port": 80 }\n', (1,)),
    Change("css", "unit", "a{margin:1px;padding:0}\n", "a {\n  margin: 1em;\n  padding: 0;\n}\n", (2,)),
)
