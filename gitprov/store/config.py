"""Reads the project's configuration file, without a TOML parser where there is nothing to parse."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping

from gitprov.errors import ConfigError
from gitprov.model.config import Config, apply_personal, parse_config

OWN_FILE = ".gitprov.toml"
SHARED_FILE = "pyproject.toml"
_OUR_TABLE = b"tool.gitprov"
_LINE = re.compile(r" ?\(at line (\d+), column \d+\)$")
_END = re.compile(r" ?\(at end of document\)$")


def load_config(worktree: str | None, personal: Mapping[str, str]) -> Config:
    """The configuration in force: defaults, then the project's file, then the person's `git config gitprov.*`.

    `worktree` is the root of the work tree, None in a bare repository. `personal` has keys as git prints them.
    ConfigError names the file and the line or key that is wrong, and both files where both have settings.
    """
    config = Config() if worktree is None else _of_project(worktree)
    return apply_personal(config, personal) if personal else config


def _of_project(worktree: str) -> Config:
    """Defaults and the one configuration file of a work tree."""
    own = _read(os.path.join(worktree, OWN_FILE), OWN_FILE)
    shared = _read(os.path.join(worktree, SHARED_FILE), SHARED_FILE)
    table = None if shared is None or _OUR_TABLE not in shared else _our_table(shared)
    if own is not None and table is not None:
        raise ConfigError(
            f"both {OWN_FILE} and [tool.gitprov] in {SHARED_FILE} configure gitprov",
            hint=f"move all settings into one of them, then delete {OWN_FILE} or [tool.gitprov]",
        )
    if table is not None:
        return parse_config(table, f"{SHARED_FILE} [tool.gitprov]")
    return Config() if own is None else parse_config(_parse(own, OWN_FILE), OWN_FILE)


def _read(path: str, name: str) -> bytes | None:
    """The bytes of a file, None where there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(f"{name} cannot be read: {error.strerror}") from None


def _our_table(shared: bytes) -> dict[str, object] | None:
    """`[tool.gitprov]` of a pyproject.toml, None where it only speaks of it."""
    tool = _parse(shared, SHARED_FILE).get("tool")
    table = tool.get("gitprov") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{SHARED_FILE}: tool.gitprov must be a table, not {table!r}")
    return table


def _parse(data: bytes, name: str) -> dict[str, object]:
    """A TOML document as a mapping. ConfigError with the line where it is none."""
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
        found = _LINE.search(reason)
        line = int(found[1]) if found else len(data.splitlines()) or 1
        reason = _END.sub(" at the end of the file", _LINE.sub("", reason))
        raise ConfigError(f"{name}:{line}: not valid TOML: {reason}") from None
    except ValueError as error:  # a number of more digits than Python converts
        raise ConfigError(f"{name}: not valid TOML: {str(error)[:80]}") from None
    except RecursionError:
        raise ConfigError(f"{name}: not valid TOML: nested too deeply") from None
