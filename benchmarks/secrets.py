"""Redaction: how many shapes of secrets are caught, how many innocent texts change, and what 1 MB of text
costs.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from benchmarks.secret_innocents import INNOCENTS
from benchmarks.secret_shapes import SHAPES, Shape
from gitprov.checks.secrets.redact import redact

WINDOW = 10


def is_caught(shape: Shape) -> bool:
    """Whether no ten characters in a row of any of its secrets are left."""
    text = redact(shape.text.encode()).text.decode()
    for secret in shape.secrets:
        size = min(WINDOW, len(secret))
        if any(secret[at : at + size] in text for at in range(len(secret) - size + 1)):
            return False
    return True


def missed() -> list[str]:
    """The names of the shapes that are not caught."""
    return [shape.name for shape in SHAPES if not is_caught(shape)]


def changed() -> list[str]:
    """The innocent texts that redaction changes."""
    return [text for text in INNOCENTS if redact(text.encode()).count]


def ordinary() -> bytes:
    """1 MB of code and documentation: what this repository itself holds, repeated."""
    root = Path(__file__).resolve().parents[1]
    files = sorted([*(root / "gitprov").rglob("*.py"), *(root / "docs").rglob("*.md")])
    text = b"".join(path.read_bytes() for path in files)
    return (text * (1 + (1 << 20) // len(text)))[: 1 << 20]


def seconds(text: bytes) -> float:
    """The shortest of five redactions, the patterns compiled."""
    redact(text[:4096])
    times = []
    for _ in range(5):
        start = time.process_time()
        redact(text)
        times.append(time.process_time() - start)
    return min(times)


def rows() -> list[common.Row]:
    """Three rows: caught, changed, speed."""
    lost, wrong, cost = missed(), changed(), seconds(ordinary())
    share = 1 - len(lost) / len(SHAPES)
    for name in lost:
        print(f"not caught: {name}", file=sys.stderr)
    for text in wrong:
        print(f"changed: {text[:100]!r} to {redact(text.encode()).text.decode()[:100]!r}", file=sys.stderr)
    caught = f"{len(SHAPES) - len(lost)} of {len(SHAPES)} ({share:.1%})"
    return [
        common.Row(
            f"redaction: {len(SHAPES)} shapes of secrets caught", "≥ 95 %", caught, 0.95 / max(share, 0.01)
        ),
        common.Row(
            f"redaction: {len(INNOCENTS)} innocent texts changed", "0", str(len(wrong)), float(len(wrong))
        ),
        common.Row("redaction: 1 MB of code and documentation", "≤ 150 ms", common.ms(cost), cost / 0.15),
    ]


if __name__ == "__main__":
    common.main(rows)
