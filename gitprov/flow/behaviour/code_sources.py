"""Versions of code as a command line names them: a generation, one file of it, or a file of a revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.errors import GitprovError, UsageError
from gitprov.flow.behaviour import outputs
from gitprov.flow.behaviour.versions import path_at_top
from gitprov.flow.read import resolve
from gitprov.model.answers.behaviour.compare import CodeSource
from gitprov.store import generations

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.generation import Generation

_FRONT = "gen_"


def source_of(repo: Repository, text: str) -> CodeSource:
    """The files that `text` names: `gen_…`, `gen_…:PATH` or `REV:PATH`, where `:PATH` is in the index.

    GitprovError where it names nothing, UsageError where it has another form.
    """
    front, colon, path = text.partition(":")
    if front.startswith(_FRONT):
        source = outputs.of_generation(text, generation_of(repo, front))
        return _only(source, path) if colon else source
    if not colon or not path:
        raise UsageError(
            f"{text!r} is neither a generation nor a file of a revision",
            "as in: gitprov compare gen_20260201_0b9c41d2e7 HEAD:src/api.py",
        )
    place = path_at_top(repo, path)
    content = repo.objects.content(f"{front}:{place}") if "\n" not in text else None
    if content is None:
        raise GitprovError(f"there is no file {place!r} in {front or 'the index'}", "git ls-tree -r REV")
    return CodeSource(text, {place: content})


def generation_of(repo: Repository, text: str) -> Generation:
    """The generation that a trace id or its start names. GitprovError where this clone does not have it."""
    name = resolve.find(repo, text)
    generation = generations.load(repo, name.value) if name.kind == "trace" else None
    if generation is None:
        raise GitprovError(
            f"the generation {text} is not in this clone",
            "gitprov sync fetches generations that were shared; gitprov show says what is recorded",
        )
    return generation


def _only(source: CodeSource, path: str) -> CodeSource:
    """One file of a generation."""
    if path not in source.files and path not in source.unread:
        raise GitprovError(
            f"{source.name.partition(':')[0]} did not write {path!r}",
            "it wrote " + ", ".join([*source.files, *source.unread][:5]),
        )
    files = {name: content for name, content in source.files.items() if name == path}
    return source._replace(files=files, unread={n: why for n, why in source.unread.items() if n == path})
