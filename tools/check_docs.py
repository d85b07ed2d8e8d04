"""Fail when the written part of the project is broken.

Dead links, tests that are named and not there, help texts that the program does not print, malformed
fragments, incomplete decisions, a reading list that is too long.

python tools/check_docs.py [ROOT]
python tools/check_docs.py --write      brings the help texts in documents up to date
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
FRAGMENT = re.compile(r"[a-z0-9][a-z0-9-]*\.(added|changed|fixed|removed|security)\.md")
DECISION = re.compile(r"\d{4}-[a-z0-9-]+\.md")
SECTIONS = ("## Context", "## Decision", "## Consequences")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
HELP = re.compile(r"^```console\n\$ ([^\n]+ (?:-h|--help))\n(.*?)^```", re.MULTILINE | re.DOTALL)
DECOR = re.compile(r"\[(?:required|default:[^\]]*)\]|<\w+>|[\[\]{}|*]|\b[A-Z]{3,}\b")
CORE = re.compile(r"^\| `(gitprov/[\w/]+\.py)` \|", re.MULTILINE)
CORE_LINES = 9_500
COMMANDS = {
    "gitprov": "gitprov.cli.main",
    "git ai-blame": "gitprov.cli.ai_blame",
    "git ai-log": "gitprov.cli.ai_log",
}
HERE = Path(__file__).resolve().parents[1]
SKIPPED = {".venv", ".git", "node_modules", "build"}


def documents(root: Path) -> list[Path]:
    """Each Markdown file of the project."""
    return sorted(
        p
        for p in root.rglob("*.md")
        if not any(part.startswith(".venv") or part in SKIPPED for part in p.parts)
    )


def anchors(text: str) -> set[str]:
    """The anchors forges make from headings: lower case, spaces to dashes, punctuation dropped."""
    headings = re.findall(r"^#+ +(.*)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def dead_links(path: Path) -> Iterator[str]:
    """Relative links whose file or heading is not there; the network is not asked."""
    for target in LINK.findall(FENCE.sub("", path.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (path.parent / name) if name else path
        if not there.exists():
            yield f"{path}: link to {target}: no such file"
        elif anchor and there.suffix == ".md" and anchor not in anchors(there.read_text()):
            yield f"{path}: link to {target}: no such heading"


def dead_tests(path: Path, root: Path) -> Iterator[str]:
    """Tests that a document names and that are not there."""
    for name, test in TEST.findall(path.read_text(encoding="utf-8")):
        file = root / name
        if not file.exists() or f"\ndef {test}(" not in file.read_text(encoding="utf-8"):
            yield f"{path}: no such test: {name}::{test}"


def false_help(path: Path) -> Iterator[str]:
    """Help texts in a document, `$ command -h` and what it prints, that the program does not print."""
    for command, shown in HELP.findall(path.read_text(encoding="utf-8")):
        said = printed(command)
        if said is not None and words(said) != words(shown):
            yield f"{path}: `{command}` prints something else now (mend: python tools/check_docs.py --write)"


def words(text: str) -> list[str]:
    """What a help text says, without what the command-line library decides: line breaks, kinds of values,
    brackets.
    """
    return DECOR.sub(" ", text).split()


def printed(command: str) -> str | None:
    """The help text of one of our commands, as on 80 columns; None for somebody else's command."""
    name = next((name for name in COMMANDS if command.startswith(name + " ")), None)
    if name is None:
        return None
    code = f"import sys; from {COMMANDS[name]} import main; sys.exit(main())"
    env = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONPATH": str(HERE)}
    args = [sys.executable, "-c", code, *command.removeprefix(name).split()]
    return subprocess.run(args, env=env, capture_output=True, text=True, encoding="utf-8", check=False).stdout


def write_help(root: Path) -> None:
    """Put into the documents what the program prints now."""
    for path in documents(root):
        old = path.read_text(encoding="utf-8")
        new = HELP.sub(
            lambda found: f"```console\n$ {found[1]}\n{(printed(found[1]) or found[2]).strip()}\n```", old
        )
        if new != old:
            path.write_text(new, encoding="utf-8")


def fragments(root: Path) -> Iterator[str]:
    """Names and contents of changelog.d/."""
    for path in sorted((root / "changelog.d").glob("*")):
        if path.name == "README.md":
            continue
        if not FRAGMENT.fullmatch(path.name):
            yield f"{path}: name it <topic>.<added|changed|fixed|removed|security>.md"
        elif not path.read_text().strip():
            yield f"{path}: is empty"


def decisions(root: Path) -> Iterator[str]:
    """Names, numbers and sections of docs/adr/."""
    seen: dict[str, str] = {}
    for path in sorted((root / "docs" / "adr").glob("*.md")):
        if path.name == "README.md":
            continue
        if not DECISION.fullmatch(path.name):
            yield f"{path}: name it NNNN-title.md"
        number = path.name[:4]
        if number in seen:
            yield f"{path}: number {number} is taken by {seen[number]}"
        seen[number] = path.name
        missing = [section for section in SECTIONS if section not in path.read_text()]
        yield from (f"{path}: no section {section!r}" for section in missing)


def reading_list(root: Path) -> Iterator[str]:
    """The files of docs/reading.md exist, each once and above those that load it; an evening is enough to
    read them.
    """
    path = root / "docs" / "reading.md"
    if not path.exists():
        return
    text = path.read_text()
    listed = CORE.findall(text)
    yield from (
        f"{path}: {name} is listed twice" for name in sorted({x for x in listed if listed.count(x) > 1})
    )
    walked = [
        f"gitprov/{name}"
        for name in re.findall(r"`((?:\w+/)+\w+\.py)`", text)
        if not name.startswith("gitprov/")
    ]
    missing = [name for name in dict.fromkeys([*listed, *walked]) if not (root / name).is_file()]
    yield from (f"{path}: {name}: no such file" for name in missing)
    files = [name for name in listed if name not in missing]
    yield from (
        f"{path}: {name} is loaded with {later}, below it" for name, later in _loads_later(root, files)
    )
    lines = sum(len((root / name).read_text().splitlines()) for name in listed if name not in missing)
    if lines > CORE_LINES:
        yield f"{path}: {lines} lines are more than {CORE_LINES}"


def _loads_later(root: Path, files: list[str]) -> Iterator[tuple[str, str]]:
    """Each file with the later ones in `files` that it imports outside of functions."""
    places = {name.removesuffix(".py").replace("/", "."): at for at, name in enumerate(files)}
    for at, name in enumerate(files):
        for node in ast.parse((root / name).read_text()).body:
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                for module in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                    if places.get(module, at) > at:
                        yield name, files[places[module]]


def problems(root: Path) -> Iterator[str]:
    """All of it."""
    for path in documents(root):
        yield from dead_links(path)
        yield from dead_tests(path, root)
        yield from false_help(path)
    yield from fragments(root)
    yield from decisions(root)
    yield from reading_list(root)


def main(root: str) -> int:
    """1 if there is any problem."""
    found = list(problems(Path(root)))
    print("\n".join(found) or "documents: fine")
    return int(bool(found))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write_help(HERE)
        sys.exit(0)
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "."))
