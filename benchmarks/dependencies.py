"""The check of dependencies: names that do not exist, imports of real packages, names of squatters and of
innocent packages; its time with a warm and a cold cache, and that of an agent's hook before an install.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from benchmarks.dependency_samples import MODULES, NPM_SQUATS, PYPI_SQUATS
from gitprov.checks.deps.typosquat import WITH_FACTS, WITHOUT_FACTS, Popular, weighed
from gitprov.feeds import lists
from gitprov.model.package import PackageFacts

DAY = 86400.0
ROUNDS = 9
DELAY = 0.1
SIMPLE = "application/vnd.pypi.simple.v1+json"
INNOCENTS = Path(__file__).with_name("innocent_packages.txt")


class Server(NamedTuple):
    """A registry on loopback: its address, and the seconds that it waits before each answer."""

    address: str
    delay: list[float]


@contextmanager
def registry(names: set[str]) -> Iterator[Server]:
    """A registry of Python, npm and cargo packages that has exactly these names."""
    delay = [0.0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            time.sleep(delay[0])
            name = self.path.rstrip("/").rpartition("/")[2]
            data = _document(name, self.path) if name in names else b""
            self.send_response(200 if data else 404)
            self.send_header(
                "content-type", SIMPLE if self.path.startswith("/simple/") else "application/json"
            )
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}", delay)
    finally:
        server.shutdown()


def _document(name: str, path: str) -> bytes:
    """A package of 2020 with 20 releases, as its kind of registry describes it."""
    versions = [f"1.{n}.0" for n in range(20)]
    moments = {version: f"2020-{n % 12 + 1:02}-01T00:00:00Z" for n, version in enumerate(versions)}
    if path.startswith("/simple/"):
        files = [
            {"filename": f"{name}-{version}.tar.gz", "upload-time": moments[version]} for version in versions
        ]
        return json.dumps({"name": name, "versions": versions, "files": files}).encode()
    if path.startswith("/index/"):
        rows = [{"name": name, "vers": version, "pubtime": moments[version]} for version in versions]
        return b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    page: dict[str, Any] = {"versions": {key: {} for key in versions}, "dist-tags": {"latest": versions[-1]}}
    return json.dumps({**page, "time": {"created": "2020-01-01T00:00:00Z", **moments}}).encode()


class Place(NamedTuple):
    """A repository whose installers are configured for a registry."""

    top: Path
    env: dict[str, str]

    def check(self, *args: str) -> list[tuple[str, str]]:
        """(rule, package) of the findings in all files."""
        words = ["gitprov", "check", "deps", "--all-lines", "--format", "json", *args, "."]
        done = subprocess.run(words, cwd=self.top, env=self.env, capture_output=True, check=False)
        if done.returncode not in (0, 1):
            raise SystemExit(done.stderr.decode(errors="replace"))
        rows = json.loads(done.stdout)["findings"]
        return [(row["id"], row["package"]) for row in rows]


def place(top: Path, env: Mapping[str, str], server: Server, texts: Mapping[str, str]) -> Place:
    """A repository with some files."""
    root = top / "repo"
    root.mkdir()
    common.run(["git", "init", "-q", "."], cwd=root, env=env)
    for name, text in texts.items():
        (root / name).write_text(text)
    common.run(["git", "add", "."], cwd=root, env=env)
    cargo = top / "cargo"
    cargo.mkdir()
    source = f'[registries.crates-io]\nindex = "sparse+{server.address}/index/"\n'
    (cargo / "config.toml").write_text(source)
    further = {"PIP_INDEX_URL": f"{server.address}/simple", "npm_config_registry": server.address}
    return Place(root, {**env, **further, "CARGO_HOME": str(cargo)})


# -- what is reported ----------------------------------------------------------------------------------------


def _combined(first: str, last: str) -> list[str]:
    """Every word of the first text with every word of the last."""
    return [f"{word}-{ending}" for word in first.split() for ending in last.split()]


REAL = _combined("amber birch cedar delta ember", "kit box hub net")
ABSENT = _combined("fastapi numpy react tokio flask", "turbo-auth magic-io zen-cache flowx")


def declared() -> common.Row:
    """Declared names of the three ecosystems, half of which do not exist."""
    every = [*REAL, *ABSENT]
    texts = {
        "requirements.txt": "".join(f"{name}>=1\n" for name in every),
        "package.json": json.dumps({"dependencies": dict.fromkeys(every, "^1.0.0")}, indent=1),
        "Cargo.toml": "[package]\nname = 'x'\n[dependencies]\n"
        + "".join(f"{name} = '1'\n" for name in every),
        "setup.sh": "".join(
            f"pip install {name} && npm i {name}-js && cargo add {name}-rs\n" for name in every
        ),
    }
    further = {f"{name}{end}" for name in REAL for end in ("-js", "-rs")}
    with registry({*REAL, *further}) as server, common.place() as (top, env):
        rows = place(top, env, server, texts).check()
    names = {name for rule, name in rows if rule == "deps/nonexistent"}
    expected = {*ABSENT, *(f"{name}{end}" for name in ABSENT for end in ("-js", "-rs"))}
    wrong, missed = names - expected, expected - names
    measured = f"{len(expected) - len(missed)} of {len(expected)}, {len(wrong)} false alarms"
    return common.Row(
        "declared names that do not exist", "all, no false alarm", measured, float(len(wrong | missed))
    )


def imports() -> common.Row:
    """Imports of real packages, on a registry that has those alone."""
    text = "".join(f"import {module}\n" for module in MODULES)
    with registry(set(MODULES.values())) as server, common.place() as (top, env):
        rows = place(top, env, server, {"main.py": text}).check()
    wrong = {name for rule, name in rows if rule == "deps/nonexistent"}
    for name in sorted(wrong):
        print(f"a real import is called absent: {name}", file=sys.stderr)
    share = len(wrong) / len(MODULES)
    return common.Row(
        f"{len(MODULES)} imports of real packages called absent", "≤ 5 %", f"{share:.1%}", share / 0.05
    )


def squats() -> list[common.Row]:
    """Recall by the name alone and with a young package's facts, and how many innocent names are reported."""
    now = time.time()
    popular = {
        "pypi": Popular(lists.names(lists.PYPI_POPULAR)),
        "npm": Popular(lists.names(lists.NPM_POPULAR)),
    }
    young = PackageFacts(True, first=now - 60 * DAY, releases=2)
    samples = [(popular["pypi"], name) for name in PYPI_SQUATS] + [
        (popular["npm"], name) for name in NPM_SQUATS
    ]
    alone = sum(_reported(names, name, None, now) for names, name in samples) / len(samples)
    recall = sum(_reported(names, name, young, now) for names, name in samples) / len(samples)
    innocents = [row.split() for row in INNOCENTS.read_text().splitlines() if not row.startswith("#")]
    named = sum(_reported(popular[row[0]], row[1], None, now) for row in innocents) / len(innocents)
    dated = [row for row in innocents if len(row) > 2]
    wrong = sum(_reported(popular[row[0]], row[1], _facts(row[2]), now) for row in dated) / len(dated)
    return [
        common.Row(f"{len(samples)} names of squatters, by name", "≥ 75 %", f"{alone:.1%}", 0.75 / alone),
        common.Row("the same, first released 60 days ago", "≥ 75 %", f"{recall:.1%}", 0.75 / recall),
        common.Row(f"{len(innocents)} innocent names, by name", "≤ 2 %", f"{named:.1%}", named / 0.02),
        common.Row(f"{len(dated)} of them, with a date", "≤ 2 %", f"{wrong:.1%}", wrong / 0.02),
    ]


def _facts(month: str) -> PackageFacts:
    return PackageFacts(
        True, first=datetime.strptime(month, "%Y-%m").replace(tzinfo=timezone.utc).timestamp()
    )


def _reported(popular: Popular, name: str, facts: PackageFacts | None, now: float) -> bool:
    """Whether a name is reported as a squat. `facts`: None where its registry has no dates."""
    twin = popular.twin(name)
    if twin is None:
        return False
    if facts is None:
        return twin.weight >= WITHOUT_FACTS
    return weighed(twin, facts, None, now)[0] >= WITH_FACTS


# -- time ----------------------------------------------------------------------------------------------------


def times() -> list[common.Row]:
    """50 declared names, against an interpreter that does nothing; and an agent's hook. What is warm is measured
    in processor time.
    """
    real = [f"{name}-{n}" for name in REAL for n in range(3)][:50]
    text = "".join(f"{name}>=1\n" for name in real)
    with registry({*real}) as server, common.place() as (top, env):
        project = place(top, env, server, {"requirements.txt": text})
        words = ["gitprov", "check", "deps", "--all-lines", "--format", "json", "."]

        def cost(*args: str, stdin: bytes = b"") -> common.Cost:
            return common.measured(args, cwd=project.top, env=project.env, stdin=stdin, ok=(0, 1))

        def run(*args: str, stdin: bytes = b"") -> float:
            return cost(*args, stdin=stdin).processor

        server.delay[0] = DELAY
        cold = cost(*words).seconds
        server.delay[0] = 0.0
        payload = {"hook_event_name": "PreToolUse", "tool_name": "Bash", "cwd": str(project.top)}
        passing = json.dumps({**payload, "tool_input": {"command": f"pip install {' '.join(real)}"}}).encode()
        refused = json.dumps({**payload, "tool_input": {"command": "npm i no-such-name-9"}}).encode()
        for stdin in (passing, refused):
            run("gitprov", "guard", stdin=stdin)
        nothing, warm, passes, refuses = common.alternately(
            ROUNDS,
            lambda: run(sys.executable, "-c", "pass"),
            lambda: run(*words),
            lambda: run("gitprov", "guard", stdin=passing),
            lambda: run("gitprov", "guard", stdin=refused),
        )
    than = f" of processor time (`python -c pass`: {common.ms(nothing)})"
    return [
        common.Row("check deps, 50 names, cold, registry at 100 ms", "≤ 3 s", common.ms(cold), cold / 3),
        common.Row("check deps, 50 names, warm", "≤ 300 ms", common.ms(warm) + than, warm / 0.3),
        common.Row(
            "guard, a command that installs 50 names, warm",
            "≤ 150 ms",
            common.ms(passes) + than,
            passes / 0.15,
        ),
        common.Row(
            "guard, a command that is refused, warm", "≤ 150 ms", common.ms(refuses) + than, refuses / 0.15
        ),
    ]


def rows() -> list[common.Row]:
    """What is reported, then the time."""
    return [declared(), imports(), *squats(), *times()]


if __name__ == "__main__":
    common.main(rows)
