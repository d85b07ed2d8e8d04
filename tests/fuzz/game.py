"""One history under way: the repository, the model beside it, and the people and sessions that work in it."""

from __future__ import annotations

import json
from random import Random
from typing import NamedTuple

from gitprov.flow.capture.dispatch import capture
from gitprov.flow.capture.moment import Moment
from tests.fuzz import ask
from tests.fuzz.git import Files, Git, content
from tests.fuzz.lines import Author, Ledger, bare
from tests.fuzz.model import Model, ModelError, texts_of
from tests.support import sealed

SESSIONS = ("s1", "s2", "s3")
PEOPLE = ("Alice <alice@example.com>", "Bob <bob@example.com>")

#: So much of a file's lines has to be as it was for git to see a rename without any doubt.
SURELY_RENAMED = 0.75


class Skip(Exception):
    """The move cannot be made as things stand."""


class Stash(NamedTuple):
    """A stash: its message, and the work tree it was made in."""

    name: str
    tree: str


class Game:
    """What the moves play with."""

    def __init__(self, git: Git) -> None:
        self.git = git
        self.ledger = Ledger()
        self.model = Model(self.ledger)
        self.stashes: list[Stash] = []
        self.replaced: str | None = None
        #: Whether the commits that come now hold lines of others again.
        self.carrying = False
        #: Whether the product need not know that: then a line is what it was, or nobody's.
        self.doubtful = False
        self._serials: dict[str, int] = {}
        #: (work tree, path) → the lines it had under the name that HEAD knows, while a rename waits for its commit.
        self.renamed: dict[tuple[str, str], list[str]] = {}
        #: (work tree, path) → the lines that a file had after the last edit that an event told of.
        self.told: dict[tuple[str, str], list[str]] = {}
        #: (work tree, path) of files that came out of a stash, and that no event has shown since.
        self.popped: set[tuple[str, str]] = set()
        self._seen: dict[tuple[str, str], object] = {}
        self._known: list[str] = []
        #: Text → the names of files that a commit has had it in.
        self._paths: dict[str, set[str]] = {}
        self._unchecked: set[tuple[str, str]] = set()
        self.observe()

    # -- names -----------------------------------------------------------------------------------------------------

    def name(self, kind: str) -> str:
        """A name that was never used: `kind1`, then `kind2`."""
        self._serials[kind] = self._serials.get(kind, 0) + 1
        return f"{kind}{self._serials[kind]}"

    def pick(self, rng: Random, paths: list[str]) -> str:
        """One of the paths; Skip where there is none."""
        if not paths:
            raise Skip
        return rng.choice(sorted(paths))

    # -- typing ------------------------------------------------------------------------------------------------------

    def type(self, path: str, lines: list[str], author: Author, recorded: bool = True) -> None:
        """Somebody changes a file of the work tree. What models and (if `recorded`) people do, an event tells."""
        disk = self.git.disk()
        self.keeps_its_name(path, lines)
        self.git.write(path, lines)
        if recorded:
            self.report(path, disk.get(path), lines, author)

    def report(self, path: str, before: list[str] | None, after: list[str], author: Author) -> None:
        """Tell `gitprov capture generic` of an edit."""
        self.told[self.git.here, path] = after
        self.popped.discard((self.git.here, path))
        row: dict[str, object] = {"v": 1, "path": path, "before": None if before is None else content(before)}
        row["after"] = content(after)
        if author.cls == "human":
            row |= {"type": "human", "human": author.who}
        else:
            turn = self.name(f"turn of {author.who} ")
            row |= {"type": "ai", "agent": "tool", "model": "model-1", "session": author.who, "turn": turn}
            row |= {"prompt": f"Do {turn}", "output": f"Did {turn}"}
        moment = Moment(sealed.clock(self.git.env), self.git.env, self.git.cwd)
        problem = capture("generic", json.dumps(row).encode(), moment)
        if problem is not None:
            raise ask.Mismatch(f"capture: {problem}")

    def keeps_its_name(self, path: str, lines: list[str]) -> None:
        """Skip where a file that waits for the commit of its new name would hardly be the same file any more."""
        before = self.renamed.get((self.git.here, path))
        if before is not None and not alike(before, lines):
            raise Skip

    def is_popped(self, path: str) -> bool:
        """Whether what nobody reports has to leave a file alone.

        Git does not tell that a stash was popped. Its lines are known by standing there as they stood in it, until an event
        shows the file: what somebody makes of them before that may as well be somebody's own work.
        """
        key = (self.git.here, path)
        if key in self.popped and self.git.disk().get(path) == self.git.files(self.git.head().oid).get(path):
            self.popped.remove(key)
        return key in self.popped

    def protected(self, path: str, disk: Files, passed: bool) -> set[str]:
        """Texts that have to stay on disk, since the index holds a version that no event and no file shows.

        `passed`: the edit is an event, which shows what the file was until now.
        """
        staged = self.git.staged().get(path)
        if staged is None or (passed and staged == disk.get(path)):
            return set()
        committed = self.git.files(self.git.head().oid).get(path, [])
        return {bare(line) for line in staged} - {bare(line) for line in committed}

    # -- commits -----------------------------------------------------------------------------------------------------

    def would_copy(self, files: Files) -> bool:
        """Whether a line would stand in two files, as when half a rename is committed."""
        try:
            texts_of(files)
        except ModelError:
            return True
        return False

    def is_sound(self) -> bool:
        """Whether the model has an answer for what git has made of commits: no line twice, all in their order."""
        for commit in self.git.new_commits(self._known):
            files = self.git.files(commit.oid)
            if self.would_copy(files) or self.ledger.overlap(
                line for lines in files.values() for line in lines
            ):
                return False
            if any(self.ledger.in_order(lines) != lines for lines in files.values()):
                return False
            if len(commit.parents) == 1 and not renames_surely(self.git.files(commit.parents[0]), files):
                return False
        return True

    def stands_elsewhere(self, text: str) -> bool:
        """Whether a line that the work tree has stands in a commit, an index or a stash too."""
        if self.model.held(text):
            return True
        aside = self.git.run("stash", "list", "--format=%H").split()
        places = [self.git.files(f"{oid}{part}") for oid in aside for part in ("", "^2")]
        here = self.git.here
        for tree in self.git.trees:
            self.git.here = tree
            places += [self.git.staged()] if tree == here else [self.git.staged(), self.git.disk()]
        self.git.here = here
        return any(text in map(bare, lines) for files in places for lines in files.values())

    def observe(self) -> None:
        """Tell the model of new commits, and remember the paths that they changed for the next check."""
        changed: set[str] = set()
        for commit in self.git.new_commits(self._known):
            files = self.git.files(commit.oid)
            before = self.git.files(commit.parents[0]) if commit.parents else {}
            changed |= {path for path in files.keys() | before.keys() if files.get(path) != before.get(path)}
            doubtful = self._doubtful(files) if self.carrying else ()
            indented = self._indented() if self.replaced else ()
            self.model.learn(commit, files, self.replaced, self.carrying, doubtful, indented)
            self._known.append(commit.oid)
            for path in changed & files.keys():
                for line in files[path]:
                    self._paths.setdefault(bare(line), set()).add(path)
        self.forget()
        self._unchecked |= {(self.git.here, path) for path in changed}
        for path in changed:
            self.renamed.pop((self.git.here, path), None)

    def _indented(self) -> set[str]:
        """Texts of lines that the replaced commit has with an indentation that none of its parents has."""
        assert self.replaced is not None
        parents = self.git.commit(self.replaced).parents
        before = {line for oid in parents for lines in self.git.files(oid).values() for line in lines}
        lines = {line for lines in self.git.files(self.replaced).values() for line in lines}
        return {bare(line) for line in lines - before}

    def _doubtful(self, files: Files) -> set[str]:
        """Lines that the product need not know again where a commit brings them back.

        They were in a file of another name, and git does not see that it is the same one.
        """
        if self.doubtful:
            return texts_of(files)
        found = set()
        for path, lines in files.items():
            for text in map(bare, lines):
                others = self._paths.get(text, set()) - {path}
                if others and any(self._strange(text, other, lines) for other in others):
                    found.add(text)
        return found

    def _strange(self, text: str, path: str, lines: list[str]) -> bool:
        """Whether some commit has a line in a file of that name which is not surely this one."""
        for oid in self._known:
            old = self.git.files(oid).get(path, []) if text in self.model.commits[oid] else []
            if text in map(bare, old) and not alike(old, lines):
                return True
        return False

    def forget(self) -> None:
        """What was said of the coming commits holds no longer."""
        self.replaced, self.carrying, self.doubtful = None, False, False

    # -- judging -----------------------------------------------------------------------------------------------------

    def check(self, thorough: bool = False) -> None:
        """Ask blame about every file that the last move touched, as it is on disk and as it is committed.

        `thorough`: about every file of each work tree and each branch.
        """
        self.observe()
        changed = {path for tree, path in self._unchecked if tree == self.git.here}
        self._unchecked.clear()
        self._check_tree(changed, thorough)
        if thorough:
            here = self.git.here
            for tree in self.git.trees:
                self.git.here = tree
                self._check_tree(set(), thorough)
            self.git.here = here
            for branch in self.git.branches():
                for path in self.git.listing(branch):
                    ask.check_file(self.git, self.model, path, branch)
            if tracked := self._tracked():  # a reset may leave a branch of empty commits
                ask.check_process(self.git, self.pick(Random(0), tracked))

    def _tracked(self) -> list[str]:
        disk = self.git.disk()
        return [path for path in self.git.staged() if path in disk]

    def _check_tree(self, changed: set[str], thorough: bool) -> None:
        head = self.git.head().oid
        committed, disk, staged = self.git.files(head), self.git.disk(), self.git.staged()
        for path, lines in disk.items():
            self.model.check_order(path, lines)
            state = (committed.get(path), lines)
            key = (self.git.here, path)
            if path in staged and (thorough or path in changed or self._seen.get(key) != state):
                ask.check_file(self.git, self.model, path, None)
            self._seen[key] = state
        for path in changed:
            if path in committed and committed[path] != disk.get(path):
                ask.check_file(self.git, self.model, path, head)


def renames_surely(before: Files, files: Files) -> bool:
    """Whether git sees for each file of a commit that is new, and has lines of an old one, that it is that one renamed."""
    was = {bare(line): path for path, lines in before.items() for line in lines}
    for path in files.keys() - before.keys():
        for old in {was[bare(line)] for line in files[path] if bare(line) in was}:
            if not alike(before[old], files[path]):
                return False
    return True


def alike(old: list[str], new: list[str]) -> bool:
    """Whether git would call two contents the same file beyond doubt."""
    kept = len(set(old) & set(new))
    return kept >= max(len(old), len(new)) * SURELY_RENAMED and kept > 2
