"""The bounds of the inbox as the configuration sets them, kept where capture reads them.

An agent waits for capture, which parses no configuration and starts no git. `gitprov install` and every commit that
starts Python keep the three numbers in a file of this clone, and only where they differ from the defaults.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitprov.store import files

if TYPE_CHECKING:
    from gitprov.model.config import Config

NAME = "inbox-limits"
_LARGEST = 1 << 60


class Limits(NamedTuple):
    """`file_bytes`: larger files are recorded by digest only. `keep_days`: evidence that no commit took, and archived
    evidence, goes after as many days. `archive_bytes`: what the compressed contents of an inbox may hold.
    """

    file_bytes: int = 1 << 20
    keep_days: int = 30
    archive_bytes: int = 256 << 20

    @property
    def keep_seconds(self) -> float:
        """`keep_days` in seconds."""
        return self.keep_days * 86400.0


DEFAULT = Limits()


def path_in(home: str) -> str:
    """Where they are kept."""
    return os.path.join(home, NAME)


def load(home: str) -> Limits:
    """The limits of a clone, `home` being gitprov's directory in it; the defaults where none are kept. Never raises."""
    try:
        words = (files.read(path_in(home), 200) or b"").split()
    except OSError:
        return DEFAULT
    if len(words) != len(DEFAULT) or not all(word.isdigit() and len(word) < 20 for word in words):
        return DEFAULT
    return Limits._make(int(word) for word in words)


def of_config(config: Config) -> Limits:
    """The limits that a configuration sets."""
    chosen = (config.inbox_max_file_bytes, config.inbox_keep_days, config.inbox_max_archive_bytes)
    return Limits._make(min(number, _LARGEST) for number in chosen)


def keep(home: str, limits: Limits) -> None:
    """Keep limits for capture. Nothing is written where they are in place. OSError where that is impossible."""
    if limits == load(home):
        return
    if limits == DEFAULT:
        files.remove(path_in(home))
        return
    files.make_dir(home)
    files.replace(home, path_in(home), b"%d %d %d\n" % limits, durable=False)
