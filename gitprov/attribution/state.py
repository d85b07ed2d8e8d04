"""The state of a file between two edits: its content, and the origin of each line."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from gitprov.attribution.layout.language import PLAIN, Language
from gitprov.model.lines import count_lines
from gitprov.model.named import NamedTuple

BASE = -1
UNKNOWN = -2

Origin = tuple[int, int, bool]

NOBODY: Origin = (UNKNOWN, 0, False)


class FoldStep(NamedTuple):
    """One reported edit: `source` is its index, `human` is True for a person's, False for a model's."""

    source: int
    before: bytes
    after: bytes
    human: bool


class Remembered(NamedTuple):
    """A content of the file, with the origins that its lines had then.

    `fresh`: it is stashed, and no step came since. Lines that leave the file later do not come back from it.
    """

    content: bytes
    origins: tuple[Origin, ...]
    fresh: bool = True


class Part(NamedTuple):
    """Some lines of a content: `text` begins with line `first` (0-based)."""

    first: int
    text: bytes


class Layout(NamedTuple):
    """Facts about lines besides their origins. A line is a pair (source, 0-based line of its `after`).

    `raw`: source → the parts of its `after` that it wrote. `joined`: line → further lines that are
    part of the line with its origin. `partly`: lines of which one part is unchanged and another changed.
    `limits`: the reasons why some lines were not compared.
    """

    raw: dict[int, tuple[Part, ...]]
    joined: dict[tuple[int, int], frozenset[tuple[int, int]]]
    partly: set[tuple[int, int]]
    limits: set[str]

    def present(self, lines: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
        """Some lines, and all lines that were joined to them."""
        seen: set[tuple[int, int]] = set()
        todo = list(lines)
        while todo:
            line = todo.pop()
            if line not in seen:
                seen.add(line)
                todo += self.joined.get(line, ())
        return seen


class Folded(NamedTuple):
    """Content after the last step, an origin per line, and the lines that models removed.

    `deleted`: source → base lines (0-based) it removed. `superseded`: origins that a later model edit
    replaced; a model's own edits do not count as dropped by the developer. `people`: the sources that are
    persons. `created`: source → lines (0-based, of its `after`) that it wrote.

    `watched` is the content that will be committed. `base` and `first`: content and origins before the first
    step. `spent`: source → its lines (1-based) that commits hold
    already. Such a line in the content is an older commit's, or a person typed it again: its origin is
    NOBODY.

    `past` are the last contents of the fold and the last one that equals `watched`, the oldest first: an
    undo, or a checkout from the index, restores one as a whole, and a content staged in the middle of a
    session was replaced in the file since. `asides` are the contents that git keeps beside the file, as in a
    stash. `language` determines what is layout in the file.
    """

    content: bytes
    origins: list[Origin]
    deleted: dict[int, set[int]]
    superseded: set[Origin]
    people: set[int]
    created: dict[int, set[int]]
    watched: bytes | None = None
    base: bytes = b""
    first: tuple[Origin, ...] | None = None
    spent: Mapping[int, Iterable[int]] = MappingProxyType({})
    past: tuple[Remembered, ...] = ()
    asides: tuple[Remembered, ...] = ()
    language: Language = PLAIN
    layout: Layout = Layout({}, {}, set(), set())

    def copy(self) -> "Folded":
        """A copy whose origins and layout can be changed without changing these."""
        layout = Layout(
            self.layout.raw, {**self.layout.joined}, set(self.layout.partly), set(self.layout.limits)
        )
        return self._replace(origins=list(self.origins), superseded=set(self.superseded), layout=layout)


def begin(
    base: bytes,
    watched: bytes | None = None,
    spent: Mapping[int, Iterable[int]] = MappingProxyType({}),
    language: Language = PLAIN,
) -> Folded:
    """The state before any step: every line's origin is BASE. `watched` is the content that will be
    committed.
    """
    return Folded(
        base,
        [(BASE, n, False) for n in range(count_lines(base))],
        {},
        set(),
        set(),
        {},
        watched,
        base,
        None,
        spent,
        language=language,
        layout=Layout({}, {}, set(), set()),
    )
