"""How findings are printed: verify's one by one, the unknown and remarks counted, nothing that steers a terminal."""

from __future__ import annotations

from gitprov.model.finding import ERROR, INFO, UNKNOWN, WARNING, Finding, failed
from gitprov.output import findings as output

OID = "0123456789abcdef" * 2 + "01234567"
FOUND = [
    Finding(
        "not-added", ERROR, "line 3 was not added", "gitprov heal 0123456789ab", OID, "a\x1b.py", ("gen_x",)
    ),
    Finding("bad-record", ERROR, "it lies here", None, path="ab/gen_y"),
    Finding("no-generation", UNKNOWN, "it is not here", "gitprov sync", OID, traces=("gen_z",)),
    Finding("no-generation", UNKNOWN, "it is not here", "gitprov sync", OID, traces=("gen_w",)),
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


def test_warnings() -> None:
    """A warning is listed, and is no error."""
    warning = Finding("new-name", WARNING, "the name is new", "look at it", path="a.txt")
    assert list(output.lines([warning], strict=False)) == [
        "a.txt: warning: the name is new [new-name]",
        "    mend: look at it",
    ]
    assert not failed([warning], strict=True)


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


def test_row_with_more() -> None:
    """Line range, evidence and several traces are only in the rows to which they apply; doctor has its own words."""
    finding = Finding("x", ERROR, "m", "do", OID, "a", ("gen_x", "gen_y"), (3, 5), "sha256:0")
    assert (
        output.row(finding).items()
        >= {
            "trace": "gen_x",
            "traces": ("gen_x", "gen_y"),
            "lines": (3, 5),
            "evidence": "sha256:0",
        }.items()
    )
    row = output.doctor_row(Finding("x", ERROR, "m", "do"), fixable=True)
    assert (row["level"], row["mend"], row["fixable"], row["path"]) == ("broken", "do", True, None)
    assert list(output.doctor_lines([Finding("x", ERROR, "m\x1b", "do")])) == ["broken: m\\x1b", "  mend: do"]


def test_refusal() -> None:
    """The gate names file and traces, or the commit; above twenty traces their number, and one digest in the way out."""
    many = tuple(f"gen_{n}" for n in range(21))
    text = output.refusal(
        [
            Finding("marker", ERROR, "it is gone", "put it back", path="a", traces=("gen_x",)),
            Finding("dropped", ERROR, "no reason", "write one"),
            Finding("sidecar", ERROR, "it lost them", "restore it", path="b", traces=many),
        ]
    )
    assert text.splitlines()[:8] == [
        "commit refused: 3 records would be lost",
        "  a  gen_x",
        "    it is gone",
        "    mend: put it back",
        "  this commit",
        "    no reason",
        "    mend: write one",
        "  b  21 traces",
    ]
    assert text.count("--trailer") == 2
    assert "gen_7 " not in text
    one = output.refusal([Finding("dropped", ERROR, "no reason", "write one")])
    assert one.startswith("commit refused: 1 record would be lost")
    assert "--trailer" not in one


def test_failed() -> None:
    """An error fails; what could not be looked at fails under strict alone; a remark never does."""
    assert failed(FOUND)
    assert not failed(FOUND[2:])
    assert failed(FOUND[2:], strict=True)
    assert not failed(FOUND[4:], strict=True)
