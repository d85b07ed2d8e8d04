"""`gitprov prompts`: the prompts of a project, and their history."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NamedTuple

import typer

from gitprov.cli.door import exact
from gitprov.cli.terminal import Screen
from gitprov.errors import EXIT_FINDINGS
from gitprov.git.repo import Repository
from gitprov.model.answers.behaviour.prompts import PromptHistory, PromptList
from gitprov.model.canonical import JsonObject

app = typer.Typer(
    help="The prompts of a project, and their history.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_Name = Annotated[str, typer.Argument(metavar="PROMPT", help="The name of a prompt, or its file.")]
_PAGER = "gitprov-prompts"


class _Project(NamedTuple):
    repo: Repository
    prompts: PromptList


@app.command("list")
def list_prompts(as_json: _Json = False) -> None:
    """List the prompts of the work tree: prompt files, templates in code, instruction files.

    Example: gitprov prompts list
    """
    from gitprov.output.behaviour import prompts as output

    with _project() as project:
        answer = project.prompts
    _print(output.list_lines(answer), output.list_json(answer) if as_json else None)


@app.command("log")
def log(name: _Name, as_json: _Json = False) -> None:
    """Show the versions of a prompt, newest first, and the generations that used each.

    The history is git's, and goes on through renames of the file.

    Example: gitprov prompts log invoice-totals
    """
    from gitprov.output.behaviour import prompts as output

    with _project() as project:
        answer = _history(project, name)
    _print(output.log_lines(answer), output.log_json(answer) if as_json else None)


@app.command("diff")
def diff(
    name: _Name,
    old: Annotated[
        str | None, typer.Argument(metavar="OLD", help="A version or a revision; the one before, if none.")
    ] = None,
    new: Annotated[
        str | None, typer.Argument(metavar="NEW", help="A version or a revision; the work tree, if none.")
    ] = None,
    as_json: _Json = False,
) -> None:
    """Show what changed in the text of a prompt between two versions.

    Examples: gitprov prompts diff invoice-totals; gitprov prompts diff invoice-totals 2.0 2.1
    """
    from gitprov.flow.behaviour.prompts.prompt_history import difference

    with _project() as project:
        answer = difference(project.repo, _history(project, name), old, new)
    patch = answer.patch.decode("utf-8", "surrogateescape")
    row = {"v": 1, "prompt": answer.prompt.name, "old": answer.old, "new": answer.new, "patch": patch}
    head = f"{answer.prompt.name}: {answer.old} → {answer.new}"
    lines = [head, *(patch.removesuffix("\n").split("\n") if patch else ["the text is the same"])]
    _print(iter(lines), row if as_json else None)


@app.command("churn")
def churn(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[PROMPT]...", help="Default: all prompts.")
    ] = None,
    weeks: Annotated[int, typer.Option(min=1, help="How many weeks before HEAD count.")] = 12,
    limit: Annotated[float, typer.Option("--limit", min=0, help="Edits a week above which it fails.")] = 3.0,
    as_json: _Json = False,
) -> None:
    """Show how often prompts change, what they generated, and how much of that developers changed.

    A prompt with more edits a week than --limit is a finding: exit code 1.

    Example: gitprov prompts churn --weeks 4
    """
    from gitprov.flow.behaviour.outputs import all_records
    from gitprov.flow.behaviour.prompts import churn as figures
    from gitprov.output.behaviour import prompts as output

    with _project() as project:
        records = all_records(project.repo)
        end = figures.newest_moment(project.repo)
        chosen = names or list(dict.fromkeys(row.name for row in project.prompts.prompts))
        histories = [_history(project, name, records) for name in chosen]
        rows = [
            figures.churn(project.repo, whole, records, end=end, weeks=weeks, limit=limit)
            for whole in histories
        ]
    _print(output.churn_lines(rows, limit), output.churn_json(rows, limit) if as_json else None)
    if any(row.is_high for row in rows):
        raise typer.Exit(EXIT_FINDINGS)


@contextmanager
def _project() -> Iterator[_Project]:
    from gitprov.flow.behaviour.prompts.prompt_files import prompt_list
    from gitprov.store.config import load_config

    with Repository.discover(os.getcwd(), os.environ) as repo:
        config = load_config(repo.worktree, repo.config("gitprov."))
        yield _Project(repo, prompt_list(repo, config))


def _history(project: _Project, name: str, records: list[JsonObject] | None = None) -> PromptHistory:
    from gitprov.flow.behaviour.outputs import all_records
    from gitprov.flow.behaviour.prompts.prompt_history import history, prompt_of
    from gitprov.flow.behaviour.versions import path_at_top

    prompt = prompt_of(project.prompts, name, path_at_top(project.repo, name))
    return history(project.repo, prompt, all_records(project.repo) if records is None else records)


def _print(lines: Iterator[str], document: object) -> None:
    if document is not None:
        exact(json.dumps(document).encode("ascii") + b"\n")
        return
    with Screen.of_stdout(os.environ).open(os.getcwd(), _PAGER) as out:
        out.lines(lines)
