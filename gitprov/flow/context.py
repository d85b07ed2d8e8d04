"""The context of a commit: what its hooks need from repository, inbox and configuration, read once."""

from __future__ import annotations

from functools import cached_property

from gitprov.errors import GitprovError
from gitprov.flow.capture.digest import open_inbox
from gitprov.flow.work_tree import View
from gitprov.git.objects import person
from gitprov.git.process import decode
from gitprov.git.repo import Repository
from gitprov.git.user.parent_command import git_process, says_amend
from gitprov.store.inbox import spool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.model.settings.config import Config


class CommitContext:
    """The data that commit hooks need, read once per hook. `above` is the hook's parent process, 0: none."""

    def __init__(self, repo: Repository, view: View, above: int = 0) -> None:
        self.repo = repo
        self.inbox = open_inbox(repo.inbox_dir, repo.env)
        if above:
            self._close_intents(above)
        self.view = view
        self.git = git_process(above)

    def _close_intents(self, above: int) -> None:
        """Let the files decide which announced edits took place. Problems go to the log.

        An inbox that this user cannot read is not this function's affair: the gate refuses the commit.
        """
        try:
            if not spool.announced(self.inbox):
                return
        except PermissionError:
            return
        import time

        from gitprov.flow.capture.live import close_at_commit
        from gitprov.flow.capture.moment import utc_second

        now = time.time()
        try:
            close_at_commit(self.inbox, self.repo.env, above, now)
        except (OSError, ValueError, GitprovError) as error:
            self.inbox.log_problem(f"an announced edit was not recorded: {error}", utc_second(now))

    @property
    def attempt(self) -> str | None:
        """The token of the git process that commits, equal in all hooks of an attempt; None if not found."""
        return self.git.token if self.git else None

    def is_amend(self, source: str | None = None) -> bool:
        """Whether the commit in progress replaces HEAD.

        Git passes a hook only the `source` of the message, so the arguments of the git process above are
        read. Where they cannot be read, a message from a commit by the author and date of HEAD counts as an
        amendment.
        """
        amend = says_amend(self.git.words) if self.git else None
        if amend is not None:
            return amend
        head = self.repo.objects.commit("HEAD") if source == "commit" else None
        name, email, date = (
            self.repo.env.get(f"GIT_AUTHOR_{part}", "") for part in ("NAME", "EMAIL", "DATE")
        )
        return head is not None and head.author == f"{name} <{email}> {date.removeprefix('@')}"

    @cached_property
    def config(self) -> Config:
        """The configuration in force. ConfigError where it is invalid."""
        from gitprov.store.config import load_config

        personal = {key: value for key, value in self._settings.items() if key.startswith("gitprov.")}
        return load_config(self.repo.worktree, personal)

    @cached_property
    def _settings(self) -> dict[str, str]:
        """All of git's settings that a commit needs, read once, since each reading starts a process."""
        return self.repo.config("(gitprov|user|committer|trailer).")

    @property
    def plain_trailers(self) -> bool:
        """Whether git's configuration lets git itself write trailers as `Key: value`."""
        return self._settings.get("trailer.separators", ":").startswith(":")

    def human(self) -> str:
        """The committer as `Name <email>`; empty where git has none, and then refuses the commit itself."""
        name, email = (self._committer(part) for part in ("name", "email"))
        if name and email:
            return f"{name} <{email}>"
        return person(decode(self.repo.try_run("var", "GIT_COMMITTER_IDENT").stdout))

    def _committer(self, part: str) -> str:
        """Name or address as git would write it; empty where only `git var` can give it."""
        from_env = self.repo.env.get(f"GIT_COMMITTER_{part.upper()}")
        text = from_env or self._settings.get(f"committer.{part}") or self._settings.get(f"user.{part}") or ""
        # Git removes some characters at both ends and others everywhere.
        plain = text.isprintable() and text.strip(" .,:;<>\"\\'") == text and not set(text) & set("<>")
        return text if plain else ""
