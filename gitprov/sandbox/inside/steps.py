"""Records the lines that a call runs, to see where two runs part."""

from __future__ import annotations

from typing import Any

_MOST_STEPS = 20_000


class Steps:
    """The lines of one file that a call runs, each with a digest of what it left in the variables."""

    def __init__(self, file: str) -> None:
        self.rows: list[list[Any]] = []
        self._file = file

    def __call__(self, frame: Any, event: str, value: object) -> Any:  # noqa: ANN401
        """A trace function of Python."""
        if frame.f_code.co_filename != self._file:
            return None
        last = frame.f_lineno
        if event == "call":
            before = last

            def local(inner: Any, kind: str, result: object) -> Any:  # noqa: ANN401
                nonlocal before
                if len(self.rows) < _MOST_STEPS:
                    state = glance({**inner.f_locals, "": result if kind == "return" else None})
                    self.rows.append([before, state[:200]])
                before = inner.f_lineno
                return local

            return local
        return None


def glance(value: object, depth: int = 3) -> str:
    """A value in a few words that are the same in every process."""
    kind = type(value)
    if value is None or kind in (bool, int, float, str, bytes):
        return repr(value)
    if depth and kind in (list, tuple):
        return f"[{','.join(glance(item, depth - 1) for item in value[:50])}]"  # type: ignore[index]
    if depth and kind in (set, frozenset):
        return f"{{{','.join(sorted(glance(item, depth - 1) for item in value))}}}"  # type: ignore[attr-defined]
    if depth and kind is dict:
        items = list(value.items())[:50]  # type: ignore[attr-defined]
        return "{" + ",".join(f"{glance(key, 1)}:{glance(item, depth - 1)}" for key, item in items) + "}"
    return kind.__name__
