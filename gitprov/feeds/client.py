"""One bounded HTTP request: time, size, retries, redirects. A failure is an answer with a reason."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from gitprov.feeds.addresses import Registry

#: Most bytes read of an answer.
LARGEST = 16 << 20
#: Seconds without a byte, until a connection is made, and for a whole answer.
_SECONDS, _CONNECT, _LONGEST = 10.0, 5.0, 60.0
_TRIES = 3
_AGAIN = (429, 500, 502, 503, 504)
_REDIRECTS = 5
#: The longest that a server's Retry-After is waited for, in seconds.
_LONGEST_WAIT = 5.0
_OK, _ABSENT = 200, (404, 410)


class HttpAnswer(NamedTuple):
    """An answer: HTTP status (0: none came), content, content type; `reason`: why it cannot be used.

    `cut`: the content is longer than was read.
    """

    status: int
    data: bytes = b""
    kind: str = ""
    reason: str = ""
    cut: bool = False

    @property
    def absent(self) -> bool:
        """Whether the registry does not have what was asked for."""
        return self.status in _ABSENT and not self.reason


class Client:
    """An HTTP client for registries. Used in a `with` statement; its requests may run in several threads."""

    def __init__(self, *, user_agent: str, retry_wait: float = 0.3, patience: float | None = None) -> None:
        """`retry_wait`: seconds before the first retry; `patience`: seconds for everything together, without
        retries, None without such a limit.
        """
        self._retry_wait = retry_wait
        self._end = math.inf if patience is None else time.monotonic() + patience
        self._tries = _TRIES if patience is None else 1
        limits = httpx.Limits(max_connections=8, max_keepalive_connections=8)
        self._http = httpx.Client(limits=limits, headers={"user-agent": user_agent}, follow_redirects=False)

    def __enter__(self) -> Client:  # noqa: PYI034 - Self needs Python 3.11
        """The client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, registry: Registry, path: str, accept: str, *, most: int = LARGEST) -> HttpAnswer:
        """GET a path below a registry's address. Never raises."""
        headers = {"accept": accept}
        if registry.token:
            headers["authorization"] = f"Bearer {registry.token}"
        elif registry.authorization:
            headers["authorization"] = registry.authorization
        auth = None
        if registry.user or registry.password:
            auth = httpx.BasicAuth(registry.user or "", registry.password or "")
        return self._tried("GET", f"{registry.address}/{path}", headers, auth, None, most)

    def post(self, registry: Registry, path: str, content: bytes) -> HttpAnswer:
        """POST a JSON text to a path below an address. Never raises."""
        headers = {"accept": "application/json", "content-type": "application/json"}
        return self._tried("POST", f"{registry.address}/{path}", headers, None, content, LARGEST)

    def ask(self, url: str, headers: Mapping[str, str], content: bytes | None, *, most: int) -> HttpAnswer:
        """POST a JSON text to an address, or GET it where there is none. Never raises."""
        kind = {} if content is None else {"content-type": "application/json"}
        return self._tried(
            "GET" if content is None else "POST", url, {**headers, **kind}, None, content, most
        )

    def _tried(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        auth: httpx.Auth | None,
        content: bytes | None,
        most: int,
    ) -> HttpAnswer:
        answer = HttpAnswer(0, reason="no answer")
        for turn in range(self._tries):
            try:
                answer, wait = self._once(method, url, headers, auth, content, most)
            except httpx.TimeoutException:
                answer, wait = HttpAnswer(0, reason="no answer in time"), 0.0
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                answer, wait = (
                    HttpAnswer(0, reason=f"no answer: {str(error)[:120] or type(error).__name__}"),
                    0.0,
                )
            if answer.status not in (0, *_AGAIN) or turn == self._tries - 1:
                return answer
            jitter = random.uniform(0.5, 1.5)  # noqa: S311 - no secret depends on it
            time.sleep(min(max(wait, self._retry_wait * 2**turn * jitter), _LONGEST_WAIT))
        return answer

    def _once(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        auth: httpx.Auth | None,
        content: bytes | None,
        most: int,
    ) -> tuple[HttpAnswer, float]:
        origin = urlsplit(url)
        end = min(self._end, time.monotonic() + _LONGEST)
        for _ in range(_REDIRECTS):
            timeout = _within(end)
            request = self._http.build_request(method, url, headers=headers, content=content, timeout=timeout)
            response = self._http.send(request, auth=auth or httpx.USE_CLIENT_DEFAULT, stream=True)
            try:
                if not response.has_redirect_location:
                    return _answer(response, most, end), _retry_after(response)
                target = str(response.url.join(response.headers["location"]))
            finally:
                response.close()
            parts = urlsplit(target)
            if parts.netloc != origin.netloc:
                return HttpAnswer(response.status_code, reason="it redirects to another host"), 0.0
            if (origin.scheme, parts.scheme) == ("https", "http"):  # the credentials would be readable
                return HttpAnswer(response.status_code, reason="it redirects from https to http"), 0.0
            url = target
        return HttpAnswer(0, reason="it redirects in a circle"), 0.0


def _within(end: float) -> httpx.Timeout:
    """The usual limits of a request, but none later than a moment of the monotonic clock."""
    remaining = end - time.monotonic()
    if remaining <= 0:
        raise httpx.PoolTimeout("the time is over")
    return httpx.Timeout(min(_SECONDS, remaining), connect=min(_CONNECT, remaining))


def _answer(response: httpx.Response, most: int, end: float) -> HttpAnswer:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > most:
            break
        if time.monotonic() > end:
            return HttpAnswer(0, reason="no complete answer in time")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    reason = ""
    if response.status_code in (401, 403):
        reason = f"it refuses the credentials (HTTP {response.status_code})"
    elif response.status_code != _OK and response.status_code not in _ABSENT:
        reason = f"HTTP {response.status_code}"
    return HttpAnswer(response.status_code, b"".join(parts)[:most], kind, reason, size > most)


def _retry_after(response: httpx.Response) -> float:
    try:
        return float(response.headers.get("retry-after", ""))
    except ValueError:
        return 0.0
