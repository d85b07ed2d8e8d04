"""docs/survival.md: the table of what git does to history, written from what the tests declare.

python tools/survival.py            says whether the document is what the tests declare; exit code 1 if it is
not python tools/survival.py --write    brings it up to date
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "survival.md"
START, END = "<!-- table: python tools/survival.py --write -->", "<!-- end of table -->"


def table() -> str:
    """All sections, and the notes that their cells point to."""
    sys.path[:0] = [] if str(ROOT) in sys.path else [str(ROOT)]
    from tests.survival.catalog import OPERATIONS

    notes: list[str] = []
    lines: list[str] = []
    for section in dict.fromkeys(one.section for one in OPERATIONS.values()):
        lines += [f"### {section}", "", *_section(section, notes), ""]
    lines += ["### Footnotes", ""] if notes else []
    lines += [f"{n}. {why}" for n, why in enumerate(notes, 1)]
    return "\n".join(lines).rstrip()


def _section(section: str, notes: list[str]) -> Iterator[str]:
    from tests.survival.catalog import OPERATIONS
    from tests.survival.table import ROUTES

    yield "| operation | what holds afterwards | " + " | ".join(ROUTES) + " |"
    yield "|---" * (2 + len(ROUTES)) + "|"
    for name, one in OPERATIONS.items():
        if one.section != section:
            continue
        cells = []
        for route in ROUTES:
            cell, why = one.cell(route), one.without.get(route) or one.broken.get(route)
            if cell != "—":
                told = " ".join(one.told) if cell == "after heal" else ""
                cell = f"[{cell}{' ' if told else ''}{told}](../{one.file})"
            if why:
                notes += [] if why in notes else [why]
                cell += f" <sup>{notes.index(why) + 1}</sup>"
            cells.append(cell)
        says = one.says.replace("|", "\\|")
        yield f"| {one.title}<br>`{name}` | {says} | " + " | ".join(cells) + " |"


def document(text: str | None = None) -> str:
    """The document as it has to be, its words taken from `text`, which without one is what is there."""
    text = DOCUMENT.read_text(encoding="utf-8") if text is None else text
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n\n{table()}\n\n{END}{after}"


def main(args: list[str]) -> int:
    """1 where the document says another thing than the tests."""
    wanted = document()
    if args == ["--write"]:
        DOCUMENT.write_text(wanted, encoding="utf-8")
        return 0
    same = DOCUMENT.read_text(encoding="utf-8") == wanted
    print(
        "survival: fine"
        if same
        else f"{DOCUMENT}: not what the tests declare; mend: python tools/survival.py --write"
    )
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
