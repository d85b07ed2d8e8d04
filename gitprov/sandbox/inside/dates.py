"""Classes in the place of `datetime.datetime` and `datetime.date`, whose present moment is set.

Their objects are those of the real classes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

_REAL_TIME, _REAL_DATE = dt.datetime, dt.date
_MAKERS = ("fromtimestamp", "fromisoformat", "fromordinal", "strptime", "combine", "utcfromtimestamp")


class _OfTime(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, _REAL_TIME)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, _REAL_TIME)


class _OfDate(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, _REAL_DATE)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, _REAL_DATE)


def set_dates(moment: Callable[[], float]) -> None:
    """Let `datetime` take the present from a function that returns seconds since 1970."""

    class SetTime(dt.datetime, metaclass=_OfTime):
        def __new__(cls, *args: Any, **fields: Any) -> Any:  # noqa: ANN401
            return _REAL_TIME(*args, **fields)

        @classmethod
        def now(cls, tz: Any = None) -> Any:  # noqa: ANN401
            return _REAL_TIME.fromtimestamp(moment(), tz)

        @classmethod
        def utcnow(cls) -> Any:  # noqa: ANN401
            return _REAL_TIME.fromtimestamp(moment(), dt.timezone.utc).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:  # noqa: ANN401
            return _REAL_TIME.fromtimestamp(moment())

    class SetDate(dt.date, metaclass=_OfDate):
        def __new__(cls, *args: Any, **fields: Any) -> Any:  # noqa: ANN401
            return _REAL_DATE(*args, **fields)

        @classmethod
        def today(cls) -> Any:  # noqa: ANN401
            return _REAL_DATE.fromtimestamp(moment())

    for stand_in, real in ((SetTime, _REAL_TIME), (SetDate, _REAL_DATE)):
        for name in _MAKERS:
            if hasattr(real, name):
                setattr(stand_in, name, getattr(real, name))
        stand_in.__name__ = stand_in.__qualname__ = real.__name__
        stand_in.__module__ = "datetime"
    module: Any = dt
    module.datetime, module.date = SetTime, SetDate
