"""The pages that the search page can find, with their texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gitprov.flow.index.report import ReportData
from gitprov.git.process import decode
from gitprov.web.kinds.commits import Commits
from gitprov.web.kinds.findings import FindingPages
from gitprov.web.kinds.prompts import PromptPages
from gitprov.web.kinds.search import SearchPage
from gitprov.web.kinds.sessions import SessionPages
from gitprov.web.links import commit_page, file_page, prompt_page

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def searched(
    repo: Repository,
    data: ReportData,
    prompts: PromptPages,
    sessions: SessionPages,
    findings: FindingPages,
    commits: Commits,
) -> Iterator[SearchPage]:
    """Prompts, files, findings, sessions and commits, each kind in the order of its list."""
    for group in prompts.names():
        yield SearchPage("prompt", prompt_page(group), prompts.shown(group), prompts.text(group))
    for file in data.files:
        if not file.why:
            content = decode(repo.objects.blob(file.blob))
            yield SearchPage("file", file_page(file.path), file.path, content)
    for page, finding in findings.pages().items():
        text = " ".join(filter(None, (finding.path, finding.mend, finding.trace)))
        yield SearchPage("finding", page, f"{finding.rule}: {finding.message}", text)
    for row in sessions.rows[: len(sessions.shown)]:
        yield SearchPage("session", row.page, row.name, f"{row.agents} {row.models} {row.people}")
    for commit in commits.shown:
        yield SearchPage("commit", commit_page(commit.oid), commit.subject, f"{commit.author} {commit.oid}")
