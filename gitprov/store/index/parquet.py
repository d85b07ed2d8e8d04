"""The answer to a query as a Parquet file, written by DuckDB."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from gitprov.errors import UsageError

if TYPE_CHECKING:
    from gitprov.store.index.database import Answered

#: The type of a column, by those of its values; of several the last one, and text where there is another.
_TYPES: dict[type, str] = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE"}
_TEXT = "VARCHAR"
#: DuckDB neither loads nor fetches anything.
_ALONE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


def parquet(answer: Answered) -> bytes:
    """The bytes of the file. ModuleNotFoundError without DuckDB; UsageError for what it cannot store.

    Columns are whole numbers, numbers, booleans or text. Of equal column names the later ones get a number.
    """
    duckdb = import_module("duckdb")
    names = _distinct(answer.columns)
    types = [_type([row[at] for row in answer.rows]) for at in range(len(names))]
    with tempfile.TemporaryDirectory(prefix="gitprov-") as place:
        source, target = os.path.join(place, "rows"), os.path.join(place, "parquet")
        with open(source, "w", encoding="ascii") as file:
            for row in answer.rows:
                values = [_value(value, kind) for value, kind in zip(row, types, strict=True)]
                file.write(json.dumps(dict(zip(names, values, strict=True))) + "\n")
        columns = ", ".join(f"{_quoted(name)}: '{kind}'" for name, kind in zip(names, types, strict=True))
        rows = f"read_json({_quoted(source)}, columns = {{{columns}}}, format = 'newline_delimited')"
        try:
            with duckdb.connect(config=_ALONE) as base:
                base.execute(f"COPY (SELECT * FROM {rows}) TO {_quoted(target)} (FORMAT parquet)")  # noqa: S608 - quoted
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise UsageError(f"the answer cannot be written as Parquet: {reason}", "--export csv") from error
        with open(target, "rb") as file:
            return file.read()


def _distinct(columns: Sequence[str]) -> list[str]:
    """Column names, each once; DuckDB does not distinguish cases."""
    out: list[str] = []
    taken: set[str] = set()
    for column in columns:
        name, number = column, 1
        while name.lower() in taken:
            number += 1
            name = f"{column}_{number}"
        taken.add(name.lower())
        out.append(name)
    return out


def _type(values: Sequence[object]) -> str:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        return "DOUBLE"
    return _TYPES.get(kinds.pop(), _TEXT) if len(kinds) == 1 else _TEXT


def _value(value: object, kind: str) -> object:
    if value is None or kind != _TEXT or isinstance(value, str):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
