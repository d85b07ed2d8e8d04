"""The demo: one story from an agent's prompt to the answer of blame, told by the real commands.

    demo/run [--keep]

Everything happens below a temporary directory, home and git settings included; `--keep` leaves it there. Each
step is also a check: where a command does not do what the line above it says, the demo ends with exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from demo.replay import Replay

WIDTH = 100
INDENT = "    "
GITCONFIG = """\
[user]
	name = Alice
	email = alice@example.com
[init]
	defaultBranch = main
[commit]
	gpgSign = false
[gc]
	auto = 0
[maintenance]
	auto = false
"""
#: What a hasty developer's editor does.
EDITOR = """\
#!/bin/sh
grep -v '^AI-Trace' "$1" >"$1.new" && mv "$1.new" "$1"
"""
#: How many lines of wordcount.py are whose in the end. The developer reworded three of the model's and wrote
#: one.
CLASSES = {"ai": 26, "edited": 3, "unknown": 1}
_MEND = re.compile(r"^ *mend: (.*)$", re.MULTILINE)


class Broken(Exception):
    """A step did not do what it says."""


class Stage:
    """A sealed directory with a repository in it, and the voice that tells what happens there."""

    def __init__(self, top: Path, name: str = "wordcount") -> None:
        self.top = top
        self.root = top / name
        self.env = sealed(top)
        self.steps = 0
        self.root.mkdir()

    def tell(self, text: str) -> None:
        """One line of explanation, numbered."""
        self.steps += 1
        mark = f"{self.steps}. "
        print(
            "\n" + textwrap.fill(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark)),
            flush=True,
        )

    def show(self, command: str, *, expect: int = 0, quiet: bool = False, cut: bool = False) -> str:
        """Type a command at a shell, show it with what it prints, and return that. `cut`: long lines lose
        their end.
        """
        if not quiet:
            print(folded(f"$ {command}"), flush=True)
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.root,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        said = done.stdout.decode("utf-8", "replace")
        if not quiet or done.returncode != expect:
            for line in said.replace(str(self.top), "~").rstrip().splitlines():
                print(clipped(line) if cut else folded(line))
        self.must(done.returncode == expect, f"`{command}` exits with {expect}, not {done.returncode}")
        return said

    def ask(self, command: str) -> str:
        """What a command prints, without showing it."""
        return self.show(command, quiet=True)

    def must(self, true: object, what: str) -> None:
        """Broken unless what a step promised came true."""
        if not true:
            raise Broken(what)

    def note(self) -> list[dict[str, Any]]:
        """The rows of HEAD's note."""
        rows = self.ask("git notes --ref=gitprov show HEAD").splitlines()
        return [json.loads(row) for row in rows if row.strip()]

    def play(self, replay: Replay, part: str) -> None:
        """Play one part of the session, saying who does what."""
        current = ""
        for step in replay.steps():
            if step["do"] == "part":
                current = step["name"]
            elif current == part:
                line = narrated(step)
                if line:
                    print(folded(line), flush=True)
                replay.step(step)


def narrated(step: dict[str, Any]) -> str | None:
    """What a person watching would have seen."""
    if step["do"] == "hook" and step["payload"]["hook_event_name"] == "UserPromptSubmit":
        return f"prompt     {step['payload']['prompt']}"
    if step["do"] in {"agent", "developer"}:
        return f"{step['do']:<10} writes {step['path']}"
    return None


def clipped(line: str) -> str:
    """A line that fits, with a mark where its end is left out."""
    room = WIDTH - len(INDENT)
    return (INDENT + (line if len(line) <= room else line[: room - 1] + "…")).rstrip()


def folded(line: str) -> str:
    """A line that fits, broken between words where it is too long."""
    room = WIDTH - len(INDENT)
    parts = textwrap.wrap(
        line, room, subsequent_indent="  ", replace_whitespace=False, break_on_hyphens=False
    )
    return "\n".join((INDENT + part).rstrip() for part in (parts if len(line) > room else [line]))


def sealed(top: Path) -> dict[str, str]:
    """An environment that knows nothing of the person who runs the demo, and cannot touch what is theirs."""
    (top / ".gitconfig").write_text(GITCONFIG)
    editor = top / "bin" / "remove-trailers"
    editor.parent.mkdir()
    editor.write_text(EDITOR)
    editor.chmod(0o755)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return {
        "LC_ALL": "C.UTF-8",
        **kept,
        "HOME": str(top),
        "XDG_CONFIG_HOME": str(top / ".config"),
        "XDG_CACHE_HOME": str(top / ".cache"),
        "GIT_CONFIG_GLOBAL": str(top / ".gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_EDITOR": "false",
        "GIT_PAGER": "cat",
        "GIT_TERMINAL_PROMPT": "0",
        "NO_COLOR": "1",
        "COLUMNS": str(WIDTH - len(INDENT)),
        "TZ": "UTC",
        "PATH": str(editor.parent) + os.pathsep + kept.get("PATH", os.defpath),
    }


def act(stage: Stage) -> None:
    """The story."""
    replay = Replay(stage.root, env=stage.env)
    set_up(stage, replay)
    first_commit(stage, replay)
    second_commit(stage, replay)
    answers(stage)
    refusal(stage)


def set_up(stage: Stage, replay: Replay) -> None:
    """A project, and the hooks in it."""
    stage.ask("git init -q")
    replay.play("project")
    stage.tell("Install: git hooks here, and Claude Code's hooks in the project's settings.")
    stage.show("gitprov install --agents claude-code")
    stage.must((stage.root / ".git/hooks/post-commit").exists(), "the hooks are in place")
    stage.must(
        "gitprov capture" in (stage.root / ".claude/settings.json").read_text(), "the agent is connected"
    )
    stage.ask("git add -A && git commit -q -m 'Start'")


def first_commit(stage: Stage, replay: Replay) -> None:
    """Two prompts, two files, a developer's edits between them."""
    stage.tell(
        "An agent works and a developer corrects it; the agent's hooks report each edit as it happens."
    )
    stage.play(replay, "first")
    stage.must(all(not done.stdout for done in replay.results), "capture says nothing to the agent")
    stage.tell("Nothing is committed yet, but each line is known already.")
    said = stage.show("gitprov status")
    stage.must("wordcount.py" in said and "test_wordcount.py" in said, "status names both files")
    stage.tell("The commit: its message gets a trailer for each generation that it holds lines of.")
    stage.show("git add -A && git commit -q -m 'Count words'")
    stage.show("git log -1 --format=%B")
    traces = [row for row in stage.note() if row["kind"] == "trace"]
    stage.must(len(traces) == 2, f"the commit's note has two traces, not {len(traces)}")


def second_commit(stage: Stage, replay: Replay) -> None:
    """A third prompt, and a developer who rewords two of its lines."""
    stage.tell("One more prompt; after it the developer rewords two of the model's lines.")
    stage.play(replay, "second")
    stage.show("git commit -q -a -m 'Add a command line'")
    (trace,) = (row for row in stage.note() if row["kind"] == "trace")
    delta = trace["delta"]
    stage.must(delta["edited"] == 2, f"two lines are edited: {delta}")
    parts = delta["kept"] + delta["edited"] + delta["dropped"] + delta["pending"]
    stage.must(delta["raw"] == parts, f"the delta adds up: {delta}")


def answers(stage: Stage) -> None:
    """Blame, log and show."""
    stage.tell(
        "Who wrote which line: as generated (ai), reworded since (edited), or without evidence (unknown)."
    )
    stage.show("git ai-blame wordcount.py", cut=True)
    lines = json.loads(stage.ask("git ai-blame --json wordcount.py"))["lines"]
    counted = Counter(line["class"] for line in lines)
    stage.must(counted == CLASSES, f"blame tells classes apart: {dict(counted)}")
    stage.tell("Which commits a model helped with, and how much of its text was changed before the commit.")
    stage.show("git ai-log")
    trace = next(row["id"] for row in stage.note() if row["kind"] == "trace")
    stage.tell(
        "From a trace back to the prompt, and what the developer changed between raw output and commit."
    )
    said = stage.show(f"gitprov show {trace}")
    stage.must("--top for how many words" in said, "show prints the prompt")
    stage.must('{+, help="a text file, UTF-8"+}' in said, "show marks what was added inside a line")


def refusal(stage: Stage) -> None:
    """Somebody amends and removes the trailer."""
    stage.tell("Somebody amends it and deletes the trailer in the editor: refused, with a way to mend it.")
    before = stage.ask("git rev-parse HEAD")
    said = stage.show("GIT_EDITOR=remove-trailers git commit -q --amend", expect=1)
    stage.must(stage.ask("git rev-parse HEAD") == before, "the refused commit was not made")
    mends = _MEND.findall(said)
    stage.must(len(mends) == 1, "the refusal names one mend")
    stage.tell("The mend, as printed:")
    stage.show(mends[0].replace("git commit", "git commit -q", 1))
    stage.show("git log -1 --format=%B")
    (commit,) = (row for row in stage.note() if row["kind"] == "commit")
    stage.must(commit["gate"] == "passed", "the gate let the mended commit through")
    counted = Counter(
        line["class"] for line in json.loads(stage.ask("git ai-blame --json wordcount.py"))["lines"]
    )
    stage.must(counted == CLASSES, f"blame says of the amended commit what it said before: {dict(counted)}")
    stage.tell("All of it is in git. Notes and generations stay in this clone until somebody shares them.")
    stage.show("git for-each-ref --format='%(refname)'")


def main(argv: Sequence[str], story: Callable[[Stage], None] = act, name: str = "wordcount") -> int:
    """0, 1 where a step did not do what it says, 3 where there is nothing to show."""
    parser = argparse.ArgumentParser(description="gitprov in a throw-away repository, step by step.")
    parser.add_argument("--keep", action="store_true", help="leave the repository there, and say where")
    keep = parser.parse_args(argv).keep
    missing = [name for name in ("git", "gitprov", "git-ai-blame", "git-ai-log") if not shutil.which(name)]
    if missing:
        print(f"demo: not on PATH: {', '.join(missing)}; `make demo` sees to that", file=sys.stderr)
        return 3
    top = Path(tempfile.mkdtemp(prefix="gitprov-demo-")).resolve()
    try:
        story(Stage(top, name))
        print("\nEvery step did what it says.")
        return 0
    except Broken as error:
        print(f"\ndemo: this step did not do what it says: {error}", file=sys.stderr)
        return 1
    finally:
        if keep:
            print(f"\nThe repository: {top / name}", flush=True)
        else:
            shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
