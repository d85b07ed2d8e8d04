"""`gitprov import`: take what another tool recorded into the notes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.commands.check.frame import repository
from gitprov.cli.commands.exchange.frame import LARGEST, content, refreshed, rows
from gitprov.cli.commands.stats import usable
from gitprov.cli.door import say
from gitprov.errors import UsageError
from gitprov.model.wording import amount

if TYPE_CHECKING:
    from gitprov.flow.exchange.importing import ImportedNotes
    from gitprov.flow.exchange.sources import NoteSource
    from gitprov.git.repo import Repository

FORMATS = (
    "git-ai", "agent-trace", "whogitit", "agentblame", "entire", "shift-log", "prompt-story", "memento",
    "origin", "mail",
)  # fmt: skip

_FILES = ("git-ai", "agent-trace", "mail")


def command(
    form: Annotated[str, typer.Argument(metavar="|".join(FORMATS), help="The format.")],
    commits: Annotated[
        str | None, typer.Option("--range", metavar="A..B", help="Only these commits; all of HEAD, if none.")
    ] = None,
    file: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="A file instead of the usual place; - is stdin."),
    ] = None,
    ref: Annotated[
        str | None, typer.Option("--ref", metavar="REF", help="A notes ref instead of the tool's own.")
    ] = None,
    dry: Annotated[bool, typer.Option("-n", "--dry-run", help="Only print what would be taken in.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Take what another tool recorded of commits into gitprov's notes, with the evidence `imported`.

    Only lines that a commit adds are taken, and none that its note claims already: what was captured is
    never changed by what another tool wrote. The source stays with each row. Importing again changes nothing.

    `mail` is for commits that `git am` made of patches of `git format-patch --notes=gitprov`; with installed
    hooks `git am` does it by itself.

    Examples: gitprov import git-ai; gitprov import mail --from patches.mbox --range v1.0..HEAD --dry-run
    """
    from gitprov.flow.exchange.collect import chosen
    from gitprov.flow.exchange.importing import import_notes

    if form not in FORMATS:
        raise UsageError(f"{form!r} is no format to read: {', '.join(FORMATS)}", "gitprov import -h")
    revisions = usable([commits] if commits is not None else None, "import")
    data = None if file is None else content(file)
    with repository() as repo:
        refreshed(repo)
        done = import_notes(repo, _source(repo, form, ref, data), chosen(repo, revisions), dry=dry)
    if as_json:
        say(json.dumps(done._asdict()))
    else:
        _print(done, dry=dry)


def _source(repo: Repository, form: str, ref: str | None, data: bytes | None) -> NoteSource:
    """Where to read: a file, a ref, or the usual place. UsageError where they do not fit the format."""
    from gitprov.flow.exchange.sources import NoteSource
    from gitprov.git.files import tree_files
    from gitprov.interop.formats.agent_trace import PLACE

    if data is not None and (ref is not None or form not in _FILES):
        raise UsageError(f"--from is a file of {', '.join(_FILES)}, without --ref", "gitprov import -h")
    if form == "agent-trace" and data is None and ref is None and repo.worktree is not None:
        data = tree_files.read(repo.worktree, PLACE, LARGEST)
    return NoteSource(form, ref, data)


def _print(done: ImportedNotes, *, dry: bool) -> None:
    commits = "1 commit has" if done.read == 1 else f"{done.read} commits have"
    state = "that would change" if dry else "changed"
    say(
        f"{done.source}: {commits} a note of it; notes {state}: {len(done.changed)}",
        f"lines: {done.lines} taken in or there already, {done.outside} that the commits do not add",
    )
    if done.elsewhere or done.nameless:
        say(f"records in the file: {done.elsewhere} of other commits, {done.nameless} that name no commit")
    if done.troubled:
        say(f"{amount(done.troubled, 'note')} could not be read as a whole:", *rows(done.problems))
