"""`gitprov record --jsonl`, and lines of outputs by themselves."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from gitprov.attribution.output_lines import FENCE, has_free_words, match, output_lines, plain_lines
from gitprov.errors import NotARepository
from gitprov.flow.capture.calls import bulk
from gitprov.flow.capture.moment import Moment
from gitprov.flow.evidence.gather import gather
from gitprov.store.inbox import outputs
from gitprov.store.inbox.inbox import Inbox
from tests.support.repo import GitRepo


@pytest.mark.slow
def test_a_log_with_bad_rows(repo: GitRepo) -> None:
    """Bad rows are named by number, the others are recorded, once however often the log is read."""
    repo.write("a.py", "x = 1\n")
    rows = [
        '{"prompt":"p","output":"x = 1\\n","model":"m","files":["a.py"],"params":{"n":1},"usage":{"t":2}}',
        "",
        "{",
        "[]",
        '{"output":7}',
        '{"prompt":"p"}',
        '{"output":"x","files":[1]}',
        '{"output":"x","params":[]}',
        '{"output":"x","at":"noon"}',
        '{"output":"x","files":"gone.py"}',
        '{"output":"y = 2\\n","agent":"other","at":"2026-02-01T10:00:04Z"}',
    ]
    log = "\n".join(rows)
    for _ in range(2):
        done = repo.gitprov("record", "--agent", "c", "--jsonl", "-", "--json", input=log, check=False)
        answer = json.loads(done.stdout)
        assert (done.returncode, answer["generations"], answer["paths"]) == (1, 2, ["a.py"])
        assert [bad["number"] for bad in answer["bad"]] == [3, 4, 5, 6, 7, 8, 9, 10]
        assert "row 6: it has neither output nor files" in done.stderr
    inbox = Inbox(str(repo.inbox()))
    evidence = gather(inbox)
    (turn,) = evidence.turns.values()
    assert (turn.agent, turn.model, turn.params, turn.usage) == ("c", "m", {"n": 1}, {"t": 2})
    (waiting,) = outputs.waiting_outputs(inbox)
    other = inbox.turn(waiting.key, waiting.turn)
    assert getattr(other, "agent", None) == "other"


@pytest.mark.slow
def test_logs_from_the_command_line(repo: GitRepo) -> None:
    """A good log is exit 0; facts beside the log are refused."""
    repo.write("log.jsonl", '{"output":"x = 1\\n"}\n')
    done = repo.gitprov("record", "--agent", "c", "--jsonl", "log.jsonl")
    assert done.stdout == "recorded 1 generation, 0 files\n"
    wrong = repo.gitprov("record", "--agent", "c", "--model", "m", "--jsonl", "log.jsonl", check=False)
    assert (wrong.returncode, "--jsonl takes no other facts" in wrong.stderr) == (2, True)


def test_long_rows_and_no_repository(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that is too long is bad, the next one is not; without a repository there is an error."""
    monkeypatch.setattr(bulk, "ROW_LIMIT", 40)
    file = io.BytesIO(b'{"output":"' + b"x" * 90 + b'"}\n{"output":"y = 1"}\n')
    done = bulk.record_log(file, "c", Moment(0.0, repo.env, str(repo.path)))
    assert (done.generations, [bad.number for bad in done.bad]) == (1, [1])
    outside = Moment(0.0, repo.env, os.path.dirname(str(repo.path)))
    with pytest.raises(NotARepository):
        bulk.record_log(io.BytesIO(), "c", outside)


def test_the_oldest_output_makes_room(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a largest number of waiting outputs; damaged ones are left out."""
    monkeypatch.setattr(outputs, "MOST", 3)
    inbox = Inbox(str(repo.inbox()))
    for turn in ("t0", "t1", "t2", "t3"):
        outputs.add(inbox, "k", turn)
        (path,) = [path for path in outputs.paths(inbox) if f'"{turn}"' in Path(path).read_text()]
        os.utime(path, ns=(int(turn[1]), int(turn[1])))
    outputs.drop(inbox, outputs.waiting_outputs(inbox)[0])
    first, second = outputs.waiting_outputs(inbox)
    assert (first.turn, second.turn) == ("t2", "t3")
    outputs.spend(inbox, first, {4})
    assert outputs.waiting_outputs(inbox)[0].spent == {4}
    last = Path(outputs.paths(inbox)[0])
    for text in (
        "{",
        '{"v":9,"key":"k","turn":"t","spent":[]}',
        '{"v":1,"key":"k","turn":"t","spent":["x"]}',
    ):
        last.write_text(text)
        assert [output.turn for output in outputs.waiting_outputs(inbox)] == ["t3"]
    outputs.drop(inbox, second)


CASES = [
    ("all of it", "a\nb\n", "a\nb\n", {0: 0, 1: 1}),
    ("each once", "a\na\n", "a\n", {0: 0}),
    ("white space counts", " a\n", "a\n", {}),
    ("line ends do not", "a\r\n", "a\n", {0: 0}),
    ("brackets beside", "a\n)\n\nb\n", "a\n)\n\nb\n", {0: 0, 1: 1, 2: 2, 3: 3}),
    ("brackets alone", "x\n)\n", "a\n)\n", {}),
    ("brackets above", "{\na\n", "{\na\n", {0: 0, 1: 1}),
    ("brackets in the wrong place", "a\nx\n)\n", "a\n)\n", {0: 0}),
    ("not across a fence", "a\n\nb\n", "a\n```\n\nb\n", {0: 0, 1: 2, 2: 3}),
    ("the neighbour's line first", "b\nreturn\n", "a\nreturn\nb\nreturn\n", {0: 2, 1: 3}),
    ("moved", "b\na\n", "a\nb\n", {0: 1, 1: 0}),
]


@pytest.mark.parametrize(
    ("lines", "output", "pairs"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_lines_of_an_output(lines: str, output: str, pairs: dict[int, int]) -> None:
    """Whole lines, each once; lines without words only beside one that is the output's."""
    file = plain_lines(lines.encode())
    assert match(file, range(len(file)), output_lines(output.encode()), ()) == pairs


def test_only_new_lines_and_free_positions() -> None:
    """Old lines are nobody's to claim, spent positions neither."""
    output = output_lines(b"~~~\na\nb\na\n~~~ \n")
    assert output == [FENCE, b"a", b"b", b"a", FENCE]
    assert match([b"a", b"b", b"a", b"a"], {1, 2, 3}, output, {3}) == {1: 2, 2: 1}
    assert (has_free_words(output, {1, 2}), has_free_words(output, {1, 2, 3})) == (True, False)
