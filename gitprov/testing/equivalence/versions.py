"""Functions as they were: in a commit, or as a generation wrote them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from gitprov.errors import UsageError


def load(name: str, new: Callable[..., Any]) -> tuple[Callable[..., Any], bytes]:
    """The function that `gen_…:function` or `REV:path:function` names, and the text of its module.

    Its module is made anew from that text, under the name of the module of `new`, so that their classes have
    the same names; what it imports is as it is now. UsageError where there is no such text or function.
    """
    from gitprov.flow.behaviour.sources import source

    text, path, function = source(name, os.getcwd(), os.environ)
    module = ModuleType(getattr(new, "__module__", "old"))
    now = sys.modules.get(module.__name__)
    module.__package__ = getattr(now, "__package__", None)
    module.__file__ = path
    try:
        code = compile(text, f"{name}", "exec")
    except SyntaxError as error:
        raise UsageError(f"{name}: line {error.lineno} is no Python: {error.msg}") from None
    exec(code, module.__dict__)  # noqa: S102 - code of the user's own repository, run in the user's tests
    value = getattr(module, function, None)
    if not callable(value):
        raise UsageError(f"{name}: there is no function {function} in {path}")
    return value, text
