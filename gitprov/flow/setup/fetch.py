"""Refspecs by which a plain `git fetch` brings the records of others, without overwriting local ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gitprov.errors import GitprovError
from gitprov.flow.share.merge import REFS
from gitprov.git.process import decode
from gitprov.git.remotes import remote as remotes
from gitprov.git.user import hooks_path
from gitprov.model.untrusted.printed import shell_quoted
from gitprov.store import fetched_remotes, files
from gitprov.store.config import load_config
from gitprov.store.setup import record as install_record

if TYPE_CHECKING:
    from gitprov.flow.setup.steps import InstallPlan, Step
    from gitprov.git.repo import Repository


def steps(repo: Repository, named: Sequence[str]) -> InstallPlan:
    """Steps after which `git fetch` brings the records of the remotes `named`, else of the default.

    GitprovError for a remote that does not exist.
    """
    from gitprov.flow.setup.steps import InstallPlan

    configured = remotes.remotes(repo)
    for name in named:
        if name not in configured.names:
            raise remotes.unknown(name, configured.names)
    default = (configured.default,) if configured.default in configured.names else ()
    plans = [_steps_of(repo, name, configured.fetch.get(name, ())) for name in named or default if name]
    return InstallPlan(
        [step for plan in plans for step in plan.steps], [hint for plan in plans for hint in plan.hints]
    )


def _steps_of(repo: Repository, remote: str, refspecs: tuple[str, ...]) -> InstallPlan:
    from gitprov.flow.setup.steps import InstallPlan, Step

    if "+refs/*:refs/*" in refspecs:
        return InstallPlan(
            [], [f"this is a mirror of {remote}: each fetch makes its records those of {remote}"]
        )
    hints = [
        f"git fetch {remote} may overwrite records that were not sent yet; mend: {removal(remote, spec)}"
        for spec in refspecs
        if overwrites(spec)
    ]
    missing = tuple(spec for spec in expected_refspecs(repo, remote) if spec not in refspecs)
    if not missing and remote in fetched_remotes.load(repo.home):
        return InstallPlan([], hints)
    detail = (
        f"remote.{remote}.fetch, {len(missing)} more"
        if missing
        else f"records of {remote} are united with ours"
    )
    path = hooks_path.config_file(repo, "local")
    return InstallPlan([Step("fetch", path, detail, lambda: _subscribe(repo, remote, missing))], hints)


def expected_refspecs(repo: Repository, remote: str) -> list[str]:
    """The refspecs that a remote should have."""
    config = load_config(repo.worktree, repo.config("gitprov."))
    kinds = fetched_remotes.KINDS if config.share_generations else fetched_remotes.KINDS[:1]
    return [remotes.refspec(REFS[kind], f"{remotes.STAGING}/{remote}/{kind}") for kind in kinds]


def removal(remote: str, spec: str) -> str:
    """The command that removes a refspec from the configuration."""
    key = shell_quoted(f"remote.{remote}.fetch")
    return f"git config --unset-all --fixed-value {key} {shell_quoted(spec)}"


def overwrites(spec: str) -> bool:
    """Whether a refspec fetches into gitprov's own refs by force."""
    source, _, target = spec.removeprefix("+").partition(":")
    ours = any(
        ref == target or (target.endswith("*") and ref.startswith(target[:-1])) for ref in REFS.values()
    )
    return spec.startswith("+") and ours and source != ""


def _subscribe(repo: Repository, remote: str, refspecs: tuple[str, ...]) -> None:
    if refspecs:
        for spec in refspecs:
            repo.run("config", "--local", "--add", f"remote.{remote}.fetch", spec)
        record = install_record.load(repo.home)
        subscription = install_record.Subscription(remote, refspecs)
        install_record.save(repo.home, record._replace(fetches=(*record.fetches, subscription)))
    taken = fetched_remotes.load(repo.home)
    fetched_remotes.save(repo.home, {remote: {}, **taken})
    # Notes may arrive from now on, and the shims look for them only with this flag.
    files.raise_flag(repo.home, "active")


def removal_steps(repo: Repository) -> list[Step]:
    """Steps after which `git fetch` brings what it did before the installation."""
    from gitprov.flow.setup.steps import Step

    refspecs = remotes.remotes(repo).fetch
    path = hooks_path.config_file(repo, "local")
    subscriptions = [
        subscription
        for subscription in install_record.load(repo.home).fetches
        if set(subscription.refspecs) & {*refspecs.get(subscription.remote, ())}
    ]

    def step(subscription: install_record.Subscription) -> Step:
        key = f"remote.{subscription.remote}.fetch"
        return Step("config", path, f"{key} as before", lambda: _undo(repo, subscription, path))

    return [step(subscription) for subscription in subscriptions]


def _undo(repo: Repository, subscription: install_record.Subscription, path: str) -> None:
    """Remove the lines that gitprov added."""
    key = f"remote.{subscription.remote}.fetch"
    for spec in subscription.refspecs:
        done = repo.try_run("config", "--local", "--unset-all", "--fixed-value", key, spec, ok=range(256))
        if done.returncode not in (0, 5):
            raise GitprovError(
                f"{path}: {decode(done.stderr).strip()}",
                f"git config --unset-all {shell_quoted(key)}",
            )
