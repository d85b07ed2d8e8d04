"""Clean filters: the conversion of a file's content before git stores it."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Sequence

from gitprov.errors import GitFailed
from gitprov.git.files import object_directory
from gitprov.git.process import decode, encode
from gitprov.git.repo import Repository

#: Attributes that make content on disk and content in the repository differ in more than line endings.
_CHANGING = ("filter", "ident", "working-tree-encoding")


def cleaner(repo: Repository, paths: Sequence[str]) -> Callable[[str, bytes], bytes] | None:
    """A function from (path, content on disk) to content as stored; None where none of the paths needs it.

    Content that git cannot convert (a failing filter, an encoding that does not fit) is returned unchanged.
    """
    request = b"".join(encode(path) + b"\0" for path in paths)
    shown = decode(repo.run("check-attr", "-z", "--stdin", *_CHANGING, stdin=request)).split("\0")
    rows = zip(shown[::3], shown[2::3], strict=False)
    changed = {path for path, value in rows if value not in ("unspecified", "unset", "false")}
    if not changed:
        return None
    seen: dict[tuple[str, bytes], bytes] = {}

    def clean(path: str, data: bytes) -> bytes:
        if path not in changed:
            return data
        if (path, data) not in seen:
            seen[path, data] = _cleaned(repo, path, data)
        return seen[path, data]

    return clean


def _cleaned(repo: Repository, path: str, data: bytes) -> bytes:
    """The content as git would store it.

    Git only returns filtered content as an object. The object goes to a temporary directory, because the
    content may be something that must never get into the repository.
    """
    import shutil

    place = os.path.join(repo.git_dir, "gitprov", f"clean-{os.getpid()}-{os.urandom(4).hex()}")
    env = object_directory.first(repo, place)
    try:
        os.makedirs(place, 0o700)
        args = ("hash-object", "-w", "--stdin", f"--path={path}")
        oid = decode(repo.run(*args, stdin=data, env=env)).strip()
        return _loose(place, oid) or repo.objects.blob(oid)
    except (OSError, GitFailed, zlib.error):
        return data
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _loose(place: str, oid: str) -> bytes | None:
    """The content of a loose object in `place`, None where git wrote none because the repository has it."""
    try:
        with open(os.path.join(place, oid[:2], oid[2:]), "rb") as file:
            return zlib.decompress(file.read()).partition(b"\0")[2]
    except FileNotFoundError:
        return None
