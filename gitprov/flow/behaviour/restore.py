"""`gitprov restore`: writes the files of a generation into the work tree and records that as an edit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitprov.agents.payloads.protocol import EditReport, StatedContent
from gitprov.attribution.diff import hunks
from gitprov.checks.secrets.rules import MARK
from gitprov.errors import GitprovError, UsageError
from gitprov.flow.behaviour import outputs
from gitprov.flow.behaviour.code_sources import generation_of
from gitprov.flow.behaviour.versions import path_at_top
from gitprov.flow.capture.delivery import Delivery
from gitprov.flow.capture.moment import FILE_LIMIT, Moment, inbox_of, place_of
from gitprov.flow.capture.protocol import record_edit
from gitprov.git.files import tree_files
from gitprov.git.process import decode, encode
from gitprov.model.answers.behaviour.restore import DELETED, EQUAL, WRITTEN, Restored, RestoredFile
from gitprov.store.inbox.sessions import derived_turn, session_key

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.generation import Generation


class RestoreOptions(NamedTuple):
    """`paths` limits a generation to some of its files; none stands for all. `target` is the file or
    directory to write to instead. `force` overwrites uncommitted changes, and writes contents with redacted
    secrets.
    """

    paths: tuple[str, ...] = ()
    target: str | None = None
    dry_run: bool = False
    force: bool = False


class _Step(NamedTuple):
    """One file to write: `content` None removes it, `present` is what is there now."""

    path: str
    target: str
    content: bytes | None
    present: bytes | None


def restore(repo: Repository, name: str, options: RestoreOptions, moment: Moment) -> Restored:
    """Write the files of a generation, named by its trace id or the start of it.

    All files are checked before the first one is written. The edits are recorded as a turn of the
    generation's agent and model with that generation as parent, so that the next commit attributes the lines
    to them. GitprovError where contents are not kept, where uncommitted changes would be lost, and where a
    target is no regular file of the work tree.
    """
    if repo.worktree is None:
        raise GitprovError("a bare repository has no files to restore", "run this in a work tree")
    generation = generation_of(repo, name)
    steps = _steps(repo, generation, options)
    if not options.force:
        _refuse_loss(repo, steps)
    if not options.dry_run:
        _write(repo.worktree, generation, [step for step in steps if step.content != step.present], moment)
    return Restored(generation.id, options.dry_run, tuple(map(_done, steps)))


def _steps(repo: Repository, generation: Generation, options: RestoreOptions) -> list[_Step]:
    source = outputs.of_generation(generation.id, generation)
    edits = {edit.path: edit for edit in generation.edits if edit.path}
    chosen = [path_at_top(repo, path) for path in options.paths] or list(edits)
    if not chosen:
        raise GitprovError(f"{generation.id} wrote no file", f"gitprov show --output {generation.id}")
    for path in chosen:
        if path not in edits:
            raise GitprovError(f"{generation.id} did not write {path!r}", "it wrote " + ", ".join(edits))
        if path in source.unread:
            raise GitprovError(f"{path} cannot be restored: {source.unread[path]}", "name the other files")
    steps = []
    for path in chosen:
        target = _target(repo, path, options.target, several=len(chosen) > 1)
        present = _present(repo.worktree or "", target)
        steps.append(_Step(path, target, source.files.get(path), present))
    return steps


def _target(repo: Repository, path: str, target: str | None, *, several: bool) -> str:
    """Where a file goes, relative to the top of the work tree."""
    if target is None:
        return path
    place = path_at_top(repo, target)
    if several or target.endswith("/") or os.path.isdir(repo.place(place)):
        return os.path.normpath(os.path.join(place, path if several else os.path.basename(path)))
    return place


def _present(worktree: str, path: str) -> bytes | None:
    """The file that is there. Obstructed where something else is in the way."""
    try:
        return tree_files.plain(worktree, path, FILE_LIMIT)
    except OSError as error:
        raise GitprovError(f"{path} cannot be read: {error.strerror}", "look at its permissions") from error


def _refuse_loss(repo: Repository, steps: list[_Step]) -> None:
    """GitprovError where writing would lose something, or would write a text that is no program any more."""
    for step in steps:
        if step.content is not None and MARK in step.content and MARK not in (step.present or b""):
            raise GitprovError(
                f"{step.path} has {decode(MARK)}…] in place of a secret",
                "gitprov restore --force writes it so, and you put the secret back",
            )
    changed = [step.target for step in steps if step.content != step.present and step.present is not None]
    if not changed:
        return
    if lost := _uncommitted(repo, changed):
        raise GitprovError(
            f"{', '.join(lost[:5])}: changes that no commit has would be lost",
            "commit or stash them first, or: gitprov restore --force",
        )


def _uncommitted(repo: Repository, paths: list[str]) -> list[str]:
    """Those of `paths` whose content on disk, as git would store it, differs from that in HEAD.

    `git status` lists no files that the user marked as unchanged (`git update-index`), so it is not used.
    """
    listed = [path for path in paths if "\n" not in path]
    top = ("-C", repo.worktree or ".")
    oids = decode(
        repo.run(*top, "hash-object", "--stdin-paths", stdin=encode("\n".join([*listed, ""])))
    ).split()
    committed = repo.objects.get_many(f"HEAD:{path}" for path in listed)
    same = {
        path
        for path, oid, blob in zip(listed, oids, committed, strict=True)
        if blob is not None and blob.oid == oid
    }
    return [path for path in paths if path not in same]


def _write(worktree: str, generation: Generation, steps: list[_Step], moment: Moment) -> None:
    with Delivery(moment.env) as delivery:
        for step in steps:
            report = _report(generation, step, worktree, moment)
            place = place_of(os.path.join(worktree, step.target), worktree, moment.env)
            if place is None:
                raise UsageError(f"{step.target} is not a file of a work tree")
            key = session_key(report.agent or "", report.session or "")
            inbox_of(place).sessions.mark_used(key, derived_turn("t", report.turn or ""), generation.id)
            try:
                if step.content is None:
                    tree_files.remove(worktree, step.target)
                else:
                    tree_files.write(worktree, step.target, step.content)
                record_edit(report, moment, delivery)
            except OSError as error:
                raise GitprovError(f"{step.target} cannot be written: {error.strerror}") from error


def _report(generation: Generation, step: _Step, worktree: str, moment: Moment) -> EditReport:
    """The edit that writes a file: of the agent, model and prompt that made it first."""
    record = generation.record
    agent, prompt = record.get("agent") or {}, record.get("prompt") or {}
    return EditReport(
        type="ai",
        path=os.path.join(worktree, step.target),
        cwd=worktree,
        before=_stated(step.present),
        after=_stated(step.content),
        agent=agent.get("name") or "unknown",
        agent_version=agent.get("version"),
        model=record.get("model"),
        session=record.get("session"),
        turn=f"{outputs.RESTORE} {generation.id} {moment.now!r}",
        tool=outputs.RESTORE,
        tool_use_id=None,
        prompt=None if generation.prompt is None else decode(generation.prompt),
        prompt_name=prompt.get("name"),
        prompt_version=prompt.get("version"),
        params=record.get("params") or {},
        request_id=None,
        output=None if generation.output is None else decode(generation.output),
        usage={},
        human=None,
        at=moment.at,
    )


def _stated(content: bytes | None) -> StatedContent:
    return StatedContent(True, None if content is None else decode(content))


def _done(step: _Step) -> RestoredFile:
    if step.content == step.present:
        return RestoredFile(step.path, step.target, EQUAL, 0, 0)
    pieces = hunks(step.present or b"", step.content or b"")
    added, removed = sum(hunk.new_count for hunk in pieces), sum(hunk.old_count for hunk in pieces)
    action = DELETED if step.content is None else WRITTEN
    return RestoredFile(step.path, step.target, action, added, removed)
