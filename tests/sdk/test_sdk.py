"""What programs call, in this process: contexts, decorators, named prompts, and where there is no repository."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import gitprov
from gitprov.errors import UsageError
from gitprov.flow.evidence.gather import gather
from gitprov.model.event import Turn
from gitprov.sdk import notices
from gitprov.store.inbox import outputs
from gitprov.store.inbox.inbox import Inbox
from tests.support.repo import GitRepo


@pytest.fixture(autouse=True)
def inside(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process stands in the repository, and has shown no notice."""
    monkeypatch.chdir(repo.path)
    monkeypatch.setattr(os, "environ", dict(repo.env))
    notices._shown.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def turns(repo: GitRepo) -> list[tuple[str, Turn, str | None, str | None]]:
    """(path, turn, its prompt, its output) of each event."""
    inbox = Inbox(str(repo.inbox()))
    evidence = gather(inbox)
    rows = []
    for event in evidence.events:
        turn = evidence.turns[(str(event.key), str(event.turn))]
        texts = (inbox.kept(ref) for ref in (turn.prompt, turn.output))
        prompt, output = (None if text is None else text.decode() for text in texts)
        rows.append((event.path, turn, prompt, output))
    return rows


def waiting(repo: GitRepo) -> int:
    """How many outputs wait."""
    return len(outputs.waiting_outputs(Inbox(str(repo.inbox()))))


def test_a_generation_of_two_files(repo: GitRepo) -> None:
    """Files of one statement share a turn; what came last fills it in, also where an exception ends it."""

    def fail() -> None:
        with g:
            g.wrote(repo.write("a.py", "x\n"))
            g.wrote(repo.write("b.py", "y\n"))
            g.output, g.usage["tokens"] = "x and y", 3
            raise KeyError

    g = gitprov.generation(prompt="p", model="m")
    with pytest.raises(KeyError):
        fail()
    (path, turn, *texts), other = turns(repo)
    assert [path, other[0], *texts] == ["a.py", "b.py", "p", "x and y"]
    assert turn.turn == other[1].turn
    assert (turn.model, turn.agent, turn.usage) == ("m", "python", {"tokens": 3})
    assert g.paths == ("a.py", "b.py")
    assert waiting(repo) == 0


def test_decorators_and_named_prompts(repo: GitRepo) -> None:
    """A returned text is the output, returned paths are files; a prompt's name is the next generation's alone."""

    @gitprov.generates(prompt=lambda name: f"write {name}", model="m", files="a.py")
    def text(name: str) -> str:
        """Writes."""
        repo.write("a.py", name)
        return name

    @gitprov.generates(model="m")
    async def path() -> list[Path]:
        return [repo.write("b.py", "y\n")]

    @gitprov.prompt("doc", version="3")
    def question() -> str:
        """Write a file."""
        return "question"

    assert gitprov.prompt("named", "Write {x}", version="2") == "Write {x}"
    assert (text("x\n"), text.__doc__) == ("x\n", "Writes.")
    assert question() == "question"
    assert asyncio.run(path()) == [repo.path / "b.py"]
    gitprov.record(prompt="q", files=repo.write("c.py", "z\n"))
    facts = [(file, turn.prompt_name, turn.prompt_version, *texts) for file, turn, *texts in turns(repo)]
    assert facts == [
        ("a.py", "named", "2", "write x\n", "x\n"),
        ("b.py", "doc", "3", "Write a file.", None),
        ("c.py", None, None, "q", None),
    ]


def test_an_output_without_files_waits(repo: GitRepo) -> None:
    """Only an output waits: there is nothing to recognize a prompt by."""
    assert gitprov.record(prompt="p", output="x = 1\n") == ()
    gitprov.record(prompt="p")
    assert waiting(repo) == 1


def test_without_a_repository_it_says_so_once(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside of work trees nothing is recorded and the program goes on; a wrong path is the program's error."""
    outside = tmp_path / "outside.py"
    outside.write_text("x\n")
    with pytest.raises(UsageError, match="is not there"):
        gitprov.record(files=["gone.py"])
    with pytest.warns(RuntimeWarning, match="outside of all git work trees"):
        assert gitprov.record(files=[outside, repo.write("a.py", "x\n")]) == ("a.py",)
    monkeypatch.chdir(tmp_path)
    with pytest.warns(RuntimeWarning, match="nothing is recorded: not in a git work tree") as shown:
        gitprov.record(output="x\n")
    assert [row.filename for row in shown] == [__file__]
    gitprov.record(output="x\n")
    with gitprov.generation(prompt="p") as g:
        g.wrote(outside)
    assert g.paths == ()


def test_a_secret_is_nowhere_below_git(hooked: GitRepo) -> None:
    """Neither the inbox nor git's objects have a secret of a prompt, an output, or a field; finds are counted."""
    secret = "AKIA" + "QX7ZJ4N2M5K8P3RT"
    prompt, output = f"use {secret} please", f"key is {secret}\nx = 1\n"
    facts = {"params": {"header": secret}, "session": secret, "prompt_name": secret, "request_id": secret}
    gitprov.record(prompt=prompt, output=output, model=secret, files=hooked.write("a.py", "x = 1\n"), **facts)
    gitprov.record(prompt=prompt, output=output)
    hooked.commit("All of it")
    (trace,) = hooked.generations()
    record = hooked.generation(trace)
    assert (record["prompt"]["redactions"], record["output"]["redactions"]) == (1, 1)
    everything = [hooked.git_bytes("cat-file", "--batch-all-objects", "--batch")]
    for path in (hooked.path / ".git").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            everything.append(data)
            try:
                everything.append(zlib.decompress(data))
            except zlib.error:
                pass
    assert not any(secret.encode() in data for data in everything)


def test_import_loads_nothing() -> None:
    """`import gitprov` loads no other module."""
    code = "import sys; old = set(sys.modules); import gitprov; print(set(sys.modules) - old)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'gitprov'}"
