"""Writing trees to our refs: fast-import onto a scratch ref, then compare-and-swap.

Nothing is visible before the last step, and that step moves all refs or none. A process killed in between
leaves a scratch ref below `refs/gitprov/scratch/`, which `doctor` removes.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from typing import NamedTuple

from gitprov.errors import Contended, GitFailed
from gitprov.git.process import decode, encode
from gitprov.git.repo import Repository

SCRATCH = "refs/gitprov/scratch"
_TRIES = 40


class Change(NamedTuple):
    """A commit to make on one ref. `files` maps a path in its tree to new bytes, or None to remove it.

    `base` is the ref's value that the files were worked out for, None where the ref did not exist.
    """

    ref: str
    base: str | None
    message: str
    files: dict[str, bytes | None]


def write(
    repo: Repository, committer: str, build: Callable[[dict[str, str]], list[Change]], refs: list[str]
) -> None:
    """Move several refs together.

    `build` gets the present values of `refs` (absent ones left out) and returns the changes to make; it is
    called again when another process was faster. `committer` is a committer header value
    (`Name <email> <seconds> <zone>`). Contended where the refs keep moving, GitFailed where git cannot write.
    """
    for attempt in range(_TRIES):
        changes = [change for change in build(read_refs(repo, refs)) if change.files]
        if not changes or _attempt(repo, committer, changes):
            return
        # Jitter: the competitors of a busy repository must not meet again at the same moment.
        time.sleep(random.uniform(0.001, 0.01 * (attempt + 1)))
    raise Contended(f"{', '.join(refs)} kept changing; nothing was written", "run the command again")


def read_refs(repo: Repository, refs: list[str]) -> dict[str, str]:
    """Present values of refs, absent ones left out."""
    shown = repo.run("for-each-ref", "--format=%(objectname) %(refname)", *refs)
    rows = (line.split(" ", 1) for line in decode(shown).splitlines())
    return {name: oid for oid, name in rows if name in refs}


def _attempt(repo: Repository, committer: str, changes: list[Change]) -> bool:
    scratch = [f"{SCRATCH}/{os.getpid()}-{random.getrandbits(40):010x}/{n}" for n in range(len(changes))]
    stream = b"".join(_commit(ref, committer, change) for ref, change in zip(scratch, changes))
    repo.run("fast-import", "--quiet", "--done", "--date-format=raw", stdin=stream + b"done\n")
    moves = [
        f"update {change.ref} {ref} {change.base or repo.null_oid}\n" for ref, change in zip(scratch, changes)
    ]
    drops = [f"delete {ref}\n" for ref in scratch]
    text = encode("start\n" + "".join((*moves, *drops)) + "commit\n")
    done = repo.try_run("update-ref", "--create-reflog", "--stdin", stdin=text)
    if done.returncode == 0:
        return True
    repo.try_run("update-ref", "--stdin", stdin=encode("".join(drops)))
    words = decode(done.stderr)
    if "cannot lock ref" in words or "reference already exists" in words or "but expected" in words:
        if "Permission denied" in words or "Read-only" in words or "No space" in words:
            raise GitFailed(f"git update-ref: {words.strip().splitlines()[-1]}", done.returncode, words)
        return False
    raise GitFailed(f"git update-ref: {words.strip()}", done.returncode, words)


def _commit(ref: str, committer: str, change: Change) -> bytes:
    message = encode(change.message + "\n")
    parts = [
        encode(f"commit {ref}\ncommitter {committer}\ndata {len(message)}\n"),
        message,
        encode(f"from {change.base}\n") if change.base else b"",
    ]
    for path, data in change.files.items():
        quoted = _quote(encode(path))
        if data is None:
            parts.append(b"D " + quoted + b"\n")
        else:
            parts.append(b"M 100644 inline " + quoted + b"\ndata %d\n" % len(data) + data + b"\n")
    return b"".join(parts) + b"\n"


def _quote(path: bytes) -> bytes:
    if not any(mark in path for mark in (b'"', b"\\", b"\n", b" ")):
        return path
    return b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
