"""Above twenty traces a message names them together, by their digest; everything that reads trailers knows what it means."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.support.agent import Agent
from tests.support.hostile import measured
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

MANY = 25


def _work(agent: Agent, first: int, count: int) -> None:
    """The model writes `count` files of two lines, each on a prompt of its own."""
    for n in range(first, first + count):
        agent.prompt(f"file number {n}")
        agent.write(f"f{n:02}.py", f"value_{n} = {n}\nprint(value_{n})\n")


def _commit(repo: GitRepo, agent: Agent, first: int = 0, count: int = MANY) -> None:
    _work(agent, first, count)
    repo.git("add", "-A")
    repo.commit_staged(f"Add files from {first}")


def _trailers(repo: GitRepo, rev: str = "HEAD") -> list[str]:
    """The values of the `AI-Trace` trailers of a commit."""
    shown = repo.git("log", "-1", "--format=%(trailers:key=AI-Trace,valueonly)", rev).stdout
    return shown.split()


def _ids(repo: GitRepo, rev: str = "HEAD") -> list[str]:
    """The trace ids of the note of a commit."""
    return [row["id"] for row in repo.traces(rev)]


def _digest(traces: list[str]) -> str:
    return "sha256:" + hashlib.sha256("".join(f"{one}\n" for one in sorted(traces)).encode()).hexdigest()


def _verified(repo: GitRepo, *revs: str) -> list[str]:
    """The kinds of what `gitprov verify` finds, information left out."""
    rows = map(json.loads, repo.gitprov("verify", "--json", *revs, check=False).stdout.splitlines())
    return sorted(row["kind"] for row in rows if row["type"] == "finding" and row["level"] != "info")


def test_one_line_names_many(project: GitRepo, agent: Agent) -> None:
    """A commit of 25 traces has one trailer, the digest of its note's trace ids; blame, log, show and verify agree."""
    _commit(project, agent)
    traces = _ids(project)
    assert len(traces) == MANY
    assert _trailers(project) == [_digest(traces)]
    assert _verified(project) == []
    assert "(a trailer;" not in project.gitprov("show", "HEAD").stdout
    entry = json.loads(project.git("ai-log", "--json", "-1").stdout.splitlines()[0])
    assert (entry["class"], entry["declared"], len(entry["traces"])) == ("ai", [], MANY)
    lines = json.loads(project.git("ai-blame", "--json", "f00.py").stdout)["lines"]
    assert {line["class"] for line in lines} == {"ai"}


def test_twenty_are_named_one_by_one(project: GitRepo, agent: Agent) -> None:
    """Twenty traces are twenty trailers, as they were."""
    _commit(project, agent, count=20)
    assert sorted(_trailers(project)) == sorted(_ids(project))


def test_an_amendment_follows_the_number(project: GitRepo, agent: Agent) -> None:
    """An amendment writes the digest anew, goes over to single names when traces go, and back."""
    _commit(project, agent)
    _work(agent, MANY, 1)
    project.git("add", "-A")
    project.commit_staged("More", "--amend")
    assert _trailers(project) == [_digest(_ids(project))]
    project.git("rm", "-q", *(f"f{n:02}.py" for n in range(10)))
    project.commit_staged("Less", "--amend")
    assert sorted(_trailers(project)) == sorted(_ids(project))
    assert len(project.traces()) == MANY + 1 - 10
    _work(agent, 50, 8)
    project.git("add", "-A")
    project.commit_staged("More again", "--amend")
    assert _trailers(project) == [_digest(_ids(project))]
    assert _verified(project) == []


def test_the_gate_keeps_the_line(project: GitRepo, agent: Agent) -> None:
    """A message that lost the line is refused in a few lines; the digest with a reason lets all of them go."""
    _work(agent, 0, MANY)
    project.git("add", "-A")
    editor = project.path.parent / "editor"
    editor.write_text("#!/bin/sh\necho 'no trailer' >\"$1\"\n")
    editor.chmod(0o755)
    project.env["GIT_EDITOR"] = str(editor)
    refused = project.git("commit", "-e", "-m", "Add", check=False)
    assert refused.returncode == 1
    assert "25 traces" in refused.stderr
    assert refused.stderr.count("gen_") == 0
    digest = refused.stderr.partition("AI-Trace-Dropped: ")[2].split()[0]
    project.env["GIT_EDITOR"] = "true"
    editor.write_text(f"#!/bin/sh\nprintf 'Add\\n\\nAI-Trace-Dropped: {digest} not worth it\\n' >\"$1\"\n")
    project.env["GIT_EDITOR"] = str(editor)
    project.git("commit", "-q", "-e", "-m", "Add")
    assert _trailers(project) == []
    dropped = next(row["dropped"] for row in project.note() if row["kind"] == "commit")
    assert list(dropped.values()) == ["not worth it"] * MANY
    assert _verified(project) == []


def test_a_squash_keeps_what_both_lines_say(project: GitRepo, agent: Agent) -> None:
    """A rebase that squashes two such commits leaves both digests in the message; the old notes say what they stand for."""
    _commit(project, agent)
    _commit(project, agent, first=MANY)
    project.env["GIT_SEQUENCE_EDITOR"] = "sed -i '2s/^pick/squash/'"
    project.env["GIT_EDITOR"] = "true"
    project.git("rebase", "-q", "-i", "HEAD~2")
    message = project.git("log", "-1", "--format=%B").stdout
    assert message.count("AI-Trace: sha256:") == 2
    assert len(_ids(project)) == 2 * MANY
    assert _verified(project) == []
    assert json.loads(project.gitprov("heal", "--json").stdout)["healed"] == []


def test_heal_finds_the_source_by_the_digest(project: GitRepo, agent: Agent) -> None:
    """A squash by a server, with another author, date and subject, gets its note by the digest in its message."""
    base = project.oid()
    _commit(project, agent)
    traces, tree = set(_ids(project)), project.git("rev-parse", "HEAD^{tree}").stdout.strip()
    message = f"All of it (#1)\n\n* Add files\n\nAI-Trace: {_digest(list(traces))}\n"
    other = {"GIT_AUTHOR_NAME": "Server", "GIT_AUTHOR_DATE": "1800000000 +0000"}
    project.env.update(other)
    made = project.git("commit-tree", tree, "-p", base, "-m", message).stdout.strip()
    project.git("branch", "squashed", made)
    assert "no-note" in _verified(project, f"{made}^!")
    project.gitprov("heal", made)
    assert set(_ids(project, made)) == traces
    assert _verified(project, f"{made}^!") == []


def test_a_digest_of_nothing_here_is_unknown(project: GitRepo, agent: Agent) -> None:
    """A line that names traces which no note here has together is no evidence, and no fault of the commit either."""
    agent.write("a.py", "a = 1\n")
    project.git("add", "-A")
    project.commit_staged("Add a\n\nAI-Trace: " + _digest(["gen_20260101_0000000000"]))
    assert _verified(project) == ["unknown-traces"]


def test_a_plain_pick_keeps_the_digest_true(project: GitRepo, agent: Agent) -> None:
    """A pick onto another branch carries note and line together."""
    base = project.oid()
    _commit(project, agent)
    traces, made = set(_ids(project)), project.oid()
    project.git("checkout", "-q", "-b", "side", base)
    project.write("other", "by hand\n")
    project.commit("Other")
    project.git("cherry-pick", made)
    assert set(_ids(project)) == traces
    assert _trailers(project) == [_digest(list(traces))]
    assert _verified(project) == []


def test_thirty_thousand_trailers_take_linear_time(project: GitRepo, agent: Agent) -> None:
    """A message with 30,000 trailers stops no command: each is done in seconds, where a quadratic one takes minutes."""
    agent.write("a.py", "a = 1\n")
    project.git("add", "-A")
    names = "".join(f"AI-Trace: gen_20260101_{n:010x}\n" for n in range(30_000))
    message = project.path.parent / "message"
    message.write_text(f"Add a\n\n{names}")
    commands = [
        ["git", "commit", "-q", "-F", str(message)],
        ["git", "ai-log", "--json", "-1"],
        ["git", "ai-blame", "a.py"],
        ["gitprov", "show", "HEAD"],
        ["gitprov", "verify", "--json"],
        ["gitprov", "heal"],
        ["git", "commit", "-q", "--amend", "--no-edit"],
    ]
    for command in commands:
        used = measured(project, *command)
        assert used.status in (0, 1), (command, used.err)
        assert used.cpu < 60, command
    assert len(project.traces()) == 1


def test_a_digest_that_is_let_go_is_not_looked_for(project: GitRepo, agent: Agent) -> None:
    """Heal asks for no note where the message itself lets the digest go."""
    agent.write("a.py", "a = 1\n")
    project.git("add", "-A")
    digest = _digest(["gen_20260101_0000000000"])
    project.commit_staged(f"Add a\n\nAI-Trace: {digest}\nAI-Trace-Dropped: {digest} lost")
    told = project.gitprov("heal", "--json", "--all").stdout
    assert digest not in told
    assert _verified(project) == []
