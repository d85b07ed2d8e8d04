"""The words that start a program in bubblewrap: namespaces of its own, an almost empty tree of files."""

from __future__ import annotations

import os
from typing import NamedTuple

from gitprov.sandbox import person
from gitprov.sandbox.backends import rlimits
from gitprov.sandbox.request import BoxRequest
from gitprov.sandbox.room import Room

NAME = "bubblewrap"
_PLAIN_TOPS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")
_ALWAYS = ("--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL")
_NAMESPACES = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
_SWITCH = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")


class Variant(NamedTuple):
    """What of a command line works on a machine.

    `size`: temporary files are limited, which old versions cannot do; `proc`: /proc is mounted, which some
    containers forbid; `person`: root's programs run as another user, else in a user namespace.
    """

    size: bool
    proc: bool
    person: bool


def variants() -> list[Variant]:
    """From the best."""
    persons = (True, False) if person.is_root() else (False,)
    choices = ((True, True), (False, True), (False, False))
    return [Variant(size, proc, other) for other in persons for size, proc in choices]


def command(
    program: str, request: BoxRequest, room: Room, filter_fd: int | None, variant: Variant
) -> list[str]:
    """The command line. `filter_fd`: an open file with the filter of system calls."""
    words = [program, *_ALWAYS, *_NAMESPACES]
    words += [] if variant.person else ["--unshare-user"]
    words += [word for right in _SWITCH if variant.person for word in ("--cap-add", right)]
    words += [*_system(), "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 - a directory of the sandbox
    words += ["--proc", "/proc"] if variant.proc else ["--tmpfs", "/proc"]
    words += _binds(request, room, variant)
    words += ["--seccomp", str(filter_fd)] if filter_fd is not None else []
    words += ["--chdir", room.files]
    for name, value in room.environment(request):
        words += ["--setenv", name, value]
    words += ["--", *(person.words(True) if variant.person else ())]
    return [*words, *rlimits.inside(request.limits), *request.argv]


def _system() -> list[str]:
    words = ["--ro-bind", "/usr", "/usr"]
    for top in _PLAIN_TOPS:
        if os.path.islink(top):
            words += ["--symlink", os.readlink(top), top]
        elif os.path.isdir(top):
            words += ["--ro-bind", top, top]
    return words + [word for path in _SETTINGS if os.path.exists(path) for word in ("--ro-bind", path, path)]


def _binds(request: BoxRequest, room: Room, variant: Variant) -> list[str]:
    paths = sorted(filter(os.path.exists, request.readable))
    words = _parents([*paths, room.files, *request.writable])
    for path in paths:
        words += ["--ro-bind", path, path]
    for path in filter(os.path.lexists, request.hidden):
        words += ["--tmpfs", path] if os.path.isdir(path) else ["--ro-bind", "/dev/null", path]
    words += ["--ro-bind", room.files, room.files, "--perms", "1777"]
    words += ["--size", str(request.limits.scratch)] if variant.size else []
    words += ["--tmpfs", room.scratch]
    for path in request.writable:
        words += ["--bind", path, path]
    return words


def _parents(paths: list[str]) -> list[str]:
    """The words that make the directories above some paths, open to every user: bubblewrap's are not."""
    bound = ("/usr", *paths)
    parents = {os.path.dirname(path) for path in paths}
    for path in [*parents]:
        parents |= {path[:end] for end, sign in enumerate(path) if sign == "/" and end}
    free = [path for path in sorted(parents) if not any(f"{path}/".startswith(f"{top}/") for top in bound)]
    return [word for path in free if path != "/" for word in ("--perms", "0755", "--dir", path)]
