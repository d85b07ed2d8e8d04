"""Code in replies of models: fences, prose, several blocks, half a stream."""

from __future__ import annotations

from gitprov.behaviour.reply import code_in, problem_of

CODE = "def totals(rows):\n    return sum(rows)\n"

REPLIES = {
    "bare": (CODE, CODE, 0, ""),
    "fenced": (f"Here:\n\n```python\n{CODE}```\nIt sums.\n", CODE, 2, ""),
    "tildes": (f"~~~py\n{CODE}~~~", CODE, 0, ""),
    "no language": (f"```\n{CODE}```\n", CODE, 0, ""),
    "windows lines": (f"```python\n{CODE}```\n".replace("\n", "\r\n"), CODE, 0, ""),
    "cut off": (f"```python\n{CODE}", CODE, 0, ""),
    "inner fence": (f"````python\n{CODE}# ```\n````\n", f"{CODE}# ```\n", 0, ""),
    "usage block first": (f"```python\nprint(totals([1]))\nprint(2)\nprint(3)\n```\nand\n```python\n{CODE}```", CODE, 2, ""),
    "shell block": (f"```sh\npip install x\n```\n```python\n{CODE}```", CODE, 1, ""),
    "only another language": ("```js\nx()\n```", "x()\n", 0, ""),
    "prose around": (f"Sure, this sums:\n{CODE}\nHope that helps you!", CODE, 2, ""),
    "prose alone": ("I cannot do that.", "", 1, "there is no code"),
    "empty": ("", "", 0, "there is no code"),
    "broken": ("def totals(rows:\n    pass\n", "def totals(rows:\n    pass\n", 0, "line 1: '(' was never closed"),
    "broken in a fence": ("```python\ndef totals(\n```", "def totals(\n", 0, "line 1: '(' was never closed"),
    "async": ("text\n```\nasync def totals(): pass\n```", "async def totals(): pass\n", 1, ""),
    "assigned": ("```\nx = 1\ny = 2\nz = 3\n```\n```\ntotals = sum\n```", "totals = sum\n", 1, ""),
}  # fmt: skip


def test_replies() -> None:
    """The code, how many pieces were taken away, and why it does not parse."""
    for name, (reply, code, stripped, problem) in REPLIES.items():
        result = code_in(reply, "totals")
        assert (result.code.rstrip("\n"), len(result.stripped)) == (code.rstrip("\n"), stripped), name
        assert (result.problem == "") == (problem == ""), (name, result.problem)


def test_problems() -> None:
    """Code with null bytes, only comments, or nested too deeply has a problem and raises nothing."""
    assert problem_of("x = 1") == ""
    assert problem_of("# nothing\n") == "there is no code"
    assert problem_of("x = '\0'")
    assert problem_of("(" * 5000 + ")" * 5000)
    assert problem_of("x = 1 is 1") == ""


def test_long_prose_ends() -> None:
    """A long reply without code is given up after a bounded number of tries."""
    assert code_in("import this thing\n" * 400, "f").problem
