"""Which requests call a model, and reading their answers from bytes as these pass."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import NamedTuple

from gitprov.interop.calls import anthropic, gemini, openai
from gitprov.interop.calls.answer import ArrivingAnswer
from gitprov.interop.calls.call import ModelReply, ModelRequest
from gitprov.model.canonical import JsonObject
from gitprov.model.untrusted.jsonvalue import loads

LARGEST = 64 << 20
"""Bytes of the largest answer, and of the largest event of a streamed one, that is read."""


class CallShape(NamedTuple):
    """An interface of a provider, by the name of the provider."""

    provider: str
    path: re.Pattern[str]
    request: Callable[[JsonObject], ModelRequest]
    answer: Callable[[], ArrivingAnswer]


_SHAPES = (
    CallShape("anthropic", re.compile(r"/messages$"), anthropic.request, anthropic.AnthropicAnswer),
    CallShape("openai", re.compile(r"/chat/completions$"), openai.chat_request, openai.ChatAnswer),
    CallShape("openai", re.compile(r"/responses$"), openai.response_request, openai.ResponseAnswer),
    CallShape(
        "gemini",
        re.compile(r"/models/(?P<model>[^/:]+):(?:g|streamG)enerateContent$"),
        gemini.request,
        gemini.GeminiAnswer,
    ),
)


def shape_of(method: str, path: str) -> CallShape | None:
    """The interface that a request is for, by its path without the query; None for all other requests."""
    return next((shape for shape in _SHAPES if method == "POST" and shape.path.search(path)), None)


def read_request(shape: CallShape, path: str, body: bytes) -> ModelRequest:
    """What a request asks for; without prompt and parameters where its body is not a JSON object."""
    try:
        value = loads(body)
    except ValueError:
        value = None
    request = shape.request(value if isinstance(value, dict) else {})
    match = shape.path.search(path)
    named = match.groupdict().get("model") if match else None
    return request._replace(model=request.model or named)


class AnswerReader:
    """Reads the bytes of an answer. `streamed`: whether they are server-sent events.

    An answer in an encoding other than gzip and deflate, or larger than LARGEST, is not read.
    """

    def __init__(self, shape: CallShape, *, streamed: bool, encoding: str = "") -> None:
        self._answer = shape.answer()
        self._streamed = streamed
        packed = encoding.strip().lower() not in ("", "identity")
        self._inflate = zlib.decompressobj(47) if encoding.strip().lower() in ("gzip", "deflate") else None
        self._readable = not packed or self._inflate is not None
        self._buffer = b""
        self._kept: list[bytes] = []
        self._size = 0

    @property
    def ended(self) -> bool:
        """Whether a streamed answer has said that it is complete."""
        return self._streamed and self._answer.complete

    def feed(self, data: bytes) -> None:
        """Read further bytes. Events that are no JSON objects are left out."""
        if not self._readable:
            return
        try:
            data = self._inflate.decompress(data, LARGEST) if self._inflate else data
        except zlib.error:
            self._readable = False
            return
        self._size += len(data)
        if not self._streamed and self._size <= LARGEST:
            self._kept.append(data)
        elif self._streamed:
            self._events(data)

    def reply(self) -> ModelReply | None:
        """What was answered; None where nothing was, or it could not be read."""
        if not self._streamed:
            if self._size > LARGEST:
                return None
            self._row(b"".join(self._kept))
        return self._answer.reply()

    def _events(self, data: bytes) -> None:
        # A line end may be cut in two: a carriage return at the end waits for what follows.
        text = self._buffer + data
        held = b"\r" if text.endswith(b"\r") else b""
        text = text[: len(text) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *events, rest = text.split(b"\n\n")
        self._buffer = rest + held
        for event in events:
            lines = [line[5:].removeprefix(b" ") for line in event.split(b"\n") if line.startswith(b"data:")]
            self._row(b"\n".join(lines))
        if len(self._buffer) > LARGEST:
            self._readable = False

    def _row(self, text: bytes) -> None:
        if text.strip() == b"[DONE]":
            self._answer.end()
            return
        try:
            value = loads(text)
        except ValueError:
            return
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row, dict):
                self._answer.add(row)
