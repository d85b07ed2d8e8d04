"""A real repository in a sealed home, with the few verbs a story about commits needs."""

from __future__ import annotations

import json
import subprocess
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

from gitprov.store import plan as plans
from gitprov.store.inbox.inbox import Inbox
from tests.support import sealed

Note: TypeAlias = list[dict[str, Any]]
NOTES_REF = "refs/notes/gitprov"
GENERATIONS_REF = "refs/gitprov/generations"


class CommandError(AssertionError):
    """A command that had to succeed did not; the message holds all it printed."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        super().__init__(
            f"exit {done.returncode}: {done.args}\n--- stdout\n{done.stdout}\n--- stderr\n{done.stderr}"
        )
        self.done = done


def run(
    args: list[str],
    *,
    cwd: Path,
    env: dict[str, str],
    stdin: str | bytes | None = None,
    check: bool = True,
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Run to the end; text is UTF-8 with surrogateescape. Without `stdin` the command reads an empty one."""
    done = run_bytes(args, cwd=cwd, env=env, stdin=_raw(stdin), timeout=timeout)
    text = subprocess.CompletedProcess(
        args,
        done.returncode,
        done.stdout.decode("utf-8", "surrogateescape"),
        done.stderr.decode("utf-8", "replace"),
    )
    if check and text.returncode:
        raise CommandError(text)
    return text


def run_bytes(
    args: list[str], *, cwd: Path, env: dict[str, str], stdin: bytes | None = None, timeout: float = 120
) -> subprocess.CompletedProcess[bytes]:
    """As `run`, in bytes and without an opinion on the exit code."""
    return subprocess.run(
        args, cwd=cwd, env=env, input=stdin or b"", capture_output=True, check=False, timeout=timeout
    )


def _raw(text: str | bytes | None) -> bytes | None:
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text


class GitRepo:
    """One work tree (or bare repository). `env` is shared with everything started from here; change it freely."""

    def __init__(self, path: Path, env: dict[str, str]) -> None:
        self.path = path
        self.env = env

    @classmethod
    def init(cls, path: Path, env: dict[str, str], *args: str) -> GitRepo:
        """A new repository at `path`; `args` go to `git init`."""
        path.mkdir(parents=True, exist_ok=True)
        run(["git", "init", "-q", *args, "."], cwd=path, env=env)
        return cls(path, env)

    # -- commands ------------------------------------------------------------------------------------------------

    def git(
        self, *args: str, check: bool = True, input: str | bytes | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run git here."""
        return run(["git", *args], cwd=self.path, env=self.env, stdin=input, check=check)

    def git_bytes(self, *args: str, check: bool = True, input: bytes | None = None) -> bytes:
        """What git prints, in bytes."""
        done = run_bytes(["git", *args], cwd=self.path, env=self.env, stdin=input)
        if check and done.returncode:
            raise AssertionError(f"exit {done.returncode}: git {args}\n{done.stderr!r}")
        return done.stdout

    def gitprov(
        self,
        *args: str,
        input: str | bytes | None = None,
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Run gitprov here, as a process of its own."""
        return run(["gitprov", *args], cwd=self.path, env=self.env, stdin=input, check=check)

    def install(self, *args: str) -> None:
        """Put the native hooks in."""
        self.gitprov("install", *args)

    # -- the work tree ---------------------------------------------------------------------------------------------

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file as a developer would: text as UTF-8, line ends as given."""
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_raw(content) or b"")
        return target

    def read(self, path: str) -> str:
        """A file of the work tree as text, line ends untouched."""
        return (self.path / path).read_bytes().decode("utf-8", "surrogateescape")

    # -- commits ---------------------------------------------------------------------------------------------------

    def tick(self, seconds: int = 60) -> int:
        """Move the clock of later commits; returns the new moment."""
        sealed.set_clock(self.env, sealed.clock(self.env) + seconds)
        return sealed.clock(self.env)

    def commit(self, message: str, *paths: str) -> str:
        """Stage `paths` (everything if none is named), commit a minute later, return the oid."""
        self.git("add", "-A", "--", *paths)
        return self.commit_staged(message)

    def commit_staged(self, message: str, *args: str) -> str:
        """Commit what is staged; `args` go to `git commit`."""
        self.tick()
        self.git("commit", "-q", "-m", message, *args)
        return self.oid()

    def oid(self, rev: str = "HEAD") -> str:
        """The full object name of `rev`."""
        return self.git("rev-parse", "--verify", rev).stdout.strip()

    # -- what gitprov left behind ----------------------------------------------------------------------------------

    def note(self, rev: str = "HEAD") -> Note:
        """The parsed lines of the commit's note; an empty list where it has none."""
        done = self.git("notes", f"--ref={NOTES_REF}", "show", rev, check=False)
        return (
            [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
            if not done.returncode
            else []
        )

    def traces(self, rev: str = "HEAD") -> Note:
        """Only the `trace` lines of the note."""
        return [line for line in self.note(rev) if line["kind"] == "trace"]

    def trailers(self, rev: str = "HEAD") -> list[tuple[str, str]]:
        """(key, value) of each trailer, as git itself reads them."""
        out = self.git("log", "-1", "--format=%(trailers:only,unfold)", rev).stdout
        pairs = (line.partition(": ") for line in out.splitlines() if line)
        return [(key, value) for key, _, value in pairs]

    def message(self, rev: str = "HEAD") -> str:
        """The whole commit message."""
        return self.git("log", "-1", "--format=%B", rev).stdout.rstrip("\n")

    def ai_blame(self, path: str, *args: str) -> dict[str, Any]:
        """The parsed answer of `git ai-blame --json`."""
        answer: dict[str, Any] = json.loads(self.git("ai-blame", "--json", *args, "--", path).stdout)
        return answer

    def classes(self, path: str, *args: str) -> list[str]:
        """The class of each line, first to last, as blame sees it."""
        return [line["class"] for line in self.ai_blame(path, *args)["lines"]]

    def generation(self, trace: str) -> dict[str, Any]:
        """The stored record of a trace id."""
        record: dict[str, Any] = json.loads(self.generation_file(trace, "record.json"))
        return record

    def generation_file(self, trace: str, name: str) -> bytes:
        """One file of a stored generation, such as `prompt.txt`; AssertionError if it is not there."""
        listing = self.git("ls-tree", "-r", "-z", "--name-only", GENERATIONS_REF).stdout.split("\0")
        found = [path for path in listing if path.endswith(f"/{trace}/{name}")]
        assert found, f"no {name} of {trace} in {listing}"
        return self.git_bytes("cat-file", "blob", f"{GENERATIONS_REF}:{found[0]}")

    def generations(self) -> list[str]:
        """The trace ids in the store, ascending."""
        done = self.git("ls-tree", "-r", "--name-only", GENERATIONS_REF, check=False)
        names = {path.split("/")[1] for path in done.stdout.splitlines()}
        return sorted(name for name in names if name.startswith("gen_"))

    def inbox(self, worktree: str = "@") -> Path:
        """The folder of evidence not yet committed."""
        common = self.git("rev-parse", "--path-format=absolute", "--git-common-dir").stdout.strip()
        return Path(common) / "gitprov" / "inbox" / worktree

    def events(self, worktree: str = "@") -> list[dict[str, Any]]:
        """The pending events, oldest first, as every reader has them: after a sealed commit, without its own."""
        root = self.inbox(worktree)
        plans.retire_sealed(Inbox(str(root)))
        return [json.loads(path.read_bytes()) for path in sorted((root / "events").glob("*.json"))]

    def holders(self, text: str) -> list[str]:
        """The files below `.git` that contain a text, packed or not, and `objects` if one of git's objects does."""
        places = []
        for path in (self.path / ".git").rglob("*"):
            data = path.read_bytes() if path.is_file() else b""
            with suppress(zlib.error):
                data += zlib.decompress(data)
            if text.encode() in data:
                places.append(str(path))
        objects = self.git_bytes("cat-file", "--batch-all-objects", "--batch")
        return places + ["objects"] * (text.encode() in objects)

    # -- neighbours ------------------------------------------------------------------------------------------------

    def add_worktree(self, path: Path, *args: str) -> GitRepo:
        """A linked worktree at `path`; `args` go to `git worktree add` before the path."""
        self.git("worktree", "add", "-q", *args, str(path))
        return GitRepo(path, self.env)

    def clone(self, path: Path, *args: str) -> GitRepo:
        """A clone of this repository; `args` go to `git clone`."""
        run(["git", "clone", "-q", *args, self.path.as_uri(), str(path)], cwd=self.path, env=self.env)
        return GitRepo(path, self.env)
