"""The prompts of a work tree: files, templates in code, and instruction files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from gitprov.behaviour.prompts.front_matter import front_matter
from gitprov.behaviour.prompts.templates import templates
from gitprov.errors import GitprovError
from gitprov.git.files import tree_files
from gitprov.git.process import decode
from gitprov.model.answers.behaviour.prompts import (
    FILE,
    INSTRUCTIONS,
    TEMPLATE,
    PromptList,
    PromptProblem,
    RegisteredPrompt,
)
from gitprov.model.settings.globs import matches

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.settings.config import Config

_FOLDER = "prompts/"
_LIMIT = 4 << 20
_CALL = "prompt("


def prompt_list(repo: Repository, config: Config) -> PromptList:
    """All prompts of the work tree, by name. Files that git ignores are left out."""
    if repo.worktree is None:
        raise GitprovError("a bare repository has no prompts to list", "run this in a work tree")
    worktree = repo.worktree
    return _listed(_files(repo), _calling(repo), config, lambda path: tree_files.read(worktree, path, _LIMIT))


def prompts_at(repo: Repository, commit: str, config: Config) -> PromptList:
    """All prompts of the tree of a commit, by name. A file that is not in this clone is a problem."""

    def content(path: str) -> bytes:
        data = repo.objects.content(f"{commit}:{path}")
        if data is None:
            raise ValueError("its content is not in this clone")
        return data

    names = decode(repo.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)).split("\0")
    return _listed(sorted(filter(None, names)), _calling(repo, commit), config, content)


def _listed(
    paths: Iterable[str], calling: frozenset[str], config: Config, content_of: Callable[[str], bytes | None]
) -> PromptList:
    """The prompts of some files; `calling`: the Python files that may have templates."""
    prompts: list[RegisteredPrompt] = []
    problems: list[PromptProblem] = []
    for path in paths:
        kind = kind_of(path, config) or (TEMPLATE if path in calling else None)
        if kind is None:
            continue
        try:
            content = content_of(path)
            if content is not None:
                prompts += prompts_of(path, kind, content)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            problems.append(PromptProblem(path, f"{reason}"))
    for name, count in Counter(prompt.name for prompt in prompts).items():
        if count > 1:
            places = [prompt.path for prompt in prompts if prompt.name == name]
            problems.append(PromptProblem(places[-1], f"{count} prompts have the name {name!r}"))
    return PromptList(tuple(sorted(prompts, key=lambda row: (row.name, row.path))), tuple(problems))


def kind_of(path: str, config: Config) -> str | None:
    """What kind of prompt a file is by its path, None for any other file.

    Instruction files count in every directory, since agents read those above the one that they work in.
    """
    if any(path == name or path.endswith(f"/{name}") for name in config.instructions):
        return INSTRUCTIONS
    return FILE if matches(path, config.prompts) else None


def prompts_of(path: str, kind: str, content: bytes) -> Iterator[RegisteredPrompt]:
    """The prompts of one file. ValueError where it cannot be read."""
    if kind == TEMPLATE:
        for row in templates(content):
            yield RegisteredPrompt(row.name, kind, path, row.version, row.feature, row.line, row.text)
        return
    text = content.decode("utf-8", "surrogateescape")
    if kind == INSTRUCTIONS:
        yield RegisteredPrompt(path, kind, path, text=text)
        return
    facts = front_matter(text)
    name = facts.name or path.removeprefix(_FOLDER).rpartition(".")[0] or path
    yield RegisteredPrompt(name, kind, path, facts.version, facts.feature, None, facts.text)


def _files(repo: Repository) -> list[str]:
    flags = ("--cached", "--others", "--exclude-standard", "--full-name", "-z")
    shown = decode(repo.run("ls-files", *flags, "--", ":(top)"))
    return sorted({path for path in shown.split("\0") if path})


def _calling(repo: Repository, commit: str | None = None) -> frozenset[str]:
    """The Python files that name the function of prompts, of a commit or of the work tree."""
    flags = ("--files-with-matches", "--full-name", "-z", "--fixed-strings", "--no-color", "-e", _CALL)
    where = (commit,) if commit is not None else ("--untracked",)
    shown = repo.try_run("grep", *flags, *where, "--", ":(top,glob)**/*.py").stdout
    prefix = f"{commit}:" if commit is not None else ""
    return frozenset(path.removeprefix(prefix) for path in decode(shown).split("\0") if path)
