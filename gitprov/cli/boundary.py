"""Turns errors into a message on stderr and an exit code; no other module does."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Callable

from gitprov.errors import EXIT_BUG, EXIT_CANNOT, EXIT_INTERRUPTED, GateError, GitFailed, GitprovError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

EXIT_PIPE = 141
"""Exit code if the reader closed our output: the one that a shell reports for git in that case."""

#: Errors of the machine, such as a full disk, that are no bug of ours.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


#: New objects after which Python looks for reference cycles. With its default, 700, the search took a fourth
#: of the time over a note of ten megabytes; the values of a note form no cycles.
_CYCLES_AFTER = 500_000


def guarded(run: Callable[[], int]) -> int:
    """The exit code of `run`, or that of the error it raised, which is reported on stderr."""
    gc.set_threshold(_CYCLES_AFTER)
    _open_streams()
    try:
        code = run()
        gc.freeze()  # else Python looks through all objects for cycles before it ends
        sys.stdout.flush()
    except GitprovError as error:
        tell(error)
        return error.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Without this, Python would report the error again when it flushes stdout at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PIPE
    except OSError as error:
        from gitprov.store.access import REFUSED

        if error.errno in REFUSED:
            return _refused(error)
        if error.errno not in _NO_ROOM:
            return _bug(error)
        _write_failed(error)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_CANNOT
    except Exception as error:  # noqa: BLE001 - the last handler: a bug becomes a report
        return _bug(error)
    return code


def _open_streams() -> None:
    """Put the null device in place of the standard streams that were closed at the start, as git does.

    Otherwise the next file that is opened would be the standard output of every program that is started.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process


def leave(code: int) -> NoReturn:
    """End this process at once: the system frees its memory in one step, Python would free value by value.

    The caller holds no open file or thread. Python ends the process as usual if a stream cannot be flushed.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        sys.exit(code)
    os._exit(code)


def tell(error: GitprovError) -> None:
    """Write an error and its hint to stderr, each on one line, whatever characters they contain.

    A gate's message has several lines, cleaned when it was composed. Further lines of git's errors are
    indented, so that none looks like a line of ours.
    """
    from gitprov.cli.door import complain

    if isinstance(error, GateError):
        complain(*f"gitprov: {error.message}".split("\n"))
    elif isinstance(error, GitFailed):
        complain(*f"gitprov: {error.message}".replace("\n", "\n    ").split("\n"))
    else:
        complain(f"gitprov: {error.message}")
    if error.hint:
        complain(f"hint: {error.hint}")


def _write_failed(error: OSError) -> None:
    from gitprov.cli.door import complain

    name = f": {os.fsdecode(error.filename)}" if isinstance(error.filename, (str, bytes)) else ""
    complain(f"gitprov: cannot write: {error.strerror}{name}")
    complain("hint: make room, then run it again")


def _refused(error: OSError) -> int:
    """Report that the system denied this user an operation; returns the exit code."""
    from gitprov.store.access import explained

    tell(explained(error))
    return EXIT_CANNOT


def _bug(error: Exception) -> int:
    from gitprov.cli.door import complain

    complain(f"gitprov: this is a bug: {type(error).__name__}: {error}")
    complain(*f"hint: please send us {_write_report()}".split("\n"))
    return EXIT_BUG


def _write_report() -> str:
    """Write a bug report to a private file; returns its path, or the report itself if that fails."""
    import platform
    import tempfile
    import traceback

    from gitprov import __version__
    from gitprov.model.untrusted.printed import clean_block

    lines = [
        f"gitprov {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"command: {sys.argv!r}",
        "",
        clean_block(traceback.format_exc()),
    ]
    try:
        handle, path = tempfile.mkstemp(prefix="gitprov-report-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
    except OSError as error:
        return f"the following (no report file: {error.strerror})\n" + "\n".join(lines)
    return path
