"""Where agents keep their transcripts: the files that may be of sessions in a work tree; which changed."""

import os
from collections.abc import Iterator, Mapping

from gitprov.model.named import NamedTuple
from gitprov.store import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.store.inbox.sweeps import Cursor

OPENCODE = "opencode"
"""The agent whose transcripts are a database."""
AMP = "amp"
"""The agent whose transcripts are single documents that are written anew."""


class TranscriptFile(NamedTuple):
    """A file of an agent. `session` and `subagent` are their names where the path has them.

    `tree`: the file belongs to this directory by its place, regardless of the directories that its rows name.
    """

    agent: str
    path: str
    session: str = ""
    subagent: str | None = None
    tree: str | None = None


def transcripts(worktree: str, env: Mapping[str, str]) -> Iterator[TranscriptFile]:
    """All files that may be of sessions in a work tree, each agent's in the order of their names."""
    home = env.get("HOME", "")
    if not os.path.isabs(home):
        return
    for places in _AGENTS:
        yield from places(worktree, home, env)


def is_unread(file: TranscriptFile, cursor: "Cursor | None") -> bool:
    """Whether a transcript has changed since its cursor was stored."""
    try:
        status = os.stat(file.path)
    except OSError:
        return False
    return cursor is None or (status.st_ino, size_of(file, status)) != (cursor.inode, cursor.size)


def size_of(file: TranscriptFile, status: os.stat_result) -> int:
    """The size of a transcript in bytes; of a document or database a number that each write changes."""
    if file.agent == AMP:
        return status.st_size + status.st_mtime_ns
    if file.agent != OPENCODE:
        return status.st_size
    from gitprov.store.index import opencode

    return opencode.state(file.path)


def without_missing(cursors: "Mapping[str, Cursor]") -> "dict[str, Cursor]":
    """The cursors of transcripts that still exist."""
    return {path: cursor for path, cursor in cursors.items() if os.path.exists(path)}


def _claude(worktree: str, home: str, env: Mapping[str, str]) -> Iterator[TranscriptFile]:
    """Sessions below `projects/<directory of the session, with dashes>`; subagents have a directory each."""
    settings = env.get("CLAUDE_CONFIG_DIR") or os.path.join(home, ".claude")
    root = os.path.join(settings, "projects")
    slug = _slug(worktree)
    for name in _names(root):
        if name == slug or name.startswith(slug + "-"):
            for entry in _names(os.path.join(root, name)):
                path = os.path.join(root, name, entry)
                if entry.endswith(".jsonl"):
                    yield TranscriptFile("claude-code", path, entry[:-6])
                else:
                    yield from _subagents(path, entry)


def _subagents(directory: str, session: str) -> Iterator[TranscriptFile]:
    room = os.path.join(directory, "subagents")
    for name in _names(room):
        if name.startswith("agent-") and name.endswith(".jsonl"):
            yield TranscriptFile("claude-code", os.path.join(room, name), session, name[6:-6])


def _codex(_worktree: str, home: str, env: Mapping[str, str]) -> Iterator[TranscriptFile]:
    """Sessions of all directories, by day: the file's first row names the directory."""
    root = env.get("CODEX_HOME") or os.path.join(home, ".codex")
    for year in _names(os.path.join(root, "sessions")):
        for month in _names(os.path.join(root, "sessions", year)):
            for day in _names(os.path.join(root, "sessions", year, month)):
                yield from _files("codex", os.path.join(root, "sessions", year, month, day))
    yield from _files("codex", os.path.join(root, "archived_sessions"))


def _gemini(_worktree: str, home: str, env: Mapping[str, str]) -> Iterator[TranscriptFile]:
    root = os.path.join(env.get("GEMINI_CLI_HOME") or home, ".gemini", "tmp")
    for name in _names(root):
        yield from _files("gemini", os.path.join(root, name, "chats"))


def _qwen(worktree: str, home: str, _env: Mapping[str, str]) -> Iterator[TranscriptFile]:
    root, slug = os.path.join(home, ".qwen", "projects"), _slug(worktree)
    for name in _names(root):
        if name == slug or name.startswith(slug + "-"):
            yield from _files("qwen", os.path.join(root, name, "chats"))


def _copilot(_worktree: str, home: str, _env: Mapping[str, str]) -> Iterator[TranscriptFile]:
    root = os.path.join(home, ".copilot", "session-state")
    for name in _names(root):
        path = os.path.join(root, name, "events.jsonl")
        if files.size(path) is not None:
            yield TranscriptFile("copilot", path, name)


def _pi(worktree: str, home: str, _env: Mapping[str, str]) -> Iterator[TranscriptFile]:
    """Sessions below `--<directory, with dashes>--`, where the leading slash is left out."""
    root = os.path.join(home, ".pi", "agent", "sessions")
    slug = "--" + worktree.lstrip("/").replace("/", "-").replace(":", "-")
    for name in _names(root):
        if name.startswith(slug):
            yield from _files("pi", os.path.join(root, name))


def _opencode(_worktree: str, home: str, env: Mapping[str, str]) -> Iterator[TranscriptFile]:
    """The database with the sessions of all directories."""
    data = env.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share")
    path = os.path.join(data, "opencode", "opencode.db")
    if files.size(path) is not None:
        yield TranscriptFile(OPENCODE, path)


def _aider(worktree: str, _home: str, _env: Mapping[str, str]) -> Iterator[TranscriptFile]:
    """The history in the work tree itself, not one at another place that Aider is configured with."""
    path = os.path.join(worktree, ".aider.chat.history.md")
    if files.size(path) is not None:
        yield TranscriptFile("aider", path, tree=worktree)


def _cursor(worktree: str, home: str, _env: Mapping[str, str]) -> Iterator[TranscriptFile]:
    """Transcripts below the directory's name with dashes; their rows do not name the directory."""
    room = os.path.join(home, ".cursor", "projects", _slug(worktree).strip("-"), "agent-transcripts")
    for name in _names(room):
        path = os.path.join(room, name, name + ".jsonl")
        if files.size(path) is not None:
            yield TranscriptFile("cursor", path, name, tree=worktree)


def _droid(worktree: str, home: str, _env: Mapping[str, str]) -> Iterator[TranscriptFile]:
    root, slug = os.path.join(home, ".factory", "sessions"), worktree.replace("/", "-")
    for name in _names(root):
        if name == slug or name.startswith(slug + "-"):
            yield from _files("droid", os.path.join(root, name))


def _amp(_worktree: str, home: str, env: Mapping[str, str]) -> Iterator[TranscriptFile]:
    """Threads of all directories: each names its own."""
    data = env.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share")
    yield from _files(AMP, os.path.join(data, "amp", "threads"), ".json")


def _antigravity(_worktree: str, home: str, _env: Mapping[str, str]) -> Iterator[TranscriptFile]:
    """Sessions of all directories, of the IDE and of the CLI; the full transcript where there are two."""
    for product in ("antigravity", "antigravity-cli", "antigravity-ide"):
        root = os.path.join(home, ".gemini", product, "brain")
        for name in _names(root):
            logs = os.path.join(root, name, ".system_generated", "logs")
            for entry in ("transcript_full.jsonl", "transcript.jsonl"):
                if files.size(os.path.join(logs, entry)) is not None:
                    yield TranscriptFile("antigravity", os.path.join(logs, entry), name)
                    break


def _files(agent: str, directory: str, ending: str = ".jsonl") -> Iterator[TranscriptFile]:
    for name in _names(directory):
        if name.endswith(ending):
            yield TranscriptFile(agent, os.path.join(directory, name), name.removesuffix(ending))


def _slug(path: str) -> str:
    """The name that Claude Code and others give the directory of a project's sessions."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in path)


def _names(directory: str) -> list[str]:
    """Sorted names in a directory; none where it is missing, closed or no directory."""
    try:
        return sorted(os.listdir(directory))
    except OSError:
        return []


_AGENTS = (
    *(_claude, _codex, _gemini, _qwen, _copilot, _pi, _opencode, _aider),
    *(_cursor, _droid, _amp, _antigravity),
)
