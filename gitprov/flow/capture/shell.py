"""Shell tools: the files that changed between a command's two reports are edits of the agent.

Before a command the contents of all files that differ from HEAD are stored; the others are as in HEAD. A
change by git itself (a checkout, a merge, a stash) is no edit, nor is one that another tool has recorded
meanwhile.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gitprov.flow.capture.edit_contents import EditedFile
from gitprov.flow.capture.last_known import git_surroundings
from gitprov.flow.capture.moment import FILE_LIMIT
from gitprov.git.files import tree_files
from gitprov.git.files.changed import TreeState, stored, tree_state
from gitprov.git.locate import Location
from gitprov.model.canonical import sha256_hex
from gitprov.model.event import ContentRef
from gitprov.store import files
from gitprov.store.inbox.inbox import Inbox

MOST_FILES = 5000
"""Files that differ from HEAD whose contents are kept, or recorded, for one command."""

_CACHE = "walk.json"
_MARKS = (
    "ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "FETCH_HEAD",
    "rebase-merge", "rebase-apply",
)  # fmt: skip
_GIT = r"\bgit\b[^|;&\n]*?\s(?:"
_MOVES = _GIT + (
    r"checkout|restore|switch|merge|cherry-pick|revert|pull|rebase|stash|am|reset|read-tree|worktree|clone)\b"
)
_ADDS = _GIT + r"add|commit|apply|mv|rm|update-index|hash-object)\b"
_ALIKE = 0.5
"""Share of equal lines from which on a new file is a renamed one."""


class Walk(NamedTuple):
    """A work tree before a command: its HEAD, marks of git's own operations, and the files that differ.

    `files`: path → status of the file and content, both None where there was no file.
    """

    head: str | None
    marks: tuple[str, ...]
    files: Mapping[str, FileRecord]

    def to_json(self) -> dict[str, Any]:
        """The walk as a JSON object."""
        rows = {path: [list(entry.status), _json(entry.ref)] for path, entry in self.files.items()}
        return {"head": self.head, "marks": list(self.marks), "files": rows}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Walk:
        """Read one walk. ValueError, TypeError or KeyError where it is damaged."""
        entries = {
            str(path): FileRecord(
                tuple(int(part) for part in status), None if ref is None else ContentRef.from_json(ref)
            )
            for path, (status, ref) in row["files"].items()
        }
        head = row["head"]
        return cls(head if isinstance(head, str) else None, tuple(map(str, row["marks"])), entries)


class FileRecord(NamedTuple):
    """A file: its size, times and inode, empty where there is none, and its content."""

    status: tuple[int, ...]
    ref: ContentRef | None


def look(place: Location, inbox: Inbox, env: Mapping[str, str]) -> Walk:
    """The state of a work tree now; the contents that differ from HEAD are kept in the inbox."""
    state = _state(place, env)
    old = _cached(inbox)
    entries = {}
    for path in state.paths[:MOST_FILES]:
        status = _status(place, path)
        entry = old.get(path)
        if entry is None or entry.status != status or entry.ref is None:
            content = _content(place, path) if status else None
            entry = FileRecord(status, None if content is None else inbox.put_blob(content))
        entries[path] = entry
    walk = Walk(state.head, _marks(place), entries)
    files.replace(inbox.tmp, os.path.join(inbox.root, _CACHE), files.json_line(walk.to_json()), durable=False)
    return walk


def changes(
    walk: Walk, command: str, seq: int, place: Location, inbox: Inbox, env: Mapping[str, str]
) -> Iterator[EditedFile]:
    """The changes that a command made to files since a walk. `seq`: the newest event's before the command."""
    state = _state(place, env)
    after = {path: _content(place, path) for path in _touched(walk, state, place)}
    before = _contents_before(walk, seq, list(after), place, inbox, env)
    after = {path: content for path, content in after.items() if content != _plain(before[path])}
    foreign = _moved_by_git(walk, command, after, state, place, env)
    gone = {path: _plain(before[path]) for path, content in after.items() if content is None}
    copies = {entry.ref.digest for entry in walk.files.values() if entry.ref is not None}
    for path, content in after.items():
        if path in foreign or path in state.unmerged:
            continue
        if before[path] is None and content is not None and f"sha256:{sha256_hex(content)}" in copies:
            continue  # a copy of a content from before the command
        source = before[path]
        if source is None and content is not None:
            source = renamed_from(content, gone)
        if source != content:
            yield EditedFile("ai", path, source, content)


def _touched(walk: Walk, state: TreeState, place: Location) -> list[str]:
    """The paths whose content may have changed since the walk."""
    paths = []
    for path in dict.fromkeys([*state.paths, *walk.files]):
        entry = walk.files.get(path)
        if path not in state.paths and _status(place, path):
            continue  # as in HEAD again
        if entry is None or entry.status != _status(place, path):
            paths.append(path)
    return paths[:MOST_FILES]


def _contents_before(
    walk: Walk, seq: int, paths: list[str], place: Location, inbox: Inbox, env: Mapping[str, str]
) -> dict[str, bytes | ContentRef | None]:
    """The content of each path before the command, or after the newest event that was recorded since."""
    clean = [path for path in paths if path not in walk.files]
    contents: dict[str, bytes | ContentRef | None] = dict.fromkeys(paths)
    if clean and walk.head is not None:
        from gitprov.git.files.filtered import FilteredHead

        around = git_surroundings(place, env)
        reader = FilteredHead(around.cwd, around.env, walk.head, clean)
        try:
            contents.update({path: reader.get(path) for path in clean if "\n" not in path})
        finally:
            reader.close()
    for path in paths:
        event = inbox.last_event(path) if inbox.next_seq() - 1 > seq else None
        if event is not None and event.seq > seq:
            contents[path] = _kept(inbox, event.after)
        elif path in walk.files:
            contents[path] = _kept(inbox, walk.files[path].ref)
    return contents


def _moved_by_git(
    walk: Walk,
    command: str,
    after: Mapping[str, bytes | None],
    state: TreeState,
    place: Location,
    env: Mapping[str, str],
) -> set[str]:
    """The paths whose new content is an object of the repository that this command did not make.

    Git never checks out, merges or unstashes anything else. A command that adds objects itself is taken at
    its word, unless it also moves content or git's own files show that something was moved.
    """
    contents = {path: content for path, content in after.items() if content}
    adds = re.search(_ADDS, command) is not None and re.search(_MOVES, command) is None
    if not contents or (adds and state.head == walk.head and _marks(place) == walk.marks):
        return set()
    around = git_surroundings(place, env)
    object_format = "sha256" if len(state.head or walk.head or "") == 64 else "sha1"
    return stored(contents, object_format, around.cwd, around.env)


def renamed_from(content: bytes, gone: Mapping[str, bytes | None]) -> bytes | None:
    """The content of the vanished file that is most like a new one; None where none is like it."""
    lines = content.splitlines()
    best, most = None, 0.0
    for candidate in gone.values():
        if candidate is None or not lines:
            continue
        others = set(candidate.splitlines())
        share = sum(line in others for line in lines) / max(len(lines), len(others), 1)
        if share >= _ALIKE and share > most:
            best, most = candidate, share
    return best


def _state(place: Location, env: Mapping[str, str]) -> TreeState:
    around = git_surroundings(place, env)
    return tree_state(around.cwd, around.env)


def _marks(place: Location) -> tuple[str, ...]:
    """Marks of git's own operations: the status of the files that they leave."""
    paths = [os.path.join(place.git_dir, name) for name in _MARKS]
    marks = []
    for path in (*paths, os.path.join(place.common_dir, "logs", "refs", "stash")):
        try:
            status = os.stat(path)
            marks.append(f"{status.st_mtime_ns} {status.st_size}")
        except OSError:
            marks.append("")
    return tuple(marks)


def _status(place: Location, path: str) -> tuple[int, ...]:
    """What changes whenever a file is written; empty where there is no file."""
    try:
        status = os.lstat(os.path.join(place.worktree, path).encode("utf-8", "surrogateescape"))
    except OSError:
        return ()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _content(place: Location, path: str) -> bytes | None:
    """A file's content; None where it is missing, too large, or no regular file."""
    try:
        return tree_files.read(place.worktree, path, FILE_LIMIT)
    except OSError:
        return None


def _cached(inbox: Inbox) -> Mapping[str, FileRecord]:
    """The files of the last walk, whose contents need not be read again."""
    try:
        walk = Walk.from_json(files.read_object(os.path.join(inbox.root, _CACHE)) or {})
    except (ValueError, TypeError, KeyError):
        return {}
    return {
        path: entry
        for path, entry in walk.files.items()
        if entry.ref is None
        or not entry.ref.stored
        or files.size(inbox.blobs.path(entry.ref.digest)) is not None
    }


def _kept(inbox: Inbox, ref: ContentRef | None) -> bytes | ContentRef | None:
    if ref is None or not ref.stored:
        return ref
    content = inbox.kept(ref)
    return ref if content is None else content


def _plain(content: bytes | ContentRef | None) -> bytes | None:
    return content if isinstance(content, bytes) else None


def _json(ref: ContentRef | None) -> dict[str, Any] | None:
    return None if ref is None else ref.to_json()
