"""Files that requirements files include (`-r`, `-c`), whatever their names: lines of models in them count."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gitprov.checks.deps import check
from gitprov.checks.deps.files import is_requirements
from gitprov.flow.gates.subjects import CheckScope, Subject, whole_file
from gitprov.model.finding import UNKNOWN, Finding

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: How deep includes are followed, and how many files in all.
_DEEPEST, _MOST = 8, 50


def inclusions(
    repo: Repository,
    scope: CheckScope,
    subjects: Mapping[str, Subject],
    tracked: Collection[str],
    *,
    every_line: bool,
) -> Iterator[Subject | Finding]:
    """The files that judged lines of requirements files include, each once, cycles and depth bounded, and the
    findings on includes that cannot be followed.

    A file whose name shows that it has requirements is a subject anyway where the change touches it: it is
    followed and not repeated. An include that is not in the tree is a gap.
    """
    queue = [(subject, 1) for path, subject in subjects.items() if is_requirements(path)]
    seen = {subject.path for subject, _ in queue}
    while queue:
        subject, depth = queue.pop(0)
        for path, line in _included(subject, every_line=every_line):
            if path in seen:
                continue
            seen.add(path)
            if depth > _DEEPEST or len(seen) > _MOST:
                yield _gap(subject.path, line, f"{path} is included too deep, or as one of many")
            elif path not in tracked and path not in subjects:
                yield _gap(subject.path, line, f"{path} is included, and is not in the tree")
            elif not is_requirements(path):
                further = subjects.get(path) or whole_file(repo, scope, path)
                queue.append((further, depth + 1))
                yield further


def _included(subject: Subject, *, every_line: bool) -> Iterable[tuple[str, int]]:
    lines = subject.added if every_line else subject.ai
    return check.included(subject.path, subject.content.decode("utf-8", "replace"), lines) if lines else ()


def _gap(path: str, line: int, reason: str) -> Finding:
    return Finding(
        "deps/unread", UNKNOWN, reason, "add the file, or correct the path", path=path, lines=(line, line)
    )
