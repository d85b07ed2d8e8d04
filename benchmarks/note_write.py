"""Writing one note where 100,000 are there, against `git notes add` in the same repository."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

ROUNDS = 15
NOTES = 100_000


def prepare(root: Path, env: dict[str, str]) -> list[str]:
    """Two notes refs of 100,000 notes each, spread as their writers spread them, and some commits without
    a note.
    """
    root.mkdir()
    common.run(["git", "init", "-q", "."], cwd=root, env=env)
    count = 2 * (ROUNDS + 2)
    stream = ["".join(_commit("refs/heads/main", n, n, "") for n in range(1, count + 1))]
    row = '{"kind":"human","v":1,"id":"h_00000000000000","files":{}}\n'
    stream.append(f"blob\nmark :{count + 1}\ndata {len(row)}\n{row}\n")
    names = [f"{n * 2654435761 % (1 << 32):08x}{n:032x}" for n in range(NOTES)]
    for at, ref in enumerate(("refs/notes/gitprov", "refs/notes/plain")):
        files = "".join(f"M 100644 :{count + 1} {name[:2]}/{name[2:]}\n" for name in names)
        stream.append(_commit(ref, count + 2 + at, 1, files))
    common.run(["git", "fast-import", "--quiet"], cwd=root, env=env, stdin="".join(stream).encode())
    return common.run(["git", "rev-list", "main"], cwd=root, env=env).stdout.decode().split()


def _commit(ref: str, mark: int, moment: int, files: str) -> str:
    who = f"committer Alice <alice@example.com> {1769940000 + moment} +0000"
    return f"commit {ref}\nmark :{mark}\n{who}\ndata 2\nx\n{files}\n"


def rows() -> list[common.Row]:
    """One row. Ours is timed from the open repository on, git's as the process that it is."""
    from gitprov.git.repo import Repository
    from gitprov.git.write import write
    from gitprov.model.notes.note import Note
    from gitprov.store import notes

    with common.place() as (top, env):
        root = top / "repo"
        commits = iter(prepare(root, env))
        text = '{"kind":"human","v":1,"id":"h_00000000000001","files":{"a.py":{"human":"1-3"}}}'

        def ours() -> float:
            oid = next(commits)
            note = Note.parse(text.encode())
            with Repository.discover(str(root), env) as repo:
                start = time.perf_counter()
                write(
                    repo,
                    "Alice <alice@example.com> 1769940000 +0000",
                    lambda refs: [notes.change(repo, refs.get(notes.REF), {oid: note}, "bench")],
                    [notes.REF],
                )
                return time.perf_counter() - start

        def gits() -> float:
            start = time.perf_counter()
            command = ["git", "notes", "--ref=plain", "add", "-m", text, next(commits)]
            subprocess.run(command, cwd=root, env=env, check=True, capture_output=True)
            return time.perf_counter() - start

        bare, full = common.alternately(ROUNDS, gits, ours)
    shown = f"{common.ms(full)} against {common.ms(bare)}: {full / bare:.1f} ×"
    return [
        common.Row(
            f"note write with {NOTES:,} notes present", "≤ 2 × `git notes add`", shown, full / bare / 2
        )
    ]


if __name__ == "__main__":
    common.main(rows)
