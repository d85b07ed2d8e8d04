"""`gitprov verify`: check recorded provenance, as git fsck checks objects."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.door import Progress, say
from gitprov.errors import EXIT_FINDINGS, UsageError
from gitprov.git.repo import Repository
from gitprov.model.finding import ERROR, UNKNOWN, failed

if TYPE_CHECKING:
    from gitprov.flow.records.verify import Verified

#: Seconds before progress is shown.
_PATIENCE = 1.0


def command(
    revs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RANGE]...", help="Revisions as git log takes them; all of HEAD, if none."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail as well where it could not look.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for each finding, then a summary.")
    ] = False,
) -> None:
    """Check recorded provenance, as git fsck checks objects.

    Each note against its commit, each AI-Trace trailer against the note, each generation's digests, contents
    and parent, each sidecar against the notes; signatures where verify.signatures demands them. Nothing is
    changed.

    What cannot be looked at in this clone (generations that are not shared, parents beyond a shallow clone's
    edge) is counted as unknown. Exit code 1 where there are findings.

    Examples: gitprov verify; gitprov verify origin/main..HEAD --strict; gitprov verify --json | jq .kind
    """
    from gitprov.flow.records.verify import verify
    from gitprov.flow.recover import finish_interrupted
    from gitprov.output import findings as output
    from gitprov.store.config import load_config

    revisions = revs or []
    for rev in revisions:
        if rev.startswith("-"):
            raise UsageError(f"{rev!r} is no revision", "gitprov verify -h")
    shown = Progress(_PATIENCE)
    with Repository.discover(os.getcwd(), os.environ) as repo:
        finish_interrupted(repo)
        config = load_config(repo.worktree, repo.config("gitprov."))
        done = verify(repo, revisions, config, shown)
    shown.end()
    counts = _counts(done)
    if as_json:
        rows = [*map(output.row, done.findings), {"type": "summary", **counts}]
        say(*map(json.dumps, rows))
    else:
        say(*output.lines(done.findings, strict), output.summary(counts))
    if failed(done.findings, strict):
        raise typer.Exit(EXIT_FINDINGS)


def _counts(done: Verified) -> dict[str, int]:
    looked = {name: getattr(done, name) for name in ("commits", "notes", "generations", "sidecars")}
    return {**looked, "findings": done.count(ERROR), "unknown": done.count(UNKNOWN)}
