"""Pairs of which the arithmetic does not say that all is the model's, each with the reason.

A pair that is right in the meantime is taken out; the test of the live formatters says so.
"""

from __future__ import annotations

_TUPLE = "`first, = x` becomes `(first,) = x`: a tuple of one with and without parentheses is told from a group by its comma"
_ON_A_LINE = "two imports on one line are put on two, and then sorted away from each other"

#: Recording → snippet → the reason.
KNOWN: dict[str, dict[str, str]] = {
    "black-python": {"assignment unpack": _TUPLE},
    "ruff-python": {"assignment unpack": _TUPLE},
    "isort-imports": {"type checking mixed": _ON_A_LINE},
    "ruff-imports": {"type checking mixed": _ON_A_LINE},
    "gofmt-go": {
        "grpc server": "imports with semicolons between them are put on lines of their own and sorted"
    },
    "rustfmt-rust": {"use groups": _ON_A_LINE},
}
