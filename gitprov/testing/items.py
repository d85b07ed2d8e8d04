"""Cases as items of pytest: each runs its callable once and reports what it did."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from gitprov.errors import GitprovError
from gitprov.testing.cases import Case, CaseSet, Command


class CaseRunner(Protocol):
    """The plug-in that observes and judges cases."""

    def run(self, item: CaseItem) -> None:
        """Observe a case; CaseFailed where it differs."""
        ...


class CaseFailed(Exception):
    """A case differs from its baseline, or cannot be compared; the message is the whole report."""


class CaseItem(pytest.Item):
    """One case of a callable."""

    def __init__(self, *, function: Any, code: Any, case: Case, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.function, self.code, self.case = function, code, case

    def runtest(self) -> None:
        """Observe the case, and leave the judgement to the session."""
        session: CaseRunner | None = self.config.pluginmanager.get_plugin("gitprov-baseline")
        if session is None:
            pytest.skip("a case of a baseline: --compare-hashes FILE compares it")
        session.run(self)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **keywords: Any) -> Any:
        """The report of a difference without a traceback, which would show none of the user's code."""
        if isinstance(excinfo.value, CaseFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **keywords)

    def reportinfo(self) -> tuple[str, int | None, str]:
        """File, line and name."""
        code = getattr(self.function, "__code__", None)
        return str(self.path), code and code.co_firstlineno - 1, self.name


def items(
    collector: pytest.Module | pytest.Class, name: str, function: Any, marked: CaseSet
) -> list[CaseItem]:
    """The items of a callable; two cases of one name get numbers."""
    if isinstance(collector, pytest.Class):
        function = getattr(collector.obj(), name)
    out: list[CaseItem] = []
    counts: dict[str, int] = {}
    for case in (*marked.cases, *_of_files(collector, function, marked.files)):
        label = case.name
        counts[label] = counts.get(label, 0) + 1
        label += f"#{counts[label]}" if counts[label] > 1 else ""
        code = marked.code or function
        item = CaseItem.from_parent(
            collector, name=f"{name}[{label}]", function=function, code=code, case=case
        )
        out.append(item)
    return out


def _of_files(
    collector: pytest.Module | pytest.Class, function: Any, paths: tuple[str, ...]
) -> Iterator[Case]:
    from gitprov.testing.case_files import read

    code = None if isinstance(function, Command) else getattr(function, "__code__", None)
    beside = [os.path.dirname(str(collector.path))] + ([os.path.dirname(code.co_filename)] if code else [])
    for path in paths:
        candidates = [os.path.join(folder, path) for folder in (*beside, str(collector.config.rootpath))]
        place = next((candidate for candidate in candidates if os.path.isfile(candidate)), None)
        if place is None:
            raise collector.CollectError(
                f"no file of cases: {path} (looked beside the callable and in the root)"
            )
        try:
            with open(place, "rb") as file:
                yield from read(file.read(), path)
        except GitprovError as error:
            raise collector.CollectError(error.message) from None
