"""Grades of corpora: small changes of a function, and how many of them its cases notice."""

from __future__ import annotations

import ast
import json

import pytest

from gitprov.behaviour.mutants import mutants
from gitprov.errors import GitprovError, UsageError
from gitprov.flow.behaviour.grading import graded
from gitprov.flow.behaviour.targets import BoxOptions, box_for
from gitprov.git.repo import Repository
from tests.support.repo import GitRepo

SOURCE = '''\
"""A module."""
LIMIT = 3

def unused():
    return 1 + 1

def helper(n):
    return n is None

async def main(rows: list[int] = [5], *, deep: bool = True) -> int:
    """Text stays."""
    total = -1
    for row in rows:
        total += row % 2
        if row > 1 and not helper(row):
            return max(total, row)
    while deep:
        deep = "a" == "b"
    return {} if total in rows else None

class Box:
    def method(self):
        return [helper(1)]
'''


def test_every_kind_of_change() -> None:
    """Each operator, constant, condition and result is changed once; the tree is whole again afterwards."""
    rows = [
        (mutant.line, mutant.change, ast.unparse(mutant.tree)) for mutant in mutants(SOURCE.encode(), "main")
    ]
    assert [row[:2] for row in rows] == [
        (8, "return n is None → return None"),
        (8, "n is None → n is not None"),
        (10, "True → False"),
        (10, "5 → 6"),
        (12, "-1 → +1"),
        (12, "1 → 2"),
        (14, "total += row % 2 → total -= row % 2"),
        (14, "row % 2 → row // 2"),
        (14, "2 → 3"),
        (15, "if row > 1 and (not helper(row)): → if not (row > 1 and (not helper(row))):"),
        (15, "row > 1 and (not helper(row)) → row > 1 or not helper(row)"),
        (15, "row > 1 → row >= 1"),
        (15, "1 → 2"),
        (16, "return max(total, row) → return None"),
        (16, "max(total, row) → min(total, row)"),
        (17, "while deep: → while not deep:"),
        (18, "'a' == 'b' → 'a' != 'b'"),
        (18, "'a' → 'aX'"),
        (18, "'b' → 'bX'"),
        (19, "return {} if total in rows else None → return None"),
        (19, "total in rows → total not in rows"),
    ]
    whole = ast.unparse(ast.parse(SOURCE))
    assert all(text != whole for *_, text in rows)
    assert len({text for *_, text in rows}) == len(rows)
    assert [mutant.line for mutant in mutants(SOURCE.encode(), "Box.method")][:1] == [8]
    with pytest.raises(KeyError):
        list(mutants(b"x = 1", "main"))


CODE = """\
import functools

def total(rows, free=None):
    if rows is free:
        return 0
    return functools.reduce(lambda a, b: a + b, rows, 0)
"""
SETTINGS = "".join(
    f'[features.{name}]\nfunction = "shop.sums:{function}"\ncases = "{name}.jsonl"\n'
    for name, function in (("good", "total"), ("poor", "total"), ("none", "no_such"), ("constant", "empty"))
)


@pytest.mark.slow
def test_corpora_of_a_project(project: GitRepo) -> None:
    """A good corpus notices more than a poor one; a share that is too small is a finding; what cannot be graded says why."""
    project.write(".gitprov.toml", SETTINGS)
    project.write("src/shop/sums.py", CODE + "\ndef empty():\n    pass\n")
    for name, cases in (
        ("good", '{"input": [[3, 4]]}\n{"input": [null]}\n'),
        ("poor", '{"input": [[0]]}\n'),
        ("none", '{"input": []}\n'),
        ("constant", '{"input": []}\n'),
    ):
        project.write(f"{name}.jsonl", cases)
    args = ("baseline", "grade", "--allow-weak-sandbox", "--least", "70")
    done = project.gitprov(*args, "poor", check=False)
    assert done.returncode == 1
    assert "src/shop/sums.py:6: a + b → a - b" in done.stdout
    fields = json.loads(project.gitprov(*args, "good", "--json").stdout)
    assert (fields["tried"], fields["mutants"], fields["percent"]) == (5, 5, 100.0)
    box = box_for(BoxOptions(allow_weak=True), 60)
    with Repository.discover(str(project.path), project.env) as repo:
        part = graded(repo, "poor", 2, box)
        assert (len(part.rows), part.total) == (2, 5)
        for name, message in (
            ("none", "has no attribute 'no_such'"),
            ("constant", "nothing that can be changed"),
        ):
            with pytest.raises(GitprovError, match=message):
                graded(repo, name, 9, box)
        (project.path / "src/shop/sums.py").unlink()
        with pytest.raises(UsageError, match="no file of the module"):
            graded(repo, "good", 9, box)
