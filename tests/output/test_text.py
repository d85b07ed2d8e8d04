"""Columns, colours and dates: what they promise for any text and any moment."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.output import dates, text


@given(st.text(), st.integers(0, 40))
def test_fit_is_exact(given_text: str, columns: int) -> None:
    """Fitted text has exactly the columns asked for, wide and combining characters counted as a terminal does."""
    assert text.width(text.fit(given_text, columns)) == columns


@given(st.text(), st.integers(0, 40))
def test_fit_cuts_only_what_is_too_long(given_text: str, columns: int) -> None:
    """Text that fits is only padded; a cut one says so at its end."""
    fitted = text.fit(given_text, columns)
    if text.width(given_text) <= columns:
        assert fitted.startswith(given_text)
        assert not fitted[len(given_text) :].strip(" ")
    elif columns:
        assert fitted.rstrip(" ").endswith("~")
        assert given_text.startswith(fitted.rstrip(" ")[:-1])


def test_paint_without_a_colour_adds_nothing() -> None:
    """The empty colour leaves text as it is."""
    assert text.paint("x", "") == "x"
    assert text.paint("x", "\x1b[31m") == "\x1b[31mx\x1b[m"


MOMENTS = st.integers(-(10**10), 10**11)
ZONES = st.builds(
    lambda sign, hours, minutes: f"{sign}{hours:02}{minutes:02}",
    st.sampled_from("+-"),
    st.integers(0, 14),
    st.sampled_from([0, 30, 45]),
)


@given(MOMENTS, ZONES)
def test_dates_agree_with_the_calendar(seconds: int, zone: str) -> None:
    """Every form shows the moment that Python's calendar shows, in the zone it was written in."""
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:])) * (-1 if zone[0] == "-" else 1)
    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=seconds)
    there = moment.astimezone(timezone(offset))
    assert dates.shown("short", seconds, zone) == f"{there.year:04}-{there:%m-%d}"
    assert dates.shown("iso", seconds, zone) == f"{there.year:04}-{there:%m-%d %H:%M:%S} {zone}"
    assert dates.iso_strict(seconds, zone) == f"{there.year:04}-{there:%m-%dT%H:%M:%S}{zone[:3]}:{zone[3:]}"
    assert (
        dates.shown("rfc", seconds, zone)
        == f"{there:%a}, {there.day} {there:%b} {there.year} {there:%H:%M:%S} {zone}"
    )
    assert (
        dates.shown("default", seconds, zone)
        == f"{there:%a %b} {there.day} {there:%H:%M:%S} {there.year} {zone}"
    )


def test_plain_numbers() -> None:
    """The forms raw and unix show the number itself."""
    assert (dates.shown("raw", 5, "+0100"), dates.shown("unix", 5, "+0100")) == ("5 +0100", "5")


@pytest.mark.parametrize("zone", ["", "UTC", "+1", "0100+", "+01:00"])
def test_a_zone_that_is_none(zone: str) -> None:
    """A zone that git would not write counts as Greenwich."""
    assert dates.iso_strict(0, zone)[:19] == "1970-01-01T00:00:00"
