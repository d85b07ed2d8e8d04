"""`gitprov hook pre-push`: share records with the remote of the push."""

from __future__ import annotations

import os
import sys

from gitprov.cli.boundary import guarded
from gitprov.cli.door import complain
from gitprov.errors import EXIT_FINDINGS, EXIT_OK

_OURS = ("refs/notes/gitprov", "refs/gitprov/")


def run(args: list[str]) -> int:
    """Share records and return 0; a failure is reported, and is 1 if the configuration requires sharing."""
    remote = args[0] if args else os.environ.get("PRE_COMMIT_REMOTE_NAME", "")
    address = args[1] if len(args) > 1 else os.environ.get("PRE_COMMIT_REMOTE_URL", remote)
    if not remote or not _pushes_others():
        return EXIT_OK
    required: list[bool] = []
    code = guarded(lambda: _share(remote, address, required))
    if code == EXIT_OK:
        return EXIT_OK
    if any(required):
        complain("gitprov: nothing was pushed, since share.required is set; or: git push --no-verify")
        return EXIT_FINDINGS
    complain("gitprov: the push goes on without its records")
    return EXIT_OK


def _pushes_others() -> bool:
    """Whether the push updates any refs of the remote other than those of gitprov."""
    if "PRE_COMMIT_REMOTE_BRANCH" in os.environ:
        return not os.environ["PRE_COMMIT_REMOTE_BRANCH"].startswith(_OURS)
    if sys.stdin.isatty():
        return True
    rows = [row.split() for row in sys.stdin.buffer.read().decode("utf-8", "surrogateescape").splitlines()]
    return any(len(row) == 4 and row[1].strip("0") and not row[2].startswith(_OURS) for row in rows)


def _share(remote: str, address: str, required: list[bool]) -> int:
    """Share records; appends share.required to `required` once the configuration is read."""
    from gitprov.cli.commands.records.heal_new import heal_new
    from gitprov.flow.share.sync import SyncOptions, nothing_new, sync
    from gitprov.git.remotes.remote import remotes
    from gitprov.git.repo import Repository
    from gitprov.store.config import load_config

    with Repository.discover(os.getcwd(), os.environ) as repo:
        config = load_config(repo.worktree, repo.config("gitprov."))
        required.append(config.share_required)
        if _is_rehearsal():
            return EXIT_OK
        heal_new(repo)
        wish = SyncOptions(config.share_generations)
        remote_names = remotes(repo)
        if remote not in remote_names.names:
            remote = address
        if nothing_new(repo, remote, remote_names, wish):
            return EXIT_OK
        done = sync(repo, remote, remote_names, wish)
    for row in done.refs:
        if row.came or row.went:
            complain(f"gitprov: {done.remote}: {row.kind}: {row.came} came, {row.went} went")
    return EXIT_OK


def _is_rehearsal() -> bool:
    """Whether the push is a `git push --dry-run`: git runs the hook for it too and passes no sign of it."""
    from gitprov.git.user.parent_command import git_process, says_dry_run

    process = git_process(os.getppid())
    return process is not None and says_dry_run(process.words)
