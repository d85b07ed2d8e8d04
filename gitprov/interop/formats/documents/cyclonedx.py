"""CycloneDX 1.6: one component for each file, with the recorded ranges among its properties."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from gitprov import __version__
from gitprov.model.canonical import JsonObject
from gitprov.model.exchange.exchange import RecordedCommit, RecordedRange
from gitprov.model.moments import moment_of


def document(commits: Iterable[RecordedCommit]) -> JsonObject:
    """The document of some commits. Its moment is that of the newest of them."""
    components: list[JsonObject] = []
    newest = 0
    for commit in commits:
        newest = max(newest, commit.committed)
        components += [_component(commit, path, rows) for path, rows in commit.paths.items()]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": moment_of(newest),
            "tools": {"components": [{"type": "application", "name": "gitprov", "version": __version__}]},
        },
        "components": components,
    }


def _component(commit: RecordedCommit, path: str, rows: Iterable[RecordedRange]) -> JsonObject:
    blob = commit.blobs.get(path)
    properties = [("gitprov:commit", commit.oid), *([("gitprov:gitBlob", blob)] if blob else [])]
    for row in rows:
        trace = commit.traces.get(row.trace or "")
        facts = [row.cls, row.evidence, row.trace, row.human]
        facts += [trace.agent, trace.model] if trace is not None else []
        properties.append((f"gitprov:range:{row.first}-{row.last}", " ".join(filter(None, facts))))
    return {
        "type": "file",
        "bom-ref": f"{commit.oid}:{quote(path, errors='surrogateescape')}",
        "name": path,
        "properties": [{"name": name, "value": value} for name, value in properties],
    }
