"""What is known of a file between two edits: its content, and the origin of each line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from gitprov.attribution.layout.language import PLAIN, Language
from gitprov.model.lines import count_lines

BASE = -1
UNKNOWN = -2

Origin = tuple[int, int, bool]

NOBODY: Origin = (UNKNOWN, 0, False)


class FoldStep(NamedTuple):
    """One reported edit: `source` is its index, `human` tells a person's from a model's."""

    source: int
    before: bytes
    after: bytes
    human: bool


class StashedContent(NamedTuple):
    """A content that git keeps beside the file, as a stash does, and whose each line was when it was put there.

    `fresh`: no step came since. What leaves the file later than that is not given back.
    """

    content: bytes
    origins: tuple[Origin, ...]
    fresh: bool = True


class Part(NamedTuple):
    """Some lines of a content: `text` begins with line `first` (0-based)."""

    first: int
    text: bytes


class Layout(NamedTuple):
    """What became of lines besides their origins. A line is here (source, 0-based line of its `after`).

    `raw`: source → the parts of its `after` that it put there. `joined`: line → further lines that stand in the one that has its origin. `partly`: lines
    of which one part stands unchanged while another was changed. `limits`: why some lines were not compared.
    """

    raw: dict[int, tuple[Part, ...]]
    joined: dict[tuple[int, int], frozenset[tuple[int, int]]]
    partly: set[tuple[int, int]]
    limits: set[str]

    def present(self, lines: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
        """Some lines, and all that were joined to them."""
        seen: set[tuple[int, int]] = set()
        todo = list(lines)
        while todo:
            line = todo.pop()
            if line not in seen:
                seen.add(line)
                todo += self.joined.get(line, ())
        return seen


class Folded(NamedTuple):
    """Content after the last step, an origin per line, and what models took away.

    `deleted`: source → base lines (0-based) it removed. `superseded`: origins that a later model edit replaced;
    they were the model's own to drop. `people`: the sources that are persons. `created`: source → lines
    (0-based, of its `after`) that it put there.

    `held`: the origins that content `watched` had when the fold last came by it. What is staged in the middle of a
    session was replaced in the file since, and is labelled by what was known of it then.
    `base` and `first`: content and origins before the first step. `spent`: source → its lines (1-based) that commits
    hold already. Such a line in the content is an older commit's, or a person typed it again: it is nobody's here.

    `past` are the last contents that the fold came by, with their origins: an undo, or a checkout from the index, brings
    one back whole. `language` says what is layout in the file. `asides` are contents that were put aside on the way, the oldest first.
    """

    content: bytes
    origins: list[Origin]
    deleted: dict[int, set[int]]
    superseded: set[Origin]
    people: set[int]
    created: dict[int, set[int]]
    watched: bytes | None = None
    held: tuple[Origin, ...] | None = None
    base: bytes = b""
    first: tuple[Origin, ...] | None = None
    spent: Mapping[int, Iterable[int]] = MappingProxyType({})
    past: tuple[tuple[bytes, tuple[Origin, ...]], ...] = ()
    asides: tuple[StashedContent, ...] = ()
    language: Language = PLAIN
    layout: Layout = Layout({}, {}, set(), set())

    def copy(self) -> Folded:
        """A state whose origins can be developed without touching these."""
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
    """The state before any step: every line is the base's own. `watched` is the content that will be committed."""
    return Folded(
        base,
        [(BASE, n, False) for n in range(count_lines(base))],
        {},
        set(),
        set(),
        {},
        watched,
        None,
        base,
        None,
        spent,
        language=language,
        layout=Layout({}, {}, set(), set()),
    )
