"""Dates, times and durations as canonical text: offset, name of the zone and fold are kept."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo


def moment(value: datetime) -> str:
    """`2026-03-29T02:30:00+01:00 Europe/Berlin`; without a zone there is nothing after the seconds."""
    return _text(datetime.isoformat(value), value)


def time_of_day(value: time) -> str:
    """`02:30:00+01:00 UTC+01:00`, as `moment`."""
    return _text(time.isoformat(value), value)


def duration(value: timedelta) -> str:
    """Seconds with six digits of fractions."""
    micro = (value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds
    sign = "-" if micro < 0 else ""
    return f"{sign}{abs(micro) // 1_000_000}.{abs(micro) % 1_000_000:06d}"


def zone(value: tzinfo) -> str:
    """A time zone's key (`Europe/Berlin`), else the name that it gives itself."""
    key = getattr(value, "key", None)
    return key if isinstance(key, str) else str(value.tzname(None))


def _text(text: str, value: datetime | time) -> str:
    """The ISO form, then the zone's key or name, then `fold` where the hour is the second of its name."""
    key = getattr(value.tzinfo, "key", None)
    words = [text, key if isinstance(key, str) else value.tzname(), "fold" if value.fold else None]
    return " ".join(word for word in words if word)
