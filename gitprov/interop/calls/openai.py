"""OpenAI's interfaces: `/v1/chat/completions`, which many providers have, and `/v1/responses`."""

from __future__ import annotations

from gitprov.interop.calls.answer import ArrivingAnswer
from gitprov.interop.calls.call import ModelRequest, object_of, request_of, rows_of
from gitprov.model.canonical import Json, JsonObject

_RESPONSE_ENDS = ("response.completed", "response.incomplete", "response.failed")


def chat_request(body: JsonObject) -> ModelRequest:
    """A request for a chat completion."""
    messages = [(row.get("role"), row.get("content")) for row in rows_of(body.get("messages"))]
    return request_of(body, messages, None)


def response_request(body: JsonObject) -> ModelRequest:
    """A request for a response."""
    sent = body.get("input")
    if isinstance(sent, str):
        messages: list[tuple[Json, Json]] = [("user", sent)]
    else:
        messages = [(row.get("role"), row.get("content")) for row in rows_of(sent)]
    return request_of(body, messages, body.get("instructions"))


class ChatAnswer(ArrivingAnswer):
    """A chat completion, or the chunks of a streamed one, whose end is the text `[DONE]`."""

    def add(self, row: JsonObject) -> None:
        """Read a chunk, or a whole completion."""
        self._facts(row)
        for choice in rows_of(row.get("choices")):
            number = _number(choice.get("index"))
            message = object_of(choice.get("message"))
            piece = message or object_of(choice.get("delta"))
            self._text((number, 0, 0), piece.get("content"))
            self._text((number, 0, 1), piece.get("refusal"))
            for place, call in enumerate(rows_of(piece.get("tool_calls"))):
                self._call((number, 1, _number(call.get("index"), place)), call, call.get("function"))
            if isinstance(piece.get("function_call"), dict):
                self._call((number, 1, 0), {}, piece["function_call"])
            if message:
                self.end()

    def _call(self, place: tuple[int, ...], call: JsonObject, function: Json) -> None:
        row = object_of(function)
        tool = self._tool(place, row.get("name"), call.get("id"))
        if isinstance(row.get("arguments"), str):
            tool.pieces.append(row["arguments"])


class ResponseAnswer(ArrivingAnswer):
    """A response, or the events of a streamed one. Whole items replace what came of them in pieces."""

    def add(self, row: JsonObject) -> None:
        """Read an event, or a whole response."""
        kind, number = row.get("type"), _number(row.get("output_index"))
        if row.get("object") == "response":
            self._response(row)
            self.end()
        elif kind in ("response.output_item.added", "response.output_item.done"):
            self._forget((0, number))
            self._item(number, object_of(row.get("item")))
        elif kind in ("response.output_text.delta", "response.refusal.delta"):
            self._text((0, number, _number(row.get("content_index"))), row.get("delta"))
        elif kind in ("response.function_call_arguments.delta", "response.custom_tool_call_input.delta"):
            if isinstance(row.get("delta"), str) and (0, number) in self._tools:
                self._tool((0, number)).pieces.append(row["delta"])
        elif isinstance(row.get("response"), dict):
            self._response(row["response"])
            if kind in _RESPONSE_ENDS:
                self.end()

    def _response(self, response: JsonObject) -> None:
        self._facts(response)
        items = rows_of(response.get("output"))
        if items:
            self._forget((0,))
        for number, item in enumerate(items):
            self._item(number, item)

    def _item(self, number: int, item: JsonObject) -> None:
        if item.get("type") == "message":
            for place, part in enumerate(rows_of(item.get("content"))):
                self._text((0, number, place), part.get("text") or part.get("refusal"))
        elif item.get("type") in ("function_call", "custom_tool_call"):
            tool = self._tool((0, number), item.get("name"), item.get("call_id"))
            argument = item.get("arguments") or item.get("input")
            tool.pieces = [argument] if isinstance(argument, str) else []


def _number(value: Json, default: int = 0) -> int:
    return value if isinstance(value, int) else default
