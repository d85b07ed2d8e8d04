"""The check of dependencies: questions from a change, facts from registries and their cache, findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from gitprov.checks.deps import check
from gitprov.checks.deps.advisories import Advisories, Pin
from gitprov.checks.deps.check import Judged, Question
from gitprov.checks.deps.dependency import CRATES, NPM, PYPI
from gitprov.checks.deps.files import is_declaration, is_lock
from gitprov.checks.deps.modules import ProjectNames, top_modules
from gitprov.checks.deps.typosquat import Popular
from gitprov.checks.deps.verdicts import Knowledge
from gitprov.errors import GitprovError
from gitprov.feeds import lists
from gitprov.feeds.addresses import Places
from gitprov.flow.gates import phantoms, remarks, vulnerable
from gitprov.flow.gates.includes import inclusions
from gitprov.flow.gates.lookup import LookupOptions, Progress, look_up
from gitprov.flow.gates.programs import uv_audit
from gitprov.flow.gates.subjects import LARGEST, CheckScope, Subject
from gitprov.flow.gates.vulnerable import ServiceAnswer
from gitprov.git.files.tree import regular_blobs
from gitprov.git.process import decode
from gitprov.model.finding import ERROR, UNKNOWN, WARNING, Finding, Risk
from gitprov.store.config import load_config

if TYPE_CHECKING:
    from gitprov.git.repo import Repository

_SETTINGS = {
    PYPI: "pip config set global.index-url ADDRESS",
    NPM: "npm config set registry ADDRESS",
    CRATES: "configure the registry in cargo's config.toml, or run cargo once",
}


class PackageOptions(NamedTuple):
    """How dependencies are judged. `offline`: no registry is asked; `every_line`: not only a model's lines;
    `now`: seconds since 1970; `cache`: directory of answers and refreshed lists.
    """

    offline: bool
    every_line: bool
    max_age_days: int
    now: float
    cache: str


class PackageFindings(NamedTuple):
    """The findings in the order of files and lines, and every judged file by its path, included ones too."""

    findings: list[Finding]
    subjects: dict[str, Subject]


def packages(
    repo: Repository,
    scope: CheckScope,
    subjects: Iterable[Subject],
    options: PackageOptions,
    progress: Progress,
) -> PackageFindings:
    """The findings of `gitprov check deps`."""
    tracked = _tracked(repo, scope.head)
    questions, findings, by_path = _read(repo, scope, subjects, tracked, options)
    pins = check.pins(questions)
    services = _services(repo, pins, options)
    for service, ecosystems in services:
        concerned = [pin for pin in pins if pin.ecosystem in ecosystems]
        findings += vulnerable.unanswered(service, concerned, "the list")
    knowledge = _knowledge(repo, check.names_to_look_up(questions), options, progress)
    questions = check.widened(questions, knowledge)
    further = look_up(check.guessed_names(questions), _places(repo), _lookup_options(options), progress)
    reported = {ecosystem: entry.reported for entry, ecosystems in services for ecosystem in ecosystems}
    listed = any(
        pin.ecosystem == PYPI and ((answers := reported[PYPI]) is None or answers.of(pin) is None)
        for pin in pins
    )
    for ecosystem, basis in knowledge.items():
        knowledge[ecosystem] = basis._replace(
            facts={**basis.facts, **further.get(ecosystem, {})},
            advisories=_advisories(options.cache, whole=listed) if ecosystem == PYPI else None,
            reported=reported[ecosystem],
        )
    findings += [_finding(judged) for judged in check.judged(questions, knowledge)]
    findings += [_undetermined(*row) for row in check.undetermined(questions, knowledge)]
    if not options.offline:
        memory = {ecosystem: basis.phantoms for ecosystem, basis in knowledge.items()}
        phantoms.remember(repo, memory, check.phantoms(questions, knowledge), options.now)
    findings += _remarks(repo, knowledge, tracked, options.now)
    ordered = sorted(findings, key=lambda entry: (entry.path or "", entry.lines or (0, 0), entry.rule))
    return PackageFindings(ordered, by_path)


def _read(
    repo: Repository,
    scope: CheckScope,
    subjects: Iterable[Subject],
    tracked: list[str],
    options: PackageOptions,
) -> tuple[list[Question], list[Finding], dict[str, Subject]]:
    """The questions of all files, findings about parts that cannot be read, and the files by path."""
    import_map = _Late(lambda: lists.table(lists.IMPORT_MAP, options.cache))
    project = _project(repo, scope, tracked)
    questions: list[Question] = []
    findings: list[Finding] = []
    by_path = {subject.path: subject for subject in subjects}
    files: list[tuple[Subject, str | None]] = [(subject, None) for subject in by_path.values()]
    for inclusion in inclusions(repo, scope, by_path, {*tracked}, every_line=options.every_line):
        if isinstance(inclusion, Finding):
            findings.append(inclusion)
        else:
            files.append((inclusion, check.REQUIREMENTS))
    for subject, kind in files:
        by_path[subject.path] = subject
        lines = subject.added if options.every_line else subject.ai
        if subject.unread:
            findings.append(Finding("deps/unread", UNKNOWN, subject.unread, path=subject.path))
        elif lines:
            text = subject.content.decode("utf-8", "replace")
            more, unread = check.questions(subject.path, text, lines, project, import_map, kind)
            questions += more
            findings += [_unread(subject.path, part.line, part.reason) for part in unread]
    return questions, findings, by_path


def _remarks(
    repo: Repository, knowledge: Mapping[str, Knowledge], tracked: list[str], now: float
) -> Iterator[Finding]:
    yield from remarks.without_cool_down(_places(repo), knowledge, tracked)
    basis = knowledge.get(PYPI) or next(iter(knowledge.values()), None)
    if basis is not None and basis.reported is not None:
        yield from remarks.stale_advisories(basis.reported.source, basis.reported.date, now)
    elif basis is not None and basis.advisories is not None:
        yield from remarks.stale_advisories(basis.advisories.source, basis.advisories.date, now)


def _unread(path: str, line: int, reason: str) -> Finding:
    return Finding("deps/unread", UNKNOWN, reason, path=path, lines=(line, line) if line else None)


def _undetermined(question: Question, reason: str) -> Finding:
    item = question.item
    message = f"whether {item.name} exists could not be determined: {reason}"
    hint = _SETTINGS[item.ecosystem] if "no address" in reason else "run the check again, with the network"
    return Finding(
        "deps/undetermined", UNKNOWN, message, hint, path=question.path, lines=(item.line, item.end_line)
    )


def _finding(judged: Judged) -> Finding:
    item, verdict = judged.question.item, judged.verdict
    return Finding(
        verdict.rule,
        WARNING if verdict.severity == "low" else ERROR,
        verdict.message,
        verdict.fix,
        path=judged.question.path,
        lines=(item.line, item.end_line),
        risk=Risk(verdict.severity, verdict.confidence, verdict.cwe, item.name),
    )


# -- what the project has already ----------------------------------------------------------------------------


def _project(repo: Repository, scope: CheckScope, after: list[str]) -> ProjectNames:
    """Names of the state that is judged, whose paths are in `after`; `locked`: before the change."""
    declared = _names(repo, scope.head, _declaring(after))
    base = scope.base if scope.paths is None else None
    locks = [path for path in _tracked(repo, base) if is_lock(path)] if base else []
    return ProjectNames(declared, _names(repo, base, locks), top_modules(after), _Late(_installed))


def declared_names(repo: Repository) -> dict[str, frozenset[str]]:
    """Ecosystem → the names in the declarations and lock files of the index."""
    return _names(repo, None, _declaring(_tracked(repo, None)))


def _declaring(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if is_lock(path) or is_declaration(path)]


def _tracked(repo: Repository, commit: str | None) -> list[str]:
    """All paths of a commit, or of the index."""
    if commit is None:
        shown = repo.run("ls-files", "-z", "--cached", "--full-name", ":/")
    else:
        shown = repo.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
    return list(filter(None, decode(shown).split("\0")))


def _names(repo: Repository, commit: str | None, paths: Sequence[str]) -> dict[str, frozenset[str]]:
    """Ecosystem → the names in declarations and lock files of a commit, or of the index."""
    from gitprov.git.files.tree import staged_blobs

    oids = staged_blobs(repo, paths) if commit is None else regular_blobs(repo, commit, paths)
    names: dict[str, set[str]] = {}
    for path, obj in zip(oids, repo.objects.get_many(oids.values()), strict=True):
        if obj is not None and obj.type == "blob" and len(obj.data) <= LARGEST:
            for ecosystem, entries in check.locked_names(path, obj.data.decode("utf-8", "replace")).items():
                names.setdefault(ecosystem, set()).update(entries)
    return {ecosystem: frozenset(entries) for ecosystem, entries in names.items()}


class _Late(Mapping[str, Sequence[str]]):
    """Module → distributions, read at the first access, as reading takes a while."""

    def __init__(self, load: Callable[[], Mapping[str, Sequence[str]]]) -> None:
        self._load = load

    @cached_property
    def _table(self) -> Mapping[str, Sequence[str]]:
        return self._load()

    def __getitem__(self, module: str) -> Sequence[str]:
        return self._table[module]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


def _installed() -> Mapping[str, Sequence[str]]:
    from importlib.metadata import packages_distributions

    return packages_distributions()


# -- what verdicts rest on -----------------------------------------------------------------------------------


def _knowledge(
    repo: Repository,
    names: Mapping[str, list[str]],
    options: PackageOptions,
    progress: Progress,
) -> dict[str, Knowledge]:
    """Ecosystem → what its verdicts rest on, without advisories."""
    facts = look_up(names, _places(repo), _lookup_options(options), progress)
    memory = phantoms.recall(repo) if names else {}
    return {
        ecosystem: Knowledge(
            facts[ecosystem],
            _popular(ecosystem, options.cache),
            None,
            memory.get(ecosystem, {}),
            options.now,
            options.max_age_days,
        )
        for ecosystem in names
    }


def _lookup_options(options: PackageOptions) -> LookupOptions:
    return LookupOptions(options.offline, options.now, options.cache)


def _services(
    repo: Repository, pins: Sequence[Pin], options: PackageOptions
) -> list[tuple[ServiceAnswer, tuple[str, ...]]]:
    """What is reported of versions, with the ecosystems that it is about: by the configured service for all,
    or by `uv audit` for PyPI and the service for the others.
    """
    config = load_config(repo.worktree, repo.config("gitprov."))
    lookup = _lookup_options(options)
    if not config.feeds_uv_audit:
        return [(vulnerable.ask_service(config.feeds_osv, pins, lookup), (PYPI, NPM, CRATES))]
    audited = [pin for pin in pins if pin.ecosystem == PYPI]
    others = [pin for pin in pins if pin.ecosystem != PYPI]
    return [
        (uv_audit.ask_uv(config.feeds_osv, audited, lookup, repo.env), (PYPI,)),
        (vulnerable.ask_service(config.feeds_osv, others, lookup), (NPM, CRATES)),
    ]


def _popular(ecosystem: str, folder: str) -> Popular | None:
    """The popular names of an ecosystem; GitprovError where the library that compares names is missing."""
    table = {PYPI: lists.PYPI_POPULAR, NPM: lists.NPM_POPULAR}.get(ecosystem)
    if table is None:
        return None
    try:
        import rapidfuzz.process  # noqa: F401 - whether it is installed
    except ModuleNotFoundError as error:
        raise GitprovError(
            f"comparing names needs {error.name}, which is not installed", "pip install 'gitprov[checks]'"
        ) from error
    return Popular(lists.names(table, folder))


def _places(repo: Repository) -> Places:
    return Places(repo.env, repo.env.get("HOME", ""), repo.worktree or "")


def _advisories(folder: str, *, whole: bool) -> Advisories:
    """The list of advisories; not `whole`: only where it is from and of which day, since it is large."""
    if not whole:
        return Advisories({}, *lists.dated(lists.PYPI_ADVISORIES, folder))
    data = lists.table(lists.PYPI_ADVISORIES, folder)
    return Advisories(data.get("advisories", {}), str(data.get("source")), str(data.get("date")))
