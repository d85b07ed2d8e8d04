"""`git ai-blame`: git names the commit of each line, notes and commits record how the line was written."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import repeat

from gitprov.flow.read.ignore_revs import Witness, looks_past
from gitprov.flow.read.line_facts import Origins, Uncommitted
from gitprov.git.history import blame as git_blame
from gitprov.model.answers.blame import BlamedCommit, Facts, Group, Line
from gitprov.model.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.git.stream import Stream


class BlameRequest(NamedTuple):
    """A parsed command line of git blame.

    `options` are passed to git unchanged; `before` and `after` are the arguments before and after `--`
    (`after` is None without `--`); `ranges` are the values of -L. `selects`: an option chooses revisions, as
    --all does. `contents`: the value of --contents, and `unsaved` what is there, None where it was not read.
    """

    options: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...] | None
    ranges: tuple[str, ...] = ()
    reverse: bool = False
    contents: str | None = None
    selects: bool = False
    unsaved: bytes | None = None

    @property
    def args(self) -> tuple[str, ...]:
        """The arguments for git blame."""
        return (*self.options, *self.before, *(() if self.after is None else ("--", *self.after)))

    @property
    def streams(self) -> bool:
        """Whether the text of the lines can be read before git blame has ended."""
        elsewhere = self.contents is not None and self.unsaved is None
        return not (self.reverse or elsewhere or self.selects)


class BlameTarget(NamedTuple):
    """The blamed file: a repo-relative path, in a commit or (None) in the work tree.

    `content` is the lines that blame will show, None where only git can determine them.
    """

    path: str
    revision: str | None
    content: list[bytes] | None


class Answer(NamedTuple):
    """A running blame: `lines` come in the order of git's output; reading them fills `commits`."""

    target: BlameTarget
    commits: dict[str, BlamedCommit]
    lines: Iterator[list[Line]]


def start(request: BlameRequest, cwd: str, env: Mapping[str, str], prompt: bool = False) -> Stream:
    """Start git; `answer` takes the result. Call this early. `prompt`: a user waits for the first lines."""
    form = "--incremental" if request.streams else "--porcelain"
    return _start(request, form, cwd, env, prompt)


def _start(
    request: BlameRequest, form: str, cwd: str, env: Mapping[str, str], prompt: bool = False
) -> Stream:
    stdin = request.unsaved if request.contents == "-" else None
    return git_blame.start(request.args, form, cwd=cwd, env=env, prompt=prompt, stdin=stdin)


def answer(
    repo: Repository, request: BlameRequest, stream: Stream, uncommitted: Uncommitted | None = None
) -> Answer:
    """The lines of the file with their facts. Errors of git are raised while `lines` is read."""
    target = target_of(repo, request)
    origins = Origins(repo, uncommitted if _has_claims(request, target) else None)
    commits: dict[str, BlamedCommit] = {}
    if request.streams and target.content is None:
        stream.stop()
        stream = _start(request, "--porcelain", repo.cwd, repo.env)
    if target.content is None:
        lines = _from_porcelain(repo, request, stream, origins, commits)
    else:
        witness = _witness(repo, request, target.content, origins)
        lines = _from_groups(stream, origins, commits, target.content, witness)
    if request.unsaved is not None and target.revision is None:
        from gitprov.flow.read.new_file import or_new

        texts = _lines(request.unsaved)
        lines = or_new(lines, target.path, texts, expected_runs(request, len(texts)), origins, commits)
    return Answer(target, commits, lines)


def porcelain(
    repo: Repository, request: BlameRequest, form: str, uncommitted: Uncommitted | None = None
) -> tuple[git_blame.Porcelain, list[Facts]]:
    """Git's own porcelain, and the facts of each of its lines."""
    whole = git_blame.porcelain(_start(request, form, repo.cwd, repo.env))
    origins = Origins(repo, uncommitted if _has_claims(request, target_of(repo, request)) else None)
    return whole, _facts(repo, request, whole, origins)


def _has_claims(request: BlameRequest, target: BlameTarget) -> bool:
    """Whether the inbox can have claims on the lines that are shown: lines on disk, or unsaved ones."""
    return request.contents is None or (request.unsaved is not None and target.revision is None)


def in_order(lines: Iterator[list[Line]], runs: list[tuple[int, int]] | None) -> Iterator[list[Line]]:
    """Lines in the order of the file, each as soon as all lines before it have arrived.

    `runs` are the (first, last) runs that will arrive, 1-based and inclusive. None where they cannot be
    computed: then all lines are yielded after the last has arrived.
    """
    waiting: dict[int, Line] = {}
    numbers = (line for first, last in runs or () for line in range(first, last + 1))
    due = next(numbers, None)
    for piece in lines:
        waiting.update((line.line, line) for line in piece)
        ready: list[Line] = []
        while due is not None and due in waiting:
            ready.append(waiting.pop(due))
            due = next(numbers, None)
        if ready:
            yield ready
    if waiting:
        yield [waiting[number] for number in sorted(waiting)]


def expected_runs(request: BlameRequest, total: int) -> list[tuple[int, int]] | None:
    """The runs (first, last) that -L selects of `total` lines; None where only git can compute them."""
    from gitprov.model.ranges import LineSet

    if not request.ranges:
        return [(1, total)]
    runs = [_numeric_range(text, total) for text in request.ranges]
    if any(run is None for run in runs):
        return None
    return list(LineSet.of_runs(run for run in runs if run is not None).runs)


def _numeric_range(text: str, total: int) -> tuple[int, int] | None:
    """`3,5` `3,+2` `3,-2` `3` `,5` as (first, last); None for a range that depends on the file's text."""
    first, _, last = text.partition(",")
    if not (first or "1").isdigit() or not (last or "1").lstrip("+-").isdigit():
        return None
    a = int(first or 1)
    b = int(last.lstrip("+-")) if last else total
    if last.startswith("+"):
        b = a + b - 1
    elif last.startswith("-"):
        b = a - b + 1
    low, high = min(a, b), max(a, b)
    return (max(low, 1), min(high, total)) if low <= total else None


# -- the blamed file -----------------------------------------------------------------------------------------


def target_of(repo: Repository, request: BlameRequest) -> BlameTarget:
    """Path, revision and content, with the arguments read as by git blame. Missing files raise no error."""
    revs, name = _names(repo, request)
    prefix = ""
    if repo.worktree is not None:
        prefix = os.path.relpath(os.path.realpath(repo.cwd), os.path.realpath(repo.worktree)) + "/"
    if os.path.isabs(name) and repo.worktree is not None:
        prefix, name = "", os.path.relpath(name, repo.worktree)
    path = posixpath.normpath(prefix + name)
    end = 0 if request.reverse else 2
    tips = [_end(rev, end) for rev in revs if not rev.startswith("^")]
    unambiguous = not request.selects and len(tips) <= 1
    revision = repo.resolve(tips[0]) if unambiguous and tips else None
    if not (unambiguous and request.streams and name):
        return BlameTarget(path, revision, None)
    content = None
    if revision is not None:
        content = git_blame.committed_content(revision, path, cwd=repo.cwd, env=repo.env)
    elif not tips and repo.worktree is not None and request.unsaved is not None:
        content = git_blame.as_shown(request.unsaved, repo.worktree, path, env=repo.env)
    elif not tips and repo.worktree is not None:
        content = git_blame.worktree_content(repo.worktree, path, env=repo.env)
    return BlameTarget(path, revision, None if content is None else _lines(content))


def _names(repo: Repository, request: BlameRequest) -> tuple[tuple[str, ...], str]:
    """(revisions, file name), from arguments in any of the orders that git blame allows."""
    before, after = request.before, request.after
    if after:
        return (after[1:] if len(after) > 1 else before), after[0]
    if not before:
        return (), ""
    if len(before) == 2 and repo.resolve(before[1]) is not None:
        return before[1:], before[0]
    return before[:-1], before[-1]


def _end(rev: str, side: int) -> str:
    """One side (0 or 2) of `a..b`, or the revision itself."""
    return (rev.rpartition("..")[side] or "HEAD") if ".." in rev else rev


def _lines(content: bytes) -> list[bytes]:
    lines = content.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


# -- lines from incremental output, and from porcelain -------------------------------------------------------


def _witness(
    repo: Repository, request: BlameRequest, shown: Sequence[bytes], origins: Origins
) -> Witness | None:
    """Compares texts where git may name a commit that wrote another text in the line's place."""
    return Witness(repo, shown, origins.of_group) if looks_past(repo, request.options) else None


def _from_groups(
    stream: Stream,
    origins: Origins,
    commits: dict[str, BlamedCommit],
    content: list[bytes],
    witness: Witness | None,
) -> Iterator[list[Line]]:
    for groups in git_blame.groups(stream, commits):
        origins.learn(commits[group.oid] for group in groups)
        yield [
            line for group in groups for line in _of_group(group, origins.of_group(group), content, witness)
        ]


def _of_group(group: Group, facts: list[Facts], content: list[bytes], witness: Witness | None) -> list[Line]:
    oid, path, orig, first, _ = group
    texts = content[first - 1 : first - 1 + len(facts)]
    texts += [b""] * (len(facts) - len(texts))
    if witness is not None:
        facts = witness.weigh(group, facts, texts)
    numbers, origs = range(first, first + len(facts)), range(orig, orig + len(facts))
    return list(map(_line, zip(numbers, repeat(oid), repeat(path), origs, facts, texts, strict=False)))


#: `Line._make` without its count of fields, which takes half of the time.
_line = partial(tuple.__new__, Line)


def _from_porcelain(
    repo: Repository,
    request: BlameRequest,
    stream: Stream,
    origins: Origins,
    commits: dict[str, BlamedCommit],
) -> Iterator[list[Line]]:
    whole = git_blame.porcelain(stream)
    commits.update(whole.commits)
    facts = _facts(repo, request, whole, origins)
    yield [
        Line(group.line, group.oid, group.path, group.orig_line, fact, whole.rows[row][1:])
        for (group, row), fact in zip(whole.lines, facts, strict=True)
    ]


def _facts(
    repo: Repository, request: BlameRequest, whole: git_blame.Porcelain, origins: Origins
) -> list[Facts]:
    if request.reverse:
        return _facts_at_start(repo, request, whole, origins)
    return _facts_at_end(repo, request, whole, origins)


def _facts_at_end(
    repo: Repository, request: BlameRequest, whole: git_blame.Porcelain, origins: Origins
) -> list[Facts]:
    origins.learn(whole.commits.values())
    facts = [origins.of_group(group)[0] for group, _ in whole.lines]
    witness = _witness(repo, request, _shown(whole), origins)
    if witness is not None:
        # Sorted by commit and path, so that each file is read once.
        for at in sorted(range(len(facts)), key=lambda at: whole.lines[at][0][:2]):
            group, row = whole.lines[at]
            facts[at] = witness.weigh(group, [facts[at]], [whole.rows[row][1:]])[0]
    return facts


def _shown(whole: git_blame.Porcelain) -> list[bytes]:
    """The blamed file, as far as git printed it; lines that git did not print are empty."""
    lines = [b""] * max((group.line for group, _ in whole.lines), default=0)
    for group, row in whole.lines:
        lines[group.line - 1] = whole.rows[row][1:]
    return lines


def _facts_at_start(
    repo: Repository, request: BlameRequest, whole: git_blame.Porcelain, origins: Origins
) -> list[Facts]:
    """Facts for --reverse, where git names the last commit that has a line: by blaming the first revision."""
    revs, name = _names(repo, request)
    first = revs[0].partition("..")[0] if revs else "HEAD"
    options = tuple(option for option in request.options if option != "--reverse")
    forward = BlameRequest(options, (first or "HEAD",), (name,), request.ranges)
    stream = git_blame.start(forward.args, "--porcelain", cwd=repo.cwd, env=repo.env)
    start_porcelain = git_blame.porcelain(stream)
    facts = _facts_at_end(repo, forward, start_porcelain, origins)
    by_line = {group.line: fact for (group, _), fact in zip(start_porcelain.lines, facts, strict=True)}
    return [by_line[group.line] for group, _ in whole.lines]
