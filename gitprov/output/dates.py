"""Formats dates as git does, from seconds since the epoch and a zone `+hhmm`."""

from __future__ import annotations

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

#: The values of --date that need neither the current time nor the reader's zone.
FORMS = (
    "short",
    "iso",
    "iso8601",
    "iso-strict",
    "iso8601-strict",
    "rfc",
    "rfc2822",
    "default",
    "raw",
    "unix",
)


def shown(form: str, seconds: int, zone: str) -> str:
    """The date of `seconds` in the form `form`, one of `FORMS`, and in the zone `zone`."""
    if form == "unix":
        return str(seconds)
    if form == "raw":
        return f"{seconds} {zone}"
    year, month, day, clock, weekday = _civil(seconds + _offset(zone))
    if form == "short":
        return f"{year:04}-{month:02}-{day:02}"
    if form.endswith("-strict"):
        return f"{year:04}-{month:02}-{day:02}T{clock}{_strict_zone(zone)}"
    if form.startswith("iso"):
        return f"{year:04}-{month:02}-{day:02} {clock} {zone}"
    if form.startswith("rfc"):
        return f"{_DAYS[weekday]}, {day} {_MONTHS[month - 1]} {year} {clock} {zone}"
    return f"{_DAYS[weekday]} {_MONTHS[month - 1]} {day} {clock} {year} {zone}"


def iso_strict(seconds: int, zone: str) -> str:
    """A date in strict ISO 8601, as `2026-02-01T11:00:04+01:00`."""
    return shown("iso-strict", seconds, zone)


def _offset(zone: str) -> int:
    """Seconds east of Greenwich; 0 if `zone` is not of the form `+hhmm`."""
    sign, digits = zone[:1], zone[1:]
    if sign not in ("+", "-") or len(digits) != 4 or not digits.isdigit():
        return 0
    return (-1 if sign == "-" else 1) * (int(digits[:2]) * 3600 + int(digits[2:]) * 60)


def _strict_zone(zone: str) -> str:
    return f"{zone[:3]}:{zone[3:]}" if len(zone) == 5 else "+00:00"


def _civil(seconds: int) -> tuple[int, int, int, str, int]:
    """(year, month, day, hh:mm:ss, weekday with Monday 0) in the proleptic Gregorian calendar."""
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    # Count from 0000-03-01, so that the leap day is the last of its year.
    era, of_era = divmod(days + 719468, 146097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, day, clock, (days + 3) % 7
