"""State that the reports of one delivery share: turns, inboxes, and the content of files before an edit.

A generator may report thousands of files at once. Each event file is read once, and one git process reads all
committed files of a work tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING

from gitprov.errors import GitFailed
from gitprov.flow.capture.digest import digest
from gitprov.flow.capture.last_known import committed, git_surroundings, last_known
from gitprov.flow.capture.moment import inbox_of, look_around
from gitprov.flow.capture.redaction import Cleaner
from gitprov.git.locate import Location
from gitprov.model.event import ContentRef, Event, Turn
from gitprov.store.inbox.inbox import Inbox

if TYPE_CHECKING:
    from gitprov.git.files.filtered import FilteredHead


class Delivery:
    """State kept from one report to the next. Used in a `with` statement, whose end stops the git processes.

    `turns`: turns that this delivery started, by inbox and by the generation fields that their reports share.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self.turns: dict[tuple[object, ...], Turn] = {}
        self._env = env
        self._inboxes: dict[tuple[str, str], Inbox] = {}
        self._newest: dict[str, dict[str, ContentRef | None]] = {}
        self._readers: dict[str, FilteredHead] = {}
        self._cleaners: dict[str, Cleaner] = {}

    def __enter__(self) -> Delivery:  # noqa: PYI034 - Self needs Python 3.11
        """The delivery itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for reader in self._readers.values():
            reader.close()

    def inbox(self, place: Location) -> Inbox:
        """The inbox of a work tree, to write to. On first use, the stashes that exist are recorded in it."""
        key = (place.common_dir, place.worktree_id)
        if key not in self._inboxes:
            self._inboxes[key] = inbox_of(place)
            digest(self._inboxes[key], self._env)
            look_around(self._inboxes[key], place)
        return self._inboxes[key]

    def cleaner(self, worktree: str) -> Cleaner:
        """What removes secrets from the texts of reports about a work tree."""
        if worktree not in self._cleaners:
            self._cleaners[worktree] = Cleaner.of_project(worktree)
        return self._cleaners[worktree]

    def last_content(self, inbox: Inbox, place: Location) -> bytes | None:
        """Content of a file after its newest event, else as committed; None where there was no such file.

        GitFailed as for `committed`. The first call for an inbox reads only the file's last event; the second
        call reads all events.
        """
        if inbox.root not in self._newest:
            self._newest[inbox.root] = {}
            return last_known(inbox, place, self._env)
        newest = self._newest[inbox.root]
        if not newest:
            newest.update((event.path, event.after) for event in inbox.events() if isinstance(event, Event))
        after = newest.get(place.path)
        if after is None and place.path in newest:
            return None
        content = inbox.kept(after)
        return self._committed(place) if content is None else content

    def recorded(self, inbox: Inbox, path: str, after: ContentRef | None) -> None:
        """Take note that an event for this path was added, with `after` as the file's content."""
        if self._newest.get(inbox.root):
            self._newest[inbox.root][path] = after

    def _committed(self, place: Location) -> bytes | None:
        if "\n" in place.path:
            return committed(place, self._env)
        from gitprov.git.files.filtered import FilteredHead

        if place.worktree not in self._readers:
            around = git_surroundings(place, self._env)
            self._readers[place.worktree] = FilteredHead(around.cwd, around.env)
        try:
            return self._readers[place.worktree].get(place.path)
        except GitFailed:
            return None
