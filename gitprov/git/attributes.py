"""Clean filters: what git makes of a file's content before it stores it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gitprov.git.process import decode, encode
from gitprov.git.repo import Repository

#: Attributes by which content on disk and content in the repository differ in more than line endings.
_CHANGING = ("filter", "ident", "working-tree-encoding")


def cleaner(repo: Repository, paths: Sequence[str]) -> Callable[[str, bytes], bytes] | None:
    """A function from (path, content on disk) to content as stored; None where no path of these needs one."""
    asked = b"".join(encode(path) + b"\0" for path in paths)
    shown = decode(repo.run("check-attr", "-z", "--stdin", *_CHANGING, stdin=asked)).split("\0")
    rows = zip(shown[::3], shown[2::3], strict=False)
    changed = {path for path, value in rows if value not in ("unspecified", "unset", "false")}
    if not changed:
        return None
    seen: dict[tuple[str, bytes], bytes] = {}

    def clean(path: str, data: bytes) -> bytes:
        if path not in changed:
            return data
        if (path, data) not in seen:
            oid = decode(repo.run("hash-object", "-w", "--stdin", f"--path={path}", stdin=data)).strip()
            seen[path, data] = repo.objects.blob(oid)
        return seen[path, data]

    return clean
