"""The lines of a trace that are alive, on any branch, as `git ai-blame` attributes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import GitprovError
from gitprov.flow.index.stats import reader_of
from gitprov.git.files.tree import regular_blobs
from gitprov.git.history import blame
from gitprov.git.history.facts import tips
from gitprov.git.process import decode
from gitprov.model.answers.blame import BlamedCommit
from gitprov.model.exchange.index_rows import RangeEntry
from gitprov.model.ranges import LineSet

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.store.index.database import Database


class LivingLines(NamedTuple):
    """Lines of a trace in a file, alive on `branches` (names of refs), 1-based."""

    path: str
    lines: LineSet
    branches: tuple[str, ...]


class TraceLines(NamedTuple):
    """A trace: the ranges that commits record for it, and the lines that are alive (None: not looked for)."""

    trace: str
    ranges: list[RangeEntry]
    living: list[LivingLines] | None


def trace_lines(repo: Repository, base: Database, name: str, *, surviving: bool) -> TraceLines:
    """The lines of the trace whose id is `name` or starts with it. GitprovError for none and for several."""
    with base.reading() as connection:
        reader = reader_of(repo, base, connection)
        matches = reader.trace_names(name)
        if not matches:
            raise GitprovError(f"no commit has a trace {name}", "git ai-log lists the traces of commits")
        if len(matches) > 1 and name not in matches:
            raise GitprovError(f"{name} is the start of {len(matches)} traces", "gitprov trace " + matches[0])
        trace = name if name in matches else matches[0]
        rows = reader.ranges_of(trace)
        paths = {row.path for row in rows} | {row.path for row in reader.survivors(trace) if row.first}
    return TraceLines(trace, rows, _living(repo, rows, sorted(paths)) if surviving else None)


def _living(repo: Repository, rows: Sequence[RangeEntry], paths: Sequence[str]) -> list[LivingLines]:
    claims: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in rows:
        claims.setdefault((row.oid, row.path), []).append((row.first, row.last))
    sets = {key: LineSet.of_runs(runs) for key, runs in claims.items()}
    branches: dict[tuple[str, LineSet], list[str]] = {}
    seen: dict[tuple[str, str], LineSet] = {}
    for ref, tip in sorted(tips(repo).items()):
        if not ref.startswith(("refs/heads/", "refs/remotes/")) or ref.endswith("/HEAD"):
            continue
        for path in regular_blobs(repo, tip, paths):
            origin = _last_change(repo, tip, path)
            if (path, origin) not in seen:
                seen[path, origin] = LineSet(_of_blame(repo, tip, path, sets))
            if seen[path, origin]:
                branches.setdefault((path, seen[path, origin]), []).append(ref)
    ordered = sorted(branches.items(), key=_place)
    return [LivingLines(path, lines, tuple(names)) for (path, lines), names in ordered]


def _place(entry: tuple[tuple[str, LineSet], list[str]]) -> tuple[str, str]:
    return entry[0][0], str(entry[0][1])


def _last_change(repo: Repository, tip: str, path: str) -> str:
    """The commit where blame of a file begins. Equal content may come from another one: that of a branch
    before a rebase, or of a patch taken from elsewhere.
    """
    return decode(repo.run("rev-list", "-1", tip, "--", f":(top,literal){path}")).strip()


def _of_blame(repo: Repository, tip: str, path: str, claims: dict[tuple[str, str], LineSet]) -> Iterator[int]:
    """The lines of a file whose origin is claimed."""
    commits: dict[str, BlamedCommit] = {}
    top = repo.worktree or repo.cwd
    with blame.start(("-w", tip, "--", path), "--incremental", cwd=top, env=repo.env) as stream:
        for groups in blame.groups(stream, commits):
            for group in groups:
                lines = claims.get((group.oid, group.path), LineSet())
                shift = group.line - group.orig_line
                part = LineSet.of_runs([(group.orig_line, group.orig_line + group.size - 1)]) & lines
                yield from (line + shift for line in part)
