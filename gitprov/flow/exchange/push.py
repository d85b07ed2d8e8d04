"""Pushes recorded turns to a target: only new ones, and each that is refused is listed with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gitprov import __version__
from gitprov.errors import GitprovError
from gitprov.feeds.keyring import with_keys
from gitprov.flow.exchange.turns import origin_of, redactor_of, turns
from gitprov.git.history.facts import selected
from gitprov.interop import loglines
from gitprov.interop.genai import SCHEMAS, span_of
from gitprov.interop.helicone import helicone_body
from gitprov.interop.otlp import OtlpOrigin, OtlpSpan, partial_success, request_bytes, span_bytes
from gitprov.interop.push_targets import PushRoute, PushTarget, resource_of, route
from gitprov.model.answers.push import PushAnswer, RefusedRow
from gitprov.store.push_cursor import PushCursor, key_of

if TYPE_CHECKING:
    from gitprov.feeds.exporter import Exporter, SentAnswer
    from gitprov.git.repo import Repository
    from gitprov.interop.otlp import AttributeValue

#: Bytes of a request; a longer row is sent alone.
_MOST_BYTES = 2 << 20
#: A target may refuse a whole request for a single row (400, MLflow also 422) or for its size (413): such a
#: request is sent in halves.
_DIVIDED = frozenset({400, 413, 422})
#: After this many rejected rows, and none that was taken, a push ends.
_MOST_REJECTED = 20
#: Answers that are about the keys.
_CREDENTIALS = frozenset({401, 403})
_TYPES = {"otlp": "application/x-protobuf"}
_JSON = "application/json"
_ENCODERS: Mapping[str, Callable[[OtlpSpan], bytes]] = {"otlp": span_bytes, "helicone": helicone_body}


class PushRequest(NamedTuple):
    """What is to be pushed: revisions, version of the conventions, whether with content, whether at all."""

    target: PushTarget
    endpoint: str | None
    revisions: Sequence[str]
    semconv: str
    content: bool
    dry_run: bool


class _Row(NamedTuple):
    trace: str
    oid: str
    at: int
    data: bytes

    @property
    def key(self) -> str:
        return key_of(self.data)


class _Push:
    """The state of a push: what happened so far, and why it cannot go on."""

    def __init__(
        self, cursor: PushCursor, place: PushRoute, body: Callable[[Sequence[_Row]], bytes], kind: str
    ) -> None:
        self._cursor = cursor
        self._place = place
        self._body = body
        self._kind = kind
        self.sent = self.waiting = self._rejected = 0
        self.refused: list[RefusedRow] = []
        self.problem = ""

    def refuse(self, rows: Sequence[_Row], reason: str) -> None:
        """List rows as refused."""
        self.refused += [RefusedRow(row.trace, row.oid, reason) for row in rows]

    def deliver(self, exporter: Exporter, rows: Sequence[_Row]) -> None:
        """Send rows in a request, or in halves where the target does not take them together."""
        if self.problem:
            self.waiting += len(rows)
            return
        answer = exporter.send(self._body(rows), self._kind)
        if answer.status in _DIVIDED:
            if len(rows) == 1:
                self.refuse(rows, f"the target rejects it (HTTP {answer.status})")
                self._rejected += 1
                if self._rejected == _MOST_REJECTED and not self.sent:
                    self.problem = f"it rejects whatever is sent (HTTP {answer.status})"
                return
            half = len(rows) // 2
            self.deliver(exporter, rows[:half])
            self.deliver(exporter, rows[half:])
        elif answer.reason:
            self.problem = explained(answer, self._place)
            self.waiting += len(rows)
        else:
            self._taken(exporter, rows, answer.data)

    def _taken(self, exporter: Exporter, rows: Sequence[_Row], data: bytes) -> None:
        """The target took the request; a part of it may be rejected, without a word which rows."""
        rejected, message = partial_success(data) if self._kind in _TYPES.values() else (0, "")
        if rejected < 1:
            self.sent += len(rows)
            self._cursor.add(row.key for row in rows)
        elif rejected >= len(rows):
            self.refuse(
                rows, f"the target rejects it: {message[:200]}" if message else "the target rejects it"
            )
        else:
            half = len(rows) // 2  # finds the rejected rows; ids stay the same, so a repeated row is harmless
            self.deliver(exporter, rows[:half])
            self.deliver(exporter, rows[half:])


def push(repo: Repository, request: PushRequest, now: float, *, retry_wait: float = 0.5) -> PushAnswer:
    """Send what a target does not have yet. `now`: seconds since 1970.

    UsageError where an address or key is missing (a dry run lists them in its answer); GitprovError where the
    HTTP library is.
    """
    target = request.target
    env = with_keys(target.needed, repo.env)
    place = route(target, request.endpoint, env, partial=request.dry_run)
    resource = {**origin_of(repo), **resource_of(target, __version__, env)}
    cursor = PushCursor(repo, target.name, place.url)
    state = _Push(cursor, place, _body_of(target, request.semconv, resource), _TYPES.get(target.form, _JSON))
    present, new = 0, []
    for row in _rows(repo, request):
        if row.key in cursor.keys:
            present += 1
        elif reason := _beyond(target, row, now):
            state.refuse([row], reason)
        else:
            new.append(row)
    if request.dry_run:
        state.sent = len(new)
    elif new:
        with _exporter(place, retry_wait) as exporter:
            for part in _requests(new, target.rows):
                state.deliver(exporter, part)
    return PushAnswer(
        target.name, place.url, request.dry_run, request.content, state.sent, present, state.refused,
        state.waiting, state.problem, place.missing,
    )  # fmt: skip


def explained(answer: SentAnswer, place: PushRoute) -> str:
    """Why a target refused all rows, with its address and the settings that have the address and the keys."""
    reason = f"{answer.reason}. Address: {place.url}, of {place.setting}"
    if answer.status not in _CREDENTIALS:
        return reason
    names = " and ".join(place.keys)
    return f"{reason}. " + (f"Keys: those of {names}" if place.has_keys else f"No key is set: {names}")


def _rows(repo: Repository, request: PushRequest) -> Iterator[_Row]:
    first = selected(repo, ["--max-parents=0", "HEAD"]) if repo.resolve("HEAD") else []
    redact = redactor_of(repo) if request.content else None
    for turn in turns(repo, request.revisions, min(first, default=""), redact):
        span = for_target(span_of(turn, request.semconv), request.target)
        encode = _ENCODERS.get(request.target.form, loglines.log_line)
        yield _Row(turn.trace, turn.oid, span.start, encode(span))


def for_target(span: OtlpSpan, target: PushTarget) -> OtlpSpan:
    """A span with the names that a target expects besides those of the conventions."""
    copies = {name: span.attributes[source] for source, name in target.copies if source in span.attributes}
    media = {name: "application/json" for source, name in target.media if source in span.attributes}
    return span._replace(attributes={**span.attributes, **copies, **media, **dict(target.constants)})


def _body_of(
    target: PushTarget, semconv: str, resource: dict[str, AttributeValue]
) -> Callable[[Sequence[_Row]], bytes]:
    if target.form == "otlp":
        origin = OtlpOrigin(resource, "gitprov", __version__, SCHEMAS[semconv])
        return lambda rows: request_bytes(origin, [row.data for row in rows])
    if target.form == "helicone":
        return lambda rows: rows[0].data
    write = loglines.loki_body if target.form == "loki" else loglines.datadog_body
    return lambda rows: write(resource, [(row.at, row.data) for row in rows])


def _beyond(target: PushTarget, row: _Row, now: float) -> str | None:
    """Why a target cannot take a row, by its limits; None where it can."""
    if target.oldest is not None and now - row.at / 1e9 > target.oldest:
        return f"older than the {target.oldest // 3600} hours that {target.title} takes"
    if target.longest is not None and len(row.data) > target.longest:
        return f"longer than the {target.longest // 1024} KB that {target.title} takes"
    return None


def _requests(rows: Sequence[_Row], most: int) -> Iterator[Sequence[_Row]]:
    """Rows in the order of their moments, in parts that are small enough for a request."""
    part: list[_Row] = []
    size = 0
    for row in sorted(rows, key=lambda row: row.at):
        if part and (len(part) == most or size + len(row.data) > _MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(row)
        size += len(row.data)
    yield part


def _exporter(place: PushRoute, retry_wait: float) -> Exporter:
    try:
        from gitprov.feeds.exporter import Exporter
    except ModuleNotFoundError as error:
        raise GitprovError(
            f"pushing needs {error.name}, which is not installed", "pip install 'gitprov[checks]'"
        ) from error
    try:
        return Exporter(
            place.url, place.headers, seconds=place.seconds, compress=place.gzip,
            certificate=place.certificate, retry_wait=retry_wait,
        )  # fmt: skip
    except OSError as error:
        raise GitprovError(
            f"the certificates of OTEL_EXPORTER_OTLP_CERTIFICATE cannot be read: {error.strerror}"
        ) from error
