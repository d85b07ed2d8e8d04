"""Writes trees to gitprov's refs: fast-import onto a scratch ref, then compare-and-swap.

Nothing is visible before the last step, which moves all refs or none. A process killed before it leaves a
scratch ref below `refs/gitprov/scratch/`, which `doctor` removes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping

from gitprov.errors import Contended, GitFailed
from gitprov.git.process import PIPE, decode, encode, failed, open_git, opened
from gitprov.git.repo import Repository
from gitprov.model.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

SCRATCH = "refs/gitprov/scratch"
_TRIES = 60
_COPY = 1 << 20
_LOOSE = 40
_OFFSET = 20
"""Digits of the offset at the end of a file by BlobWriter."""


class RefChange(NamedTuple):
    """A commit to make on one ref. `files` maps a path in its tree to new bytes, or to None to remove it.

    `base` is the ref's value for which the files were computed, None where the ref did not exist.
    `packed` is the path of a file that `BlobWriter` wrote, with more files for the same commit.
    `fresh` is a tree id: the commit starts a new history with it, and the ref no longer reaches the old one.
    `merged` are further parents; with them a commit is made even where no file changes. `blobs` maps paths to
    existing blobs.
    """

    ref: str
    base: str | None
    message: str
    files: dict[str, bytes | None]
    packed: str | None = None
    fresh: str | None = None
    merged: tuple[str, ...] = ()
    blobs: Mapping[str, str] = {}


class BlobWriter:
    """Writes the files of a later commit to disk one by one, equal contents once, never all in memory.

    The output is a fast-import stream of blobs, then the lines that place them in the tree, then the byte
    offset of these lines as 20 digits.
    """

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._marks: dict[str, int] = {}
        self._places: list[bytes] = []

    def add(self, oid: str, data: bytes) -> None:
        """Write `data`, whose blob id is `oid`."""
        if oid not in self._marks:
            self._marks[oid] = len(self._marks) + 1
            self._out.write(b"blob\nmark :%d\ndata %d\n" % (self._marks[oid], len(data)))
            self._out.write(data)
            self._out.write(b"\n")

    def place(self, path: str, oid: str) -> None:
        """Place a blob that was added at `path`."""
        self._places.append(b"M 100644 :%d %s\n" % (self._marks[oid], _quote(encode(path))))

    def finish(self) -> None:
        """Write the lines that place the blobs, and their offset."""
        start = self._out.tell()
        self._out.write(b"".join(self._places))
        self._out.write(b"%0*d" % (_OFFSET, start))


def write(
    repo: Repository, committer: str, build: Callable[[dict[str, str]], list[RefChange]], refs: list[str]
) -> None:
    """Move several refs together.

    `build` gets the current values of `refs` (absent ones left out) and returns the changes to make; it is
    called again when another process was faster. `committer` is a committer header value
    (`Name <email> <seconds> <zone>`). Contended where the refs keep moving, GitFailed where git cannot write.
    """
    for n in attempts(_TRIES):
        values = read_refs(repo, refs) if n else _values(repo, refs)
        changes = [change for change in build(values) if _says_something(change)]
        if not changes or attempt(repo, committer, changes):
            return
    raise Contended(f"{', '.join(refs)} kept changing; nothing was written", "run the command again")


def attempts(most: int, pause: float = 0.01) -> Iterator[int]:
    """The numbers of at most `most` attempts, from 0, with pauses of up to `pause` seconds times the number.

    The pauses are random, because competing processes must not retry at the same moment.
    """
    yield 0
    import random

    for n in range(1, most):
        time.sleep(random.uniform(pause / 10, pause * n))  # noqa: S311 - no secret depends on it
        yield n


def _says_something(change: RefChange) -> bool:
    return bool(change.files or change.packed or change.merged)


def _values(repo: Repository, refs: list[str]) -> dict[str, str]:
    """As `read_refs`, from the object reader that is running. A ref whose object is missing counts as absent:
    git then refuses the change, and the next attempt reads the refs anew.
    """
    objects = zip(refs, repo.objects.get_many(refs), strict=True)
    return {ref: value.oid for ref, value in objects if value is not None}


def read_refs(repo: Repository, refs: list[str]) -> dict[str, str]:
    """Current values of refs, absent ones left out."""
    shown = repo.run("for-each-ref", "--format=%(objectname) %(refname)", *refs)
    rows = (line.split(" ", 1) for line in decode(shown).splitlines())
    return {name: oid for oid, name in rows if name in refs}


def attempt(repo: Repository, committer: str, changes: list[RefChange]) -> bool:
    """Make these changes, all or none; False where another process moved one of the refs from its `base`."""
    name = f"{SCRATCH}/{os.getpid()}-{os.urandom(5).hex()}"
    planned = [(f"{name}/{n}", change) for n, change in enumerate(changes)]
    _import(repo, (part for ref, change in planned for part in _commit(ref, committer, change)))
    moves = [f"update {change.ref} {ref} {change.base or repo.null_oid}\n" for ref, change in planned]
    drops = "".join(f"delete {ref}\n" for ref, _ in planned)
    text = "start\n" + "".join(moves) + drops + "commit\n"
    result = repo.try_run("update-ref", "--create-reflog", "--stdin", stdin=encode(text))
    if result.returncode == 0:
        return True
    repo.try_run("update-ref", "--stdin", stdin=encode(drops))
    if _lost_race(result.stderr):
        from gitprov.git.refs import refuse_dead

        refuse_dead(repo, [change.ref for change in changes])
        return False
    raise failed(("update-ref",), result.returncode, result.stderr)


def move(repo: Repository, ref: str, new: str, old: str | None, words: str) -> bool:
    """Compare-and-swap of one ref (`old` None: it must not exist); False where another process was faster.

    `words` is the reflog message. GitFailed where git cannot write.
    """
    args = ("update-ref", "--create-reflog", "-m", words, ref, new, old or repo.null_oid)
    result = repo.try_run(*args)
    if result.returncode and not _lost_race(result.stderr):
        raise failed(("update-ref",), result.returncode, result.stderr)
    if result.returncode:
        from gitprov.git.refs import refuse_dead

        refuse_dead(repo, [ref])
    return not result.returncode


def _lost_race(stderr: bytes) -> bool:
    words = decode(stderr)
    signs = ("but expected", "reference already exists", "File exists")
    return any(sign in words for sign in signs) and "Permission denied" not in words


def _import(repo: Repository, parts: Iterator[bytes]) -> None:
    # A few objects are unpacked to loose ones, as git's own are. The many versions of a file in a long
    # session stay in the pack, which stores them as deltas: faster to write and a sixth of the size.
    limit = ("-c", f"fastimport.unpackLimit={_LOOSE}")
    args = (*limit, "fast-import", "--quiet", "--done", "--date-format=raw")
    with open_git(args, cwd=repo.cwd, env=repo.env, stdin=PIPE, stderr=PIPE) as process:
        stdin = opened(process.stdin)
        try:
            for part in parts:
                stdin.write(part)
            stdin.write(b"done\n")
            stdin.close()
        except BrokenPipeError:
            pass  # the message on stderr gives the reason
        stderr = process.stderr.read() if process.stderr else b""
        status = process.wait()
    if status:
        raise _first_words(status, stderr)


def _first_words(status: int, stderr: bytes) -> GitFailed:
    """The error of fast-import with its reason only, without the crash report that follows it."""
    fatal = next((line for line in stderr.splitlines() if line.startswith(b"fatal:")), stderr)
    return failed(("fast-import",), status, fatal)


def _commit(ref: str, committer: str, change: RefChange) -> Iterator[bytes]:
    yield from packed_part(change.packed, places=False)
    message = encode(change.message + "\n")
    yield encode(f"commit {ref}\ncommitter {committer}\ndata {len(message)}\n") + message
    if change.base and not change.fresh:
        yield encode(f"from {change.base}\n")
    for parent in change.merged:
        yield encode(f"merge {parent}\n")
    if change.fresh:
        yield encode(f'M 040000 {change.fresh} ""\n')
    for path, data in change.files.items():
        quoted = _quote(encode(path))
        if data is None:
            yield b"D " + quoted + b"\n"
        else:
            yield b"M 100644 inline " + quoted + b"\ndata %d\n" % len(data) + data + b"\n"
    for path, oid in change.blobs.items():
        yield encode(f"M 100644 {oid} ") + _quote(encode(path)) + b"\n"
    yield from packed_part(change.packed, places=True)
    yield b"\n"


def packed_size(name: str) -> int:
    """The size in bytes of the blobs in a file by BlobWriter."""
    with open(name, "rb") as file:
        file.seek(-_OFFSET, os.SEEK_END)
        return int(file.read())


def packed_part(name: str | None, *, places: bool) -> Iterator[bytes]:
    """The blobs, or the placing lines, of a file by BlobWriter; its last 20 bytes are the lines' offset."""
    if name is None:
        return
    with open(name, "rb") as file:
        end = file.seek(-_OFFSET, os.SEEK_END)
        offset = int(file.read())
        file.seek(offset if places else 0)
        remaining = end - offset if places else offset
        while remaining > 0:
            part = file.read(min(remaining, _COPY))
            if not part:
                return
            remaining -= len(part)
            yield part


def _quote(path: bytes) -> bytes:
    if not any(mark in path for mark in (b'"', b"\\", b"\n", b" ")):
        return path
    return b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
