"""Rows of the pins and drift runs of features, from their refs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.flow.behaviour.drift.drift import RUNS
from gitprov.flow.index.rows import object_of, text_of, whole_of
from gitprov.git.process import decode
from gitprov.model.canonical import Json, JsonObject
from gitprov.model.exchange.index_rows import BaselineRunEntry, DriftRunEntry
from gitprov.model.untrusted.jsonvalue import loads_object
from gitprov.store import pins

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def present_runs(repo: Repository) -> str | None:
    """The commits of the refs of pins and drift runs, `<commit> <ref>` a line; None without any."""
    return (
        decode(repo.run("for-each-ref", "--format=%(objectname) %(refname)", pins.TOP, RUNS)).strip() or None
    )


def run_rows(repo: Repository, number: int) -> list[BaselineRunEntry | DriftRunEntry]:
    """All pins and drift runs; what cannot be read is left out."""
    rows = [_pin(number, oid, facts) for oid, facts in _history(repo, pins.TOP, "pin.json")]
    return [*rows, *(_drift(number, oid, facts) for oid, facts in _history(repo, RUNS, "run.json"))]


def _history(repo: Repository, refs: str, name: str) -> list[tuple[str, JsonObject]]:
    """(commit, facts) of all commits of some refs, the newest first; merges only unite histories."""
    oids = decode(repo.run("rev-list", "--no-merges", f"--glob={refs}*")).split()
    blobs = repo.objects.blobs(f"{oid}:{name}" for oid in oids)
    rows = ((oid, loads_object(blobs.get(f"{oid}:{name}"))) for oid in oids)
    return [(oid, facts) for oid, facts in rows if facts is not None]


def _pin(number: int, oid: str, facts: JsonObject) -> BaselineRunEntry:
    prompt = object_of(facts.get("prompt"))
    return BaselineRunEntry(
        number, oid, text_of(facts.get("feature")) or "", text_of(facts.get("at")), text_of(facts.get("by")),
        text_of(facts.get("reason")), text_of(facts.get("head")), text_of(facts.get("function")),
        whole_of(object_of(facts.get("cases")).get("count")), text_of(prompt.get("digest")),
        text_of(prompt.get("version")), _number(facts.get("divergence")),
    )  # fmt: skip


def _drift(number: int, oid: str, facts: JsonObject) -> DriftRunEntry:
    prompt, interval = object_of(facts.get("prompt")), facts.get("interval")
    low, high = interval if isinstance(interval, list) and len(interval) == 2 else (None, None)
    exceeds = facts.get("over")
    return DriftRunEntry(
        number, oid, text_of(facts.get("feature")) or "", text_of(facts.get("at")), text_of(facts.get("by")),
        text_of(facts.get("pin")), text_of(facts.get("model")), text_of(prompt.get("digest")),
        text_of(prompt.get("version")), whole_of(facts.get("cases")), whole_of(facts.get("samples")),
        whole_of(facts.get("usable")), _number(facts.get("percent")), _number(low), _number(high),
        _number(facts.get("threshold")), int(exceeds) if isinstance(exceeds, bool) else None,
    )  # fmt: skip


def _number(value: Json) -> float | None:
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15
    return float(value) if usable and isinstance(value, (int, float)) else None
