"""The repository of one history as git itself tells it: nothing here asks gitprov."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.support import sealed
from tests.support.forks import Forks
from tests.support.repo import GitRepo, run_bytes
from tests.support.sealed import ROOT, sealed_env

if TYPE_CHECKING:
    from gitprov.git.process import Completed

Files = dict[str, list[str]]
"""Path → lines, without their ends."""


class CommandFailedError(Exception):
    """A command that has to succeed did not."""


class Commit(NamedTuple):
    """A commit: its parents and the id of its tree."""

    oid: str
    parents: tuple[str, ...]
    tree: str


class Template:
    """A repository with native hooks and one commit; its hooks know no path of it, so a copy is as good.

    `forks` run its hooks; where there are none, each is a Python of its own.
    """

    def __init__(self, room: Path, forks: Forks | None = None) -> None:
        self.env = sealed_env(room)
        # Whatever else is installed here: hooks run the package that these tests stand beside.
        self.env["PYTHONPATH"] = str(ROOT)
        repo = GitRepo.init(room / "template", self.env, "--template=")
        repo.write("README", "")
        repo.commit("Start")
        repo.install()
        if forks is not None:
            forks.hook(repo.path / ".git/hooks")
        self.path = repo.path


class Git:
    """One repository with its linked work trees. `here` is the work tree that commands run in."""

    def __init__(self, room: Path, template: Template) -> None:
        self.env = dict(template.env)
        self.trees = {"main-worktree": str(room / "repo")}
        self.here = "main-worktree"
        self.room = room
        shutil.copytree(template.path, self.cwd, symlinks=True)
        #: What `ask` was told once and for all.
        self.answers: dict[object, Completed] = {}
        self._reader: subprocess.Popen[bytes] | None = None
        self._commits: dict[str, Commit] = {}
        self._trees: dict[str, dict[str, str]] = {}
        self._blobs: dict[str, list[str]] = {}
        self._staged: dict[str, tuple[object, dict[str, str]]] = {}
        self._walked: tuple[object, int] | None = None

    @property
    def cwd(self) -> str:
        """The top of the work tree that commands run in."""
        return self.trees[self.here]

    @property
    def home(self) -> str:
        """Git's directory of the work tree we are in."""
        place = os.path.join(self.trees["main-worktree"], ".git")
        return place if self.here == "main-worktree" else os.path.join(place, self.here)

    def close(self) -> None:
        """End the reader of objects."""
        if self._reader is not None:
            self._reader.communicate()
            self._reader = None

    def tick(self) -> None:
        """A minute goes by."""
        sealed.set_clock(self.env, sealed.clock(self.env) + 60)

    # -- commands ------------------------------------------------------------------------------------------------------

    def attempt(
        self, *args: str, stdin: str = "", env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git; its failure is an answer."""
        return run_bytes(
            ["git", *args], cwd=Path(self.cwd), env={**self.env, **(env or {})}, stdin=stdin.encode()
        )

    def run(self, *args: str, stdin: str = "", env: dict[str, str] | None = None) -> str:
        """Run git; CommandFailedError with all it said where it fails."""
        done = self.attempt(*args, stdin=stdin, env=env)
        if done.returncode:
            said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
            raise CommandFailedError(f"git {' '.join(args)}: exit {done.returncode}\n{said}")
        return done.stdout.decode()

    def worked(self, *args: str, stdin: str = "") -> bool:
        """Run git and say whether it did it."""
        return self.attempt(*args, stdin=stdin).returncode == 0

    def tell(self, command: list[str], allowed: tuple[int, ...] = (0,)) -> str:
        """Run another command; CommandFailedError where it ends with an exit code that is not allowed."""
        done = run_bytes(command, cwd=Path(self.cwd), env=self.env)
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        if done.returncode not in allowed:
            raise CommandFailedError(f"{' '.join(command)}: exit {done.returncode}\n{said}")
        return said

    def has(self, name: str) -> bool:
        """Whether git's directory of the work tree we are in has a file or directory."""
        return os.path.exists(os.path.join(self.home, name))

    def note(self, name: str, rows: Sequence[str]) -> Path:
        """A file outside of all work trees."""
        place = self.room / name
        place.write_text(content(rows), encoding="utf-8")
        return place

    # -- objects -------------------------------------------------------------------------------------------------------

    def commit(self, rev: str) -> Commit:
        """The commit that a revision names."""
        if rev in self._commits:
            return self._commits[rev]
        oid, data = self._object(f"{rev}^{{commit}}")
        rows = data.decode("utf-8", "surrogateescape").partition("\n\n")[0].splitlines()
        parents = tuple(row[7:] for row in rows if row.startswith("parent "))
        found = self._commits[oid] = Commit(oid, parents, rows[0].removeprefix("tree "))
        return found

    def head(self) -> Commit:
        """Where the work tree we are in stands."""
        return self.commit(f"{self.here}/HEAD")

    def listing(self, rev: str) -> dict[str, str]:
        """Path → blob id, of a commit."""
        return self._listing(self.commit(rev).tree)

    def files(self, rev: str) -> Files:
        """All files of a commit."""
        return {path: self.blob(oid) for path, oid in self.listing(rev).items()}

    def blob(self, oid: str) -> list[str]:
        """The lines of a blob."""
        if oid not in self._blobs:
            self._blobs[oid] = self._object(oid)[1].decode().splitlines()
        return self._blobs[oid]

    def staged(self) -> Files:
        """All files of the index."""
        state = os.stat(os.path.join(self.home, "index"))
        sign = (state.st_ino, state.st_mtime_ns, state.st_size)
        known = self._staged.get(self.here)
        if known is None or known[0] != sign:
            rows = self.run("ls-files", "-s", "-z").split("\0")
            entries = (row.partition("\t") for row in rows if row)
            blobs = {path: entry.split(" ")[1] for entry, _, path in entries if entry.endswith(" 0")}
            known = self._staged[self.here] = (sign, blobs)
        return {path: self.blob(oid) for path, oid in known[1].items()}

    def unmerged(self) -> dict[str, dict[int, list[str]]]:
        """Path → stage → lines, of what is in conflict."""
        found: dict[str, dict[int, list[str]]] = {}
        for row in self.run("ls-files", "-u", "-z").split("\0"):
            if row:
                entry, _, path = row.partition("\t")
                _, oid, stage = entry.split(" ")
                found.setdefault(path, {})[int(stage)] = self.blob(oid)
        return found

    def branches(self) -> dict[str, str]:
        """Branch → commit id."""
        rows = self.run("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads").splitlines()
        return dict(row.rsplit(" ", 1) for row in rows)

    def new_commits(self, known: Sequence[str]) -> list[Commit]:
        """Commits of branches and work trees that are not among the ancestors of `known`, parents first."""
        sign = self._heads()
        if self._walked == (sign, len(known)):
            return []
        heads = [f"{tree}/HEAD" for tree in self.trees]
        asked = ("rev-list", "--topo-order", "--reverse", "--branches", *heads, "--not", *known)
        found = [self.commit(oid) for oid in self.run(*asked).split()]
        self._walked = (sign, len(known)) if not found else None
        return found

    def _heads(self) -> tuple[bytes, ...]:
        """All that says where branches and work trees stand."""
        common = Path(self.trees["main-worktree"], ".git")
        places = [common / "HEAD", *(common / tree / "HEAD" for tree in self.trees), common / "packed-refs"]
        places += sorted((common / "refs/heads").rglob("*"))
        return tuple(str(place).encode() + place.read_bytes() for place in places if place.is_file())

    def _listing(self, tree: str, prefix: str = "") -> dict[str, str]:
        if tree not in self._trees:
            data, found = self._object(tree)[1], {}
            while data:
                entry, _, rest = data.partition(b"\0")
                mode, _, name = entry.partition(b" ")
                oid, data = rest[:20].hex(), rest[20:]
                if mode == b"40000":
                    found.update({f"{name.decode()}/{path}": one for path, one in self._listing(oid).items()})
                else:
                    found[name.decode()] = oid
            self._trees[tree] = found
        return self._trees[tree]

    def _object(self, name: str) -> tuple[str, bytes]:
        if self._reader is None:
            command = ["git", "cat-file", "--batch"]
            place, pipe = self.trees["main-worktree"], subprocess.PIPE
            self._reader = subprocess.Popen(command, cwd=place, env=self.env, stdin=pipe, stdout=pipe)
        assert self._reader.stdin is not None
        assert self._reader.stdout is not None
        self._reader.stdin.write(name.encode() + b"\n")
        self._reader.stdin.flush()
        words = self._reader.stdout.readline().decode().split()
        if len(words) != 3:
            raise CommandFailedError(f"no object {name}: {words}")
        data = self._reader.stdout.read(int(words[2]) + 1)[:-1]
        return words[0], data

    # -- the work tree -------------------------------------------------------------------------------------------------

    def disk(self) -> Files:
        """All files of the work tree."""
        found: Files = {}
        for folder, names, files in os.walk(self.cwd):
            if ".git" in names:
                names.remove(".git")
            for name in files:
                full = os.path.join(folder, name)
                if name != ".git":
                    with open(full, encoding="utf-8") as file:
                        found[os.path.relpath(full, self.cwd)] = file.read().splitlines()
        return dict(sorted(found.items()))

    def make_folder(self, path: str) -> None:
        """The folder that a file is to stand in."""
        os.makedirs(os.path.dirname(os.path.join(self.cwd, path)), exist_ok=True)

    def write(self, path: str, lines: Sequence[str]) -> None:
        """A file of the work tree."""
        self.make_folder(path)
        with open(os.path.join(self.cwd, path), "w", encoding="utf-8") as file:
            file.write(content(lines))

    def remove(self, path: str) -> None:
        """Take a file away."""
        os.unlink(os.path.join(self.cwd, path))

    def stage(self, path: str, lines: Sequence[str]) -> None:
        """Put a content into the index that need not be in any file."""
        oid = self.run("hash-object", "-w", "--stdin", stdin=content(lines)).strip()
        self.run("update-index", "--add", "--cacheinfo", f"100644,{oid},{path}")


def content(lines: Sequence[str]) -> str:
    """Lines as a file holds them."""
    return "".join(line + "\n" for line in lines)
