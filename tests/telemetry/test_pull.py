"""`gitprov pull`: services on loopback replay answers, and lines of their outputs are recognized in a commit."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gitprov.feeds.keyring import with_keys
from gitprov.flow.capture.moment import Moment
from gitprov.flow.exchange.pull import PullOrder, pull
from gitprov.interop.telemetry import services
from gitprov.interop.telemetry.services import SERVICES
from gitprov.model.answers.pull import PullAnswer
from gitprov.store.inbox import outputs
from gitprov.store.inbox.inbox import Inbox
from tests.sdks import answers
from tests.support.registry import LoopbackRegistry, Reply, basic, running
from tests.support.repo import GitRepo
from tests.telemetry.samples import AT, OUTPUT, PROMPT

pytest.importorskip("httpx")
KEY = "key-9f8e7d6c5b4a3f2e1d0c"
ENV = {
    "LANGSMITH_API_KEY": KEY, "LANGSMITH_PROJECT": "shop", "WANDB_API_KEY": KEY, "WANDB_ENTITY": "team",
    "WANDB_PROJECT": "shop", "HELICONE_API_KEY": KEY, "LANGFUSE_PUBLIC_KEY": "pk", "LANGFUSE_SECRET_KEY": KEY,
}  # fmt: skip
TIME = answers.TIME
CHAT = {"id": "r1", "model": "m-1", "choices": [{"message": {"role": "assistant", "content": OUTPUT}}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 9}}  # fmt: skip
ASKED = {"model": "m", "temperature": 0.5, "messages": [{"role": "user", "content": PROMPT}]}
V2 = (
    "/api/public/v2/observations?type=GENERATION&fromStartTime=2026-01-25T10%3A00%3A04Z&limit=50"
    "&fields=core%2Cbasic%2Cio%2Cmodel%2Cusage%2Cprompt"
)
V1 = "/api/public/observations?type=GENERATION&fromStartTime=2026-01-25T10%3A00%3A04Z&limit=50&page="


def reply(value: object, **more: Any) -> Reply:
    """An answer in JSON."""
    return Reply(data=json.dumps(value).encode(), **more)


def langsmith(server: LoopbackRegistry) -> None:
    """Two pages, of which the second ends in a run without an output."""
    server.add("/api/v1/sessions?name=shop&limit=1", reply([answers.langsmith_project()]))
    first = {"items": [answers.langsmith_run(1)], "next_cursor": "c2"}
    second = {"items": [{**answers.langsmith_run(2), "outputs": None}], "next_cursor": None}
    server.add("/api/v2/runs/query", reply(first), reply(second))


def old_langsmith(server: LoopbackRegistry) -> None:
    """As above, of a server that has only the older interface."""
    server.add("/api/v1/sessions?name=shop&limit=1", reply([answers.langsmith_project()]))
    first = {"runs": [answers.old_langsmith_run(1)], "cursors": {"next": "c2"}}
    second = {"runs": [{**answers.old_langsmith_run(2), "outputs": None}], "cursors": {"next": None}}
    server.add("/api/v1/runs/query", reply(first), reply(second))


def weave(server: LoopbackRegistry) -> None:
    """A call of a model, and one of a function."""
    function = {"id": "c2", "trace_id": "t", "started_at": TIME + "Z", "inputs": {"x": 1}, "output": "text"}
    rows = [answers.weave_call(), function]
    data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    server.add("/calls/stream_query", Reply(data=data, kind="application/jsonl"))


def helicone(server: LoopbackRegistry) -> None:
    """A request whose texts are elsewhere, one whose texts are gone, and one whose address is not usable."""
    facts = {"request_created_at": TIME + "+00:00", "request_model": "m", "prompt_tokens": 7, "completion_tokens": 9,
             "request_properties": {"Helicone-Session-Id": "s"}}  # fmt: skip
    rows = [
        {**facts, "request_id": f"q{n}", "signed_body_url": url}
        for n, url in enumerate((f"{server.address}/bodies/1?s=x", f"{server.address}/gone", "http://evil.example/x", "http://[", None))
    ]  # fmt: skip
    server.add("/v1/request/query-clickhouse", reply({"data": rows, "error": None}))
    server.add("/bodies/1?s=x", reply({"request": ASKED, "response": CHAT}))


def langfuse(server: LoopbackRegistry) -> None:
    """Two pages of the present interface."""
    row = answers.langfuse_observation("o1")
    server.add(V2, reply({"data": [row], "meta": {"cursor": "c2"}}))
    server.add(V2 + "&cursor=c2", reply({"data": [{**row, "id": "o2", "output": None}], "meta": {}}))


def old_langfuse(server: LoopbackRegistry) -> None:
    """Two pages of the older interface, which alone is there."""
    row = {"id": "o1", "traceId": "s", "startTime": TIME + "Z", "model": "m-1", "usage": {"input": 7, "output": 9},
           "modelParameters": {"temperature": 0.5}, "input": [{"role": "user", "content": PROMPT}],
           "output": {"role": "assistant", "content": OUTPUT}}  # fmt: skip
    server.add(V1 + "1", reply({"data": [row], "meta": {"page": 1, "totalPages": 2}}))
    server.add(V1 + "2", reply({"data": [], "meta": {"page": 2, "totalPages": 2}}))


@pytest.fixture
def server() -> Iterator[LoopbackRegistry]:
    """A service that knows nothing yet."""
    with running() as running_server:
        yield running_server


def pulled(repo: GitRepo, name: str, server: LoopbackRegistry, **more: Any) -> PullAnswer:
    """One pull in this process, with retries that do not wait."""
    order = PullOrder(SERVICES[name], server.address, name, 7, 500, False)._replace(**more)
    moment = Moment(float(AT), repo.env, str(repo.path))
    return pull(order, moment, ENV, retry_wait=0.0)


CASES = [
    ("langsmith", langsmith, {"x-api-key": KEY}, 2),
    ("langsmith", old_langsmith, {"x-api-key": KEY}, 2),
    ("weave", weave, {"authorization": basic("api", KEY)}, 2),
    ("helicone", helicone, {"authorization": f"Bearer {KEY}"}, 5),
    ("langfuse", langfuse, {"authorization": basic("pk", KEY)}, 2),
    ("langfuse", old_langfuse, {"authorization": basic("pk", KEY)}, 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "fill", "headers", "listed"), CASES, ids=[case[1].__name__ for case in CASES]
)
def test_services(
    repo: GitRepo, server: LoopbackRegistry, name: str, fill: Any, headers: dict[str, str], listed: int
) -> None:
    """Each service's calls become generations, once however often they are pulled; the key goes nowhere else."""
    fill(server)
    answer = pulled(repo, name, server)
    assert answer == PullAnswer(name, server.address, False, "2026-01-25T10:00:04Z", listed, 1, (), "")
    for _, path, sent in server.requests:
        is_text = path.startswith(("/bodies", "/gone"))
        assert (headers.items() <= sent.items()) != is_text
        assert not (is_text and KEY in str(sent))
    inbox = Inbox(str(repo.inbox()))
    (waiting,) = outputs.waiting_outputs(inbox)
    turn: Any = inbox.turn(waiting.key, waiting.turn)
    assert (turn.agent, turn.model, turn.session, turn.at) == (name, "m-1", "s", "2026-02-01T10:00:04Z")
    assert (turn.params, turn.usage) == ({"temperature": 0.5}, {"input_tokens": 7, "output_tokens": 9})
    fill(server)
    assert pulled(repo, name, server).recorded == 1
    assert len(outputs.waiting_outputs(inbox)) == 1
    for file in (repo.path / ".git").rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes()


def test_a_story(repo: GitRepo, server: LoopbackRegistry) -> None:
    """The command records what it lists, and after a commit the lines of the output are the model's."""
    repo.install()
    langsmith(server)
    repo.env.update(ENV, LANGSMITH_ENDPOINT=server.address + "/api/v1")
    dry = repo.gitprov("pull", "langsmith", "--days", "3650", "-n").stdout
    assert dry.startswith(f"langsmith {server.address}/api/v1: 2 calls since ")
    assert dry.endswith("1 would be recorded\n")
    langsmith(server)
    done = json.loads(repo.gitprov("pull", "langsmith", "--agent", "shop-bot", "--json").stdout)
    assert (done["recorded"], done["problem"]) == (1, "")
    repo.write("area.py", OUTPUT + "person = 1\n")
    repo.commit("Add area")
    assert repo.classes("area.py") == ["ai", "ai", "unknown"]
    assert [(row["agent"], row["model"]) for row in repo.traces()] == [("shop-bot", "m-1")]
    server.add("/api/v2/runs/query", Reply(401))
    failed = repo.gitprov("pull", "langsmith", check=False)
    assert (failed.returncode, "it refuses the credentials (HTTP 401)" in failed.stderr) == (3, True)
    assert KEY not in failed.stderr + failed.stdout


FAULTS = [
    ("no rows", reply({}), "the answer has no list of rows"),
    ("no JSON", Reply(data=b"<html>"), "its answer is no JSON"),
    ("gone", Reply(410), "HTTP 410"),
    ("no path", Reply(404), "no such project or path"),
    ("wrong", Reply(400), "HTTP 400"),
    ("elsewhere", Reply(302, headers=(("location", "http://evil.example/"),)), "redirects to another host"),
]


def test_faults(repo: GitRepo, server: LoopbackRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that does not answer as it should is a problem with its reason; what came before it is kept."""
    for name, answer, words in FAULTS:
        server.add("/v1/request/query-clickhouse", answer)
        assert words in pulled(repo, "helicone", server).problem, name
    assert "no such project" in pulled(repo, "langsmith", server).problem
    server.add("/api/v1/sessions?name=shop&limit=1", reply([]))
    assert "no such project" in pulled(repo, "langsmith", server).problem
    assert "no such project" in pulled(repo, "langfuse", server).problem
    langsmith(server)
    server.add(
        "/api/v2/runs/query",
        reply({"items": [answers.langsmith_run(1)], "next_cursor": "c2"}),
        Reply(500),
    )
    half = pulled(repo, "langsmith", server)
    assert (half.recorded, half.problem) == (1, "HTTP 500")
    monkeypatch.setattr(services, "PAGE", 2)
    for most, listed in ((4, 4), (3, 3)):
        rows = [{"request_id": str(n), "response_body": CHAT} for n in range(2)]
        server.add("/v1/request/query-clickhouse", reply({"data": rows}))
        assert pulled(repo, "helicone", server, most=most, dry_run=True).listed == listed
    assert [json.loads(body)["offset"] for body in server.bodies[-2:]] == [0, 2]


def test_arguments(repo: GitRepo) -> None:
    """An unknown service, a missing key and an empty agent are usage errors that name what is missing."""
    for words, text in ((["x"], "there is no service"), (["helicone"], "Helicone needs HELICONE_API_KEY"), (["weave", "--agent", ""], "--agent is empty")):  # fmt: skip
        done = repo.gitprov("pull", *words, check=False)
        assert (done.returncode, text in done.stderr) == (2, True)


def test_keys_of_the_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is not set comes from the keyring; without its library, or where it fails, nothing comes."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert with_keys(["A"], {"B": "b"}) == {"B": "b"}
    (tmp_path / "keyring.py").write_text(
        "def get_password(service, name):\n    return {'A': service + '/' + name}[name]\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "keyring")
    assert with_keys(["A", "B"], {"B": "b"}) == {"B": "b", "A": "gitprov/A"}
    assert with_keys(["A", "C"], {}) == {}
    assert with_keys(["B"], {"B": "b"}) == {"B": "b"}
