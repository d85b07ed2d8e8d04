"""Files of HEAD as a checkout would write them, read through one long-lived git process."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from gitprov.errors import GitFailed
from gitprov.git.objects import tree_rows
from gitprov.git.process import (
    DEVNULL,
    PIPE,
    close,
    encode,
    failed,
    open_git,
    opened,
    refused,
    run_git,
)

_FEW = 500
"""Most paths that are passed to git as arguments."""


class FilteredHead:
    """The files of HEAD with clean filters undone and line endings converted.

    GitFailed where git refuses to read the repository, as in one of another user. Other messages of git are
    discarded: the caller runs inside an agent's hook, where nobody reads them. `rev`: another commit in place
    of HEAD; `paths`: the only files that will be read, all without them.
    """

    def __init__(
        self, cwd: str, env: Mapping[str, str], rev: str = "HEAD", paths: Sequence[str] = ()
    ) -> None:
        few = ["--", *paths] if len(paths) <= _FEW else []
        args = ["ls-tree", "-r", "-z", "--full-tree", rev, *few]
        result = run_git(args, cwd=cwd, env=env, ok=(0, 128))
        if refused(result.stderr):
            raise failed(["ls-tree"], result.returncode, result.stderr)
        self._oids = {row.path: row.oid for row in tree_rows(result.stdout) if row.type == "blob"}
        self._process = open_git(
            ("cat-file", "--batch", "--filters"), cwd=cwd, env=env, stdin=PIPE, stderr=DEVNULL
        )

    def get(self, path: str) -> bytes | None:
        """The bytes of one file, None where HEAD has no file at `path`. The path must not contain a newline.

        Git's header gives the size before filters, so the end of the content is found by a second request for
        a random name: git answers it with `<name> missing`.
        """
        oid = self._oids.get(path)
        if oid is None:
            return None
        stdin, stdout = opened(self._process.stdin), opened(self._process.stdout)
        mark = os.urandom(16).hex().encode("ascii")
        try:
            stdin.write(encode(f"{oid} {path}\n") + mark + b" -\n")
            stdin.flush()
        except BrokenPipeError as error:
            raise GitFailed("git cat-file ended", self._process.wait(), "", "git fsck") from error
        if b" blob " not in stdout.readline():
            return None
        lines: list[bytes] = []
        while (line := stdout.readline()) != mark + b" missing\n":
            if not line:
                raise GitFailed("git cat-file ended", self._process.wait(), "", "git fsck")
            lines.append(line)
        return b"".join(lines)[:-1]

    def close(self) -> None:
        """Close git's input and wait for it to end."""
        close(self._process)
