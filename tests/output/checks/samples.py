"""Reports for the tests of the formats: one with everything hostile, one with nothing."""

from __future__ import annotations

from gitprov.model.answers.report import Report
from gitprov.model.finding import ERROR, INFO, UNKNOWN, WARNING, Finding, Risk

#: Ends lines, moves the cursor, turns text around, and is nothing that UTF-8 can hold.
HOSTILE = "a\x1b[31m\r\n::error::b\u202e\x00\udcff"

HIGH = Finding(
    "deps/nonexistent",
    ERROR,
    "there is no package reqeusts",
    "requests may be meant",
    commit="c" * 40,
    path="src/requirements, 100%: a.txt",
    traces=("gen_1", "gen_2"),
    lines=(2, 3),
    evidence="sha256:" + "1" * 64,
    risk=Risk("high", "medium", 1104, "reqeusts", "my-tool", "model-1", "Add <it>", "Ada <ada@example.com>"),
)
LOW = Finding(f"deps/{'x'}", WARNING, HOSTILE, HOSTILE, path=HOSTILE, lines=(1, 1), risk=Risk("low", "low"))
BARE = Finding("trace/no-trace", ERROR, "no trace", commit="d" * 40)
UNREAD = Finding(
    "deps/unread", UNKNOWN, "it is larger than 8 MiB", "make it smaller", path="big.lock", lines=(7, 7)
)
NO_NOTES = Finding("trace/no-notes", UNKNOWN, "no notes " + HOSTILE)
REMARK = Finding("deps/remark", INFO, "a remark")

EVERYTHING = Report((HIGH, LOW, BARE, UNREAD, NO_NOTES, REMARK), 2, 3, (("deps/young", "gone\x1b.txt"),))
NOTHING = Report(())
OFF = Report((), enabled=False)
UNSURE = Report((UNREAD,))
PASSING = Report((LOW,))
