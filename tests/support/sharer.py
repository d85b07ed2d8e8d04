"""One clone of two that share at the same moment: writes a note and syncs, each time a line comes on stdin.

Run as `python sharer.py <name>` in the clone. Commits to write notes for are read from the first line, joined by
spaces; each further line starts a round; an answer on stdout ends it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(name: str) -> int:
    """Share until stdin ends."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from gitprov.errors import GitprovError
    from gitprov.flow.share.sync import SyncOptions, choose, sync
    from gitprov.git.repo import Repository
    from gitprov.git.write import RefChange, write
    from gitprov.model.notes.note import Note
    from gitprov.model.notes.rows import HumanRow
    from gitprov.store import notes

    with Repository.discover(os.getcwd(), dict(os.environ)) as repo:
        commits = sys.stdin.readline().split()
        (remote,), known = choose(repo, [])
        for n, _ in enumerate(sys.stdin):
            row = HumanRow.make(f"{name}-{n}", files={})
            new = {commits[n % len(commits)]: Note([row])}

            def build(refs: dict[str, str], new: dict[str, Note] = new) -> list[RefChange]:
                return [notes.change(repo, refs.get(notes.REF), new, "x")]

            write(repo, "A <a@example.com> 1 +0000", build, [notes.REF])
            try:
                sync(repo, remote, known, SyncOptions())
                words = "done"
            except GitprovError as error:
                words = f"failed: {error.message}"
            sys.stdout.write(words + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
