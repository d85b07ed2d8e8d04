"""All finders of a JavaScript or TypeScript file, each alone: where one fails, the others still count."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from gitprov.checks.security.rule import Hit
from gitprov.checks.security.script import archives, credentials, crypto, flow, logs, outgoing, routes
from gitprov.checks.security.script.module import ScriptModule

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_FINDERS: dict[str, Callable[[ScriptModule], Iterable[Hit]]] = {
    "flow": flow.hits,
    "calls": outgoing.hits,
    "endpoints": routes.hits,
    "logs": logs.hits,
    "credentials": credentials.hits,
    "crypto": crypto.hits,
    "archives": archives.hits,
}


def hits(path: str, root: SgNode, language: str, expired: Callable[[], bool]) -> tuple[list[Hit], list[str]]:
    """The hits of all finders, and why one gave none. `language`: of the parser; `expired`:
    whether the time for the file is up.
    """
    rows: list[Hit] = []
    reasons: list[str] = []
    module = ScriptModule(path, root, language)
    for name, finder in _FINDERS.items():
        if expired():
            reasons.append(f"the time for one file was up, so {name} could not be judged")
            break
        try:
            rows += finder(module)
        except Exception as error:  # noqa: BLE001 (a finder that fails is reported, and others run)
            reasons.append(f"{name} could not be judged: {type(error).__name__}")
    return rows, reasons
