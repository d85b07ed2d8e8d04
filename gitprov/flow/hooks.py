"""What each git hook does, in order."""

from __future__ import annotations

from gitprov.checks.gate import Refusal
from gitprov.errors import GateError
from gitprov.flow import message, seal, sidecar, stage
from gitprov.flow.stage import Desk
from gitprov.model.config import Config
from gitprov.store import flags
from gitprov.store import plan as plans


def pre_commit(desk: Desk, parent_pid: int) -> None:
    """Work out the coming commit. Refuses here only where no commit-msg hook will do it with the message at hand."""
    seal.recover(desk)
    keep_flags(desk)
    amend = message.is_amend(desk.repo, parent_pid, None)
    plan = message.current_plan(desk, amend)
    if plan is not None and desk.config.sidecar:
        staged = sidecar.stage_sidecars(desk, plan)
        if staged:
            again = message.current_plan(desk, amend)
            plan = (again or plan)._replace(sidecars=staged)
    if plan is None:
        plans.drop(desk.repo.git_dir)
        return
    refusals = [Refusal.from_json(row) for row in plan.refusals]
    passed = None
    if not stage.message_gate_installed(desk.repo):
        if refusals:
            raise GateError(message.explain(refusals))
        passed = "passed"
    moment = desk.repo.env.get("GIT_AUTHOR_DATE")
    plans.save(desk.repo.git_dir, plan._replace(gate=passed, moment=moment, trailers_added=False))


def prepare_commit_msg(desk: Desk, parent_pid: int, path: str, source: str | None) -> None:
    """Write the trailers."""
    message.prepare(desk, path, message.is_amend(desk.repo, parent_pid, source))


def commit_msg(desk: Desk, parent_pid: int, path: str) -> None:
    """The gate. GateError where the commit would lose a record."""
    message.check(desk, path, message.is_amend(desk.repo, parent_pid, None))


def post_commit(desk: Desk) -> str | None:
    """Write note and generations; the commit's id where there was something to write."""
    return seal.seal(desk)


def keep_flags(desk: Desk) -> None:
    """Hooks in sh know by a flag whether the project guards commits that have no evidence of their own."""
    if wants_guard(desk.config):
        flags.raise_flag(desk.repo.home, "guard")
    else:
        flags.lower_flag(desk.repo.home, "guard")


def wants_guard(config: Config) -> bool:
    """Whether commits without any evidence are looked at too."""
    return config.markers or "forbid" in config.trailers
