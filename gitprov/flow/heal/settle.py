"""Builds the notes that commits lack: the kinds of sources as a table, and which of their claims count."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from gitprov.flow.heal import likely, literal, named, restored
from gitprov.flow.heal.scope import Answers, Candidate, Source, Sources
from gitprov.flow.heal.search import Search
from gitprov.model.notes.note import Note
from gitprov.model.notes.rows import claimed_lines
from gitprov.model.ranges import LineSet, union

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Commits whose sources are used in one step.
_BATCH = 500


class Trust(NamedTuple):
    """Which claims of a kind of sources a commit inherits.

    `certain`: all of them; the sources of a commit are used together, the last one first. For other kinds
    each source is compared alone. A line that sources claim for different traces (or people) is not written
    but reported, so that the user may name the right source. The other fields restrict what counts:

    `words_in_run`: a run of claimed lines needs so many lines with words, and `words_in_note` all runs of one
    source together. `all_agree`: a line needs the claims of all sources. `named_traces`: only traces that the
    commit's message names. `unclaimed`: only lines that the commit's own note does not claim; disputes about
    these are not reported.
    """

    certain: bool = False
    words_in_run: int = 0
    words_in_note: int = 0
    all_agree: bool = False
    named_traces: bool = False
    unclaimed: bool = False


class Kind(NamedTuple):
    """A kind of sources: `what` it is, for the progress line; the finder of the sources; the trust in them.

    `claims` reads the claims of sources in another way than by carrying the lines of a diff.
    """

    what: str
    find: Callable[[Search], Sources]
    trust: Trust
    claims: Callable[[Search, Sources], Answers] | None = None


_CERTAIN = Trust(certain=True)
_LIKELY = Trust(words_in_run=1)

#: The most certain kind comes first: a line that a kind has settled is not changed by those below.
KINDS = (
    Kind("named sources", named.named, _CERTAIN),
    Kind("notes of lost commits", literal.lost, _CERTAIN, literal.claims_of_lost),
    Kind("commits with a likeness (rewritten)", likely.rewritten, _LIKELY),
    Kind("commits with the same patch", likely.same_patch, Trust(words_in_note=2, all_agree=True)),
    Kind("commits with a likeness (trace)", likely.traced, _LIKELY._replace(named_traces=True)),
    Kind("commits with a likeness (subject)", likely.called, Trust(words_in_run=2)),
    Kind("squashed branches", likely.squashed, _CERTAIN),
    Kind("commits with the same hunks", likely.same_hunks, Trust(), likely.claims_of_hunks),
    Kind("files brought back", restored.brought_back, _CERTAIN),
    Kind("re-wrapped lines", restored.rewrapped, _CERTAIN),
    Kind("re-wrapped lines", restored.rewrapped_beside, Trust(unclaimed=True)),
    Kind("commits with a likeness (rewritten)", likely.before_conflict, _LIKELY._replace(unclaimed=True)),
)


def settle(search: Search) -> None:
    """Use all kinds of sources; the notes, sources and disputes they yield are added to `search`."""
    if not search.noted or not (search.candidates or search.partial):
        return
    for kind in KINDS:
        sources_of = kind.find(search)
        if kind.trust.unclaimed:
            sources_of = _worth_asking(search, sources_of)
        oids = list(sources_of)
        for at in range(0, len(oids), _BATCH):
            _use(search, kind, {oid: sources_of[oid] for oid in oids[at : at + _BATCH]})
            search.tell(kind.what, min(at + _BATCH, len(oids)), len(oids))


def changes(search: Search) -> dict[str, Note]:
    """Commit → the note that it inherits, if its note changes; an empty one removes a copied note."""
    from gitprov.flow.carry.write_notes import beside

    changed = {}
    for oid, candidate in search.candidates.items():
        note = search.notes.get(oid)
        if candidate.copied and (note is not None or all(search.repo.objects.get_many(candidate.copied))):
            changed[oid] = note or Note()
        elif note is not None:
            note_here = Note.read(candidate.commit.note) if candidate.commit.note else None
            if beside(note_here, note) != note_here:
                changed[oid] = note
    return changed


def _worth_asking(search: Search, sources_of: Sources) -> Sources:
    """The untried sources of commits whose notes leave added lines unclaimed."""
    untried = {oid: search.fruitless.untried(oid, sources) for oid, sources in sources_of.items()}
    return {
        oid: sources
        for oid, sources in untried.items()
        if sources and _leaves_lines(oid, Note.read(search.commits[oid].note))
    }


def _leaves_lines(oid: str, note: Note) -> bool:
    """Whether a commit adds more lines than its note claims; False for a copied note, True if unknown."""
    if note.copied_from(oid):
        return False
    added = note.commit.added if note.commit is not None else None
    return added is None or sum(map(claimed_lines, note.rows.values())) < added


def _use(search: Search, kind: Kind, sources_of: Sources) -> None:
    """Read the claims of some sources of a kind, and take those that the trust in the kind allows."""
    for oid in sources_of:
        if oid not in search.candidates:
            search.candidates[oid] = Candidate(search.commits[oid])
    read = kind.claims or (_from_all if kind.trust.certain else _from_each)
    for oid, answers in read(search, sources_of).items():
        if kind.trust.certain:
            for sources, note in answers:
                _take(search, oid, note, sources)
        else:
            _take_agreed(search, kind.trust, oid, answers, len(sources_of[oid]))
    if kind.claims is None and not kind.trust.unclaimed:
        for oid, sources in sources_of.items():
            search.tried.setdefault(oid, []).extend(sources)


# gitprov.flow.carry is imported inside functions: a run that carries no lines must not wait for the import.


def _from_all(search: Search, sources_of: Sources) -> Answers:
    """What each commit inherits from all its sources together; later ones take precedence."""
    from gitprov.flow.carry.carry import carry
    from gitprov.flow.carry.values import Rewrite

    pairs = [
        Rewrite(source.oid, oid, source.whole, source.only)
        for oid, sources in sources_of.items()
        for source in sources
    ]
    return {oid: [(sources_of[oid], note)] for oid, note in carry(search.repo, pairs).items()}


def _from_each(search: Search, sources_of: Sources) -> Answers:
    """What each commit inherits from each of its sources alone."""
    answers: Answers = {}
    for turn in range(max(map(len, sources_of.values()), default=0)):
        some = {oid: sources[turn : turn + 1] for oid, sources in sources_of.items() if turn < len(sources)}
        for oid, rows in _from_all(search, some).items():
            answers.setdefault(oid, []).extend(rows)
    return answers


def _take_agreed(
    search: Search, trust: Trust, oid: str, answers: Sequence[tuple[Sequence[Source], Note]], size: int
) -> None:
    """Take the claims that the trust in a kind allows and on which the sources agree.

    `size` counts all sources of the commit, also those without claims.
    """
    from gitprov.flow.carry.solid import agree

    kept = [
        (sources, claims)
        for sources, note in answers
        if (claims := _reliable(search, trust, oid, note)) is not None
    ]
    if not kept:
        return
    silent = [Note()] if trust.all_agree and len(kept) < size else []
    done = agree([*(note for _, note in kept), *silent], strictly=trust.all_agree)
    if not trust.unclaimed:
        lines_of = search.unsure.setdefault(oid, {})
        for path, lines in done.unsure.items():
            lines_of[path] = lines_of.get(path, LineSet()) | lines
    _take(search, oid, done.note, [source for sources, _ in kept for source in sources])


def _reliable(search: Search, trust: Trust, oid: str, note: Note) -> Note | None:
    """The claims of a source's note that the trust in its kind allows; None if there are none."""
    from gitprov.flow.carry.solid import of_traces, solid, worded
    from gitprov.flow.carry.write_notes import beside

    candidate = search.candidates[oid]
    claims = of_traces(note, candidate.named) if trust.named_traces else note
    if claims is None or (trust.words_in_note and worded(search.repo, oid, claims) < trust.words_in_note):
        return None
    if trust.words_in_run:
        claims = solid(search.repo, oid, claims, trust.words_in_run)
    if claims is not None and trust.unclaimed:
        note_here = beside(Note.read(candidate.commit.note), search.notes.get(oid, Note()))
        claims = _unclaimed(note_here, claims)
    return claims


def _unclaimed(note: Note, inherited: Note) -> Note | None:
    """The claims of `inherited` on lines that `note` does not claim, without a commit row; None if none.

    Reviews are kept only for traces new to `note`: reviewers of the others have not seen the new lines.
    """
    from gitprov.flow.carry.solid import lessened

    taken = {path: union(claim.lines for claim in note.claims(path)) for path in note.paths()}
    rows = lessened(inherited, taken).rows
    rest = {key: row for key, row in rows.items() if claimed_lines(row)}
    new = {name for kind, name in rest if kind == "trace" and name not in note.traces}
    reviews = [row for key, row in rows.items() if key[0] == "review" and key[1].partition("/")[0] in new]
    return Note([*rest.values(), *reviews]) if rest else None


def _take(search: Search, oid: str, note: Note | None, sources: Iterable[Source]) -> None:
    """Add claims to those that a commit inherits; the lines that these settle are no longer in dispute."""
    from gitprov.flow.carry.write_notes import beside

    if note is not None:
        search.notes[oid] = beside(search.notes.get(oid), note)
        search.sources[oid] = list(dict.fromkeys([*search.sources.get(oid, ()), *sources]))
    settled = search.notes.get(oid, Note())
    unsure = {
        path: rest
        for path, lines in search.unsure.pop(oid, {}).items()
        if (rest := lines - union(claim.lines for claim in settled.claims(path)))
    }
    if unsure:
        search.unsure[oid] = unsure
