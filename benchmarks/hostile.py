"""Notes of up to twelve megabytes that are meant to hurt whoever reads them: what the commands take, per started ten
megabytes, beyond what they take of the same commit with a note of one short row.

`benchmarks/hostile.py` measures some kinds of notes, `benchmarks/hostile.py all` all, `benchmarks/hostile.py KIND ...` those.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from tests.support import hostile

#: Lines of the file that the notes are about.
LINES = 40_000
KINDS = ("many-rows", "many-lines-apart", "many-deleted", "long-ranges")
#: Seconds of processor time, and megabytes of the largest process, per started 10 MB of note.
SECONDS, MEGABYTES = 2.0, 300.0
READERS = (
    "git ai-blame --json a.py",
    "git ai-blame --show-prompt a.py",
    "git ai-log --json",
    "gitprov show HEAD",
    "gitprov show HEAD --json",
    "gitprov verify",
    "gitprov doctor",
    "gitprov status",
    "gitprov check trace --range HEAD~1..HEAD",
    "gitprov check security --range HEAD~1..HEAD",
    "gitprov disclose",
    "gitprov export git-ai --out ../exported",
    "gitprov export agent-trace --out ../exported",
    "gitprov export csv --out ../exported",
    "gitprov push otlp --dry-run --endpoint http://127.0.0.1:1",
    "gitprov index",
    "gitprov stats",
    "gitprov trace gen_20260201_0000000001",
    "gitprov report --html ../pages",
    "gitprov report --range HEAD~1..HEAD --html ../change.html",
    "gitprov heal",
)
WRITERS = {
    "amend": "git commit -q -a --amend -m Again",
    "review": "gitprov review HEAD --by B<b@x>",
    "rebase": "git rebase -q --force-rebase HEAD~1",
    "heal of a copy": "gitprov heal",
    "joined": "git commit -q -m Joined",
    "sync": "gitprov sync",
}


def prepare(root: Path, env: Mapping[str, str], note: bytes) -> None:
    """A repository with hooks and a remote, whose last commit adds a.py and has the note."""
    remote = root.parent / "remote"
    common.run(["git", "init", "-q", "--bare", str(remote)], cwd=root.parent, env=env)
    common.run(["git", "clone", "-q", str(remote), str(root)], cwd=root.parent, env=env)
    common.run(["git", "commit", "-q", "--allow-empty", "-m", "Start"], cwd=root, env=env)
    (root / "a.py").write_text("".join(f"line_{n} = {n}\n" for n in range(LINES)))
    common.run(["git", "add", "-A"], cwd=root, env=env)
    common.run(["git", "commit", "-q", "-m", "Add\n\nAI-Trace: gen_20260201_0000000001"], cwd=root, env=env)
    common.run(["git", "push", "-q", "origin", "HEAD"], cwd=root, env=env)
    blob = (
        common.run(["git", "hash-object", "-w", "--stdin"], cwd=root, env=env, stdin=note)
        .stdout.decode()
        .strip()
    )
    common.run(["git", "notes", "--ref=gitprov", "add", "-C", blob, "HEAD"], cwd=root, env=env)
    common.run(["gitprov", "install", "--agents", "none"], cwd=root, env=env)


def ready(root: Path, env: Mapping[str, str], work: str) -> None:
    """The repository before one of the writers, whatever the one before it has made."""
    start = "refs/heads/start"
    common.run(["git", "switch", "-q", "-C", "main", start], cwd=root, env=env)
    if work == "amend":
        lines = (root / "a.py").read_text().splitlines(keepends=True)
        (root / "a.py").write_text(
            "".join("x" + line if n % 3 == 0 else line for n, line in enumerate(lines))
        )
    elif work == "heal of a copy":
        tree = common.run(
            ["git", "commit-tree", "-p", "HEAD~1", "-m", "Add", "HEAD^{tree}"], cwd=root, env=env
        )
        common.run(["git", "reset", "-q", "--hard", tree.stdout.decode().strip()], cwd=root, env=env)
    elif work == "joined":
        common.run(["git", "switch", "-q", "-c", "joined", f"{start}~1"], cwd=root, env=env)
        common.run(["git", "merge", "-q", "--squash", start], cwd=root, env=env)


def beyond(note: bytes, plain: Mapping[str, common.Cost]) -> Iterator[tuple[str, common.Cost]]:
    """What each command takes with a note beyond the costs `plain`, per started ten megabytes."""
    share = max(len(note) / 10e6, 1)
    for command, cost in costs(note):
        base = plain[command]
        yield (
            command,
            common.Cost(
                cost.seconds,
                max(cost.megabytes - base.megabytes, 0) / share,
                max(cost.processor - base.processor, 0) / share,
            ),
        )


def costs(note: bytes) -> Iterator[tuple[str, common.Cost]]:
    """What each command takes with a note."""
    with common.place() as (top, env):
        root = top / "repo"
        prepare(root, env, note)
        common.run(["git", "branch", "start"], cwd=root, env=env)
        for command in READERS:
            shutil.rmtree(top / "pages", ignore_errors=True)
            yield command, common.measured(command.split(), cwd=root, env=env, ok=(0, 1, 3))
        for work, command in WRITERS.items():
            ready(root, env, work)
            yield work, common.measured(command.split(), cwd=root, env=env, ok=(0, 1, 3))


def rows(kinds: Sequence[str] = KINDS) -> list[common.Row]:
    """A row per command, of the kind of note that costs it most."""
    most: dict[str, tuple[common.Cost, str]] = {}
    plain = dict(costs(hostile.short_traces(1)))
    for kind in kinds:
        for command, cost in beyond(hostile.BIG[kind](), plain):
            print(
                json.dumps([kind, command, round(cost.processor, 2), round(cost.megabytes)]), file=sys.stderr
            )
            if command not in most or cost.processor > most[command][0].processor:
                most[command] = cost, kind
    return [
        common.Row(
            f"`{command}`, a note of {kind}",
            "≤ 2 s of processor time, ≤ 300 MB",
            f"{cost.processor:.2f} s, {cost.megabytes:.0f} MB",
            max(cost.processor / SECONDS, cost.megabytes / MEGABYTES),
        )
        for command, (cost, kind) in most.items()
    ]


if __name__ == "__main__":
    names = sys.argv[1:]
    common.main(lambda: rows(tuple(hostile.BIG) if names == ["all"] else names or KINDS))
