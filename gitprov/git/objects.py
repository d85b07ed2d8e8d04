"""Reads objects through one long-lived `git cat-file --batch`."""

from collections.abc import Iterable, Iterator

from gitprov.errors import Damaged, GitFailed
from gitprov.git.process import PIPE, Env, close, decode, encode, open_git, opened
from gitprov.model.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard

#: Requests sent before their answers are read: far below a pipe's capacity, so no side can block the other.
_CHUNK = 256


class Object(NamedTuple):
    """One object: its id, type (`blob`, `tree`, `commit`, `tag`) and raw bytes."""

    oid: str
    type: str
    data: bytes


class TreeEntry(NamedTuple):
    """One entry of a tree: mode, type (`blob`, `tree`, or `commit` for a submodule), object id, path."""

    mode: str
    type: str
    oid: str
    path: str


def tree_rows(shown: bytes) -> Iterator[TreeEntry]:
    """The entries in the output of `ls-tree -z`."""
    for row in decode(shown).split("\0"):
        facts, tab, path = row.partition("\t")
        if tab:
            mode, kind, oid = facts.split(" ")
            yield TreeEntry(mode, kind, oid, path)


class CatFile:
    """Objects of the repository at a directory, by id or by any revision expression without a newline."""

    def __init__(self, cwd: str, env: Env) -> None:
        self._process = open_git(("cat-file", "--batch"), cwd=cwd, env=env, stdin=PIPE)
        self._stdin, self._stdout = opened(self._process.stdin), opened(self._process.stdout)
        self._turn = 0
        self._due = 0

    def get(self, name: str) -> Object | None:
        """One object, None where the repository has none with that name, or the name has a newline."""
        return None if "\n" in name else next(self.get_many([name]))

    def content(self, name: str) -> bytes | None:
        """The bytes of a blob, None where the repository has no blob with that name."""
        obj = self.get(name)
        return obj.data if obj is not None and obj.type == "blob" else None

    def commit(self, name: str | None) -> "Commit | None":
        """A commit, None where the repository has none with that name."""
        obj = self.get(name) if name else None
        return parse_commit(obj) if is_commit(obj) else None

    def blob(self, oid: str) -> bytes:
        """A blob's bytes; Damaged where it is missing or no blob."""
        data = self.content(oid)
        if data is None:
            raise Damaged(f"object {oid} is not a blob here", "git fsck")
        return data

    def get_many(self, names: Iterable[str]) -> Iterator[Object | None]:
        """Objects in the order of `names`, with pipelined requests; None for each that is missing."""
        batch: list[str] = []
        for name in names:
            batch.append(name)
            if len(batch) == _CHUNK:
                yield from self._exchange(batch)
                batch = []
        yield from self._exchange(batch)

    def blobs(self, names: Iterable[str]) -> dict[str, bytes]:
        """Name → bytes, for those of the names that name a blob."""
        distinct = list(dict.fromkeys(names))
        objects = zip(distinct, self.get_many(distinct), strict=True)
        return {name: obj.data for name, obj in objects if obj is not None and obj.type == "blob"}

    def commits(self, names: Iterable[str]) -> "dict[str, Commit]":
        """Name → commit; names of nothing and of other objects are left out."""
        distinct = list(dict.fromkeys(names))
        objects = zip(distinct, self.get_many(distinct), strict=True)
        return {name: parse_commit(obj) for name, obj in objects if is_commit(obj)}

    def close(self) -> None:
        """Close git's input and wait for it to end."""
        close(self._process)

    def _exchange(self, names: list[str]) -> Iterator[Object | None]:
        if not names:
            return
        self._turn += 1
        turn = self._turn
        while self._due:  # an earlier caller did not read all of its answers
            self._due -= 1
            self._answer()
        try:
            self._stdin.write(encode("\n".join(names) + "\n"))
            self._stdin.flush()
        except BrokenPipeError as error:
            raise self._ended() from error
        self._due = len(names)
        for _ in names:
            if self._turn != turn:
                raise RuntimeError("other objects were asked for while these were still being read")
            self._due -= 1
            yield self._answer()

    def _ended(self) -> GitFailed:
        """The error for git's end, as when a promisor remote lacks an object; git's reason is on stderr."""
        status = self._process.wait()
        return GitFailed(
            "git cat-file ended: an object is missing here, or a remote that promised it did not answer",
            status,
            "",
            "git fsck; in a partial clone, see that its remote can be reached",
        )

    def _answer(self) -> Object | None:
        header = self._stdout.readline()
        if not header:
            raise self._ended()
        words = header.split(b" ")
        if len(words) != 3 or not words[2].strip().isdigit():
            return None
        size = int(words[2])
        data = self._stdout.read(size)
        self._stdout.read(1)
        return Object(str(words[0], "ascii"), str(words[1], "ascii"), data)


class Commit(NamedTuple):
    """The parts of a commit object that provenance needs. `author` and `committer` are full header values."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: str
    committer: str
    message: bytes


def is_commit(obj: Object | None) -> "TypeGuard[Object]":
    """Whether there is an object, and it is a commit."""
    return obj is not None and obj.type == "commit"


def parse_commit(obj: Object) -> Commit:
    """Parse a commit object. Damaged where it has another type."""
    if obj.type != "commit":
        raise Damaged(f"{obj.oid} is a {obj.type}, not a commit")
    head, _, message = obj.data.partition(b"\n\n")
    fields: dict[str, list[str]] = {}
    for line in decode(head).split("\n"):
        key, _, value = line.partition(" ")
        fields.setdefault(key, []).append(value)
    headers = {key: values[0] for key, values in fields.items()}
    parents = tuple(fields.get("parent", ()))
    return Commit(
        obj.oid, headers["tree"], parents, headers.get("author", ""), headers.get("committer", ""), message
    )


def person(header: str) -> str:
    """`Name <email>` from an author or committer header value."""
    return header[: header.rfind(">") + 1]
