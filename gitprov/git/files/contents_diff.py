"""Git's diff of two sets of files that need not be in any tree."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from typing import NamedTuple

from gitprov.git.files.diff import ENV, FLAGS, FileChange, parse
from gitprov.git.process import encode, run_git

#: Variables of the user's environment that change what a diff shows, or where git works.
_FRONT = "GIT_"
_PATCH = ("-p", "-M", "--no-ext-diff", "--no-color")


class ContentsDiff(NamedTuple):
    """`changes` as git reports them, with hunks; `patch` is the diff as people read it."""

    changes: list[FileChange]
    patch: bytes


def diff(old: Mapping[str, bytes], new: Mapping[str, bytes], env: Mapping[str, str]) -> ContentsDiff:
    """The diff between two sets of files, path → bytes.

    It is made in an empty repository, so that nothing is written to the user's. GitFailed where git accepts a
    path in no tree.
    """
    with tempfile.TemporaryDirectory(prefix="gitprov-diff-") as folder:
        bare = os.path.join(folder, "d.git")
        alone = {**{name: value for name, value in env.items() if not name.startswith(_FRONT)}, **ENV}
        run_git(("init", "-q", "--bare", "--template=", bare), cwd=folder, env=alone)
        # Named, because a setting of the user may keep git from finding a bare repository by itself.
        alone["GIT_DIR"] = bare
        stream = b"".join(_commit(name, files) for name, files in (("old", old), ("new", new)))
        run_git(("fast-import", "--quiet"), cwd=bare, env=alone, stdin=stream)
        sides = ("refs/heads/old", "refs/heads/new", "--")
        quoted = ("-c", "core.quotePath=true", "diff-tree", "-r")
        changes = run_git((*quoted, *FLAGS, *sides), cwd=bare, env=alone).stdout
        patch = run_git(("diff-tree", "-r", *_PATCH, *sides), cwd=bare, env=alone).stdout
    return ContentsDiff(parse(changes), patch)


def _commit(name: str, files: Mapping[str, bytes]) -> bytes:
    """A commit of a fast-import stream on a branch of its own."""
    rows = [b"commit refs/heads/%s\ncommitter x <x@example.invalid> 0 +0000\ndata 0\n" % encode(name)]
    for path, content in files.items():
        rows.append(b"M 100644 inline %s\ndata %d\n%s\n" % (_quoted(path), len(content), content))
    return b"".join(rows)


def _quoted(path: str) -> bytes:
    text = encode(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + text + b'"'
