"""The recorded turns of commits, as they are pushed to a target."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from gitprov.checks.secrets.redact import Redactor
from gitprov.git.history.facts import facts, selected
from gitprov.git.process import decode
from gitprov.interop.genai import PushedTurn
from gitprov.interop.push_targets import public_url
from gitprov.model.moments import seconds_of
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import TraceRow
from gitprov.store import generations, notes
from gitprov.store.config import load_config

if TYPE_CHECKING:
    from gitprov.git.history.facts import CommitFacts
    from gitprov.git.repo import Repository
    from gitprov.model.canonical import Json, JsonObject

#: Commits whose notes and records are in memory at once.
_AT_ONCE = 200
#: Moments later than this many seconds since 1970 are not believed.
_LATEST = 1 << 33
_COUNTS = "raw", "kept", "edited", "dropped", "pending", "reformatted"
Redact = Callable[[bytes], str]
"""Takes the secrets out of a text."""


def origin_of(repo: Repository) -> dict[str, str]:
    """The `vcs` attributes of the repository: its name, and its address without credentials."""
    address = decode(repo.try_run("config", "--get", "remote.origin.url").stdout).strip()
    name = address.rstrip("/").rpartition("/")[2].rpartition(":")[2].removesuffix(".git")
    url = public_url(address)
    local = os.path.basename(repo.worktree or os.path.dirname(repo.common_dir))
    return {"vcs.repository.name": name or local, **({"vcs.repository.url.full": url} if url else {})}


def redactor_of(repo: Repository) -> Redact:
    """The project's redaction. ConfigError where its settings are wrong."""
    config = load_config(repo.worktree, repo.config("gitprov."))
    rules = [(rule.name, rule.regex) for rule in config.redact_extra]
    tool = Redactor(allow=config.redact_allow, extra=rules)
    return lambda data: decode(tool.redact(data).text)


def turns(
    repo: Repository, revisions: Sequence[str], repository: str, redact: Redact | None
) -> Iterator[PushedTurn]:
    """The traces in the notes of the commits that revisions select, oldest commit first.

    Without `redact` no content is read.
    """
    if not revisions and repo.resolve("HEAD") is None:
        return
    oids = selected(repo, revisions or ["HEAD"])[::-1]
    for start in range(0, len(oids), _AT_ONCE):
        part = oids[start : start + _AT_ONCE]
        noted = {oid: note for oid, note in notes.read(repo, part).items() if note.traces}
        if not noted:
            continue
        names = sorted({trace for note in noted.values() for trace in note.traces})
        records = _records(repo, names)
        for commit in facts(repo, [oid for oid in part if oid in noted]):
            yield from _of_commit(repo, commit, noted[commit.oid], records, repository, redact)


def _records(repo: Repository, names: Sequence[str]) -> dict[str, JsonObject]:
    """Trace → record, without those that this clone lacks or cannot read."""
    paths = [f"{generations.REF}:{generations.directory(name)}/record.json" for name in names]
    pairs = zip(names, repo.objects.get_many(paths), strict=True)
    parsed = {name: generations.parsed(name, obj.data) for name, obj in pairs if obj is not None}
    return {name: record for name, record in parsed.items() if record is not None}


def _of_commit(
    repo: Repository,
    commit: CommitFacts,
    note: Note,
    records: dict[str, JsonObject],
    repository: str,
    redact: Redact | None,
) -> Iterator[PushedTurn]:
    about = note.commit_row(commit.oid)
    for row in note.traces.values():
        usage = records.get(row.id, {}).get("usage")
        usage = usage if isinstance(usage, dict) else {}
        at = seconds_of(row.at)
        yield PushedTurn(
            repository, commit.oid, row.id, at if at is not None and 0 < at < _LATEST else commit.committed,
            row.agent, row.model, row.session, row.evidence, row.prompt, row.key, row.prompt_version,
            about.gate if about else None, _lines(row), _count(usage.get("input_tokens")),
            _count(usage.get("output_tokens")), _text(repo, row.id, "prompt.txt", redact),
            _text(repo, row.id, "output.txt", redact),
        )  # fmt: skip


def _lines(row: TraceRow) -> dict[str, int]:
    counts = {"ai": row.count("ai"), "edited_of_commit": row.count("edited")}
    return {**counts, **{name: row.counted(name) for name in _COUNTS}}


def _text(repo: Repository, trace: str, name: str, redact: Redact | None) -> str | None:
    if redact is None:
        return None
    data = repo.objects.content(f"{generations.REF}:{generations.directory(trace)}/{name}")
    return None if data is None else redact(data)


def _count(value: Json) -> int | None:
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 60
    return value if usable else None
