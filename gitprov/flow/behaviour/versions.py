"""`gitprov versions`: all generations of a prompt, and what changed between them."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from gitprov.attribution.diff import hunks
from gitprov.behaviour.prompts.front_matter import first_line
from gitprov.behaviour.structure.compare import compare
from gitprov.errors import GitprovError
from gitprov.flow.behaviour import outputs
from gitprov.git.process import decode
from gitprov.model.answers.behaviour.compare import UNKNOWN, AspectResult, CodeSource
from gitprov.model.answers.behaviour.versions import (
    ALTERED,
    DELETED,
    EQUAL,
    FIRST,
    UNREAD,
    FileVersion,
    OutputVersion,
    PromptSeries,
    VersionsAnswer,
)
from gitprov.model.event import is_binary
from gitprov.model.ids import is_trace_id
from gitprov.store import generations

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.canonical import JsonObject
    from gitprov.model.notes.rows import TraceRow

_KEY = re.compile(r"[0-9a-f]{16}")


def versions(repo: Repository, query: str) -> VersionsAnswer:
    """The generations that a prompt key, a prompt's name, a path or a trace id names, by prompt and model.

    GitprovError where it names none. A path is relative to the directory of the call.
    """
    kind, records = _records(repo, query)
    if not records:
        raise GitprovError(
            f"no generation has the prompt key, the prompt name or the path {query!r}",
            "git ai-log lists commits with their traces; gitprov show TRACE has the key of its prompt",
        )
    rows = outputs.rows_of(repo, [str(record["id"]) for record in records])
    series: dict[tuple[str | None, str | None], list[OutputVersion]] = {}
    heads: dict[tuple[str | None, str | None], PromptSeries] = {}
    earlier = _Earlier()
    for generation in outputs.loaded(repo, records):
        record = generation.record
        key = (record.get("key"), record.get("model"))
        source = outputs.of_generation(generation.id, generation)
        deleted = [edit.path for edit in generation.edits if outputs.is_deletion(edit)]
        files = tuple(earlier.compared(key, source, [path for path in deleted if path not in source.files]))
        series.setdefault(key, []).append(_version(record, rows[generation.id], files))
        if key not in heads:
            prompt = first_line(decode(generation.prompt)) if generation.prompt else None
            heads[key] = PromptSeries(*key, _prompt(record).get("name"), prompt, ())
    return VersionsAnswer(
        query, kind, tuple(heads[key]._replace(versions=tuple(entries)) for key, entries in series.items())
    )


class _Earlier:
    """The newest version of each file so far, of each prompt and of all."""

    def __init__(self) -> None:
        self._newest: dict[tuple[object, str], CodeSource] = {}

    def compared(self, key: object, source: CodeSource, deleted: list[str]) -> list[FileVersion]:
        """Each file of a generation against the newest earlier one of its prompt, else of any prompt."""
        files = []
        for path in sorted({*source.files, *source.unread, *deleted}):
            before = self._newest.get((key, path)) or self._newest.get((None, path))
            if path in source.unread:
                files.append(FileVersion(path, UNREAD, reason=source.unread[path]))
            elif path not in source.files:
                files.append(FileVersion(path, DELETED, before.trace if before else None))
            else:
                files.append(_file(path, source.files[path], before))
                self._newest[key, path] = self._newest[None, path] = source
        return files


def _file(path: str, content: bytes, before: CodeSource | None) -> FileVersion:
    if before is None:
        lines = None if is_binary(content) else sum(hunk.new_count for hunk in hunks(b"", content))
        return FileVersion(path, FIRST, None, lines, 0 if lines is not None else None)
    old = before.files[path]
    if old == content:
        return FileVersion(path, EQUAL, before.trace, 0, 0)
    if is_binary(old) or is_binary(content):
        return FileVersion(path, ALTERED, before.trace, structure=AspectResult(UNKNOWN, "it is not text"))
    pieces = hunks(old, content)
    counts = sum(hunk.new_count for hunk in pieces), sum(hunk.old_count for hunk in pieces)
    answer = compare({path: old}, {path: content})
    return FileVersion(path, ALTERED, before.trace, *counts, answer.comparison, answer.changes)


def _version(
    record: JsonObject, rows: list[tuple[str, TraceRow]], files: tuple[FileVersion, ...]
) -> OutputVersion:
    agent = record.get("agent") or {}
    return OutputVersion(
        str(record["id"]),
        record.get("at"),
        agent.get("name"),
        _prompt(record).get("version"),
        record.get("parent"),
        outputs.is_restored(record),
        tuple(oid for oid, _ in rows),
        sum(edit.get("raw_lines") or 0 for edit in record.get("edits") or ()),
        sum(row.counted("edited") + row.counted("dropped") for _, row in rows),
        files,
    )


def _prompt(record: JsonObject) -> JsonObject:
    value = record.get("prompt")
    return value if isinstance(value, dict) else {}


def _records(repo: Repository, query: str) -> tuple[str, list[JsonObject]]:
    """(what the query names, its records, oldest first)."""
    if is_trace_id(query):
        record = generations.record(repo, query)
        key = (record or {}).get("key")
        if record is None or key is None:
            return "trace", [] if record is None else [record]
        return "trace", of_key(repo, str(key))
    if _KEY.fullmatch(query) and (records := of_key(repo, query)):
        return "key", records
    records = _named(repo, query)
    if records:
        return "name", records
    path = path_at_top(repo, query)
    records = _with_path(repo, path, "edits")
    return ("path", records) if records else ("prompt", _of_prompt_file(repo, path))


def _with_path(repo: Repository, path: str, field: str) -> list[JsonObject]:
    """The records with a path among their `edits` or `instructions`."""
    rows = outputs.records_with(repo, "path", path)
    return [row for row in rows if any(entry.get("path") == path for entry in row.get(field) or ())]


def _of_prompt_file(repo: Repository, path: str) -> list[JsonObject]:
    """The records of the generations that a prompt's file, template or instruction file was used for."""
    from gitprov.flow.behaviour.prompts.prompt_files import prompt_list
    from gitprov.store.config import load_config

    if repo.worktree is None:
        return []
    prompts = prompt_list(repo, load_config(repo.worktree, repo.config("gitprov."))).prompts
    names = {prompt.name for prompt in prompts if prompt.path == path}
    rows = [
        *_with_path(repo, path, "instructions"),
        *(row for name in names for row in _named(repo, name)),
    ]
    return outputs.by_time({str(row["id"]): row for row in rows}.values())


def _named(repo: Repository, name: str) -> list[JsonObject]:
    """The records whose prompt has a name, oldest first."""
    return [row for row in outputs.records_with(repo, "name", name) if _prompt(row).get("name") == name]


def of_key(repo: Repository, key: str) -> list[JsonObject]:
    """The records of one prompt key, oldest first."""
    return [row for row in outputs.records_with(repo, "key", key) if row.get("key") == key]


def path_at_top(repo: Repository, path: str) -> str:
    """A path relative to the directory of the call, as one relative to the top of the work tree."""
    prefix = decode(repo.try_run("rev-parse", "--show-prefix").stdout).rstrip("\n")
    return posixpath.normpath(posixpath.join(prefix, path))
