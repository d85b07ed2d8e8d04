"""The words that start a program with util-linux' `unshare`: a tree of files made of read-only mounts."""

from __future__ import annotations

import os
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
    """The lines of a shell script that make the tree and go into it."""
    root = room.root
    lines = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "umask 022", "mount --make-rprivate /"]
    lines.append(shlex.join(["mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", root]))
    lines.append(shlex.join(["mkdir", "-p", *(f"{root}{path}" for path in _EMPTY)]))
    for top in filter(os.path.lexists, _TOPS):
        if os.path.islink(top):
            lines.append(shlex.join(["ln", "-s", os.readlink(top), f"{root}{top}"]))
        else:
            lines += _bind(root, top)
    for path in (*_BOUND, *sorted(request.readable), room.files):
        lines += _bind(root, path) if os.path.exists(path) else []
    lines += [_hide(root, path) for path in request.hidden if os.path.lexists(path)]
    for path in (*_DEVICES, *request.writable):
        lines += _bind(root, path)[:-1]
    options = f"size={request.limits.scratch},mode=1777"
    return [
        *lines,
        shlex.join(["mount", "-t", "proc", "proc", f"{root}/proc"]),
        shlex.join(["mkdir", "-p", f"{root}{room.scratch}"]),
        shlex.join(["mount", "-t", "tmpfs", "-o", options, "tmpfs", f"{root}{room.scratch}"]),
        f"cd {shlex.quote(root)}",
        "pivot_root . old",
        "umount -l /old",
        "rmdir /old",
        "mount -o remount,bind,ro /",
        f"cd {shlex.quote(room.files)}",
    ]


def _bind(root: str, path: str) -> list[str]:
    """The lines that bind a path at its place below the new root; the last makes it read-only."""
    target = shlex.quote(f"{root}{path}")
    parent = shlex.quote(os.path.dirname(root + path))
    place = f"mkdir -p {target}" if os.path.isdir(path) else f"mkdir -p {parent}; : > {target}"
    return [
        place,
        f"mount --rbind {shlex.quote(path)} {target}",
        f"mount -o remount,bind,ro {target}",
    ]


def _hide(root: str, path: str) -> str:
    target = f"{root}{path}"
    if os.path.isdir(path):
        return shlex.join(["mount", "-t", "tmpfs", "tmpfs", target])
    return shlex.join(["mount", "--bind", "/dev/null", target])
