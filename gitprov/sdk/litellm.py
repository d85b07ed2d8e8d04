"""`gitprov.litellm_logger`: records what models answer a program that calls them through litellm.

    litellm.callbacks = [gitprov.litellm_logger()]

A call is recorded before its callback returns, so nothing remains to be written when the program ends.
"""

from __future__ import annotations

from typing import Any

from gitprov.interop.calls import openai
from gitprov.interop.calls.answer import ArrivingAnswer
from gitprov.interop.calls.call import ModelCall
from gitprov.sdk.calls import base_class, plain, record

AGENT = "litellm"


class LitellmCalls:
    """The methods of litellm's `CustomLogger` that report answered calls. `agent` is its name in records."""

    def __init__(self, agent: str = AGENT) -> None:
        super().__init__()
        self._agent = agent

    def log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
        """Record a call; of a streamed one, when all of its answer has arrived."""
        record(lambda: _call(kwargs, response_obj), self._agent, plain(kwargs).get("litellm_call_id"))

    async def async_log_success_event(
        self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """As `log_success_event`, for calls that are awaited."""
        self.log_success_event(kwargs, response_obj, start_time, end_time)


def litellm_logger(agent: str = AGENT) -> Any:
    """A callback for `litellm.callbacks`. GitprovError where litellm is not installed."""
    base = base_class("litellm.integrations.custom_logger", "CustomLogger", "litellm")
    return type("GitprovLogger", (LitellmCalls, base), {})(agent)


def __getattr__(name: str) -> Any:
    """`logger`, which litellm's proxy names in its configuration: `callbacks: gitprov.sdk.litellm.logger`."""
    if name != "logger":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return litellm_logger()


def _call(kwargs: Any, response: Any) -> ModelCall | None:
    """The call that litellm reports; None for calls that answer with no text, such as embeddings."""
    facts = plain(kwargs)
    complete = facts.get("async_complete_streaming_response") or facts.get("complete_streaming_response")
    answer = plain(complete or response)
    body = {**plain(facts.get("optional_params")), "model": facts.get("model")}
    if answer.get("object") == "response":
        reader: ArrivingAnswer = openai.ResponseAnswer()
        request = openai.response_request({**body, "input": facts.get("input") or facts.get("messages")})
    else:
        reader = openai.ChatAnswer()
        request = openai.chat_request({**body, "messages": facts.get("messages")})
    reader.add(answer)
    reply = reader.reply()
    return None if reply is None or not reply.complete else ModelCall(request, reply, None)
