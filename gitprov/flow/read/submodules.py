"""Answers of a superproject about its submodules, which keep their own provenance."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gitprov.errors import GitprovError
from gitprov.flow.capture.digest import open_inbox
from gitprov.git import submodules
from gitprov.git.locate import locate
from gitprov.model.answers.show import SubmoduleStatus
from gitprov.model.untrusted.printed import shell_quoted
from gitprov.store.inbox.inbox import inbox_root

if TYPE_CHECKING:
    from gitprov.flow.read.blame import BlameRequest
    from gitprov.git.process import Env
    from gitprov.git.repo import Repository

_DEPTH = 8


def refer(repo: Repository, request: BlameRequest) -> GitprovError | None:
    """The error for blaming a path in a submodule, with the command that answers; None for other paths."""
    from gitprov.flow.read.blame import target_of

    target = target_of(repo, request)
    inside = submodules.holding(repo, target.path, target.revision)
    if inside is None or repo.worktree is None:
        return None
    place = os.path.join(repo.worktree, inside.submodule)
    where = shell_quoted(os.path.relpath(os.path.realpath(place), os.path.realpath(repo.cwd)))
    if not os.path.exists(os.path.join(place, ".git")):
        hint = f"git submodule update --init -- {where}"
    elif not inside.path:
        hint = f"git -C {where} ai-log"
    else:
        rev = "" if target.revision is None else f"{inside.commit} "
        hint = f"git -C {where} ai-blame {rev}-- {shell_quoted(inside.path)}"
    if not inside.path:
        return GitprovError(f"{target.path} is a submodule: its provenance is in its own repository", hint)
    return GitprovError(
        f"{target.path} is in the submodule {inside.submodule}, whose provenance is in its own repository",
        hint,
    )


def waiting(repo: Repository) -> tuple[SubmoduleStatus, ...]:
    """Submodules, nested ones included, whose inboxes hold recorded edits that no commit has taken."""
    return tuple(_waiting(repo.worktree, "", repo.env, _DEPTH)) if repo.worktree is not None else ()


def _waiting(top: str, prefix: str, env: Env, depth: int) -> Iterator[SubmoduleStatus]:
    for path in submodules.paths(top, env) if depth else ():
        place = locate(os.path.join(top, path))
        if place is None or place.path:
            continue  # not checked out
        edits = len(open_inbox(inbox_root(place.common_dir, place.worktree_id), env).seqs())
        if edits:
            yield SubmoduleStatus(prefix + path, edits)
        yield from _waiting(place.worktree, f"{prefix}{path}/", env, depth - 1)
