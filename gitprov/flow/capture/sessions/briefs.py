"""Plans: files that a session reads as its brief. They are instructions of the turn that reads them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from gitprov.flow.capture.moment import Moment, inbox_of, place_of
from gitprov.git.files import tree_files
from gitprov.git.locate import Location
from gitprov.model.event import InstructionFile
from gitprov.model.settings.config import Config
from gitprov.store.inbox.inbox import Inbox

LARGEST = (1 << 20) + 1
"""Bytes that are read of an instruction file."""
_MOST = 32
"""Plans of one turn; more are not looked at."""
_MENTION = re.compile(r"(?:^|(?<=\s))@([^\s@]+)")


def config_at(inbox: Inbox, place: Location, moment: Moment) -> Config:
    """The project's configuration; defaults, and a line in the log, where it cannot be read."""
    from gitprov.errors import ConfigError
    from gitprov.store.config import load_config

    try:
        return load_config(place.worktree, {})
    except ConfigError as error:
        inbox.log_problem(f"the configuration cannot be read, so defaults hold: {error.message}", moment.at)
        return Config()


def mentioned(prompt: str) -> list[str]:
    """The paths that a prompt names with `@`, which agents read before they answer."""
    return [name.rstrip(".,;:!?)") for name in _MENTION.findall(prompt[:100_000])]


def plans(inbox: Inbox, paths: Iterable[str], cwd: str, moment: Moment) -> tuple[InstructionFile, ...]:
    """The plans among these files, whose paths start at `cwd`. Files of other work trees are none."""
    from gitprov.model.settings.globs import matches

    patterns: tuple[str, ...] | None = None
    rows: dict[str, InstructionFile] = {}
    for path in list(dict.fromkeys(paths))[:_MOST]:
        place = place_of(os.path.join(cwd, path), cwd, moment.env)
        if place is None or not place.path or inbox_of(place).root != inbox.root:
            continue
        if patterns is None:
            patterns = config_at(inbox, place, moment).plans
        text = content(place, place.path) if matches(place.path, patterns) else None
        if text is not None:
            rows[place.path] = InstructionFile(place.path, inbox.put_blob(text))
    return tuple(rows.values())


def add(inbox: Inbox, key: str, turn: str, paths: Iterable[str], cwd: str, moment: Moment) -> None:
    """Add the plans among files that were read in a turn to the turn's instructions."""
    rows = plans(inbox, paths, cwd, moment)
    if rows:
        inbox.sessions.extend(key, turn, rows)


def content(place: Location, path: str) -> bytes | None:
    """A file of the work tree; None where there is none or its path leads through a link."""
    try:
        return tree_files.head(place.worktree, path, LARGEST)
    except OSError:
        return None
