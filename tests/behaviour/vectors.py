"""Digests of expressions, as this Python computes them; `python vectors.py` prints those of the table."""

import array
import collections
import datetime  # noqa: ICN001 - the name that expressions use
import importlib
import ipaddress
import itertools
import json
import pathlib
import re
import sys
import types
import uuid
from decimal import Decimal
from fractions import Fraction

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE / "vectors.json"


def namespace() -> dict[str, object]:
    """The names that expressions use. The types have the same module name wherever this runs."""
    sys.path.insert(0, str(HERE))
    try:
        vector_types = importlib.import_module("vector_types")
    finally:
        sys.path.remove(str(HERE))
    modules = {module.__name__: module for module in (array, collections, datetime, ipaddress, itertools)}
    modules.update({module.__name__: module for module in (pathlib, re, types, uuid)})
    return {**vars(vector_types), **modules, "Decimal": Decimal, "Fraction": Fraction}


def digests(expressions: list[str]) -> list["str | None"]:
    """The digest of the value of each expression."""
    from gitprov.behaviour.canonical import canonical

    names = namespace()
    return [canonical(eval(text, dict(names))).digest for text in expressions]  # noqa: S307 - our own table


def table() -> dict[str, str]:
    """Expression → digest."""
    return {row["expression"]: row["digest"] for row in json.loads(TABLE.read_text())}


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1]))
    print(json.dumps(digests(list(table()))))  # noqa: T201 - read by the test
