"""Pins travel with `gitprov sync`: every clone replays each of them."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from gitprov.flow.behaviour import pins
from gitprov.flow.behaviour.targets import BoxOptions, box_for
from gitprov.git.repo import Repository
from tests.support.repo import GitRepo
from tests.support.sharing import people

SETTINGS = '[features.sums]\nfunction = "sums:total"\ncases = "cases.jsonl"\n'


def pin(repo: GitRepo, code: str, reason: str) -> None:
    """Pin what a version of the code does."""
    repo.write("sums.py", f"def total(rows):\n    return {code}\n")
    with Repository.discover(str(repo.path), repo.env) as inner:
        pins.pin(inner, "sums", reason, box_for(BoxOptions(allow_weak=True), 30), time.time())


def history(repo: GitRepo) -> dict[str, str]:
    """Reason → commit of each pin."""
    rows = json.loads(repo.gitprov("baseline", "history", "sums", "--json").stdout)["pins"]
    return {row["reason"]: row["commit"] for row in rows}


@pytest.mark.slow
def test_pins_of_two_clones(tmp_path: Path, env: dict[str, str]) -> None:
    """Pins go to the remote and come from it; those of two clones that pinned at once all stay, and old ones replay."""
    remote, (alice, bob) = people(tmp_path, env)
    for clone in (alice, bob):
        clone.write(".gitprov.toml", SETTINGS)
        clone.write("cases.jsonl", '{"input": [[1, 2]], "id": "two"}\n')
    pin(alice, "sum(rows)", "first")
    assert "pins/sums: 1 would go" in alice.gitprov("sync", "--dry-run").stdout
    assert "pins/sums: 1 went" in alice.gitprov("sync").stdout
    assert "pins/sums: 1 came" in bob.gitprov("sync").stdout
    assert history(bob) == history(alice)
    assert "pins" not in alice.gitprov("sync").stdout
    pin(alice, "float(sum(rows))", "floats")
    pin(bob, "str(sum(rows))", "texts")
    assert "pins/sums: 1 went" in alice.gitprov("sync").stdout
    assert "pins/sums: 1 came, 1 went" in bob.gitprov("sync").stdout
    assert "pins/sums: 1 came" in alice.gitprov("sync").stdout
    assert history(alice) == history(bob)
    assert {*history(bob)} == {"first", "floats", "texts"}
    tips = [clone.oid("refs/gitprov/pins/sums") for clone in (alice, bob, remote)]
    assert len({*tips}) == 1
    args = ("baseline", "check", "sums", "--allow-weak-sandbox", "--pin", history(bob)["floats"])
    done = bob.gitprov(*args, check=False)
    assert (done.returncode, "returned: 3.0 (float) → '3' (str)" in done.stdout) == (1, True)
