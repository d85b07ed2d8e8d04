"""Pulls calls of models that an observability service recorded; their outputs wait for commits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitprov import __version__
from gitprov.errors import GitprovError
from gitprov.flow.capture.moment import Moment
from gitprov.flow.exchange.calls import CallImporter, RecordedCalls
from gitprov.interop.push_targets import PushRoute, route
from gitprov.interop.telemetry import services
from gitprov.interop.telemetry.services import PageRequest, PullQuery, PullService
from gitprov.model.answers.pull import PullAnswer
from gitprov.model.canonical import Json, JsonObject
from gitprov.model.moments import moment_of

if TYPE_CHECKING:
    from gitprov.feeds.client import Client
    from gitprov.interop.telemetry.call import DescribedCall

#: Bytes of the largest answer that is read.
_LARGEST = 64 << 20
_NOT_HERE = 404


class PullOrder(NamedTuple):
    """What is to be pulled: the newest `most` calls of the last `days`, into the work tree of `cwd`.

    `agent` is that of calls that name none; `endpoint` the address instead of that of the environment.
    """

    service: PullService
    endpoint: str | None
    agent: str
    days: int
    most: int
    dry_run: bool


class _NoAnswer(Exception):
    """The service did not answer as it should; the message is why."""


class _Remote:
    """The service over a connection. Messages contain no key."""

    def __init__(self, client: Client, place: PushRoute) -> None:
        self._client = client
        self._base = place.url.rstrip("/").removesuffix("/api/v1")
        self._headers = {"accept": "application/json, application/jsonl", **place.headers}

    def ask(self, request: PageRequest) -> Json:
        """The JSON of an answer. LookupError where the service has no such path."""
        body = None if request.body is None else json.dumps(request.body).encode()
        return self._read(self._base + request.path, self._headers, body)

    def texts(self, url: str) -> Json:
        """The JSON at an address that the service named, which gets no keys."""
        return self._read(url, {"accept": "application/json"}, None)

    def _read(self, url: str, headers: Mapping[str, str], body: bytes | None) -> Json:
        answer = self._client.ask(url, headers, body, most=_LARGEST)
        if answer.status == _NOT_HERE:
            raise LookupError
        if answer.reason or answer.absent or answer.cut:
            raise _NoAnswer(answer.reason or ("its answer is too large" if answer.cut else "HTTP 410"))
        try:
            return services.document(answer.data, answer.kind)
        except ValueError as error:
            raise _NoAnswer(f"its answer is no JSON: {str(error)[:100]}") from error


def pull(order: PullOrder, moment: Moment, env: Mapping[str, str], *, retry_wait: float = 0.5) -> PullAnswer:
    """Record what the service lists. `env` has the addresses and keys.

    UsageError where one is missing, GitprovError where the HTTP library is or nothing can be recorded.
    """
    recorder = CallImporter(order.agent, lambda: moment)
    place = route(order.service.target, order.endpoint, env)
    since = moment_of(int(moment.now) - order.days * 86_400)
    with _client(retry_wait) as client:
        query = PullQuery(since, order.service.project(env))
        calls, problem = _taken(_calls(_Remote(client, place), order, query))
    # The oldest first: of two outputs with the same line, the one that is recorded last is recognized.
    usable = [call for call in reversed(calls) if call.output is not None]
    done = RecordedCalls(len(usable), ()) if order.dry_run else recorder.record(usable)
    return PullAnswer(
        order.service.target.name, place.url, order.dry_run, since, len(calls), done.generations,
        done.problems, problem,
    )  # fmt: skip


def _taken(listing: Iterator[DescribedCall]) -> tuple[list[DescribedCall], str]:
    """All calls, and why there are no more, empty where the service answered to the end."""
    calls: list[DescribedCall] = []
    try:
        calls.extend(listing)
    except _NoAnswer as error:
        return calls, str(error)
    except LookupError:
        return calls, "it has no such project or path (HTTP 404)"
    return calls, ""


def _calls(remote: _Remote, order: PullOrder, query: PullQuery) -> Iterator[DescribedCall]:
    """The calls that the service lists, the newest first. _NoAnswer and LookupError as they come."""
    if order.service.lookup is not None:
        project = services.identity(remote.ask(order.service.lookup(query.project)))
        if project is None:
            raise LookupError
        query = query._replace(project=project)
    try:
        yield from _listed(remote, order.service, query, order.most)
    except LookupError:
        if order.service.older is None:
            raise
        yield from _listed(remote, order.service.older, query, order.most)


def _listed(remote: _Remote, service: PullService, query: PullQuery, most: int) -> Iterator[DescribedCall]:
    cursor: str | None = None
    count = 0
    while True:
        try:
            page = service.page(remote.ask(service.request(query, cursor)), cursor)
        except ValueError as error:
            raise _NoAnswer(str(error)) from error
        for row in page.rows[: most - count]:
            yield service.call(_whole(remote, service, row))
        count += len(page.rows)
        if page.cursor is None or page.cursor == cursor or not page.rows or count >= most:
            return
        cursor = page.cursor


def _whole(remote: _Remote, service: PullService, row: JsonObject) -> JsonObject:
    """A row with its texts; without them where they are not to be had any more."""
    url = service.body_of(row) if service.body_of is not None else None
    if url is None:
        return row
    try:
        return services.with_bodies(row, remote.texts(url))
    except (_NoAnswer, LookupError):
        return row


def _client(retry_wait: float) -> Client:
    try:
        from gitprov.feeds.client import Client
    except ModuleNotFoundError as error:
        raise GitprovError(
            f"pulling needs {error.name}, which is not installed", "pip install 'gitprov[checks]'"
        ) from error
    return Client(user_agent=f"gitprov/{__version__}", retry_wait=retry_wait)
