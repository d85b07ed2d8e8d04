"""Known vulnerabilities of versions of PyPI packages from `uv audit`, where uv is installed."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Collection
from typing import TYPE_CHECKING

from gitprov.checks.deps import uv_audit
from gitprov.flow.gates.lookup import LookupOptions
from gitprov.flow.gates.vulnerable import DatedAnswers, ServiceAnswer, answered
from gitprov.git.programs import run_tool

if TYPE_CHECKING:
    from gitprov.checks.deps.advisories import Pin
    from gitprov.git.process import Env

#: Longest run in seconds, uv's own repetitions included, and most that it may print, in bytes.
_LONGEST, _LARGEST = 60.0, 64 << 20
_WORDS = (
    "audit", "--frozen", "--no-python-downloads", "--quiet",
    "--preview-features", "audit-command,json-output", "--output-format", "json",
)  # fmt: skip
#: Settings of a project or a session that would have uv look at another project, or lock this one.
_DROPPED = ("UV_PROJECT", "UV_WORKING_DIR", "UV_WORKING_DIRECTORY", "UV_LOCKED", "UV_ISOLATED", "VIRTUAL_ENV")
_MEND = "run the check again, with the network; install uv 0.13 or later; or see uv_audit in [feeds]"


def ask_uv(address: str | None, pins: Collection[Pin], options: LookupOptions, env: Env) -> ServiceAnswer:
    """What `uv audit` reports of versions of PyPI packages, from the service at an address or uv's own.

    uv gets a project of our own, which names these versions and nothing else of the repository.
    """
    if not pins:
        return ServiceAnswer()
    answer = answered(
        "uv audit",
        f"uv-audit {address or ''}",
        pins,
        options,
        lambda missing: _audited(address, missing, options.now, env),
    )
    return answer._replace(mend=_MEND)


def _audited(address: str | None, pins: Collection[Pin], now: float, env: Env) -> DatedAnswers:
    """The answers of uv. ValueError with the reason where it gives none."""
    versions = uv_audit.askable(pins)
    if not versions:
        return {}
    folders = os.pathsep.join([env.get("PATH", os.defpath), os.path.dirname(sys.executable)])
    program = shutil.which("uv", path=folders)
    if program is None:
        raise ValueError("uv is not installed")
    with tempfile.TemporaryDirectory(prefix="gitprov-") as folder:
        for name, text in uv_audit.project_files(versions).items():
            with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                file.write(text)
        words = [program, *_WORDS, *_service(address)]
        data = _report(words, folder, {name: value for name, value in env.items() if name not in _DROPPED})
    return {pin: (advisories, now) for pin, advisories in uv_audit.parse(data, versions).items()}


def _service(address: str | None) -> tuple[str, ...]:
    """The option of uv for an address; without a slash at its end uv would drop the last part of the path."""
    return ("--service-url", address.rstrip("/") + "/") if address else ()


def _report(words: list[str], folder: str, env: Env) -> bytes:
    try:
        done = run_tool(words, cwd=folder, env=env, seconds=_LONGEST, largest=_LARGEST)
    except OSError as error:
        raise ValueError(f"it could not be started: {error.strerror}") from error
    if done.status is None:
        raise ValueError(f"it took more than {_LONGEST:.0f} seconds")
    if done.status not in (0, 1):  # 1: there are vulnerabilities
        raise ValueError(f"it failed with status {done.status}: {done.words}")
    if len(done.output) > _LARGEST:
        raise ValueError(f"it printed more than {_LARGEST >> 20} MiB")
    return done.output
