"""The names of pages: safe in any file system and address, whatever the repository's names are."""

from __future__ import annotations

import re

from gitprov.model.canonical import sha256_hex

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
#: Characters of a name that are readable; a digest makes it unique.
_READABLE = 60


def slug(text: str) -> str:
    """A file name for a text; different texts have different names, also where case does not count."""
    digest = sha256_hex(text.encode("utf-8", "surrogatepass"))[:10]
    readable = _UNSAFE.sub("-", text)[-_READABLE:].strip("-.")
    return f"{readable}-{digest}" if readable else digest


def file_page(path: str) -> str:
    """The page of a file."""
    return f"files/{slug(path)}.html"


def commit_page(oid: str) -> str:
    """The page of a commit."""
    return f"commits/{oid[:20]}.html"


def prompt_page(name: str) -> str:
    """The page of a prompt, by its group's name."""
    return f"prompts/{slug(name)}.html"


def session_page(name: str) -> str:
    """The page of a session."""
    return f"sessions/{slug(name)}.html"


def finding_page(name: str) -> str:
    """The page of a finding, by a text that names it alone."""
    digest = sha256_hex(name.encode("utf-8", "surrogatepass"))[:12]
    rule = _UNSAFE.sub("-", name.partition(" ")[0])[:_READABLE]
    return f"findings/{rule}-{digest}.html"


def lines_place(first: int, last: int) -> str:
    """The place of some lines on the page of a file."""
    return f"#L{first}-{last}" if last > first else f"#L{first}"
