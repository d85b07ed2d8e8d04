"""Entries of archives that JavaScript writes wherever their names lead."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitprov.checks.security.rule import Hit
from gitprov.checks.security.script.module import ScriptModule, hit

_ENTRY = re.compile(
    r"\b(?:entry|file|header|zipEntry|item)\.(?:path|fileName|name|header\.name)\b|\w\.entryName\b"
)
_ARCHIVES = re.compile(
    r"(?i)unzip|adm-zip|yauzl|tar-stream|jszip|\bzip\b|archive|decompress|entryName|directory\.files"
)
_WRITES = re.compile(r"(?:createWriteStream|writeFile(?:Sync)?|outputFile|extractEntryTo)\(")
_CHECKS = re.compile(
    r"startsWith\(|path\.relative\(|includes\(\s*['\"]\.\.|indexOf\(\s*['\"]\.\.|basename\(|isAbsolute\("
)


def hits(module: ScriptModule) -> Iterator[Hit]:
    """Paths that are joined with the name of an entry and written to, where nothing checks them."""
    if not _ARCHIVES.search(module.text) or not _WRITES.search(module.text):
        return
    for call in module.calls:
        if call.name in ("path.join", "path.resolve", "join", "resolve") and _ENTRY.search(call.node.text()):
            text = module.function(call.node).text
            if _WRITES.search(text) and not _CHECKS.search(text):
                yield hit("archive-extraction", call.node)
