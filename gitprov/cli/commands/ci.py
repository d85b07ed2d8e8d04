"""`gitprov ci`: for pipelines of GitHub and GitLab: the range of a change, and the repair after a merge."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from gitprov.cli.door import complain, say
from gitprov.errors import UsageError
from gitprov.git.repo import Repository

if TYPE_CHECKING:
    from gitprov.interop.pipelines import Pipeline

app = typer.Typer(
    help="For pipelines of GitHub and GitLab: the range of a change, and the repair after a merge.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
#: Largest event document that is read, in bytes.
_LARGEST = 32 << 20
_Remote = Annotated[str, typer.Option("--remote", metavar="NAME", help="Where commits and notes come from.")]
#: Who writes notes where git knows nobody, as in a fresh job.
_NOBODY = {
    "GIT_AUTHOR_NAME": "gitprov",
    "GIT_AUTHOR_EMAIL": "gitprov@localhost",
    "GIT_COMMITTER_NAME": "gitprov",
    "GIT_COMMITTER_EMAIL": "gitprov@localhost",
}


@app.command("range")
def change_range(remote: _Remote = "origin") -> None:
    """Fetch the commits and notes of the change that this pipeline runs for, and print its range.

    The range is that of the event: of a pull or merge request its base and head, never the commit that the
    server merged them into for the run. A shallow clone gets its history.

    Example: gitprov check trace --range "$(gitprov ci range)" --format github
    """
    from gitprov.flow.pipeline.change import change

    with _repository() as repo:
        judged = change(repo, _pipeline(), remote)
    for words in judged.troubles:
        complain(f"gitprov: {words}")
    say(f"{judged.base}..{judged.head}")


@app.command("repair")
def repair_merge(
    remote: _Remote = "origin",
    push: Annotated[bool, typer.Option("--push/--no-push", help="Send the notes to the remote.")] = True,
) -> None:
    """After a squash or rebase merge by the server: carry the notes to the new commits, and push them.

    Heads of requests come from the refs that the server publishes; no other interface of it is used. Only
    what heal is certain of is written. Several jobs may run at once. Exit code 3 where notes could not be
    pushed, except for a fork, whose token may only read.

    Example: gitprov ci repair
    """
    from gitprov.flow.pipeline.merged import repair

    with _repository() as repo:
        done = repair(repo, _pipeline(), remote, push=push)
    for entry in done.healed:
        say(f"{entry.oid[:12]} {entry.lines} lines of {', '.join(entry.traces)}: {entry.subject}")
    for fault in done.unhealed:
        complain(f"gitprov: {fault.oid[:12]} has no note: {fault.reason}; {fault.help}")
    if done.why_not:
        complain(f"gitprov: the notes were not pushed: {done.why_not}")
    count = len(done.healed)
    words = "1 commit has its record" if count == 1 else f"{count} commits have their record"
    say(f"gitprov: {words} again{', pushed' if done.pushed and count else ''}")


def _repository() -> Repository:
    """The repository, in which notes can be written although git knows nobody's name."""
    repo = Repository.discover(os.getcwd(), os.environ)
    if repo.try_run("var", "GIT_COMMITTER_IDENT").returncode == 0 and repo.config("user."):
        return repo
    repo.close()
    return Repository.discover(os.getcwd(), {**_NOBODY, **os.environ})


def _pipeline() -> Pipeline:
    """The run that the environment describes. UsageError outside of a pipeline."""
    from gitprov.interop import pipelines
    from gitprov.model.untrusted.jsonvalue import loads_object
    from gitprov.store import files

    if os.environ.get("GITHUB_EVENT_NAME"):
        path = os.environ.get("GITHUB_EVENT_PATH", "")
        event = loads_object(files.read(path, _LARGEST) if path else None)
        return pipelines.github(os.environ, event)
    if os.environ.get("GITLAB_CI"):
        return pipelines.gitlab(os.environ)
    raise UsageError(
        "this is no pipeline of GitHub or GitLab: neither GITHUB_EVENT_NAME nor GITLAB_CI is set",
        "gitprov check trace --range A..B, or gitprov heal and gitprov sync",
    )
