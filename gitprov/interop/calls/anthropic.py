"""Anthropic's interface of messages: `/v1/messages`."""

from __future__ import annotations

from gitprov.interop.calls.answer import ArrivingAnswer
from gitprov.interop.calls.call import ModelRequest, object_of, request_of, rows_of
from gitprov.model.canonical import JsonObject


def request(body: JsonObject) -> ModelRequest:
    """A request for a message."""
    messages = [(row.get("role"), row.get("content")) for row in rows_of(body.get("messages"))]
    return request_of(body, messages, body.get("system"))


class AnthropicAnswer(ArrivingAnswer):
    """A message, or the events of a streamed one."""

    def add(self, row: JsonObject) -> None:
        """Read an event, or a whole message."""
        kind, index = row.get("type"), row.get("index")
        place = (0, index if isinstance(index, int) else 0)
        if kind == "message":
            self._message(row)
            self.end()
        elif kind == "message_start":
            self._message(object_of(row.get("message")))
        elif kind == "content_block_start":
            self._block(place, object_of(row.get("content_block")))
        elif kind == "content_block_delta":
            delta = object_of(row.get("delta"))
            self._text(place, delta.get("text"))
            if isinstance(delta.get("partial_json"), str) and place in self._tools:
                self._tool(place).pieces.append(delta["partial_json"])
        elif kind == "message_delta":
            self._facts(row)
        elif kind == "message_stop":
            self.end()

    def _message(self, message: JsonObject) -> None:
        self._facts(message)
        for number, block in enumerate(rows_of(message.get("content"))):
            self._block((0, number), block)

    def _block(self, place: tuple[int, int], block: JsonObject) -> None:
        if block.get("type") == "text":
            self._text(place, block.get("text"))
        elif block.get("type") == "tool_use":
            self._tool(place, block.get("name"), block.get("id")).argument = block.get("input")
