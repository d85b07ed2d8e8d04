"""`gitprov capture claude-code` for one edit, as an agent runs it: the installed script, a payload on
stdin.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from benchmarks.session import Session

ROUNDS = 60


def rows() -> list[common.Row]:
    """A row for the report after an edit, which is the dearest one, against an interpreter that does
    nothing.
    """
    with common.place() as (top, env):
        root = top / "repo"
        root.mkdir()
        common.run(["git", "init", "-q", "."], cwd=root, env=env)
        session = Session(root, env)
        text = "".join(f"VALUE_{n} = {n}\n" for n in range(400))
        (root / "values.py").write_text(text)
        session.prompt("Change a value.")
        turn = 0

        def capture() -> float:
            nonlocal turn, text
            turn += 1
            old, new = f"VALUE_{turn} = {turn}\n", f"VALUE_{turn} = {turn * 1000}\n"
            name, given = session.ask("values.py", old, new)
            before, text = text, text.replace(old, new, 1)
            (root / "values.py").write_text(text)
            payload = session.payload("PostToolUse", **session.told(name, given, before, text))
            args = ["gitprov", "capture", "claude-code"]
            return common.measured(args, cwd=root, env=env, stdin=payload).seconds

        def nothing() -> float:
            return common.measured([sys.executable, "-c", "pass"], cwd=root, env=env).seconds

        bare, full = common.alternately(ROUNDS, nothing, capture)
        if len(list((root / ".git/gitprov/inbox/@/events").iterdir())) != ROUNDS + 1:
            raise SystemExit("not every edit that was measured left an event")
    shown = f"{common.ms(full)} against {common.ms(bare)}: {full / bare:.1f} ×"
    return [
        common.Row(
            "`gitprov capture claude-code`, one edit", "≤ 4 × `python -c pass`", shown, full / bare / 4
        )
    ]


if __name__ == "__main__":
    common.main(rows)
