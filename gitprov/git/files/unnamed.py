"""A file without a name: input of a process, which unlike a pipe is written before the process reads."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


def file_of(content: bytes) -> BinaryIO:
    """An open file that holds a content, at its start. The caller closes it."""
    if hasattr(os, "memfd_create"):
        file: BinaryIO = open(os.memfd_create("contents"), "w+b")  # noqa: SIM115 - the caller closes it
    else:
        import tempfile

        file = tempfile.TemporaryFile()  # noqa: SIM115 - as above
    file.write(content)
    file.seek(0)
    return file
