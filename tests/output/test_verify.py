"""What `gitprov verify` prints: findings one by one, the unknown and remarks counted, nothing that steers a terminal."""

from __future__ import annotations

from gitprov.model.finding import FINDING, INFO, UNKNOWN, Finding
from gitprov.output import findings as output

OID = "0123456789abcdef" * 2 + "01234567"
FOUND = [
    Finding(
        "not-added", FINDING, "line 3 was not added", "gitprov heal 0123456789ab", OID, "a\x1b.py", "gen_x"
    ),
    Finding("bad-record", FINDING, "it lies here", None, path="ab/gen_y"),
    Finding("no-generation", UNKNOWN, "it is not here", "gitprov sync", OID, trace="gen_z"),
    Finding("no-generation", UNKNOWN, "it is not here", "gitprov sync", OID, trace="gen_w"),
    Finding("orphan", INFO, "no ref leads there", None, OID),
]


def test_lines() -> None:
    """Findings with place, kind and mend; the rest by kind, with the first as an example."""
    assert list(output.lines(FOUND, strict=False)) == [
        "0123456789ab  a\\x1b.py  gen_x: line 3 was not added [not-added]",
        "    mend: gitprov heal 0123456789ab",
        "ab/gen_y: it lies here [bad-record]",
        "could not look: traces whose generation is not in this clone: 2 (first: gen_z); gitprov sync",
        "note: notes of commits that no ref here leads to: 1 (first: 0123456789ab)",
    ]


def test_strict_lines() -> None:
    """Under --strict what could not be looked at is told like a finding, and as what it is."""
    lines = list(output.lines(FOUND, strict=True))
    assert "0123456789ab  gen_w: could not look: it is not here [no-generation]" in lines
    assert not any(line.startswith("could not look") for line in lines)


def test_summary() -> None:
    """One line, singular where there is one."""
    counts = dict.fromkeys(("commits", "notes", "generations", "sidecars", "findings", "unknown"), 0)
    assert output.summary(counts) == "0 commits, 0 notes, 0 generations, 0 sidecars: clean"
    ones = dict.fromkeys(counts, 1)
    assert output.summary(ones) == "1 commit, 1 note, 1 generation, 1 sidecar: 1 finding, 1 unknown"
    assert output.summary({**counts, "findings": 2}).endswith(": 2 findings")


def test_row() -> None:
    """A finding as JSON has every field, null where it does not apply."""
    assert output.row(FOUND[1]) == {
        "type": "finding",
        "kind": "bad-record",
        "level": "finding",
        "what": "it lies here",
        "mend": None,
        "commit": None,
        "path": "ab/gen_y",
        "trace": None,
    }
