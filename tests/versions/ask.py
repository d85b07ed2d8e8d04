"""Answers of the commands as JSON documents, without a process for each: what `--json` prints."""

from __future__ import annotations

import json
from typing import Any

from gitprov.flow.behaviour.compare import compare as compare_sources
from gitprov.flow.behaviour.outputs import all_records
from gitprov.flow.behaviour.prompts.prompt_files import prompt_list
from gitprov.flow.behaviour.prompts.prompt_history import history, prompt_of
from gitprov.flow.behaviour.restore import RestoreOptions
from gitprov.flow.behaviour.restore import restore as restore_files
from gitprov.flow.behaviour.targets import BoxOptions
from gitprov.flow.behaviour.versions import versions as versions_of
from gitprov.flow.capture.moment import Moment
from gitprov.git.repo import Repository
from gitprov.model.answers.behaviour.restore import Restored
from gitprov.output.behaviour import compare as compare_output
from gitprov.output.behaviour import prompts as prompts_output
from gitprov.output.behaviour import versions as versions_output
from gitprov.store.config import load_config
from tests.support import sealed
from tests.support.repo import GitRepo

Document = dict[str, Any]


def versions(repo: GitRepo, query: str) -> Document:
    """`gitprov versions`."""
    with _open(repo) as inner:
        return _document(versions_output.as_json(versions_of(inner, query)))


def compare(repo: GitRepo, old: str, new: str) -> Document:
    """`gitprov compare`."""
    with _open(repo) as inner:
        return _document(
            compare_output.as_json(compare_sources(inner, old, new, BoxOptions(allow_weak=True)))
        )


def restore(repo: GitRepo, name: str, **options: Any) -> Restored:  # fields of RestoreOptions
    """`gitprov restore`."""
    moment = Moment(sealed.clock(repo.env), repo.env, str(repo.path))
    with _open(repo) as inner:
        return restore_files(inner, name, RestoreOptions(**options), moment)


def prompts(repo: GitRepo) -> Document:
    """`gitprov prompts list`."""
    with _open(repo) as inner:
        return _document(prompts_output.list_json(_prompts(inner)))


def prompt_log(repo: GitRepo, name: str) -> list[Document]:
    """The revisions of `gitprov prompts log`."""
    with _open(repo) as inner:
        whole = history(inner, prompt_of(_prompts(inner), name, name), all_records(inner))
    rows: list[Document] = _document(prompts_output.log_json(whole))["revisions"]
    return rows


def _prompts(repo: Repository) -> Any:  # a PromptList
    return prompt_list(repo, load_config(repo.worktree, repo.config("gitprov.")))


def _open(repo: GitRepo) -> Repository:
    return Repository.discover(str(repo.path), repo.env)


def _document(value: object) -> Document:
    document: Document = json.loads(json.dumps(value))
    return document
