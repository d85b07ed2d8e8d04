"""Fail when the written part of the project is broken: dead links, malformed fragments, incomplete decisions.

python tools/check_docs.py [ROOT]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
FRAGMENT = re.compile(r"[a-z0-9][a-z0-9-]*\.(added|changed|fixed|removed|security)\.md")
DECISION = re.compile(r"\d{4}-[a-z0-9-]+\.md")
SECTIONS = ("## Context", "## Decision", "## Consequences")
SKIPPED = {".venv", ".git", "node_modules"}


def documents(root: Path) -> list[Path]:
    """Each Markdown file of the project."""
    return sorted(
        p
        for p in root.rglob("*.md")
        if not any(part.startswith(".venv") or part in SKIPPED for part in p.parts)
    )


def anchors(text: str) -> set[str]:
    """The anchors forges make from headings: lower case, spaces to dashes, punctuation dropped."""
    headings = re.findall(r"^#+ +(.*)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def dead_links(path: Path) -> Iterator[str]:
    """Relative links whose file or heading is not there; the network is not asked."""
    for target in LINK.findall(FENCE.sub("", path.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (path.parent / name) if name else path
        if not there.exists():
            yield f"{path}: link to {target}: no such file"
        elif anchor and there.suffix == ".md" and anchor not in anchors(there.read_text()):
            yield f"{path}: link to {target}: no such heading"


def fragments(root: Path) -> Iterator[str]:
    """Names and contents of changelog.d/."""
    for path in sorted((root / "changelog.d").glob("*")):
        if path.name == "README.md":
            continue
        if not FRAGMENT.fullmatch(path.name):
            yield f"{path}: name it <topic>.<added|changed|fixed|removed|security>.md"
        elif not path.read_text().strip():
            yield f"{path}: is empty"


def decisions(root: Path) -> Iterator[str]:
    """Names, numbers and sections of docs/adr/."""
    seen: dict[str, str] = {}
    for path in sorted((root / "docs" / "adr").glob("*.md")):
        if path.name == "README.md":
            continue
        if not DECISION.fullmatch(path.name):
            yield f"{path}: name it NNNN-title.md"
        number = path.name[:4]
        if number in seen:
            yield f"{path}: number {number} is taken by {seen[number]}"
        seen[number] = path.name
        missing = [section for section in SECTIONS if section not in path.read_text()]
        yield from (f"{path}: no section {section!r}" for section in missing)


def problems(root: Path) -> Iterator[str]:
    """All of it."""
    for path in documents(root):
        yield from dead_links(path)
    yield from fragments(root)
    yield from decisions(root)


def main(root: str) -> int:
    """1 if there is any problem."""
    found = list(problems(Path(root)))
    print("\n".join(found) or "documents: fine")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "."))
