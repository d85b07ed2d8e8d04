"""Turns pushed to a real MLflow server, and read back through its interface (`make test-slow`)."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.servers.process import running
from tests.servers.pushing import pushed
from tests.support.notes import OTHER, TRACE, add_generation, add_note, trace_row
from tests.support.repo import GitRepo
from tests.support.sealed import sealed_env

pytestmark = pytest.mark.slow
#: How long the server may take to make its tables and to answer first, in seconds.
_START = 240.0


class Mlflow(NamedTuple):
    """A server by its port."""

    port: int

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """An answer of its interface."""
        url = f"http://127.0.0.1:{self.port}/api/{path}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the address is ours
            document: dict[str, Any] = json.load(answer)
        return document

    def traces(self, experiment: str) -> list[dict[str, Any]]:
        """The traces of an experiment, with their spans; the newest first."""
        place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}
        listed = self.ask("3.0/mlflow/traces/search", {"locations": [place], "max_results": 100})
        names = [row["trace_id"] for row in listed.get("traces", [])]
        return [self.ask(f"3.0/mlflow/traces/get?trace_id={name}")["trace"] for name in names]


def facts_of(trace: dict[str, Any]) -> dict[str, Any]:
    """Name → value of the attributes of a trace's only span; a list or an object is as protobuf has it."""
    (span,) = trace["spans"]
    return {row["key"]: next(iter(row["value"].values())) for row in span["attributes"]}


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mlflow]:
    """A server with an empty database, which reports nothing to its makers."""
    tools = os.environ.get("GITPROV_SERVERS")
    if not tools:
        pytest.skip("GITPROV_SERVERS is not set: `make test-slow` installs MLflow and names its folder")
    folder = tmp_path_factory.mktemp("mlflow")
    programs = Path(tools) / "venv/bin"
    env = {
        **sealed_env(folder),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    env["PATH"] = f"{programs}{os.pathsep}{env['PATH']}"
    options = ["--backend-store-uri", f"sqlite:///{folder}/store.db", "--artifacts-destination", str(folder)]
    command = [str(programs / "mlflow"), "server", "--host", "127.0.0.1", "--workers", "1", *options]
    with running(lambda ports: [*command, "--port", str(ports[0])], 1, env, folder, _START) as port:
        yield Mlflow(port)


@pytest.fixture
def noted(repo: GitRepo, request: pytest.FixtureRequest) -> GitRepo:
    """A commit with two traces, one of them with a prompt; each test has its own first commit, on which ids of traces depend."""
    repo.write("a.py", f"one\ntwo of {request.node.name}\n")
    oid = repo.commit("Add a")
    old = trace_row({"a.py": {"ai": "2"}}, id=OTHER, at="2026-01-30T09:00:00Z")
    add_note(repo, oid, trace_row({"a.py": {"ai": "1"}}, model="claude-\ud800\x00"), old)
    add_generation(repo, "write a function")
    repo.env["OTEL_EXPORTER_OTLP_TIMEOUT"] = "60000"  # The first request takes eight seconds.
    return repo


def test_rows_arrive_once(noted: GitRepo, mlflow: Mlflow) -> None:
    """Both turns are in the experiment with session and attributes; a second push sends nothing, content comes into the same trace."""
    experiment = mlflow.ask("2.0/mlflow/experiments/create", {"name": "shop"})["experiment_id"]
    noted.env["MLFLOW_EXPERIMENT_ID"] = experiment
    answer = pushed(noted, "mlflow", mlflow.port)
    assert (answer.sent, answer.problem, answer.refused) == (2, "", [])
    first, _ = traces = mlflow.traces(experiment)
    facts = facts_of(first)
    assert [facts_of(trace)["gitprov.trace"] for trace in traces] == [TRACE, OTHER]
    assert (facts["vcs.ref.head.revision"], facts["gitprov.lines.kept"]) == (noted.oid(), 7)
    assert (facts["mlflow.spanType"], facts.get("gen_ai.input.messages")) == ("CHAT_MODEL", None)
    assert first["trace_info"]["request_time"] == "2026-02-01T10:00:04Z"
    assert first["trace_info"]["trace_metadata"]["mlflow.trace.session"] == "0b9c"
    assert first["trace_info"]["tags"]["vcs.repository.name"] == "repo"
    assert "alice" not in json.dumps(traces).lower()
    assert pushed(noted, "mlflow", mlflow.port).present == 2
    assert pushed(noted, "mlflow", mlflow.port, content=True).sent == 1
    first, _ = mlflow.traces(experiment)
    assert "write a function" in first["trace_info"]["request_preview"]
    assert "write a function" in json.dumps(facts_of(first)["mlflow.spanInputs"])


def test_an_experiment_that_does_not_exist(noted: GitRepo, mlflow: Mlflow) -> None:
    """The server refuses its number, so rows wait; what is no number is refused for each row."""
    noted.env["MLFLOW_EXPERIMENT_ID"] = "4711"
    answer = pushed(noted, "mlflow", mlflow.port)
    assert (answer.sent, answer.waiting, answer.problem) == (0, 2, "HTTP 404")
    noted.env["MLFLOW_EXPERIMENT_ID"] = "shop"
    answer = pushed(noted, "mlflow", mlflow.port)
    assert {row.reason for row in answer.refused} == {"the target rejects it (HTTP 400)"}
    assert (answer.sent, len(answer.refused)) == (0, 2)
