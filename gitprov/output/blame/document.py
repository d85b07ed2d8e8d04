"""Output of `git ai-blame --json`: one document, a row for each line of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gitprov.model.answers.blame import BlamedCommit, Facts, Line

try:  # not from `json`, which imports `re`: that takes half as long as Python itself takes to start
    from _json import encode_basestring_ascii as quote
except ImportError:  # another Python than CPython
    from json.encoder import encode_basestring_ascii as quote

#: Rows in one piece of the document: pieces of some hundred kilobytes reuse the memory of the one before.
_TOGETHER = 500


class Document:
    """A document under construction: lines are added in any order."""

    def __init__(self) -> None:
        self._rows: dict[int, str] = {}
        # Adjacent lines often differ only in numbers and text: the rest is encoded once for each key.
        self._fixed: dict[tuple[str, str, Facts], tuple[str, str]] = {}

    def add(self, lines: Iterable[Line], commits: Mapping[str, BlamedCommit]) -> None:
        """Add lines; `commits` must contain all their commits."""
        columns = tuple(zip(*lines, strict=True))
        if not columns:
            return
        rows = self._rows
        of: tuple[str, str, Facts] | None = None
        head = tail = ""
        # Decoded together: no line contains a newline, and no character continues across one.
        texts = b"\n".join(columns[-1]).decode("utf-8", "surrogateescape").split("\n")
        for number, oid, path, orig, facts, shown in zip(*columns[:-1], map(quote, texts), strict=True):
            # Compared by identity: nearly all lines share these values with the line before.
            if of is None or facts is not of[2] or oid is not of[0] or path is not of[1]:
                of = oid, path, facts
                head, tail = self._parts(of, commits)
            rows[number] = f'{{"line":{number}{head}{orig}{tail}{shown}}}'

    def _parts(self, key: tuple[str, str, Facts], commits: Mapping[str, BlamedCommit]) -> tuple[str, str]:
        """The text of a row between its numbers, and that up to the line's own text."""
        parts = self._fixed.get(key)
        if parts is None:
            oid, path, facts = key
            parts = self._fixed[key] = (
                f',"commit":{quote(oid)},"orig_path":{quote(path)},"orig_line":',
                _tail(facts, commits[oid]),
            )
        return parts

    def render(
        self, path: str, revision: str | None, prompts: Mapping[str, str | None] | None = None
    ) -> Iterator[str]:
        """Pieces of the document in ASCII, the lines in order, each line ends with a newline.

        Bytes of the file that are not UTF-8 are surrogate escapes. `prompts` (trace id → text, None where
        this clone does not have it) adds a field of that name.
        """
        yield f'{{"path":{quote(path)},"revision":{_text(revision)},'
        if prompts is not None:
            from json import dumps

            yield f'"prompts":{dumps(prompts, sort_keys=True, separators=(",", ":"))},'
        yield '"lines":['
        rows = [self._rows[number] for number in sorted(self._rows)]
        for at in range(0, len(rows), _TOGETHER):
            yield (",\n" if at else "") + ",\n".join(rows[at : at + _TOGETHER])
        yield "]}\n"


def _tail(facts: Facts, commit: BlamedCommit) -> str:
    return (
        f',"class":{quote(facts.cls)},"evidence":{_text(facts.evidence)},"trace":{_text(facts.trace)}'
        f',"agent":{_text(facts.agent)},"model":{_text(facts.model)},"session":{_text(facts.session)}'
        f',"at":{_text(facts.at)},"prompt_version":{_text(facts.prompt_version)},"human":{_text(facts.human)}'
        f',"author":{quote(author(commit))},"author_time":{quote(iso_time(commit))},"text":'
    )


def author(commit: BlamedCommit) -> str:
    """`Name <email>`."""
    return f"{commit.author} <{commit.mail}>"


def iso_time(commit: BlamedCommit) -> str:
    """The author's date in the author's zone, as `2026-02-01T11:00:04+01:00`."""
    from gitprov.output.dates import iso_strict

    return iso_strict(commit.time, commit.zone)


def _text(value: str | None) -> str:
    return "null" if value is None else quote(value)
