"""The sweep of transcripts: nothing new, 200 MB that are new against `cat` of them, memory for 1 GB."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

ROUNDS = 7
SIZE = 200 << 20
LARGE = 1 << 30


def transcript(root: Path, home: Path, size: int) -> Path:
    """A session of Claude Code of this size: files that were read, and four edits."""
    slug = "".join(c if c.isascii() and c.isalnum() else "-" for c in str(root))
    path = home / ".claude" / "projects" / slug / "5e55.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    facts: dict[str, Any] = {"cwd": str(root), "sessionId": "5e55", "timestamp": "2026-02-01T10:00:00.000Z"}
    text = "word " * 12_000
    answer: list[dict[str, Any]] = [{"type": "tool_result", "tool_use_id": "r1", "content": text}]
    filler = row("user", {**facts, "toolUseResult": {"type": "text", "file": {"content": "word"}}}, answer)
    with path.open("wb") as out:
        out.write(
            json.dumps({"type": "user", "uuid": "u1", "message": {"content": "go"}, **facts}).encode() + b"\n"
        )
        for n in range(4):
            out.write(filler * (size // 4 // len(filler)))
            name = str(root / f"{n}.py")
            text = f"value = {n}\n"
            call: dict[str, Any] = {
                "type": "tool_use",
                "id": f"t{n}",
                "name": "Write",
                "input": {"file_path": name, "content": text},
            }
            out.write(row("assistant", facts, [call]))
            done = {"type": "create", "filePath": name, "content": text, "originalFile": None}
            result: list[dict[str, Any]] = [{"type": "tool_result", "tool_use_id": f"t{n}", "content": "ok"}]
            out.write(row("user", {**facts, "toolUseResult": done}, result))
            Path(name).write_text(text)
    return path


def row(kind: str, facts: dict[str, Any], content: list[dict[str, Any]]) -> bytes:
    """One row of a transcript."""
    message = {"id": "m", "role": kind, "model": "claude-opus-4-5-20251101", "content": content}
    return (
        json.dumps({"type": kind, "uuid": "r", "message": message, **facts}, separators=(",", ":")).encode()
        + b"\n"
    )


def rows() -> list[common.Row]:
    """The rows of the table."""
    with common.place() as (top, env):
        root = top / "repo"
        root.mkdir()
        common.run(["git", "init", "-q", "."], cwd=root, env=env)
        path = transcript(root, top, SIZE)
        swept = root / ".git/gitprov/inbox/@/swept"
        common.run(["gitprov", "status"], cwd=root, env=env)

        def status() -> float:
            return common.measured(["gitprov", "status"], cwd=root, env=env).seconds

        def cat() -> float:
            return common.measured(["cat", str(path)], cwd=root, env=env).seconds

        def new() -> float:
            swept.unlink(missing_ok=True)
            return common.measured(["gitprov", "sweep"], cwd=root, env=env).seconds

        def again() -> float:
            return common.measured(["gitprov", "sweep"], cwd=root, env=env).seconds

        bare, plain, large, nothing = common.alternately(ROUNDS, status, cat, new, again)
        events = len(list((root / ".git/gitprov/inbox/@/events").glob("*.json")))
        if events != 4:
            raise SystemExit(f"the sweep recorded {events} edits of 4")
        transcript(root, top, LARGE)
        swept.unlink()
        memory = common.measured(["gitprov", "sweep"], cwd=root, env=env).megabytes
    extra, more = large - nothing, nothing - bare
    return [
        common.Row(
            "a sweep, nothing new", "≤ 50 ms more than `gitprov status`", common.ms(max(more, 0)), more / 0.05
        ),
        common.Row(
            "a sweep of 200 MB",
            "≤ 500 ms more than one of nothing",
            f"{common.ms(extra)} (`cat` {common.ms(plain)})",
            extra / 0.5,
        ),
        common.Row("memory for a transcript of 1 GB", "≤ 150 MB", f"{memory:.0f} MB", memory / 150),
    ]


if __name__ == "__main__":
    common.main(rows)
