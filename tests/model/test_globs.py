"""Patterns of paths."""

from __future__ import annotations

import time

import pytest

from gitprov.model.settings import globs


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("vendor", ["vendor", "vendor/a.py", "src/vendor/a.py"], ["vendors/a.py", "a/vendor.py"]),
        ("vendor/", ["vendor/a.py", "src/vendor/a.py"], ["vendors"]),
        ("*.lock", ["a.lock", "src/a.lock", "a.lock/b"], ["a.locks"]),
        ("src/*.py", ["src/a.py"], ["src/a/b.py", "x/src/a.py"]),
        ("/src/*", ["src/a", "src/a/b"], ["x/src/a"]),
        ("./src/a?.py", ["src/ab.py"], ["src/a/.py", "src/a.py"]),
        ("src/**", ["src/a", "src/a/b.py"], ["src", "xsrc/a"]),
        ("src/**/test_*.py", ["src/test_a.py", "src/a/b/test_c.py"], ["src/a/b.py"]),
        ("**", ["a", "a/b\nc"], []),
        ("a[b].py", ["a[b].py"], ["ab.py"]),
    ],
)
def test_patterns(pattern: str, yes: list[str], no: list[str]) -> None:
    """What each pattern names, and what it does not."""
    assert [path for path in yes if not globs.matches(path, [pattern])] == []
    assert [path for path in no if globs.matches(path, ["nothing", pattern])] == []
    assert not globs.matches("a", [])


def test_many_stars_take_no_time() -> None:
    """A pattern of the longest kind against a long path that it does not name."""
    start = time.monotonic()
    assert not globs.matches("a" * 200, ["*a" * 20 + "b"])
    assert time.monotonic() - start < 5
