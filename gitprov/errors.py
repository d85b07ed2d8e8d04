"""The exception family: what happened, what to do next, and the exit code."""

from __future__ import annotations

EXIT_OK = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_CANNOT = 3
EXIT_BUG = 70
EXIT_INTERRUPTED = 130


class GitprovError(Exception):
    """Something a user can understand and mend.

    `message` is one line: what happened, on which thing. `hint` is the next step,
    a command where there is one. Only `cli` turns these into output and an exit code.
    """

    exit_code = EXIT_CANNOT

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(GitprovError):
    """The command line cannot be carried out as written."""

    exit_code = EXIT_USAGE


class ConfigError(GitprovError):
    """A configuration file or setting is wrong."""

    exit_code = EXIT_USAGE


class ConfigBlocked(ConfigError):
    """A link, a directory or a pipe stands where a configuration file belongs: rules may hold that cannot
    be read.
    """

    exit_code = EXIT_CANNOT


class GateError(GitprovError):
    """A gate refused; `message` may hold several lines, one per reason."""

    exit_code = EXIT_FINDINGS


class NotARepository(GitprovError):
    """No git repository here."""


class Obstructed(GitprovError):
    """A path of the work tree is no plain file of it: a link, a pipe, a directory is there or in the way.

    `path` is the component that is in the way, relative to the tree; `what` is what it is, in words.
    """

    def __init__(self, message: str, path: str, what: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.path = path
        self.what = what


class GitFailed(GitprovError):
    """A git command exited with an error that its caller did not expect.

    `status` is git's exit code, `stderr` its text, stripped.
    """

    def __init__(self, message: str, status: int, stderr: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.status = status
        self.stderr = stderr


class Damaged(GitprovError):
    """Stored bytes are missing or do not match their digest."""


class NotesUnreadable(GitprovError):
    """The notes ref is there and cannot be read, so its content is unknown and not absent."""

    exit_code = EXIT_FINDINGS


class Contended(GitprovError):
    """A ref kept moving under us; nothing was written."""
