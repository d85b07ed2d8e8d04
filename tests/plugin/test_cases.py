"""The decorators of cases, and their files."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import gitprov
from gitprov.behaviour.canonical import canonical
from gitprov.behaviour.text import render
from gitprov.errors import UsageError
from gitprov.testing.case_files import line_of, read
from gitprov.testing.cases import Case, of_callable
from gitprov.testing.complete import stale
from gitprov.testing.observation.environment import Place
from gitprov.testing.observation.observe import observe

NODE = shutil.which("node")


@pytest.fixture
def place() -> Iterator[Place]:
    """An empty directory for cases."""
    directory = Place()
    yield directory
    directory.remove()


def test_decorators() -> None:
    """Cases stand in the order of the source; a name is made of the inputs unless the author gives one."""

    @gitprov.case(1, "a")
    @gitprov.case([1.5], id="mine")
    @gitprov.cases("more.jsonl")
    @gitprov.case()
    def subject(*args: object) -> object:
        return args

    marked = of_callable(subject)
    assert marked is not None
    assert [case.name for case in marked.cases] == ["1-a", "mine", "call"]
    assert marked.files == ("more.jsonl",)
    assert Case(({"a": [1]},)).name == Case(({"a": [1]},)).name != Case(({"a": [2]},)).name
    assert of_callable(len) is None


def test_imported_callables_stay_as_they_are() -> None:
    """A callable of another module is no subject itself: the result of the decorator is."""
    decorated = gitprov.case(1)(gitprov.case(2)(canonical))
    assert decorated is not canonical
    assert of_callable(canonical) is None
    assert decorated(1) == canonical(1)
    marked = of_callable(decorated)
    assert marked is not None
    assert len(marked.cases) == 2


@pytest.mark.parametrize(
    "args",
    [(1, 1.0, "a", None, [True]), ((1, 2),), (Decimal("1.0"), b"x"), ({1, 2}, {"a": (1,)}), (dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc),), ({1: 2},), (float("nan"),), ()],
)  # fmt: skip
def test_lines(args: tuple[Any, ...]) -> None:
    """The line of an input gives that input again, with its types."""
    line = line_of(args, id="x")
    (case,) = read(line.encode(), "f.jsonl")
    assert canonical(case.args).digest == canonical(args).digest
    assert case.id == "x"


def test_inputs_without_a_line() -> None:
    """An input of which no value can be made again has no line."""
    with pytest.raises(ValueError, match="no value is made of"):
        line_of((object(),))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "f.jsonl:2: no case: Expecting"),
        ("[]", "each line is an object"),
        ('{"inputs": []}', "unknown key 'inputs'"),
        ('{"input": 1}', "`input` is a list of arguments"),
        ('{"python": "1"}', "`python` is a tuple"),
        ('{"python": "f("}', "`python` is a tuple"),
        ('{"tolerance": {"much": 1}}', "unexpected keyword argument"),
    ],
)
def test_lines_that_are_no_cases(line: str, message: str) -> None:
    """The file and the line are named, and what is wrong."""
    with pytest.raises(UsageError) as caught:
        list(read(b"// a remark\n" + line.encode(), "f.jsonl"))
    assert message in caught.value.message


def test_options_of_a_line() -> None:
    """A line has what the decorator takes."""
    line = b'{"input": [1], "tolerance": {"relative": 0.5}, "clock": "2026-01-01T00:00:00Z", "files": {"a": "b"}, "seen": "x"}\n\n'
    (case,) = read(line, "f.jsonl")
    assert case == Case(
        (1,), tolerance=gitprov.Tolerance(0.5), clock="2026-01-01T00:00:00Z", files={"a": "b"}
    )


def test_commands() -> None:
    """The arguments of a case come after those of the command."""
    assert gitprov.command("sum", "-n")("a.txt") == ("sum", "-n", "a.txt")
    assert gitprov.command("{python}", "x.py")()[1:] == ("x.py",)
    assert callable(stale)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("{python}", "needs.py"), "ModuleNotFoundError: No module named 'no_such_module'"),
        (("{python}", "none.py"), "can't open file"),
        (("{python}", "-m", "no_such.module"), "No module named 'no_such'"),
        (("sh", "calls.sh"), "no-such-command: not found"),
        (("sh", "none.sh"), "none.sh: "),
        pytest.param(("node", "needs.js"), "Cannot find module 'no-such'", marks=pytest.mark.skipif(not NODE, reason="no node")),
    ],
)  # fmt: skip
def test_commands_that_do_not_start(words: tuple[str, ...], reason: str, place: Place) -> None:
    """A program without one of its modules, a script that is not there: unknown with the reason, no behaviour."""
    files = {
        "needs.py": "import no_such_module",
        "calls.sh": "no-such-command",
        "needs.js": "require('no-such')",
    }
    for stderr in (False, True):
        seen = observe(gitprov.command(*words), Case(files=files, stderr=stderr), place)
        assert (seen.kind, seen.value) == ("unknown", None)
        assert reason in (seen.problem or "")
        assert " did not start: " in (seen.problem or "")


def test_status_of_commands(place: Place) -> None:
    """The exit status is a part of what a command does, also where it writes nothing; its messages are on request."""
    case = Case(("raise SystemExit(open('in').read() or 3)",), files={"in": ""})
    refusal = case._replace(files={"in": "bad input"})
    rows = [
        observe(gitprov.command("{python}", "-c"), row, place).value
        for row in (case, refusal, refusal._replace(stderr=True))
    ]
    assert [row and render(row.node) for row in rows] == [
        "observed(exited=3)",
        "observed(exited=1)",
        "observed(exited=1, stderr='bad input\\n')",
    ]


@pytest.mark.skipif(not NODE, reason="no node")
def test_commands_of_other_languages(tmp_path: Path, place: Place) -> None:
    """Arguments and stdin reach a JavaScript file, and another rounding in it is another behaviour."""
    texts = []
    for rounding in ("round", "trunc"):
        file = tmp_path / "sum.js"
        file.write_text(
            "const rows = JSON.parse(require('fs').readFileSync(0, 'utf8'));\n"
            f"console.log(process.argv[2], Math.{rounding}(rows.reduce((a, b) => a + b)));\n"
        )
        seen = observe(gitprov.command("node", str(file)), Case(("EUR",), stdin="[1, 0.5]"), place).value
        texts.append(seen and render(seen.node))
    assert texts == [
        "observed(exited=0, stdout='EUR 2\\n')",
        "observed(exited=0, stdout='EUR 1\\n')",
    ]
