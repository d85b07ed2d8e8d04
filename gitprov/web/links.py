"""The names of pages: safe in any file system and address, whatever the repository's names are."""

from __future__ import annotations

import re

from gitprov.model.sha import sha256_hex

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
