"""`gitprov attest`: a signed statement about what is recorded of a commit."""

from __future__ import annotations

import os
import time
from typing import Annotated

import typer

from gitprov.cli.commands.check.frame import repository
from gitprov.cli.commands.exchange.frame import deliver, refreshed
from gitprov.errors import UsageError
from gitprov.git.process import decode


def command(
    name: Annotated[str, typer.Argument(metavar="COMMIT", help="The commit.")] = "HEAD",
    key: Annotated[
        str | None, typer.Option("--key", metavar="FILE", help="An SSH key; git's user.signingKey, if none.")
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="For how long it is valid.")] = 365,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="A file; standard output, if none or -.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --out: print what was written.")] = False,
) -> None:
    """Sign a statement about what is recorded of a commit: an in-toto Statement v1 in a DSSE envelope.

    The statement has files, ranges with class and evidence, models, prompt digests, deltas, reviews and what
    is unknown (docs/attestation.md). ssh-keygen signs; no key is read by gitprov.

    Example: gitprov attest HEAD --key ~/.ssh/id_ed25519 --out attestation.json
    """
    from gitprov.flow.exchange.attest import attest

    if name.startswith("-"):
        raise UsageError(f"{name!r} is no commit", "gitprov attest -h")
    place = None if key is None else os.path.abspath(os.path.expanduser(key))
    target = None if out is None else os.path.abspath(out)
    with repository() as repo:
        refreshed(repo)
        envelope = attest(repo, name, place, days, time.time())
    deliver([decode(envelope).rstrip("\n")], target, as_json=as_json)
