"""A commit of 10 files with 1,000 AI lines from 50 events, native hooks, against the same commit without
hooks.

Half of the files are new, half stood there with 200 lines of a person's. Between the agent's edits and the
commit the developer rewords a line of every file.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from benchmarks.session import Session

ROUNDS = 15
FILES, EVENTS, LINES = 10, 5, 20  # per file: 5 edits of 20 lines


def block(file: int, edit: int) -> str:
    """Twenty lines as a model writes them."""
    lines = [
        f"def part_{file}_{edit}(values: list[int]) -> int:",
        f'    """Part {edit} of module {file}."""',
        "    total = 0",
    ]
    lines += [f"    total += values[{n}] * {n + edit}  # weight {file}.{edit}.{n}" for n in range(LINES - 6)]
    return "\n".join([*lines, "    return total", "", ""]) + "\n"


def prepare(root: Path, env: dict[str, str]) -> None:
    """A repository with everything staged for the commit."""
    root.mkdir()
    common.run(["git", "init", "-q", "."], cwd=root, env=env)
    for n in range(FILES // 2):
        (root / f"module_{n}.py").write_text(
            "".join(f"VALUE_{n}_{k} = {k}\n" for k in range(200)) + "# end\n"
        )
    (root / "README").write_text("a project\n")
    common.run(["git", "add", "-A"], cwd=root, env=env)
    common.run(["git", "commit", "-q", "-m", "Start"], cwd=root, env=env)
    common.run(["gitprov", "install", "--agents", "none"], cwd=root, env=env)
    session = Session(root, env)
    for edit in range(EVENTS):
        session.prompt(f"Write part {edit} of each module.")
        for n in range(FILES):
            path = f"module_{n}.py"
            if edit == 0 and n >= FILES // 2:
                session.edit(path, "", block(n, edit) + "# end\n")
            else:
                session.edit(path, "# end\n", block(n, edit) + "# end\n")
        session.stop()
    for n in range(FILES):
        file = root / f"module_{n}.py"
        file.write_text(
            file.read_text().replace(f"Part 2 of module {n}.", f"Part two of module {n}, reworded.")
        )
    common.run(["git", "add", "-A"], cwd=root, env=env)


def rows() -> list[common.Row]:
    """One row: what the hooks add."""
    with common.place() as (top, env):
        prepare(top / "template", env)
        command = ["git", "commit", "-q", "-m", "Add parts"]

        def commit(hooks: bool) -> float:
            root = top / "copy"
            shutil.rmtree(root, ignore_errors=True)
            shutil.copytree(top / "template", root, symlinks=True)
            if not hooks:
                shutil.rmtree(root / ".git" / "hooks")
            common.run(["git", "status"], cwd=root, env=env)  # refreshes the index after the copy
            return common.measured(command, cwd=root, env=env).seconds

        bare, full = common.alternately(ROUNDS, lambda: commit(False), lambda: commit(True))
        check(top / "copy", env)
    extra = full - bare
    work = f"commit of {FILES} files, {FILES * EVENTS * LINES:,} AI lines, {FILES * EVENTS} events, all native hooks"
    shown = f"{common.ms(full)} against {common.ms(bare)}: {common.ms(extra)} more"
    return [common.Row(work, "≤ 250 ms more than without hooks", shown, extra / 0.25)]


def check(root: Path, env: dict[str, str]) -> None:
    """What was measured is what was meant: every line of the models is in the note."""
    shown = common.run(["git", "notes", "--ref=gitprov", "show"], cwd=root, env=env).stdout.decode()
    if shown.count('"kind":"trace"') != EVENTS:
        raise SystemExit(f"the measured commit's note has other traces than {EVENTS}:\n{shown}")


if __name__ == "__main__":
    common.main(rows)
