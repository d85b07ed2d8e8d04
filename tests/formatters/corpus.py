"""The corpus: snippets by language, and what each formatter made of them.

`snippets/<language>.txt` holds the texts, each below a row `%%% name`. `recorded/<formatter>-<language>.jsonl` begins
with a row `{"formatter", "language", "version"}`; each further row is `{"name", "of", "formatted"}`: `of` tells the text
that was formatted (`digest`), `formatted` is null where the formatter left it as it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
SNIPPETS = HERE / "snippets"
RECORDED = HERE / "recorded"

_MARK = "%%% "

#: Language → the name a file of it has, after its number.
SUFFIX = {
    "python": ".py",
    "javascript": ".jsx",
    "typescript": ".ts",
    "go": ".go",
    "rust": ".rs",
    "cpp": ".cpp",
    "json": ".json",
    "css": ".css",
    "imports": ".py",
    "package": "/package.json",
}


class Pair(NamedTuple):
    """A snippet and what a formatter makes of it."""

    formatter: str
    language: str
    name: str
    ugly: str
    formatted: str

    @property
    def path(self) -> str:
        """A file name for it, relative to the root of a repository."""
        return file_name(self.language, 0)


def file_name(language: str, number: int) -> str:
    """The name of a snippet's file; its ending is the language's."""
    return f"snippet{number}{SUFFIX[language]}"


def snippets(language: str) -> dict[str, str]:
    """Name → text, in the order of the file."""
    texts: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (SNIPPETS / f"{language}.txt").read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith(_MARK):
            lines = texts.setdefault(line[len(_MARK) :].strip(), [])
        else:
            lines.append(line)
    return {name: "".join(rows) for name, rows in texts.items()}


def digest(text: str) -> str:
    """Eight hex digits that tell a text from what it was before somebody changed it."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]


def save(formatter: str, language: str, version: str, formatted: Mapping[str, str]) -> Path:
    """Write the recording of one formatter and language; `formatted` is name → text."""
    texts = snippets(language)
    rows: list[dict[str, str | None]] = [{"formatter": formatter, "language": language, "version": version}]
    for name, ugly in texts.items():
        after = formatted[name]
        rows.append({"name": name, "of": digest(ugly), "formatted": None if after == ugly else after})
    target = RECORDED / f"{formatter}-{language}.jsonl"
    RECORDED.mkdir(exist_ok=True)
    target.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8", newline="\n"
    )
    return target


def recordings() -> list[Path]:
    """The files of all recordings, in order."""
    return sorted(RECORDED.glob("*.jsonl"))


def pairs(recording: Path) -> Iterator[Pair]:
    """The pairs of a recording, those that the formatter left as they were with the same text twice."""
    head, *rows = map(json.loads, recording.read_text(encoding="utf-8").splitlines())
    texts = snippets(head["language"])
    for row in rows:
        ugly = texts[row["name"]]
        assert digest(ugly) == row["of"], f"{recording.name}: {row['name']} has changed since it was recorded"
        after = ugly if row["formatted"] is None else row["formatted"]
        yield Pair(head["formatter"], head["language"], row["name"], ugly, after)
