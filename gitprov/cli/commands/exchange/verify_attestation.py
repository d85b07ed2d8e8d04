"""`gitprov verify-attestation`: whether a signed statement holds."""

from __future__ import annotations

import json
import os
import time
from typing import Annotated

import typer

from gitprov.cli.commands.check.frame import repository
from gitprov.cli.commands.exchange.frame import content, refreshed
from gitprov.cli.door import say
from gitprov.errors import UsageError


def command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The attestation, or - for stdin.")],
    commit: Annotated[
        str | None, typer.Option("--commit", metavar="COMMIT", help="It must be about this commit.")
    ] = None,
    allowed: Annotated[
        str | None,
        typer.Option(
            "--allowed-signers",
            metavar="FILE",
            help="Who may sign; git's gpg.ssh.allowedSignersFile, if none.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the statement and who signed it.")] = False,
) -> None:
    """Check an attestation: signed by an allowed key, not expired, and equal to what this clone records.

    Exit code 1, with the reason, where any of it does not hold: an altered note, another commit, a key that
    is unknown or no longer valid, an envelope that cannot be read.

    Example: gitprov verify-attestation attestation.json --commit HEAD --allowed-signers signers
    """
    from gitprov.flow.exchange.attest import verify

    if commit is not None and commit.startswith("-"):
        raise UsageError(f"{commit!r} is no commit", "gitprov verify-attestation -h")
    data = content(file)
    signers = None if allowed is None else os.path.abspath(os.path.expanduser(allowed))
    with repository() as repo:
        refreshed(repo)
        done = verify(repo, data, signers, commit, time.time())
    if as_json:
        say(json.dumps({"commit": done.oid, "signer": done.signer, "statement": done.statement}))
    else:
        until = done.statement["predicate"]["validUntil"]
        say(
            f"{done.oid[:12]}: attested by {done.signer}, valid until {until}, equal to what is recorded here"
        )
