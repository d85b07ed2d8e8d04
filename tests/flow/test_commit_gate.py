"""The gate: what it refuses, how it says so, what mends it, and what it notes when it was not asked."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from tests.support.agent import Agent
from tests.support.commits import claims, configure, editor, gate, lines
from tests.support.repo import GitRepo

TEN = lines(10)


def refused(repo: GitRepo, *args: str) -> str:
    """Commit, which must be refused with nothing changed; returns what the gate said."""
    before = repo.git("rev-parse", "-q", "--verify", "HEAD", check=False).stdout
    events = evidence(repo)
    done = repo.git("commit", *args, check=False)
    assert done.returncode == 1, done
    assert repo.git("rev-parse", "-q", "--verify", "HEAD", check=False).stdout == before
    assert evidence(repo) == events
    assert done.stderr.startswith("gitprov: commit refused: ")
    return done.stderr


def evidence(repo: GitRepo) -> dict[str, bytes]:
    """The event files, readable or not."""
    return {path.name: path.read_bytes() for path in (repo.inbox() / "events").glob("*")}


def mends(said: str) -> list[str]:
    """The commands that a refusal offers."""
    return [line.split("mend: ", 1)[1] for line in said.splitlines() if "mend: " in line]


def mend(repo: GitRepo, said: str) -> subprocess.CompletedProcess[str]:
    """Do literally what the first offer says."""
    repo.env["MEND"] = mends(said)[0]
    return repo.git("-c", 'alias.mend=!eval "$MEND"', "mend")


def test_trailers_alone_are_no_message(project: GitRepo, agent: Agent) -> None:
    """An editor closed without a word aborts the commit as ever; nothing is lost."""
    agent.write("a.py", TEN)
    project.git("add", "-A")
    editor(project, "true")
    done = project.git("commit", check=False)
    assert done.returncode == 1
    assert "empty commit message" in done.stderr
    assert project.git("rev-list", "--count", "HEAD").stdout == "1\n"
    assert len(project.events()) == 1
    assert project.generations() == []


@pytest.mark.slow
def test_sign_off_alone_is_no_message(project: GitRepo, agent: Agent) -> None:
    """With `-s` the template holds a trailer already; an empty message is empty still."""
    agent.write("a.py", TEN)
    project.git("add", "-A")
    editor(project, "true")
    assert "empty commit message" in project.git("commit", "-s", check=False).stderr
    editor(project, "sed -i '1s/^/Words/' \"$1\"")
    project.git("commit", "-s")
    assert [key for key, _ in project.trailers()] == ["Signed-off-by", "AI-Trace"]
    assert project.message().count("\n\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("verbose", [False, True])
def test_words_in_the_editor(project: GitRepo, agent: Agent, verbose: bool) -> None:
    """A message written in the editor gets its trailers below it, in one block with what is there."""
    agent.write("a.py", TEN)
    project.git("add", "-A")
    editor(project, 'printf \'Words\\n\\nBody.\\n\\nSee-also: x\\n\' | cat - "$1" >m && mv m "$1"')
    project.git("commit", *(["--verbose"] if verbose else []))
    assert project.message() == f"Words\n\nBody.\n\nSee-also: x\nAI-Trace: {project.generations()[0]}"
    assert gate(project) == "passed"


@pytest.mark.slow
@pytest.mark.parametrize("args", [[], ["-v"], ["-a"], ["a file"], ["--cleanup=scissors"]])
def test_trailer_removed_in_the_editor(project: GitRepo, agent: Agent, args: list[str]) -> None:
    """Who deletes the trailer is refused, keeps the message, and the mend as printed makes that very commit."""
    project.write("a file.py", "x = 0\n")
    project.write("other.py", "x = 0\n")
    project.commit("Base")
    agent.write("a file.py", TEN)
    project.write("other.py", "x = 1\n")
    if args == ["a file"]:
        args = ["--", "a file.py"]
    elif args != ["-a"]:
        project.git("add", "a file.py")
    editor(project, 'grep -q AI-Trace "$1" && sed -i -e /^AI-Trace/d -e \'1s/.*/Fine words/\' "$1"')
    said = refused(project, "-e", "-m", "Words", "-m", "A body.", *args)
    assert "  a file.py  gen_" in said
    assert "was removed, but its lines are in this commit" in said
    assert "AI-Trace-Dropped: gen_" in said
    project.env["GIT_EDITOR"] = "false"
    mend(project, said)
    trace = project.generations()[0]
    assert project.message() == f"Fine words\n\nA body.\n\nAI-Trace: {trace}"
    changed = project.git("show", "--format=", "--name-only", "HEAD").stdout.splitlines()
    assert changed == ["a file.py"] + (["other.py"] if args == ["-a"] else [])
    assert claims(project) == {"a file.py": {"ai": "1-10", "deleted": 1}}
    assert gate(project) == "passed"
    assert project.git("diff", "--cached", "--name-only").stdout == ""


@pytest.mark.slow
def test_way_out_with_a_reason(project: GitRepo, agent: Agent) -> None:
    """`AI-Trace-Dropped` with a reason lets the trailer go, and stands in the note."""
    agent.write("a.py", TEN)
    project.git("add", "-A")
    editor(project, 'sed -i "s/^AI-Trace: \\(.*\\)/AI-Trace-Dropped: \\1 rewritten by hand/" "$1"')
    project.git("commit", "-q", "-e", "-m", "Words")
    [trace] = project.generations()
    assert project.trailers() == [("AI-Trace-Dropped", f"{trace} rewritten by hand")]
    logged = json.loads(project.git("ai-log", "--json").stdout.splitlines()[0])
    assert logged["dropped"] == {trace: "rewritten by hand"}
    assert f"Dropped:  {trace} rewritten by hand" in project.git("ai-log", "-n1").stdout
    [row] = [row for row in project.note() if row["kind"] == "commit"]
    assert row["dropped"] == {trace: "rewritten by hand"}
    assert row["gate"] == "passed"
    assert claims(project) == {"a.py": {"ai": "1-10"}}


@pytest.mark.parametrize("value", ["", "no-trace-id why"])
def test_way_out_without_a_reason(project: GitRepo, agent: Agent, value: str) -> None:
    """Without a reason, or without a trace id, the way out is none."""
    agent.write("a.py", TEN)
    project.git("add", "-A")
    replacement = f"AI-Trace-Dropped: {value or chr(92) + '1'}"
    editor(project, f"sed -i 's/^AI-Trace: \\(.*\\)/{replacement}/' \"$1\"")
    assert "AI-Trace-Dropped: <trace id> <reason>" in refused(project, "-e", "-m", "Words")


@pytest.mark.slow
@pytest.mark.parametrize("facts", [{"prompt": None}, {"model": None}, {"prompt": None, "model": None}])
def test_incomplete(project: GitRepo, agent: Agent, facts: dict[str, None]) -> None:
    """Under `require` a generation without prompt or model is refused; the way out of the mend is accepted."""
    configure(project, 'require = ["prompt", "model"]\n')
    agent.prompt(**facts)
    agent.write("a.py", TEN)
    project.git("add", "-A")
    said = refused(project, "-m", "Words")
    assert f"has no {' and '.join(facts)}, which this project requires" in said
    trace = next(word for word in said.split() if word.startswith("gen_"))
    project.git("commit", "-q", "-m", "Words", "--trailer", f"AI-Trace-Dropped: {trace} the tool has no hook")
    assert gate(project) == "passed"
    assert claims(project) == {"a.py": {"ai": "1-10"}}


def test_complete(project: GitRepo, agent: Agent) -> None:
    """Under `require` a complete generation passes, under every privacy."""
    configure(project, 'require = ["prompt", "model"]\nprivacy = "hash-only"\n')
    agent.write("a.py", TEN)
    project.commit("Words")
    assert gate(project) == "passed"


def test_prompt_that_is_lost(project: GitRepo, agent: Agent) -> None:
    """Under `require` a prompt whose bytes are damaged is a missing one."""
    configure(project, 'require = ["prompt"]\n')
    agent.prompt("the only copy").write("a.py", TEN)
    damage(project, b"the only copy")
    project.git("add", "-A")
    assert "has no prompt" in refused(project, "-m", "Words")


def damage(repo: GitRepo, content: bytes, *, remove: bool = False) -> None:
    """Cut the inbox's copy of a content short, or take it away."""
    name = hashlib.sha256(content).hexdigest()
    place = repo.inbox() / "blobs" / name[:2] / name[2:]
    if remove:
        place.unlink()
    else:
        place.write_bytes(place.read_bytes()[:-3])


@pytest.mark.slow
@pytest.mark.parametrize("what", ["content", "missing content", "event"])
def test_unreadable(project: GitRepo, agent: Agent, what: str) -> None:
    """Evidence that cannot be read refuses the commit; the mend sets it aside, and the commit goes through."""
    agent.write("a.py", "a = 0\n")
    agent.write("a.py", TEN)
    project.write("b.py", "b = 1\n")
    first = project.inbox() / "events/0000000001.json"
    if what == "event":
        first.write_bytes(first.read_bytes()[:40])
    else:
        damage(project, b"a = 0\n", remove=what == "missing content")
    project.git("add", "-A")
    said = refused(project, "-m", "Words")
    assert "cannot be read" in said
    if what != "event":
        assert "  a.py" in said
    if what != "event":
        mend(project, said)
        said = refused(project, "-m", "Words")
    mend(project, said)
    project.git("commit", "-q", "-m", "Words")
    assert list((project.inbox() / "events").glob("*.damaged"))
    assert gate(project) == "passed" if project.note() else True


def test_unreadable_elsewhere(project: GitRepo, agent: Agent) -> None:
    """Damaged contents of another file are not this commit's business."""
    agent.write("a.py", TEN)
    damage(project, TEN.encode())
    project.write("b.py", "b = 1\n")
    project.commit("Words", "b.py")
    assert project.note() == []


def test_no_verify(project: GitRepo, agent: Agent) -> None:
    """`--no-verify` is not silent: note and trailer are there, and the note says it."""
    agent.write("a.py", TEN)
    project.git("add", "-A")
    project.git("commit", "-q", "--no-verify", "-m", "Quick")
    assert claims(project) == {"a.py": {"ai": "1-10"}}
    assert gate(project) == "bypassed"
    assert [key for key, _ in project.trailers()] == ["AI-Trace"]
    assert project.events() == []


@pytest.mark.slow
def test_no_verify_after_a_passed_attempt(project: GitRepo, agent: Agent) -> None:
    """A gate that passed an attempt which came to nothing has not passed the next one."""
    agent.write("a.py", TEN)
    project.git("add", "-A")
    block = project.path / ".git/hooks/reference-transaction"
    block.write_text('#!/bin/sh\n[ "$1" != prepared ] || ! grep -q refs/heads/\n')
    block.chmod(0o755)
    assert project.git("commit", "-m", "x", check=False).returncode == 128
    block.unlink()
    project.git("commit", "-q", "--no-verify", "-m", "Quick")
    assert gate(project) == "bypassed"


@pytest.mark.slow
def test_no_verify_where_the_gate_would_refuse(project: GitRepo, agent: Agent) -> None:
    """A refused commit that is forced has its note."""
    configure(project, 'require = ["prompt"]\n')
    agent.prompt(None).write("a.py", TEN)
    project.git("add", "-A")
    refused(project, "-m", "x")
    project.git("commit", "-q", "--no-verify", "-m", "x")
    assert claims(project) == {"a.py": {"ai": "1-10"}}
    assert gate(project) == "bypassed"


@pytest.mark.parametrize(
    ("missing", "trailers", "said"),
    [
        ({"commit-msg"}, 1, "passed"),
        ({"prepare-commit-msg"}, 1, "passed"),
        ({"pre-commit"}, 1, "passed"),
        ({"pre-commit", "prepare-commit-msg"}, 1, "passed"),
        ({"commit-msg", "prepare-commit-msg"}, 0, "passed"),
        ({"pre-commit", "commit-msg"}, 1, "absent"),
        ({"pre-commit", "commit-msg", "prepare-commit-msg"}, 0, "absent"),
    ],
)
def test_hooks_partly_installed(
    project: GitRepo, agent: Agent, missing: set[str], trailers: int, said: str
) -> None:
    """With some hooks missing the others do what they can, and the note says what the gate was."""
    for name in missing:
        (project.path / ".git/hooks" / name).unlink()
    agent.write("a.py", TEN)
    project.commit("Words")
    assert claims(project) == {"a.py": {"ai": "1-10"}}
    assert len(project.trailers()) == trailers
    assert gate(project) == said
    assert project.events() == []


def test_refusal_without_commit_msg(project: GitRepo, agent: Agent) -> None:
    """Where no commit-msg hook will look, pre-commit refuses."""
    configure(project, 'require = ["prompt"]\n')
    (project.path / ".git/hooks/commit-msg").unlink()
    agent.prompt(None).write("a.py", TEN)
    project.git("add", "-A")
    assert "has no prompt" in refused(project, "-m", "x")


def test_without_post_commit(project: GitRepo, agent: Agent) -> None:
    """Without post-commit the next commit finds the plan and finishes the note."""
    hook = project.path / ".git/hooks/post-commit"
    kept = hook.rename(hook.with_suffix(".off"))
    agent.write("a.py", TEN)
    first = project.commit("Words")
    assert project.note() == []
    kept.rename(hook)
    project.write("b.py", "b = 1\n")
    project.commit("By hand")
    assert claims(project, first) == {"a.py": {"ai": "1-10"}}
    assert gate(project, first) == "passed"
    assert project.note() == []
    assert project.events() == []


@pytest.mark.parametrize("hook", ["prepare-commit-msg", "commit-msg"])
def test_wrong_configuration(project: GitRepo, agent: Agent, hook: str) -> None:
    """A configuration that cannot be read stops the commit, and says where."""
    agent.write("a.py", TEN)
    configure(project, "privcy = 1\n")
    if hook == "commit-msg":
        (project.path / ".git/hooks/pre-commit").unlink()
    project.git("add", "-A")
    done = project.git("commit", "-m", "x", check=False)
    assert done.returncode != 0
    assert 'unknown key "privcy"; the nearest known key is "privacy"' in done.stderr
    assert len(project.events()) == 1


def test_messages_from_files(project: GitRepo, agent: Agent, tmp_path: Path) -> None:
    """`-F`, `-t` and a CRLF message get the trailer in git's own form."""
    (tmp_path / "message").write_bytes(b"Subject\r\n\r\nBody\r\n")
    agent.write("a.py", "a = 1\n")
    project.git("add", "-A")
    project.git("commit", "-q", "-F", str(tmp_path / "message"))
    assert [key for key, _ in project.trailers()] == ["AI-Trace"]
    assert gate(project) == "passed"


@pytest.mark.slow
def test_trailer_that_is_there(project: GitRepo, agent: Agent) -> None:
    """A second commit of one turn carries the same trailer once, also when the message names it already."""
    agent.write("a.py", "a = 1\n")
    agent.write("b.py", "b = 1\n")
    project.commit("One", "a.py")
    trace = project.generations()[0]
    project.git("add", "-A")
    project.git("commit", "-q", "-m", f"Two\n\nAI-Trace: {trace}")
    assert project.trailers() == [("AI-Trace", trace)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("separators", "args"),
    [("=:", ("-m", "Add a")), ("=", ("-e", "-m", "Add a")), ("#:", ("-m", "Add a", "-m", "Fix #42"))],
)
def test_other_separators(project: GitRepo, agent: Agent, separators: str, args: tuple[str, ...]) -> None:
    """Whatever else separates trailers here, ours have a colon, pass the gate and are found again."""
    project.git("config", "trailer.separators", separators)
    agent.write("a.py", "a = 1\n")
    project.git("add", "-A")
    editor(project, "exit 0")
    project.git("commit", "-q", *args)
    (trace,) = project.generations()
    message = project.message()
    assert message.endswith(f"\nAI-Trace: {trace}")
    assert message.count("\n\n") == 1  # a trailer of the author's stays in one block with ours
    project.git("update-ref", "-d", "refs/notes/gitprov")
    (entry,) = json.loads(f"[{project.git('ai-log', '--json').stdout}]")
    assert (entry["class"], trace in json.dumps(entry)) == ("declared", True)
