"""The message: prepare-commit-msg writes the trailers, commit-msg is the gate."""

from __future__ import annotations

from gitprov.checks.gate import Refusal, quoted
from gitprov.errors import GateError
from gitprov.flow import stage
from gitprov.flow.stage import Desk
from gitprov.git import trailers as texts
from gitprov.git.caller import git_arguments, says_amend
from gitprov.git.objects import parse_commit
from gitprov.git.repo import Repository
from gitprov.interop import trailers as profiles
from gitprov.store import plan as plans
from gitprov.store.plan import Plan

_WAY_OUT = "to let a record go all the same, say why in the message (it is kept in the note):"


def is_amend(repo: Repository, parent_pid: int, source: str | None) -> bool:
    """Whether the commit under way replaces HEAD.

    Git tells a hook only where a message came from, so the git process above is asked for its arguments. Where
    they cannot be read, or an alias hides them, a message taken from a commit by the author and date of HEAD is
    an amendment.
    """
    words = git_arguments(parent_pid)
    said = says_amend(words) if words is not None else None
    if said is not None:
        return said
    head = repo.objects.get("HEAD")
    if source not in ("commit", None) or head is None or head.type != "commit":
        return False
    name, email, date = (repo.env.get(f"GIT_AUTHOR_{part}", "") for part in ("NAME", "EMAIL", "DATE"))
    return source == "commit" and parse_commit(head).author == f"{name} <{email}> {date.removeprefix('@')}"


def current_plan(desk: Desk, amend: bool) -> Plan | None:
    """The plan for what is staged now: the kept one where it still fits, else a new one. Not saved."""
    situation = stage.staged_situation(desk.repo, amend)
    kept = plans.load(desk.repo.git_dir)
    if kept is not None and kept.key == stage.key_of(situation, desk.inbox.seqs()):
        return kept
    return stage.make_plan(desk, situation)


def prepare(desk: Desk, path: str, amend: bool) -> None:
    """Write the trailers of the coming commit into the message file at `path`."""
    repo = desk.repo
    plan = current_plan(desk, amend)
    if plan is None:
        plans.drop(repo.git_dir)
        return
    plan = plan._replace(gate=None, moment=repo.env.get("GIT_AUTHOR_DATE"), trailers_added=False)
    message = _read(path)
    _forget_stale(desk, path, plan, message)
    keys = [key for key, _, _ in plan.trailers]
    if plan.trailers and texts.has_text(repo, message, [*keys, "Signed-off-by"]):
        texts.add(repo, path, [(key, value) for key, value, _ in plan.trailers])
        plan = plan._replace(trailers_added=True)
    plans.save(repo.git_dir, plan)


def check(desk: Desk, path: str, amend: bool) -> None:
    """The gate. GateError with every reason why the commit would lose a record; else the plan is marked passed."""
    repo = desk.repo
    plan = current_plan(desk, amend)
    message = _read(path)
    given = texts.parse(repo, message)
    if plan is not None and not plan.trailers_added:
        given = _add_late(desk, path, plan, given, message)
    dropped = profiles.dropped(given)
    reasons = [] if plan is None else _reasons(plan, given)
    reasons = [
        one for one in reasons if not one.traces or not all(dropped.get(trace) for trace in one.traces)
    ]
    if plan is not None or dropped:
        reasons += [
            Refusal("dropped", wrong, "write 'AI-Trace-Dropped: <trace id> <reason>'")
            for wrong in profiles.dropped_problems(given)
        ]
    if "forbid" in desk.config.trailers:
        reasons += [_forbidden(key, value) for key, value in profiles.forbidden(given)]
    if reasons:
        raise GateError(explain(reasons))
    if plan is not None:
        plans.save(repo.git_dir, plan._replace(gate="passed", moment=repo.env.get("GIT_AUTHOR_DATE")))


def _add_late(
    desk: Desk, path: str, plan: Plan, given: list[texts.Trailer], message: bytes
) -> list[texts.Trailer]:
    """Without prepare-commit-msg, or where there was no text yet, the trailers come in here."""
    wanted = [(key, value) for key, value, _ in plan.trailers if not _has(given, key, value)]
    waived = profiles.dropped(given)
    left = [one for one in wanted if not all(waived.get(trace) for trace in _stands_for(plan, one))]
    keys = [key for key, _, _ in plan.trailers]
    if not left or not texts.has_text(desk.repo, message, [*keys, "Signed-off-by"]):
        return given
    texts.add(desk.repo, path, left)
    return texts.parse(desk.repo, _read(path))


def _stands_for(plan: Plan, trailer: texts.Trailer) -> tuple[str, ...]:
    return next(traces for key, value, traces in plan.trailers if (key, value) == trailer)


def _reasons(plan: Plan, given: list[texts.Trailer]) -> list[Refusal]:
    found = [Refusal.from_json(row) for row in plan.refusals]
    if plan.trailers_added:
        found += [
            _removed(plan, key, value, traces)
            for key, value, traces in plan.trailers
            if not _has(given, key, value)
        ]
    return found


def _has(given: list[texts.Trailer], key: str, value: str) -> bool:
    return any(texts.same(key, name) and value == text for name, text in given)


def _removed(plan: Plan, key: str, value: str, traces: tuple[str, ...]) -> Refusal:
    path = next((next(iter(row["files"])) for row in plan.traces if row["id"] in traces), None)
    lines = sum(1 for row in plan.traces if row["id"] in traces)
    return Refusal(
        "trailer",
        f"the trailer '{key}: {value}' was removed, but its lines are in this commit"
        if lines
        else f"the trailer '{key}: {value}' was removed",
        f'git commit{" --amend" if plan.amend else ""} -F "$(git rev-parse --git-path COMMIT_EDITMSG)" --trailer {quoted(f"{key}: {value}")}',
        path,
        traces,
    )


def _forbidden(key: str, value: str) -> Refusal:
    return Refusal(
        "forbidden",
        f"the trailer '{key}: {value}' declares a model's help, which this project does not accept",
        "remove the trailer and what it speaks of",
    )


def explain(reasons: list[Refusal]) -> str:
    """Reasons as a person reads them: file, trace, why, and the command that mends it."""
    lines = [f"commit refused: {len(reasons)} {'record' if len(reasons) == 1 else 'records'} would be lost"]
    for one in reasons:
        where = "  ".join(filter(None, (one.path, ", ".join(one.traces))))
        lines += [f"  {where}" if where else "  this commit", f"    {one.message}", f"    mend: {one.mend}"]
    traces = sorted({trace for one in reasons for trace in one.traces})
    if traces:
        lines += [
            f"  {_WAY_OUT}",
            *(f"    --trailer 'AI-Trace-Dropped: {trace} <reason>'" for trace in traces),
        ]
    return "\n".join(lines)


def _forget_stale(desk: Desk, path: str, plan: Plan, message: bytes) -> None:
    """An amendment that took the last line of a trace takes its trailer too."""
    given = {(key.lower(), value) for key, value in texts.parse(desk.repo, message)} if plan.stale else set()
    gone = {f"ai-trace: {trace}" for trace in plan.stale if ("ai-trace", trace) in given}
    if gone:
        lines = message.decode("utf-8", "surrogateescape").splitlines(keepends=True)
        kept = [line for line in lines if line.strip().lower() not in gone]
        with open(path, "wb") as file:
            file.write("".join(kept).encode("utf-8", "surrogateescape"))


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
