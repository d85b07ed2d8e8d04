"""The pages of a list that is too long for a single page.

Every page but the first has the same number of rows, counted from the end. So where a list has its newest
rows first, a new row changes the first page alone, until there are enough rows for one page more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

#: Rows of a page of a list, and of each list on a page with several.
SIZE, SMALL = 200, 80
#: Pages beside the current one that are linked by number.
_NEAR = 3


class ListPage(NamedTuple):
    """A page of a list: its rows, its number from 1, and the names of all pages of the list."""

    rows: Sequence[Any]
    number: int
    names: Sequence[str]

    @property
    def name(self) -> str:
        """The name of this page."""
        return self.names[self.number - 1]

    @property
    def newer(self) -> str | None:
        """The page before this one."""
        return self.names[self.number - 2] if self.number > 1 else None

    @property
    def older(self) -> str | None:
        """The page after this one."""
        return self.names[self.number] if self.number < len(self.names) else None

    @property
    def links(self) -> list[tuple[int, str | None]]:
        """(number, name) of the first, the last and the near pages; the name is None where pages between
        two of them have no link.
        """
        out: list[tuple[int, str | None]] = []
        for number, name in enumerate(self.names, 1):
            if number in (1, len(self.names)) or abs(number - self.number) <= _NEAR:
                out.append((number, name))
            elif out[-1][1] is not None:
                out.append((number, None))
        return out


def list_pages(name: str, rows: Sequence[Any], size: int = SIZE, first: str | None = None) -> list[ListPage]:
    """The pages of a list: `name.html` (or `first`), then `name-2.html` and so on. At least one page.

    The first has up to a quarter more than `size` rows, so that no page has just a few.
    """
    others = max(-(-(len(rows) - size * 5 // 4) // size), 0)
    names = [first or f"{name}.html", *(f"{name}-{number}.html" for number in range(2, others + 2))]
    start = len(rows) - others * size
    ends = range(start, len(rows) + 1, size)
    return [
        ListPage(rows[max(end - size, 0) if n > 1 else 0 : end], n, names) for n, end in enumerate(ends, 1)
    ]
