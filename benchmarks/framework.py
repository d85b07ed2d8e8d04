"""One stage of the pre-commit framework: gitprov's hook against a hook that does nothing, no evidence waiting."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common

ROUNDS = 15
BOUND = 0.03
"""Seconds that gitprov's hook may take more."""
NO_OP = "    - {id: nothing, name: nothing, entry: 'true', language: system, always_run: true, pass_filenames: false}\n"


def prepare(root: Path, env: dict[str, str], hook: str) -> None:
    """A repository whose framework has one local hook at pre-commit."""
    root.mkdir()
    common.run(["git", "init", "-q", "."], cwd=root, env=env)
    (root / ".pre-commit-config.yaml").write_text(f"repos:\n- repo: local\n  hooks:\n{hook}")
    (root / "a.txt").write_text("1\n")
    common.run(["git", "add", "-A"], cwd=root, env=env)


def ours() -> str:
    """Gitprov's hook with the command of its manifest, from this checkout."""
    root = Path(__file__).resolve().parents[1]
    manifest = (root / ".pre-commit-hooks.yaml").read_text()
    entry = next(row.strip() for row in manifest.splitlines() if row.endswith("gitprov-hook pre-commit"))
    return NO_OP.replace("'true'", entry.replace("entry: gitprov-hook", str(root / "hooks/gitprov-hook")))


def runner(root: Path, env: dict[str, str]) -> Callable[[], float]:
    """A function that runs the framework once and returns its seconds."""
    return lambda: common.measured(["pre-commit", "run", "--all-files"], cwd=root, env=env).seconds


def rows() -> list[common.Row]:
    """One row."""
    with common.place() as (top, env):
        prepare(top / "nothing", env, NO_OP)
        prepare(top / "ours", env, ours())
        without, taken = common.alternately(
            ROUNDS, *(runner(top / name, env) for name in ("nothing", "ours"))
        )
    return [
        common.Row(
            "pre-commit framework, one stage, no evidence",
            "≤ 30 ms over a hook that does nothing",
            f"{common.ms(taken)} against {common.ms(without)}: {common.ms(max(taken - without, 0))} more",
            max(taken - without, 0) / BOUND,
        )
    ]


if __name__ == "__main__":
    common.main(rows)
