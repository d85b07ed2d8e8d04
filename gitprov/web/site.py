"""All pages of a report: their names, and how each is made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from gitprov.flow.index.files import FileLines
from gitprov.flow.index.report import ReportData
from gitprov.model.index_rows import CommitEntry
from gitprov.web import overview, source, tree
from gitprov.web.cards import CardFacts
from gitprov.web.commits import Commits
from gitprov.web.links import commit_page, file_page, prompt_page
from gitprov.web.pages import Frame, Renderer
from gitprov.web.prompts import PromptPages

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


class Site:
    """The pages of a report on a repository."""

    def __init__(self, repo: Repository, data: ReportData) -> None:
        self._repo = repo
        self._data = data
        self._renderer = Renderer(Frame.of(data.name, data.answer.range, data.tip, data.moment))
        self._commits = Commits(data)
        self._prompts = PromptPages(data, self._commits.listed)
        self._cards = CardFacts(data, self._prompts.groups, self._commits.listed)

    def pages(self) -> dict[str, Callable[[], bytes]]:
        """The page's name, relative to the report, → what makes its bytes."""
        pages: dict[str, Callable[[], bytes]] = {
            "index.html": self._overview,
            "tree.html": self._tree,
            "prompts.html": self._prompt_list,
            "commits.html": self._commit_list,
        }
        for file in self._data.files:
            if not file.why:
                pages[file_page(file.path)] = partial(self._file, file)
        for group in self._prompts.names():
            pages[prompt_page(group)] = partial(self._prompt, group)
        for commit in self._commits.shown:
            pages[commit_page(commit.oid)] = partial(self._commit, commit)
        return pages

    def _overview(self) -> bytes:
        return self._renderer.page("index.html", "index.html", "", **overview.values(self._data))

    def _tree(self) -> bytes:
        return self._renderer.page("tree.html", "tree.html", "", **tree.values(self._data))

    def _prompt_list(self) -> bytes:
        return self._renderer.page("prompts.html", "prompts.html", "", **self._prompts.list_values())

    def _commit_list(self) -> bytes:
        return self._renderer.page("commits.html", "commits.html", "", **self._commits.list_values())

    def _file(self, file: FileLines) -> bytes:
        content = self._repo.objects.blob(file.blob)
        return self._renderer.page("file.html", "", "../", **source.values(file, content, self._cards))

    def _prompt(self, group: str) -> bytes:
        return self._renderer.page("prompt.html", "", "../", **self._prompts.page_values(group))

    def _commit(self, commit: CommitEntry) -> bytes:
        values = self._commits.page_values(commit, self._cards)
        return self._renderer.page("commit.html", "", "../", **values)
