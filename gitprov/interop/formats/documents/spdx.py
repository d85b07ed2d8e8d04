"""SPDX 3.0.1 as JSON-LD: files with snippets of lines, and who originated each."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from gitprov import __version__
from gitprov.model import ids
from gitprov.model.canonical import JsonObject, sha256_hex
from gitprov.model.exchange.exchange import RecordedCommit, RecordedRange
from gitprov.model.moments import moment_of

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_CREATION = "_:creation"
_TOOL = "urn:gitprov:spdx:agent:gitprov"


def document(commits: Iterable[RecordedCommit]) -> JsonObject:
    """The document of some commits. Its moment is that of the newest of them, so equal records make equal
    documents.
    """
    elements: dict[str, JsonObject] = {_TOOL: _element(_TOOL, "SoftwareAgent", f"gitprov-{__version__}")}
    newest = 0
    for commit in commits:
        newest = max(newest, commit.committed)
        for path, rows in commit.paths.items():
            for element in _of_file(commit, path, rows):
                elements.setdefault(element["spdxId"], element)
    names = list(elements)
    digest = sha256_hex("\n".join(names).encode("utf-8", "surrogatepass"))[:32]
    creation = {
        "type": "CreationInfo",
        "@id": _CREATION,
        "specVersion": "3.0.1",
        "created": moment_of(newest),
        "createdBy": [_TOOL],
    }
    top = _element(f"urn:gitprov:spdx:document:{digest}", "SpdxDocument", "Recorded authorship of lines")
    top["rootElement"] = [name for name in names if elements[name]["type"] == "software_File"] or [_TOOL]
    top["element"] = names
    return {"@context": CONTEXT, "@graph": [creation, top, *elements.values()]}


def _element(name: str, kind: str, title: str) -> JsonObject:
    return {"type": kind, "spdxId": name, "creationInfo": _CREATION, "name": title}


def _of_file(commit: RecordedCommit, path: str, rows: Iterable[RecordedRange]) -> list[JsonObject]:
    place = f"{commit.oid}:{quote(path, errors='surrogateescape')}"
    file = _element(f"urn:gitprov:spdx:file:{place}", "software_File", path)
    blob = commit.blobs.get(path)
    if blob is not None:
        kind = "sha256" if len(blob) == 64 else "sha1"
        file["software_contentIdentifier"] = [
            {
                "type": "software_ContentIdentifier",
                "software_contentIdentifierType": "gitoid",
                "software_contentIdentifierValue": f"gitoid:blob:{kind}:{blob}",
            }
        ]
    out = [file]
    for row in rows:
        snippet = _element(
            f"urn:gitprov:spdx:snippet:{place}:{row.first}-{row.last}",
            "software_Snippet",
            f"{path}:{row.first}-{row.last}",
        )
        snippet["software_snippetFromFile"] = file["spdxId"]
        snippet["software_lineRange"] = {
            "type": "PositiveIntegerRange",
            "beginIntegerRange": row.first,
            "endIntegerRange": row.last,
        }
        snippet["comment"] = (
            f"class {row.cls}, evidence {row.evidence}, trace {row.trace}, commit {commit.oid}"
        )
        origins = _origins(commit, row)
        if origins:
            snippet["originatedBy"] = [origin["spdxId"] for origin in origins]
        out += [*origins, snippet]
    return out


def _origins(commit: RecordedCommit, row: RecordedRange) -> list[JsonObject]:
    """The model of a range and the person behind it, or the person who typed it."""
    trace = commit.traces.get(row.trace or "")
    out = []
    human = row.human
    if trace is not None:
        human = trace.human
        title = f"{trace.agent or 'unknown agent'}, {trace.model or 'unknown model'}"
        name = f"{trace.agent or 'unknown'}:{trace.model or 'unknown'}"
        out.append(_element(f"urn:gitprov:spdx:agent:{quote(name, safe='')}", "SoftwareAgent", title))
    if human:
        out.append(_element(f"urn:gitprov:spdx:person:{ids.human_id(human)}", "Person", human))
    return out
