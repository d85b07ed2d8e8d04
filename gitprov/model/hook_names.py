"""The git hooks that we are."""

from __future__ import annotations

HOOKS = (
    "pre-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "post-rewrite",
    "post-checkout",
    "post-merge",
    "post-applypatch",
)

FRAMEWORK = tuple(hook for hook in HOOKS if hook != "post-applypatch")
"""Those that a hook manager can run too; pre-commit and prek know no hooks of `git am`."""

OPTIONAL = ("pre-push",)
"""Hooks that are put in only where somebody asks for them."""
