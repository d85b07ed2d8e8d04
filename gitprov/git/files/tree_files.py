"""Files of a work tree: gitprov reads from and writes into work trees only through these functions.

The content of a work tree may come from strangers. A path is therefore opened component by component through
directory descriptors: no component may be a symbolic link, nothing below a `.git` is reached, only a regular
file is opened, and its size is limited. No path leads out of the tree, not even if it changes between a check
and its use, and no read blocks on a pipe. The caller chooses the root of the tree, which links may lead to.
"""

from __future__ import annotations

import errno
import os
import stat

from gitprov.errors import Obstructed

#: With O_PATH, where the system has it, a directory on the way needs no permission to be listed.
_FOLDER = os.O_DIRECTORY | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

#: Error numbers for a name that no file has or can have.
_ABSENT = (errno.ENOENT, errno.ENAMETOOLONG)

LINK = "a symbolic link"

_KINDS = {
    stat.S_IFREG: "a file",
    stat.S_IFLNK: LINK,
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}

#: Characters that some file systems ignore in names, so that `.git` has further spellings.
_IGNORED = dict.fromkeys([*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF])


def read(tree: str, path: str, limit: int) -> bytes | None:
    """The bytes of a regular file of the tree; None where there is none or `path` is something else.

    `path` is relative to the tree, with `/`. OSError where the file cannot be read, with EFBIG where it has
    more than `limit` bytes.
    """
    try:
        return plain(tree, path, limit)
    except Obstructed:
        return None


def plain(tree: str, path: str, limit: int) -> bytes | None:
    """As `read`, but Obstructed where `path` is no regular file or a component before it is no directory."""
    data = _bytes(tree, path, limit)
    if data is not None and len(data) > limit:
        raise OSError(errno.EFBIG, f"larger than {limit} bytes", path)
    return data


def head(tree: str, path: str, limit: int) -> bytes | None:
    """As `read`, but only the first `limit` bytes of a larger file."""
    try:
        data = _bytes(tree, path, limit)
    except Obstructed:
        return None
    return None if data is None else data[:limit]


def write(tree: str, path: str, data: bytes, *, durable: bool = True) -> None:
    """Create or replace a file of the tree atomically. Missing directories are made; a file's mode is kept.

    Obstructed where a component of `path` is a link or otherwise not a directory, or the target is no regular
    file: then nothing is written. OSError where the file system refuses.
    """
    *folders, name = _parts(path)
    try:
        folder = _enter(tree, folders, create=True)
        try:
            _replace(folder, name, data, _mode_of_target(folder, path, name), durable=durable)
        finally:
            os.close(folder)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, os.path.join(tree, path)) from error


def remove(tree: str, path: str) -> None:
    """Remove a file of the tree. Obstructed as for `write`; FileNotFoundError where there is none."""
    *folders, name = _parts(path)
    folder = _enter(tree, folders)
    try:
        _mode_of_target(folder, path, name)
        os.unlink(name, dir_fd=folder)
    finally:
        os.close(folder)


def _bytes(tree: str, path: str, limit: int) -> bytes | None:
    """At most `limit` + 1 bytes of a file, None where there is none. Obstructed as for `plain`."""
    *folders, name = _parts(path)
    try:
        folder = _enter(tree, folders)
        try:
            if _mode_of_target(folder, path, name) is None:
                return None
            handle = os.open(name, _FILE, dir_fd=folder)
        finally:
            os.close(folder)
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        raise type(error)(error.errno, error.strerror, os.path.join(tree, path)) from error
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise _obstructed(path, status.st_mode)
        return file.read(min(status.st_size, limit) + 1)


def _parts(path: str) -> list[bytes]:
    """The components of a path. Obstructed where it leads out of the tree or into git's directory."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or not parts or ".." in parts or "\0" in path:
        raise Obstructed(f"{path!r} is not a path inside the work tree", path, "a path that leads elsewhere")
    if any(_is_git(part) for part in parts):
        raise Obstructed(f"{path!r} leads into git's own directory", path, "git's own directory")
    return [_encode(part) for part in parts]


def check_way(path: str) -> None:
    """Obstructed where a directory on the way to `path` is a link of the work tree that the process is in.

    For files that a person names. Links above the work tree and in other places are that person's own.
    """
    path = os.path.abspath(path)
    top = os.getcwd()
    while not os.path.lexists(os.path.join(top, ".git")):
        if top == (top := os.path.dirname(top)):
            return
    inside: list[str] = []
    folder = os.path.dirname(path)
    while not _is_same(folder, top):
        inside.append(folder)
        if folder == (folder := os.path.dirname(folder)):
            return
    for place in reversed(inside):
        if os.path.islink(place):
            raise _obstructed(os.path.relpath(place, folder), stat.S_IFLNK)


def _is_same(folder: str, top: str) -> bool:
    try:
        return os.path.samefile(folder, top)
    except OSError:
        return False


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _is_git(name: str) -> bool:
    """Whether some file system treats the name as `.git`."""
    plain_name = name.translate(_IGNORED).partition(":")[0].rstrip(" .").casefold()
    return plain_name in (".git", "git~1")


def _enter(tree: str, folders: list[bytes], *, create: bool = False) -> int:
    """A descriptor of the directory at the path `folders` below the tree; the caller closes it."""
    handle = os.open(_encode(tree), _FOLDER)
    for n, name in enumerate(folders):
        try:
            inner = _step(handle, name, create=create)
        except OSError as error:
            if error.errno not in (errno.ENOTDIR, errno.ELOOP, errno.EMLINK):
                raise
            raise _in_the_way(handle, folders[: n + 1]) from error
        finally:
            os.close(handle)
        handle = inner
    return handle


def _step(folder: int, name: bytes, *, create: bool) -> int:
    flags = _FOLDER | os.O_NOFOLLOW
    try:
        return os.open(name, flags, dir_fd=folder)
    except FileNotFoundError:
        if not create:
            raise
    try:
        os.mkdir(name, dir_fd=folder)
    except FileExistsError:
        pass
    return os.open(name, flags, dir_fd=folder)


def _in_the_way(folder: int, parts: list[bytes]) -> Obstructed:
    path = b"/".join(parts).decode("utf-8", "surrogateescape")
    return _obstructed(path, os.stat(parts[-1], dir_fd=folder, follow_symlinks=False).st_mode)


def _mode_of_target(folder: int, path: str, name: bytes) -> int | None:
    """The permission bits of a file, None where there is none. Obstructed where it is no regular file."""
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):
        raise _obstructed(path, mode)
    return stat.S_IMODE(mode) & 0o777


def _obstructed(path: str, mode: int) -> Obstructed:
    what = _KINDS.get(stat.S_IFMT(mode), "no regular file")
    return Obstructed(f"{path} is {what}, which gitprov does not follow in a work tree", path, what)


def _replace(folder: int, name: bytes, data: bytes, mode: int | None, *, durable: bool) -> None:
    """Write a temporary file and rename it to `name`; a rename follows no link at the target."""
    tmp = b".gitprov-%d-%s" % (os.getpid(), os.urandom(8).hex().encode("ascii"))
    handle = os.open(tmp, _NEW, 0o666, dir_fd=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if mode is not None:
                os.fchmod(handle, mode)
            if durable:
                os.fsync(handle)
        os.rename(tmp, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        os.unlink(tmp, dir_fd=folder)
        raise
