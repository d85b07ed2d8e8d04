"""Writes the pages of a report into a directory; a page that is there already stays untouched."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from gitprov.errors import GitprovError

#: The file that marks a directory as one of gitprov's reports, whose pages may be replaced and removed.
MARK = ".gitprov-report"
_FOLDERS = ("", "files", "commits", "prompts", "sessions", "findings")


def write(
    directory: str, pages: Mapping[str, Callable[[], bytes]], progress: Callable[[str, int, int], None]
) -> int:
    """Write pages below a directory, remove its pages that are no longer in the report, and return how many
    were written. GitprovError where the directory has other files.
    """
    try:
        return _write(directory, pages, progress)
    except OSError as error:
        raise GitprovError(f"{directory} cannot be written: {error.strerror}") from error


def write_file(path: str, make: Callable[[], bytes]) -> int:
    """Write a page that stands by itself; returns 1 if it is new or has changed, else 0."""
    try:
        return int(_replace(path, make()))
    except OSError as error:
        raise GitprovError(f"{path} cannot be written: {error.strerror}") from error


def _write(
    directory: str, pages: Mapping[str, Callable[[], bytes]], progress: Callable[[str, int, int], None]
) -> int:
    mark = os.path.join(directory, MARK)
    if os.path.isdir(directory) and os.listdir(directory) and not os.path.exists(mark):
        raise GitprovError(f"{directory} has files that are no report", "name a new or empty directory")
    for folder in {name.rpartition("/")[0] for name in pages}:
        os.makedirs(os.path.join(directory, folder), exist_ok=True)
    os.makedirs(directory, exist_ok=True)
    _replace(mark, b"A report of gitprov: its pages are replaced by the next one.\n")
    _remove_others(directory, pages)
    written = 0
    for number, (name, make) in enumerate(pages.items(), 1):
        written += _replace(os.path.join(directory, name), make())
        progress("pages written", number, len(pages))
    return written


def _replace(path: str, data: bytes) -> bool:
    """Write a file if its content differs; returns whether it was written."""
    if os.path.islink(path):
        os.unlink(path)
    try:
        with open(path, "rb") as file:
            if file.read() == data:
                return False
    except FileNotFoundError:
        pass
    temporary = path + ".new"
    with open(temporary, "wb") as file:
        file.write(data)
    os.replace(temporary, path)
    return True


def _remove_others(directory: str, pages: Mapping[str, Callable[[], bytes]]) -> None:
    for folder in _FOLDERS:
        place = os.path.join(directory, folder)
        for name in os.listdir(place) if os.path.isdir(place) else ():
            if name.endswith(".html") and (f"{folder}/{name}" if folder else name) not in pages:
                os.unlink(os.path.join(place, name))
