"""How a run ended, by what was seen of it: a limit that was enforced, a signal, or its last words."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from gitprov.sandbox import request as r

_SIGNALS = {24: r.CPU, 25: r.FILE_SIZE, 31: r.SYSCALL}
_BASE = 128
_TAIL = 8192

#: The most telling first. Python's own messages and those of the C library.
_WORDS = (
    (r.MEMORY, r"MemoryError|Cannot allocate memory|std::bad_alloc|[Oo]ut of memory"),
    (r.PROCESSES, r"Resource temporarily unavailable|can't start new thread"),
    (r.FILE_SIZE, r"File too large|No space left on device|Too many open files"),
    (r.NETWORK, r"Network is (?:down|unreachable)|name resolution|Name or service not known|getaddrinfo"),
    (r.NETWORK, r"Permission denied$"),  # without the name of a file: sandlock's answer to a socket
    (r.FILES, r"Read-only file system|Permission denied"),
)
_MISSING = re.compile(r"No such file or directory:? '(/[^'\n]+)'")


def ending(enforced: str | None, status: int, stderr: bytes, readable: Sequence[str] = ()) -> tuple[str, str]:
    """How a run ended, and one line about it.

    `enforced`: the limit for which the run was killed. `status`: exit code as a shell counts. `readable`:
    paths that the program could see; a file outside that exists for us was refused, not missing.
    """
    if enforced is not None:
        return enforced, r.ENDINGS[enforced]
    if status == 0:
        return r.OK, r.ENDINGS[r.OK]
    kind = _SIGNALS.get(status - _BASE)
    if kind is not None:
        return kind, r.ENDINGS[kind]
    text = stderr[-_TAIL:].decode("utf-8", "replace")
    last = next((row.strip() for row in reversed(text.splitlines()) if row.strip()), "")
    for kind, words in _WORDS:
        if re.search(words, text, re.MULTILINE):
            return kind, f"{r.ENDINGS[kind]}: {last[:200]}"
    match = _MISSING.search(text)
    if match is not None and _outside(match[1], readable):
        return r.FILES, f"{r.ENDINGS[r.FILES]}: {match[1]}"
    signal = f" by signal {status - _BASE}" if status > _BASE else ""
    return r.CRASHED, f"{r.ENDINGS[r.CRASHED]}{signal}: {last[:200] or f'exit code {status}'}"


def _outside(path: str, readable: Sequence[str]) -> bool:
    real = os.path.realpath(path)
    inside = any(real == top or real.startswith(f"{top}/") for top in ("/usr", *readable))
    return os.path.lexists(path) and not inside
