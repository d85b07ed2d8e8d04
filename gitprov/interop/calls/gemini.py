"""Google's interface of Gemini: `models/<model>:generateContent` and `:streamGenerateContent`."""

from __future__ import annotations

from gitprov.interop.calls.answer import ArrivingAnswer
from gitprov.interop.calls.call import ModelRequest, object_of, request_of, rows_of
from gitprov.model.canonical import Json, JsonObject


def request(body: JsonObject) -> ModelRequest:
    """A request for content. The model is in the address, not in here."""
    contents = body.get("contents")
    messages = [(row.get("role") or "user", row.get("parts")) for row in rows_of(contents)]
    system = body.get("systemInstruction") or body.get("system_instruction")
    plain = request_of({}, messages, object_of(system).get("parts"))
    config = object_of(body.get("generationConfig") or body.get("generation_config"))
    return plain._replace(params={**config, **plain.params})


class GeminiAnswer(ArrivingAnswer):
    """A response, or the chunks of a streamed one. It is complete once a reason for its end was named."""

    def __init__(self) -> None:
        super().__init__()
        self._parts = 0

    def add(self, row: JsonObject) -> None:
        """Read a chunk, or a whole response."""
        self._facts(row, model="modelVersion", name="responseId", usage="usageMetadata")
        for number, candidate in enumerate(rows_of(row.get("candidates"))):
            index = candidate.get("index")
            for part in rows_of(object_of(candidate.get("content")).get("parts")):
                self._parts += 1
                self._part((index if isinstance(index, int) else number, self._parts), part)
            if candidate.get("finishReason"):
                self.end()

    def _part(self, place: tuple[int, int], part: JsonObject) -> None:
        call: Json = part.get("functionCall")
        if isinstance(call, dict):
            self._tool(place, call.get("name"), call.get("id")).argument = call.get("args")
        elif not part.get("thought"):
            self._text(place, part.get("text"))
