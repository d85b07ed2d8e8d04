"""`gitprov heal` where nothing is to be done against `git log --notes`: 10,000 commits, half of them with
a note.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common, history, log

ROUNDS = 9
COMMITS = 10_000
#: Milliseconds that a pull may wait where there is nothing to do.
ALONE = 50


def commits() -> Iterator[bytes]:
    """200 files in turns; every other commit has the trailer of its trace."""
    for n in range(COMMITS):
        content = b"".join(b"value_%d = %d\n" % (k, n) for k in range(log.LINES))
        trailer = f"\nAI-Trace: {history.trace_id(n)}\n" if n % 2 else ""
        said = f"Change {n}\n\nWhy this was done, in a few words.\n{trailer}"
        yield history.commit(n, log.path(n), content, said)


def prepare(root: Path, env: Mapping[str, str]) -> None:
    """The repository with its notes; those commits that have none need none."""
    oids = history.make(root, env, commits())
    ranges = {"ai": "1-5,9-10", "edited": "6-7"}
    rows = [
        (oid, history.note(oid, n, log.path(n), ranges, log.LINES)) for n, oid in enumerate(oids) if n % 2
    ]
    history.feed(root, env, history.notes(rows))


def rows() -> list[common.Row]:
    """Three rows: a run like any other, the first one, which has to look into each commit without a note, and
    what a pull pays for the run that nobody asked for.
    """
    with common.place() as (top, env):
        root = top / "repo"
        prepare(root, env)

        def first() -> float:
            for remembered in (root / ".git/gitprov").glob("heal-*"):
                remembered.unlink()
            return common.measured(["gitprov", "heal"], cwd=root, env=env).seconds

        patches = ["git", "log", "-p", "--notes=gitprov"]
        shown, once = common.alternately(
            ROUNDS // 3, lambda: common.measured(patches, cwd=root, env=env).seconds, first
        )
        git, ours = common.alternately(
            ROUNDS,
            lambda: common.measured(["git", "log", "--notes=gitprov"], cwd=root, env=env).seconds,
            lambda: common.measured(["gitprov", "heal"], cwd=root, env=env).seconds,
        )
        hook = [sys.executable, "-I", "-m", "gitprov", "hook", "post-merge", "0"]
        (root / ".git/gitprov/active").touch()
        common.measured(hook, cwd=root, env=env)
        alone = min(common.measured(hook, cwd=root, env=env).seconds for _ in range(2 * ROUNDS))
    return [
        common.Row(
            "`gitprov heal` with nothing to do, 10,000 commits, 5,000 notes",
            "≤ 3 × `git log --notes`",
            f"{common.ms(ours)} against {common.ms(git)}: {ours / git:.2f} ×",
            ours / git / 3,
        ),
        common.Row(
            "the same, first run",
            "≤ 4 × `git log -p --notes`",
            f"{common.ms(once)} against {common.ms(shown)}: {once / shown:.2f} ×",
            once / shown / 4,
        ),
        common.Row(
            "the run by itself after a pull, nothing new",
            f"≤ {ALONE} ms",
            common.ms(alone),
            alone * 1000 / ALONE,
        ),
    ]


if __name__ == "__main__":
    common.main(rows)
