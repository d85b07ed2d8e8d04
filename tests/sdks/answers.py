"""Answers of services that list calls of models, with the fields that their own libraries require."""

from __future__ import annotations

import json
from typing import Any

TIME = "2026-02-01T10:00:04.123456"
OUTPUT = "def area(w, h):\n    return w * h\n"
PROMPT = "Write a function for an area."
PROJECT = "5f0c1c6e-0000-4000-8000-000000000001"
_TRACE = "5f0c1c6e-0000-4000-8000-0000000000aa"


def langsmith_project() -> dict[str, Any]:
    """A project as LangSmith lists it."""
    return {"id": PROJECT, "tenant_id": _TRACE, "reference_dataset_id": None, "name": "shop"}


def langsmith_run(number: int) -> dict[str, Any]:
    """A run as LangSmith's present interface lists it."""
    run = old_langsmith_run(number)
    metadata = run["extra"].pop("metadata")
    thread = metadata.pop("thread_id")
    return {**run, "run_type": "LLM", "start_time": TIME + "Z", "metadata": metadata, "thread_id": thread}


def old_langsmith_run(number: int) -> dict[str, Any]:
    """A run as LangSmith lists it for clients of before 2026."""
    message = {"id": ["langchain", "schema", "messages", "HumanMessage"], "kwargs": {"content": PROMPT}}
    return {
        "id": f"5f0c1c6e-0000-4000-8000-1{number:011d}", "trace_id": _TRACE, "name": "ChatModel", "run_type": "llm",
        "start_time": TIME, "inputs": {"messages": [[message]]}, "outputs": {"generations": [[{"text": OUTPUT}]]},
        "prompt_tokens": 7, "completion_tokens": 9,
        "extra": {"metadata": {"ls_model_name": "m-1", "thread_id": "s"}, "invocation_params": {"temperature": 0.5, "tools": []}},
    }  # fmt: skip


def langfuse_observation(name: str) -> dict[str, Any]:
    """An observation as Langfuse's present interface lists it."""
    return {
        "id": name, "traceId": "t", "projectId": "p", "sessionId": "s", "type": "GENERATION", "startTime": TIME + "Z",
        "providedModelName": "m-1", "modelParameters": {"temperature": 0.5},
        "input": json.dumps([{"role": "user", "content": PROMPT}]), "output": OUTPUT, "usageDetails": {"input": 7, "output": 9},
        "promptName": "area", "promptVersion": 3,
    }  # fmt: skip


def weave_call() -> dict[str, Any]:
    """A call of a model as Weave lists it."""
    asked = {"model": "m", "temperature": 0.5, "messages": [{"role": "user", "content": PROMPT}]}
    reply = {
        "id": "r1", "model": "m-1", "choices": [{"message": {"role": "assistant", "content": OUTPUT}}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 9},
    }  # fmt: skip
    return {
        "id": "c1", "project_id": "team/shop", "op_name": "chat", "trace_id": "t", "started_at": TIME + "Z",
        "attributes": {}, "inputs": asked, "output": reply, "thread_id": "s",
    }  # fmt: skip


def answer_to(path: str) -> Any:
    """What a service answers to a request of its library."""
    if "/v2/runs/query" in path:
        return {"items": [langsmith_run(1)], "next_cursor": None}
    if "/runs/query" in path:
        return {"runs": [old_langsmith_run(1)], "cursors": {"next": None}}
    if path.endswith("/info"):
        return {"version": "0.16.0"}
    if "/sessions" in path:
        return [langsmith_project()]
    if "/v2/observations" in path:
        return {"data": [langfuse_observation("o1")], "meta": {}}
    return weave_call() if "/calls/stream_query" in path else {}
