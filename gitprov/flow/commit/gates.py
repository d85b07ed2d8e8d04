"""Which gates a repository has: hooks of ours, or of a framework that runs ours."""

from __future__ import annotations

import os

from gitprov.git.process import decode
from gitprov.git.repo import Repository
from gitprov.store.files import read
from gitprov.store.setup import framework_config

_FRAMEWORKS = (b"pre-commit", b"prek")


def gate_installed(repo: Repository) -> bool:
    """Whether a commit-msg or pre-commit hook of ours, or of a framework, is in place."""
    return any(_hook_text(repo, name) for name in ("commit-msg", "pre-commit"))


def message_gate_installed(repo: Repository) -> bool:
    """Whether our commit-msg hook will run: only then does the gate wait for the message."""
    text = _hook_text(repo, "commit-msg")
    if b"gitprov" in text or not repo.env.get("PRE_COMMIT"):
        return b"gitprov" in text
    return _is_run_by_framework(repo, "commit-msg", text)


def trailer_hook_installed(repo: Repository) -> bool:
    """Whether our prepare-commit-msg hook runs, by itself or in a framework: it sees every message that git makes."""
    text = _hook_text(repo, "prepare-commit-msg")
    return b"gitprov" in text or _is_run_by_framework(repo, "prepare-commit-msg", text)


def _is_run_by_framework(repo: Repository, name: str, text: bytes) -> bool:
    """Whether a hook of this text is a framework's, which is configured to run ours of that name."""
    return bool(text) and b"gitprov-" + name.encode("ascii") in framework_config.read(repo)


def _hook_text(repo: Repository, name: str) -> bytes:
    hooks = decode(repo.run("rev-parse", "--git-path", "hooks")).removesuffix("\n")
    path = os.path.join(repo.cwd, hooks, name)
    text = read(path) or b""
    if any(word in text for word in _FRAMEWORKS):
        text += (
            read(path + ".legacy") or b""
        )  # where a framework that came after us keeps our hook, and runs it
    return text if b"gitprov" in text or any(word in text for word in _FRAMEWORKS) else b""
