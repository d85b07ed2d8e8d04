"""Records the inputs of a function in a running program, as lines of cases."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import wraps
from hashlib import sha256
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from gitprov.behaviour.canonical import canonical
from gitprov.behaviour.node import SCALAR, Node, serial
from gitprov.behaviour.text import render
from gitprov.testing.case_files import line_of

MOST = 1_000
"""Inputs that are kept."""
OF_A_SHAPE = 5
"""Inputs that are kept of each shape: those of a shape differ in nothing but their numbers and texts."""
LINE = 8_192
"""Characters of a line; longer inputs are left out."""


class Recorder:
    """Keeps distinct inputs of a function; lines are appended to a file as the calls come."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._seen: set[str] = set()
        self._shapes: dict[str, int] = {}
        self._lock = threading.Lock()

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, which records its inputs."""

        @wraps(function)
        def recorded(*args: Any, **keywords: Any) -> Any:
            before = self._line(args, keywords)
            try:
                value = function(*args, **keywords)
            except Exception as error:
                self._keep(before, f"raised {type(error).__name__}")
                raise
            self._keep(before, f"returned {_shown(value)}")
            return value

        return recorded

    def _line(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> Callable[[str], str] | None:
        """A function from the result to the line of a new input; None for an input that is not kept."""
        # The program still needs the elements of its iterators.
        whole = canonical((args, keywords), drain=-1)
        shape = sha256(serial(_shape(whole.node)).encode("utf-8", "surrogatepass")).hexdigest()
        with self._lock:
            full = len(self._seen) >= MOST or self._shapes.get(shape, 0) >= OF_A_SHAPE
            if whole.digest is None or whole.digest in self._seen or full:
                return None
            self._seen.add(whole.digest)
            self._shapes[shape] = self._shapes.get(shape, 0) + 1
        fields = {"keywords": keywords} if keywords else {}
        try:
            # Written now: the function may change what it was given.
            line_of(args, **fields)
            text = line_of(args, seen="\0", **fields)
        except (TypeError, ValueError):
            return None
        return lambda seen: text.replace('"\\u0000"', _json(seen))

    def _keep(self, line: Callable[[str], str] | None, seen: str) -> None:
        text = None if line is None else line(seen)
        if text is not None and len(text) <= LINE:
            with self._lock, open(self._path, "a", encoding="utf-8") as file:
                file.write(text + "\n")


def _json(text: str) -> str:
    import json

    return json.dumps(text)


def _shown(value: object) -> str:
    """A result as short text. Iterators are left alone: the program still needs their elements."""
    return render(canonical(value, drain=-1).node, 200)


def _shape(node: Node) -> Node:
    """A tree without the contents of its scalars."""
    if node.kind == SCALAR:
        return Node(SCALAR, node.tag)
    named = node.kind in ("d", "o")
    parts = tuple(part if named and not at % 2 else _shape(part) for at, part in enumerate(node.parts))
    return node._replace(parts=parts if named else tuple(dict.fromkeys(parts)))


class _Finder(MetaPathFinder):
    """Wraps the function when its module has been loaded."""

    def __init__(self, module: str, function: str, recorder: Recorder) -> None:
        self._module, self._function, self._recorder = module, function, recorder

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module as other finders see it, with a loader around its loader."""
        if fullname != self._module:
            return None
        sys.meta_path.remove(self)
        import importlib.util

        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self._function, self._recorder)
        return spec


class _Loader(Loader):
    """Loads a module, then wraps a function in it."""

    def __init__(self, loader: Any, function: str, recorder: Recorder) -> None:
        self._loader, self._function, self._recorder = loader, function, recorder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """The module, as its loader makes it."""
        return self._loader.create_module(spec)  # type: ignore[no-any-return]

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, and wrap the function."""
        self._loader.exec_module(module)
        _wrap(module, self._function, self._recorder)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


def _wrap(module: ModuleType, function: str, recorder: Recorder) -> None:
    *above, name = function.split(".")
    owner: Any = module
    for part in above:
        owner = getattr(owner, part)
    setattr(owner, name, recorder.wrap(getattr(owner, name)))


def start(target: str, path: str) -> None:
    """Record calls of `module:function` in this process, from the moment at which its module is imported.

    A program that is started as `python FILE` has its own module under the name `__main__`, where no function
    can be recorded.
    """
    module, _, function = target.partition(":")
    sys.meta_path.insert(0, _Finder(module, function, Recorder(os.path.abspath(path))))
