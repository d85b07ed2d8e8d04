"""`gitprov sync` of 100 new notes where 100,000 are there, against the push and the fetch of the same ref
by hand.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

NOTES = 100_000
NEW = 100
REF = "refs/notes/gitprov"


def prepare(top: Path, env: dict[str, str]) -> tuple[Path, Path]:
    """A remote with 100,000 notes, and a clone that has them all."""
    hub, clone = top / "hub.git", top / "clone"
    for path, args in ((hub, ["--bare"]), (clone, [])):
        path.mkdir()
        common.run(["git", "init", "-q", *args, "."], cwd=path, env=env)
    feed(hub, env, "1", range(NOTES), None)
    common.run(["git", "remote", "add", "origin", hub.as_uri()], cwd=clone, env=env)
    common.run(["gitprov", "sync", "-q"], cwd=clone, env=env)
    return hub, clone


def feed(repo: Path, env: dict[str, str], name: str, numbers: range, base: str | None) -> None:
    """Notes for commits that nobody has."""
    text = f'{{"kind":"human","v":1,"id":"h_{name}","files":{{"a.py":{{"human":"1-3"}}}}}}\n'
    start = f"from {base}\n" if base else ""
    rows = [f"commit {REF}\ncommitter A <a@example.com> 1769940000 +0000\ndata 1\nx\n{start}"]
    for n in numbers:
        oid = f"{n * 2654435761 % (1 << 32):08x}{n:032x}"
        rows.append(f"M 100644 inline {oid[:2]}/{oid[2:]}\ndata {len(text)}\n{text}\n")
    common.run(["git", "fast-import", "--quiet"], cwd=repo, env=env, stdin="".join(rows).encode())


def rows() -> list[common.Row]:
    """Two rows: only we have something new; both sides have."""
    return [measured("ours alone is new", False), measured("both sides have new ones", True)]


def measured(words: str, both: bool) -> common.Row:
    """By hand, both sides new means a fetch, a `git notes merge` and a push."""
    with common.place() as (top, env):
        kept = top / "kept"
        kept.mkdir()
        prepare(kept, env)
        for path, start in ((kept / "clone", NOTES), (kept / "hub.git", NOTES + NEW)):
            if path.name == "clone" or both:
                feed(path, env, "2", range(start, start + NEW), f"{REF}^0")

        def timed(*commands: list[str]) -> float:
            for name in ("hub.git", "clone"):
                shutil.rmtree(top / name, ignore_errors=True)
                shutil.copytree(kept / name, top / name)
            common.run(
                ["git", "config", "remote.origin.url", (top / "hub.git").as_uri()], cwd=top / "clone", env=env
            )
            start = time.perf_counter()
            for command in commands:
                common.run(command, cwd=top / "clone", env=env)
            return time.perf_counter() - start

        theirs = "refs/notes/theirs"
        fetch = ["git", "fetch", "-q", "origin", f"+{REF}:{theirs}"]
        merge = ["git", "notes", f"--ref={REF}", "merge", "-q", "-s", "cat_sort_uniq", theirs]
        push = ["git", "push", "-q", "origin", REF]
        hand, ours = common.alternately(
            1 if both else 4,  # by hand, a merge takes many seconds
            lambda: timed(fetch, *([merge] if both else []), push),
            lambda: timed(["gitprov", "sync", "-q"]),
        )
    shown = f"{common.ms(ours)} against {common.ms(hand)}: {ours / hand:.1f} ×"
    steps = "`git fetch`, `git notes merge`, `git push`" if both else "`git fetch` and `git push`"
    budget = 2.0 if both else 3.0
    return common.Row(
        f"`gitprov sync`, {NEW} new notes beside {NOTES:,}, {words}",
        f"≤ {budget:.0f} × {steps} by hand",
        shown,
        ours / hand / budget,
    )


if __name__ == "__main__":
    common.main(rows)
