"""`gitprov hook <name>`: the installed hooks run it. It avoids typer, since commits wait for it."""

from __future__ import annotations

import os
import sys

from gitprov.cli.boundary import guarded, leave
from gitprov.errors import EXIT_OK, EXIT_USAGE, GitprovError
from gitprov.model.hook_names import HOOKS

#: Hooks that never block git: they report a failure, and the commit proceeds.
_OBSERVERS = ("prepare-commit-msg", *(name for name in HOOKS if name.startswith("post-")))

#: Hook → its required arguments in git's order, and the variable in which a hook framework passes them.
_NEEDED = {
    "prepare-commit-msg": ("MESSAGE-FILE", ""),
    "commit-msg": ("MESSAGE-FILE", ""),
    "post-rewrite": ("COMMAND", "PRE_COMMIT_REWRITE_COMMAND"),
    "post-checkout": ("OLD NEW FLAG", "PRE_COMMIT_CHECKOUT_TYPE"),
    "pre-push": ("REMOTE", "PRE_COMMIT_REMOTE_NAME"),
}


def main() -> None:
    """Run the hook named in this process's arguments."""
    if sys.flags.no_site:
        from gitprov.cli.libraries import complete

        complete()
    leave(run(sys.argv[1:]))


def run(argv: list[str]) -> int:
    """Run one hook and return its exit code: with 0, git proceeds."""
    name = argv[0] if argv else ""
    if name in _NEEDED and _lacks(name, argv[1:]):
        from gitprov.cli.door import complain

        needed = _NEEDED[name][0]
        complain(f"gitprov: the hook {name} needs what git gives it: gitprov hook {name} {needed}")
        return EXIT_OK if _is_run_by_git(name) else EXIT_USAGE
    if name == "pre-push":
        from gitprov.cli.pre_push import run as run_pre_push

        return run_pre_push(argv[1:])
    if name not in HOOKS:
        from gitprov.cli.door import complain

        complain(f"gitprov: not a hook: {name!r} (there are {', '.join(HOOKS)})")
        return EXIT_USAGE
    code = guarded(lambda: _hook(name, argv[1:]))
    return EXIT_OK if name in _OBSERVERS else code


def _lacks(name: str, args: list[str]) -> bool:
    """Whether a hook lacks arguments that git passes to it, and no framework passes them in a variable."""
    needed, variable = _NEEDED[name]
    count = len(needed.split())
    return not all(args[:count]) or (len(args) < count and variable not in os.environ)


def _is_run_by_git(name: str) -> bool:
    """Whether git runs this hook, other than commit-msg: a script that omits arguments must not block it."""
    if name == "commit-msg":
        return False
    from gitprov.git.user.parent_command import git_process

    return git_process(os.getppid()) is not None


def _hook(name: str, args: list[str]) -> int:
    try:
        _dispatch(name, args)
    except OSError as error:
        raise GitprovError(
            f"{name}: {error}", "mend that, or commit with --no-verify (the note will record it)"
        ) from error
    return EXIT_OK


def _brings_commits(name: str, args: list[str]) -> bool:
    """Whether a hook run means that commits of others arrived, by a merge or a pull that will rebase.

    If a pull has no commit to rebase, git runs no later hook. A squash merge moves no branch yet.
    """
    if name == "post-merge":
        return "1" not in (*args[:1], os.environ.get("PRE_COMMIT_IS_SQUASH_MERGE"))
    kind = args[2] if len(args) > 2 else os.environ.get("PRE_COMMIT_CHECKOUT_TYPE")
    pulls = os.environ.get("GIT_REFLOG_ACTION", "").startswith("pull")
    return name == "post-checkout" and kind == "1" and pulls


def _dispatch(name: str, args: list[str]) -> None:
    from gitprov.git.repo import Repository

    above = os.getppid()
    # A note describes the commit itself, not the one that `git replace` shows in its place.
    env = {**os.environ, "GIT_NO_REPLACE_OBJECTS": "1"}
    with Repository.discover(os.getcwd(), env) as repo:
        if name == "post-rewrite":
            from gitprov.flow.carry.post_rewrite import post_rewrite
            from gitprov.flow.exchange.follow import follow

            command = args[0] if args else os.environ.get("PRE_COMMIT_REWRITE_COMMAND", "")
            pairs = b"" if sys.stdin.isatty() else sys.stdin.buffer.read()
            follow(repo, pairs, post_rewrite(repo, command, pairs))
            return
        if _brings_commits(name, args):
            from gitprov.cli.commands.records.heal_new import heal_new

            heal_new(repo)
            return  # such a checkout discards no changes
        if name == "post-merge":
            return
        from gitprov.flow import hooks
        from gitprov.flow.context import CommitContext
        from gitprov.flow.work_tree import view_of

        context = CommitContext(repo, view_of(repo, above), above)
        if name == "pre-commit":
            hooks.pre_commit(context)
        elif name == "prepare-commit-msg":
            source = args[1] if len(args) > 1 else os.environ.get("PRE_COMMIT_COMMIT_MSG_SOURCE")
            hooks.prepare_commit_msg(context, args[0], source)
        elif name == "commit-msg":
            hooks.commit_msg(context, args[0])
        elif name == "post-checkout":
            hooks.post_checkout(context, args)
        elif name == "post-applypatch":
            hooks.post_applypatch(context)
        else:
            hooks.post_commit(context)
