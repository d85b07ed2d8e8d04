"""`gitprov.langchain_handler`: records what models answer a program that calls them through LangChain.

    chain.invoke(question, config={"callbacks": [gitprov.langchain_handler()]})

After `gitprov.watch_langchain()` LangChain does so by itself for each call while the variable
GITPROV_LANGCHAIN is set. A call is recorded before its callback returns, so nothing remains to be written
when the program ends.
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import Any

from gitprov.interop.calls import openai
from gitprov.interop.calls.call import ModelCall, ModelRequest, request_of, text_or_none
from gitprov.sdk.calls import base_class, plain, record

AGENT = "langchain"
VARIABLE = "GITPROV_LANGCHAIN"
_ROLES = {"human": "user", "system": "system", "developer": "developer"}

_requests: dict[Any, ModelRequest] = {}
"""Id of a run that goes on → what was sent."""


class LangchainCalls:
    """The methods of LangChain's `BaseCallbackHandler` that report calls of models.

    `agent` is its name in records.
    """

    raise_error = False
    run_inline = False
    ignore_llm = False
    ignore_chat_model = False
    ignore_chain = True
    ignore_agent = True
    ignore_retriever = True
    ignore_retry = True
    ignore_custom_event = True

    def __init__(self, agent: str = AGENT) -> None:
        super().__init__()
        self._agent = agent

    def on_chat_model_start(self, serialized: Any, messages: Any, *, run_id: Any, **kwargs: Any) -> None:
        """Keep the messages of a call until it is answered."""
        rows = [
            (_ROLES.get(getattr(message, "type", "")), _parts(getattr(message, "content", None)))
            for message in (messages or [[]])[0]
        ]
        self._start(run_id, rows, kwargs)

    def on_llm_start(self, serialized: Any, prompts: Any, *, run_id: Any, **kwargs: Any) -> None:
        """Keep the prompt of a call of a model without roles until it is answered."""
        self._start(run_id, [("user", prompt) for prompt in prompts], kwargs)

    def on_llm_end(self, response: Any, *, run_id: Any, **kwargs: Any) -> None:
        """Record an answer."""
        record(lambda: _call(_requests.pop(run_id, None), response, complete=True), self._agent, str(run_id))

    def on_llm_error(self, error: BaseException, *, run_id: Any, **kwargs: Any) -> None:
        """Record what had arrived of an answer that was cut off."""
        response = kwargs.get("response")
        record(lambda: _call(_requests.pop(run_id, None), response, complete=False), self._agent, str(run_id))

    @staticmethod
    def _start(run_id: Any, rows: list[tuple[Any, Any]], kwargs: dict[str, Any]) -> None:
        sent = plain(kwargs.get("invocation_params"))
        request = request_of(sent, rows, None)
        _requests[run_id] = request._replace(model=request.model or text_or_none(sent.get("model_name")))


def _call(request: ModelRequest | None, response: Any, *, complete: bool) -> ModelCall | None:
    """The call of a run: its request and the generations of the answer; None where these have no text."""
    reader = openai.ChatAnswer()
    rows = getattr(response, "generations", None) or [[]]
    for number, made in enumerate(rows[0]):
        reader.add(_choice(number, made))
    reply = reader.reply()
    if request is None or reply is None:
        return None
    facts = plain(getattr(response, "llm_output", None))
    model = reply.model or text_or_none(facts.get("model_name"))
    usage = reply.usage or {
        name: count for name, count in plain(facts.get("token_usage")).items() if type(count) is int
    }
    return ModelCall(request, reply._replace(model=model, usage=usage, complete=complete), None)


def _choice(number: int, made: Any) -> dict[str, Any]:
    """A generation of LangChain in the shape of a chat completion."""
    message = getattr(made, "message", None)
    facts = plain(getattr(message, "response_metadata", None))
    tools = [
        {
            "id": call.get("id"),
            "function": {"name": call.get("name"), "arguments": json.dumps(call.get("args"), default=str)},
        }
        for call in map(plain, getattr(message, "tool_calls", None) or ())
    ]
    content = _parts(getattr(message, "content", None))
    if isinstance(content, list):
        content = "".join(part["text"] for part in content if isinstance(part.get("text"), str))
    return {
        "id": facts.get("id") or _provider_id(getattr(message, "id", None)),
        "model": facts.get("model_name") or facts.get("model"),
        "usage": plain(getattr(message, "usage_metadata", None)),
        "choices": [
            {
                "index": number,
                "message": {"content": content or getattr(made, "text", None), "tool_calls": tools},
            }
        ],
    }


def _provider_id(name: Any) -> str | None:
    """The id of a message, None for the one that LangChain gives to messages without an id."""
    text = text_or_none(name)
    return None if text is None or text.startswith(("lc_run-", "run-")) else text


def _parts(content: Any) -> Any:
    """The content of a message, whose parts may be texts, as text or as a list of objects."""
    if not isinstance(content, list):
        return content
    return [{"text": part} if isinstance(part, str) else plain(part) for part in content]


def langchain_handler(agent: str = AGENT) -> Any:
    """A callback handler. GitprovError where LangChain is not installed."""
    return _handler_class()(agent)


def _handler_class() -> Any:
    base = base_class("langchain_core.callbacks.base", "BaseCallbackHandler", "langchain")
    return type("GitprovHandler", (LangchainCalls, base), {})


def watch_langchain() -> None:
    """Let LangChain make a handler for each call while the variable GITPROV_LANGCHAIN is set.

    GitprovError where LangChain is not installed.
    """
    register = base_class("langchain_core.tracers.context", "register_configure_hook", "langchain")
    variable: ContextVar[Any] = ContextVar("gitprov_langchain", default=None)
    register(variable, inheritable=True, handle_class=_handler_class(), env_var=VARIABLE)
