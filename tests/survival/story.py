"""The story that every operation starts from: a few commits by two sessions, a person, and somebody nobody saw."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gitprov.cli import ai_blame
from gitprov.cli.blame.args import parse
from gitprov.model import hook_names
from tests.support.agent import Agent
from tests.support.commits import FRAMED, stage
from tests.support.repo import GitRepo, run
from tests.support.sealed import clock, set_clock
from tests.survival.lines import Line, Lines, ai, human, text, unknown

HEAD = unknown("north south east west")
APPLE = ai("s1", "apple banana cherry damson")
WINTER = unknown("winter spring summer autumn")
OAK = human("oak ash elm")
PINE = unknown("pine")
LION = ai("s2", "lion tiger bear wolf")
TAIL = unknown("red orange yellow green blue")
COPPER = ai("s2", "copper silver iron zinc")

APP: Lines = (*HEAD, *APPLE, *WINTER, *OAK, *PINE, *LION, *TAIL)
"""`app.py` at the story's end."""
UTIL: Lines = COPPER
"""`util.py` at the story's end."""

Expected = Mapping[str, Lines]
"""`path` (in the work tree) or `revision:path` → each of its lines."""

CONFIG = ".pre-commit-config.yaml"


class Story:
    """A repository in which things happen. `route` is who runs the hooks once `begin` was called."""

    def __init__(self, repo: GitRepo, route: str = "native") -> None:
        self.repo = repo
        self.route = route
        self.env = repo.env
        self._agents: dict[str, Agent] = {}
        self._settings: list[str] = []

    # -- who does something ------------------------------------------------------------------------------------------

    def agent(self, session: str, path: str, *parts: Lines) -> None:
        """A model writes a whole file, in a turn of its own."""
        agent = self._agents.setdefault(session, Agent(self.repo, session=session))
        agent.prompt(f"write {path}").write(path, _whole(parts))

    def person(self, path: str, *parts: Lines) -> None:
        """A person writes a whole file in an editor that reports it."""
        Agent(self.repo).person(path, _whole(parts), "Alice <alice@example.com>")

    def type(self, path: str, *parts: Lines) -> None:
        """Somebody writes a whole file and nobody sees it."""
        self.repo.write(path, _whole(parts))

    def stage(self, path: str, *parts: Lines) -> None:
        """Put a file into the index that the work tree does not have: what `git add -p` does."""
        stage(self.repo, path, _whole(parts))

    # -- git -----------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """What led up to the operation is done; from here on the route's hooks run."""
        if self.route in ("pre-commit", "prek"):
            hooks = self.repo.path / ".git/hooks"
            hooks.rename(hooks.with_name("hooks-native"))
            hooks.with_name(f"hooks-{self.route}").rename(hooks)

    def git(self, *args: str, check: bool = True, input: str | None = None) -> str:
        """Run git a minute later; what it printed."""
        self.repo.tick()
        return self.repo.git(*args, check=check, input=input).stdout.strip()

    def stops(self, *args: str) -> None:
        """Run git, which has to stop half-way, with a conflict or because it was told to."""
        self.repo.tick()
        done = self.repo.git(*args, check=False)
        stopped = any((self.git_dir / name).exists() for name in _UNDER_WAY)
        assert stopped or "CONFLICT" in done.stdout, f"it did not stop: {done.stdout}{done.stderr}"

    def goes_on(self, command: str, *args: str) -> None:
        """`git <command> --continue`, with the message as it is."""
        self.message()
        self.git(command, *(args or ("--continue",)))

    def commit(self, message: str, *paths: str) -> str:
        """Commit these files, everything if none is named; the commit."""
        return self.repo.commit(message, *paths)

    def oid(self, rev: str = "HEAD") -> str:
        """The commit that a revision names."""
        return self.repo.oid(rev)

    @property
    def git_dir(self) -> Path:
        """The worktree's own git directory."""
        return Path(self.repo.git("rev-parse", "--absolute-git-dir").stdout.strip())

    def branch(self, name: str, start: str = "HEAD") -> None:
        """A new branch, and over to it."""
        self.git("switch", "-q", "-c", name, start)

    def switch(self, name: str) -> None:
        """Over to a branch."""
        self.git("switch", "-q", name)

    def linked(self, branch: str) -> Story:
        """A linked work tree with a new branch."""
        place = self.repo.path.with_name("linked")
        return Story(self.repo.add_worktree(place, "-b", branch))

    def config(self, key: str, value: str) -> None:
        """A setting that everybody has who works on this."""
        self.git("config", key, value)
        self._settings += ["-c", f"{key}={value}"]

    def hub(self) -> Path:
        """An empty bare repository, known here as the remote `hub`."""
        place = self.repo.path.with_name("hub.git")
        run(["git", "init", "-q", "--bare", str(place)], cwd=place.parent, env=self.env)
        self.git("remote", "add", "hub", place.as_uri())
        return place

    def todo(self, script: str) -> None:
        """Let the list of an interactive rebase be edited by sed."""
        self._editor("GIT_SEQUENCE_EDITOR", f'sed -i -e {_quoted(script)} "$1"')

    def message(self, script: str = ":") -> None:
        """Let git's editor be a line of shell; `$1` is the message."""
        self._editor("GIT_EDITOR", script)

    def _editor(self, name: str, line: str) -> None:
        place = self.repo.path.parent / name.lower()
        place.write_text(f"#!/bin/sh\n{line}\n")
        place.chmod(0o755)
        self.env[name] = str(place)

    def has_to_be(self, path: str, *parts: Lines) -> None:
        """The work tree's file is as the operation should have left it."""
        assert self.repo.read(path) == _whole(parts)

    # -- what has to hold ----------------------------------------------------------------------------------------------

    def heal(self, *args: str) -> None:
        """Rebuild what can be rebuilt; it may say that there was more, which it could not."""
        done = self.repo.gitprov("heal", *args, check=False)
        assert done.returncode in (0, 1), done.stderr

    def shared(self) -> Story:
        """What a colleague has who cloned the commits and the notes, and nothing else."""
        place = self.repo.path.parent
        hub = place / "reading.git"
        run(["git", "init", "-q", "--bare", str(hub)], cwd=place, env=self.env)
        notes = ["refs/replace/*:refs/replace/*", *(["refs/notes/gitprov"] if self._has_notes() else [])]
        head = f"{self.oid()}:refs/heads/head-of-mine"
        self.repo.git("push", "-q", hub.as_uri(), "refs/heads/*:refs/heads/*", head, *notes)
        theirs = place / "reading"
        wanted = [word for kind in ("notes", "replace") for word in ("-c", _FETCH.format(kind))]
        wanted += [*self._settings, "-b", "head-of-mine"]
        run(["git", "clone", "-q", *wanted, hub.as_uri(), str(theirs)], cwd=place, env=self.env)
        return Story(GitRepo(theirs, dict(self.env)), "reading")

    def _has_notes(self) -> bool:
        return not self.repo.git("rev-parse", "-q", "--verify", "refs/notes/gitprov", check=False).returncode

    def at(self, name: str) -> str:
        """The full name of the commit in `revision:path`, HEAD where there is only a path."""
        return self.oid(name.rpartition(":")[0] or "HEAD")


def blame(repo: GitRepo, path: str, rev: str | None) -> Lines:
    """What `git ai-blame --json` says, by the code that it runs; `rev` None for the work tree."""
    args = ["--json", *([rev] if rev else []), "--", path]
    out, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO())
    try:
        status = ai_blame._run(parse(args), str(repo.path), repo.env)
        answer = sys.stdout.buffer
        assert isinstance(answer, io.BytesIO)
        found: dict[str, Any] = json.loads(answer.getvalue())
    finally:
        sys.stdout = out
    assert status == 0
    return tuple(
        Line(row["text"], row["class"], row["session"] if row["class"] in ("ai", "edited") else None)
        for row in found["lines"]
    )


def _whole(parts: tuple[Lines, ...]) -> str:
    return text(line for part in parts for line in part)


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


_FETCH = "remote.origin.fetch=+refs/{0}/*:refs/{0}/*"
_UNDER_WAY = ("rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD", "REVERT_HEAD", "MERGE_HEAD", "sequencer")


# -- templates -------------------------------------------------------------------------------------------------------


def make(path: Path, env: dict[str, str]) -> GitRepo:
    """The story from its start, made with the native hooks; those of the frameworks lie beside them."""
    repo = GitRepo.init(path, env, "--template=")
    story = Story(repo)
    repo.write(CONFIG, FRAMED)
    story.type("app.py", HEAD, WINTER, TAIL)
    story.commit("Start")
    repo.git("tag", "start")
    hooks = path / ".git/hooks"
    for tool in ("pre-commit", "prek"):
        if shutil.which(tool, path=env["PATH"]):
            types = [word for hook in hook_names.FRAMEWORK for word in ("-t", hook)]
            run([tool, "install", *types], cwd=path, env=env)
            hooks.rename(hooks.with_name(f"hooks-{tool}"))
    (path / CONFIG).rename(path / "aside")  # where it names our hooks, install would leave them to pre-commit
    repo.install()
    (path / "aside").rename(path / CONFIG)
    story.agent("s1", "app.py", HEAD, APPLE, WINTER, TAIL)
    story.commit("One")
    story.person("app.py", HEAD, APPLE, WINTER, OAK, TAIL)
    story.type("app.py", HEAD, APPLE, WINTER, OAK, PINE, TAIL)
    story.commit("Two")
    story.agent("s2", "app.py", APP)
    story.agent("s2", "util.py", UTIL)
    story.commit("Three")
    return repo


def make_colleague(path: Path, origin: GitRepo) -> GitRepo:
    """A clone with native hooks that has of the story only what sharing brings: commits and notes."""
    hub = path.parent / "hub.git"
    run(["git", "init", "-q", "--bare", str(hub)], cwd=path.parent, env=origin.env)
    origin.git("remote", "add", "origin", hub.as_uri())
    origin.git("push", "-q", "--tags", "origin", "main")
    origin.gitprov("sync")
    run(["git", "clone", "-q", "--template=", hub.as_uri(), str(path)], cwd=path.parent, env=origin.env)
    repo = GitRepo(path, origin.env)
    (path / CONFIG).rename(path / "aside")
    repo.install()
    (path / "aside").rename(path / CONFIG)
    repo.gitprov("sync")
    return repo


def copied(template: Path, place: Path, env: dict[str, str], route: str) -> Story:
    """A story of one's own, at the moment where the template ended."""
    shutil.copytree(template, place / "repo", symlinks=True)
    shown = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=place / "repo", env=env, capture_output=True, check=True
    )
    set_clock(env, int(shown.stdout))
    assert clock(env) > 0
    return Story(GitRepo(place / "repo", env), route)
