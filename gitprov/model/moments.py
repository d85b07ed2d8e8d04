"""Moments as texts and as seconds since 1970, days and weeks in UTC."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

_START = datetime(1970, 1, 1, tzinfo=timezone.utc)


def seconds_of(text: str | None) -> int | None:
    """The seconds of a moment such as `2026-02-01T10:00:04Z`; None for no text, and for another form.

    Without a zone it is in UTC.
    """
    start, end = (text or "")[:19], (text or "")[19:]
    zone = end.lstrip(".0123456789").replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat(start + zone)
    except ValueError:
        return None
    zoned = moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)
    return (zoned - _START) // timedelta(seconds=1)


def moment_of(seconds: int) -> str:
    """`YYYY-MM-DDThh:mm:ssZ` of a moment; the first or last one that exists for moments outside."""
    return _date(seconds).strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)


def day_of(seconds: int) -> str:
    """`YYYY-MM-DD` of a moment; the first or last day that exists for moments outside."""
    return _date(seconds).strftime("%Y-%m-%d").zfill(10)


def week_of(seconds: int) -> str:
    """The ISO week of a moment, `YYYY-Www`."""
    year, week, _ = _date(seconds).isocalendar()
    return f"{year:04}-W{week:02}"


def _date(seconds: int) -> datetime:
    return _START + timedelta(seconds=min(max(seconds, -62_000_000_000), 253_000_000_000))
