"""A run of pytest with a baseline: compares cases, gathers what is new, writes the file and the report."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest

from gitprov.behaviour.baseline import Baseline, dump, parse
from gitprov.errors import GitprovError
from gitprov.testing import complete, judge
from gitprov.testing.items import CaseFailed, CaseItem
from gitprov.testing.judge import CaseOutcome
from gitprov.testing.observation.environment import HASH_SEED, Place
from gitprov.testing.observation.observe import observe
from gitprov.testing.provenance import Provenance
from gitprov.testing.restart import hash_seed


class BaselineSession:
    """The plug-in of a run in which baselines are used; in each worker of xdist there is another one."""

    def __init__(self, config: pytest.Config, path: str) -> None:
        self._config = config
        self._path = os.path.join(config.invocation_params.dir, path)
        self._shown_path = path
        self._updates = bool(config.getoption("update_hashes"))
        self._place: Place | None = None
        self._outcomes: dict[str, CaseOutcome] = {}
        self._collected: set[str] = set()
        self._deselected = False
        self._lines: list[str] = []
        self._provenance = Provenance(str(config.rootpath))
        try:
            self._baseline = self._read()
        except GitprovError as error:
            raise pytest.UsageError(
                f"{error.message}\nhint: {error.hint}" if error.hint else error.message
            ) from None

    @property
    def _is_worker(self) -> bool:
        return hasattr(self._config, "workerinput")

    def _read(self) -> Baseline:
        """The baseline; without a file there is an empty one, but only an update may start from that."""
        try:
            with open(self._path, "rb") as file:
                return parse(file.read(), self._shown_path)
        except FileNotFoundError:
            if self._updates:
                return Baseline({}, {})
            hint = f"--compare-hashes {self._shown_path} --update-hashes --reason 'First baseline'"
            raise GitprovError(f"there is no baseline {self._shown_path}", hint) from None
        except OSError as error:
            raise GitprovError(f"{self._shown_path} cannot be read: {error.strerror}") from None

    def _check_reason(self) -> None:
        if self._updates and not self._is_worker and not self._config.getoption("reason"):
            terminal: Any = self._config.get_terminal_writer()
            if not getattr(terminal, "hasmarkup", False):
                raise pytest.UsageError("--update-hashes needs --reason 'why the new behaviour is right'")

    # -- running a case --------------------------------------------------------------------------------------

    def run(self, item: CaseItem) -> None:
        """Observe a case and compare it. CaseFailed where it differs and nothing is updated."""
        self._place = self._place or Place()
        observation = observe(item.function, item.case, self._place)
        old = self._baseline.cases.get(item.nodeid)
        verdict = judge.judge(observation, item.case.tolerance, old, self._provenance.redact)
        item.stash[_VERDICT] = verdict
        if verdict.state in ("same", "unknown") or not self._updates:
            code = None if verdict.state == "same" else self._provenance.of(item.code)
            if verdict.state != "same":
                raise CaseFailed(judge.report(verdict, old, code))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: Any) -> Any:
        """Put what a case did into its report, which reaches the controller of xdist."""
        report = yield
        verdict = item.stash.get(_VERDICT, None)
        if verdict is not None and call.when == "call" and isinstance(item, CaseItem):
            span = self._provenance.span(item.code)
            text = str(report.longrepr) if report.failed else verdict.moved
            report.gitprov_case = [verdict.state, text, judge.packed(verdict.row), list(span or ())]
        return report

    # -- what belongs to the whole run -----------------------------------------------------------------------

    def pytest_sessionstart(self) -> None:
        """Refuse an update without a reason. Workers of xdist start with the fixed hash seed."""
        self._check_reason()
        os.environ.setdefault("PYTHONHASHSEED", HASH_SEED)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which cases there are."""
        self._collected.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: object, ids: list[str]) -> None:
        """Note which cases there are, as a worker of xdist collected them."""
        self._collected.update(ids)

    def pytest_deselected(self, items: Iterable[pytest.Item]) -> None:
        """A run that leaves cases out proves nothing about those that are not there."""
        self._deselected = self._deselected or any(True for _ in items)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that could not be collected, or skipped itself, has cases that are not there."""
        self._deselected = self._deselected or not report.passed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather the outcome of a case; under xdist it comes from a worker."""
        fields = getattr(report, "gitprov_case", None)
        if fields is not None:
            state, text, row, span = fields
            self._outcomes[report.nodeid] = CaseOutcome(report.nodeid, state, text, judge.unpacked(row))
            if span:
                self._provenance.remember(report.nodeid, (span[0], span[1], span[2]))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the new baseline and the report; fail where the baseline has cases that nobody runs."""
        if self._place is not None:
            self._place.remove()
        if self._is_worker:
            return
        broken = session.exitstatus not in (0, 1, 5)
        stale = complete.stale(
            self._baseline.cases, self._collected, self._config, self._deselected or broken
        )
        if self._updates and broken:
            self._lines += [f"{self._shown_path}: not written, the run did not come to its end"]
        elif self._updates:
            self._update(stale)
        elif stale and session.exitstatus in (0, 5):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        self._lines += [] if self._updates else [f"nobody runs this case any more: {case}" for case in stale]
        self._write_report(stale)

    def _update(self, stale: list[str]) -> None:
        """Write the file: rows of cases that differ are replaced, those of cases that did not run stay."""
        changed = [
            outcome for outcome in self._outcomes.values() if outcome.state in ("new", "differs", "order")
        ]
        rows = {case: row for case, row in self._baseline.cases.items() if case not in stale}
        reason = self._config.getoption("reason")
        if changed:
            person, moment = self._provenance.person(), self._provenance.now()
            for outcome in changed:
                if outcome.row is not None:
                    trace, version = self._provenance.of_case(outcome.case)
                    rows[outcome.case] = outcome.row._replace(
                        trace=trace, prompt_version=version, accepted_by=person, at=moment, reason=reason
                    )
        for outcome in sorted(changed):
            self._lines += [f"{outcome.case}: {'new' if outcome.state == 'new' else 'accepted'}"]
            self._lines += [f"    {line}" for line in outcome.text.splitlines()]
        self._lines += [f"{case}: removed, nobody runs it" for case in stale]
        if changed or stale or not os.path.exists(self._path):
            os.makedirs(os.path.dirname(self._path) or ".", exist_ok=True)
            with open(f"{self._path}.new", "wb") as file:
                file.write(dump(Baseline(self._provenance.environment(hash_seed()), rows)))
            os.replace(f"{self._path}.new", self._path)
        self._lines += [
            f"{self._shown_path}: {len(changed)} written, {len(stale)} removed, {len(rows)} in all"
        ]

    def _write_report(self, stale: list[str]) -> None:
        path = self._config.getoption("baseline_report")
        if path:
            from gitprov.testing.report import document

            text = document(self._shown_path, self._updates, self._outcomes.values(), stale, self._baseline)
            with open(os.path.join(self._config.invocation_params.dir, path), "w", encoding="utf-8") as file:
                file.write(text)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show what an update moved, and the cases that nobody runs."""
        for line in self._provenance.remarks(self._baseline.environment, hash_seed()):
            self._lines.insert(0, line)
        if self._lines:
            from gitprov.model.untrusted.printed import clean_line

            terminalreporter.section("gitprov baseline")
            for line in self._lines:
                terminalreporter.write_line(clean_line(line))


_VERDICT: pytest.StashKey[judge.CaseVerdict] = pytest.StashKey()
