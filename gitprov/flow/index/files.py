"""The files of a commit with the origin of each line, as `git ai-blame` has it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.read.line_facts import Origins
from gitprov.git.files.diff import REGULAR
from gitprov.git.history import blame
from gitprov.git.history.commit_graph import with_graph
from gitprov.git.objects import tree_rows
from gitprov.git.process import Env
from gitprov.model.answers.blame import BlamedCommit, Facts, Group
from gitprov.model.lines import count_lines
from gitprov.model.sidecars import sidecar_target

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.git.stream import Stream

#: Bytes of the largest file that is shown, and bytes in which a NUL makes a file binary, as for git.
_LARGEST, _HEAD = 1 << 20, 8000
#: Runs of git blame at once.
_AT_ONCE = 3
#: Files whose commits' notes are read together.
_TOGETHER = 64
#: Files for which a commit graph costs less than it saves.
_MANY = 32


class FileRun(NamedTuple):
    """Lines `first` to `last` of a file, of one commit and one origin."""

    first: int
    last: int
    oid: str
    facts: Facts


class FileLines(NamedTuple):
    """A file; `why` is the reason where its lines are not shown. `runs` ascend and cover all lines."""

    path: str
    blob: str
    lines: int
    runs: tuple[FileRun, ...]
    why: str | None = None

    def count(self, *classes: str) -> int:
        """How many lines are of some classes."""
        return sum(run.last - run.first + 1 for run in self.runs if run.facts.cls in classes)


class _Blamed(NamedTuple):
    """A file with what git blame answered: groups of lines, and their commits by id."""

    file: FileLines
    commits: dict[str, BlamedCommit]
    groups: list[Group]


def files_of(repo: Repository, rev: str) -> Iterator[FileLines]:
    """The regular files of a commit, by path; sidecars are left out, as gitprov writes them."""
    listed = tree_rows(repo.run("ls-tree", "-r", "-z", "--full-tree", rev))
    regular = [entry for entry in listed if entry.mode in REGULAR]
    entries = [(entry.path, entry.oid) for entry in regular if sidecar_target(entry.path) is None]
    return files_at(repo, rev, sorted(entries))


def files_at(repo: Repository, rev: str, entries: Sequence[tuple[str, str]]) -> Iterator[FileLines]:
    """Some files of a commit, by (path, blob id)."""
    origins = Origins(repo)
    env = with_graph(repo, rev) if len(entries) >= _MANY else repo.env
    waiting: deque[tuple[FileLines, Stream | None]] = deque()
    blamed: list[_Blamed] = []
    for path, oid in entries:
        waiting.append(_started(repo, env, rev, path, oid))
        if len(waiting) > _AT_ONCE:
            blamed.append(_blamed(*waiting.popleft()))
        if len(blamed) == _TOGETHER:
            yield from _finished(blamed, origins)
            blamed = []
    blamed += [_blamed(file, stream) for file, stream in waiting]
    yield from _finished(blamed, origins)


def _started(repo: Repository, env: Env, rev: str, path: str, oid: str) -> tuple[FileLines, Stream | None]:
    content = repo.objects.blob(oid)
    why = "it is binary" if b"\0" in content[:_HEAD] else None
    if len(content) > _LARGEST:
        why = f"it has more than {_LARGEST >> 20} MiB"
    file = FileLines(path, oid, 0 if why else count_lines(content), (), why)
    if why or not file.lines:
        return file, None
    top = repo.worktree or repo.cwd
    return file, blame.start(("-w", rev, "--", path), "--incremental", cwd=top, env=env)


def _blamed(file: FileLines, stream: Stream | None) -> _Blamed:
    commits: dict[str, BlamedCommit] = {}
    groups: list[Group] = []
    if stream is not None:
        with stream:
            for some in blame.groups(stream, commits):
                groups += some
    return _Blamed(file, commits, groups)


def _finished(blamed: Sequence[_Blamed], origins: Origins) -> Iterator[FileLines]:
    """The files with the origins of their lines; the notes of all their commits are read at once."""
    origins.learn(commit for entry in blamed for commit in entry.commits.values())
    for entry in blamed:
        runs = [run for group in entry.groups for run in _runs(group, origins.of_group(group))]
        yield entry.file._replace(runs=tuple(_joined(sorted(runs, key=lambda run: run.first))))


def _runs(group: Group, facts: Sequence[Facts]) -> list[FileRun]:
    """The runs of a group: neighbouring lines whose facts are the same object are one."""
    starts = [n for n, fact in enumerate(facts) if not n or fact is not facts[n - 1]]
    return [
        FileRun(group.line + first, group.line + end - 1, group.oid, facts[first])
        for first, end in zip(starts, [*starts[1:], len(facts)], strict=True)
    ]


def _joined(runs: Sequence[FileRun]) -> list[FileRun]:
    """Neighbouring runs of one commit and origin in one."""
    out: list[FileRun] = []
    for run in runs:
        if out and out[-1].oid == run.oid and out[-1].facts == run.facts and out[-1].last == run.first - 1:
            out[-1] = out[-1]._replace(last=run.last)
        else:
            out.append(run)
    return out
