"""The names of the git hooks that gitprov implements."""

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
"""The hooks that a hook manager can run too; pre-commit and prek have no hooks of `git am`."""

OPTIONAL = ("pre-push",)
"""Hooks that are installed only on request."""
