"""Doctor's checks of the agents' settings: whether agents report their edits."""

from __future__ import annotations

import os
from collections.abc import Iterator

from gitprov.flow.setup import agents
from gitprov.flow.setup.doctor.case import Check, Examination
from gitprov.model.finding import ERROR, WARNING, Finding
from gitprov.store import files
from gitprov.store.setup import agent_settings as agents_config
from gitprov.store.setup import launchers, shims


def agent_settings(case: Examination) -> Iterator[Finding]:
    """Claude Code, where it is in use, calls gitprov's capture for every event."""
    missing = set(agents_config.EVENTS)
    for path, tree in _files(case):
        missing &= set(agents_config.missing(path, agents_config.read(path, tree)))
    if not missing:
        return
    if len(missing) == len(agents_config.EVENTS):
        if _in_use(case):
            what = "Claude Code is in use, but does not tell gitprov what it writes"
            yield Finding(
                "agent", WARNING, what, "gitprov install --agents claude-code (or --user for all projects)"
            )
        return
    what = f"Claude Code's settings lack gitprov's hook for {', '.join(sorted(missing))}"
    yield Finding("agent", WARNING, what, "gitprov install --agents claude-code")


def capture_command(case: Examination) -> Iterator[Finding]:
    """The command in agents' settings can be found."""
    launcher = agents.launcher_steps(case.wish)
    for path, program in agents.unreachable(_files(case), case.wish.user_home, case.which):
        fix = launcher[0] if launcher and program.startswith(launcher[0].path) else None
        if fix is not None:
            what = f"{path} tells an agent to report, but {program} is not there and gitprov is not on PATH"
            yield case.fixable(Finding("agent", ERROR, what, "gitprov install"), fix.run)
        else:
            yield _absent_program(path, program)


def launcher_version(case: Examination) -> Iterator[Finding]:
    """The launcher that agents run is of this version."""
    path = os.path.join(launchers.directory(case.wish.user_home), launchers.NAMES[0])
    data = files.read(path) or b""
    if shims.is_unchanged(data) and data != shims.render_launcher(shims.settings_of(data)):
        what = f"{path} is of another version of gitprov: agents may wait for Python at each edit"
        finding = Finding("launcher", WARNING, what, "gitprov install")
        steps = agents.launcher_steps(case.wish)
        yield case.fixable(finding, steps[0].run) if steps else finding


def _absent_program(path: str, program: str) -> Finding:
    where = "is not there" if "/" in program else "is not on PATH"
    what = f"{path} tells an agent to run {program}, which {where}"
    return Finding(
        "agent", ERROR, what, "take that entry out of the file, then: gitprov install --agents claude-code"
    )


def _files(case: Examination) -> list[tuple[str, str | None]]:
    return agents.settings_files(case.wish, case.repo.worktree)


def _in_use(case: Examination) -> bool:
    return any(os.path.isdir(os.path.dirname(path)) for path, _ in _files(case))


CHECKS: list[Check] = [agent_settings, capture_command, launcher_version]
