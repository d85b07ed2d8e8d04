"""The history of prompts, which is git's: their versions, and the generations that used each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import GitprovError, UsageError
from gitprov.flow.behaviour import outputs
from gitprov.flow.behaviour.prompts.prompt_files import prompts_of
from gitprov.git.files import contents_diff
from gitprov.git.files.diff import unquote
from gitprov.git.process import decode, encode
from gitprov.model.answers.behaviour.prompts import (
    INSTRUCTIONS,
    PromptDiff,
    PromptHistory,
    PromptList,
    PromptRevision,
    RegisteredPrompt,
)
from gitprov.model.canonical import digest

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.canonical import JsonObject

_FORMAT = "--format=tformat:%H%x00%aI%x00%ct%x00%an <%ae>%x00%s"
NOW = "work tree"
"""The name of a prompt's text in the work tree."""


class _Listed(NamedTuple):
    """A commit that changed a file, and the file's path in it."""

    commit: str
    at: str
    seconds: int
    author: str
    subject: str
    path: str


def prompt_of(prompts: PromptList, name: str, path: str) -> RegisteredPrompt:
    """The only prompt with a name or a path. GitprovError where there is none, or several."""
    rows = [row for row in prompts.prompts if row.name == name] or [
        row for row in prompts.prompts if row.path == path
    ]
    if len(rows) == 1:
        return rows[0]
    names = ", ".join(sorted({row.name for row in prompts.prompts})[:8])
    if not rows:
        raise GitprovError(f"no prompt has the name or path {name!r}", f"the prompts: {names or 'none'}")
    raise GitprovError(
        f"{name!r} names {len(rows)} prompts", ", ".join(f"{row.name} in {row.path}" for row in rows[:5])
    )


def history(repo: Repository, prompt: RegisteredPrompt, records: Sequence[JsonObject]) -> PromptHistory:
    """The versions of a prompt, newest first, through renames of its file. `records` are all generations."""
    listed = _listed(repo, prompt.path)
    contents = repo.objects.blobs(f"{row.commit}:{row.path}" for row in listed)
    revisions: list[PromptRevision] = []
    for row in reversed(listed):
        content = contents.get(f"{row.commit}:{row.path}")
        entry = None if content is None else _entry(row.path, prompt, content)
        if entry is None:
            continue
        last = revisions[-1] if revisions else None
        if last is None or (last.text, last.version, last.path) != (entry.text, entry.version, row.path):
            revisions.append(PromptRevision(*row, entry.version, entry.text))
    used = _uses(prompt, revisions, records)
    rows = [row._replace(generations=tuple(used[number])) for number, row in enumerate(revisions)]
    return PromptHistory(prompt, tuple(reversed(rows)))


def _entry(path: str, prompt: RegisteredPrompt, content: bytes) -> RegisteredPrompt | None:
    """The prompt in an older version of its file; None where it is not in it, or the file cannot be read."""
    try:
        entries = list(prompts_of(path, prompt.kind, content))
    except ValueError:
        return None
    if prompt.line is None:
        return entries[0] if entries else None
    return next((entry for entry in entries if entry.name == prompt.name), None)


def _listed(repo: Repository, path: str) -> list[_Listed]:
    """The commits of HEAD that changed a file, newest first, with renames followed."""
    if repo.resolve("HEAD") is None:
        return []
    args = ("--follow", "--name-only", "--no-show-signature", "--no-color", "--encoding=UTF-8", _FORMAT)
    top = ("-C", repo.worktree or ".", "--literal-pathspecs", "-c", "core.quotePath=true")
    shown = repo.run(*top, "log", *args, "--", path)
    rows: list[_Listed] = []
    fields: list[str] = []
    for line in shown.split(b"\n"):
        if b"\0" in line:
            fields = decode(line).split("\0", 4)
        elif line and fields:
            commit, at, seconds, author, subject = fields
            rows.append(_Listed(commit, at, int(seconds), author, subject, unquote(line)))
            fields = []
    return rows


# -- generations --------------------------------------------------------------------------------------------


def uses_prompt(record: JsonObject, prompt: RegisteredPrompt, paths: set[str]) -> bool:
    """Whether a generation was made with a prompt: it names it, or had its file in force.

    Files that were brought back from an earlier generation are no further use of its prompt.
    """
    if outputs.is_restored(record):
        return False
    if prompt.kind == INSTRUCTIONS:
        return any(row.get("path") in paths for row in record.get("instructions") or ())
    return bool((record.get("prompt") or {}).get("name") == prompt.name)


def _uses(
    prompt: RegisteredPrompt, revisions: list[PromptRevision], records: Sequence[JsonObject]
) -> list[list[str]]:
    """For each revision, oldest first, the traces of the generations that used it."""
    used: list[list[str]] = [[] for _ in revisions]
    paths = {prompt.path, *(row.path for row in revisions)}
    for record in records:
        if revisions and uses_prompt(record, prompt, paths):
            used[_revision(record, prompt, revisions, paths)].append(str(record["id"]))
    return used


def _revision(
    record: JsonObject, prompt: RegisteredPrompt, revisions: list[PromptRevision], paths: set[str]
) -> int:
    """The number of the revision that a generation used: by digest, else by version, else by time."""
    facts = record.get("prompt") or {}
    digests = {facts.get("digest")}
    if prompt.kind == INSTRUCTIONS:
        digests = {row["digest"] for row in record.get("instructions") or () if row.get("path") in paths}
    numbers = list(range(len(revisions)))
    same = [n for n in numbers if (text := revisions[n].text) is not None and digest(encode(text)) in digests]
    version = [n for n in numbers if revisions[n].version and revisions[n].version == facts.get("version")]
    moment = str(record.get("at") or "")
    before = [n for n in numbers if utc(revisions[n].seconds) <= moment]
    return (same or version or before or [0])[-1]


def utc(seconds: int) -> str:
    """Seconds since 1970 as records write a moment."""
    from gitprov.flow.capture.moment import utc_second

    return utc_second(seconds)


# -- differences --------------------------------------------------------------------------------------------


def difference(repo: Repository, whole: PromptHistory, old: str | None, new: str | None) -> PromptDiff:
    """Git's diff between two versions, each a version of the front matter, a revision, or None.

    Without `old`, the version before `new`; without `new`, the work tree. UsageError for an unknown version.
    """
    prompt, revisions = whole.prompt, whole.revisions
    after = prompt.text if new is None else _version(repo, whole, new).text
    if old is None:
        start = 0 if new is None else revisions.index(_version(repo, whole, new)) + 1
        rows = [row for row in revisions[start:] if row.text != after]
        if not rows:
            raise GitprovError(f"{prompt.name} has no earlier version", "git log -- " + prompt.path)
        earlier = rows[0]
    else:
        earlier = _version(repo, whole, old)
    before, now = ({prompt.path: encode(text or "")} for text in (earlier.text, after))
    diff = contents_diff.diff(before, now, repo.env)
    return PromptDiff(prompt, earlier.version or earlier.commit[:12], new or NOW, diff.patch)


def _version(repo: Repository, whole: PromptHistory, name: str) -> PromptRevision:
    """The newest revision with a version, or the one in force at a commit."""
    for row in whole.revisions:
        if row.version == name:
            return row
    commit = repo.resolve(name)
    if commit is not None:
        for row in whole.revisions:
            if repo.try_run("merge-base", "--is-ancestor", row.commit, commit).returncode == 0:
                return row
    versions = ", ".join(dict.fromkeys(row.version or row.commit[:12] for row in whole.revisions))
    raise UsageError(f"{whole.prompt.name} has no version {name!r}", f"its versions: {versions or 'none'}")
