"""Tables that are filled from other refs than notes: pins, drift runs, phantom names."""

from __future__ import annotations

import json

from gitprov.store.index.database import Database
from tests.index.conftest import opened
from tests.index.test_both import refresh
from tests.support.repo import GitRepo

PIN = {
    "v": 1, "feature": "total", "function": "shop.total", "cases": {"path": "c.jsonl", "digest": "d", "count": 3},
    "prompt": {"path": "p.md", "digest": "sha256:aa", "version": "2"}, "divergence": 1.5, "head": None,
    "by": "Alice <alice@example.com>", "at": "2026-01-01T00:00:00Z", "reason": "first",
}  # fmt: skip
RUN = {
    "v": 1, "feature": "total", "at": "2026-01-02T00:00:00Z", "by": "Bob <bob@example.com>", "pin": "ab" * 20,
    "model": "m1", "prompt": {"path": "p.md", "digest": "sha256:bb", "version": None}, "threshold": 1.5, "over": True,
    "cases": 3, "samples": 5, "usable": 4, "percent": 33.333, "interval": [6.149, 79.234],
}  # fmt: skip


def put(repo: GitRepo, ref: str, name: str, *texts: str) -> None:
    """Write a ref anew: a commit for each text, in the file `name`."""
    parts = [f"reset {ref}\n"]
    for text in texts:
        data = text.encode()
        parts.append(f"commit {ref}\ncommitter A <a@example.com> 1 +0000\ndata 1\nx\n")
        parts.append(f"M 100644 inline {name}\ndata {len(data)}\n{text}\n")
    repo.git("fast-import", "--quiet", "--force", "--done", input="".join(parts) + "done\n")


def test_pins_and_drift_runs(hooked: GitRepo, memory: Database) -> None:
    """Each commit of their refs is a row; what cannot be read is none; a ref that is gone takes its rows away."""
    put(hooked, "refs/gitprov/pins/total", "pin.json", json.dumps({**PIN, "at": None}), json.dumps(PIN))
    put(
        hooked,
        "refs/gitprov/drift/total",
        "run.json",
        "{",
        json.dumps(RUN),
        '{"v":1,"percent":"much","cases":true}',
    )
    put(hooked, "refs/gitprov/phantoms", "names", "pypi reqests-oauth 2026-01-03\n")
    with opened(hooked) as place:
        refresh(place, memory)
        pins = "SELECT feature, at, reason, function, cases, prompt, version, divergence FROM baseline_runs"
        assert sorted(memory.ask(pins).rows, key=str) == [
            ("total", "2026-01-01T00:00:00Z", "first", "shop.total", 3, "sha256:aa", "2", 1.5),
            ("total", None, "first", "shop.total", 3, "sha256:aa", "2", 1.5),
        ]
        runs = "SELECT model, cases, samples, usable, percent, low, high, threshold, exceeds FROM drift_runs"
        assert sorted(memory.ask(runs).rows, key=str) == [
            ("m1", 3, 5, 4, 33.333, 6.149, 79.234, 1.5, 1), (None,) * 9,
        ]  # fmt: skip
        assert memory.ask("SELECT ecosystem, name, day FROM phantoms").rows == [
            ("pypi", "reqests-oauth", "2026-01-03")
        ]
        for ref in ("pins/total", "drift/total", "phantoms"):
            hooked.git("update-ref", "-d", f"refs/gitprov/{ref}")
        refresh(place, memory)
        counts = "SELECT (SELECT COUNT(*) FROM baseline_runs), (SELECT COUNT(*) FROM drift_runs), COUNT(*) FROM phantoms"
        assert memory.ask(counts).rows == [(0, 0, 0)]
