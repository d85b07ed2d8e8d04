"""The sweep of transcripts: nothing new, 200 MB that are new against `cat` of them, memory for 1 GB.

Seconds are of processor time, the least of each side. Alone, `--new` and `--large` set the two sizes in MB.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

ROUNDS = 7
NEW = 200
LARGE = 1024
"""MB of the transcript that is timed, and of that whose memory is measured."""


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


def rows(new: int = NEW, large: int = LARGE) -> list[common.Row]:
    """The rows of the table, for transcripts of these sizes in MB."""
    with common.place() as (top, env):
        root = top / "repo"
        root.mkdir()
        common.run(["git", "init", "-q", "."], cwd=root, env=env)
        path = transcript(root, top, new << 20)
        swept = root / ".git/gitprov/inbox/@/swept"
        common.run(["gitprov", "status"], cwd=root, env=env)

        def cost(*words: str) -> float:
            return common.measured(words, cwd=root, env=env).processor

        def first() -> float:
            swept.unlink(missing_ok=True)
            return cost("gitprov", "sweep")

        python, status, cat, whole, again = common.alternately(
            ROUNDS,
            lambda: cost(sys.executable, "-c", "pass"),
            lambda: cost("gitprov", "status"),
            lambda: cost("cat", str(path)),
            first,
            lambda: cost("gitprov", "sweep"),
            of=min,
        )
        events = len(list((root / ".git/gitprov/inbox/@/events").glob("*.json")))
        if events != 4:
            raise SystemExit(f"the sweep recorded {events} edits of 4")
        transcript(root, top, large << 20)
        swept.unlink()
        memory = common.measured(["gitprov", "sweep"], cwd=root, env=env).megabytes
    extra, more = whole - again, max(again - status, 0)
    return [
        common.Row(
            "a sweep, nothing new",
            "≤ 50 ms more than `gitprov status`",
            f"{common.ms(more)} of processor time (`python -c pass`: {common.ms(python)})",
            more / 0.05,
        ),
        common.Row(
            f"a sweep of {new:,} MB",
            "≤ 500 ms more than of nothing new",
            f"{common.ms(extra)} of processor time (`cat`: {common.ms(cat)})",
            extra / 0.5,
        ),
        common.Row(f"memory for a transcript of {large:,} MB", "≤ 150 MB", f"{memory:.0f} MB", memory / 150),
    ]


def main() -> None:
    """The table, for the sizes of the command line."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--new", type=int, default=NEW, metavar="MB")
    words.add_argument("--large", type=int, default=LARGE, metavar="MB")
    sizes = words.parse_args()
    common.main(lambda: rows(sizes.new, sizes.large))


if __name__ == "__main__":
    main()
