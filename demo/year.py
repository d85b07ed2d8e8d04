"""A repository with a year of history by five agents and four people: generated, and the same for a seed.

    python demo/year.py DIR [--seed N] [--commits N] [--lines N]

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
_WHY = ("without a second query", "and test it", "as the API has it", "in one pass", "with clear errors")


class Generated(NamedTuple):
    """One commit to write: its files, and the rows of its note; `prompt` is None without a model."""

    at: int
    author: str
    subject: str
    files: dict[str, bytes]
    rows: list[dict[str, Any]]
    records: list[tuple[dict[str, Any], str]]


class Year:
    """Generates the commits one by one; `lines` is about how many lines a model writes per commit.

    `packages`: the files are spread over so many directories, 0: over those of a small shop.
    """

    def __init__(self, seed: int, lines: int, packages: int = 0) -> None:
        self._packages = packages
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
        content[place:place] = block
        first = place + 1
        subject = f"{deed.capitalize()} {thing}s {chance.choice(_WHY)}"
        rows: list[dict[str, Any]] = []
        records: list[tuple[dict[str, Any], str]] = []
        if kind == "ai":
            row, record, prompt = self._trace(at, author, path, first, len(block), subject)
            rows.append(row)
            records.append((record, prompt))
        elif kind == "human":
            name = "h_" + hashlib.sha256(author.encode()).hexdigest()[:14]
            files = {path: {"human": f"{first}-{first + len(block) - 1}"}}
            rows.append({"kind": "human", "v": 1, "id": name, "author": author, "files": files})
        elif kind == "declared":
            subject += "\n\nAssisted-by: Claude Code:claude-opus-4-5"
        data = {path: "".join(f"{line}\n" for line in content).encode()}
        return Generated(at, author, subject, data, rows, records)

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
        return [f"def {name}(source):", f'    """{deed.capitalize()} the {thing}."""', *body, ""]

    def _trace(
        self, at: int, author: str, path: str, first: int, count: int, task: str
    ) -> tuple[dict[str, Any], dict[str, Any], str]:
        chance = self._chance
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
        digest = _digest(record)
        name = f"gen_{moment[:10].replace('-', '')}_{digest[7:17]}"
        record.update(id=name, digest=digest)
        start = first + 2 + chance.randrange(max(1, count - edited - 2))
        changed = f"{start}-{start + edited - 1}" if edited else ""
        files = {"ai": f"{first}-{first + count - 1}", **({"edited": changed} if edited else {})}
        row = {
            "kind": "trace", "v": 1, "id": name, "agent": agent, "model": model, "session": session,
            "at": moment, "prompt": text, "key": key, "prompt_version": version, "human": author,
            "evidence": "captured", "files": {path: files},
            "delta": {"raw": count + dropped, "kept": count - edited, "edited": edited, "dropped": dropped,
                      "pending": 0},
        }  # fmt: skip
        return row, record, prompt


def build(place: Path, seed: int = 1, commits: int = 600, lines: int = 22, packages: int = 0) -> None:
    """Make the repository at `place`, which must not exist."""
    place.mkdir(parents=True)
    _git(place, "init", "-q", "-b", "main", ".")
    year = Year(seed, lines, packages)
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
    options = parser.parse_args()
    build(options.place, options.seed, options.commits, options.lines)
    print(f"{options.place}: {options.commits} commits")


if __name__ == "__main__":
    main()
