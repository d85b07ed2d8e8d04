"""Two editors with their agents at work in one tree at the same time."""

from __future__ import annotations

import json
import threading
from collections import Counter
from typing import Any

import pytest

from gitprov.flow.capture.relay.acp import AcpRecorder
from tests.acp.fake_editor import FakeEditor
from tests.support.repo import GitRepo

ROUNDS = 8
COMMON = "".join(f"start {n}\n" for n in range(2 * ROUNDS))


def work(editor: FakeEditor, name: str, first: int, turn: threading.Lock) -> None:
    """Write a file in each round, and change a line of the common file while the other one does not."""
    with editor:
        for n in range(first, 2 * ROUNDS, 2):
            with turn:
                editor.prompt(
                    f"{name} {n}",
                    ["write", f"{name}{n}.py", f"text of {name} {n}\n"],
                    ["replace", "common.py", f"start {n}\n", f"done {n} by {name}\n"],
                )


@pytest.mark.slow
@pytest.mark.parametrize("style", ["whole", "fragment"])
def test_two_agents_at_once(hooked: GitRepo, style: str) -> None:
    """Each edit is one event of its own prompt, though the sessions have the same name; no line is another's."""
    hooked.write("common.py", COMMON)
    hooked.commit("Start")
    turn = threading.Lock()
    names = ("left", "right")
    threads = [
        threading.Thread(target=work, args=(FakeEditor(hooked, style, 1), name, first, turn))
        for first, name in enumerate(names)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log = hooked.inbox() / "log"
    assert not log.exists() or log.read_text() == ""
    own = [f"{name}{n}.py" for first, name in enumerate(names) for n in range(first, 2 * ROUNDS, 2)]
    events = hooked.events()
    assert Counter(event["path"] for event in events) == {"common.py": 2 * ROUNDS, **dict.fromkeys(own, 1)}
    assert set(Counter((event["key"], event["turn"]) for event in events).values()) == {2}
    hooked.commit("Work")
    prompts = {
        row["id"]: hooked.generation_file(row["id"], "prompt.txt").decode().partition("\n")[0]
        for row in hooked.traces()
    }
    assert len(prompts) == 2 * ROUNDS
    for path in own:
        (row,) = hooked.ai_blame(path)["lines"]
        assert (row["class"], f"text of {prompts[row['trace']]}") == ("ai", row["text"])
    for row in hooked.ai_blame("common.py")["lines"]:
        _, n, _, name = row["text"].split(" ")
        assert (row["class"], prompts.get(row["trace"])) in (("ai", f"{name} {n}"), ("unknown", None))


class Talk:
    """The messages of one connection, read by a recorder at the moment that the test chooses."""

    def __init__(self, repo: GitRepo, agent: str) -> None:
        self.recorder = AcpRecorder((agent,), repo.env, str(repo.path), agent)
        self.path = str(repo.path / "a.py")
        self.hear(False, id=1, method="session/prompt", params={"sessionId": "s1", "prompt": [_text("go")]})

    def hear(self, from_agent: bool, **row: Any) -> None:
        """Record one message."""
        line = json.dumps({"jsonrpc": "2.0", **row}).encode()
        if from_agent:
            self.recorder.look_early(line)
        self.recorder.record(line, from_agent)

    def announce(self, old: str, new: str) -> None:
        """Ask for an edit."""
        diff = {"type": "diff", "path": self.path, "oldText": old, "newText": new}
        call = {"toolCallId": "c1", "kind": "edit", "content": [diff]}
        params = {"sessionId": "s1", "toolCall": call}
        self.hear(True, id=7, method="session/request_permission", params=params)

    def finish(self) -> None:
        """Report the edit as done."""
        update = {"sessionUpdate": "tool_call_update", "toolCallId": "c1", "status": "completed"}
        self.hear(True, method="session/update", params={"sessionId": "s1", "update": update})


def _text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


@pytest.mark.slow
@pytest.mark.parametrize("whole", [True, False])
def test_a_later_edit_is_recorded_first(hooked: GitRepo, whole: bool) -> None:
    """An edit keeps its line and its turn where another connection has recorded a later edit before it."""
    start, middle, end = "one = 1\ntwo = 2\n", "one = 11\ntwo = 2\n", "one = 11\ntwo = 22\n"
    hooked.write("a.py", start)
    hooked.commit("Start")
    slow, quick = Talk(hooked, "fake"), Talk(hooked, "fake")
    slow.announce(*((start, middle) if whole else ("one = 1\n", "one = 11\n")))
    hooked.write("a.py", middle)
    quick.announce(*((middle, end) if whole else ("two = 2\n", "two = 22\n")))
    hooked.write("a.py", end)
    quick.finish()
    slow.finish()
    late, first = hooked.events()[::-1]
    assert (late["late"], late["turn"], "late" in first, first["turn"]) == (True, "000001", False, "000002")
    hooked.commit("Work")
    assert hooked.classes("a.py") == ["ai", "ai"]
    assert sorted(row["files"]["a.py"]["ai"] for row in hooked.traces()) == ["1", "2"]
