"""Runs other security tools over the files that a change touches.

Each file is judged as it is in the scope, so the tools get copies in a directory of their own, under names
that no setting of a tool leaves out.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov.checks.security.rule import Catalog
from gitprov.checks.security.tools import merge, reports
from gitprov.checks.security.tools.reports import BANDIT, RUFF, SEMGREP, ToolHit, ToolReport
from gitprov.errors import UsageError
from gitprov.flow.gates.subjects import Subject
from gitprov.git.files import tree_files
from gitprov.git.process import Env
from gitprov.git.programs import run_tool
from gitprov.model.finding import UNKNOWN, Finding
from gitprov.model.ranges import LineSet
from gitprov.model.settings.policy import TOOLS, CheckPolicy

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

#: Longest run of one tool, in seconds, and most that it may print, in bytes.
_LONGEST, _LARGEST = 120.0, 64 << 20
_UNREAD = "security/unread"
_PYTHON = (".py", ".pyw", ".pyi")
_COMMANDS = {
    RUFF: (
        "ruff", "check", "--isolated", "--no-cache", "--quiet", "--exit-zero", "--select", "S",
        "--output-format", "json", ".",
    ),
    BANDIT: ("bandit", "--quiet", "--exit-zero", "--format", "json", "--recursive", "."),
    SEMGREP: (
        "semgrep", "scan", "--experimental", "--json", "--quiet", "--metrics", "off",
        "--disable-version-check", "--no-git-ignore",
    ),
}  # fmt: skip


class ToolOptions(NamedTuple):
    """`names`: the tools that run, in this order; `rules`: what semgrep gets as --config, files and
    directories as absolute paths; `every_line`: not only lines that a model wrote; `env`: the environment of
    the tools.
    """

    names: tuple[str, ...]
    rules: tuple[str, ...]
    every_line: bool
    env: Env


def tool_options(
    repo: Repository, policy: CheckPolicy, names: Sequence[str], every_line: bool
) -> ToolOptions:
    """The tools of a policy, or those of `names` where there are any. UsageError for a name of none."""
    for name in names:
        if name not in TOOLS:
            raise UsageError(f"--tool takes {', '.join(TOOLS)}, not {name!r}", "gitprov check security -h")
    top = repo.worktree or repo.cwd
    places = [(rule, os.path.join(top, rule)) for rule in policy.semgrep_rules]
    rules = tuple(place if os.path.exists(place) else rule for rule, place in places)
    return ToolOptions(tuple(dict.fromkeys(names)) or policy.tools, rules, every_line, repo.env)


def with_tools(
    findings: Sequence[Finding], subjects: Iterable[Subject], book: Catalog, options: ToolOptions
) -> list[Finding]:
    """The findings, each with the tools that report the same, and what the tools report besides. A tool that
    is missing or fails is unknown.
    """
    judged = [subject for subject in subjects if not subject.unread and _lines(subject, options)]
    doubtful = {finding.path for finding in findings if finding.level == UNKNOWN}
    hits: list[ToolHit] = []
    troubles: list[Finding] = []
    for name in options.names if judged else ():
        done = _report(name, judged, options)
        if isinstance(done, Finding):
            troubles.append(done)
        else:
            hits += done.hits
            rows = [(path, reason) for path, reason in done.unread if path not in doubtful]
            troubles += [_unread(name, path, reason) for path, reason in dict(reversed(rows)).items()]
    lines = {subject.path: _lines(subject, options) for subject in judged}
    kept = [hit for hit in hits if hit.line in lines.get(hit.path, LineSet())]
    return [*merge.joined(kept, findings, book), *troubles]


def _lines(subject: Subject, options: ToolOptions) -> LineSet:
    return subject.added if options.every_line else subject.ai


def _report(name: str, judged: Sequence[Subject], options: ToolOptions) -> ToolReport | Finding:
    """What a tool reports, with the paths of the scope; why it could not."""
    files = {f"f{at}{_suffix(subject.path)}": subject for at, subject in enumerate(judged)}
    if name != SEMGREP:
        files = {copy: subject for copy, subject in files.items() if copy.endswith(_PYTHON)}
    elif not options.rules:
        mend = 'semgrep_rules = ["DIRECTORY"] in [checks.security]'
        return _trouble("semgrep has no rules to run", mend)
    folders = os.pathsep.join([options.env.get("PATH", os.defpath), os.path.dirname(sys.executable)])
    program = shutil.which(name, path=folders)
    if program is None:
        return _trouble(f"{name} is not installed", f"pip install {name}, or leave it out of the tools")
    if not files:
        return ToolReport([], [])
    with tempfile.TemporaryDirectory(prefix="gitprov-") as folder:
        for copy, subject in files.items():
            tree_files.write(folder, copy, subject.content, durable=False)
        return _run(name, program, folder, options, {copy: entry.path for copy, entry in files.items()})


def _run(
    name: str, program: str, folder: str, options: ToolOptions, paths: Mapping[str, str]
) -> ToolReport | Finding:
    words = [program, *_COMMANDS[name][1:]]
    if name == SEMGREP:
        words += [word for rule in options.rules for word in ("--config", rule)] + ["."]
    again = f"see what is wrong: {name} --version"
    try:
        done = run_tool(words, cwd=folder, env=options.env, seconds=_LONGEST, largest=_LARGEST)
    except OSError as error:
        return _trouble(f"{name} could not be started: {error.strerror}", again)
    if done.status is None:
        return _trouble(f"{name} took more than {_LONGEST:.0f} seconds", "judge a smaller range")
    if done.status != 0:
        return _trouble(f"{name} failed with status {done.status}: {done.words}", again)
    if len(done.output) > _LARGEST:
        return _trouble(f"{name} printed more than {_LARGEST >> 20} MiB", "judge a smaller range")
    try:
        report = reports.parse(name, done.output)
    except ValueError as error:
        return _trouble(f"the report of {name} cannot be read: {error}", again)
    hits = [hit._replace(path=paths.get(os.path.basename(hit.path), "")) for hit in report.hits]
    unread = [(paths.get(os.path.basename(path), ""), reason) for path, reason in report.unread]
    return ToolReport(hits, unread)


def _unread(name: str, path: str, reason: str) -> Finding:
    """What a tool could not judge; the path is empty where no single file is to blame."""
    return Finding(_UNREAD, UNKNOWN, f"{name} could not judge it: {reason}", path=path or None)


def _trouble(reason: str, mend: str) -> Finding:
    return Finding(_UNREAD, UNKNOWN, reason, mend)


def _suffix(path: str) -> str:
    """The end of a file's name, as `.py`, in a form that no path can be made of; empty without any."""
    name, dot, suffix = path.rpartition("/")[2].rpartition(".")
    return f".{suffix.lower()}" if name and dot and suffix.isalnum() and suffix.isascii() else ""
