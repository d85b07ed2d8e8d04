"""Verbs and questions that many tests of commits share."""

from __future__ import annotations

from typing import Any

from gitprov.model import hook_names
from tests.support.repo import GitRepo

HOOK = """\
      - id: gitprov-{0}
        name: gitprov
        language: system
        entry: gitprov hook {0}
        stages: [{0}]
        always_run: true
        require_serial: true
        pass_filenames: {1}
"""
FRAMED = "repos:\n  - repo: local\n    hooks:\n" + "".join(
    HOOK.format(hook, str(hook.endswith("-msg")).lower()) for hook in hook_names.FRAMEWORK
)
"""What a hook framework's configuration says where it runs us."""


def claims(repo: GitRepo, rev: str = "HEAD") -> dict[str, Any]:
    """Path → what the note's trace rows say of it; every path must be in one trace only."""
    rows = repo.traces(rev)
    assert len({path for row in rows for path in row["files"]}) == sum(len(row["files"]) for row in rows)
    return {path: entry for row in rows for path, entry in row["files"].items()}


def gate(repo: GitRepo, rev: str = "HEAD") -> str:
    """What the note says of the gate."""
    [row] = [row for row in repo.note(rev) if row["kind"] == "commit"]
    return str(row["gate"])


def stage(repo: GitRepo, path: str, content: str | bytes) -> None:
    """Put content into the index that the work tree does not have: what `git add -p` does."""
    oid = repo.git("hash-object", "-w", "--stdin", input=content).stdout.strip()
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{oid},{path}")


def editor(repo: GitRepo, body: str) -> None:
    """Let git's editor be a shell script; `$1` is the message file."""
    script = repo.path.parent / "editor"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o755)
    repo.env["GIT_EDITOR"] = str(script)


def before_hook(repo: GitRepo, hook: str, body: str) -> None:
    """Let a shell script run right before one of our hooks, which git then runs as ever."""
    folder = repo.path / ".git/hooks"
    (folder / "inner").mkdir(exist_ok=True)
    (folder / hook).rename(folder / "inner" / hook)
    (folder / hook).write_text(f'#!/bin/sh\n# gitprov\n{body}\nexec .git/hooks/inner/{hook} "$@"\n')
    (folder / hook).chmod(0o755)


def configure(repo: GitRepo, text: str) -> None:
    """Write the project's configuration; it is no part of the commits."""
    repo.write(".gitprov.toml", text)
    (repo.path / ".git/info").mkdir(exist_ok=True)
    (repo.path / ".git/info/exclude").write_text(".gitprov.toml\n")


def objects(repo: GitRepo) -> bytes:
    """Every object of the repository, reachable or not, one after the other."""
    return repo.git_bytes("cat-file", "--batch-all-objects", "--batch")


def lines(count: int, name: str = "line") -> str:
    """That many different lines."""
    return "".join(f"{name}_{n} = {n}\n" for n in range(1, count + 1))
