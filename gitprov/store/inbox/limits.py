"""The limits of the inbox that the configuration sets, stored in a file for capture.

An agent waits for capture, which therefore parses no configuration and starts no git. `gitprov install` and
every commit that starts Python write the three numbers to a file of this clone if they differ from the
defaults.
"""

import os

from gitprov.model.named import NamedTuple
from gitprov.store import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.model.settings.config import Config

NAME = "inbox-limits"
_LARGEST = 1 << 60


class Limits(NamedTuple):
    """`file_bytes`: larger files are recorded by digest only. `keep_days`: days after which evidence that no
    commit used, and archived evidence, is removed. `archive_bytes`: size of an inbox's compressed contents.
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
    """The path of the limits file in gitprov's directory `home`."""
    return os.path.join(home, NAME)


def load(home: str) -> Limits:
    """The limits of the clone with gitprov's directory `home`, else the defaults. Never raises."""
    try:
        words = (files.read(path_in(home), 200) or b"").split()
    except OSError:
        return DEFAULT
    if len(words) != len(DEFAULT) or not all(word.isdigit() and len(word) < 20 for word in words):
        return DEFAULT
    return Limits._make(int(word) for word in words)


def of_config(config: "Config") -> Limits:
    """The limits that a configuration sets."""
    chosen = (config.inbox_max_file_bytes, config.inbox_keep_days, config.inbox_max_archive_bytes)
    return Limits._make(min(number, _LARGEST) for number in chosen)


def keep(home: str, limits: Limits) -> None:
    """Write limits for capture unless they are already stored. OSError where they cannot be written."""
    if limits == load(home):
        return
    if limits == DEFAULT:
        files.remove(path_in(home))
        return
    files.make_dir(home)
    files.replace(home, path_in(home), b"%d %d %d\n" % limits, durable=False)
