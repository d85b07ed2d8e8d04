"""The spool: reports of edits that a shell script stored, for Python to read later.

`spool/<number>` is one report: nine lines (`gitprov spool 1`, HOME, CLAUDE_PROJECT_DIR, CLAUDE_CONFIG_DIR,
XDG_STATE_HOME, the directory, the file's path, `present` or `absent`, the payload), the file's content, and
the line `end` after a newline. Its mtime is the moment of the report. `hooks/launcher` writes it; a name with
a dot in front is not complete yet. Numbers order the reports of one tool use; Python creates the directory.
"""

import os

from gitprov.model.named import NamedTuple
from gitprov.store import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.store.inbox.inbox import Inbox

_HEAD = b"gitprov spool 1"
_END = b"\nend\n"
VARIABLES = ("HOME", "CLAUDE_PROJECT_DIR", "CLAUDE_CONFIG_DIR", "XDG_STATE_HOME")
"""Variables of the agent that an entry has."""
_DIGITS = 10
INTENT = "intent-"
OUTPUT = "output-"
"""How the names of intents and of waiting outputs begin, which are in the same directory."""

WAIT = 10.0
"""Seconds to wait for another process that digests the same spool."""


class ReportedFile(NamedTuple):
    """A file at the moment of a report: absolute `path`, and `content`, None if the file did not exist.

    `inbox` is the root of the inbox in whose spool it is.
    """

    path: str
    content: bytes | None
    inbox: str


class SpoolEntry(NamedTuple):
    """One stored report. `at`: seconds since 1970; `env`: those variables of the agent that were set."""

    at: float
    env: dict[str, str]
    cwd: str
    file: ReportedFile
    payload: bytes


def directory(inbox: "Inbox") -> str:
    """The spool of an inbox."""
    return os.path.join(inbox.root, "spool")


def aside(inbox: "Inbox") -> str:
    """The directory of the entries that could not be digested; nothing reads them."""
    return os.path.join(inbox.root, "undigested")


def open_for_reports(inbox: "Inbox") -> None:
    """Let agents' reports of edits be stored in the spool. OSError where it cannot be created."""
    files.make_dir(directory(inbox))


def names(inbox: "Inbox") -> list[str]:
    """Names of the complete entries, in the order of their reports."""
    return [name for name in files.names(directory(inbox)) if len(name) == _DIGITS and name.isdigit()]


def read(inbox: "Inbox", name: str) -> SpoolEntry | None:
    """An entry; None where another process has taken it. ValueError where it is damaged."""
    path = os.path.join(directory(inbox), name)
    try:
        at = os.stat(path, follow_symlinks=False).st_mtime
    except FileNotFoundError:
        return None
    data = files.read(path)
    if data is None:
        return None
    lines = data.split(b"\n", 9)
    if lines[0] != _HEAD or len(lines) < 10 or not data.endswith(_END):
        raise ValueError("it is not complete")
    texts = [line.decode("utf-8", "surrogateescape") for line in lines[1:8]]
    env = {variable: text for variable, text in zip(VARIABLES, texts, strict=False) if text}
    cwd, target, state = texts[4:]
    content = lines[9][: -len(_END)] if state == "present" else None
    return SpoolEntry(at, env, cwd, ReportedFile(target, content, inbox.root), lines[8])


def remove(inbox: "Inbox", name: str) -> None:
    """Remove an entry whose events are durable."""
    files.remove(os.path.join(directory(inbox), name))


def set_aside(inbox: "Inbox", name: str) -> None:
    """Move an entry out of the spool; it is kept as long as other evidence."""
    source = os.path.join(directory(inbox), name)
    files.make_dir(aside(inbox))
    try:
        moment = os.stat(source, follow_symlinks=False).st_mtime_ns
        os.rename(source, os.path.join(aside(inbox), f"{name}-{moment}"))
    except FileNotFoundError:
        return


def incomplete(inbox: "Inbox") -> list[str]:
    """Paths of entries that are being written, or were when their writer was killed."""
    room = directory(inbox)
    return [os.path.join(room, name) for name in files.names(room) if name[:1] == "." and name[1:].isdigit()]


def announced(inbox: "Inbox", start: str = INTENT) -> list[str]:
    """Paths of the intents (`intents`), or with `OUTPUT` of the waiting outputs (`outputs`)."""
    room = directory(inbox)
    return [os.path.join(room, name) for name in files.names(room) if name.startswith(start)]


def undigested(inbox: "Inbox") -> list[str]:
    """Paths of the entries that were set aside."""
    return [os.path.join(aside(inbox), name) for name in files.names(aside(inbox))]


def erase(inbox: "Inbox") -> None:
    """Remove what no command can read, and announced edits: they may contain any prompt and any content."""
    for path in incomplete(inbox) + undigested(inbox) + announced(inbox):
        files.remove(path)


def take_lock(inbox: "Inbox") -> int:
    """A descriptor whose closing lets other processes digest the spool. OSError without access.

    Waits WAIT seconds at most: digestion twice at once records nothing twice.
    """
    path = os.path.join(directory(inbox), ".lock")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, files.PRIVATE_FILE)
    files.lock(handle, wait=WAIT)
    return handle
