"""The plug-in protocol and `gitprov record`, from the command line to the inbox."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gitprov.flow.evidence.gather import Evidence, gather
from gitprov.model.event import ContentRef, Turn
from gitprov.store.inbox.inbox import Inbox
from tests.support.repo import GitRepo, run


def inbox(repo: GitRepo) -> Inbox:
    """The repository's inbox."""
    return Inbox(str(repo.inbox()))


def report(repo: GitRepo, *rows: dict[str, object] | str) -> Evidence:
    """Evidence after one delivery of these rows."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    done = repo.gitprov("capture", "generic", input="\n".join(lines))
    assert done.stdout == done.stderr == ""
    return gather(inbox(repo))


def text(repo: GitRepo, ref: ContentRef | None) -> str | None:
    """A content as text."""
    return None if ref is None else inbox(repo).get_blob(ref).decode()


def contents(repo: GitRepo, found: Evidence) -> list[tuple[str | None, str | None]]:
    """(before, after) of each event."""
    return [(text(repo, one.before), text(repo, one.after)) for one in found.events]


def turns(found: Evidence) -> list[Turn]:
    """The turn of each event."""
    return [found.turns[(str(one.key), str(one.turn))] for one in found.events]


AI: dict[str, object] = {"v": 1, "type": "ai", "agent": "my-tool"}


def test_a_full_report(repo: GitRepo) -> None:
    """Everything the protocol knows is kept."""
    row = {
        **AI,
        "path": "a.py",
        "before": None,
        "after": "x\n",
        "model": "m-1",
        "session": "s",
        "turn": "t",
        "prompt": "do it",
        "prompt_name": "codegen",
        "prompt_version": "v2",
        "params": {"temperature": 0.2},
        "request_id": "r",
        "output": "raw",
        "usage": {"n": 1},
        "at": "2026-02-01T10:00:04Z",
    }
    found = report(repo, json.dumps(row, indent=2))
    (event,), (turn,) = found.events, turns(found)
    assert contents(repo, found) == [(None, "x\n")]
    assert (event.agent, event.model, event.request_id, event.at) == ("my-tool", "m-1", "r", row["at"])
    assert (text(repo, turn.prompt), text(repo, turn.output)) == ("do it", "raw")
    assert (turn.prompt_name, turn.prompt_version, turn.params) == ("codegen", "v2", {"temperature": 0.2})
    assert (turn.model, turn.usage, turn.request_ids) == ("m-1", {"n": 1}, ("r",))


def test_contents_left_out_are_looked_up(repo: GitRepo) -> None:
    """After is what is on disk, before what was last known: in HEAD, then by the last event."""
    repo.write("a.py", "committed\n")
    repo.commit("Start")
    repo.write("a.py", "one\n")
    report(repo, {**AI, "path": "a.py"})
    repo.write("a.py", "two\n")
    found = report(repo, {**AI, "path": str(repo.path / "a.py")})
    assert contents(repo, found) == [("committed\n", "one\n"), ("one\n", "two\n")]
    (repo.path / "a.py").unlink()
    found = report(repo, {**AI, "path": "a.py"}, {**AI, "path": "a.py", "after": "three\n"})
    assert contents(repo, found)[2:] == [("two\n", None), (None, "three\n")]


def test_last_known_is_what_a_checkout_would_write(repo: GitRepo) -> None:
    """Line ends that git converts are no difference."""
    repo.write(".gitattributes", "*.txt text eol=crlf\n")
    repo.write("a.txt", "a\r\nb\r\n")
    repo.commit("Start")
    repo.write("a.txt", "a\r\nB\r\n")
    assert contents(repo, report(repo, {**AI, "path": "a.txt"})) == [("a\r\nb\r\n", "a\r\nB\r\n")]


@pytest.mark.slow
def test_a_generator_of_many_files(repo: GitRepo, tmp_path: Path) -> None:
    """However many files one delivery reports, each was what it is known to have been, and git is started three times."""
    repo.write(".gitattributes", "*.ts text eol=crlf\n")
    for n in range(30):
        repo.write(f"gen/{n}.ts", f"old {n}\r\n")
    repo.commit("Start")
    repo.write("gen/3.ts", "three\n")
    report(repo, {**AI, "path": "gen/3.ts", "before": None, "after": "three\n"})
    for n in range(40):
        repo.write(f"gen/{n}.ts", f"new {n}\n")
    log = tmp_path / "started"
    counting = tmp_path / "bin" / "git"
    counting.parent.mkdir()
    counting.write_text(
        f'#!/bin/sh\necho "$1" >>"{log}"\nexec "{shutil.which("git", path=repo.env["PATH"])}" "$@"\n'
    )
    counting.chmod(0o755)
    path = repo.env["PATH"]
    repo.env["PATH"] = f"{counting.parent}:{path}"
    twice = [{**AI, "path": "gen/7.ts", "after": "newer\n"}, {**AI, "path": "gen/39.ts", "after": "newer\n"}]
    found = report(repo, *({**AI, "path": f"gen/{n}.ts"} for n in range(40)), *twice)
    repo.env["PATH"] = path
    befores = [f"old {n}\r\n" for n in range(30)] + [None] * 10
    befores[3] = "three\n"
    expected = [(before, f"new {n}\n") for n, before in enumerate(befores)]
    assert contents(repo, found)[1:] == [*expected, ("new 7\n", "newer\n"), ("new 39\n", "newer\n")]
    assert log.read_text().split()[:3] == ["cat-file", "ls-tree", "cat-file"]
    assert log.read_text().split()[3:] == ["rev-parse"], "the test itself asks where the inbox is"


def test_people_type_too(repo: GitRepo) -> None:
    """A human event names its author and no turn."""
    found = report(repo, {"type": "human", "path": "a", "before": None, "after": "x\n", "human": "A <a@x>"})
    (event,) = found.events
    assert (event.type, event.human, event.agent, event.turn) == ("human", "A <a@x>", None, None)
    assert found.turns == {}


def test_reports_of_one_delivery_share_a_turn(repo: GitRepo) -> None:
    """Without a turn id, equal prompts of one delivery are one generation; the next delivery is another."""
    rows = [{**AI, "path": name, "after": "x", "before": None, "prompt": "p"} for name in ("a", "b")]
    found = report(repo, *rows, {**rows[0], "prompt": "q"})
    assert len({one.turn for one in found.events}) == 2
    assert len({one.turn for one in report(repo, *rows).events}) == 3


def test_a_named_turn_is_filled_in(repo: GitRepo) -> None:
    """Reports that name one turn add to it, in whatever order facts come."""
    base = {**AI, "session": "s", "turn": "7", "before": None, "after": "x"}
    found = report(repo, {**base, "path": "a"}, {**base, "path": "b", "prompt": "p", "model": "m"})
    assert [(one.model, text(repo, one.prompt)) for one in turns(found)] == [("m", "p")] * 2


def test_one_bad_report_does_not_stop_the_others(repo: GitRepo) -> None:
    """Each wrong report is a line in the log; the right ones are recorded."""
    good = {**AI, "path": "a", "before": None, "after": "x"}
    found = report(repo, "{", "7", {**good, "path": "../outside"}, {**AI, "path": "gone"}, good, "")
    assert [one.path for one in found.events] == ["a"]
    logged = [one.message for one in inbox(repo).problems()]
    assert [
        "report 1" in logged[0],
        "report 2" in logged[1],
        "outside" in logged[2],
        "gone" in logged[3],
    ] == [True] * 4
    assert len(logged) == 4


def test_a_report_delivered_twice_is_one_event(repo: GitRepo) -> None:
    """A tool use id makes a report recognisable."""
    row = {**AI, "path": "a", "before": None, "after": "x", "tool_use_id": "t"}
    assert len(report(repo, row, row).events) == 1


def test_paths_are_relative_to_the_reports_directory(repo: GitRepo, tmp_path: Path) -> None:
    """`cwd` in a report stands for the directory its path starts from."""
    row = {**AI, "path": "b.py", "before": None, "after": "x", "cwd": str(repo.path / "sub")}
    done = run(["gitprov", "capture", "generic"], cwd=tmp_path, env=repo.env, stdin=json.dumps(row))
    assert done.stdout == ""
    assert [one.path for one in gather(inbox(repo)).events] == ["sub/b.py"]


def test_record(repo: GitRepo) -> None:
    """A script's generation is recorded with prompt, parameters and every file."""
    repo.write("a.py", "x\n")
    repo.write("sub/b.py", "y\n")
    repo.write("prompt.txt", "write it\n")
    repo.write("out.txt", "raw\n")
    args = ["--agent", "codegen", "--model", "m", "--prompt-file", "prompt.txt", "--prompt-version", "v2"]
    args += [
        "--param",
        "temperature=0.2",
        "--param",
        "mode=fast",
        "--request-id",
        "r",
        "--output-file",
        "out.txt",
    ]
    args += ["--at", "2026-02-01T10:00:04Z", "--session", "s"]
    done = repo.gitprov("record", *args, "a.py", "sub/b.py")
    assert done.stdout == "recorded 2 files\n"
    found = gather(inbox(repo))
    assert [one.path for one in found.events] == ["a.py", "sub/b.py"]
    assert contents(repo, found) == [(None, "x\n"), (None, "y\n")]
    turn, other = turns(found)
    assert turn is other or turn == other
    assert (text(repo, turn.prompt), text(repo, turn.output)) == ("write it\n", "raw\n")
    assert turn.params == {"temperature": 0.2, "mode": "fast"}
    assert (turn.at, turn.prompt_version, turn.agent) == ("2026-02-01T10:00:04Z", "v2", "codegen")


def test_record_reads_stdin_and_prints_json(repo: GitRepo) -> None:
    """The prompt may come from stdin, the answer may be JSON."""
    repo.write("a.py", "x\n")
    done = repo.gitprov("record", "--agent", "c", "--prompt-file", "-", "--json", "a.py", input="hello")
    assert json.loads(done.stdout) == {"recorded": 1, "paths": ["a.py"]}
    (turn,) = turns(gather(inbox(repo)))
    assert text(repo, turn.prompt) == "hello"
    assert turn.model is None


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["a.py"], "--agent"),
        (["--agent", "c"], "PATH"),
        (["--agent", "c", "gone.py"], "gone.py is not there"),
        (["--agent", "c", "."], ". is a directory"),
        (["--agent", "c", "../outside.py"], "is not in a git work tree"),
        (["--agent", "c", "--prompt", "x", "--prompt-file", "y", "a.py"], "exclude each other"),
        (["--agent", " ", "a.py"], "--agent is empty"),
        (["--agent", "c", "--prompt-file", "gone", "a.py"], "cannot read gone"),
        (["--agent", "c", "--param", "x", "a.py"], "is not NAME=VALUE"),
        (["--agent", "c", "--at", "noon", "a.py"], "at is not a moment"),
        (["--agent", "c", "x" * 4000], "is not there"),
    ],
)
def test_record_says_what_is_wrong(repo: GitRepo, tmp_path: Path, args: list[str], words: str) -> None:
    """A wrong command line is exit 2, a line that says why, and nothing recorded."""
    repo.write("a.py", "x\n")
    (tmp_path / "outside.py").write_text("x\n")
    done = repo.gitprov("record", *args, check=False)
    assert done.returncode == 2
    assert words in done.stderr
    assert inbox(repo).events() == []


def test_record_needs_a_repository(repo: GitRepo, tmp_path: Path) -> None:
    """Outside of all repositories the command cannot work: exit 3."""
    (tmp_path / "a.py").write_text("x\n")
    done = run(["gitprov", "record", "--agent", "c", "a.py"], cwd=tmp_path, env=repo.env, check=False)
    assert done.returncode == 3
    assert "not in a git work tree" in done.stderr


def test_record_on_a_disk_that_takes_nothing(repo: GitRepo) -> None:
    """What cannot be kept is an error for people: exit 3 with a hint."""
    repo.write("a.py", "x\n")
    (repo.path / ".git" / "gitprov").write_text("in the way")
    done = repo.gitprov("record", "--agent", "c", "a.py", check=False)
    assert done.returncode == 3
    assert "hint: is the .git directory writable?" in done.stderr
