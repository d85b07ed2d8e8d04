"""Asks a model for a completion, on a server with the API of OpenAI."""

from __future__ import annotations

import json
import random
import time
from typing import NamedTuple

import httpx

from gitprov.model.behaviour.reply import Reply

#: Most bytes read of an answer.
_LARGEST = 16 << 20
_TIMEOUT = httpx.Timeout(180.0, connect=10.0)
_TRIES = 4
_AGAIN = (429, 500, 502, 503, 504)
#: The longest that a server's Retry-After is waited for, in seconds.
_LONGEST_WAIT = 30.0
_OK = 200


class ModelServer(NamedTuple):
    """`address` is that before `/chat/completions`; `retry_wait` are the seconds before the second try."""

    address: str
    key: str | None
    retry_wait: float = 1.0


def complete(server: ModelServer, model: str | None, prompt: str, seed: int, standing: str = "") -> Reply:
    """Ask for a completion of a prompt, with standing instructions where there are any.

    Never raises, and no reason contains the key.
    """
    system = [{"role": "system", "content": standing}] if standing else []
    messages = [*system, {"role": "user", "content": prompt}]
    body = {"messages": messages, "model": model or "default", "seed": seed}
    headers = {"authorization": f"Bearer {server.key}"} if server.key else {}
    reply = Reply("", "no answer")
    with httpx.Client(timeout=_TIMEOUT, headers=headers, follow_redirects=False) as client:
        for turn in range(_TRIES):
            wait = server.retry_wait * 2**turn * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
            try:
                reply, again, pause = _once(client, f"{server.address.rstrip('/')}/chat/completions", body)
                wait = max(wait, pause)
            except httpx.TimeoutException:
                reply, again = Reply("", "the server did not answer in time"), True
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                reply, again = Reply("", f"no answer: {type(error).__name__}: {str(error)[:120]}"), True
            if not again or turn == _TRIES - 1:
                break
            time.sleep(min(wait, _LONGEST_WAIT))
    return reply


def _once(client: httpx.Client, url: str, body: object) -> tuple[Reply, bool, float]:
    """The reply, whether another try may help, and the seconds that the server wants to be left in peace."""
    data = b""
    with client.stream("POST", url, json=body) as response:
        for part in response.iter_bytes():
            data += part
            if len(data) > _LARGEST:
                return Reply("", f"the answer is larger than {_LARGEST >> 20} MiB"), False, 0.0
        pause = _seconds(response.headers.get("retry-after", ""))
        if response.status_code != _OK:
            return Reply("", f"HTTP {response.status_code}"), response.status_code in _AGAIN, pause
    return _parsed(data), False, 0.0


def _parsed(data: bytes) -> Reply:
    try:
        row = json.loads(data)
        text = row["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return Reply("", "the answer is no chat completion")
    if not isinstance(text, str):
        return Reply("", "the answer has no text")
    usage = row.get("usage") if isinstance(row.get("usage"), dict) else {}
    return Reply(
        text,
        "",
        _text(row.get("model")),
        _text(row.get("id")),
        _number(usage.get("prompt_tokens")),
        _number(usage.get("completion_tokens")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
