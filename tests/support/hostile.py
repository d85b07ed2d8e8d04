"""Notes, records and sidecars that are meant to hurt whoever reads them; small ones, and ones of ten megabytes."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, NamedTuple

import pytest

from tests.support.notes import TRACE, trace_row
from tests.support.repo import GitRepo, run_bytes

MANY = 20_000
TEN_MEGABYTES = 10 << 20
HUGE = "9" * 10_000


def _text(row: dict[str, Any]) -> bytes:
    return json.dumps(row).encode("ascii")


def _with(**fields: object) -> bytes:
    return _text({**trace_row({"a.py": {"ai": "1-3"}}), **fields})


def _raw(field: str, value: str) -> bytes:
    """A trace row in which one field has a value that is written as it is."""
    return _text({**trace_row({"a.py": {"ai": "1-3"}}), field: 0}).replace(
        f'"{field}": 0'.encode(), f'"{field}": {value}'.encode()
    )


def _name(n: int) -> str:
    return f"gen_20260201_{n:010x}"


WRONG = {"list": [], "object": {"a": {"b": 1}}, "number": 7, "true": True, "text": "x", "float": 1.5}
FIELDS = (
    "v",
    "agent",
    "model",
    "session",
    "at",
    "prompt",
    "key",
    "prompt_version",
    "human",
    "evidence",
    "files",
    "delta",
)


def _fields() -> Iterator[tuple[str, bytes]]:
    for field in FIELDS:
        for name, value in WRONG.items():
            yield f"{field}-{name}", _with(**{field: value})
        for name, half in (("high", "\ud800"), ("low", "\udfff"), ("byte", "\udc80")):
            yield f"{field}-{name}", _with(**{field: f"x{half}y"})
        yield f"{field}-long", _with(**{field: "x" * 100_000})
        yield f"{field}-digits", _raw(field, HUGE)
        yield f"{field}-infinite", _raw(field, "1e999")
        yield f"{field}-deep", _raw(field, '{"a":' * 120 + "1" + "}" * 120)
        yield f"{field}-deeper", _raw(field, "[" * 100_000 + "]" * 100_000)


def _others() -> Iterator[tuple[str, bytes]]:
    for name, value in {**WRONG, "null": None, "half": "\ud800", "empty": ""}.items():
        yield f"id-{name}", _with(id=value)
        yield f"kind-{name}", _with(kind=value)
        for kind in ("human", "review", "commit", "later"):
            row = {"kind": kind, "v": 1, "id": f"{TRACE}/x", **dict.fromkeys(
                ("author", "by", "at", "note", "gate", "tool", "added", "dropped", "files", "evidence"), value
            )}  # fmt: skip
            yield f"{kind}-{name}", _with() + b"\n" + _text(row)
    for cls in ("ai", "edited", "human", "declared", "unknown", "deleted"):
        for name, value in {**WRONG, "wide": "1-1000000000", "wider": f"1-{HUGE}", "half": "\ud800"}.items():
            yield f"files-{cls}-{name}", _with(files={"a.py": {cls: value}, "b\ud800": {cls: "1"}})
        for name in ("-1", HUGE, "1e999", "NaN"):
            yield f"files-{cls}-{name[:3]}", _raw("files", f'{{"a.py":{{"{cls}":{name}}}}}')
    for count in ("raw", "kept", "edited", "dropped", "pending"):
        for name in ("-1", HUGE, "1e999", "1e300", '"7"', "[]", "true", "null", "9" * 19):
            yield f"delta-{count}-{name[:5]}", _raw("delta", f'{{"raw":3,"kept":3,"{count}":{name}}}')
    yield "path-half", _with(files={"\ud800": {"ai": "1"}, "a.py": {"ai": "1"}})
    yield "path-nul", _with(files={"a\0b": {"ai": "1"}, "a\nb": {"ai": "1"}, "": {"ai": "1"}})
    yield (
        "review-half",
        _with()
        + b"\n"
        + _text(
            {"kind": "review", "v": 1, "id": TRACE + "/\ud800", "by": "\ud800", "at": 7, "note": "\ud800"}
        ),
    )
    yield "no-utf8", b'{"kind":"trace","id":"\xff"}\n\xff\xfe\n\x00'
    yield "nothing", b"\n\n"
    yield "later-version", _with(v=2, session={"a": 1})


def _rows(make: Callable[[int], dict[str, Any]], size: int) -> bytes:
    """As many rows as fit into a size."""
    out, have, n = [], 0, 0
    while have < size:
        out.append(_text(make(n)))
        have += len(out[-1]) + 1
        n += 1
    return b"\n".join(out)


def short_traces(number: int) -> bytes:
    """Traces of hardly more than a name, each with a line of a.py of its own."""
    row = '{"files":{"a.py":{"ai":"%d"}},"id":"%s","kind":"trace","v":1}'
    return "\n".join(row % (n + 1, _name(n)) for n in range(number)).encode()


def entries_of_five(number: int) -> bytes:
    """Five traces with lines in so many files each; in a.py too."""
    return b"\n".join(
        _text(
            trace_row(
                {"a.py": {"ai": "1"}, **{f"{row}/{n}": {"ai": "1"} for n in range(number)}}, id=_name(row)
            )
        )
        for row in range(5)
    )


def reviewed_commit(traces: int, reviewers: int) -> bytes:
    """Short traces in a commit that so many people reviewed as a whole."""
    row = '{"by":"B%d <b@x>","id":"x/%d","kind":"review","v":1}'
    return short_traces(traces) + "".join("\n" + row % (n, n) for n in range(reviewers)).encode()


def _spread(step: int, upto: int) -> str:
    return ",".join(map(str, range(1, upto, step)))


def _big() -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield (
        "many-rows",
        lambda: b"\n".join(_text(trace_row({"a.py": {"ai": "1-3"}}, id=_name(n))) for n in range(MANY)),
    )
    yield (
        "many-lines-apart",
        lambda: b"\n".join(
            _text(trace_row({"a.py": {"ai": f"{2 * n + 1}"}}, id=_name(n))) for n in range(MANY)
        ),
    )
    yield (
        "many-wide",
        lambda: b"\n".join(
            _text(trace_row({"a.py": {"ai": f"1-{9_000_000 + n}"}}, id=_name(n))) for n in range(MANY)
        ),
    )
    yield (
        "one-id",
        lambda: b"\n".join(
            _text(trace_row({f"f{n}.py": {"ai": "1-3"}, "a.py": {"ai": str(2 * n + 1)}})) for n in range(MANY)
        ),
    )
    yield "many-people", lambda: _rows(
        lambda n: {"kind": "human", "v": 1, "id": f"h_{n:014x}", "author": f"A{n} <a@x>", "files": {"a.py": {"human": str(n + 1)}}},
        TEN_MEGABYTES,
    )  # fmt: skip
    yield (
        "many-reviews",
        lambda: (
            _text(trace_row({"a.py": {"ai": "1-3"}}))
            + b"\n"
            + _rows(
                lambda n: {
                    "kind": "review",
                    "v": 1,
                    "id": f"{TRACE}/{n}",
                    "by": f"B{n} <b@x>",
                    "at": None,
                    "note": None,
                },
                TEN_MEGABYTES,
            )
        ),
    )
    yield (
        "many-commits",
        lambda: _rows(
            lambda n: {"kind": "commit", "v": 1, "id": f"{n:040x}", "gate": "passed"}, TEN_MEGABYTES
        ),
    )
    yield (
        "many-reviewed",
        lambda: b"\n".join(
            _text(trace_row({"a.py": {"ai": f"{2 * n + 1}"}}, id=_name(n)))
            + b"\n"
            + _text({"kind": "review", "v": 1, "id": f"{_name(n)}/x", "by": "B <b@x>"})
            for n in range(MANY)
        ),
    )
    yield (
        "many-deleted",
        lambda: b"\n".join(
            _text(
                trace_row({"a.py": {"deleted": 1}, "b.py": {"deleted": 1}}, id=_name(n), delta={"dropped": 9})
            )
            for n in range(MANY)
        ),
    )
    yield (
        "paths-of-many",
        lambda: b"\n".join(
            _text(trace_row({f"dir/{n}/{m}.py": {"ai": "1-3"} for m in range(2_000)}, id=_name(n)))
            for n in range(160)
        ),
    )
    yield "many-paths", lambda: _text(trace_row({f"dir/{n}.py": {"ai": "1-3"} for n in range(330_000)}))
    yield "one-long-range", lambda: _text(trace_row({"a.py": {"ai": _spread(2, 2_400_000)}}))
    yield (
        "long-ranges",
        lambda: b"\n".join(
            _text(trace_row({"a.py": {"ai": _spread(2 + n, 120_000 * (2 + n))}}, id=_name(n)))
            for n in range(14)
        ),
    )
    yield (
        "wrong-everywhere",
        lambda: b"\n".join(
            _text(
                trace_row({"a.py": {"ai": 7, "edited": []}, "b": 7}, id=_name(n), model=7, session="\ud800")
            )
            for n in range(MANY)
        ),
    )
    yield "no-rows", lambda: b"\n".join(b"%d is no row" % n for n in range(700_000))
    yield "one-line", lambda: b"x" * TEN_MEGABYTES
    yield "brackets", lambda: b"[" * TEN_MEGABYTES
    yield "long-text", lambda: _with(model="x" * TEN_MEGABYTES)
    yield "long-id", lambda: _with(id="x" * TEN_MEGABYTES)
    yield "digits", lambda: _raw("v", "9" * TEN_MEGABYTES)
    yield (
        "unknown-kind",
        lambda: _rows(lambda n: {"kind": "later", "id": f"{n}", "x": {"y": [n] * 20}}, TEN_MEGABYTES),
    )
    yield (
        "unknown-one-id",
        lambda: _rows(lambda n: {"kind": "later", "id": "1", "x": {f"{n}": [n] * 20}}, TEN_MEGABYTES),
    )
    yield "short-traces", lambda: short_traces(140_000)
    yield "reviewed-commit", lambda: reviewed_commit(16_000, 84_000)
    yield "entries-of-five", lambda: entries_of_five(80_000)
    yield "many-lists", lambda: b'{"kind":"later","id":"1","x":[' + b",".join([b"[]"] * 3_000_000) + b"]}"


SMALL: dict[str, bytes] = {**dict(_fields()), **dict(_others())}
BIG: dict[str, Callable[[], bytes]] = dict(_big())
#: One of each kind, which `make test` tries; `make hostile` tries all.
KINDS = (
    "many-rows",
    "one-id",
    "many-deleted",
    "many-paths",
    "long-ranges",
    "wrong-everywhere",
    "no-rows",
    "brackets",
)


def some(names: Iterable[str], always: Collection[str]) -> list[Any]:
    """Parameters for these names, those that are not always tried marked as `wide`."""
    return [pytest.param(name, marks=() if name in always else pytest.mark.wide) for name in names]


class Used(NamedTuple):
    """What a command did: exit status, output, errors, seconds by the clock, seconds of computing, and the size of the
    largest of its processes in megabytes.
    """

    status: int
    out: bytes
    err: bytes
    seconds: float
    cpu: float
    megabytes: float


#: A small process starts the command: a process that is forked counts its parent's memory as its own.
_WATCH = """
import json, resource, subprocess, sys
status = subprocess.call(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as file:
    json.dump([status, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024], file)
"""


def measured(repo: GitRepo, *args: str) -> Used:
    """Run a command to its end, with empty input, and see what it took."""
    told = repo.path.parent / "measured"
    start = time.monotonic()
    done = run_bytes([sys.executable, "-S", "-c", _WATCH, str(told), *args], cwd=repo.path, env=repo.env)
    seconds = time.monotonic() - start
    status, cpu, megabytes = json.loads(told.read_text())
    return Used(status, done.stdout, done.stderr, seconds, cpu, megabytes)
