"""The text that `--contents` of `git ai-blame` names, which may be saved nowhere."""

from __future__ import annotations

import os
import sys

from gitprov.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.cli.blame.args import BlameCommand

#: Bytes of the largest text.
_LARGEST = 256 << 20


def with_contents(command: BlameCommand) -> BlameCommand:
    """The command with the text of standard input, or of a file, which git reads too."""
    request = command.request
    if request.contents == "-":
        text = sys.stdin.buffer.read(_LARGEST + 1)
    elif request.contents is not None and os.path.isfile(request.contents):
        with open(request.contents, "rb") as file:
            text = file.read(_LARGEST + 1)
    else:
        return command
    if len(text) > _LARGEST:
        raise UsageError(f"--contents takes up to {_LARGEST >> 20} MiB")
    return command._replace(request=request._replace(unsaved=text))
