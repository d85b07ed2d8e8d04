"""What a Claude Code session leaves in the inbox."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.agents.payloads.edits import unpatch
from gitprov.flow.evidence.gather import Evidence, gather
from gitprov.model.event import ContentRef, Event, Turn
from gitprov.store.inbox.inbox import Inbox
from tests.support.claude import MODEL, ClaudeSession
from tests.support.repo import GitRepo, run


def inbox(repo: GitRepo, worktree: str = "@") -> Inbox:
    """The repository's inbox."""
    return Inbox(str(repo.inbox(worktree)))


def gathered(repo: GitRepo) -> Evidence:
    """All evidence, with nothing wrong in it."""
    found = gather(inbox(repo))
    assert found.problems == []
    assert inbox(repo).problems() == []
    return found


def text(repo: GitRepo, ref: ContentRef | None) -> str | None:
    """A content as text, line ends untouched."""
    return None if ref is None else inbox(repo).get_blob(ref).decode("utf-8", "surrogateescape")


def edits(repo: GitRepo, found: Evidence | None = None) -> list[tuple[str, str | None, str | None]]:
    """(type, before, after) of each event."""
    events = (found or gathered(repo)).events
    return [(one.type, text(repo, one.before), text(repo, one.after)) for one in events]


def writes(repo: GitRepo, path: str, content: str) -> Callable[[], None]:
    """Something else that writes a file, when called."""

    def act() -> None:
        repo.write(path, content)

    return act


@pytest.mark.slow
def test_one_write_is_one_event_with_everything_known_of_it(repo: GitRepo, claude: ClaudeSession) -> None:
    """A written file gives one event whose turn knows prompt, output, model, usage and request."""
    claude.prompt("a greeting")
    claude.say("Here it is.")
    claude.write_file("hello.py", "print('hello')\n")
    claude.stop("All done.")
    found = gathered(repo)
    (event,) = found.events
    assert (event.path, event.tool, event.model, event.agent) == ("hello.py", "Write", MODEL, "claude-code")
    assert event.request_id
    assert edits(repo, found) == [("ai", None, "print('hello')\n")]
    turn = found.turns[(str(event.key), str(event.turn))]
    assert text(repo, turn.prompt) == "a greeting"
    assert turn.model == MODEL
    assert turn.agent_version == "2.1.0"
    assert turn.usage == {
        "input_tokens": 24,
        "output_tokens": 80,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 1800,
    }
    assert len(turn.request_ids) == 2
    output = text(repo, turn.output) or ""
    assert output.startswith("Here it is.\n\n[tool Write toolu_")
    assert output.endswith("All done.")
    assert '"content": "print(\'hello\')\\n"' in output


@pytest.mark.slow
def test_edit_is_the_difference_the_model_made(repo: GitRepo, claude: ClaudeSession) -> None:
    """An edit's before and after are the file around the edit."""
    repo.write("a.py", "x = 1\ny = 1\n")
    claude.prompt("two")
    claude.edit("a.py", "x = 1", "x = 2")
    claude.multi_edit("a.py", [("x = 2", "x = 3"), ("y = 1", "y = 3")])
    claude.stop()
    assert edits(repo) == [
        ("ai", "x = 1\ny = 1\n", "x = 2\ny = 1\n"),
        ("ai", "x = 2\ny = 1\n", "x = 3\ny = 3\n"),
    ]


def test_foreign_change_between_the_hooks_stays_outside(repo: GitRepo, claude: ClaudeSession) -> None:
    """What something else wrote into the file between Pre and Post is not the model's."""
    repo.write("a.py", "x = 1\n")
    claude.prompt("two")
    claude.edit("a.py", "x = 1", "x = 2", during=writes(repo, "a.py", "x = 1\nforeign = 1\n"))
    assert edits(repo) == [("ai", "x = 1\nforeign = 1\n", "x = 2\nforeign = 1\n")]


@pytest.mark.slow
def test_formatter_after_the_write_stays_outside(repo: GitRepo, claude: ClaudeSession) -> None:
    """A formatter that rewrote the file before PostToolUse does not change what the model wrote."""
    claude.prompt("two")
    claude.write_file("a.py", "x=1\n", after_write=writes(repo, "a.py", "x = 1\n"))
    claude.edit("a.py", "x = 1", "x=2", after_write=writes(repo, "a.py", "# top\nx = 2\n"))
    assert edits(repo) == [("ai", None, "x=1\n"), ("ai", "x = 1\n", "x=2\n")]


def strip_original(claude: ClaudeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the agent's answers do not tell what the file was before."""
    send = claude.send

    def without(payload: dict[str, object]) -> object:
        answer = payload.get("tool_response")
        if isinstance(answer, dict):
            for name in ("originalFile", "originalFileContents", "type"):
                answer.pop(name, None)
        return send(payload)

    monkeypatch.setattr(claude, "send", without)


@pytest.mark.slow
def test_snapshot_stands_in_for_the_original(
    repo: GitRepo, claude: ClaudeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the answer does not tell the original, the snapshot of PreToolUse does."""
    strip_original(claude, monkeypatch)
    repo.write("a.py", "x = 1\n")
    claude.prompt("two")
    foreign = "x = 1\nforeign = 1\n"
    claude.edit("a.py", "x = 1", "x = 2", during=writes(repo, "a.py", foreign))
    claude.write_file("a.py", "y = 1\n")
    claude.write_file("b.py", "z = 1\n")
    assert edits(repo) == [
        ("ai", "x = 1\n", "x = 2\n"),
        ("ai", "x = 2\nforeign = 1\n", "y = 1\n"),
        ("ai", None, "z = 1\n"),
    ]


def test_without_snapshot_the_edit_is_taken_back(
    repo: GitRepo, claude: ClaudeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With neither original nor snapshot the edit is undone in the file on disk; a write asks HEAD."""
    strip_original(claude, monkeypatch)
    claude.hooks = {"UserPromptSubmit", "PostToolUse"}
    repo.write("a.py", "x = 1\nrest\n")
    repo.commit("Start")
    claude.prompt("two")
    claude.edit("a.py", "x = 1", "x = 2")
    claude.write_file("a.py", "all new\n")
    claude.write_file("b.py", "new\n")
    assert edits(repo) == [
        ("ai", "x = 1\nrest\n", "x = 2\nrest\n"),
        ("ai", "x = 2\nrest\n", "all new\n"),
        ("ai", None, "new\n"),
    ]


@pytest.mark.slow
def test_user_modified_edit_gives_two_events(repo: GitRepo, claude: ClaudeSession) -> None:
    """A proposal changed before accepting: the proposal is the model's, the change a person's."""
    repo.write("a.py", "x = 1\ny\n")
    claude.prompt("two")
    claude.edit("a.py", "x = 1", "x = 2", accepted="x = 3")
    claude.write_file("b.py", "proposal\n", accepted="accepted\n")
    found = gathered(repo)
    assert edits(repo, found) == [
        ("ai", "x = 1\ny\n", "x = 2\ny\n"),
        ("human", "x = 2\ny\n", "x = 3\ny\n"),
        ("ai", None, "proposal\n"),
        ("human", "proposal\n", "accepted\n"),
    ]
    assert [one.user_modified for one in found.events] == [True, False, True, False]
    assert [one.human for one in found.events] == [None] * 4
    assert len({one.turn for one in found.events}) == 1


def test_the_transcript_is_the_raw_output(repo: GitRepo, claude: ClaudeSession) -> None:
    """Where the payload's input was changed on its way, the transcript's input is the model's."""
    send = claude.send

    def altered(payload: dict[str, object]) -> object:
        if payload.get("hook_event_name") == "PostToolUse":
            tool_input = payload["tool_input"]
            assert isinstance(tool_input, dict)
            payload["tool_input"] = {**tool_input, "content": "altered\n"}
        return send(payload)

    claude.send = altered  # type: ignore[assignment,method-assign]
    claude.prompt("two")
    claude.write_file("b.py", "raw\n")
    assert edits(repo) == [("ai", None, "raw\n")]


def test_line_ends_and_mark_survive(repo: GitRepo, claude: ClaudeSession) -> None:
    """In a file with CRLF and a byte order mark, both stay in before and after."""
    claude.hooks = {"UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop"}
    content = "\ufeffa = 1\r\nb = 1\r\n"
    repo.write("a.py", content)
    claude.prompt("two")
    file = str(repo.path / "a.py")
    base = {"tool_name": "Edit", "tool_use_id": "toolu_crlf"}
    tool_input = {"file_path": file, "old_string": "a = 1\nb = 1", "new_string": "a = 2\nc = 2\nb = 2"}
    claude.hook("PreToolUse", tool_input=tool_input, **base)
    after = "\ufeffa = 2\r\nc = 2\r\nb = 2\r\n"
    repo.write("a.py", after)
    answer = {
        "originalFile": "a = 1\nb = 1\n",
        "oldString": "a = 1\nb = 1",
        "newString": "a = 2\nc = 2\nb = 2",
    }
    claude.hook("PostToolUse", tool_input=tool_input, tool_response=answer, **base)
    assert edits(repo) == [("ai", content, after)]


def notebook(*sources: str) -> str:
    """A notebook with one code cell per source, ids c0, c1 and so on."""
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{n}",
            "metadata": {},
            "outputs": [],
            "source": [one],
        }
        for n, one in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


@pytest.mark.slow
def test_notebook_edit_is_one_cell(repo: GitRepo, claude: ClaudeSession) -> None:
    """A cell edit is the notebook around it, insertions and deletions too."""
    repo.write("n.ipynb", notebook("a", "b"))
    claude.prompt("cells")
    claude.notebook_edit("n.ipynb", "c0", "A")
    claude.notebook_edit("n.ipynb", "c1", "C", mode="insert")
    claude.notebook_edit("n.ipynb", "c1", "", mode="delete")
    found = gathered(repo)
    contents = [(one[1], one[2]) for one in edits(repo, found)]
    assert contents[0] == (notebook("a", "b"), notebook("A", "b"))
    assert contents[1][0] == contents[0][1]
    assert contents[2][0] == contents[1][1]
    assert contents[2][1] == repo.read("n.ipynb")


@pytest.mark.slow
def test_duplicate_delivery_is_one_event(repo: GitRepo, claude: ClaudeSession) -> None:
    """The same report twice is one event, and its prompt one turn."""
    claude.prompt("one")
    claude.write_file("a.py", "x\n")
    claude.send(claude.payloads[-1])
    assert len(gathered(repo).events) == 1
    claude.hook("UserPromptSubmit", prompt="next")
    claude.hook("UserPromptSubmit", prompt="next")
    assert len(inbox(repo).sessions.turns(str(gathered(repo).events[0].key))) == 2


def test_failed_tool_leaves_nothing(repo: GitRepo, claude: ClaudeSession) -> None:
    """A refused edit leaves neither event nor snapshot."""
    repo.write("a.py", "x\n")
    claude.prompt("one")
    claude.fail_edit("a.py", "nope", "y")
    assert gathered(repo).events == []
    assert list((repo.inbox() / "snapshots").iterdir()) == []


@pytest.mark.slow
def test_files_outside_of_work_trees_are_nobodys_business(repo: GitRepo, claude: ClaudeSession) -> None:
    """Files outside and inside .git give no event; ignored files do."""
    repo.write(".gitignore", "*.log\n")
    claude.prompt("one")
    claude.write_file("../outside.py", "x\n")
    claude.write_file(".git/description", "x\n")
    claude.write_file("a.log", "x\n")
    assert [one.path for one in gathered(repo).events] == ["a.log"]


@pytest.mark.slow
def test_turns_follow_prompts(repo: GitRepo, claude: ClaudeSession) -> None:
    """Each prompt is a turn of its own; late transcript rows still reach theirs."""
    claude.lag = True
    claude.prompt("first")
    claude.write_file("a.py", "a\n")
    claude.prompt("second")
    claude.model = "claude-haiku-4-5"
    claude.write_file("b.py", "b\n")
    claude.stop()
    found = gathered(repo)
    turns = [found.turns[(str(one.key), str(one.turn))] for one in found.events]
    assert [text(repo, one.prompt) for one in turns] == ["first", "second"]
    assert [one.model for one in turns] == [MODEL, "claude-haiku-4-5"]
    assert [one.model for one in found.events] == [MODEL, "claude-haiku-4-5"]
    outputs = [text(repo, one.output) or "" for one in turns]
    assert ["a.py" in one for one in outputs] == [True, False]
    assert ["b.py" in one for one in outputs] == [False, True]


def test_hooks_installed_in_mid_session(repo: GitRepo, claude: ClaudeSession) -> None:
    """Without UserPromptSubmit the prompts come from the transcript."""
    claude.hooks = {"PostToolUse"}
    claude.prompt("first")
    claude.write_file("a.py", "a\n")
    claude.write_file("b.py", "b\n")
    claude.prompt("second")
    claude.write_file("c.py", "c\n")
    found = gathered(repo)
    turns = [found.turns[(str(one.key), str(one.turn))] for one in found.events]
    assert [text(repo, one.prompt) for one in turns] == ["first", "first", "second"]
    assert turns[0].turn == turns[1].turn
    assert [one.model for one in turns] == [MODEL] * 3
    assert "b.py" in (text(repo, turns[0].output) or "")
    assert "c.py" not in (text(repo, turns[0].output) or "")


def test_no_transcript_and_no_stop(repo: GitRepo, claude: ClaudeSession) -> None:
    """Without transcript the output is what the tools were given, and the model is not made up."""
    claude.transcript = False
    claude.model = None
    claude.prompt("first")
    claude.write_file("a.py", "a\n")
    found = gathered(repo)
    (turn,) = found.turns.values()
    assert turn.model is None
    assert found.events[0].model is None
    assert text(repo, turn.prompt) == "first"
    assert (text(repo, turn.output) or "").startswith("[tool Write toolu_")


@pytest.mark.slow
def test_subagents_have_their_own_turns(repo: GitRepo, claude: ClaudeSession) -> None:
    """What a subagent writes belongs to its own task, not to the developer's prompt."""
    claude.prompt("main")
    claude.write_file("a.py", "a\n")
    with claude.subagent("write b", agent_type="writer", text="b is written"):
        claude.write_file("b.py", "b\n")
    claude.write_file("c.py", "c\n")
    claude.stop()
    found = gathered(repo)
    turns = [found.turns[(str(one.key), str(one.turn))] for one in found.events]
    assert [text(repo, one.prompt) for one in turns] == ["main", "write b", "main"]
    assert [one.subagent and one.subagent["type"] for one in found.events] == [None, "writer", None]
    assert (text(repo, turns[1].output) or "").endswith("b is written")
    assert turns[1].model == MODEL
    assert "b.py" not in (text(repo, turns[0].output) or "").replace("write b", "")


def test_a_project_names_its_own_instruction_files(repo: GitRepo, claude: ClaudeSession) -> None:
    """`instructions` in the configuration replaces the list; a broken configuration is logged and defaults hold."""
    repo.write("RULES.md", "be brief\n")
    repo.write("CLAUDE.md", "be kind\n")
    repo.write(".gitprov.toml", 'instructions = ["RULES.md"]\n')
    claude.prompt("one")
    repo.write(".gitprov.toml", "instructions = 7\n")
    claude.prompt("two")
    turns = [
        inbox(repo).turn(key.name, name)
        for key in repo.inbox("@").joinpath("sessions").iterdir()
        for name in ("000001", "000002")
    ]
    names = [[found.path for found in one.instructions] for one in turns if isinstance(one, Turn)]
    assert names == [["RULES.md"], ["CLAUDE.md"]]
    assert "instructions" in str(inbox(repo).problems()[0])


def test_instructions_in_force(repo: GitRepo, claude: ClaudeSession) -> None:
    """The instruction files of home, root and the directories down to the agent's are kept with a turn."""
    repo.write("CLAUDE.md", "be kind\n")
    repo.write("sub/AGENTS.md", "be brief\n")
    home = Path(repo.env["HOME"]) / ".claude"
    home.mkdir(parents=True, exist_ok=True)
    (home / "CLAUDE.md").write_text("mine\n")
    claude.hook("UserPromptSubmit", prompt="one", cwd=str(repo.path / "sub"))
    claude.write_file("a.py", "a\n")
    (turn,) = gathered(repo).turns.values()
    said = [(one.path, text(repo, one.ref)) for one in turn.instructions]
    assert said == [
        ("~/.claude/CLAUDE.md", "mine\n"),
        ("CLAUDE.md", "be kind\n"),
        ("sub/AGENTS.md", "be brief\n"),
    ]


def test_edit_in_another_work_tree_keeps_its_turn(
    repo: GitRepo, claude: ClaudeSession, tmp_path: Path
) -> None:
    """An edit in a linked worktree lands in that worktree's inbox, with the prompt from the agent's own."""
    repo.write("a", "a\n")
    repo.commit("Start")
    linked = repo.add_worktree(tmp_path / "linked", "-b", "side")
    claude.prompt("there")
    claude.write_file("../linked/b.py", "b\n")
    assert inbox(repo).events() == []
    found = gather(inbox(repo, "linked"))
    assert [one.path for one in found.events] == ["b.py"]
    (turn,) = found.turns.values()
    assert turn.prompt is not None
    assert inbox(repo, "linked").get_blob(turn.prompt) == b"there"
    assert turn.model == MODEL
    assert linked.events("linked")[0]["path"] == "b.py"


def test_edit_through_a_link_is_an_edit_of_its_target(repo: GitRepo, claude: ClaudeSession) -> None:
    """The event names the file that changed, not the link."""
    repo.write("real.py", "x = 1\n")
    (repo.path / "link.py").symlink_to("real.py")
    claude.prompt("one")
    claude.edit("link.py", "x = 1", "x = 2")
    assert [one.path for one in gathered(repo).events] == ["real.py"]


@pytest.mark.parametrize("name", ["a\nb.py", 'q"uote.py', "-rf.py", "ümläut.py", "sp ace.py", "new/dir/x.py"])
def test_hostile_names(repo: GitRepo, claude: ClaudeSession, name: str) -> None:
    """Names with line ends, quotes and dashes are recorded as they are."""
    claude.prompt("one")
    claude.write_file(name, "x\n")
    assert [one.path for one in gathered(repo).events] == [name]


def test_names_that_are_not_utf8(repo: GitRepo) -> None:
    """A name that is not UTF-8 survives, both as raw bytes in the payload and as an escape."""
    raw = bytes(repo.path) + b"/\xff.py"
    Path(raw.decode("utf-8", "surrogateescape")).write_bytes(b"x\n")
    payload = (
        b'{"session_id":"s","cwd":"/","hook_event_name":"PostToolUse","tool_name":"Write","tool_use_id":"%d",'
        b'"tool_input":{"file_path":"%s","content":"x\\n"},"tool_response":{"type":"create"}}'
    )
    repo.gitprov("capture", "claude-code", input=payload % (1, raw))
    repo.gitprov("capture", "claude-code", input=payload % (2, raw.replace(b"\xff", b"\\udcff")))
    assert [one.path for one in inbox(repo).events() if isinstance(one, Event)] == ["\udcff.py"] * 2


def test_name_of_4000_characters(repo: GitRepo, claude: ClaudeSession) -> None:
    """A name no file system takes is no reason to fail; a path git cannot hold in a work tree is kept as told."""
    payload = {
        "hook_event_name": "PostToolUse",
        "session_id": "s",
        "cwd": str(repo.path),
        "tool_name": "Write",
        "tool_use_id": "t",
        "tool_input": {"file_path": "x" * 4000, "content": "x"},
        "tool_response": {"type": "create"},
    }
    claude.send(payload)
    assert [one.path for one in gathered(repo).events] == ["x" * 4000]


@pytest.mark.slow
def test_a_prompt_queued_in_mid_turn_does_not_end_it(repo: GitRepo, claude: ClaudeSession) -> None:
    """Where turns are announced, a prompt row nobody announced belongs to the turn it stands in."""
    claude.prompt("first")
    claude.write_file("a.py", "a\n")
    claude.hooks = {"PreToolUse", "PostToolUse"}
    claude.prompt("and b too")
    claude.write_file("b.py", "b\n")
    (turn,) = gathered(repo).turns.values()
    claude.hooks = None
    claude.prompt("second")
    claude.write_file("c.py", "c\n")
    for found in (turn, gathered(repo).turns[(turn.key, turn.turn)]):
        output = text(repo, found.output) or ""
        assert ["a.py" in output, "b.py" in output, "c.py" in output] == [True, True, False]


def test_a_stopped_turn_needs_its_transcript_no_more(repo: GitRepo, claude: ClaudeSession) -> None:
    """What Stop kept is enough when the agent has removed its transcript."""
    claude.prompt("first")
    claude.write_file("a.py", "a\n")
    claude.stop("Finished.")
    claude.transcript_path.unlink()
    (turn,) = gathered(repo).turns.values()
    assert turn.model == MODEL
    assert (text(repo, turn.output) or "").endswith("Finished.")


def test_the_session_names_the_model_where_the_transcript_cannot(
    repo: GitRepo, claude: ClaudeSession
) -> None:
    """Without a transcript, the model that SessionStart told is the turn's."""
    claude.transcript = False
    claude.prompt("first")
    claude.write_file("a.py", "a\n")
    claude.stop("Finished.")
    found = gathered(repo)
    (turn,) = found.turns.values()
    assert turn.model == MODEL
    output = text(repo, turn.output) or ""
    assert output.startswith("[tool Write")
    assert output.endswith("Finished.")


def test_a_turn_known_from_its_events_alone(repo: GitRepo, claude: ClaudeSession) -> None:
    """A lost or damaged turn file is a problem, and its events are still evidence."""
    claude.transcript = False
    claude.prompt("first")
    claude.write_file("a.py", "a\n")
    (turn_file,) = (repo.inbox() / "sessions").rglob("turn-*.json")
    turn_file.write_bytes(b"{")
    damaged = gather(inbox(repo))
    assert len(damaged.events) == len(damaged.problems) == 1
    turn_file.unlink()
    for file in (repo.inbox() / "sessions").rglob("end-*.json"):
        file.unlink()
    found = gather(inbox(repo))
    (problem,) = found.problems
    assert problem.message == "is missing"
    (turn,) = found.turns.values()
    assert (turn.prompt, turn.agent) == (None, "claude-code")


def test_reading_evidence_writes_nothing_when_asked(repo: GitRepo, claude: ClaudeSession) -> None:
    """`complete=False` leaves the inbox as it is."""
    claude.prompt("first")
    claude.write_file("a.py", "a\n")
    before = sorted(repo.inbox().rglob("*"))
    assert len(gather(inbox(repo), complete=False).events) == 1
    assert sorted(repo.inbox().rglob("*")) == before


@pytest.mark.slow
def test_retired_evidence_can_be_read_too(repo: GitRepo, claude: ClaudeSession) -> None:
    """`archived` gives retired and live events in one order."""
    claude.prompt("first")
    for name in ("a", "b", "c"):
        claude.write_file(name, "x\n")
    inbox(repo).retire([2])
    assert [one.seq for one in gather(inbox(repo)).events] == [1, 3]
    assert [one.seq for one in gather(inbox(repo), archived=True).events] == [1, 2, 3]


def test_lost_inputs_are_a_problem(repo: GitRepo, claude: ClaudeSession) -> None:
    """Where the output has to come from tool inputs and one is lost, that is told."""
    claude.transcript = False
    claude.prompt("first")
    claude.write_file("a.py", "a\n")
    (event,) = gather(inbox(repo), complete=False).events
    assert event.input is not None
    Path(inbox(repo).blobs.path(event.input.digest)).unlink()
    found = gather(inbox(repo))
    assert [one.seq for one in found.problems] == [1]


def test_a_session_start_tidies_once_a_day(repo: GitRepo, claude: ClaudeSession) -> None:
    """Old leftovers go at the first session of a day, and only then."""
    claude.start()
    left = repo.inbox() / "tmp" / "left"
    left.write_bytes(b"x")
    os.utime(left, (0, 0))
    claude.start("resume")
    assert left.exists()
    os.utime(repo.inbox() / "tidied", (0, 0))
    claude.start("resume")
    assert not left.exists()


def test_prompts_outside_of_repositories_are_found_later(
    repo: GitRepo, claude: ClaudeSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent started beside its repositories still gives each edit its prompt, from the transcript."""

    def outside(payload: dict[str, object]) -> object:
        moved = json.dumps({**payload, "cwd": str(tmp_path)})
        return run(["gitprov", "capture", "claude-code"], cwd=tmp_path, env=repo.env, stdin=moved)

    monkeypatch.setattr(claude, "send", outside)
    claude.prompt("first")
    claude.write_file("a.py", "a\n")
    claude.stop()
    (turn,) = gathered(repo).turns.values()
    assert text(repo, turn.prompt) == "first"
    assert turn.model == MODEL


@pytest.mark.slow
def test_inputs_stand_in_for_each_new_edit(repo: GitRepo, claude: ClaudeSession) -> None:
    """An output made of tool inputs grows with the turn."""
    claude.transcript = False
    claude.prompt("first")
    claude.write_file("a.py", "x\n")
    assert len(gathered(repo).turns) == 1
    claude.write_file("b.py", "x\n")
    (turn,) = gathered(repo).turns.values()
    output = text(repo, turn.output) or ""
    assert ["a.py" in output, "b.py" in output] == [True, True]


@pytest.mark.slow
def test_a_transcript_named_from_home(repo: GitRepo, claude: ClaudeSession) -> None:
    """A path that starts with ~ is the user's home's."""
    claude.prompt("first")
    claude.write_file("a.py", "a\n")
    short = "~/" + str(claude.transcript_path.relative_to(repo.env["HOME"]))
    claude.send({**claude.payloads[-1], "transcript_path": short, "tool_use_id": None})
    first, second = gathered(repo).events
    assert first.model == MODEL
    claude.hook("UserPromptSubmit", prompt="next", transcript_path=short)
    latest = inbox(repo).sessions.latest(str(first.key))
    assert latest is not None
    assert latest.transcript == str(claude.transcript_path)
    assert second.turn == first.turn


@pytest.mark.plain
def test_the_agents_directory_may_be_gone(repo: GitRepo, claude: ClaudeSession, tmp_path: Path) -> None:
    """Capture in a directory that was removed still records what its payload names."""
    gone = tmp_path / "gone"
    claude.prompt("first")
    payload = claude.payloads[-1] | {
        "hook_event_name": "PostToolUse",
        "tool_name": "Write",
        "tool_use_id": "t",
        "tool_input": {"file_path": str(repo.path / "a.py"), "content": "a\n"},
        "tool_response": {"type": "create"},
    }
    script = f"mkdir '{gone}' && cd '{gone}' && rmdir '{gone}' && exec gitprov capture claude-code"
    done = run(["sh", "-c", script], cwd=tmp_path, env=repo.env, stdin=json.dumps(payload))
    assert (done.stdout, done.stderr) == ("", "")
    assert [one.path for one in gathered(repo).events] == ["a.py"]


@pytest.mark.slow
def test_a_write_without_a_witness_is_not_recorded(repo: GitRepo, claude: ClaudeSession) -> None:
    """What a person typed since the last recorded edit must not become the model's, so nothing is claimed at all."""
    claude.prompt("numbers")
    claude.write_file("a.py", "one = 1\n")
    repo.write("a.py", "one = 1\nhuman = 9\n")
    content = "one = 1\nhuman = 9\ntwo = 2\n"
    repo.write("a.py", content)
    path = str(repo.path / "a.py")
    payload = {"tool_name": "Write", "tool_input": {"file_path": path, "content": content}}
    claude.hook("PostToolUse", tool_use_id="toolu_x", tool_response={"filePath": path}, **payload)
    assert len(gather(inbox(repo)).events) == 1
    assert "the content of the file before the edit" in str(inbox(repo).problems()[-1])
    patch = [
        {
            "oldStart": 1,
            "oldLines": 2,
            "newStart": 1,
            "newLines": 3,
            "lines": [" one = 1", " human = 9", "+two = 2"],
        }
    ]
    answer = {"filePath": path, "type": "update", "structuredPatch": patch}
    claude.hook("PostToolUse", tool_use_id="toolu_y", tool_response=answer, **payload)
    last = gather(inbox(repo)).events[-1]
    assert (text(repo, last.before), text(repo, last.after)) == ("one = 1\nhuman = 9\n", content)


def test_a_patch_is_undone_only_where_it_fits() -> None:
    """A tool's patch gives the content before it; one that does not fit, or is none, gives nothing."""
    hunks = [
        {"newStart": 1, "lines": ["-a", "+b"]},
        {"newStart": 3, "lines": [" c", "+d", "\\ No newline at end of file"]},
    ]
    assert unpatch(b"b\nx\nc\nd", hunks) == b"a\nx\nc"
    assert unpatch(b"b\r\n", [{"newStart": 1, "lines": ["-a\r", "+b\r"]}]) == b"a\r\n"
    wrongs: list[object] = [None, [], ["x"], [{}], [{"newStart": -1, "lines": []}]]
    for wrong in [*wrongs, [{"newStart": 1, "lines": ["+other"]}]]:
        assert unpatch(b"b\n", wrong) is None
