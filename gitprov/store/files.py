"""Small durable files: written completely or not at all, private to the user, safe between processes.

A complete temporary file gets its name by `link` (fails if the name is taken) or `rename` (replaces), so a
reader never sees a partial file, and a killed writer leaves only the temporary one.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping

from gitprov.model.untrusted.jsonvalue import loads_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PRIVATE_FILE = 0o600
PRIVATE_DIR = 0o700

_counter = 0


def make_dir(path: str) -> None:
    """Create a private directory and its missing parents. OSError where that is not possible."""
    try:
        os.mkdir(path, PRIVATE_DIR)
    except FileExistsError:
        return
    except FileNotFoundError:
        make_dir(os.path.dirname(path))
        make_dir(path)


def create(tmp_dir: str, path: str, data: bytes) -> bool:
    """Durably create `path`; False if the name is already taken. OSError where it cannot be written."""
    tmp = _write_temp(tmp_dir, data, durable=True)
    try:
        _place(os.link, tmp, path)
    except FileExistsError:
        return False
    finally:
        remove(tmp)
    sync_dir(os.path.dirname(path))
    return True


def replace(tmp_dir: str, path: str, data: bytes, *, durable: bool = True) -> None:
    """Create or replace `path` atomically. OSError where it cannot be written."""
    tmp = _write_temp(tmp_dir, data, durable=durable)
    try:
        _place(os.replace, tmp, path)
    except OSError:
        remove(tmp)
        raise


def append(path: str, data: bytes) -> None:
    """Append to a private file, which is created if missing. OSError where that is not possible."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        os.write(handle, data)
    finally:
        os.close(handle)


def lock(handle: int, *, shared: bool = False, wait: float = 0.0) -> bool:
    """Lock an open file, for at most `wait` seconds; False where another process has it or locks do not work.

    The kernel releases the lock when the file is closed or its holder is killed.
    """
    import fcntl
    import time

    kind = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB
    end = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, kind)
            return True
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(0.01)
        except OSError:
            return False


def remove(path: str) -> None:
    """Remove a file if it exists."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def remove_directory(path: str) -> bool:
    """Remove a directory if it is empty; returns whether it was removed."""
    try:
        os.rmdir(path)
    except OSError:
        return False
    return True


def names(directory: str) -> list[str]:
    """Sorted names in a directory; none if it does not exist."""
    try:
        return sorted(os.listdir(directory))
    except FileNotFoundError:
        return []


def read(path: str, limit: int | None = None) -> bytes | None:
    """Bytes of a regular file (at most `limit`), or None if there is none. Never blocks on a pipe or device.

    OSError where the file exists and cannot be read.
    """
    return read_range(path, 0, limit)


def read_range(path: str | bytes, start: int, limit: int | None) -> bytes | None:
    """At most `limit` bytes of a regular file from byte `start`, or None if there is no such file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        if start:
            file.seek(start)
        return file.read(-1 if limit is None else limit)


def json_line(row: Mapping[str, Any]) -> bytes:
    """Sorted compact JSON and LF. ASCII escapes preserve paths that are not UTF-8."""
    from json import dumps

    return dumps(row, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def read_object(path: str) -> dict[str, Any] | None:
    """The JSON object in a file; None where there is none, or it cannot be read."""
    try:
        return loads_object(read(path))
    except OSError:
        return None


def age(path: str, now: float) -> float:
    """Seconds since a file was changed, 0 where there is none; `now` in seconds since 1970."""
    try:
        return now - os.stat(path).st_mtime
    except OSError:
        return 0.0


def size(path: str | bytes) -> int | None:
    """Size in bytes of a regular file, or None."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def sync_dir(path: str) -> None:
    """Make earlier links and renames durable.

    One call after the last step is enough: journalling file systems keep the order of metadata changes.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_temp(tmp_dir: str, data: bytes, *, durable: bool) -> str:
    """The path of a new, complete temporary file, whose name no other process uses."""
    global _counter
    _counter += 1
    tmp = os.path.join(tmp_dir, f"{os.getpid()}-{_counter}-{os.urandom(8).hex()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        handle = os.open(tmp, flags, PRIVATE_FILE)
    except FileNotFoundError:
        make_dir(tmp_dir)
        handle = os.open(tmp, flags, PRIVATE_FILE)
    try:
        write_all(handle, data)
        if durable:
            os.fsync(handle)
    except BaseException:
        remove(tmp)
        raise
    finally:
        os.close(handle)
    return tmp


def write_all(handle: int, data: bytes) -> None:
    """Write all of `data` to an open file, in as many steps as the system needs."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _place(step: Callable[[str, str], None], tmp: str, path: str) -> None:
    """Link or rename; the target's directory is created if missing."""
    try:
        step(tmp, path)
    except FileNotFoundError:
        make_dir(os.path.dirname(path))
        step(tmp, path)


#: Notes were fetched from another clone and have not yet been checked for commits that existed here before.
NOTES_CAME = "notes-came"
#: The configuration has `sweep = false`: not empty where the work tree then had a file of settings.
NO_SWEEP = "no-sweep"


def raise_flag(home: str, name: str) -> None:
    """Create the flag `name` in gitprov's directory of this clone."""
    path = os.path.join(home, name)
    if not os.path.exists(path):
        make_dir(home)
        replace(home, path, b"", durable=False)


def keep_no_sweep(home: str, worktree: str | None) -> None:
    """Write `NO_SWEEP` anew: hooks in sh heed it until a file of settings is newer, or gone."""
    has_settings = worktree is not None and os.path.exists(os.path.join(worktree, ".gitprov.toml"))
    make_dir(home)
    replace(home, os.path.join(home, NO_SWEEP), b"settings\n" if has_settings else b"", durable=False)


def lower_flag(home: str, name: str) -> None:
    """Remove the flag `name` if it exists."""
    remove(os.path.join(home, name))
