"""A remote that puts other contents in place of a generation's files does not replace ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gitprov.model import canonical, generation
from gitprov.store import generations
from tests.support.repo import GENERATIONS_REF, GitRepo
from tests.support.sharing import people

TEXT = b"write a parser\n"
AFTER = b"def parse(): ...\n"
RULES = b"use tabs\n"


def stream(files: Mapping[str, bytes], start: str = "") -> bytes:
    """A fast-import stream of one commit on the generations ref."""
    head = f"commit {GENERATIONS_REF}\ncommitter A <a@x> 1769940000 +0000\ndata 1\nx\n{start}".encode()
    return head + b"".join(
        b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)
        for path, data in files.items()
    )


def store(repo: GitRepo) -> dict[str, bytes]:
    """Path → content of the files of one whole generation."""
    after = repo.git("hash-object", "-w", "--stdin", input=AFTER).stdout.strip()
    record = generation.seal(
        {
            "v": generation.VERSION,
            "at": "2026-02-01T10:00:00Z",
            "agent": {"name": "claude-code", "version": None},
            "prompt": {"digest": canonical.digest(TEXT), "available": True, "redactions": 0},
            "output": {"digest": None, "available": False, "redactions": 0},
            "edits": [{"path": "a.py", "before": None, "after": after, "raw_lines": 1}],
            "instructions": [{"path": "AGENTS.md", "digest": canonical.digest(RULES)}],
        }
    )
    top = generations.directory(str(record["id"]))
    return {
        f"{top}/record.json": canonical.dump_line(record),
        f"{top}/prompt.txt": TEXT,
        f"{top}/files/0.after": AFTER,
        generations.instruction_path(canonical.digest(RULES)): RULES,
    }


def smaller(repo: GitRepo, content: bytes) -> bytes:
    """Another content whose blob id sorts before the one of `content`."""
    limit = repo.git("hash-object", "--stdin", input=content).stdout
    return next(
        data
        for data in (content + b"%d\n" % n for n in range(10_000))
        if repo.git("hash-object", "--stdin", input=data).stdout < limit
    )


@pytest.mark.slow
@pytest.mark.parametrize("part", ["record.json", "prompt.txt", "files/0.after", "instructions/"])
@pytest.mark.parametrize("forward", [False, True], ids=["apart", "forward"])
def test_what_does_not_match_its_digest_replaces_nothing(
    tmp_path: Path, env: dict[str, str], part: str, forward: bool
) -> None:
    """The content that fits the record stays, whichever id is smaller; the next push mends the remote."""
    remote, (alice, bob) = people(tmp_path, env)
    for clone in (alice, bob):
        clone.git("config", "gitprov.share.generations", "true")
    whole = store(bob)
    bob.git("fast-import", "--quiet", input=stream(whole))
    bob.gitprov("sync")
    path = next(name for name in whole if part in name)
    trap = smaller(bob, whole[path])
    start = f"from {GENERATIONS_REF}^0\n" if forward else ""
    remote.git("fast-import", "--quiet", "--force", input=stream({**whole, path: trap}, start))
    bob.gitprov("sync")
    alice.gitprov("sync")
    for clone in (bob, alice, remote):
        assert clone.git_bytes("cat-file", "blob", f"{GENERATIONS_REF}:{path}") == whole[path]
