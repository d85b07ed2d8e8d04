"""The notes ref: reads the notes of commits, and builds the changes that write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gitprov.git import notes
from gitprov.model.notes.note import Note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.git.write import RefChange

REF = "refs/notes/gitprov"


def read(repo: Repository, oids: Iterable[str], ref: str = REF) -> dict[str, Note]:
    """Commit → note for full commit ids; commits without a note are left out."""
    return {oid: Note.parse(data) for oid, data in notes.read(repo, ref, oids).items()}


def change(repo: Repository, base: str | None, new: dict[str, Note], message: str) -> RefChange:
    """The change of the notes ref at `base` that unites each commit's note in `new` with its present note."""
    return _change(repo, base, new, message, notes.read(repo, base, new) if base else {}, unite=True)


def replacement(
    repo: Repository, base: str | None, new: dict[str, Note], message: str, old: Mapping[str, bytes]
) -> RefChange:
    """The change of the notes ref at `base` that replaces each commit's note by that in `new`.

    `old` are the raw notes at `base`, which the caller has read to decide what to replace. An empty note is
    removed.
    """
    return _change(repo, base, new, message, old, unite=False)


def _change(
    repo: Repository,
    base: str | None,
    new: dict[str, Note],
    message: str,
    old: Mapping[str, bytes],
    *,
    unite: bool,
) -> RefChange:
    from gitprov.git.write import RefChange

    files: dict[str, bytes | None] = {}
    for oid, note in new.items():
        merged = (Note.parse(old[oid]) | note).dump() if unite and oid in old else note.dump()
        ours, *others = notes.spellings(oid)
        if oid in old:
            paths = [
                path
                for path in ((ours, *others) if not merged else others)
                if _exists(repo, f"{base}:{path}")
            ]
            files.update(dict.fromkeys(paths))
        if merged and (old.get(oid) != merged or any(files.get(path, b"") is None for path in others)):
            files[ours] = merged
    return RefChange(REF, base, message, files)


def _exists(repo: Repository, name: str) -> bool:
    return repo.objects.get(name) is not None
