"""A repository with a year of history by five agents and four people: generated, and the same for a seed.

    python demo/year.py DIR [--seed N] [--commits N] [--lines N] [--contents]

The commits, their notes and the generations are written by git's fast-import, in the documented formats.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

START = 1735689600  # 2025-01-01T00:00:00Z, in seconds
_YEAR = 365 * 86400
PEOPLE = ("Alice Adams", "Bob Brown", "Chen Wei", "Dora Diaz")
AGENTS = (
    ("claude-code", ("claude-opus-4-1", "claude-opus-4-5", "claude-sonnet-4-5")),
    ("cursor", ("gpt-5", "claude-sonnet-4-5")),
    ("codex", ("gpt-5-codex",)),
    ("copilot", ("gpt-4.1", "gpt-5")),
    ("aider", ("deepseek-v3",)),
)
_AREAS = ("api", "billing", "catalog", "core", "search", "store", "users", "web")
_THINGS = ("order", "invoice", "cart", "price", "stock", "session", "refund", "coupon", "report", "token")
_DEEDS = ("load", "save", "merge", "check", "render", "split", "rank", "cache", "parse", "export")
#: Weak code that a model writes now and then, by how often: the checks of a report find it.
_WEAK = {
    4: ("    import requests", "    answer = requests.get(source.url, verify=False)"),
    11: ("    import hashlib", "    token = hashlib.md5(source.password.encode()).hexdigest()"),
    17: ("    import os", "    names = [name for name in os.listdir(source.place)]"),
    23: ("    rows = source.rows", "    total = eval(source.formula)"),
}
_WHY = ("without a second query", "and test it", "as the API has it", "in one pass", "with clear errors")


class Generated(NamedTuple):
    """One commit to write: its files, the rows of its note, its generations, and what these store besides."""

    at: int
    author: str
    subject: str
    files: dict[str, bytes]
    rows: list[dict[str, Any]]
    records: list[tuple[dict[str, Any], str]]
    contents: dict[str, bytes]


class GeneratedTrace(NamedTuple):
    """A generation: its row of a note, its record and prompt, its lines, and those that people changed."""

    row: dict[str, Any]
    record: dict[str, Any]
    prompt: str
    block: list[str]
    edited: range

    def with_contents(self, before: list[str], place: int) -> dict[str, bytes]:
        """The file before and after the edit, which the record then names: the model put its lines at
        `place`, in wording that people changed, with some lines that they left out.
        """
        raw = list(self.block)
        for n in self.edited:
            raw[n] = raw[n].replace("source.", "self.source.").replace("fetchPart(", "fetch_part(")
        raw[-1:] = [*(f"    # TODO step {n}" for n in range(self.row["delta"]["dropped"])), raw[-1]]
        sides = {"before": before, "after": [*before[:place], *raw, *before[place:]]}
        data = {side: "".join(f"{line}\n" for line in lines).encode() for side, lines in sides.items()}
        self.record["edits"][0].update({side: _blob(text) for side, text in data.items()})
        for classes in self.row["files"].values():
            whole, changed = ({*_numbers(classes.get(cls, ""))} for cls in ("ai", "edited"))
            classes["ai"] = ",".join(map(str, sorted(whole - changed)))
        self.row["id"] = _named(self.record)
        return data

    def draft(self, at: int) -> tuple[dict[str, Any], str]:
        """The record of a session that nobody committed, with its prompt."""
        text = f"Try another way: {self.prompt}"
        prompt = {**self.record["prompt"], "digest": "sha256:" + hashlib.sha256(text.encode()).hexdigest()}
        edits = [{**self.record["edits"][0], "before": None, "after": None}]
        record = {**self.record, "session": f"draft-{at // 90000}", "turn": f"d{at}", "prompt": prompt}
        record.update(edits=edits)
        _named(record)
        return record, text


class Year:
    """Generates the commits one by one; `lines` is about how many lines a model writes per commit.

    `packages`: the files are spread over so many directories, 0: over those of a small shop. `contents`:
    generations have the files as the model left them, and some are never committed.
    """

    def __init__(self, seed: int, lines: int, packages: int = 0, contents: bool = False) -> None:
        self._packages = packages
        self._contents = contents
        self._chance = random.Random(seed)  # noqa: S311 - a story, no secret
        self._lines = lines
        self._files: dict[str, list[str]] = {}
        self._number = 0

    def commit(self, at: int) -> Generated:
        """The next commit."""
        chance = self._chance
        author = _person(chance.choice(PEOPLE))
        deed, thing = chance.choice(_DEEDS), chance.choice(_THINGS)
        path = f"{chance.choice(_AREAS)}/{thing}.{chance.choice(('py', 'py', 'py', 'js'))}"
        if self._packages:
            path = f"package{chance.randrange(self._packages)}/{path}"
        kind = chance.choices(("ai", "human", "unknown", "declared"), (60, 15, 20, 5))[0]
        content = self._files.setdefault(path, [])
        self._shorten(content)
        block = self._block(deed, thing, path)
        place = chance.choice([n for n, line in enumerate(content) if not line] or [len(content)])
        before = list(content)
        content[place:place] = block
        first = place + 1
        subject = f"{deed.capitalize()} {thing}s {chance.choice(_WHY)}"
        rows: list[dict[str, Any]] = []
        records: list[tuple[dict[str, Any], str]] = []
        contents: dict[str, bytes] = {}
        if kind == "ai":
            trace = self._trace(at, author, path, first, block, subject)
            rows.append(trace.row)
            records.append((trace.record, trace.prompt))
            if self._contents:
                contents = trace.with_contents(before, place)
                records += [trace.draft(at)] * (self._number % 40 == 7)
        elif kind == "human":
            name = "h_" + hashlib.sha256(author.encode()).hexdigest()[:14]
            files = {path: {"human": f"{first}-{first + len(block) - 1}"}}
            rows.append({"kind": "human", "v": 1, "id": name, "author": author, "files": files})
        elif kind == "declared":
            subject += "\n\nAssisted-by: Claude Code:claude-opus-4-5"
        data = {path: "".join(f"{line}\n" for line in content).encode()}
        return Generated(at, author, subject, data, rows, records, contents)

    def _shorten(self, content: list[str]) -> None:
        """Remove a block of lines now and then."""
        if len(content) > 40 and self._chance.random() < 0.35:
            start = self._chance.randrange(len(content) - 12)
            del content[start : start + self._chance.randrange(3, 12)]

    def _block(self, deed: str, thing: str, path: str) -> list[str]:
        self._number += 1
        count = max(4, int(self._chance.gauss(self._lines, self._lines / 3)))
        name = f"{deed}_{thing}_{self._number}"
        if path.endswith(".js"):
            body = [f"  const {thing}{n} = await fetchPart('{name}', {n});" for n in range(count - 3)]
            return [f"export async function {name}(source) {{", *body, "}", ""]
        body = [f"    part_{n} = source.{deed}({thing!r}, {n + self._number})" for n in range(count - 3)]
        if self._number % 29 in _WEAK and len(body) > 2:
            body[-2:] = _WEAK[self._number % 29]
        return [f"def {name}(source):", f'    """{deed.capitalize()} the {thing}."""', *body, ""]

    def _trace(
        self, at: int, author: str, path: str, first: int, block: list[str], task: str
    ) -> GeneratedTrace:
        chance, count = self._chance, len(block)
        agent, models = chance.choice(AGENTS)
        model = models[min(int((at - START) / _YEAR * len(models)), len(models) - 1)]
        edited = min(count - 1, int(count * chance.betavariate(1.5, 8)))
        dropped = int(count * chance.betavariate(1.2, 9))
        prompt = f"{task}. Keep the public names in {path} as they are."
        key = hashlib.sha256(f"{model}:{prompt}".encode()).hexdigest()[:16]
        moment = _moment(at - 600)
        version = f"v{1 + (at - START) * 4 // _YEAR}.0"
        session = f"s{at // 90000}-{agent}"
        text = "sha256:" + hashlib.sha256(prompt.encode()).hexdigest()
        record = {
            "v": 1, "key": key, "agent": {"name": agent, "version": None}, "model": model, "session": session,
            "params": {}, "turn": f"t{at}", "request_id": None, "parent": None, "at": moment, "human": author,
            "prompt": {"digest": text, "name": task.partition(" ")[0].lower(), "version": version,
                       "available": True},
            "output": {"digest": None, "available": False}, "instructions": [],
            "edits": [{"path": path, "before": None, "after": None, "raw_lines": count + dropped}],
            "usage": {"input_tokens": 900 + count * 7, "output_tokens": count * 11},
        }  # fmt: skip
        start = first + 2 + chance.randrange(max(1, count - edited - 2))
        changed = f"{start}-{start + edited - 1}" if edited else ""
        files = {"ai": f"{first}-{first + count - 1}", **({"edited": changed} if edited else {})}
        row = {
            "kind": "trace", "v": 1, "agent": agent, "model": model, "session": session,
            "at": moment, "prompt": text, "key": key, "prompt_version": version, "human": author,
            "evidence": "captured", "files": {path: files},
            "delta": {"raw": count + dropped, "kept": count - edited, "edited": edited, "dropped": dropped,
                      "pending": 0},
        }  # fmt: skip
        row.update(id=_named(record))
        return GeneratedTrace(row, record, prompt, block, range(start - first, start - first + edited))


def build(
    place: Path,
    seed: int = 1,
    commits: int = 600,
    lines: int = 22,
    packages: int = 0,
    contents: bool = False,
) -> None:
    """Make the repository at `place`, which must not exist."""
    place.mkdir(parents=True)
    _git(place, "init", "-q", "-b", "main", ".")
    year = Year(seed, lines, packages, contents)
    generated = [year.commit(START + n * _YEAR // commits) for n in range(commits)]
    _git(place, "fast-import", "--quiet", "--export-marks=.git/marks", stdin=_history(generated))
    marks = dict(line.split(" ") for line in (place / ".git" / "marks").read_text().splitlines())
    oids = [marks[f":{n}"] for n in range(1, len(generated) + 1)]
    _git(place, "fast-import", "--quiet", stdin=_records(generated, oids, random.Random(seed)))  # noqa: S311
    _git(place, "reset", "-q", "--hard", "main")


def _history(commits: Sequence[Generated]) -> bytes:
    parts = []
    for number, commit in enumerate(commits, 1):
        head = f"commit refs/heads/main\nmark :{number}\nauthor {commit.author} {commit.at} +0000\n"
        head += f"committer {commit.author} {commit.at} +0000\n"
        parts += [head.encode(), _data(commit.subject.encode()), *_files(commit.files)]
    return b"".join(parts)


def _records(commits: Sequence[Generated], oids: Sequence[str], chance: random.Random) -> bytes:
    notes: dict[str, bytes] = {}
    stored: dict[str, bytes] = {}
    for commit, oid in zip(commits, oids, strict=True):
        rows = list(commit.rows)
        for record, prompt in commit.records:
            top = f"{record['id'].rpartition('_')[2][:2]}/{record['id']}"
            stored[f"{top}/record.json"] = _canonical(record)
            stored[f"{top}/prompt.txt"] = prompt.encode()
            for side in commit.contents if record["edits"][0]["after"] else ():
                stored[f"{top}/files/0.{side}"] = commit.contents[side]
            if chance.random() < 0.4:
                by = _person(chance.choice(PEOPLE))
                review = {"kind": "review", "v": 1, "id": f"{record['id']}/{by}", "by": by, "note": None}
                rows.append({**review, "at": _moment(commit.at + 4000)})
        if commit.rows:
            gate = "passed" if chance.random() < 0.97 else "bypassed"
            rows.append({"kind": "commit", "v": 1, "id": oid, "gate": gate, "tool": "gitprov 0.1.0"})
            notes[f"{oid[:2]}/{oid[2:]}"] = b"".join(map(_canonical, rows))
    head = "commit {}\ncommitter Alice Adams <alice@example.com> " + f"{START + _YEAR} +0000\n"
    parts = []
    for ref, files in (("refs/notes/gitprov", notes), ("refs/gitprov/generations", stored)):
        parts += [head.format(ref).encode(), _data(b"records"), *_files(files)]
    return b"".join(parts)


def _files(files: Mapping[str, bytes]) -> list[bytes]:
    return [f"M 100644 inline {path}\n".encode() + _data(data) for path, data in files.items()]


def _data(data: bytes) -> bytes:
    return f"data {len(data)}\n".encode() + data + b"\n"


def _canonical(row: dict[str, Any]) -> bytes:
    return json.dumps(row, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _digest(record: dict[str, Any]) -> str:
    return "sha256:" + hashlib.sha256(_canonical(record)).hexdigest()


def _named(record: dict[str, Any]) -> str:
    """Give a record its digest and the id that follows from it, and return the id."""
    digest = _digest({key: value for key, value in record.items() if key not in ("id", "digest")})
    name = f"gen_{record['at'][:10].replace('-', '')}_{digest[7:17]}"
    record.update(id=name, digest=digest)
    return name


def _numbers(run: str) -> range:
    """The numbers of one run of lines, `3-9`; of an empty text none."""
    first, _, last = run.partition("-")
    return range(int(first), int(last) + 1) if run else range(0)


def _blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()  # noqa: S324 - git's own name for it


def _moment(at: int) -> str:
    from datetime import datetime, timezone

    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _person(name: str) -> str:
    return f"{name} <{name.partition(' ')[0].lower()}@example.com>"


def _git(place: Path, *args: str, stdin: bytes | None = None) -> None:
    subprocess.run(["git", *args], cwd=place, input=stdin, check=True, capture_output=stdin is not None)


def main() -> None:
    """Read the command line and make the repository."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("place", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--commits", type=int, default=600)
    parser.add_argument("--lines", type=int, default=22)
    parser.add_argument("--contents", action="store_true", help="generations with the files they edited")
    options = parser.parse_args()
    build(options.place, options.seed, options.commits, options.lines, contents=options.contents)
    print(f"{options.place}: {options.commits} commits")


if __name__ == "__main__":
    main()
