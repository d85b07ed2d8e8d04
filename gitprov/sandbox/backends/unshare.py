"""The words that start a program with util-linux' `unshare`: a tree of files made of read-only mounts."""

from __future__ import annotations

import os
import re
import shlex

from gitprov.sandbox import person
from gitprov.sandbox.backends import rlimits
from gitprov.sandbox.request import BoxRequest
from gitprov.sandbox.room import Room

NAME = "unshare"
_TOPS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_BOUND = ("/usr", "/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
_EMPTY = ("/proc", "/dev", "/tmp", "/old")  # noqa: S108 - directories of the sandbox
#: Restrictions of a file system: the option of mount, and the bit as the system reports it.
_KEPT = (
    ("nosuid", os.ST_NOSUID),
    ("nodev", os.ST_NODEV),
    ("noexec", os.ST_NOEXEC),
    ("noatime", os.ST_NOATIME),
    ("nodiratime", os.ST_NODIRATIME),
    ("relatime", os.ST_RELATIME),
)
_OPTIONS = ("--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child")


def command(program: str, request: BoxRequest, room: Room) -> list[str]:
    """The command line. OSError where a tool that it needs is missing."""
    other = person.is_root()
    variables = [f"{name}={value}" for name, value in room.environment(request)]
    start = ["/usr/bin/env", "-i", *variables, *person.words(other), *rlimits.inside(request.limits)]
    script = "\n".join([*_tree(request, room), f'{shlex.join(start)} "$@"'])
    options = [*_OPTIONS] if other else ["--user", "--map-root-user", *_OPTIONS]
    return [program, *options, "/bin/sh", "-ec", script, "sandbox", *request.argv]


def _tree(request: BoxRequest, room: Room) -> list[str]:
    """The lines of a shell script that make the tree and go into it.

    Each process costs a millisecond or more, so one `mount` mounts all that a table of mounts lists.
    """
    root, names = room.root, os.path.join(room.top, "mounts")
    tops = [top for top in _TOPS if os.path.lexists(top)]
    links = [top for top in tops if os.path.islink(top)]
    paths = (*_BOUND, *sorted(request.readable), room.files)
    fixed = [path for path in (*tops, *paths) if path not in links and os.path.exists(path)]
    table = [_bind(root, path, fixed=True) for path in fixed]
    table += [_hide(root, path) for path in request.hidden if os.path.lexists(path)]
    table += [_bind(root, path) for path in (*_DEVICES, *request.writable)]
    table.append(_row("proc", f"{root}/proc", "proc", "defaults"))
    table.append(_row("tmpfs", root + room.scratch, "tmpfs", f"size={request.limits.scratch},mode=1777"))
    # What is below these is there as soon as they are mounted.
    whole = tuple(f"{top}/" for top in (*tops, "/usr"))
    made = [path for path in (*fixed, *_DEVICES, *request.writable) if not path.startswith(whole)]
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in made]
    empty = [*_EMPTY, *folders, room.scratch]
    return [
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
        "umask 022",
        shlex.join(["mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", root]),
        shlex.join(["mkdir", "-p", *dict.fromkeys(root + path for path in empty)]),
        *_links(root, links),
        *(f": > {shlex.quote(root + path)}" for path in made if not os.path.isdir(path)),
        # libmount reads no table from a pipe. The room goes away with its file.
        shlex.join(["printf", "%s\\n", *table]) + f" > {shlex.quote(names)}",
        shlex.join(["mount", "-a", "-T", names]),
        # A `mount` that overlooks an option would leave files of ours open to the program.
        *(f"[ ! -w {shlex.quote(root + path)} ]" for path in fixed),
        f"cd {shlex.quote(root)}",
        "pivot_root . old",
        "umount -l /old",
        "mount -o remount,bind,ro /",
        f"cd {shlex.quote(room.files)}",
    ]


def _links(root: str, links: list[str]) -> list[str]:
    """The lines that make links of the root as they are here, those that keep their names by one command."""
    places = {link: os.readlink(link) for link in links}
    same = [place for link, place in places.items() if os.path.basename(place) == os.path.basename(link)]
    others = [(place, root + link) for link, place in places.items() if place not in same]
    lines = [shlex.join(["ln", "-s", place, link]) for place, link in others]
    return [shlex.join(["ln", "-s", "-t", root, *same]), *lines] if same else lines


def _bind(root: str, path: str, *, fixed: bool = False) -> str:
    """The row that binds a path at its place below the new root; `fixed`: read-only.

    It repeats restrictions of the file system, which nobody may drop in a user namespace.
    """
    flags = os.statvfs(path).f_flag
    options = ["ro", *(name for name, bit in _KEPT if flags & bit)] if fixed else []
    return _row(path, root + path, "none", ",".join(["rbind", *options]))


def _hide(root: str, path: str) -> str:
    """The row that puts something empty in place of a path."""
    if os.path.isdir(path):
        return _row("tmpfs", root + path, "tmpfs", "defaults")
    return _row("/dev/null", root + path, "none", "bind")


def _row(source: str, target: str, kind: str, options: str) -> str:
    """A row of a table of mounts, as `fstab` has them."""
    source, target = (re.sub(r"[\s\\#]", _octal, path) for path in (source, target))
    return f"{source} {target} {kind} {options} 0 0"


def _octal(sign: re.Match[str]) -> str:
    return "".join(f"\\{byte:03o}" for byte in os.fsencode(sign.group()))
