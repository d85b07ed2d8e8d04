"""A repository, as git finds it from a directory in an environment."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property

from gitprov.errors import GitprovError, NotARepository
from gitprov.git.locate import MAIN_WORKTREE
from gitprov.git.process import Completed, Env, decode, encode, failed, run_git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from gitprov.git.objects import CatFile

#: Object format → the id of the tree without entries, an object that git has in every repository.
_EMPTY_TREES = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


def _complain(cwd: str, query: Sequence[str], result: Completed) -> NoReturn:
    error = failed(("rev-parse", *query), result.returncode, result.stderr)
    if "not a git repository" in error.stderr:
        raise NotARepository(f"not a git repository: {cwd}", "run this inside a repository") from error
    raise error


#: The questions of `discover`. Without a work tree git fails only at the last, after it answered the others.
_QUERY = (
    "--absolute-git-dir",
    "--git-common-dir",
    "--show-object-format",
    "--git-path=hooks",
    "--show-toplevel",
)


def _answer(query: str, cwd: str, env: Env) -> str:
    """The answer of rev-parse to one question, which may contain newlines; empty where there is none."""
    result = run_git(("rev-parse", *query.split("=")), cwd=cwd, env=env, ok=(0, 128))
    return decode(result.stdout).removesuffix("\n") if result.returncode == 0 else ""


class Repository:
    """The directories of a repository, and commands in it.

    `cwd` is the directory of the call: inside hooks GIT_DIR and GIT_INDEX_FILE may be relative to it.
    `worktree` is None in a bare repository. `hooks` is the directory of git's hooks, which may be relative to
    `cwd`; git is asked for it where it is not passed.
    """

    def __init__(
        self,
        cwd: str,
        env: Env,
        git_dir: str,
        common_dir: str,
        worktree: str | None,
        object_format: str,
        hooks: str = "",
    ) -> None:
        self.cwd = cwd
        self.env = env
        self.git_dir = git_dir
        self.common_dir = common_dir
        self.worktree = worktree
        self.object_format = object_format
        self.home = os.path.join(common_dir, "gitprov")
        """Gitprov's private directory in this clone, shared by all worktrees."""
        self._hooks = hooks

    @classmethod
    def discover(cls, cwd: str, env: Env) -> Repository:
        """The repository that git finds from `cwd`; NotARepository where it finds none."""
        words = [word for query in _QUERY for word in query.split("=")]
        result = run_git(("rev-parse", *words), cwd=cwd, env=env, ok=(0, 128))
        answer = decode(result.stdout).split("\n")
        if len(answer) < len(_QUERY):
            _complain(cwd, words, result)
        if len(answer) != len(_QUERY) + (result.returncode == 0):
            # A path contains the newline that separates the answers.
            answer = [_answer(query, cwd, env) for query in _QUERY]
        git_dir, common, object_format, hooks, top = answer[: len(_QUERY)]
        place = os.path.normpath(os.path.join(cwd, common))
        return cls(cwd, env, git_dir, place, top or None, object_format, hooks)

    @property
    def worktree_id(self) -> str:
        """`@` for the main worktree, else the name of its directory below `worktrees/`."""
        if os.path.realpath(self.git_dir) == os.path.realpath(self.common_dir):
            return MAIN_WORKTREE
        return os.path.basename(self.git_dir)

    @property
    def hooks_dir(self) -> str:
        """The absolute path of the directory in which git looks for its hooks."""
        if not self._hooks:
            self._hooks = decode(self.run("rev-parse", "--git-path", "hooks")).removesuffix("\n")
        return os.path.join(self.cwd, self._hooks)

    @property
    def inbox_dir(self) -> str:
        """The directory of this worktree's uncommitted evidence."""
        return os.path.join(self.home, "inbox", self.worktree_id)

    @property
    def hash_length(self) -> int:
        """Hex digits of an object id: 40, or 64 in SHA-256 repositories."""
        return 64 if self.object_format == "sha256" else 40

    @property
    def null_oid(self) -> str:
        """The id that stands for no object."""
        return "0" * self.hash_length

    @cached_property
    def objects(self) -> CatFile:
        """The long-lived object reader, started at first use."""
        from gitprov.git.objects import CatFile

        return CatFile(self.cwd, self.env)

    def close(self) -> None:
        """Stop the object reader."""
        if "objects" in vars(self):
            self.objects.close()
            del self.objects

    def __enter__(self) -> Repository:  # noqa: PYI034 - Self needs Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, *args: str, stdin: bytes | None = None, env: Env | None = None) -> bytes:
        """Output of one git command; GitFailed where it fails."""
        return run_git(args, cwd=self.cwd, env={**self.env, **(env or {})}, stdin=stdin).stdout

    def try_run(self, *args: str, stdin: bytes | None = None, ok: Sequence[int] = (0, 1, 128)) -> Completed:
        """Run a git command whose exit status `ok` includes failures; GitFailed for any other status."""
        return run_git(args, cwd=self.cwd, env=self.env, stdin=stdin, ok=ok)

    def resolve(self, rev: str) -> str | None:
        """The commit id that a revision names, None where it names none."""
        args = ("rev-parse", "--verify", "--quiet", "--end-of-options", rev + "^{commit}")
        result = self.try_run(*args)
        return decode(result.stdout).strip() or None

    def config(self, prefix: str) -> dict[str, str]:
        """Settings with a prefix such as `gitprov.`: keys as git prints them, of several values the last."""
        result = self.try_run("config", "-z", "--get-regexp", "^" + prefix.replace(".", "\\."))
        out: dict[str, str] = {}
        for item in decode(result.stdout).split("\0"):
            key, newline, value = item.partition("\n")
            if key:
                out[key] = value if newline else "true"
        return out

    def place(self, path: str) -> bytes:
        """The path on disk of a file of the work tree, as bytes, since a name need not be text."""
        return encode(os.path.join(self.worktree or "", path))

    @property
    def cut_off(self) -> frozenset[str]:
        """The boundary commits of a shallow clone, whose parents are missing; git treats them as roots."""
        try:
            with open(os.path.join(self.common_dir, "shallow"), "rb") as file:
                return frozenset(decode(file.read()).split())
        except OSError:
            return frozenset()

    def identity(self, why: str) -> str:
        """The user's committer header value. GitprovError, with the purpose `why`, where git has none."""
        result = self.try_run("var", "GIT_COMMITTER_IDENT")
        if result.returncode:
            raise GitprovError(
                f"git does not know who you are, and {why}",
                'git config user.name "Your Name" && git config user.email you@example.com',
            )
        return decode(result.stdout).strip()

    def empty_tree(self) -> str:
        """The id of the tree without entries, in this repository's hash."""
        return _EMPTY_TREES[self.object_format]
