"""The project that `uv audit` gets, and its report."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitprov.checks.deps.advisories import Advisory, Pin
from gitprov.checks.deps.uv_audit import askable, parse, project_files

OLD, SAME, OTHER = (
    Pin("pypi", "jinja2", "3.1.2"),
    Pin("pypi", "jinja2", "3.1.2.0"),
    Pin("pypi", "a-b", "1rc1"),
)
ENTRY = {
    "dependency": {"name": "jinja2", "version": "3.1.2"},
    "id": "GHSA-1",
    "aliases": ["CVE-1"],
    "fix_versions": ["2.0", "3.1.3"],
}


def report(*entries: object, audited: object = 2) -> bytes:
    """A report of uv."""
    summary: dict[str, Any] = {"audited_packages": audited, "vulnerabilities": len(entries)}
    return json.dumps(
        {"schema": {"version": "preview"}, "summary": summary, "vulnerabilities": entries}
    ).encode()


def test_what_uv_is_asked() -> None:
    """Each version of PyPI once; what no lock file can hold is left out."""
    pins = [OLD, SAME, OTHER, Pin("npm", "x", "1"), Pin("pypi", 'a"b', "1"), Pin("pypi", "c", "no version")]
    asked = askable(pins)
    assert [(name, str(version), group) for (name, version), group in asked.items()] == [
        ("jinja2", "3.1.2", [OLD, SAME]),
        ("a-b", "1rc1", [OTHER]),
    ]
    lock = project_files(asked)["uv.lock"]
    assert lock.count('name = "jinja2"') == 2
    assert 'version = "1rc1"' in lock
    assert "://" not in lock


def test_a_report() -> None:
    """A fault of a version is one of every pin of that version, with the least fix above it; the others have none."""
    fault = [Advisory("GHSA-1", ("CVE-1",), "3.1.3")]
    again = {**ENTRY, "id": "PYSEC-9", "aliases": ["GHSA-1"]}
    rows = parse(report(ENTRY, again), askable([OLD, SAME, OTHER]))
    assert rows[OLD][0].fixed == "3.1.3"
    assert len(rows[OLD]) == len(rows[SAME]) == 1
    assert rows[OTHER] == []
    assert parse(report(ENTRY), askable([OLD, OTHER]))[OLD] == fault


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (report(audited=1), "audited 1 of 2"),
        (report(audited=None), "audited None of 2"),
        (b"[" * 100_000, "cannot be read"),
        (b"[]", "no summary"),
        (report(3), "without a version"),
        (report({**ENTRY, "id": "\x1b[2J"}), "without an id"),
        (report({**ENTRY, "dependency": {"name": "x", "version": "1"}}), "x 1, which is none of its project"),
    ],
)
def test_a_report_that_is_no_answer(data: bytes, reason: str) -> None:
    """Skipped versions and texts of another form are an error with its reason, never a clean answer."""
    with pytest.raises(ValueError, match=reason):
        parse(data, askable([OLD, OTHER]))
