"""The text of names that did not exist: sorted, united by the earliest day, safe from what others write."""

from __future__ import annotations

from gitprov.store import phantoms

TEXT = b"npm @scope/left-pad 2026-02-01\npypi fastapi-turbo-auth 2026-01-01\n"
NAMES = {("pypi", "fastapi-turbo-auth"): "2026-01-01", ("npm", "@scope/left-pad"): "2026-02-01"}


def test_text_and_names() -> None:
    """Each gives the other."""
    assert phantoms.parse(TEXT) == NAMES
    assert phantoms.dump(NAMES) == TEXT
    assert phantoms.dump({("pypi", "a b"): "2026-01-01"}) == b""


def test_lines_of_others() -> None:
    """A line of another form names nothing; the earliest day of a name holds."""
    bad = b"pypi x\ngem y 2026-01-01\npypi \xff 2026-01-01\npypi ../x 2026-01-01\npypi z 2026-1-1\n"
    assert phantoms.parse(bad) == {}
    twice = b"pypi a 2026-02-01\npypi a 2026-01-01\npypi a 2026-03-01\n"
    assert phantoms.parse(twice) == {("pypi", "a"): "2026-01-01"}


def test_union() -> None:
    """It has every name, and does not depend on the order."""
    other = {("pypi", "fastapi-turbo-auth"): "2025-12-01", ("crates", "x"): "2026-01-01"}
    union = phantoms.united(NAMES, other)
    assert union == phantoms.united(other, NAMES)
    assert union == {**NAMES, **other}


def test_nothing_new_is_no_change() -> None:
    """A later day of a known name changes nothing."""
    assert phantoms.change("base", NAMES, {("pypi", "fastapi-turbo-auth"): "2027-01-01"}, "x") is None
    change = phantoms.change(None, {}, NAMES, "x")
    assert change is not None
    assert change.files == {"names": TEXT}
