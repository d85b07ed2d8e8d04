"""`gitprov disclose`: a statement about the use of models, from what is recorded."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from gitprov.cli.commands.check.frame import repository
from gitprov.cli.commands.exchange.frame import refreshed
from gitprov.cli.commands.stats import Revisions, usable
from gitprov.cli.door import say
from gitprov.errors import UsageError

POLICIES = ("kernel", "fedora", "apache")


def command(
    revs: Revisions = None,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="|".join(POLICIES), help="A project's policy.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print what is recorded about the use of models, as a policy or an auditor asks for it, as Markdown.

    Who used which model, for which lines, who reviewed them, which gates ran, and what is unknown. With a
    policy: the trailers that it asks for, and the commits without them. It claims no compliance.

    Examples: gitprov disclose v1.0..HEAD; gitprov disclose origin/main..HEAD --policy kernel
    """
    from gitprov.flow.exchange.collect import chosen
    from gitprov.flow.exchange.disclose import disclose
    from gitprov.output import disclosure

    revisions = usable(revs, "disclose")
    if policy is not None and policy not in POLICIES:
        raise UsageError(f"--policy takes {', '.join(POLICIES)}, not {policy!r}", "gitprov disclose -h")
    with repository() as repo:
        refreshed(repo)
        answer = disclose(repo, " ".join(revisions) or "HEAD", chosen(repo, revisions), policy)
    if as_json:
        say(json.dumps(disclosure.document(answer)))
    else:
        say(*disclosure.markdown(answer))
