"""The file of a baseline: the accepted behaviour of each case, a case a line, so that it merges well."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from gitprov.behaviour.difference import Tolerance
from gitprov.errors import Damaged
from gitprov.model.canonical import Json
from gitprov.model.untrusted.jsonvalue import MAX_DEPTH, is_deep

VERSION = 1
_UPDATE = "pytest … --compare-hashes FILE --update-hashes --reason '…'"
_MARKS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


class Row(NamedTuple):
    """What is kept of a case.

    `digest` decides, but where there is a `tolerance`: then `value`, the whole value as text, is compared.
    `kind` is returned, raised or exited. `preview` is for people: the value as text, redacted and short.
    `order` is a digest of the orders of dicts. `trace` and `prompt_version` are those of the code under test,
    None where no generation is recorded. `accepted_by` is `Name <email>`, `at` a moment in UTC.
    """

    digest: str | None
    kind: str
    preview: str
    order: str | None = None
    tolerance: Tolerance | None = None
    value: str | None = None
    trace: str | None = None
    prompt_version: str | None = None
    accepted_by: str | None = None
    at: str | None = None
    reason: str | None = None


class Baseline(NamedTuple):
    """A whole file: the environment in which it was made, and a row for each case."""

    environment: Mapping[str, str]
    cases: Mapping[str, Row]


def dump(baseline: Baseline) -> bytes:
    """The bytes of the file, sorted by case."""
    rows = [
        f"{_json(name)}:{_json(_fields(row))}"
        for name, row in sorted(baseline.cases.items(), key=lambda item: item[0])
    ]
    head = (
        f'{{"v":{VERSION},\n"environment":{_json(dict(sorted(baseline.environment.items())))},\n"cases":{{\n'
    )
    return (head + ",\n".join(rows) + ("\n}}\n" if rows else "}}\n")).encode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def _fields(row: Row) -> dict[str, Json]:
    fields: dict[str, Json] = row._asdict()
    value, reason = fields.pop("value"), fields.pop("reason")
    if row.tolerance is not None:
        fields["tolerance"] = {**row.tolerance._asdict(), "value": value}
    return fields if reason is None else {**fields, "reason": reason}


def parse(data: bytes, name: str) -> Baseline:
    """The baseline in a file. Damaged, with the line where there is one, for a file that is half
    merged, of another version or cut off.
    """
    text = _text(data, name)
    document = _document(text, name)
    if document.get("v") != VERSION:
        raise Damaged(
            f"{name} is a baseline of version {_short(document.get('v'))}, not of version {VERSION}",
            "use the gitprov that wrote it, or make it anew: " + _UPDATE,
        )
    environment, cases = document.get("environment"), document.get("cases")
    if not isinstance(environment, dict) or not isinstance(cases, dict):
        raise Damaged(f"{name} is no baseline: `environment` and `cases` must be objects", _UPDATE)
    rows = {case: _row(fields, name, case) for case, fields in cases.items()}
    return Baseline({str(key): str(value) for key, value in environment.items()}, rows)


def _text(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Damaged(f"{name} is no baseline: not UTF-8", _UPDATE) from None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(_MARKS):
            raise Damaged(
                f"{name}:{number}: half merged: it has the marks of a conflict",
                "take the lines of both sides, without the marks, then run the cases with --update-hashes",
            )
    return text


def _document(text: str, name: str) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for key, value in pairs:
            if fields.setdefault(key, value) != value:
                raise ValueError(f"{_short(key)} is there twice, with two values")
        return fields

    try:
        document = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise Damaged(f"{name}:{error.lineno}: not valid JSON: {error.msg}", _UPDATE) from None
    except (ValueError, RecursionError) as error:
        raise Damaged(f"{name}: half merged or damaged: {error}", _UPDATE) from None
    if not isinstance(document, dict) or is_deep(document):
        raise Damaged(f"{name} is no baseline: no object of at most {MAX_DEPTH} levels", _UPDATE)
    return document


_TEXTS = ("digest", "kind", "preview", "order", "trace", "prompt_version", "accepted_by", "at", "reason")


def _row(fields: object, name: str, case: str) -> Row:
    if not isinstance(fields, dict):
        raise Damaged(f"{name}: {_short(case)} is no object", _UPDATE)
    for key in _TEXTS:
        if not isinstance(fields.get(key), str | None):
            raise Damaged(f"{name}: {_short(case)}: {key} is no text", _UPDATE)
    tolerance, value = _tolerance(fields.get("tolerance"), f"{name}: {_short(case)}")
    texts: dict[str, Any] = {key: fields.get(key) for key in _TEXTS}
    texts.update({key: texts[key] or "" for key in ("kind", "preview")})
    return Row(**texts, tolerance=tolerance, value=value)


def _tolerance(fields: object, where: str) -> tuple[Tolerance | None, str | None]:
    """The tolerance of a row, and the value that is compared with it."""
    if fields is None:
        return None, None
    if isinstance(fields, dict) and isinstance(fields.get("value"), str):
        numbers = [fields.get(key, 0) for key in Tolerance._fields]
        if all(isinstance(number, int | float) and 0 <= number < 1e300 for number in numbers):
            return Tolerance(float(numbers[0]), float(numbers[1]), int(numbers[2])), fields["value"]
    raise Damaged(f"{where}: tolerance is no object with numbers and a value", _UPDATE)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
