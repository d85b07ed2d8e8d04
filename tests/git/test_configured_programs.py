"""Programs that git's settings name: commands that read start none of them where no answer needs one.

An agent can write such settings, and a clone can bring the attributes that choose them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.agent import Agent
from tests.support.repo import GitRepo

READING = (
    "git ai-log", "git ai-blame HEAD a.py", "gitprov show HEAD --diff", "gitprov verify", "gitprov stats", "gitprov disclose",
    "gitprov check deps --offline", "gitprov check trace --range HEAD~1..HEAD", "gitprov heal -n", "gitprov prompts list",
    "gitprov report --range HEAD~1..HEAD --markdown -", "gitprov report --html ../pages", "gitprov export csv",
)  # fmt: skip


def program(place: Path, name: str, log: Path) -> str:
    """A program that writes its name into the log, and its input or the file of its last argument to stdout."""
    path = place / name
    path.write_text(f'#!/bin/sh\necho {name} >>"{log}"\nif test -f "$1"; then cat "$1"; else cat; fi\n')
    path.chmod(0o755)
    return str(path)


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_reading_starts_no_program_of_settings(project: GitRepo, agent: Agent, tmp_path: Path) -> None:
    """Neither monitors, filters, external diffs, viewers, signature programs nor aliases are started."""
    agent.write("a.py", "import os\nvalue = 1\n")
    project.commit("One")
    log = tmp_path / "started"
    log.touch()
    names = (
        "core.fsmonitor", "diff.external", "diff.evil.textconv", "diff.evil.command", "filter.evil.clean", "filter.evil.smudge",
        "gpg.program", "core.pager", "core.editor", "core.sshCommand", "core.alternateRefsCommand", "trailer.AI-Trace.command",
    )  # fmt: skip
    settings = project.path / "evil.cfg"
    for name in names:
        project.git("config", "-f", str(settings), name, program(tmp_path, name, log))
    for alias in ("notes", "log", "cat-file", "diff-tree", "ai-blame"):
        project.git("config", "-f", str(settings), f"alias.{alias}", "!" + program(tmp_path, alias, log))
    project.git("config", "-f", str(settings), "log.showSignature", "true")
    project.write(".gitattributes", "* diff=evil filter=evil merge=evil\n")
    project.git("config", "include.path", "../evil.cfg")
    started = {}
    for line in READING:
        command, *args = line.split()
        (project.git if command == "git" else project.gitprov)(*args)
        if programs := {*log.read_text().split()}:
            started[line] = programs
        log.write_text("")
    assert started == {}
    project.git("blame", "HEAD", "a.py")
    assert log.read_text(), "the settings name programs that plain git starts"
