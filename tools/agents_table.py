"""Keeps the table in docs/agents.md equal to gitprov/agents/payloads/table.py.

python tools/agents_table.py             fails where it is not
python tools/agents_table.py --write     brings it up to date
"""

from __future__ import annotations

import sys
from pathlib import Path

from gitprov.agents.payloads import table

PAGE = Path(__file__).parent.parent / "docs" / "agents.md"
START, END = "<!-- agents -->\n", "<!-- end of agents -->\n"


def rendered() -> str:
    """The rows of the table as Markdown, one section for each agent."""
    sections = []
    for row in table.ROWS:
        lines = [
            f"### {row.title} (`{row.name}`)",
            "",
            f"- Checked against: {row.checked}",
            f"- Seen: {row.seen}",
            f"- Not seen: {row.unseen}",
            f"- Swept: {row.swept}",
            f"- Hooks: {_files(row)}",
            f"- Trust: {row.trust}",
        ]
        sections.append("\n".join(lines))
    return "\n\n".join(sections) + "\n"


def _files(row: table.AgentRow) -> str:
    if row.name == "claude-code":
        return "`.claude/settings.json`, for all projects `~/.claude/settings.json`"
    if row.hooks is None:
        return "none that `gitprov install` writes"
    if row.hooks.style == table.LINES:
        lines = ", ".join(f"{key}: {value}" for key, value in row.hooks.events.items())
        return f"`{lines}` in `{row.hooks.project}`, for all projects in `~/{row.hooks.user}`"
    files = f"`{row.hooks.project}`, for all projects `~/{row.hooks.user}`"
    if row.toml is not None:
        files += f"; `{'.'.join(row.toml[1])} = true` in `{row.toml[0]}`"
    return files


def current(page: str) -> str:
    """The page with the table as it should be."""
    head, _, rest = page.partition(START)
    _, _, tail = rest.partition(END)
    return f"{head}{START}\n{rendered()}\n{END}{tail}"


def main() -> int:
    """Check the page, or write it; returns the exit code."""
    page = PAGE.read_text(encoding="utf-8")
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(current(page), encoding="utf-8")
    elif current(page) != page:
        print(f"{PAGE}: not the table of agents (mend: python tools/agents_table.py --write)")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
