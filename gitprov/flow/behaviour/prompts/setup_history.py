"""The history of what a feature is generated with: its prompt, its instruction files, its model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import ConfigError
from gitprov.flow.behaviour import pins
from gitprov.flow.behaviour.drift import drift
from gitprov.flow.behaviour.drift.drift_samples import DriftSetup, PromptText
from gitprov.git.process import decode
from gitprov.store.config import OWN_FILE, SHARED_FILE, project_config

if TYPE_CHECKING:
    from gitprov.flow.behaviour.drift.drift import DriftOptions
    from gitprov.git.repo import Repository
    from gitprov.model.behaviour.feature import Feature

WORK_TREE = "work tree"
_FORM = "--format=tformat:%H%x00%aI%x00%an%x00%s"
MODEL = "model"


class SetupVersion(NamedTuple):
    """What a feature was generated with from a commit on, or in the work tree (`WORK_TREE`); who made that
    commit, when, and why. A version differs from the one before it in a single `part`: the path of a file,
    or `MODEL`; empty for the first. `change` says it in words.
    """

    commit: str
    at: str
    author: str
    subject: str
    part: str
    change: str
    setup: DriftSetup


class _SetupCommit(NamedTuple):
    """A commit, as `SetupVersion` has it."""

    commit: str
    at: str
    author: str
    subject: str


def versions(
    repo: Repository, name: str, feature: Feature, options: DriftOptions
) -> tuple[SetupVersion, ...]:
    """All versions since the pin, the oldest first; the work tree's last where no commit has it.

    Of a commit that changes several parts there is a version for each: first the prompt, then the instruction
    files in their order, then the model.
    """
    present = drift.present_setup(repo, name, feature, options)
    rows: list[SetupVersion] = []
    revisions = _since(repo, name)
    prompts = _prompt_paths(repo, name, feature, revisions)
    for change in _changes(repo, feature, prompts, revisions):
        before = rows[-1].setup.model if rows else None
        setup = _setup_at(repo, name, feature, prompts, change.commit, options.model, before)
        if setup is not None:
            _extend(rows, change, setup)
    _extend(rows, _SetupCommit(WORK_TREE, "", "", "not committed"), present)
    return tuple(rows)


def _since(repo: Repository, name: str) -> tuple[str | None, str]:
    """The commit of the pin, where HEAD is a descendant of that, and the revisions after it."""
    head = pins.load(repo, name).facts.get("head")
    if head and repo.try_run("merge-base", "--is-ancestor", str(head), "HEAD").returncode == 0:
        return str(head), f"{head}..HEAD"
    return None, "HEAD"


def _prompt_paths(
    repo: Repository, name: str, feature: Feature, revisions: tuple[str | None, str]
) -> tuple[str, ...]:
    """The paths that the settings had for the prompt since the pin; the present one is the first."""
    paths = [feature.prompt or ""]
    for change in _changed(repo, (OWN_FILE, SHARED_FILE), revisions):
        then = _feature_at(repo, name, change.commit)
        paths.append((then and then.prompt) or "")
    return tuple(dict.fromkeys(filter(None, paths)))


def _changes(
    repo: Repository, feature: Feature, prompts: tuple[str, ...], revisions: tuple[str | None, str]
) -> Iterator[_SetupCommit]:
    """The commits that changed a file that matters, the oldest first; the first is the pin's, if any."""
    return _changed(repo, (*prompts, *feature.instructions, OWN_FILE, SHARED_FILE), revisions)


def _changed(
    repo: Repository, paths: tuple[str, ...], revisions: tuple[str | None, str]
) -> Iterator[_SetupCommit]:
    """The commit of the pin, and later ones that changed a path, the oldest first."""
    start, later = revisions
    if start is not None:
        yield from _listed(repo, "-1", start)
    if repo.resolve("HEAD") is not None:
        specs = (f":(top,literal){path}" for path in paths)
        yield from _listed(repo, "--topo-order", "--reverse", later, "--", *specs)


def _listed(repo: Repository, *words: str) -> Iterator[_SetupCommit]:
    shown = decode(repo.run("log", _FORM, "--no-show-signature", "--no-color", *words))
    for line in shown.splitlines():
        yield _SetupCommit(*line.split("\0", 3))


def _setup_at(
    repo: Repository,
    name: str,
    feature: Feature,
    prompts: tuple[str, ...],
    commit: str,
    model: str | None,
    before: str | None,
) -> DriftSetup | None:
    """What the feature was generated with at a commit; None where the prompt was not there.

    `model` holds for all commits where it is set; `before` is the model where the settings cannot be read.
    """

    def content(path: str) -> PromptText | None:
        data = repo.objects.content(f"{commit}:{path}")
        return None if data is None else PromptText(path, data, pins.version_of(data))

    then = _feature_at(repo, name, commit)
    paths = (then.prompt, *prompts) if then and then.prompt else prompts
    prompt = next(filter(None, map(content, paths)), None)
    if prompt is None:
        return None
    files = [file for file in map(content, feature.instructions) if file is not None]
    return DriftSetup(prompt, tuple(files), model or (then.model if then else before))


def _feature_at(repo: Repository, name: str, commit: str) -> Feature | None:
    """The feature in the settings of a commit; None where they cannot be read or do not have it."""
    settings = (repo.objects.content(f"{commit}:{path}") for path in (OWN_FILE, SHARED_FILE))
    try:
        return (project_config(*settings).features or {}).get(name)
    except ConfigError:
        return None


def _extend(rows: list[SetupVersion], change: _SetupCommit, setup: DriftSetup) -> None:
    """Add a version for each part in which a setup differs from the newest."""
    if not rows:
        rows.append(SetupVersion(*change, "", "", setup))
        return
    last = rows[-1].setup
    for part, words, step in _steps(last, setup):
        rows.append(SetupVersion(*change, part, words, step))


def _steps(old: DriftSetup, new: DriftSetup) -> Iterator[tuple[str, str, DriftSetup]]:
    """From one setup to another, a part at a time: the part, the change in words, the setup."""
    if old.prompt.text != new.prompt.text:
        old = old._replace(prompt=new.prompt)
        yield new.prompt.path, f"the prompt {new.prompt.path}", old
    before = {file.path: file for file in old.instructions}
    after = {file.path: file for file in new.instructions}
    for path in dict.fromkeys([*after, *before]):
        if (before.get(path) or _NONE).text != (after.get(path) or _NONE).text:
            changed = {**before, path: after[path]} if path in after else dict(before)
            if path not in after:
                del changed[path]
            before = changed
            order = [*after, *(other for other in before if other not in after)]
            old = old._replace(instructions=tuple(before[other] for other in order if other in before))
            yield path, f"the instruction file {path}", old
    if old.model != new.model:
        words = f"the model: {old.model or 'none named'} → {new.model or 'none named'}"
        yield MODEL, words, old._replace(model=new.model)


_NONE = PromptText("", b"", None)
