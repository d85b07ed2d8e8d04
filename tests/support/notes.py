"""Notes and generations written by git alone, in the documented format, for tests that only read."""

from __future__ import annotations

import json
from typing import Any

from tests.support.repo import GENERATIONS_REF, NOTES_REF, GitRepo

TRACE = "gen_20260201_0b9c41d2e7"
OTHER = "gen_20260202_aaaaaaaaaa"


def trace_row(files: dict[str, Any], **fields: object) -> dict[str, Any]:
    """A row of kind `trace` with all its fields; `fields` replaces some."""
    return {
        "kind": "trace", "v": 1, "id": TRACE, "agent": "claude-code", "model": "claude-opus-4-5-20251101",
        "session": "0b9c", "at": "2026-02-01T10:00:04Z", "prompt": "sha256:" + "1" * 64, "key": "9f0c",
        "prompt_version": "v2.4.1", "human": "Alice <alice@example.com>", "evidence": "captured", "files": files,
        "delta": {"raw": 10, "kept": 7, "edited": 2, "dropped": 1, "pending": 0}, **fields,
    }  # fmt: skip


def human_row(files: dict[str, Any], author: str = "Alice <alice@example.com>") -> dict[str, Any]:
    """A row of kind `human`."""
    return {"kind": "human", "v": 1, "id": "h_00000000000000", "author": author, "files": files}


def commit_row(oid: str, gate: str = "passed", **fields: object) -> dict[str, Any]:
    """A row of kind `commit`."""
    return {"kind": "commit", "v": 1, "id": oid, "gate": gate, "tool": "gitprov 0.1.0", **fields}


def add_note(repo: GitRepo, rev: str, *rows: dict[str, Any] | str | bytes) -> None:
    """Give a commit its note; rows that are text or bytes are taken as they are."""
    lines = [
        row if isinstance(row, bytes) else (row if isinstance(row, str) else json.dumps(row)).encode()
        for row in rows
    ]
    done = repo.git("hash-object", "-w", "--stdin", input=b"".join(line + b"\n" for line in lines))
    repo.git("notes", f"--ref={NOTES_REF}", "add", "-f", "-C", done.stdout.strip(), rev)


def add_generation(repo: GitRepo, prompt: str | None, trace: str = TRACE) -> None:
    """Store a generation of which only record and prompt matter; None leaves the prompt out."""
    add_generations(repo, {trace: prompt})


def add_generations(repo: GitRepo, prompts: dict[str, str | None]) -> None:
    """Store generations, by their traces."""
    parts = [f"commit {GENERATIONS_REF}\ncommitter A <a@example.com> 1769940000 +0000\ndata 1\nx\n".encode()]
    for trace, prompt in prompts.items():
        record = json.dumps(
            {"v": 1, "id": trace, "prompt": {"digest": "sha256:" + "1" * 64, "available": prompt is not None}}
        )
        top = f"{trace.rpartition('_')[2][:2]}/{trace}"
        files = {f"{top}/record.json": record, **({} if prompt is None else {f"{top}/prompt.txt": prompt})}
        for path, text in files.items():
            data = text.encode()
            parts.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    repo.git("fast-import", "--quiet", "--done", input=b"".join(parts) + b"done\n")
