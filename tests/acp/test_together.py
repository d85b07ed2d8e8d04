"""Two editors with their agents at work in one tree at the same time."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

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
