"""Runs the scripts of `action.yml` as a runner does, and answers as the forge's interface for comments does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from tests.support.repo import GitRepo, run
from tests.support.sealed import ROOT

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


class Action:
    """One use of the action in a job: what it printed (`text`), its outputs, and the steps of other actions."""

    def __init__(self, job: GitRepo, place: Path, inputs: dict[str, str], event: dict[str, Any]) -> None:
        self.document = yaml.safe_load((ROOT / "action.yml").read_text())
        defaults = {name: row.get("default", "") for name, row in self.document["inputs"].items()}
        self.job = job
        self.place = place
        self.values: dict[str, str] = {"github.action_path": str(ROOT)}
        self.values |= {f"inputs.{name}": value for name, value in {**defaults, **inputs}.items()}
        number = event.get("pull_request", {}).get("number", "")
        self.values["github.event.pull_request.number"] = str(number)
        self.used: list[dict[str, Any]] = []
        self.text = ""
        place.mkdir(parents=True, exist_ok=True)
        folder = place / "gitprov-venv/bin"
        folder.mkdir(parents=True)
        (folder / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        (folder / "python").chmod(0o755)

    def value(self, text: str) -> str:
        """A text with its expressions replaced: `==`, `&&`, `||`, quoted texts, and names."""
        return _EXPRESSION.sub(lambda match: self._evaluated(match[1]), text)

    def _evaluated(self, text: str) -> str:
        for sign in ("||", "&&", "=="):
            if sign in text:
                left, right = (self._evaluated(part.strip()) for part in text.split(sign, 1))
                if sign == "==":
                    return "true" if left == right else ""
                return (left or right) if sign == "||" else (left and right)
        return text[1:-1] if text.startswith("'") else self.values.get(text, "")

    def run(self, *, without: str = "Install gitprov") -> int:
        """Run the steps in their order; the exit code of the one that failed, else 0."""
        for step in self.document["runs"]["steps"]:
            if step["name"] == without or not self.value(step.get("if", "yes")):
                continue
            if "uses" in step:
                self.used.append({**step, "with": {k: self.value(v) for k, v in step["with"].items()}})
                continue
            code = self.script(step)
            if code:
                return code
        return 0

    def script(self, step: dict[str, Any]) -> int:
        """Run the script of a step; its exit code."""
        output = self.place / "output"
        output.write_text("")
        path = self.place / "script.sh"
        path.write_text(step["run"])
        env = {
            **self.job.env,
            "GITHUB_OUTPUT": str(output),
            "GITHUB_PATH": str(self.place / "path"),
            "GITHUB_STEP_SUMMARY": str(self.place / "summary.md"),
            "RUNNER_TEMP": str(self.place),
            **{name: self.value(text) for name, text in step.get("env", {}).items()},
        }
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(path)]
        done = run(shell, cwd=self.job.path, env=env, check=False)
        self.text += done.stdout + done.stderr
        rows = (row.split("=", 1) for row in output.read_text().splitlines())
        self.values |= {f"steps.{step.get('id', '')}.outputs.{name}": value for name, value in rows}
        return done.returncode

    @property
    def summary(self) -> str:
        """The summary of the job."""
        return (self.place / "summary.md").read_text()


class Interface:
    """The forge's interface for comments, as far as the action uses it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.comments: list[dict[str, Any]] = []
        self.refused = 0
        self.user: dict[str, Any] | None = None
        self.calls: list[str] = []

    def answer(self, method: str, path: str, document: dict[str, Any]) -> tuple[int, Any]:
        """(status, document) of one call."""
        self.calls.append(f"{method} {path.partition('?')[0]}")
        if path == "/user":
            return (403, {}) if self.user is None else (200, self.user)
        if method == "GET":
            return 200, self.comments
        if self.refused:
            return self.refused, {"message": "Resource not accessible by integration"}
        if method == "POST":
            self.comments.append(
                {"id": len(self.comments) + 1, "user": {"type": "Bot"}, "author": self.user, **document}
            )
            return 201, self.comments[-1]
        number = int(path.rsplit("/", 1)[1])
        self.comments[number - 1] |= document
        return 200, self.comments[number - 1]


@contextmanager
def interface() -> Iterator[Interface]:
    """An interface on loopback that answers until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            size = int(self.headers.get("content-length", 0))
            document = json.loads(self.rfile.read(size)) if size else {}
            status, content = served.answer(self.command, self.path, document)
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = _answer  # noqa: N815 - names that http.server prescribes

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Interface(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def validated(kind: str, path: Path) -> str:
    """What check-jsonschema has against a file, by a schema that it ships; empty where nothing."""
    tool = Path(sys.executable).parent / "check-jsonschema"
    args = [str(tool), "--builtin-schema", kind, "--no-cache", str(path)]
    done = subprocess.run(args, capture_output=True, text=True, check=False, timeout=120)
    return "" if done.returncode == 0 else done.stdout + done.stderr
