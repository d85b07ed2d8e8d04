#!/usr/bin/env python3
"""Replay a recorded Claude Code session into a repository, hook by hook, as if it had just happened.

    demo/replay.py [--recording FILE] [--part NAME]... [--start SECONDS] REPOSITORY

A recording is JSON Lines, one step a line:

    {"do": "part", "name": N}                       the steps that follow belong to part N
    {"do": "hook", "payload": P}                    pipe P to `gitprov capture claude-code`
    {"do": "row", "path": F, "row": R}              append row R to the transcript F, an absolute path
    {"do": "agent", "path": F, "content": C}        the agent's tool writes F of the work tree (UTF-8)
    {"do": "developer", "path": F, "content": C}    a person does

In every string `@ROOT@` stands for the work tree, `@SLUG@` for its name among the agent's projects, `@HOME@`
for the home directory, and `@T+n@` for the moment n seconds after the start, written as the agent writes it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

RECORDING = Path(__file__).resolve().parent / "session.jsonl"
COMMAND = ("gitprov", "capture", "claude-code")
LENGTH = 600  # seconds; no recorded moment is later than this after the start
MOMENT = re.compile(r"@T\+(\d+)@")


class Replay:
    """Plays steps into one repository. `results` holds what came of each hook, in order."""

    def __init__(
        self,
        root: Path,
        *,
        env: Mapping[str, str] | None = None,
        start: int | None = None,
        command: Sequence[str] = COMMAND,
        recording: Path = RECORDING,
    ) -> None:
        self.root = root.resolve()
        self.env = dict(os.environ if env is None else env) | {"CLAUDE_PROJECT_DIR": str(self.root)}
        self.start = int(time.time()) - LENGTH if start is None else start
        self.command = list(command)
        self.recording = recording
        self.results: list[subprocess.CompletedProcess[str]] = []

    def play(self, *parts: str) -> None:
        """Play the named parts, or all, in the recording's order; ValueError if there is no such part."""
        steps = self.steps()
        known = {step["name"] for step in steps if step["do"] == "part"}
        if unknown := set(parts) - known:
            raise ValueError(f"no part {sorted(unknown)} in {self.recording}; there are {sorted(known)}")
        current = ""
        for step in steps:
            if step["do"] == "part":
                current = step["name"]
            elif not parts or current in parts:
                self.step(step)

    def steps(self) -> list[dict[str, Any]]:
        """The recording with its placeholders filled in."""
        lines = self.recording.read_text(encoding="utf-8").splitlines()
        return [self._fill(json.loads(line)) for line in lines if line.strip()]

    def step(self, step: dict[str, Any]) -> None:
        """Do one step, and wait for it to be done."""
        if step["do"] == "hook":
            self._hook(step["payload"])
        elif step["do"] == "row":
            path = Path(step["path"])
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as transcript:
                transcript.write(json.dumps(step["row"], ensure_ascii=False) + "\n")
        elif step["do"] in {"agent", "developer"}:
            target = self.root / step["path"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(step["content"].encode("utf-8"))
        else:
            raise ValueError(f"{self.recording}: unknown step {step['do']!r}")

    def _hook(self, payload: dict[str, Any]) -> None:
        done = subprocess.run(
            self.command,
            input=json.dumps(payload),
            cwd=self.root,
            env=self.env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        self.results.append(done)

    def _fill(self, value: Any) -> Any:  # noqa: ANN401  # any JSON value
        if isinstance(value, dict):
            return {key: self._fill(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._fill(item) for item in value]
        return self._fill_text(value) if isinstance(value, str) else value

    def _fill_text(self, text: str) -> str:
        for name, path in (
            ("@ROOT@", str(self.root)),
            ("@SLUG@", re.sub(r"[^A-Za-z0-9]", "-", str(self.root))),
            ("@HOME@", self.env["HOME"]),
        ):
            text = text.replace(name, path)
        return MOMENT.sub(lambda found: self._moment(int(found.group(1))), text)

    def _moment(self, seconds: int) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(self.start + seconds))


def main(argv: Sequence[str]) -> int:
    """0, or 1 if the capture command failed, with its own words."""
    parser = argparse.ArgumentParser(description="Replay a recorded Claude Code session into a repository.")
    parser.add_argument("repository", type=Path)
    parser.add_argument("--recording", type=Path, default=RECORDING)
    parser.add_argument("--part", action="append", default=[], help="only this part; may be given again")
    parser.add_argument(
        "--start", type=int, default=None, help="seconds since the epoch; ten minutes ago, if not given"
    )
    given = parser.parse_args(argv)
    try:
        Replay(given.repository, start=given.start, recording=given.recording).play(*given.part)
    except subprocess.CalledProcessError as failed:
        print(f"{' '.join(failed.cmd)} failed with {failed.returncode}:\n{failed.stderr}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
