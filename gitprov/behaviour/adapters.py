"""Rules for the types of other libraries, by the qualified names of their classes; none is imported.

An adapter gets the value and returns its fields: name → anything that has a canonical form itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Adapter = Callable[[Any], Mapping[str, object]]

_READABLE = 4096
"""Elements up to which an array of numbers is kept as numbers, which people and tolerances can read."""


def register(name: str, adapter: Adapter) -> None:
    """Read values of the class with this qualified name (`shop.money.Money`), and of classes derived from
    it, by `adapter`. It replaces an earlier adapter of the same name, and counts for classes of which no
    value was read before.
    """
    REGISTRY[name] = adapter


def _array(value: Any) -> dict[str, object]:
    dtype = value.dtype
    plain = dtype.kind in "biuf" and dtype.itemsize <= 8
    if dtype.kind == "O" or (plain and value.size <= _READABLE):
        content: object = value.ravel().tolist()
    else:
        content = value.astype(dtype.newbyteorder("<"), copy=False).tobytes()
    return {"dtype": _dtype(dtype), "shape": tuple(value.shape), "content": content}


def _dtype(dtype: Any) -> str:
    """A dtype's name without the byte order of the machine."""
    little = dtype.newbyteorder("<")
    return str(little.str if dtype.names is None else little.descr)


def _number(value: Any) -> dict[str, object]:
    dtype = value.dtype
    if dtype.kind in "biuf" and dtype.itemsize <= 8:
        return {"dtype": _dtype(dtype), "value": value.item()}
    return {"dtype": _dtype(dtype), "value": value.astype(dtype.newbyteorder("<")).tobytes()}


def _frame(value: Any) -> dict[str, object]:
    columns = [(name, _column(value.iloc[:, at])) for at, name in enumerate(value.columns.tolist())]
    return {"index": value.index, "columns": columns}


def _column(series: Any) -> tuple[str, list[object]]:
    return str(series.dtype), series.tolist()


def _series(value: Any) -> dict[str, object]:
    return {"name": value.name, "dtype": str(value.dtype), "index": value.index, "values": value.tolist()}


def _index(value: Any) -> dict[str, object]:
    return {"names": list(value.names), "dtype": str(value.dtype), "values": value.tolist()}


def _extension(value: Any) -> dict[str, object]:
    return {"dtype": str(value.dtype), "values": value.tolist()}


def _timestamp(value: Any) -> dict[str, object]:
    return {"moment": value.to_pydatetime(warn=False), "nanosecond": value.nanosecond}


def _timedelta(value: Any) -> dict[str, object]:
    return {"nanoseconds": value.value}


def _nothing(_value: Any) -> dict[str, object]:
    return {}


REGISTRY: dict[str, Adapter] = {
    "numpy.ndarray": _array,
    "numpy.generic": _number,
    "pandas.core.frame.DataFrame": _frame,
    "pandas.DataFrame": _frame,
    "pandas.core.series.Series": _series,
    "pandas.Series": _series,
    "pandas.core.indexes.base.Index": _index,
    "pandas.Index": _index,
    "pandas.core.arrays.base.ExtensionArray": _extension,
    "pandas.api.extensions.ExtensionArray": _extension,
    "pandas._libs.tslibs.timestamps.Timestamp": _timestamp,
    "pandas.Timestamp": _timestamp,
    "pandas._libs.tslibs.timedeltas.Timedelta": _timedelta,
    "pandas.Timedelta": _timedelta,
    "pandas._libs.tslibs.nattype.NaTType": _nothing,
    "pandas.api.typing.NaTType": _nothing,
    "pandas._libs.missing.NAType": _nothing,
    "pandas.api.typing.NAType": _nothing,
}
"""Qualified name of a class → its adapter; libraries have moved classes, so that some have two names."""
