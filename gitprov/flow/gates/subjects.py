"""What a gate judges: files, the lines that a change adds to them, and which model wrote each line.

Three scopes: the commits of a range, the index, and files as they are on disk.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import UsageError
from gitprov.git.files import diff
from gitprov.git.files.diff import FileChange
from gitprov.git.files.tree import blobs
from gitprov.git.files.treediff import merge_base
from gitprov.git.process import decode
from gitprov.model.ranges import LineSet

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.notes.note import Claim

#: Largest file that is judged, in bytes.
LARGEST = 8 << 20


class Author(NamedTuple):
    """Who wrote a line: trace id (None where no commit has it yet), agent, model, and the commit that added
    it, None for one to come.
    """

    trace: str | None
    agent: str | None
    model: str | None
    commit: str | None = None


class Subject(NamedTuple):
    """One file. `added`: lines of the change, 1-based; `authors`: the lines among them that a model wrote, by
    author. `unread`: why the file cannot be judged, empty where it can.
    """

    path: str
    content: bytes
    added: LineSet
    authors: tuple[tuple[LineSet, Author], ...] = ()
    unread: str = ""

    @property
    def ai(self) -> LineSet:
        """All lines of the change that a model wrote."""
        return LineSet.of_runs(run for lines, _ in self.authors for run in lines.runs)

    def author_of(self, first: int, last: int) -> Author | None:
        """The author of the first of some lines (1-based, inclusive) that a model wrote; None without one."""
        span = LineSet.of_runs([(first, last)])
        rows = [((lines & span).runs[0][0], author) for lines, author in self.authors if lines & span]
        return min(rows, key=lambda row: row[0])[1] if rows else None


class CheckScope(NamedTuple):
    """Whose lines are judged. `base`: the commit before the change, None without one; `head`: the commit of
    the new state, None for the index and for files on disk; `paths`: the files on disk, None for a change.
    """

    base: str | None
    head: str | None
    paths: tuple[str, ...] | None = None


def scope_of_range(repo: Repository, text: str) -> CheckScope:
    """The scope of `A..B`, `A...B` or `A` (up to HEAD). UsageError where one of them is no commit."""
    first, dots, last = text.partition("..")
    last = last.removeprefix(".") or "HEAD"
    ends = []
    for rev in (first or "HEAD", last if dots else "HEAD"):
        oid = repo.resolve(rev)
        if oid is None:
            raise UsageError(
                f"{rev!r} is no commit here", "git fetch the branch, with its history: git fetch --unshallow"
            )
        ends.append(oid)
    base, head = ends
    return CheckScope(merge_base(repo, base, head) or base, head)


def subjects(repo: Repository, scope: CheckScope) -> Iterator[Subject]:
    """Every text file of a scope that has lines to judge."""
    if scope.paths is not None:
        yield from _on_disk(repo, scope.paths)
    elif scope.head is None:
        yield from _staged(repo)
    else:
        for change in diff.between(repo, scope.base, scope.head):
            if change.added and not change.opaque:
                yield _committed(repo, scope, change)


def _lines_of(change: FileChange) -> LineSet:
    return LineSet.of_runs((hunk.new_start + 1, hunk.new_end) for hunk in change.hunks if hunk.new_count)


def _content(repo: Repository, change: FileChange) -> bytes | None:
    obj = repo.objects.get(change.new_oid)
    return obj.data if obj is not None and obj.type == "blob" else None


def _committed(repo: Repository, scope: CheckScope, change: FileChange) -> Subject:
    content = _content(repo, change)
    if content is None or len(content) > LARGEST:
        return Subject(change.path, b"", LineSet(), unread=_why_not(content))
    added = _lines_of(change)
    span = f"{scope.base}..{scope.head}" if scope.base else scope.head or "HEAD"
    return Subject(change.path, content, added, _blamed(repo, (span,), change.path, added))


def whole_file(repo: Repository, scope: CheckScope, path: str) -> Subject:
    """One file of the state that is judged, all of its lines, whether the change touches it or not."""
    if scope.paths is not None:
        return next(_on_disk(repo, [path]), Subject(path, b"", LineSet()))
    rev = scope.head or scope.base or "HEAD"
    content = repo.objects.content(f"{rev}:{path}")
    if content is None or len(content) > LARGEST:
        return Subject(path, b"", LineSet(), unread=_why_not(content))
    every = LineSet.of_runs([(1, content.count(b"\n") + 1)])
    return Subject(path, content, every, _blamed(repo, (rev,), path, None))


def _why_not(content: bytes | None) -> str:
    return "its content is not in this clone" if content is None else f"it is larger than {LARGEST >> 20} MiB"


def _blamed(
    repo: Repository, before: tuple[str, ...], path: str, lines: LineSet | None
) -> tuple[tuple[LineSet, Author], ...]:
    """The models' lines of a file by git blame and notes, limited to `lines` (None: all)."""
    from gitprov.flow.evidence.uncommitted import uncommitted
    from gitprov.flow.read.blame import BlameRequest, answer, start

    request = BlameRequest((), before, (path,))
    claims = None if before else uncommitted(repo)
    rows: dict[Author, list[int]] = {}
    for piece in answer(repo, request, start(request, repo.cwd, repo.env), claims).lines:
        for line in piece:
            facts = line.facts
            if facts.cls in ("ai", "edited", "declared") and (lines is None or line.line in lines):
                commit = line.oid if line.oid.strip("0") else None
                author = Author(facts.trace, facts.agent, facts.model, commit)
                rows.setdefault(author, []).append(line.line)
    return tuple((LineSet(numbers), author) for author, numbers in rows.items())


def _staged(repo: Repository) -> Iterator[Subject]:
    """The index: what the coming commit adds, with the owners that its note would name."""
    from gitprov.flow.change import staged_change
    from gitprov.flow.commit.plan import make_plan
    from gitprov.flow.context import CommitContext
    from gitprov.flow.work_tree import view_of
    from gitprov.model.notes.note import Note

    context = CommitContext(repo, view_of(repo, os.getppid()))
    change = staged_change(repo, amend=False)
    plan = make_plan(context, change, io.BytesIO())
    note = Note(plan.rows if plan is not None else ())
    for file in change.changes:
        if not file.added or file.opaque:
            continue
        content = _content(repo, file)
        if content is None or len(content) > LARGEST:
            yield Subject(file.path, b"", LineSet(), unread=_why_not(content))
            continue
        yield Subject(file.path, content, _lines_of(file), _authors(note.claims(file.path)))


def _on_disk(repo: Repository, paths: Sequence[str]) -> Iterator[Subject]:
    from gitprov.flow.evidence.uncommitted import uncommitted
    from gitprov.git.files import tree_files

    names = _files(repo, paths)
    old = blobs(repo, "HEAD", names)  # git blame refuses a file that HEAD does not have
    claims = uncommitted(repo) if len(old) < len(names) else None
    for path in names:
        try:
            content = tree_files.plain(repo.worktree or "", path, LARGEST)
        except OSError as error:
            yield Subject(path, b"", LineSet(), unread=str(error.strerror or error))
            continue
        if content is None or b"\0" in content[:8000]:
            continue
        count = content.count(b"\n") + (not content.endswith(b"\n"))
        every = LineSet.of_runs([(1, count)])
        authors = _blamed(repo, (), path, None) if path in old else _authors(claims(path) if claims else ())
        yield Subject(path, content, every, authors)


def _authors(claims: Iterable[Claim]) -> tuple[tuple[LineSet, Author], ...]:
    """The models' lines by the claims of one file."""
    from gitprov.model.notes.rows import TraceRow

    return tuple(
        (claim.lines, Author(claim.row.id, claim.row.agent, claim.row.model))
        for claim in claims
        if claim.cls in ("ai", "edited") and isinstance(claim.row, TraceRow)
    )


def _files(repo: Repository, paths: Iterable[str]) -> list[str]:
    """The files below some paths that git has or would add. UsageError where a path names none."""
    shown = repo.run("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *paths)
    names = sorted(set(filter(None, decode(shown).split("\0"))))
    if not names:
        raise UsageError(f"no file here: {', '.join(paths)}", "gitprov check -h")
    return names
