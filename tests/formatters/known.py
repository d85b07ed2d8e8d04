"""Pairs of which the arithmetic does not say that all is the model's, each with the reason.

A pair that is right in the meantime is taken out; the test of the live formatters says so.
"""

from __future__ import annotations

_AWAIT = "`await (x)` loses its parentheses: they are taken for those of a call"
_TUPLE = "`first, = x` becomes `(first,) = x`: a tuple of one with and without parentheses is told from a group by its comma"
_ON_A_LINE = "two imports on one line are put on two, and then sorted away from each other"

#: Recording → snippet → the reason.
KNOWN: dict[str, dict[str, str]] = {
    "black-python": {"assignment unpack": _TUPLE, "async for": _AWAIT},
    "ruff-python": {"assignment unpack": _TUPLE, "async for": _AWAIT},
    "isort-imports": {"type checking mixed": _ON_A_LINE},
    "ruff-imports": {"type checking mixed": _ON_A_LINE},
    "gofmt-go": {
        "grpc server": "imports with semicolons between them are put on lines of their own and sorted"
    },
    "rustfmt-rust": {"use groups": _ON_A_LINE},
    "prettier-css": {
        "attribute": "an attribute's value gets quotes, and a number loses its zero with the point: -0.0px"
    },
}
