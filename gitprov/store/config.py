"""Reads the project's configuration file; a TOML parser is imported only where there is text to parse."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Mapping

from gitprov.errors import ConfigBlocked, ConfigError, Obstructed
from gitprov.git.files import tree_files
from gitprov.model.settings.config import Config, apply_personal, parse_config
from gitprov.store import files

LIMIT = 1 << 20
"""Size in bytes of the largest configuration file that is read."""

OWN_FILE = ".gitprov.toml"
SHARED_FILE = "pyproject.toml"
_OUR_TABLE = b"tool.gitprov"
_LINE = r" ?\(at line (\d+), column \d+\)$"
_END = r" ?\(at end of document\)$"


def load_config(worktree: str | None, personal: Mapping[str, str]) -> Config:
    """The configuration in force: defaults, then the project's file, then the user's `git config gitprov.*`.

    `worktree` is the root of the work tree, None in a bare repository. `personal` has keys as git prints
    them. ConfigError names the file and the line or key that is wrong, and both files where both have
    settings. ConfigBlocked where something else than a file is in its place: it cannot be read, and the
    rules of a project must not be switched off silently.
    """
    config = Config() if worktree is None else _of_project(worktree)
    return apply_personal(config, personal) if personal else config


def _of_project(worktree: str) -> Config:
    """The defaults, changed by the single configuration file of a work tree."""
    try:
        gitprov_toml, shared = _read(worktree, OWN_FILE), _shared(worktree)
    except Obstructed as error:
        hint = f"put a plain file there, or take it away: {error.path}"
        raise ConfigBlocked(f"{error.path} cannot be read: it is {error.what}", hint) from error
    return project_config(gitprov_toml, shared)


def project_config(gitprov_toml: bytes | None, shared: bytes | None) -> Config:
    """The configuration of the contents of both files, None for one that is absent, without a person's."""
    table = None if shared is None or _OUR_TABLE not in shared else _our_table(shared)
    if gitprov_toml is not None and table is not None:
        raise ConfigError(
            f"both {OWN_FILE} and [tool.gitprov] in {SHARED_FILE} configure gitprov",
            hint=f"move all settings into one of them, then delete {OWN_FILE} or [tool.gitprov]",
        )
    if table is not None:
        return parse_config(table, f"{SHARED_FILE} [tool.gitprov]")
    return Config() if gitprov_toml is None else parse_config(_parse(gitprov_toml, OWN_FILE), OWN_FILE)


def _read(worktree: str, name: str) -> bytes | None:
    """The bytes of a file at the root of the work tree, None without it. Obstructed where it is no file."""
    try:
        return tree_files.plain(worktree, name, LIMIT)
    except OSError as error:
        large = error.errno == errno.EFBIG
        reason = f"it is larger than {LIMIT >> 20} MiB" if large else error.strerror
        raise ConfigError(f"{name} cannot be read: {reason}") from None


def _shared(worktree: str) -> bytes | None:
    """The bytes of the file shared with other tools. A link in its place is ignored (None), unless its target
    has gitprov's table: then Obstructed.
    """
    try:
        return _read(worktree, SHARED_FILE)
    except Obstructed as error:
        if error.what != tree_files.LINK or _leads_to_us(os.path.join(worktree, SHARED_FILE)):
            raise
        return None


def _leads_to_us(path: str) -> bool:
    """Whether the target of a link mentions gitprov's table. Its settings are not used."""
    try:
        return _OUR_TABLE in (files.read(path, LIMIT) or b"")
    except OSError:
        return False


def _our_table(shared: bytes) -> dict[str, object] | None:
    """The table `[tool.gitprov]` of a pyproject.toml, None where the file only mentions the name."""
    tool = _parse(shared, SHARED_FILE).get("tool")
    table = tool.get("gitprov") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{SHARED_FILE}: tool.gitprov must be a table, not {table!r}")
    return table


def _parse(data: bytes, name: str) -> dict[str, object]:
    """A TOML document as a mapping. ConfigError with the line where it is not valid."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{name}:{line}: not valid TOML: not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
        match = re.search(_LINE, reason)
        line = int(match[1]) if match else len(data.splitlines()) or 1
        reason = re.sub(_END, " at the end of the file", re.sub(_LINE, "", reason))
        raise ConfigError(f"{name}:{line}: not valid TOML: {reason}") from None
    except ValueError as error:  # a number of more digits than Python converts
        raise ConfigError(f"{name}: not valid TOML: {str(error)[:80]}") from None
    except RecursionError:
        raise ConfigError(f"{name}: not valid TOML: nested too deeply") from None
