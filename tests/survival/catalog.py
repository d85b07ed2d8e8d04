"""All operations, in the order of the table."""

from __future__ import annotations

import importlib

from tests.survival.table import OPERATIONS

SECTIONS = (
    "amend",
    "rebase",
    "pick",
    "revert",
    "merge",
    "reset",
    "stash",
    "worktree",
    "rename",
    "mail",
    "formatter",
    "settings",
    "elsewhere",
)

for _name in SECTIONS:
    importlib.import_module(f"tests.survival.operations.{_name}")

__all__ = ["OPERATIONS", "SECTIONS"]
