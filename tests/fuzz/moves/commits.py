"""Staging and committing, whole and in parts."""

from __future__ import annotations

from random import Random

from tests.fuzz.game import Game, Skip, renames_surely
from tests.fuzz.git import Files
from tests.fuzz.lines import bare
from tests.fuzz.moves import move


@move(24)
def stage(game: Game, rng: Random) -> str:
    """`git add` of one file or of all."""
    disk, staged = game.git.disk(), game.git.staged()
    if rng.random() < 0.5:
        game.git.run("add", "-A")
        return "git add -A"
    path = game.pick(rng, [path for path, lines in disk.items() if staged.get(path) != lines])
    game.git.run("add", "--", path)
    return f"git add {path}"


@move(8)
def stage_hunks(game: Game, rng: Random) -> str:
    """`git add -p`, with an answer for each hunk."""
    path = _changed(game, rng)
    answers = [rng.choice("yns") for _ in range(12)]
    game.git.run("add", "-p", "--", path, stdin="\n".join([*answers, "q", ""]))
    return f"git add -p {path}: {''.join(answers)}"


@move(18)
def stage_lines(game: Game, rng: Random) -> str:
    """Any part of a file's changes goes into the index, as editors do it line by line."""
    path = _changed(game, rng)
    old, new = game.git.staged()[path], game.git.disk()[path]
    texts = {bare(line): line for line in old}
    after = {bare(line): line for line in new}
    for text in sorted(texts.keys() ^ after.keys()):
        if rng.random() < 0.5:
            continue
        if text in after:
            texts[text] = after[text]
        else:
            del texts[text]
    lines = game.ledger.in_order(list(texts.values()))
    game.keeps_its_name(path, lines)
    if _two_wordings(game, lines):
        raise Skip
    game.git.stage(path, lines)
    return f"staged {len(lines)} lines of {path}, by hand"


@move(8)
def unstage(game: Game, rng: Random) -> str:
    """`git restore --staged`."""
    staged, head = game.git.staged(), game.git.files(game.git.head().oid)
    path = game.pick(rng, [path for path in head if staged.get(path) != head[path] and path in staged])
    game.git.run("restore", "--staged", "--", path)
    return f"git restore --staged {path}"


@move(12)
def commit(game: Game, rng: Random) -> str:
    """`git commit` of what is staged."""
    staged = game.git.staged()
    _worth_it(game, staged)
    return _commit(game, rng)


@move(6)
def commit_all(game: Game, rng: Random) -> str:
    """`git add -A` and `git commit`, or `git commit -a`."""
    disk, staged = game.git.disk(), game.git.staged()
    if rng.random() < 0.6:
        game.git.run("add", "-A")
        _worth_it(game, game.git.staged())
        return "git add -A, " + _commit(game, rng)
    _worth_it(game, {path: disk[path] for path in staged if path in disk})
    return _commit(game, rng, "-a")


@move(3)
def commit_path(game: Game, rng: Random) -> str:
    """`git commit PATH`: another index than the one that is there."""
    disk, staged, head = game.git.disk(), game.git.staged(), game.git.files(game.git.head().oid)
    path = game.pick(rng, [path for path in disk if path in staged and head.get(path) != disk[path]])
    _worth_it(game, {**head, path: disk[path]})
    return _commit(game, rng, "--", path)


@move(4)
def amend(game: Game, rng: Random) -> str:
    """`git commit --amend`, with or without changes, with the old message or a new one."""
    old = game.git.head()
    if not old.parents:
        raise Skip
    words = ["--amend"]
    files = game.git.staged()
    if rng.random() < 0.4:
        words.append("-a")
        disk = game.git.disk()
        files = {path: disk[path] for path in files if path in disk}
    _fit(game, files, old.parents[0])
    if files in [game.git.files(parent) for parent in old.parents]:
        raise Skip
    words += rng.choice((["--no-edit"], ["-m", game.name("amended ")]))
    if rng.random() < 0.2:
        words.append("-n")
    game.replaced = old.oid
    game.git.run("commit", "-q", *words)
    return f"git commit {' '.join(words)}"


def commit_everything(game: Game, rng: Random) -> str:
    """`git add -A` and `git commit` where the work tree is not clean; nothing otherwise."""
    if not game.git.run("status", "--porcelain"):
        return ""
    if rng.random() < 0.3:
        raise Skip
    staged, disk = game.git.staged(), game.git.disk()
    if game.would_copy(disk):
        raise Skip
    if disk == game.git.files(game.git.head().oid):
        if staged != disk:
            game.git.run("add", "-A")
        return "git add -A"
    _fit(game, disk)
    game.git.run("add", "-A")
    return "git add -A, " + _commit(game, rng)


def _commit(game: Game, rng: Random, *words: str) -> str:
    options = ["-m", game.name("commit ")]
    if rng.random() < 0.1:
        options.append("--no-verify")
    game.git.run("commit", "-q", *options, *words)
    return f"git commit {' '.join([*options, *words])}"


def _worth_it(game: Game, files: Files) -> None:
    """Skip where these files are what HEAD has, or cannot be committed."""
    if files == game.git.files(game.git.head().oid):
        raise Skip
    _fit(game, files)


def _fit(game: Game, files: Files, base: str | None = None) -> None:
    """Skip where half a rename would be committed, which git takes for a copy, or one that git would not see as such.

    `base` is the coming commit's first parent where that is not HEAD.
    """
    if game.would_copy(files):
        raise Skip
    if not renames_surely(game.git.files(base or game.git.head().oid), files):
        raise Skip


def _changed(game: Game, rng: Random) -> str:
    """A file of the index that is different on disk and not being renamed."""
    disk, staged = game.git.disk(), game.git.staged()
    waiting = {path for tree, path in game.renamed if tree == game.git.here}
    found = [path for path, lines in staged.items() if path in disk and disk[path] != lines]
    return game.pick(rng, [path for path in found if path not in waiting])


def _two_wordings(game: Game, lines: list[str]) -> bool:
    """Whether a line would stand in two wordings."""
    first = [game.ledger.first(bare(line)) for line in lines]
    return len(set(first)) < len(first)
