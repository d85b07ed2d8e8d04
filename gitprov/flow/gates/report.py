"""From the raw findings of any check to its report: policy, comments, fingerprints, baseline, authors."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.checks.findings import baseline, suppression
from gitprov.checks.findings.baseline import BaselineRow
from gitprov.checks.findings.fingerprint import Texts, with_fingerprints
from gitprov.errors import ConfigError, UsageError
from gitprov.flow.gates.subjects import Subject
from gitprov.flow.read.prompts import Prompts
from gitprov.git.files import tree_files
from gitprov.git.history.log import field_of
from gitprov.model.answers.report import Report
from gitprov.model.finding import ERROR, UNKNOWN, WARNING, Finding, Risk
from gitprov.model.ranges import LineSet
from gitprov.model.settings.policy import NEVER, OFF, SEVERITIES, CheckPolicy, policy_of
from gitprov.store import files
from gitprov.store.config import load_config

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Largest baseline that is read, in bytes, and most characters of a prompt that are reported.
_LARGEST, _PROMPT = 64 << 20, 200
_REWRITE = "write it again: gitprov check {} --write-baseline"
Lines = Mapping[str, LineSet]
"""Path → the lines that a check looked at."""


class ReportOptions(NamedTuple):
    """`every_line`: not only models' lines were judged. `baseline`: the file, None for the usual one where it
    exists. `write`: all findings go into the baseline.
    """

    every_line: bool = False
    baseline: str | None = None
    write: bool = False


def load_policy(repo: Repository, check: str) -> CheckPolicy:
    """The project's policy for a check. ConfigError where the configuration is wrong."""
    return policy_of(load_config(repo.worktree, repo.config("gitprov.")).checks, check)


def report(
    repo: Repository,
    check: str,
    findings: Sequence[Finding],
    files: Mapping[str, Subject] | None,
    options: ReportOptions,
) -> Report:
    """What a check reports. `files`: path → each file that it judged; None where it judges no lines.

    UsageError where a baseline that the user names is missing, ConfigError where it is none.
    """
    policy = load_policy(repo, check)
    if not policy.enabled:
        return Report((), enabled=False)
    subjects = files or {}
    files_judged = {
        path: entry for path, entry in subjects.items() if policy.judges(path) and not entry.unread
    }
    texts = {path: lines_of(entry) for path, entry in files_judged.items()}
    judged = {path: entry.added if options.every_line else entry.ai for path, entry in files_judged.items()}
    raw = [finding for finding in findings if policy.judges(finding.path)]
    remaining, count = _without_suppressed(check, raw, texts, judged)
    reported = with_fingerprints(list(_under(policy, remaining)), texts)
    if subjects:
        reported.sort(key=lambda entry: (entry.path or "", entry.lines or (0, 0), entry.rule))
    outcome = _against_baseline(repo, check, reported, texts, judged, options)
    return outcome._replace(
        findings=tuple(_joined(repo, outcome.findings, subjects)),
        suppressed=count,
        lines=None if files is None else sum(map(len, judged.values())),
    )


def lines_of(subject: Subject) -> list[str]:
    """The lines of a file, as git counts them, without their ends."""
    lines = subject.content.decode("utf-8", "replace").split("\n")
    return [line.removesuffix("\r") for line in (lines if lines[-1] else lines[:-1])]


# -- comments and policy -------------------------------------------------------------------------------------


def _without_suppressed(
    check: str, findings: Sequence[Finding], texts: Texts, judged: Lines
) -> tuple[list[Finding], int]:
    """The findings that no comment suppresses, those about comments, and how many are suppressed."""
    comments = {path: suppression.suppressions(path, lines) for path, lines in texts.items()}
    remaining, used = suppression.suppress(findings, comments)
    doubtful = {finding.path for finding in findings if finding.level == UNKNOWN}
    sure = {path: lines for path, lines in judged.items() if path not in doubtful}
    count = len(findings) - len(remaining)
    return [*remaining, *suppression.remarks(check, comments, used, sure)], count


def _under(policy: CheckPolicy, findings: Iterable[Finding]) -> Iterable[Finding]:
    """The findings with the severities and levels of a policy, without those of rules that are off."""
    for finding in findings:
        severity = (policy.severity or {}).get(finding.rule)
        if finding.level not in (ERROR, WARNING):
            yield finding
        elif severity != OFF:
            yield _leveled(policy, finding, severity)


def _leveled(policy: CheckPolicy, finding: Finding, severity: str | None) -> Finding:
    risk = finding.risk or Risk("low", "low")
    risk = risk if severity is None else risk._replace(severity=severity)
    if severity is None and policy.fail_on is None:
        return finding._replace(risk=risk)
    least = policy.fail_on or "medium"
    fails = least != NEVER and SEVERITIES.index(risk.severity) <= SEVERITIES.index(least)
    return finding._replace(level=ERROR if fails else WARNING, risk=risk)


# -- the baseline --------------------------------------------------------------------------------------------


def _against_baseline(
    repo: Repository,
    check: str,
    findings: Sequence[Finding],
    texts: Texts,
    judged: Lines,
    options: ReportOptions,
) -> Report:
    top = repo.worktree or repo.cwd
    path = os.path.abspath(options.baseline) if options.baseline else os.path.join(top, baseline.FILE)
    rows = _read(path, check, options)
    concerned = [row for row in rows if row.check == check]
    removed = {
        row.path: () for row in concerned if row.path and not os.path.lexists(os.path.join(top, row.path))
    }
    gone = list(baseline.vanished(concerned, findings, {**removed, **texts}, judged))
    if options.write:
        new = [baseline.row_of(check, entry) for entry in findings if entry.level in (ERROR, WARNING)]
        rows = [*(row for row in rows if row not in gone), *new]
        text = baseline.dump_rows(rows).encode("utf-8")
        tree_files.check_way(path)
        tree_files.write(os.path.dirname(path), os.path.basename(path), text)
    remaining, count = baseline.without(findings, rows, check)
    return Report(tuple(remaining), baseline=count, vanished=tuple((row.id, row.path or "") for row in gone))


def _read(path: str, check: str, options: ReportOptions) -> list[BaselineRow]:
    hint = _REWRITE.format(check)
    try:
        data = files.read(path, _LARGEST)
        if data is None:
            if options.baseline and not options.write:
                raise UsageError(f"there is no baseline {options.baseline}", hint)
            return []
        return baseline.parse(data.decode("utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"the baseline {path} cannot be read: {reason}", hint) from None


# -- who wrote it --------------------------------------------------------------------------------------------


def _joined(
    repo: Repository, findings: Sequence[Finding], subjects: Mapping[str, Subject]
) -> Iterable[Finding]:
    """The findings with trace, agent, model, committer and the first line of the prompt, as far as known."""
    authored = [_with_author(finding, subjects.get(finding.path or "")) for finding in findings]
    people = field_of(repo, {entry.commit for entry in authored if entry.commit}, "%cn <%ce>")
    prompts = Prompts(repo)
    for finding in authored:
        risk = finding.risk
        if risk is None:
            yield finding
            continue
        text = prompts.of(finding.trace) if finding.trace else None
        prompt = next((line.strip() for line in (text or "").splitlines() if line.strip()), None)
        committer = risk.committer or people.get(finding.commit or "")
        yield finding._replace(
            risk=risk._replace(prompt=prompt[:_PROMPT] if prompt else None, committer=committer)
        )


def _with_author(finding: Finding, subject: Subject | None) -> Finding:
    """The finding with the author of its lines, where a model wrote them."""
    author = subject.author_of(*finding.lines) if subject is not None and finding.lines is not None else None
    if author is None or finding.level == UNKNOWN:
        return finding
    risk = finding.risk or Risk("low", "low")
    return finding._replace(
        traces=finding.traces or ((author.trace,) if author.trace else ()),
        commit=finding.commit or author.commit,
        risk=risk._replace(agent=risk.agent or author.agent, model=risk.model or author.model),
    )
