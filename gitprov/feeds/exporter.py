"""Sends bytes to a collector: retries with growing, random waits, and never follows a redirect."""

from __future__ import annotations

import gzip
import random
import ssl
import time
from collections.abc import Mapping
from typing import NamedTuple

import httpx

#: Most bytes read of an answer.
_LARGEST = 1 << 20
_TRIES = 4
#: The longest wait between two tries, in seconds.
_LONGEST_WAIT = 30.0
_TOO_MANY, _SERVER = 429, 500


class SentAnswer(NamedTuple):
    """A collector's answer: HTTP status (0: none came), the beginning of its content, and why it is no
    success, empty where it is one.
    """

    status: int
    data: bytes = b""
    reason: str = ""


class Exporter:
    """A connection to a target, used in a `with` statement. Reasons never contain a header."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        seconds: float,
        compress: bool,
        certificate: str | None = None,
        retry_wait: float = 0.5,
    ) -> None:
        """`certificate`: a file of certificates to trust. OSError where it cannot be read."""
        self._url = url
        self._compress = compress
        self._retry_wait = retry_wait
        context = ssl.create_default_context(cafile=certificate)
        self._http = httpx.Client(
            headers=dict(headers), timeout=seconds, verify=context, follow_redirects=False
        )

    def __enter__(self) -> Exporter:  # noqa: PYI034 - Self needs Python 3.11
        """The exporter itself."""
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def send(self, content: bytes, kind: str) -> SentAnswer:
        """POST content of a type. Tried again after no answer, 429 and 5xx. Never raises."""
        headers = {"content-type": kind}
        if self._compress:
            content = gzip.compress(content, mtime=0)
            headers["content-encoding"] = "gzip"
        answer = SentAnswer(0, reason="no answer")
        for turn in range(_TRIES):
            answer, wait = self._once(content, headers)
            again = answer.status in (0, _TOO_MANY) or answer.status >= _SERVER
            if not again or turn == _TRIES - 1:
                return answer
            jitter = random.uniform(0.5, 1.5)  # noqa: S311 - no secret depends on it
            time.sleep(min(max(wait, self._retry_wait * 2**turn * jitter), _LONGEST_WAIT))
        return answer

    def _once(self, content: bytes, headers: Mapping[str, str]) -> tuple[SentAnswer, float]:
        """One try, and for how many seconds the target wants to be left alone."""
        try:
            with self._http.stream("POST", self._url, content=content, headers=dict(headers)) as response:
                data = b""
                for part in response.iter_bytes():
                    data += part
                    if len(data) > _LARGEST:
                        break
                return SentAnswer(response.status_code, data[:_LARGEST], _reason(response)), _wait(response)
        except httpx.TimeoutException:
            return SentAnswer(0, reason="no answer in time"), 0.0
        except httpx.ConnectError as error:
            return SentAnswer(0, reason=f"no connection: {str(error)[:120]}"), 0.0
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return SentAnswer(0, reason=f"no answer: {type(error).__name__}"), 0.0


def _reason(response: httpx.Response) -> str:
    status = response.status_code
    if response.is_success:
        return ""
    if status in (401, 403):
        return f"it refuses the credentials (HTTP {status})"
    return "it redirects, which is not followed" if response.is_redirect else f"HTTP {status}"


def _wait(response: httpx.Response) -> float:
    try:
        seconds = float(response.headers.get("retry-after", "0"))
    except ValueError:
        return 0.0
    return min(seconds, _LONGEST_WAIT) if seconds > 0 else 0.0
