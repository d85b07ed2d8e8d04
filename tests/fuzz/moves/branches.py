"""Branches, merges and work trees."""

from __future__ import annotations

from random import Random

from tests.fuzz.game import PEOPLE, SESSIONS, Game, Skip
from tests.fuzz.lines import UNKNOWN, Author, ai, bare, person
from tests.fuzz.moves import move

MOST_BRANCHES = 4
MOST_TREES = 2


@move(6)
def new_branch(game: Game, rng: Random) -> str:
    """A branch, here or at another one, and over to it; the work tree may be dirty."""
    if len(game.git.branches()) >= MOST_BRANCHES:
        raise Skip
    name = game.name("branch")
    start = game.pick(rng, [*game.git.branches(), "HEAD"])
    return _switch(game, "-c", name, start)


@move(16)
def switch(game: Game, rng: Random) -> str:
    """Over to another branch; the work tree may be dirty, and git says whether it goes."""
    return _switch(game, game.pick(rng, list(game.git.branches())))


def _switch(game: Game, *words: str) -> str:
    """Pending renames do not go over to another branch."""
    if any(tree == game.git.here for tree, _ in game.renamed) or not game.git.worked("switch", "-q", *words):
        raise Skip
    return f"git switch {' '.join(words)}"


@move(6)
def merge(game: Game, rng: Random) -> str:
    """Another branch is merged; a conflict is resolved by a model, by a person, or given up."""
    if any(tree == game.git.here for tree, _ in game.renamed):
        raise Skip
    head = game.git.head()
    others = [name for name, oid in game.git.branches().items() if oid != head.oid]
    other = game.pick(rng, others)
    words = ["merge", "-q", "--no-edit", *rng.choice(([], ["--no-ff"])), other]
    if game.git.worked(*words):
        if game.git.head() == head:
            raise Skip
        if not game.is_sound():
            game.git.run("reset", "-q", "--merge", head.oid)
            return f"git {' '.join(words)}, and taken back"
        return f"git {' '.join(words)}"
    how = resolve(game, rng)
    if how is None:
        if not game.git.worked("merge", "--abort"):
            game.git.attempt("reset", "-q", "--merge")
        return f"git {' '.join(words)}, given up"
    game.git.run("commit", "-q", "--no-edit")
    return f"git {' '.join(words)}, {how}"


def resolve(game: Game, rng: Random) -> str | None:
    """Resolve what is in conflict and stage it; None where it cannot be, or somebody has had enough.

    What both sides did is done. Then a model or a person may add lines, and remove some.
    """
    author = rng.choice([ai(rng.choice(SESSIONS)), person(rng.choice(PEOPLE)), UNKNOWN, None, None])
    conflicts = game.git.unmerged()
    if not conflicts or any(set(stages) != {1, 2, 3} for stages in conflicts.values()) or rng.random() < 0.1:
        return None
    for path, stages in conflicts.items():
        lines = _united(game, *(stages[n] for n in (1, 2, 3)))
        before = game.git.disk()[path]
        if author is not None:
            _touch(game, rng, lines, author)
        game.git.write(path, lines)
        if author is not None and author != UNKNOWN:
            game.report(path, before, lines, author)
        game.git.run("add", "--", path)
    return f"resolved by {author or 'taking both'}: {', '.join(conflicts)}"


def _united(game: Game, base: list[str], ours: list[str], theirs: list[str]) -> list[str]:
    """What both sides made of a file. Of two wordings of a line one is taken, and of two indentations ours."""
    sides = [{bare(line): line for line in side} for side in (base, ours, theirs)]
    found: dict[str, str] = {}
    for text in {**sides[2], **sides[1]}:
        if text not in sides[0] or (text in sides[1] and text in sides[2]):
            found.setdefault(game.ledger.first(text), sides[1].get(text) or sides[2][text])
    return game.ledger.in_order(list(found.values()))


def _touch(game: Game, rng: Random, lines: list[str], author: Author) -> None:
    at = rng.randint(0, len(lines))
    low = lines[at - 1] if at else None
    high = lines[at] if at < len(lines) else None
    lines[at:at] = game.ledger.write(author, rng.randint(1, 3), low, high, rng)
    if len(lines) > 6 and rng.random() < 0.3:
        del lines[rng.randrange(len(lines))]


@move(3)
def new_worktree(game: Game, rng: Random) -> str:
    """A linked work tree with a branch of its own."""
    if len(game.git.trees) > MOST_TREES:
        raise Skip
    name, branch = game.name("tree"), game.name("branch")
    start = game.pick(rng, list(game.git.branches()))
    game.git.run("worktree", "add", "-q", "-b", branch, str(game.git.room / name), start)
    game.git.trees[f"worktrees/{name}"] = str(game.git.room / name)
    return f"git worktree add {name} at {start}"


@move(8)
def other_worktree(game: Game, rng: Random) -> str:
    """Work goes on in another work tree."""
    here = game.pick(rng, [tree for tree in game.git.trees if tree != game.git.here])
    game.git.here = here
    return f"cd {here}"
