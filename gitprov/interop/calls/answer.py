"""An answer of a model that arrives in pieces: texts and calls of tools, in order."""

from __future__ import annotations

from gitprov.interop.calls.call import ModelReply, counts_of, text_or_none, tool_lines
from gitprov.model.canonical import Json, JsonObject

_Place = tuple[int, ...]


class _ToolCall:
    """A call of a tool; `pieces` are parts of its argument as JSON text."""

    def __init__(self, name: str | None, call: str | None) -> None:
        self.name = name
        self.call = call
        self.pieces: list[str] = []
        self.argument: Json = None

    def lines(self) -> str:
        return tool_lines(self.name, self.call, "".join(self.pieces) if self.pieces else self.argument)


class ArrivingAnswer:
    """An answer as far as it has arrived. Subclasses read the pieces of a provider.

    A place says where a piece belongs: number of the choice, then of the part in it. Parts are in the order
    of their places.
    """

    def __init__(self) -> None:
        self.complete = False
        self.model: str | None = None
        self.id: str | None = None
        self.usage: dict[str, int] = {}
        self._texts: dict[_Place, list[str]] = {}
        self._tools: dict[_Place, _ToolCall] = {}

    def add(self, row: JsonObject) -> None:
        """Read a further piece of a stream, or an answer that came as a whole."""
        raise NotImplementedError

    def end(self) -> None:
        """The end of a stream that says so itself; later pieces change nothing that was said."""
        self.complete = True

    def reply(self) -> ModelReply | None:
        """What has arrived; None where it has neither text nor a call of a tool."""
        output, choice = "", -1
        for place in sorted({*self._texts, *self._tools}):
            tool = self._tools.get(place)
            text = tool.lines() if tool else "".join(self._texts[place])
            apart = choice not in (-1, place[0]) or tool is not None or output.endswith(_AFTER_TOOL)
            if apart and output:
                output = output.rstrip(_AFTER_TOOL) + "\n\n"
            output += text + (_AFTER_TOOL if tool else "")
            choice = place[0]
        output = output.rstrip(_AFTER_TOOL)
        return ModelReply(output, self.model, self.id, self.usage, self.complete) if output else None

    def _facts(
        self, row: JsonObject, *, model: str = "model", name: str = "id", usage: str = "usage"
    ) -> None:
        """Take the model, the id and the counts of tokens from fields of a piece that has them."""
        self.model = text_or_none(row.get(model)) or self.model
        self.id = text_or_none(row.get(name)) or self.id
        self.usage |= counts_of(row.get(usage))

    def _text(self, place: _Place, text: Json) -> None:
        if isinstance(text, str) and text:
            self._texts.setdefault(place, []).append(text)

    def _tool(self, place: _Place, name: Json = None, call: Json = None) -> _ToolCall:
        tool = self._tools.setdefault(place, _ToolCall(None, None))
        tool.name = text_or_none(name) or tool.name
        tool.call = text_or_none(call) or tool.call
        return tool

    def _forget(self, start: _Place) -> None:
        """Drop the parts whose places begin so: what follows has all of them."""
        for parts in (self._texts, self._tools):
            for place in [place for place in parts if place[: len(start)] == start]:
                del parts[place]


_AFTER_TOOL = "\0"
"""Marks the end of a call of a tool while parts are joined."""
