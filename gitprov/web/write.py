"""Writes the pages of a report into a directory; a page that is there already stays untouched.

The directory may have come with a repository, so no link of the work tree or below it is followed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from gitprov.errors import GitprovError, Obstructed
from gitprov.git.files import tree_files

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
    directory, name = os.path.split(path)
    tree_files.check_way(path)
    try:
        return int(_replace(directory, name, make()))
    except OSError as error:
        raise GitprovError(f"{path} cannot be written: {error.strerror}") from error


def _write(
    directory: str, pages: Mapping[str, Callable[[], bytes]], progress: Callable[[str, int, int], None]
) -> int:
    mark = os.path.join(directory, MARK)
    tree_files.check_way(mark)
    if os.path.isdir(directory) and os.listdir(directory) and not os.path.exists(mark):
        raise GitprovError(f"{directory} has files that are no report", "name a new or empty directory")
    os.makedirs(directory, exist_ok=True)
    _replace(directory, MARK, b"A report of gitprov: its pages are replaced by the next one.\n")
    _remove_others(directory, pages)
    written = 0
    for number, (name, make) in enumerate(pages.items(), 1):
        written += _replace(directory, name, make())
        progress("pages written", number, len(pages))
    return written


def _replace(directory: str, name: str, data: bytes) -> bool:
    """Write a file below a directory if its content differs; returns whether it was written.

    A link in its place is replaced. Obstructed where a directory on the way to it is a link.
    """
    try:
        if tree_files.head(directory, name, len(data) + 1) == data:
            return False
        tree_files.write(directory, name, data, durable=False)
    except Obstructed as error:
        if error.what != tree_files.LINK or error.path != name:
            raise
        os.unlink(os.path.join(directory, name))
        tree_files.write(directory, name, data, durable=False)
    return True


def _remove_others(directory: str, pages: Mapping[str, Callable[[], bytes]]) -> None:
    for folder in _FOLDERS:
        place = os.path.join(directory, folder) if folder else directory
        if os.path.islink(place) and folder:
            continue
        for name in os.listdir(place) if os.path.isdir(place) else ():
            if name.endswith(".html") and (f"{folder}/{name}" if folder else name) not in pages:
                os.unlink(os.path.join(place, name))
