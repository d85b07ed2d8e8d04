"""Which gates a repository has: gitprov's hooks, or a framework's hooks that run gitprov's."""

from __future__ import annotations

import os

from gitprov.git.repo import Repository
from gitprov.store.files import read

_FRAMEWORKS = (b"pre-commit", b"prek")


def gate_installed(repo: Repository) -> bool:
    """Whether a commit-msg or pre-commit hook of gitprov, or of a framework, is installed."""
    return any(_hook_text(repo, name) for name in ("commit-msg", "pre-commit"))


def message_gate_installed(repo: Repository) -> bool:
    """Whether gitprov's commit-msg hook will run: only then can the check wait for the message."""
    text = _hook_text(repo, "commit-msg")
    if b"gitprov" in text or not repo.env.get("PRE_COMMIT"):
        return b"gitprov" in text
    return _is_run_by_framework(repo, "commit-msg", text)


def trailer_hook_installed(repo: Repository) -> bool:
    """Whether gitprov's prepare-commit-msg hook runs, on its own or in a framework.

    Git runs this hook for every message that it makes.
    """
    text = _hook_text(repo, "prepare-commit-msg")
    return b"gitprov" in text or _is_run_by_framework(repo, "prepare-commit-msg", text)


def _is_run_by_framework(repo: Repository, name: str, text: bytes) -> bool:
    """Whether a hook with this text is a framework's, configured to run gitprov's hook of that name."""
    if not text:
        return False
    from gitprov.store.setup import framework_config

    return b"gitprov-" + name.encode("ascii") in framework_config.read(repo)


def _hook_text(repo: Repository, name: str) -> bytes:
    path = os.path.join(repo.hooks_dir, name)
    text = read(path) or b""
    if any(word in text for word in _FRAMEWORKS):
        # A framework that was installed after gitprov keeps our hook under this name, and runs it.
        text += read(path + ".legacy") or b""
    return text if b"gitprov" in text or any(word in text for word in _FRAMEWORKS) else b""
