"""A git command whose output is read while it runs."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator, Sequence

from gitprov.errors import GitFailed, NotesUnreadable, UsageError
from gitprov.git.process import DEVNULL, PIPE, Env, decode, open_git, opened
from gitprov.git.remotes.partial_clone import is_promised, promised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import Self

_CHUNK = 1 << 17
#: Pause between reads of a command that writes little at a time: each read costs a context switch.
_PAUSE = 10  # milliseconds
_LITTLE = 1 << 14
#: Git's exit status for arguments that it does not understand.
_USAGE = 129


class Stream:
    """Output of one git command in chunks as git writes them; its messages are kept for `wait`.

    With `prompt` git flushes each record at once, which costs time; without, it writes whole blocks.
    """

    def __init__(
        self, args: Sequence[str], *, cwd: str, env: Env, stdin: int | None = None, prompt: bool = True
    ) -> None:
        # English messages, as for commands that run to their end.
        git_env = {**env, "LC_ALL": "C", **({} if prompt else {"GIT_FLUSH": "0"})}
        source = DEVNULL if stdin is None else stdin
        self._process = open_git(args, cwd=cwd, env=git_env, stdin=source, stderr=PIPE)
        self._words: list[bytes] = []
        self._status: int | None = None

    def chunks(self, patient: bool = False) -> Iterator[bytes]:
        """Chunks of bytes that git has written since the last read, until it closes its output.

        With `patient` a read waits after a small chunk, so that a slow command can write more.
        """
        fileno, messages = opened(self._process.stdout).fileno(), opened(self._process.stderr).fileno()
        # Messages are read as well: a full stderr pipe would stop git from writing its output.
        either, ended = select.poll(), select.poll()
        either.register(fileno, select.POLLIN)
        either.register(messages, select.POLLIN)
        ended.register(fileno, 0)  # even without events, poll reports that the other side is closed
        while True:
            for ready, _ in either.poll():
                chunk = os.read(ready, _CHUNK)
                if ready == fileno:
                    if not chunk:
                        return
                    yield chunk
                    if patient and len(chunk) < _LITTLE:
                        ended.poll(_PAUSE)
                elif chunk:
                    self._words.append(chunk)
                else:
                    either.unregister(messages)

    def records(self, width: int) -> Iterator[list[str]]:
        """Output of fields that end with NUL, in lists of `width` fields, while git writes it."""
        fields: list[str] = []
        parts: list[bytes] = []  # of a field that goes on: it may be a note of many chunks
        for chunk in self.chunks():
            whole, nul, tail = chunk.rpartition(b"\0")
            if nul:
                fields += decode(b"".join([*parts, whole])).split("\0")
                parts = []
            parts.append(tail)
            complete = len(fields) - len(fields) % width
            for at in range(0, complete, width):
                yield fields[at : at + width]
            del fields[:complete]

    def wait(self) -> tuple[int, str]:
        """Wait for the command to end; its exit status and messages."""
        if self._status is None:
            self._words.append(opened(self._process.stderr).read())
            with self._process:
                self._status = self._process.wait()
        return self._status, decode(b"".join(self._words)).strip()

    def finish(self, command: str) -> None:
        """Wait for the git command `command` to end; where it failed, the error with git's reason.

        UsageError where git rejects the arguments, NotesUnreadable for its notes, else GitFailed.
        """
        status, words = self.wait()
        if status == 0:
            return
        if is_promised(words):
            raise promised(command, status, words)
        rows = [row for row in words.splitlines() if row.startswith(("fatal: ", "error: "))]
        reason = (rows or [words or f"exit status {status}"])[0]
        reason = reason.removeprefix("fatal: ").removeprefix("error: ")
        if "notes tree" in reason:
            raise NotesUnreadable(f"git {command}: {reason}", "git fsck; then gitprov sync")
        if status == _USAGE or reason.startswith(("unrecognized argument", "unknown option")):
            detail = "" if reason.startswith("usage:") else f": {reason}"
            message = f"git {command} does not understand these arguments{detail}"
            raise UsageError(message, f"git ai-{command} -h")
        raise GitFailed(f"git {command}: {reason}", status, words)

    def stop(self) -> None:
        """Terminate a command whose output is no longer needed."""
        if self._status is None:
            self._process.terminate()
            self.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
