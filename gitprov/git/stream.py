"""A git command read while it runs."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gitprov.git.process import PIPE, Env, decode, open_git, opened

if TYPE_CHECKING:
    from typing_extensions import Self

_CHUNK = 1 << 17
#: A command that writes little at a time is read at most so often: each look costs it and us a change of context.
_PAUSE = 10  # milliseconds
_LITTLE = 1 << 14


class Stream:
    """Output of one git command in chunks as they come; its messages are kept for `wait`.

    `prompt` lets git hand over each piece of its answer at once, which costs it and us time; without it pieces come
    by the block.
    """

    def __init__(
        self, args: Sequence[str], *, cwd: str, env: Env, stdin: int | None = None, prompt: bool = True
    ) -> None:
        # English messages, as for commands that run to their end.
        git_env = {**env, "LC_ALL": "C", **({} if prompt else {"GIT_FLUSH": "0"})}
        self._process = open_git(args, cwd=cwd, env=git_env, stdin=stdin, stderr=PIPE)
        self._words: list[bytes] = []
        self._status: int | None = None
        # A second reader: a full pipe of messages must not stop git from writing its answer.
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def chunks(self, patient: bool = False) -> Iterator[bytes]:
        """Everything that git has written so far, again and again, until it closes its output.

        `patient` lets a slow command write some more before each look.
        """
        fileno = opened(self._process.stdout).fileno()
        ended = select.poll()
        ended.register(fileno, 0)  # asked for nothing, it still tells that the other side has gone
        while chunk := os.read(fileno, _CHUNK):
            yield chunk
            if patient and len(chunk) < _LITTLE:
                ended.poll(_PAUSE)

    def records(self, width: int) -> Iterator[list[str]]:
        """Output of fields that end with NUL, `width` of them at a time, as they come."""
        fields: list[str] = []
        tail = b""
        for chunk in self.chunks():
            whole, nul, tail = (tail + chunk).rpartition(b"\0")
            if nul:
                fields += decode(whole).split("\0")
            complete = len(fields) - len(fields) % width
            for at in range(0, complete, width):
                yield fields[at : at + width]
            del fields[:complete]

    def wait(self) -> tuple[int, str]:
        """Exit status and messages, once the command has ended."""
        if self._status is None:
            self._status = self._process.wait()
            self._listener.join()
            for pipe in (self._process.stdout, self._process.stderr):
                if pipe is not None:
                    pipe.close()
        return self._status, decode(b"".join(self._words)).strip()

    def stop(self) -> None:
        """End a command whose output nobody needs any more."""
        if self._status is None:
            self._process.terminate()
            self.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _listen(self) -> None:
        for line in opened(self._process.stderr):
            self._words.append(line)
