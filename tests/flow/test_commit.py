"""Commits of evidence: what stands in the note, the trailers, the store and the inbox afterwards."""

from __future__ import annotations

import pytest

from tests.support.agent import Agent
from tests.support.claude import MODEL, ClaudeSession
from tests.support.commits import before_hook, claims, editor, gate, lines, stage
from tests.support.repo import GitRepo, run
from tests.support.sealed import START

TEN = lines(10)


@pytest.mark.slow
def test_an_agents_file(project: GitRepo) -> None:
    """A file the model wrote, committed: note, trailer, generation, and an empty inbox."""
    session = ClaudeSession(project)
    session.prompt("make a module")
    session.write_file("src/a.py", "x = 1\ny = 2\nz = 3\n")
    session.stop("Made it.")
    oid = project.commit("Add a module")

    [trace] = project.generations()
    assert project.message() == f"Add a module\n\nAI-Trace: {trace}"
    commit, row = project.note()
    assert commit == {
        "kind": "commit",
        "v": 1,
        "id": oid,
        "gate": "passed",
        "tool": commit["tool"],
        "added": 3,
    }
    record = project.generation(trace)
    assert row == {
        "kind": "trace",
        "v": 1,
        "id": trace,
        "agent": "claude-code",
        "model": MODEL,
        "session": session.session_id,
        "at": record["at"],
        "prompt": record["prompt"]["digest"],
        "key": record["key"],
        "prompt_version": None,
        "human": "Alice <alice@example.com>",
        "evidence": "captured",
        "files": {"src/a.py": {"ai": "1-3"}},
        "delta": {"raw": 3, "kept": 3, "edited": 0, "dropped": 0, "pending": 0},
    }
    assert project.generation_file(trace, "prompt.txt") == b"make a module"
    assert b"Made it." in project.generation_file(trace, "output.txt")
    assert project.generation_file(trace, "files/0.after") == b"x = 1\ny = 2\nz = 3\n"
    assert record["edits"][0]["before"] is None
    assert record["parent"] is None
    assert project.events() == []
    assert [path.name for path in (project.inbox() / "archive").glob("*.json")] == ["0000000001.json"]
    assert not (project.path / ".git/gitprov/plan.json").exists()
    assert not (project.path / ".git/gitprov/plan.blobs").exists()


@pytest.mark.slow
def test_edits_between_and_after(project: GitRepo) -> None:
    """What developers type between two turns, reword after them, and drop: each line is whose it is."""
    session = ClaudeSession(project)
    session.prompt("one")
    session.write_file("a.py", "import os\n\ndef one():\n    return os.getpid() + 1\n")
    project.write("a.py", "import os\n\ndef one():\n    return os.getpid() + 1\n\ndef mine():\n    pass\n")
    session.prompt("two")
    session.edit(
        "a.py",
        "def mine():\n",
        "def two(first, second):\n    return first\n    log(first)\n\n\ndef mine():\n",
    )
    text = project.read("a.py")
    text = text.replace("def two(first, second):", "def two(first, second, third):").replace(
        "    log(first)\n", ""
    )
    project.write("a.py", "#!/usr/bin/env python\n" + text)
    project.commit("Two turns")
    first, second = sorted(project.traces(), key=lambda row: str(row["at"]))
    assert project.read("a.py").splitlines() == [
        "#!/usr/bin/env python",
        "import os",
        "",
        "def one():",
        "    return os.getpid() + 1",
        "",
        "def two(first, second, third):",
        "    return first",
        "",
        "",
        "def mine():",
        "    pass",
    ]
    assert first["files"] == {"a.py": {"ai": "2-5"}}
    assert first["delta"] == {"raw": 4, "kept": 4, "edited": 0, "dropped": 0, "pending": 0}
    assert second["files"] == {"a.py": {"ai": "8-10", "edited": "7"}}
    assert second["delta"] == {"raw": 5, "kept": 3, "edited": 1, "dropped": 1, "pending": 0}
    assert {value for _, value in project.trailers()} == {first["id"], second["id"]}


@pytest.mark.slow
def test_partial_staging(project: GitRepo, agent: Agent) -> None:
    """Lines staged in two steps: each is claimed once, by one generation, and pending lines wait in the inbox."""
    agent.write("a.py", TEN)
    stage(project, "a.py", "".join(TEN.splitlines(keepends=True)[:4]))
    project.commit_staged("First part")
    [first] = project.traces()
    assert first["files"] == {"a.py": {"ai": "1-4"}}
    assert first["delta"] == {"raw": 10, "kept": 4, "edited": 0, "dropped": 0, "pending": 6}
    assert [event["seq"] for event in project.events()] == [1]

    project.commit("The rest")
    [second] = project.traces()
    assert second["files"] == {"a.py": {"ai": "5-10"}}
    assert second["delta"] == {"raw": 6, "kept": 6, "edited": 0, "dropped": 0, "pending": 0}
    assert second["id"] == first["id"]
    assert project.generations() == [first["id"]]
    assert project.trailers() == project.trailers("HEAD~1")
    assert project.events() == []


@pytest.mark.slow
def test_scripted_add_p(project: GitRepo, agent: Agent) -> None:
    """`git add -p` with one hunk taken: the note holds that hunk's lines alone."""
    project.write("a.py", TEN)
    project.commit("Base")
    agent.write("a.py", "first = 0\n" + TEN + "last = 11\n")
    project.git("add", "-p", "a.py", input="n\ny\n")
    project.commit_staged("Last")
    assert claims(project) == {"a.py": {"ai": "11"}}
    project.commit("First")
    assert claims(project) == {"a.py": {"ai": "1"}}
    assert project.events() == []


@pytest.mark.slow
def test_turn_goes_on_after_a_commit(project: GitRepo, agent: Agent) -> None:
    """Edits of one turn before and after a commit: two records, the second names the first as its parent."""
    agent.prompt("a long job")
    agent.write("a.py", "x = 1\n")
    project.commit("Half way")
    [first] = project.traces()
    agent.write("b.py", "y = 1\n")
    project.commit("Done")
    [second] = project.traces()
    assert first["id"] != second["id"]
    assert project.generation(second["id"])["parent"] == first["id"]
    assert [edit["path"] for edit in project.generation(second["id"])["edits"]] == ["b.py"]
    agent.write("c.py", "z = 1\n")
    project.commit("More")
    [third] = project.traces()
    assert project.generation(third["id"])["parent"] == second["id"]


def test_commit_all(project: GitRepo, agent: Agent) -> None:
    """`git commit -a` takes what the index does not have yet."""
    project.write("a.py", "a = 0\n")
    project.commit("Base")
    agent.write("a.py", "a = 0\nb = 1\n")
    project.git("commit", "-q", "-a", "-m", "All")
    assert claims(project) == {"a.py": {"ai": "2"}}
    assert gate(project) == "passed"
    assert project.events() == []


def test_commit_path(project: GitRepo, agent: Agent) -> None:
    """`git commit PATH` commits that file and leaves the evidence of the other one."""
    for name in ("a.py", "b.py"):
        agent.write(name, f"{name[0]} = 1\n")
    project.git("add", "-A")
    project.git("commit", "-q", "-m", "One", "--", "a.py")
    assert claims(project) == {"a.py": {"ai": "1"}}
    assert gate(project) == "passed"
    assert [event["path"] for event in project.events()] == ["b.py"]
    project.commit("Other")
    assert claims(project) == {"b.py": {"ai": "1"}}
    assert len(project.generations()) == 1


def test_commit_patch(project: GitRepo, agent: Agent) -> None:
    """`git commit -p` answers hunk by hunk."""
    project.write("a.py", TEN)
    project.commit("Base")
    agent.write("a.py", "first = 0\n" + TEN + "last = 11\n")
    project.git("commit", "-q", "-p", "-m", "Some", input="y\nn\n")
    assert claims(project) == {"a.py": {"ai": "1"}}
    assert gate(project) == "passed"
    assert project.traces()[0]["delta"]["pending"] == 1


def test_intent_to_add(project: GitRepo, agent: Agent) -> None:
    """A file announced with `git add -N` is not in the commit, and what is there stands as it should."""
    agent.write("a.py", "a = 1\n")
    agent.write("b.py", "b = 1\n")
    project.git("add", "a.py")
    project.git("add", "-N", "b.py")
    project.commit_staged("One")
    assert claims(project) == {"a.py": {"ai": "1"}}
    assert gate(project) == "passed"
    assert [event["path"] for event in project.events()] == ["b.py"]


def test_two_sessions_in_one_file(project: GitRepo) -> None:
    """Two agents edit one file: two traces, each with its own lines."""
    one, two = Agent(project, session="s1"), Agent(project, session="s2", model="model-2")
    one.prompt("one").write("a.py", "a = 1\nb = 2\n")
    two.prompt("two").write("a.py", "a = 1\nb = 2\nc = 3\n")
    one.prompt("three").write("a.py", "z = 0\na = 1\nb = 2\nc = 3\n")
    project.commit("Both")
    found = {row["model"]: row for row in project.traces() if row["files"]["a.py"] != {"ai": "1"}}
    assert found["model-1"]["files"] == {"a.py": {"ai": "2-3"}}
    assert found["model-2"]["files"] == {"a.py": {"ai": "4"}}
    assert len(project.generations()) == 3
    assert len(project.trailers()) == 3


@pytest.mark.slow
def test_subagent(project: GitRepo) -> None:
    """What a subagent wrote is a generation of its own that says so."""
    session = ClaudeSession(project)
    session.prompt("delegate")
    session.write_file("a.py", "a = 1\n")
    with session.subagent("write b"):
        session.write_file("b.py", "b = 1\n")
    session.stop()
    project.commit("Both")
    by_path = {path: row["id"] for row in project.traces() for path in row["files"]}
    assert set(by_path) == {"a.py", "b.py"}
    assert by_path["a.py"] != by_path["b.py"]
    assert project.generation(by_path["b.py"])["subagent"]["type"] == "general-purpose"
    assert project.generation_file(by_path["b.py"], "prompt.txt") == b"write b"
    assert project.generation_file(by_path["a.py"], "prompt.txt") == b"delegate"


def test_people(project: GitRepo, agent: Agent) -> None:
    """Lines that a person was seen to type are `human`, in a row of their own."""
    agent.write("a.py", "a = 1\n")
    agent.person("a.py", "a = 1\nb = 2\n", "Bob <bob@example.com>")
    project.commit("Both")
    [person] = [row for row in project.note() if row["kind"] == "human"]
    assert person["author"] == "Bob <bob@example.com>"
    assert person["files"] == {"a.py": {"human": "2"}}
    assert person["id"].startswith("h_")
    assert claims(project) == {"a.py": {"ai": "1"}}
    assert project.events() == []


def test_people_alone(project: GitRepo, agent: Agent) -> None:
    """A commit with lines of people alone has a note and no trailer."""
    agent.person("a.py", "a = 1\n")
    project.commit("Typed")
    assert [row["kind"] for row in project.note()] == ["commit", "human"]
    assert project.trailers() == []
    assert project.generations() == []


def test_without_evidence(project: GitRepo) -> None:
    """A commit nobody reported anything about leaves no note, no ref and no trailer."""
    project.write("a.py", "a = 1\n")
    project.commit("By hand")
    assert project.note() == []
    assert project.message() == "By hand"
    assert project.git("for-each-ref", "refs/notes", "refs/gitprov").stdout == ""


def test_evidence_elsewhere(project: GitRepo, agent: Agent) -> None:
    """Pending evidence for another file leaves no trace in a commit that does not touch that file."""
    agent.write("a.py", "a = 1\n")
    project.write("b.py", "b = 1\n")
    project.commit("By hand", "b.py")
    assert project.note() == []
    assert project.message() == "By hand"
    assert len(project.events()) == 1


@pytest.mark.slow
def test_spent_lines_are_not_claimed_again(project: GitRepo, agent: Agent) -> None:
    """A person who types what a commit deleted is not the model."""
    agent.write("a.py", TEN)
    stage(project, "a.py", "".join(TEN.splitlines(keepends=True)[:5]))
    project.commit_staged("Half")
    project.write("a.py", "line_1 = 1\n")
    project.commit("Cut")
    project.write("a.py", "".join(TEN.splitlines(keepends=True)[:5]))
    project.commit("Typed again")
    assert project.traces() == []


def test_unreported_lines_stay_unknown(project: GitRepo, agent: Agent) -> None:
    """A developer's lines beside the model's are in no row."""
    agent.write("a.py", "a = 1\nb = 2\n")
    project.write("a.py", "a = 1\nown_line()\nb = 2\n}\n")
    project.commit("Both")
    assert claims(project) == {"a.py": {"ai": "1,3"}}
    assert project.note()[0]["added"] == 4


def test_deleted_lines(project: GitRepo, agent: Agent) -> None:
    """Lines of the parent that the model removed are counted, and they alone make a row."""
    project.write("a.py", TEN)
    project.commit("Base")
    agent.write("a.py", "".join(TEN.splitlines(keepends=True)[3:]))
    project.commit("Shorter")
    assert claims(project) == {"a.py": {"deleted": 3}}
    assert project.traces()[0]["delta"] == {"raw": 0, "kept": 0, "edited": 0, "dropped": 0, "pending": 0}
    assert project.events() == []


@pytest.mark.slow
def test_merge_with_conflict(project: GitRepo, agent: Agent) -> None:
    """A merge commit's note holds only lines that are new to all parents."""
    project.write("a.py", "a = 1\nb = 2\nc = 3\n")
    project.commit("Base")
    project.git("switch", "-q", "-c", "side")
    agent.write("a.py", "a = 1\nb = 'side'\nc = 3\nside = 4\n")
    project.commit("Side")
    project.git("switch", "-q", "main")
    agent.prompt("main").write("a.py", "a = 1\nb = 'main'\nc = 3\n")
    project.commit("Main")
    project.git("merge", "-q", "side", check=False)
    agent.prompt("resolve").write("a.py", "a = 1\nb = 'both'\nc = 3\nside = 4\n")
    project.git("add", "-A")
    project.git("commit", "-q", "-m", "Merge")
    [row] = project.traces()
    assert row["files"] == {"a.py": {"ai": "2", "deleted": 1}}
    assert gate(project) == "passed"
    assert [value for key, value in project.trailers() if key == "AI-Trace"] == [row["id"]]


def test_abort_then_more(project: GitRepo, agent: Agent) -> None:
    """A commit that another hook stops, then new edits, then the commit: the note holds all, in one generation."""
    agent.write("a.py", "a = 1\n")
    project.git("add", "-A")
    project.env["GIT_EDITOR"] = "false"
    assert project.git("commit", "-q", "-e", "-m", "Not yet", check=False).returncode
    assert project.generations() == []
    assert len(project.events()) == 1
    agent.write("b.py", "b = 1\n")
    project.commit("Now")
    assert claims(project) == {"a.py": {"ai": "1"}, "b.py": {"ai": "1"}}
    assert len(project.generations()) == 1
    assert len(project.generation(project.generations()[0])["edits"]) == 2


@pytest.mark.slow
def test_aborted_commit_learns_the_turns_end(project: GitRepo) -> None:
    """What Stop tells between an aborted commit and the next one is in the record."""
    session = ClaudeSession(project)
    session.lag = True
    session.prompt("go")
    session.write_file("a.py", "a = 1\n")
    project.git("add", "-A")
    assert project.git("commit", "-q", "-e", "-m", "x", check=False).returncode
    session.stop("The last word.")
    project.commit_staged("Now")
    [trace] = project.generations()
    assert b"The last word." in project.generation_file(trace, "output.txt")


@pytest.mark.slow
def test_events_while_the_editor_is_open(project: GitRepo, agent: Agent) -> None:
    """What the agent does while the developer writes the message belongs to the next commit."""
    agent.prompt("one turn").write("a.py", "a = 1\n")
    project.git("add", "-A")
    row = (
        '{"v":1,"type":"ai","path":"a.py","before":"a = 1\\n","after":"a = 1\\nb = 2\\n","agent":"my-tool",'
        '"session":"s1","turn":"t1","model":"model-1","prompt":"one turn"}'
    )
    (project.path.parent / "row.json").write_text(row)
    editor(
        project,
        f"gitprov capture generic <'{project.path.parent}/row.json' && printf 'a = 1\\nb = 2\\n' >a.py",
    )
    project.git("commit", "-q", "-e", "-m", "First")
    [first] = project.traces()
    assert first["files"] == {"a.py": {"ai": "1"}}
    assert project.trailers() == [("AI-Trace", first["id"])]
    assert project.generations() == [first["id"]]
    assert gate(project) == "passed"
    assert len(project.events()) == 1
    project.env["GIT_EDITOR"] = "false"
    project.commit("Second")
    [second] = project.traces()
    assert second["files"] == {"a.py": {"ai": "2"}}
    assert project.generation(second["id"])["parent"] == first["id"]


@pytest.mark.parametrize("where", ["prepare-commit-msg", "commit-msg", "post-commit"])
def test_events_between_hooks(project: GitRepo, agent: Agent, where: str) -> None:
    """An edit of the same turn that arrives while the commit is made is still there after it."""
    agent.write("a.py", "a = 1\n")
    project.git("add", "-A")
    row = '{"v":1,"type":"ai","path":"b.py","before":null,"after":"b = 2\\n","agent":"my-tool","session":"s1","turn":"t1"}'
    (project.path.parent / "row.json").write_text(row)
    before_hook(project, where, f"gitprov capture generic <'{project.path.parent}/row.json'")
    project.commit_staged("First")
    assert claims(project) == {"a.py": {"ai": "1"}}
    assert [event["path"] for event in project.events()] == ["b.py"]
    assert project.trailers() == [("AI-Trace", project.traces()[0]["id"])]


@pytest.mark.parametrize("where", ["subdirectory", "-C", "GIT_DIR"])
def test_where_git_is_run(project: GitRepo, agent: Agent, where: str) -> None:
    """A commit from a subdirectory, with `git -C`, or with GIT_DIR and GIT_WORK_TREE set is like any other."""
    agent.write("sub/a.py", "a = 1\n")
    project.git("add", "-A")
    env = dict(project.env)
    args, cwd = ["git", "commit", "-q", "-m", "x"], project.path
    if where == "subdirectory":
        cwd = project.path / "sub"
    elif where == "-C":
        args[1:1] = ["-C", str(project.path / "sub")]
        cwd = project.path.parent
    else:
        env |= {"GIT_DIR": str(project.path / ".git"), "GIT_WORK_TREE": str(project.path)}
        cwd = project.path.parent
    run(args, cwd=cwd, env=env)
    assert claims(project) == {"sub/a.py": {"ai": "1"}}
    assert gate(project) == "passed"
    assert len(project.trailers()) == 1


def test_clock_goes_backwards(project: GitRepo, agent: Agent) -> None:
    """Order is the order of events, whatever the clock says."""
    agent.prompt("late").write("a.py", "a = 1\n")
    project.env["GIT_COMMITTER_DATE"] = f"{START - 999_999} +0000"
    agent.prompt("early").write("a.py", "a = 1\nb = 2\n")
    project.commit("Both")
    rows = sorted(project.traces(), key=lambda row: str(row["at"]), reverse=True)
    assert [row["files"]["a.py"] for row in rows] == [{"ai": "1"}, {"ai": "2"}]
