"""A clock that stands still, for cases that ask for it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timezone, tzinfo
from typing import Any


@contextmanager
def standing(moment: str) -> Iterator[None]:
    """Let `datetime`, `date` and `time` show this moment (ISO 8601; UTC where it names no offset).

    Modules that imported these names get the standing ones as well. ValueError for a text that is no moment.
    """
    now = datetime.fromisoformat(moment.replace("Z", "+00:00"))
    now = now if now.tzinfo else now.replace(tzinfo=timezone.utc)
    replaced = _replacements(now)
    changes = [
        (module, name, value)
        for module in list(sys.modules.values())
        if not getattr(module, "__name__", "").startswith(
            ("gitprov.", "_pytest.", "pytest", "threading", "xdist")
        )
        for name, value in list(getattr(module, "__dict__", {}).items())
        if isinstance(value, type | type(time.time)) and value in replaced
    ]
    for module, name, value in changes:
        setattr(module, name, replaced[value])
    try:
        yield
    finally:
        for module, name, value in changes:
            setattr(module, name, value)


def _replacements(now: datetime) -> dict[object, object]:
    seconds = now.timestamp()

    class Meta(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, cls.__bases__[0])

        def __subclasscheck__(cls, other: type) -> bool:
            return issubclass(other, cls.__bases__[0])

    class StandingMoment(datetime, metaclass=Meta):
        """A moment whose `now` stands still; its values are plain ones."""

        def __new__(cls, *args: Any, **keywords: Any) -> Any:
            return datetime(*args, **keywords)  # noqa: DTZ001 - as its caller has it

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.fromtimestamp(seconds, tz)

        @classmethod
        def utcnow(cls) -> Any:
            return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return cls.now()

    class StandingDate(date, metaclass=Meta):
        """A date whose `today` stands still; its values are plain ones."""

        def __new__(cls, *args: Any, **keywords: Any) -> Any:
            return date(*args, **keywords)

        @classmethod
        def today(cls) -> Any:
            return datetime.fromtimestamp(seconds).date()  # noqa: DTZ006 - as the real one, local

    return {
        datetime: StandingMoment,
        date: StandingDate,
        time.time: lambda: seconds,
        time.time_ns: lambda: int(seconds * 1_000_000_000),
        time.localtime: lambda at=None, local=time.localtime: local(seconds if at is None else at),
        time.gmtime: lambda at=None, utc=time.gmtime: utc(seconds if at is None else at),
    }
