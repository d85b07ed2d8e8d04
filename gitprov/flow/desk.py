"""The desk of a commit: what its hooks read once, and the situation that they find or left behind."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.view import View
from gitprov.git import changes as diffs
from gitprov.git.caller import git_process
from gitprov.git.changes import FileChange
from gitprov.git.process import decode
from gitprov.git.repo import Repository
from gitprov.model import canonical
from gitprov.store.files import read as read_file
from gitprov.store.inbox import Inbox
from gitprov.store.plan import Plan, blobs_path

if TYPE_CHECKING:
    from gitprov.flow.sources import Sources
    from gitprov.model.config import Config


class Situation(NamedTuple):
    """What is about to be committed, or was: `changes` against `parents[0]`, `amended` the commit replaced.

    `head` is the commit that HEAD was before. `work` are the changes against `head`: the same as `changes`
    unless a commit is amended.

    `tree` is what was committed, None for what the index holds. `sources` are the commits whose lines it may hold; None
    where git's state, which speaks of now, is to be asked for them.
    """

    head: str | None
    parents: tuple[str, ...]
    changes: list[FileChange]
    amended: str | None = None
    work: list[FileChange] = []  # noqa: RUF012 - never written to
    tree: str | None = None
    sources: Sources | None = None


class Desk:
    """All that staging needs to know, read once per hook. `above` is the process that runs the hook, 0 for none."""

    def __init__(self, repo: Repository, view: View, above: int = 0) -> None:
        self.repo = repo
        self.inbox = Inbox(repo.inbox_dir)
        self.view = view
        self.git = git_process(above)
        self._config: Config | None = None
        self._known: dict[str, str] | None = None

    @property
    def attempt(self) -> str | None:
        """Names the git process that commits: all hooks of one attempt have it in common. None where it is not seen."""
        return self.git.token if self.git else None

    @property
    def config(self) -> Config:
        """The configuration in force. ConfigError where it is wrong."""
        if self._config is None:
            from gitprov.store.config import load_config

            own = {key: value for key, value in self._settings.items() if key.startswith("gitprov.")}
            self._config = load_config(self.repo.worktree, own)
        return self._config

    @property
    def _settings(self) -> dict[str, str]:
        """What git's configuration says of all that a commit asks about; asked once, as each question is a process."""
        if self._known is None:
            self._known = self.repo.config("(gitprov|user|committer|trailer).")
        return self._known

    @property
    def plain_trailers(self) -> bool:
        """Whether git itself, left to its configuration, writes `Key: value`."""
        return self._settings.get("trailer.separators", ":").startswith(":")

    def human(self) -> str:
        """`Name <email>` of whoever commits; empty where git knows nobody (then git refuses the commit itself)."""
        name, email = (self._committer(part) for part in ("name", "email"))
        if name and email:
            return f"{name} <{email}>"
        done = self.repo.try_run("var", "GIT_COMMITTER_IDENT")
        text = decode(done.stdout)
        return text[: text.rfind(">") + 1]

    def _committer(self, part: str) -> str:
        """Name or address as git would write it, empty where git itself has to be asked."""
        said = self.repo.env.get(f"GIT_COMMITTER_{part.upper()}")
        text = said or self._settings.get(f"committer.{part}") or self._settings.get(f"user.{part}") or ""
        # Git takes some characters away at both ends and others everywhere.
        plain = text.isprintable() and text.strip(" .,:;<>\"\\'") == text and not set(text) & set("<>")
        return text if plain else ""


def staged_situation(repo: Repository, amend: bool) -> Situation:
    """What the index holds now against HEAD, or against HEAD's parents where HEAD will be amended."""
    found = repo.objects.get("HEAD^{commit}")
    head = found.oid if found is not None else None
    if amend and head is not None:
        obj = repo.objects.get(head)
        from gitprov.git.objects import parse_commit

        # Git makes the amended commit where its history was cut off a root.
        parents = parse_commit(obj).parents if obj is not None and head not in repo.cut_off else ()
        base = parents[0] if parents else None
        return Situation(head, parents, new_lines(repo, parents, base, None), head, diffs.staged(repo, head))
    merged = tuple(_merge_heads(repo))
    parents = ((head,) if head else ()) + merged
    return Situation(head, parents, new_lines(repo, parents, head, None))


def new_lines(
    repo: Repository, parents: tuple[str, ...], base: str | None, commit: str | None
) -> list[FileChange]:
    """Changes against the first parent; of a merge's hunks only the lines that no parent has. `commit` None: the index."""

    def against(parent: str | None) -> list[FileChange]:
        return diffs.staged(repo, parent) if commit is None else diffs.between(repo, parent, commit)

    changes = against(base)
    for other in parents[1:]:
        changes = diffs.common(changes, against(other))
    return changes


def _merge_heads(repo: Repository) -> list[str]:
    return decode(read_file(os.path.join(repo.git_dir, "MERGE_HEAD")) or b"").split()


def fingerprint(situation: Situation) -> str:
    """A digest of the change of files alone."""
    rows = [[c.status, c.old_mode, c.new_mode, c.old_oid, c.new_oid, c.path] for c in situation.changes]
    return canonical.digest_of(rows)


def fits(repo: Repository, plan: Plan, situation: Situation) -> bool:
    """Whether a plan was made for this change, and has all that it needs to be carried out."""
    return (
        plan.base == situation.head
        and plan.amend == (situation.amended is not None)
        and plan.changes == fingerprint(situation)
        and (not plan.used or os.path.exists(blobs_path(repo.git_dir)))
    )
