"""`gitprov sync`: share records with a remote, both ways, without force."""

from __future__ import annotations

import json
import os
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.boundary import tell
from gitprov.cli.commands.records.heal_new import heal_new
from gitprov.cli.door import say
from gitprov.errors import EXIT_CANNOT, GitprovError
from gitprov.git.repo import Repository
from gitprov.output.records import sharing

if TYPE_CHECKING:
    from gitprov.flow.share.sync import Synced


def command(
    remotes: Annotated[
        list[str] | None, typer.Argument(metavar="[REMOTE]...", help="Default: the one git push takes.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Share with each remote there is.")] = False,
    no_push: Annotated[bool, typer.Option("--no-push", help="Fetch and unite; send nothing.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Ask the remote, say what would be done, change no record.")
    ] = False,
    gpg_sign: Annotated[
        bool | None,
        typer.Option("--gpg-sign/--no-gpg-sign", help="Sign what is sent. Default: commit.gpgsign."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing unless it fails.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Share notes with a remote: fetch them, unite them with yours, heal new commits, push. Never by force.

    Prompts and outputs (generations) are shared only where the project sets `[share] generations = true`.

    Example: gitprov sync origin
    """
    from gitprov.flow.recover import finish_interrupted
    from gitprov.flow.share.sync import SyncOptions, choose, sync
    from gitprov.store.config import load_config

    done: list[Synced] = []
    failed: list[tuple[str, GitprovError]] = []
    with Repository.discover(os.getcwd(), os.environ) as repo:
        finish_interrupted(repo)
        config = load_config(repo.worktree, repo.config("gitprov."))
        wish = SyncOptions(config.share_generations, not no_push, dry_run, gpg_sign)
        chosen, configured = choose(repo, remotes or [], every=every)
        for remote in chosen:
            try:
                done.append(sync(repo, remote, configured, wish, partial(heal_new, quiet=quiet)))
            except GitprovError as error:
                if len(chosen) == 1:
                    raise
                failed.append((remote, error))
    if as_json:
        say(json.dumps(_as_json(done, failed, dry_run)))
    elif not quiet:
        for remote_result in done:
            say(_as_text(remote_result, dry_run))
        say(f"shared: {sharing.line(config)}")
    for _, why in failed:
        tell(why)
    if failed:
        raise typer.Exit(EXIT_CANNOT)


def _as_text(done: Synced, dry_run: bool) -> str:
    parts = []
    for row in done.refs:
        came = f"{row.came} {'would come' if dry_run else 'came'}" if row.came else ""
        goes = "went" if done.pushed else "would go" if dry_run else "not sent"
        went = f"{row.went} {goes}" if row.went else ""
        merged = f"{row.merged} of them united with another version" if row.merged else ""
        counts = ", ".join(filter(None, (came, went, merged)))
        parts.append(f"{row.kind}: {counts or 'up to date'}")
    return f"{done.remote}: {'; '.join(parts)}"


def _as_json(done: list[Synced], failed: list[tuple[str, GitprovError]], dry_run: bool) -> dict[str, object]:
    rows: list[dict[str, object]] = [
        {
            "remote": result.remote,
            "pushed": result.pushed,
            "error": None,
            "refs": [row._asdict() for row in result.refs],
        }
        for result in done
    ]
    rows += [{"remote": name, "pushed": False, "error": error.message, "refs": []} for name, error in failed]
    return {"dry_run": dry_run, "remotes": rows}
