"""W3C PROV as JSON-LD: ranges and prompts are entities, turns activities, models and people agents."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from gitprov.model import ids
from gitprov.model.canonical import Json, JsonObject
from gitprov.model.exchange.exchange import RecordedCommit, RecordedRange
from gitprov.model.moments import moment_of, seconds_of
from gitprov.model.notes.rows import TraceRow

CONTEXT: JsonObject = {
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "gitprov": "urn:gitprov:vocabulary:",
}


def document(commits: Iterable[RecordedCommit]) -> JsonObject:
    """The document of some commits: one node for each thing, in the order in which it first occurs."""
    nodes: dict[str, JsonObject] = {}
    for commit in commits:
        for node in _nodes(commit):
            nodes.setdefault(node["@id"], node)
    return {"@context": CONTEXT, "@graph": list(nodes.values())}


def _nodes(commit: RecordedCommit) -> list[JsonObject]:
    nodes: list[JsonObject] = []
    for name, row in sorted(commit.traces.items()):
        nodes += _turn(name, row)
    for entry in sorted(commit.ranges):
        trace = commit.traces.get(entry.trace or "")
        if entry.human:
            nodes.append(_person(entry.human))
        nodes.append(_range(commit, entry, trace))
    return nodes


def _turn(name: str, row: TraceRow) -> list[JsonObject]:
    """A turn: its activity, raw output, prompt, model and person."""
    activity: JsonObject = {
        "@id": f"urn:gitprov:trace:{name}",
        "@type": "prov:Activity",
        "prov:wasAssociatedWith": _link(_model(row)),
    }
    nodes: list[JsonObject] = []
    if row.at and seconds_of(row.at) is not None:
        activity["prov:endedAtTime"] = {"@value": row.at, "@type": "xsd:dateTime"}
    if row.prompt:
        activity["prov:used"] = _link(f"urn:gitprov:prompt:{row.prompt}")
        nodes.append({"@id": f"urn:gitprov:prompt:{row.prompt}", "@type": "prov:Entity"})
    agent: JsonObject = {"@id": _model(row), "@type": ["prov:Agent", "prov:SoftwareAgent"]}
    agent.update({f"gitprov:{key}": row.json[key] for key in ("agent", "model") if row.json.get(key)})
    if row.human:
        agent["prov:actedOnBehalfOf"] = _link(_person_id(row.human))
        nodes.append(_person(row.human))
    raw: JsonObject = {
        "@id": f"urn:gitprov:output:{name}",
        "@type": "prov:Entity",
        "prov:wasGeneratedBy": _link(activity["@id"]),
    }
    return [activity, agent, raw, *nodes]


def _range(commit: RecordedCommit, row: RecordedRange, trace: TraceRow | None) -> JsonObject:
    place = quote(row.path, errors="surrogateescape")
    node: JsonObject = {
        "@id": f"urn:gitprov:range:{commit.oid}:{place}:{row.first}-{row.last}",
        "@type": "prov:Entity",
        "gitprov:commit": commit.oid,
        "gitprov:path": row.path,
        "gitprov:firstLine": row.first,
        "gitprov:lastLine": row.last,
        "gitprov:class": row.cls,
        "gitprov:evidence": row.evidence,
        "prov:generatedAtTime": {"@value": moment_of(commit.committed), "@type": "xsd:dateTime"},
    }
    if trace is not None:
        key = "prov:wasRevisionOf" if row.cls == "edited" else "prov:wasDerivedFrom"
        node[key] = _link(f"urn:gitprov:output:{trace.id}")
        node["prov:wasAttributedTo"] = _link(_model(trace))
    elif row.human:
        node["prov:wasAttributedTo"] = _link(_person_id(row.human))
    return {name: value for name, value in node.items() if value is not None}


def _model(row: TraceRow) -> str:
    """The agent of a trace: one model, driven by one tool, for one person."""
    parts = [
        row.agent or "unknown",
        row.model or "unknown",
        ids.human_id(row.human) if row.human else "nobody",
    ]
    return "urn:gitprov:agent:" + ":".join(quote(part, safe="") for part in parts)


def _person_id(human: str) -> str:
    return f"urn:gitprov:person:{ids.human_id(human)}"


def _person(human: str) -> JsonObject:
    return {"@id": _person_id(human), "@type": ["prov:Agent", "prov:Person"], "gitprov:name": human}


def _link(name: str) -> Json:
    return {"@id": name}
