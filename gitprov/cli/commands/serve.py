"""`gitprov serve`: the pages of `gitprov report`, by a local server."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.commands.check.frame import repository
from gitprov.cli.commands.index import Db, opened, refreshed
from gitprov.cli.commands.report import site_of
from gitprov.cli.commands.stats import Revisions, usable
from gitprov.cli.door import say
from gitprov.errors import UsageError
from gitprov.git.repo import Repository
from gitprov.model.canonical import sha256_hex

if TYPE_CHECKING:
    from gitprov.store.index.database import Database
    from gitprov.web.server import Pages


def command(
    revs: Revisions = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any that is free.")] = 0,
    db: Db = None,
) -> None:
    """Serve the pages of `gitprov report` on this machine until it is interrupted.

    The server listens on 127.0.0.1 only. The address that it prints has a random token, without which it
    answers nothing. An open page loads itself again when something is recorded.

    Example: gitprov serve --port 8080
    """
    revisions = usable(revs, "serve")
    with repository() as repo, opened(repo, db) as base:
        fresh = _fresh(repo, base, revisions)
        fresh()
        from gitprov.web.server import PageServer

        try:
            server = PageServer(port, secrets.token_urlsafe(18), fresh)
        except OSError as error:
            raise UsageError(f"port {port} cannot be used: {error.strerror}", "gitprov serve") from error
        with server:
            say(server.url)
            server.serve_forever()


def _fresh(repo: Repository, base: Database, revisions: list[str]) -> Callable[[], Pages]:
    """A function that returns the pages, made anew where a ref has changed since its last call."""
    state: dict[str, Pages] = {}

    def fresh() -> Pages:
        now = repo.run("for-each-ref", "--format=%(refname) %(objectname)").decode("utf-8", "replace")
        now += repo.resolve("HEAD") or ""
        if now not in state:
            refreshed(repo, base, quiet=True)
            version = sha256_hex(now.encode("utf-8", "surrogatepass"))
            pages = site_of(repo, base, revisions, version)
            state.clear()
            state[now] = {**pages, "version": version.encode}
        return state[now]

    return fresh
