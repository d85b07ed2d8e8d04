"""Pins: what a feature did at a moment, kept in git: prompt, corpus, result of each case."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from gitprov.behaviour.baseline import Baseline, Row, dump, parse
from gitprov.behaviour.difference import differences
from gitprov.behaviour.text import PREVIEW, preview
from gitprov.behaviour.text import parse as parse_text
from gitprov.errors import GitprovError, UsageError
from gitprov.flow.behaviour.features import code_of, content, feature_of
from gitprov.flow.capture.moment import utc_second
from gitprov.flow.capture.redaction import redaction_around
from gitprov.git.repo import Repository
from gitprov.git.write import RefChange, write
from gitprov.model import canonical
from gitprov.model.behaviour.feature import Feature
from gitprov.model.canonical import JsonObject
from gitprov.model.untrusted.jsonvalue import loads_object
from gitprov.sandbox.cases import CaseRow, run_cases
from gitprov.store import pins as refs

if TYPE_CHECKING:
    from gitprov.sandbox.functions import FunctionBox


class FeaturePin(NamedTuple):
    """A pin. `commit` is that of the pins ref, `facts` what `pin.json` holds, `baseline` the results."""

    commit: str
    facts: JsonObject
    baseline: Baseline


class Moved(NamedTuple):
    """A case that does not do what the pin has: the places, or both values where they cannot be compared."""

    case: str
    old: str | None
    new: str | None
    places: list[str]


class Comparison(NamedTuple):
    """A feature against its pin. `percent` of cases diverge; `accepted` is how many may."""

    pin: FeaturePin
    cases: int
    moved: list[Moved]
    unknown: list[CaseRow]
    percent: float
    accepted: float

    @property
    def fits(self) -> bool:
        """Whether no more cases diverge than are accepted, and each could be compared."""
        return self.percent <= self.accepted and not self.unknown


def pin(repo: Repository, name: str, reason: str | None, box: FunctionBox, now: float) -> FeaturePin:
    """Run a feature in the sandbox, and keep what it did as its pin of `now`, in seconds since 1970."""
    feature = feature_of(repo, name)
    corpus = content(repo, feature.cases)
    prompt = None if feature.prompt is None else content(repo, feature.prompt)
    redact = redaction_around(repo.cwd, repo.env)
    rows = _rows(repo, feature, corpus, box)
    who = repo.identity("a pin keeps who accepted it")
    at = utc_second(now)
    person = who.rpartition(">")[0] + ">"
    baseline = Baseline(
        {"hash_seed": "0", "timezone": "UTC"},
        {row.case: _row(row, redact)._replace(accepted_by=person, at=at, reason=reason) for row in rows},
    )
    facts: JsonObject = {
        "v": 1,
        "feature": name,
        "function": feature.function,
        "cases": {"path": feature.cases, "digest": _digest(corpus), "count": len(rows)},
        "prompt": prompt
        and {"path": feature.prompt, "digest": _digest(prompt), "version": version_of(prompt)},
        "divergence": feature.divergence,
        "head": repo.resolve("HEAD"),
        "by": person,
        "at": at,
        "reason": reason,
        "sandbox": box.backend,
    }
    files: dict[str, bytes | None] = {
        "pin.json": canonical.dump_line(facts),
        "baseline.json": dump(baseline),
        "cases.jsonl": redact(corpus.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape"),
        "prompt.txt": prompt and redact(prompt.decode("utf-8", "replace")).encode(),
    }
    _write(repo, who, name, files)
    return load(repo, name)


def _write(repo: Repository, who: str, name: str, files: dict[str, bytes | None]) -> None:
    ref = refs.TOP + name
    message = f"Pin {name}"

    def build(values: dict[str, str]) -> list[RefChange]:
        base = values.get(ref)
        kept = {path: data for path, data in files.items() if data is not None or base is not None}
        return [RefChange(ref, base, message, kept)]

    write(repo, who, build, [ref])


def load(repo: Repository, name: str, commit: str | None = None) -> FeaturePin:
    """A pin, the newest without `commit`. UsageError where there is none."""
    oid = repo.resolve(commit or refs.TOP + name)
    facts = None if oid is None else loads_object(repo.objects.content(f"{oid}:pin.json"))
    rows = None if oid is None else repo.objects.content(f"{oid}:baseline.json")
    if oid is None or facts is None or rows is None or facts.get("feature") != name:
        raise UsageError(f"{name} has no pin {commit or ''}".rstrip(), f"gitprov baseline pin {name}")
    return FeaturePin(oid, facts, parse(rows, f"{oid[:12]}:baseline.json"))


def history(repo: Repository, name: str) -> list[FeaturePin]:
    """All pins of a feature, the newest first."""
    if repo.resolve(refs.TOP + name) is None:
        raise UsageError(f"{name} has no pin", f"gitprov baseline pin {name}")
    return [load(repo, name, commit) for commit in refs.commits(repo, refs.TOP + name)]


def compare(repo: Repository, name: str, box: FunctionBox, commit: str | None = None) -> Comparison:
    """Run the corpus of a pin against the function as it is now, in the sandbox."""
    feature = feature_of(repo, name)
    old = load(repo, name, commit)
    redact = redaction_around(repo.cwd, repo.env)
    rows = _rows(repo, feature, repo.objects.content(f"{old.commit}:cases.jsonl") or b"", box)
    before = old.baseline.cases
    moved = [_moved(row, before.get(row.case), redact(row.value)) for row in rows if row.digest]
    gone = [
        Moved(case, before[case].preview, None, []) for case in before.keys() - {row.case for row in rows}
    ]
    differing = [row for row in moved if row is not None] + sorted(gone)
    percent = 100.0 * len(differing) / max(1, len(before))
    unknown = [row for row in rows if row.digest is None]
    return Comparison(old, len(rows), differing, unknown, percent, feature.divergence)


def _moved(row: CaseRow, old: Row | None, text: str) -> Moved | None:
    if old is not None and old.digest == row.digest:
        return None
    before, after = parse_text(old.preview if old else ""), parse_text(text)
    places = list(differences(before, after)) if before and after else []
    shown = [f"{place.path.lstrip('.')}: {place.old} → {place.new}" for place in places[:3]]
    return Moved(row.case, old.preview if old else None, text[:PREVIEW], shown)


def _rows(repo: Repository, feature: Feature, corpus: bytes, box: FunctionBox) -> list[CaseRow]:
    """What the cases do now. GitprovError where the function cannot be run on all of them."""
    done = run_cases(code_of(repo, feature.function), corpus, box)
    if done.problem or not done.rows:
        reason = done.problem or "there are no cases"
        raise GitprovError(f"{feature.function} cannot be run in {done.box.backend}: {reason}")
    return list(done.rows)


def _row(row: CaseRow, redact: Callable[[str], str]) -> Row:
    if row.digest is None:
        raise GitprovError(f"the case {row.case} has no result that can be kept: {row.problem}")
    return Row(row.digest, row.kind, _short(row.value, redact), row.order)


def _short(value: str, redact: Callable[[str], str]) -> str:
    """A value as text without secrets, in at most `PREVIEW` bytes."""
    node = parse_text(value)
    return redact(value)[:PREVIEW] if node is None else preview(node, redact)


def _digest(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


def version_of(prompt: bytes) -> str | None:
    """The `version` in the front matter of a prompt file, None without one."""
    lines = prompt.decode("utf-8", "replace").splitlines()
    if not lines or lines[0].strip() != "---":
        return None
    for line in lines[1:50]:
        key, colon, value = line.partition(":")
        if line.strip() == "---":
            return None
        if key.strip() == "version" and colon:
            return value.strip().strip("'\"") or None
    return None
