"""The report of one edit, as an agent runs it: the command of its settings, the installed launcher, a payload
on stdin. And the digestion of such reports.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from benchmarks.session import Session
from gitprov.flow.capture.digest import open_inbox
from gitprov.store.setup.agent_settings import COMMAND

ROUNDS = 60
"""Both reports of each edit wait in the spool, which has room for 128."""


def rows() -> list[common.Row]:
    """A row for the report after an edit, which is the dearest one, against an interpreter that does
    nothing, and a row for making events of all of them.
    """
    with common.place() as (top, env):
        root = top / "repo"
        root.mkdir()
        common.run(["git", "init", "-q", "."], cwd=root, env=env)
        common.run(["gitprov", "install", "--agents", "claude-code"], cwd=root, env=env)
        session = Session(root, env)
        text = "".join(f"VALUE_{n} = {n}\n" for n in range(400))
        (root / "values.py").write_text(text)
        session.prompt("Change a value.")
        session.command = ["sh", "-c", COMMAND]
        turn = 0

        def report() -> float:
            nonlocal turn, text
            turn += 1
            old, new = f"VALUE_{turn} = {turn}\n", f"VALUE_{turn} = {turn * 1000}\n"
            name, given = session.ask("values.py", old, new)
            before, text = text, text.replace(old, new, 1)
            (root / "values.py").write_text(text)
            payload = session.payload("PostToolUse", **session.told(name, given, before, text))
            return common.measured(session.command, cwd=root, env=env, stdin=payload).seconds

        def nothing() -> float:
            return common.measured([sys.executable, "-c", "pass"], cwd=root, env=env).seconds

        bare, full = common.alternately(ROUNDS, nothing, report)
        waiting = len(list((root / ".git/gitprov/inbox/@/spool").glob("[0-9]*")))
        start = time.perf_counter()
        inbox = open_inbox(str(root / ".git/gitprov/inbox/@"), env)
        each = (time.perf_counter() - start) / (ROUNDS + 1)
        if waiting != 2 * (ROUNDS + 1) or len(inbox.events()) != ROUNDS + 1:
            raise SystemExit("not every edit that was measured was stored and left an event")
    shown = f"{common.ms(full)} against {common.ms(bare)}: {full / bare:.2f} ×"
    return [
        common.Row("an edit's report, whole process", "≤ 0.7 × `python -c pass`", shown, full / bare / 0.7),
        common.Row("its digestion, per edit", "≤ `python -c pass`", common.ms(each), each / bare),
    ]


if __name__ == "__main__":
    common.main(rows)
