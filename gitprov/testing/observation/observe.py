"""What a case does: value or exception, output, files, calls out; as a tree of canonical values."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from gitprov.behaviour.canonical import Canonical, canonical, combined
from gitprov.testing.cases import Case, Command
from gitprov.testing.observation.environment import Flooded, Hung, Place, fixed, no_calls

_NOTHING: tuple[object, ...] = ("", [], {}, 0)
_SILENT = frozenset(canonical(nothing).digest for nothing in _NOTHING)


class Observation(NamedTuple):
    """What a case did. `kind` is returned, raised, exited or unknown; `problem` is why there is no value."""

    kind: str
    value: Canonical | None
    problem: str | None = None


def observe(function: Callable[..., Any], case: Case, place: Place) -> Observation:
    """Run a case in the fixed environment, in `place`, which is empty before and after."""
    try:
        place.fill(case.files)
        if isinstance(function, Command):
            return _ran(function, case, place)
        return _called(function, case, place)
    except ModuleNotFoundError as error:
        return Observation("unknown", None, f"the case needs the module {error.name}, which is not installed")
    except Hung:
        return Observation("unknown", None, f"the case ran longer than {case.timeout:g} s")
    except Flooded:
        return Observation("unknown", None, "the case wrote more than is kept")
    finally:
        place.clear()


def _ran(command: Command, case: Case, place: Place) -> Observation:
    from gitprov.testing.process import NotStarted, run

    words = command(*case.args)
    try:
        return _whole("exited", run(words, case, place))
    except OSError as error:
        return Observation("unknown", None, f"{words[0]} cannot be run: {error.strerror}")
    except NotStarted as error:
        return Observation("unknown", None, f"{' '.join(words[:3])} did not start: {error}")


def _called(function: Callable[..., Any], case: Case, place: Place) -> Observation:
    threads = threading.active_count()
    with no_calls() as calls, _clock(case), fixed(place, case.stdin, case.timeout) as (out, err):
        kind, value = _result(function, case)
        parts = {
            kind: value,
            "stdout": canonical(_without(place, out.getvalue())),
            "stderr": canonical(_without(place, err.getvalue()) if case.stderr else ""),
            "files": canonical(place.written(case.files)),
            "calls_out": canonical(list(calls)),
            "threads": canonical(max(0, threading.active_count() - threads)),
        }
    return _whole(kind, parts)


def _whole(kind: str, parts: Mapping[str, Canonical]) -> Observation:
    """All that was observed as a single value; what is empty is left out."""
    fields = {name: part for name, part in parts.items() if name == kind or part.digest not in _SILENT}
    whole = combined("observed", fields)
    problem = None if whole.digest else f"no rule for a part of the value: {'; '.join(whole.unknown)}"
    return Observation(kind, whole, problem)


def _result(function: Callable[..., Any], case: Case) -> tuple[str, Canonical]:
    """The value of the call, or its exception. Iterators and coroutines run here as well."""
    args, keywords = _own_copy(case.args), _own_copy(dict(case.keywords))
    try:
        value = function(*args, **keywords)
        if hasattr(value, "cr_await"):
            import asyncio

            value = asyncio.run(value)
        return "returned", canonical(value)
    except ModuleNotFoundError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the code under test raises is its behaviour
        return "raised", canonical(error)


def _own_copy(value: Any) -> Any:
    """A copy, since code may change its input, and a case must be the same in every run."""
    try:
        return copy.deepcopy(value)
    except Exception:  # noqa: BLE001 - a value that cannot be copied is used as it is
        return value


def _without(place: Place, text: str) -> str:
    """A text without the name of the directory, which is another one in every run."""
    return text.replace(place.path, "<directory>")


def _clock(case: Case) -> AbstractContextManager[None]:
    """The clock stands where the case asks for it."""
    if case.clock is None:
        return nullcontext()
    from gitprov.testing.observation.clock import standing

    return standing(case.clock)
