"""Lines that were laid out anew and changed as well: what is the same keeps its owner."""

from __future__ import annotations

import pytest

from gitprov.attribution.layout.language import language_of
from gitprov.attribution.matching.reword import match
from gitprov.model.lines import split_lines

CALL = "foo(alpha, beta, gamma, delta)\n"
CASES = [
    ("a.py", CALL, "foo(\n    alpha,\n    beta2,\n    gamma,\n    delta,\n)\n", "kk.kkk"),
    ("a.py", CALL, "foo(\n    alpha,\n    gamma,\n    delta,\n)\n", "kekkk"),
    ("a.py", CALL, "bar(\n    one,\n    two,\n    gamma,\n    three,\n)\n", "......"),
    ("a.js", "if (a) return x\n", 'if (!a) throw new Error("no")\nlog()\nreturn x\n', "e.k"),
    ("a.js", "if (a) return x\n", "const z = compute(y, w)\nlog(z, y)\nreturn x\n", "..e"),
]


@pytest.mark.parametrize(("path", "old", "new", "fates"), CASES)
def test_equal_runs_keep_their_owner(path: str, old: str, new: str, fates: str) -> None:
    """`k`: as it was, `e`: edited, `.`: nobody's. A line that resembles nothing as a whole is not known by a word."""
    hits = match(split_lines(old.encode()), split_lines(new.encode()), (), language_of(path))
    lines = range(len(split_lines(new.encode())))
    assert "".join("." if n not in hits else "e" if hits[n].edited else "k" for n in lines) == fates
