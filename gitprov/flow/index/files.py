"""The files of a commit with the origin of each line, as `git ai-blame` has it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.read.line_facts import Origins
from gitprov.git.files.diff import REGULAR
from gitprov.git.history import blame
from gitprov.git.objects import tree_rows
from gitprov.model.answers.blame import BlamedCommit, Facts, Group
from gitprov.model.lines import count_lines

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.git.stream import Stream

#: Bytes of the largest file that is shown, and bytes in which a NUL makes a file binary, as for git.
_LARGEST, _HEAD = 1 << 20, 8000
#: Runs of git blame at once.
_AT_ONCE = 3


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


def files_of(repo: Repository, rev: str) -> Iterator[FileLines]:
    """The regular files of a commit, by path."""
    listed = tree_rows(repo.run("ls-tree", "-r", "-z", "--full-tree", rev))
    return files_at(repo, rev, sorted((entry.path, entry.oid) for entry in listed if entry.mode in REGULAR))


def files_at(repo: Repository, rev: str, entries: Sequence[tuple[str, str]]) -> Iterator[FileLines]:
    """Some files of a commit, by (path, blob id)."""
    origins = Origins(repo)
    waiting: deque[tuple[FileLines, Stream | None]] = deque()
    for path, oid in entries:
        waiting.append(_started(repo, rev, path, oid))
        if len(waiting) > _AT_ONCE:
            yield _finished(*waiting.popleft(), origins)
    for file, stream in waiting:
        yield _finished(file, stream, origins)


def _started(repo: Repository, rev: str, path: str, oid: str) -> tuple[FileLines, Stream | None]:
    content = repo.objects.blob(oid)
    why = "it is binary" if b"\0" in content[:_HEAD] else None
    if len(content) > _LARGEST:
        why = f"it has more than {_LARGEST >> 20} MiB"
    file = FileLines(path, oid, 0 if why else count_lines(content), (), why)
    if why or not file.lines:
        return file, None
    top = repo.worktree or repo.cwd
    return file, blame.start(("-w", rev, "--", path), "--incremental", cwd=top, env=repo.env)


def _finished(file: FileLines, stream: Stream | None, origins: Origins) -> FileLines:
    if stream is None:
        return file
    commits: dict[str, BlamedCommit] = {}
    runs: list[FileRun] = []
    with stream:
        for groups in blame.groups(stream, commits):
            origins.learn(commits[group.oid] for group in groups)
            for group in groups:
                runs += _runs(group, origins.of_group(group))
    return file._replace(runs=tuple(_joined(sorted(runs, key=lambda run: run.first))))


def _runs(group: Group, facts: Sequence[Facts]) -> list[FileRun]:
    return [FileRun(group.line + n, group.line + n, group.oid, fact) for n, fact in enumerate(facts)]


def _joined(runs: Sequence[FileRun]) -> list[FileRun]:
    """Neighbouring runs of one commit and origin in one."""
    out: list[FileRun] = []
    for run in runs:
        if out and out[-1].oid == run.oid and out[-1].facts == run.facts and out[-1].last == run.first - 1:
            out[-1] = out[-1]._replace(last=run.last)
        else:
            out.append(run)
    return out
