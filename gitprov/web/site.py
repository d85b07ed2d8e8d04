"""All pages of a report: their names, and how each is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from gitprov.flow.index.files import FileLines
from gitprov.flow.index.report import ReportData
from gitprov.flow.pages.deltas import RawDeltas
from gitprov.flow.pages.findings import OpenFindings
from gitprov.model.exchange.index_rows import CommitEntry
from gitprov.model.finding import Finding
from gitprov.web.cards import CardFacts
from gitprov.web.highlight import html_lines
from gitprov.web.kinds import listing, models, overview, source, tree
from gitprov.web.kinds.commits import Commits
from gitprov.web.kinds.findings import FindingPages
from gitprov.web.kinds.list_pages import ListPage
from gitprov.web.kinds.prompts import PromptPages
from gitprov.web.kinds.search import search_index
from gitprov.web.kinds.sessions import SessionPages
from gitprov.web.links import commit_page, file_page, prompt_page, session_page
from gitprov.web.pages import Frame, Renderer

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


class Site:
    """The pages of a report on a repository. `live`: their version, where a server shows them."""

    def __init__(self, repo: Repository, data: ReportData, answer: OpenFindings, live: str = "") -> None:
        self._repo = repo
        self._data = data
        self._answer = answer
        frame = Frame.of(data.name, data.answer.range, data.tip, data.moment)
        self._renderer = Renderer(frame, live)
        self._commits = Commits(data)
        self._prompts = PromptPages(data, self._commits)
        self._cards = CardFacts(data, self._prompts.links, self._commits.listed, RawDeltas(repo))
        self._findings = FindingPages(data, answer, self._cards)
        self._sessions = SessionPages(data, self._cards, self._commits.listed)
        self._cards.sessions = frozenset(self._sessions.shown)
        self._files = {file.path: file for file in data.files if not file.why}

    def pages(self) -> dict[str, Callable[[], bytes]]:
        """The page's name, relative to the report, → what makes its bytes."""
        pages: dict[str, Callable[[], bytes]] = {
            "index.html": self._overview,
            **self._parts("tree", tree.lists(self._data), partial(tree.values, self._data, self._answer)),
            **self._parts("prompts", self._prompts.lists(), self._prompts.list_values),
            **self._groups("sessions", self._sessions.lists(), self._sessions.list_values),
            "models.html": partial(self._top, "models", partial(models.values, self._data, self._answer)),
            **self._parts("commits", self._commits.lists(), self._commits.list_values),
            **self._groups("findings", self._findings.lists(), self._findings.list_values),
            "search.html": self._search,
        }
        for file in self._files.values():
            pages[file_page(file.path)] = partial(self._file, file)
        for group in self._prompts.names():
            pages[prompt_page(group)] = partial(self._prompt, group)
        for commit in self._commits.shown:
            pages[commit_page(commit.oid)] = partial(self._commit, commit)
        for name in self._sessions.shown:
            pages[session_page(name)] = partial(self._session, name)
        for page, finding in self._findings.pages().items():
            pages[page] = partial(self._finding, finding)
        return pages

    def _parts(
        self, name: str, parts: Sequence[ListPage], values: Callable[[ListPage], dict[str, object]]
    ) -> dict[str, Callable[[], bytes]]:
        """The pages of a list."""
        return {part.name: partial(self._top, name, partial(values, part)) for part in parts}

    def _groups(
        self,
        name: str,
        lists: Mapping[str, Sequence[ListPage]],
        values: Callable[[Mapping[str, ListPage]], dict[str, object]],
    ) -> dict[str, Callable[[], bytes]]:
        """The page with the beginnings of several lists, and the other pages of each."""
        firsts = {group: parts[0] for group, parts in lists.items()}
        pages: dict[str, Callable[[], bytes]] = {
            f"{name}.html": partial(self._top, name, partial(values, firsts))
        }
        for group, parts in lists.items():
            for part in parts[1:]:
                later = partial(self._later, values, group, part)
                pages[part.name] = partial(self._top, name, later)
        return pages

    @staticmethod
    def _later(
        values: Callable[[Mapping[str, ListPage]], dict[str, object]], group: str, part: ListPage
    ) -> dict[str, object]:
        return {**values({group: part}), "part": part}

    def _top(self, name: str, values: Callable[[], dict[str, object]]) -> bytes:
        return self._renderer.page(f"{name}.html", f"{name}.html", "", **values())

    def _overview(self) -> bytes:
        values = overview.values(self._data)
        return self._renderer.page("index.html", "index.html", "", **values, open=self._findings.counts())

    def _search(self) -> bytes:
        kinds = (self._prompts, self._sessions, self._findings, self._commits)
        pages = listing.searched(self._repo, self._data, *kinds)
        return self._renderer.page("search.html", "search.html", "", index=search_index(pages))

    def _content(self, path: str | None) -> bytes | None:
        file = self._files.get(path or "")
        return self._repo.objects.blob(file.blob) if file else None

    def _file(self, file: FileLines) -> bytes:
        texts = html_lines(file.path, self._repo.objects.blob(file.blob))
        self._findings.learn(file.path, texts)
        values = source.values(file, texts, self._cards, self._findings.of_path(file.path))
        return self._renderer.page("file.html", "tree.html", "../", **values)

    def _prompt(self, group: str) -> bytes:
        values = self._prompts.page_values(group)
        return self._renderer.page("prompt.html", "prompts.html", "../", **values)

    def _commit(self, commit: CommitEntry) -> bytes:
        values = self._commits.page_values(commit, self._cards)
        return self._renderer.page("commit.html", "commits.html", "../", **values)

    def _session(self, name: str) -> bytes:
        values = self._sessions.page_values(name)
        return self._renderer.page("session.html", "sessions.html", "../", **values)

    def _finding(self, finding: Finding) -> bytes:
        values = self._findings.page_values(finding, self._content(finding.path))
        return self._renderer.page("finding.html", "findings.html", "../", **values)
