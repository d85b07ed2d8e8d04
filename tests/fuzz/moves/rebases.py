"""Rebases of all kinds."""

from __future__ import annotations

from random import Random

from tests.fuzz.game import SESSIONS, Game, Skip
from tests.fuzz.lines import UNKNOWN, ai
from tests.fuzz.moves.edits import edits
from tests.fuzz.moves.rewriting import FruitlessError, finish, rewrites, run, under_way

MOST_PICKS = 6


@rewrites(4)
def rebase(game: Game, rng: Random) -> str:
    """Commits go onto another branch, with either backend, all of them or the last ones, merges too."""
    other = _other(game, rng)
    count = int(game.git.run("rev-list", "--count", f"{other}..HEAD"))
    if not 0 < count <= MOST_PICKS:
        raise Skip
    words = rng.choice(([], [], ["--apply"], ["--rebase-merges"], ["--no-ff"], ["--onto", other]))
    if words[:1] == ["--onto"]:
        return run(game, rng, "rebase", "-q", *words, _base(game, rng, 1))
    return run(game, rng, "rebase", "-q", *words, other)


@rewrites(2, tidy=False)
def pull_rebase(game: Game, rng: Random) -> str:
    """`git pull --rebase --autostash` of another branch; the work tree may be dirty."""
    other = _other(game, rng)
    count = int(game.git.run("rev-list", "--count", f"{other}..HEAD"))
    unclean = game.git.run("diff", "--cached", "--name-only") or any(
        t == game.git.here for t, _ in game.renamed
    )
    if unclean or not 0 < count <= MOST_PICKS:
        raise Skip
    before = game.git.disk()
    words = ["pull", "-q", "--rebase", "--autostash", ".", other]
    done = game.git.attempt(*words)
    if under_way(game, "rebase"):
        game.git.run("rebase", "--abort")
        return f"git {' '.join(words)}, git rebase --abort"
    if done.returncode:
        if game.git.disk() != before:
            raise AssertionError(f"git pull has changed files and failed: {done.stderr!r}")
        raise Skip
    if game.git.unmerged():
        # What was put aside does not go onto what came; it stays in the stash, and there it is left.
        game.git.run("reset", "-q", "--hard")
        game.git.run("stash", "drop", "-q")
        return f"git {' '.join(words)}, the work tree's changes thrown away"
    return f"git {' '.join(words)}"


@rewrites(5)
def rebase_interactive(game: Game, rng: Random) -> str:
    """Commits in another order, dropped, melted, reworded, split in two, amended by a command."""
    base = _base(game, rng, 2)
    oids = game.git.run("rev-list", "--reverse", f"{base}..HEAD").split()
    kind = rng.choice(("reorder", "drop", "fixup", "squash", "reword", "split", "exec", "edit"))
    rows = [f"pick {oid}" for oid in oids]
    at = rng.randrange(len(rows) - 1)
    if kind == "reorder":
        rows[at], rows[at + 1] = rows[at + 1], rows[at]
    elif kind in ("fixup", "squash"):
        rows[at + 1] = f"{kind} {oids[at + 1]}"
    elif kind in ("drop", "reword"):
        rows[at] = f"{kind} {oids[at]}"
    elif kind == "exec":
        rows.insert(at + 1, f"exec {_amendment(game, rng, oids[at])}")
    else:
        rows[at] = f"edit {oids[at]}"
    env = {"GIT_SEQUENCE_EDITOR": f"cp {game.git.note('todo', rows)}"}
    if kind in ("reword", "squash"):
        env["GIT_EDITOR"] = f"cp {game.git.note('message', [game.name('reworded ')])}"
    words = f"git rebase -i {base[:8]}: {kind} {at + 1} of {len(rows)}"
    done = game.git.attempt("rebase", "-q", "-i", base, env=env)
    if done.returncode and not under_way(game, "rebase"):
        raise FruitlessError(words)
    if kind in ("split", "edit") and under_way(game, "rebase") and not game.git.unmerged():
        words += _split(game, rng) if kind == "split" else _edit(game, rng)
    return f"{words} {finish(game, rng, 'rebase')}".rstrip()


def _amendment(game: Game, rng: Random, oid: str) -> str:
    """A command that writes a line into each commit, at the end of one of its files."""
    path = game.pick(rng, [path for path, lines in game.git.files(oid).items() if lines])
    # Behind every line that ever was: nothing can come after it.
    (text,) = game.ledger.write(UNKNOWN, 1, None, None, rng)
    game.ledger.place[text] = 1 + game.ledger.serial
    return f"echo '{text}' >>{path} && git commit -q -a --amend --no-edit"


def _split(game: Game, rng: Random) -> str:
    """`edit`, `git reset HEAD^`, and two commits instead of one."""
    game.git.run("reset", "-q", "HEAD^")
    names = game.git.run("status", "--porcelain", "-uall").splitlines()
    paths = sorted(row[3:] for row in names)
    if not paths:  # an empty commit has nothing to split, and is dropped
        return ""
    part = rng.sample(paths, max(1, len(paths) // 2))
    if len(paths) > 1:
        game.git.run("add", "-A", "--", *part)
    else:
        game.git.run("add", "-p", stdin="y\nn\ny\nn\ny\nn\n")
    if game.git.worked("diff", "--cached", "--quiet"):
        game.git.run("add", "-A")
    game.git.run("commit", "-q", "-m", game.name("part "))
    game.git.run("add", "-A")
    if not game.git.worked("diff", "--cached", "--quiet"):
        game.git.run("commit", "-q", "-m", game.name("part "))
    return f", {part} first"


def _edit(game: Game, rng: Random) -> str:
    """`edit`: a session writes something more into the commit."""
    try:
        said = edits(game, rng, ai(rng.choice(SESSIONS)))
    except Skip:
        return ""
    if rng.random() < 0.5:
        if game.git.attempt("commit", "-q", "-a", "--amend", "--no-edit").returncode:
            raise FruitlessError(said)  # git refuses an amendment that leaves nothing of a commit
    else:
        game.git.run("add", "-u")
    return f", {said}"


@rewrites(2)
def autosquash(game: Game, rng: Random) -> str:
    """A session's change melts into an earlier commit: `git commit --fixup`, `git rebase --autosquash`."""
    base = _base(game, rng, 1)
    oid = rng.choice(game.git.run("rev-list", f"{base}..HEAD").split())
    said = edits(game, rng, ai(rng.choice(SESSIONS)))
    how = rng.choice(("--fixup", "--squash"))
    if game.git.worked("diff", "--quiet"):
        return said
    game.git.run("commit", "-q", "-a", f"{how}={oid}", env={"GIT_EDITOR": "true"})
    game.carrying = False
    game.observe()
    game.carrying = True
    try:
        return f"{said}, git commit {how}={oid[:8]}, " + run(
            game, rng, "rebase", "-q", "-i", "--autosquash", base, env={"GIT_SEQUENCE_EDITOR": "true"}
        )
    except FruitlessError as error:
        game.git.run("rebase", "--abort")
        return f"{said}, git commit {how}={oid[:8]}, {error}"


def _other(game: Game, rng: Random) -> str:
    head = game.git.head().oid
    return game.pick(rng, [name for name, oid in game.git.branches().items() if oid != head])


def _base(game: Game, rng: Random, least: int) -> str:
    """A commit a few plain ones behind HEAD, with at least `least` between."""
    oids: list[str] = []
    oid = game.git.head()
    while len(oid.parents) == 1 and len(oids) < MOST_PICKS - 2:
        oids.append(oid.parents[0])
        oid = game.git.commit(oid.parents[0])
    if len(oids) < least:
        raise Skip
    return rng.choice(oids[least - 1 :])
