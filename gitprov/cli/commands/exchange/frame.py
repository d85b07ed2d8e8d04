"""What the commands of the exchange share: records brought up to date, output on a stream or in a file."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING

from gitprov.cli.door import exact, say
from gitprov.errors import GitprovError
from gitprov.git.files.tree_files import check_way
from gitprov.model.lines import utf8

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Stands for standard input, or standard output, in place of a file.
STREAM = "-"
#: The largest file that is read.
LARGEST = 256 << 20


def refreshed(repo: Repository) -> None:
    """Finish what a killed hook left, and take in what a fetch brought."""
    from gitprov.flow.recover import finish_interrupted
    from gitprov.flow.share.incoming import take_in

    finish_interrupted(repo)
    take_in(repo)


def deliver(lines: Iterable[str], out: str | None, *, as_json: bool = False) -> None:
    """Write lines to standard output, for None or `-`, or to a file, and then print what was written."""
    if out in (None, STREAM):
        for line in lines:
            exact(_raw(line))
        return
    try:
        count = into_file(lines, out)
    except OSError as error:
        raise GitprovError(f"{out} cannot be written: {error.strerror}", "choose another --out") from error
    say(json.dumps({"out": out, "lines": count}) if as_json else f"{out}: {count} lines")


def into_file(lines: Iterable[str], out: str) -> int:
    """Write lines to a new file, which then replaces what is at `out`; returns their number.

    Links are not followed, since they may have come with a repository. Only a device or pipe that `out`
    itself names, such as `/dev/stdout`, is written to as it is. OSError where this fails, Obstructed where a
    directory of the work tree on the way is a link.
    """
    place = os.path.abspath(out)
    if place.startswith("/dev/") and os.path.exists(place):
        with open(place, "wb") as file:
            return _written(lines, file)
    check_way(place)
    temporary = f"{place}.{os.urandom(8).hex()}.new"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            count = _written(lines, file)
        os.replace(temporary, place)
    except BaseException:
        os.unlink(temporary)
        raise
    return count


def _written(lines: Iterable[str], file: IO[bytes]) -> int:
    count = 0
    for count, line in enumerate(lines, 1):  # noqa: B007 - the number after the last line
        file.write(_raw(line))
    return count


def _raw(line: str) -> bytes:
    return utf8(line, "backslashreplace") + b"\n"


def content(place: str) -> bytes:
    """The bytes of a file that the command line names, or of standard input for `-`. GitprovError where it
    cannot be read.
    """
    try:
        if place == STREAM:
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with open(place, "rb") as file:
                data = file.read(LARGEST + 1)
    except OSError as error:
        raise GitprovError(f"{place} cannot be read: {error.strerror}", "name a file that exists") from error
    if len(data) > LARGEST:
        raise GitprovError(f"{place} is larger than {LARGEST >> 20} MiB", "split it")
    return data


def rows(problems: Iterable[tuple[str, str]]) -> Iterator[str]:
    """(commit, text) pairs as lines."""
    yield from (f"  {oid[:12]} {text}" for oid, text in problems)
