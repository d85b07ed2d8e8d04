"""What is recorded is written in the formats of others, and read back as far as a format can hold it."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitprov.interop.formats import agent_trace, dsse, git_ai, predicate, rows, table
from gitprov.interop.formats.documents import cyclonedx, prov, spdx
from gitprov.model.exchange.exchange import RecordedCommit, RecordedRange
from gitprov.model.ids import trace_id
from gitprov.model.moments import moment_of
from gitprov.model.notes.rows import TraceRow
from gitprov.model.ranges import LineSet
from tests.exchange import samples
from tests.support.sealed import ROOT

#: The rules of Agent Trace 0.1.0, strict about fields besides its own.
_CONTRIBUTOR = {
    "type": "object", "required": ["type"], "additionalProperties": False,
    "properties": {"type": {"enum": ["human", "ai", "mixed", "unknown"]}, "model_id": {"type": "string", "maxLength": 250}},
}  # fmt: skip
_LINK = {
    "type": "object", "required": ["type", "url"], "additionalProperties": False,
    "properties": {"type": {"type": "string"}, "url": {"type": "string", "format": "uri"}},
}  # fmt: skip
_RANGE = {
    "type": "object", "required": ["start_line", "end_line"], "additionalProperties": False,
    "properties": {
        "start_line": {"type": "integer", "minimum": 1}, "end_line": {"type": "integer", "minimum": 1},
        "content_hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}, "contributor": _CONTRIBUTOR,
    },
}  # fmt: skip
_CONVERSATION = {
    "type": "object", "required": ["ranges"], "additionalProperties": False,
    "properties": {
        "url": {"type": "string"}, "contributor": _CONTRIBUTOR, "related": {"type": "array", "items": _LINK},
        "ranges": {"type": "array", "items": _RANGE},
    },
}  # fmt: skip
_FILE = {
    "type": "object", "required": ["path", "conversations"], "additionalProperties": False,
    "properties": {"path": {"type": "string"}, "conversations": {"type": "array", "items": _CONVERSATION}},
}  # fmt: skip
AGENT_TRACE = {
    "type": "object", "required": ["version", "id", "timestamp", "files"], "additionalProperties": False,
    "properties": {
        "version": {"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
        "id": {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$"},
        "timestamp": {"type": "string", "pattern": "Z$"},
        "vcs": {"type": "object", "required": ["type", "revision"]},
        "tool": {"type": "object", "required": ["name", "version"]},
        "files": {"type": "array", "items": _FILE},
        "metadata": {"type": "object"},
    },
}  # fmt: skip

Claim = tuple[str, str, int, int, str | None, str | None, str | None]


class CountedReads(dict[str, bytes]):
    """Contents of files that count how often they are asked for."""

    number = 0

    def get(self, path: str, default: Any = None) -> Any:
        self.number += 1
        return super().get(path, default)


def claims_of(commit: RecordedCommit, classes: set[str]) -> set[Claim]:
    """The ranges of some classes with trace, model and person, as a set."""
    out = set()
    for row in commit.ranges:
        trace = commit.traces.get(row.trace or "")
        if row.cls in classes and (trace is not None or row.human is not None):
            out.add(
                (row.path, row.cls, row.first, row.last, row.trace, trace.model if trace else None, row.human)
            )
    return out


def claims_read(note: Any) -> set[Claim]:
    """The same of a foreign note."""
    out = set()
    for claim in note.claims:
        for first, last in claim.lines.runs:
            human = claim.maker.human if claim.cls == "human" else None
            out.add((claim.path, claim.cls, first, last, claim.maker.trace, claim.maker.model, human))
    return out


NAMES = (
    st.text("abcdefgh é.-", min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda text: text not in ("", ".", ".."))
)


@st.composite
def commits(draw: st.DrawFn) -> RecordedCommit:
    """A commit with ranges that do not touch, of some models and people."""
    traces: dict[str, TraceRow] = {}
    for n in range(draw(st.integers(1, 4))):
        name = trace_id("2026-02-01T10:00:04Z", f"{n:064}")
        facts = {key: draw(st.none() | NAMES) for key in ("session", "human")}
        model = draw(st.none() | st.sampled_from(("claude-opus-4-5", "gpt-5", "own model")))
        agent = draw(st.sampled_from(("claude-code", "codex")))
        traces[name] = TraceRow.make(
            name, agent=agent, at="2026-02-01T10:00:04Z", model=model, evidence="captured", **facts
        )
    ranges = []
    for path in draw(st.lists(NAMES, max_size=3, unique=True)):
        first = 1
        for _ in range(draw(st.integers(1, 4))):
            first += draw(st.integers(1, 5))
            last = first + draw(st.integers(0, 5))
            cls = draw(st.sampled_from(("ai", "edited", "human")))
            trace = None if cls == "human" else draw(st.sampled_from(sorted(traces)))
            ranges.append(
                RecordedRange(
                    path, first, last, cls, "captured", trace, "A <a@x>" if cls == "human" else None
                )
            )
            first = last + 1
    return samples.commit(traces=traces, ranges=tuple(ranges))


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(commits())
def test_git_ai_holds_generated_and_typed_lines(commit: RecordedCommit) -> None:
    """What the standard can hold comes back: lines as generated with trace and person, and typed lines.

    A session has one model there, so a model comes back where the session has no other.
    """
    data = git_ai.write(commit)
    written = claims_of(commit, {"ai", "human"})
    if data is None:
        assert not written
        return
    assert git_ai.is_ours(data)
    assert not data.endswith(b"\n")
    note = git_ai.read(data)
    assert not note.problems
    assert {row[:5] + row[6:] for row in claims_read(note)} == {row[:5] + row[6:] for row in written}


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(commits())
def test_agent_trace_holds_all_three(commit: RecordedCommit) -> None:
    """Lines as generated, edited and typed come back from Agent Trace, and each record is valid."""
    records = agent_trace.write(commit, {})
    for record in records:
        jsonschema.validate(record, AGENT_TRACE)
    text = "\n".join(map(json.dumps, records)).encode()
    assert claims_read(agent_trace.read(text)) == claims_of(commit, {"ai", "edited", "human"})
    assert not agent_trace.read(text).problems or not records


def test_a_note_for_git_ai() -> None:
    """Sorted, with the standard's ids; edited and declared lines and unwritable paths are left out."""
    data = git_ai.write(samples.commit())
    assert data is not None
    head, _, tail = data.decode().partition("\n---\n")
    assert head.split("\n")[::3] == ["src/a.py", '"src/my b.py"']
    assert "  h_31dce776f88375 9-10" in head
    about = json.loads(tail)
    assert list(about)[:3] == ["schema_version", "base_commit_sha", "prompts"]
    assert {record["agent_id"]["model"] for record in about["sessions"].values()} == {
        "claude-opus-4-5-20251101",
        "unknown",
    }
    assert (
        git_ai.write(samples.commit(ranges=(RecordedRange('a".py', 1, 1, "ai", None, samples.TRACE, None),)))
        is None
    )
    assert not git_ai.is_ours(samples.git_ai())
    assert not git_ai.is_ours(b"")


def test_hashes_of_agent_trace() -> None:
    """Line ends do not matter to a hash; one record for each agent, one for people."""
    contents = {"src/a.py": b"a\r\nb\nc\nd\ne\nf\ng\n"}
    records = agent_trace.write(samples.commit(), contents)
    assert [record["tool"]["name"] for record in records] == ["claude-code", "gitprov"]
    first = records[0]["files"][0]["conversations"][0]
    assert first["contributor"] == {"type": "ai", "model_id": "anthropic/claude-opus-4-5-20251101"}
    unix = agent_trace.write(samples.commit(), {"src/a.py": contents["src/a.py"].replace(b"\r", b"")})
    assert unix == records
    assert "content_hash" in first["ranges"][0]
    assert "content_hash" not in records[1]["files"][0]["conversations"][0]["ranges"][0]
    assert agent_trace.write(samples.commit(), contents) == records


def test_a_file_is_split_once_for_its_ranges() -> None:
    """The lines of a file are taken apart once, however many ranges it has: each range would cost the whole file."""
    commit = samples.commit()
    count = 2_000
    ranges = tuple(commit.ranges[0]._replace(first=n, last=n, trace=f"t{n}") for n in range(1, count + 1))
    many = commit._replace(ranges=ranges)
    contents = CountedReads({commit.ranges[0].path: b"x\n" * count})
    (record,) = agent_trace.write(many, contents)
    assert len(record["files"][0]["conversations"]) == count
    assert contents.number == 1


def test_a_table() -> None:
    """Each range is a row; what a spreadsheet takes for a formula is text."""
    commit = samples.commit()
    evil = commit._replace(ranges=(commit.ranges[0]._replace(path="=cmd|' /C'!A0"),))
    text = "\n".join([table.header(), *table.rows(commit), *table.rows(evil)])
    read = list(csv.DictReader(io.StringIO(text)))
    assert [row["class"] for row in read] == ["ai", "edited", "human", "ai", "declared", "human", "ai"]
    assert read[0]["model"] == "claude-opus-4-5-20251101"
    assert read[-1]["path"].startswith("'=")


def test_prov() -> None:
    """Every link leads to a node, edited lines are revisions, and models act for people."""
    nodes = prov.document([samples.commit(), samples.commit()])["@graph"]
    ids = [node["@id"] for node in nodes]
    assert len(ids) == len(set(ids))
    links = {
        value["@id"]
        for node in nodes
        for value in node.values()
        if isinstance(value, dict) and "@id" in value
    }
    assert links <= {*ids}
    edited = next(node for node in nodes if node.get("gitprov:class") == "edited")
    assert edited["prov:wasRevisionOf"] == {"@id": f"urn:gitprov:output:{samples.TRACE}"}
    agent = next(node for node in nodes if node.get("gitprov:agent") == "claude-code")
    assert agent["prov:actedOnBehalfOf"]["@id"] == "urn:gitprov:person:h_31dce776f88375"


def test_spdx() -> None:
    """Snippets have their lines and file; all elements are listed; nothing is no error."""
    graph = spdx.document([samples.commit(), samples.commit(blobs={})])["@graph"]
    creation, top, *elements = graph
    assert {element["spdxId"] for element in elements} == {*top["element"]}
    assert {element["creationInfo"] for element in [top, *elements]} == {creation["@id"]}
    snippets = [element for element in elements if element["type"] == "software_Snippet"]
    assert [snippet["software_lineRange"]["beginIntegerRange"] for snippet in snippets] == [1, 6, 9, 1, 2, 3]
    origins = {name for snippet in snippets for name in snippet.get("originatedBy", [])}
    assert origins <= {*top["element"]}
    assert spdx.document([])["@graph"][1]["rootElement"] == ["urn:gitprov:spdx:agent:gitprov"]


def test_cyclonedx() -> None:
    """One component for each file, with its ranges."""
    document = cyclonedx.document([samples.commit(), samples.commit(oid="0" * 40, blobs={})])
    assert [component["name"] for component in document["components"]][:2] == ["src/a.py", "src/my b.py"]
    properties = {entry["name"]: entry["value"] for entry in document["components"][0]["properties"]}
    assert (
        properties["gitprov:range:1-5"] == f"ai captured {samples.TRACE} claude-code claude-opus-4-5-20251101"
    )


def test_the_statement_is_valid_under_its_schema() -> None:
    """The predicate follows docs/schemas; lines without evidence are counted; subjects are commit and blobs."""
    schema = json.loads((ROOT / "docs/schemas/ai-authorship-v1.schema.json").read_text())
    body = predicate.statement(samples.commit(), 0, 60, "1")
    jsonschema.validate(body["predicate"], schema)
    assert [file["unknownLines"] for file in body["predicate"]["files"]] == [2, 0]
    assert [list(subject["digest"]) for subject in body["subject"]] == [
        ["gitCommit"],
        ["gitBlob"],
        ["gitBlob"],
    ]
    body["predicate"]["files"][0]["ranges"][0]["startLine"] = 0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body["predicate"], schema)


def test_envelopes() -> None:
    """An envelope reads back; what is signed is the pre-authentication encoding."""
    assert dsse.signed_bytes("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    envelope = dsse.Envelope(dsse.TYPE, b"\x00{}", (b"one", b"two"))
    assert dsse.read(dsse.write(envelope, "SHA256:x")) == envelope


TEXT = base64.b64encode(b"{}").decode()


@pytest.mark.parametrize(
    "row",
    [
        [], {}, {"payloadType": "t", "payload": TEXT, "signatures": []}, {"payloadType": "t", "payload": 7, "signatures": [{"sig": TEXT}]},
        {"payloadType": "t", "payload": "***", "signatures": [{"sig": TEXT}]}, {"payloadType": "t", "payload": TEXT, "signatures": [7]},
        {"payloadType": 1, "payload": TEXT, "signatures": [{"sig": TEXT}]},
    ],
)  # fmt: skip
def test_wrong_envelopes(row: Any) -> None:
    """Each is refused with a reason."""
    with pytest.raises(ValueError, match="it"):
        dsse.read(json.dumps(row).encode())


@pytest.mark.parametrize(
    "back",
    [
        lambda c: git_ai.read(git_ai.write(c) or b""),
        lambda c: agent_trace.read("\n".join(map(json.dumps, agent_trace.write(c, {}))).encode()),
    ],
)
def test_a_trace_keeps_its_id_on_the_way_back(back: Callable[[RecordedCommit], Any]) -> None:
    """Rows made of what gitprov wrote have the trace ids of before."""
    commit = samples.commit()
    done = rows.rows_of(back(commit), "x", commit.committed, {"src/a.py": LineSet(range(1, 8))})
    assert samples.TRACE in [row.id for row in done.rows]


@pytest.mark.parametrize(("agent", "session"), [("codex", None), ("codex", "0b9c"), (None, "0b9c")])
def test_git_ai_holds_agent_and_session(agent: str | None, session: str | None) -> None:
    """Agent and session of a trace come back; a missing one stays so, although the standard needs both."""
    row = TraceRow.make(
        samples.TRACE, agent=agent, at="2026-02-01T10:00:04Z", evidence="captured", session=session
    )
    ranges = (RecordedRange("src/a.py", 1, 2, "ai", "captured", row.id, None),)
    data = git_ai.write(samples.commit(traces={row.id: row}, ranges=ranges))
    makers = [claim.maker for claim in git_ai.read(data or b"").claims]
    assert [(maker.agent, maker.session) for maker in makers] == [(agent, session)]


def test_moments_have_bounds() -> None:
    """A moment outside of the calendar is the first or last in it."""
    assert moment_of(-(10**15)).endswith("Z")
    assert len(moment_of(-(10**15))) == 20
