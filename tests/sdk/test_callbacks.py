"""Callbacks of litellm and LangChain, called by hand with the values that these libraries hand over."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import uuid
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

import pytest

import gitprov
from gitprov.errors import GitprovError
from gitprov.model.event import Turn
from gitprov.sdk import notices
from gitprov.sdk.langchain import LangchainCalls
from gitprov.sdk.litellm import LitellmCalls
from gitprov.store.inbox import outputs
from gitprov.store.inbox.inbox import Inbox
from tests.support.recorded import lines
from tests.support.repo import GitRepo


class Model:
    """A value with `model_dump`, as models of pydantic have it."""

    def __init__(self, **fields: Any) -> None:
        self._fields = fields

    def model_dump(self) -> dict[str, Any]:
        return self._fields


class Waiting(NamedTuple):
    """What a test compares of a recorded call."""

    agent: str | None
    host: str | None
    model: str | None
    prompt: str
    output: str
    params: dict[str, Any]
    usage: dict[str, Any]
    name: str | None = None


@pytest.fixture
def inside(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> GitRepo:
    """A repository in which this process is."""
    monkeypatch.chdir(repo.path)
    for name, value in repo.env.items():
        monkeypatch.setenv(name, value)
    return repo


def recorded(repo: GitRepo) -> list[Waiting]:
    """The calls whose outputs wait, in the order of their prompts."""
    inbox = Inbox(str(repo.inbox()))
    turns = [inbox.turn(row.key, row.turn) for row in outputs.waiting_outputs(inbox)]
    return sorted(
        Waiting(turn.agent, turn.host, turn.model, _text(inbox, turn.prompt), _text(inbox, turn.output),
                dict(turn.params), dict(turn.usage), turn.prompt_name)
        for turn in turns
        if isinstance(turn, Turn)
    )  # fmt: skip


def _text(inbox: Inbox, ref: Any) -> str:
    return (inbox.kept(ref) or b"").decode()


def litellm_facts(call: str, prompt: str, **facts: Any) -> dict[str, Any]:
    """The first argument of litellm's callbacks."""
    sent = [{"role": "system", "content": "S"}, {"role": "user", "content": prompt}]
    parameters = {"temperature": 0.2, "api_key": "k", "extra_headers": {"Authorization": "k"}}
    return {"litellm_call_id": call, "model": "m", "messages": sent, "optional_params": parameters, **facts}


def completion(text: str) -> Model:
    """An answer of litellm."""
    return Model(
        id="c1", object="chat.completion", model="m-1", usage={"prompt_tokens": 3},
        choices=[{"index": 0, "message": {"content": text, "tool_calls": None}}],
    )  # fmt: skip


def test_litellm_reports(inside: GitRepo) -> None:
    """Calls of each kind are recorded once; chunks of streams, embeddings and what cannot be read are not."""
    logger = LitellmCalls("writer")
    logger.log_success_event(litellm_facts("1", "a"), completion("x = 1\n"), None, None)
    asyncio.run(logger.async_log_success_event(litellm_facts("1", "a"), completion("x = 1\n"), None, None))
    whole = litellm_facts("2", "b", complete_streaming_response=completion("y = 2\n"))
    logger.log_success_event(whole, Model(choices=[{"index": 0, "delta": {"content": "y"}}]), None, None)
    logger.log_success_event(
        litellm_facts("3", "c"), Model(choices=[{"delta": {"content": "y"}}]), None, None
    )
    logger.log_success_event(litellm_facts("4", "d"), Model(object="list", data=[]), None, None)
    item = {"type": "message", "content": [{"type": "output_text", "text": "z = 3\n"}]}
    answer = Model(object="response", id="r1", model="m-1", output=[item])
    logger.log_success_event(litellm_facts("5", "e", input="e", messages=None), answer, None, None)
    chat = {"temperature": 0.2, "system": "S", "messages": 2}
    assert recorded(inside) == [
        ("writer", "sdk", "m-1", "a", "x = 1\n", chat, {"prompt_tokens": 3}, None),
        ("writer", "sdk", "m-1", "b", "y = 2\n", chat, {"prompt_tokens": 3}, None),
        ("writer", "sdk", "m-1", "e", "z = 3\n", {"temperature": 0.2}, {}, None),
    ]


def message(kind: str, content: Any, **facts: Any) -> SimpleNamespace:
    """A message of LangChain."""
    return SimpleNamespace(type=kind, content=content, **facts)


def answered(*messages: SimpleNamespace, **facts: Any) -> SimpleNamespace:
    """LangChain's `LLMResult` of one prompt."""
    return SimpleNamespace(generations=[[SimpleNamespace(message=one) for one in messages]], **facts)


def test_langchain_reports(inside: GitRepo) -> None:
    """Chat models, plain models and cut streams; a run that failed before it answered is nothing."""
    handler = LangchainCalls()
    runs = [uuid.uuid4() for _ in range(5)]
    sent = {"model": "m", "temperature": 0.2, "api_key": "k"}
    for run, prompt in zip(runs, "abc", strict=False):
        parts = [message("system", "S"), message("human", [prompt, {"type": "image_url"}])]
        handler.on_chat_model_start({}, [parts], run_id=run, invocation_params=sent)
    tool = {"name": "write", "args": {"text": "t = 4\nu = 5"}, "id": "t1"}
    facts = {"id": "c1", "model_name": "m-1"}
    full = message("ai", [{"type": "text", "text": "x = 1\n"}, "y = 2\n"], tool_calls=[tool], response_metadata=facts,
                   usage_metadata={"input_tokens": 3}, id="lc_run-1")  # fmt: skip
    handler.on_llm_end(answered(full), run_id=runs[0])
    handler.on_llm_error(
        ValueError("cut"), run_id=runs[1], response=answered(message("ai", "z =", id="run-2"))
    )
    handler.on_llm_error(ValueError("refused"), run_id=runs[2])
    gitprov.prompt("question", "Ask {it}.")
    handler.on_llm_start({}, ["d"], run_id=runs[3], invocation_params={"model_name": "old", "stop": ["x"]})
    plain = SimpleNamespace(
        generations=[[SimpleNamespace(text="v = 6")]], llm_output={"token_usage": {"n": 2, "f": 0.5}}
    )
    handler.on_llm_end(plain, run_id=runs[3])
    handler.on_llm_end(plain, run_id=runs[4])
    chat = {"temperature": 0.2, "system": "S", "messages": 2}
    assert recorded(inside) == [
        ("langchain", "sdk", "m", "b", "z =", {**chat, "complete": False}, {}, None),
        ("langchain", "sdk", "m-1", "a", "x = 1\ny = 2\n\n\n[tool write t1]\ntext:\nt = 4\nu = 5", chat, {"input_tokens": 3}, None),
        ("langchain", "sdk", "old", "d", "v = 6", {"stop": ["x"]}, {"n": 2}, "question"),
    ]  # fmt: skip


def test_a_report_that_cannot_be_read_is_a_notice(inside: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library's values may change: the program goes on, with a warning."""
    monkeypatch.setattr(notices, "_shown", set())
    with pytest.warns(RuntimeWarning, match="a call was not recorded: TypeError"):
        LangchainCalls().on_llm_end(SimpleNamespace(generations=7), run_id=uuid.uuid4())
    assert recorded(inside) == []


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Stand-ins for the modules of both libraries; the list has what was registered."""
    registered: list[Any] = []

    def register(
        variable: Any, inheritable: bool, handle_class: Any = None, env_var: str | None = None
    ) -> None:
        registered.append((variable.get(), inheritable, handle_class, env_var))

    class Base:
        """A base class of a library."""

        def __init__(self) -> None:
            self.is_ready = True

    for path, name, value in (
        ("litellm.integrations.custom_logger", "CustomLogger", Base),
        ("langchain_core.callbacks.base", "BaseCallbackHandler", Base),
        ("langchain_core.tracers.context", "register_configure_hook", register),
    ):
        parts = path.split(".")
        for end in range(1, len(parts)):
            monkeypatch.setitem(sys.modules, ".".join(parts[:end]), ModuleType(parts[end - 1]))
        module = ModuleType(path)
        setattr(module, name, value)
        monkeypatch.setitem(sys.modules, path, module)
    registered.append(Base)
    return registered


def test_callbacks_are_the_libraries_own(libraries: list[Any]) -> None:
    """Both libraries take instances of their own classes alone, and LangChain makes them by a variable."""
    base = libraries.pop()
    from gitprov.sdk import litellm

    for made in (gitprov.litellm_logger(), gitprov.langchain_handler("x"), litellm.logger):
        assert isinstance(made, base)
        assert made.is_ready
    with pytest.raises(AttributeError):
        _ = litellm.other
    gitprov.watch_langchain()
    ((value, inheritable, kind, variable),) = libraries
    assert (value, inheritable, variable) == (None, True, "GITPROV_LANGCHAIN")
    assert isinstance(kind(), base)
    assert isinstance(kind(), LangchainCalls)


@pytest.mark.parametrize(
    ("make", "module", "extra"),
    [
        ("litellm_logger", "litellm", "litellm"),
        ("langchain_handler", "langchain_core", "langchain"),
        ("watch_langchain", "langchain_core", "langchain"),
    ],
)
def test_a_missing_library(make: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra."""
    for name in [name for name in sys.modules if name.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(GitprovError) as error:
        getattr(gitprov, make)()
    assert error.value.hint == f"pip install 'gitprov[{extra}]'"


LAST_ACT = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from gitprov.sdk.litellm import LitellmCalls
facts, answer = json.loads(sys.argv[1])
ThreadPoolExecutor().submit(LitellmCalls().log_success_event, facts, answer, None, None)
"""


def test_a_call_at_the_end_of_a_program(hooked: GitRepo) -> None:
    """A call whose callback is a program's last act, in a thread, is recorded; a commit recognizes its lines."""
    row = json.dumps([litellm_facts("1", "Write a."), completion("```\nfirst = 1\n```\n").model_dump()])
    subprocess.run([sys.executable, "-c", LAST_ACT, row], cwd=hooked.path, env=hooked.env, check=True)
    Path(hooked.path, "a.py").write_text("first = 1\nother = 2\n")
    hooked.commit("A")
    assert lines(hooked, "a.py") == [("ai", "litellm", "m-1", "first = 1")]
