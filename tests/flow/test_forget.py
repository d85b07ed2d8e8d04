"""`gitprov forget`: contents go everywhere, digests and the tombstone stay, and nothing else is lost."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest

from gitprov.model.generation import intact
from tests.support.agent import Agent
from tests.support.claude import ClaudeSession
from tests.support.commits import lines, objects
from tests.support.repo import GENERATIONS_REF, NOTES_REF, GitRepo, run

pytestmark = pytest.mark.slow

SECRET = "the name of a customer"
TEN = lines(10)


def forget(repo: GitRepo, *args: str) -> list[dict[str, Any]]:
    """Forget without asking; what it told."""
    done = repo.gitprov("forget", "--yes", "--json", *args)
    return [json.loads(line) for line in done.stdout.splitlines()]


def inbox_text(repo: GitRepo) -> bytes:
    """All that lies below gitprov's directory, contents unpacked."""
    found = []
    for path in sorted((repo.path / ".git/gitprov").rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            found.append(zlib.decompress(data) if "/blobs/" in str(path) else data)
    return b"\n".join(found)


def stored(repo: GitRepo) -> list[str]:
    """The paths of the store."""
    return repo.git("ls-tree", "-r", "--name-only", GENERATIONS_REF).stdout.splitlines()


@pytest.fixture
def told(project: GitRepo, agent: Agent) -> str:
    """Two commits, each with a trace; the first one's prompt holds what is to go. Its trace id."""
    agent.prompt(f"write to {SECRET}", output=f"as for {SECRET}: done").write("a.py", TEN)
    project.commit("One")
    agent.prompt("go on").write("b.py", TEN)
    project.commit("Two")
    return str(project.traces("HEAD~")[0]["id"])


def test_contents_are_gone_from_every_place(project: GitRepo, told: str) -> None:
    """After --prune no object and no file of ours holds what was said, live, archived, packed or unreachable."""
    assert SECRET.encode() in objects(project)
    assert SECRET.encode() in inbox_text(project)
    [row] = forget(project, told, "--prune", "--reason", "a letter asked for it")
    assert row["trace"] == told
    assert row["events"] == 1
    assert SECRET.encode() not in objects(project)
    assert SECRET.encode() not in inbox_text(project)
    assert project.git("reflog", "exists", GENERATIONS_REF, check=False).returncode or not (
        project.git("reflog", "show", GENERATIONS_REF, check=False).stdout
    )


def test_objects_stay_until_they_are_pruned(project: GitRepo, told: str) -> None:
    """Without --prune nothing leads to the contents any more, and the command that removes them is printed."""
    said = project.gitprov("forget", "--yes", told).stdout
    assert "git gc --prune=now" in said
    assert SECRET.encode() in objects(project)
    reached = project.git("rev-list", "--objects", "--all", "--reflog").stdout
    oids = "".join(line.split(" ")[0] + "\n" for line in reached.splitlines())
    assert SECRET.encode() not in project.git_bytes("cat-file", "--batch", input=oids.encode())
    project.git("gc", "-q", "--prune=now")
    assert SECRET.encode() not in objects(project)


def test_record_and_tombstone_stay(project: GitRepo, told: str) -> None:
    """The record still has its digest and name; the tombstone says when, by whom and why."""
    before = project.generation(told)
    forget(project, told, "--reason", "a letter asked for it")
    record = project.generation(told)
    assert record == before
    assert intact(record)
    stone = json.loads(project.generation_file(told, "tombstone.json"))
    assert stone["by"] == "Alice <alice@example.com>"
    assert stone["reason"] == "a letter asked for it"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stone["at"])
    assert {path.rpartition("/")[2] for path in stored(project) if f"/{told}/" in path} == {
        "record.json",
        "tombstone.json",
    }


def test_everything_else_stays(project: GitRepo, told: str) -> None:
    """Notes, code, messages and the other generation are byte for byte what they were."""
    other = project.traces()[0]["id"]
    before = [path for path in stored(project) if f"/{other}/" in path]
    contents = {path: project.git_bytes("show", f"{GENERATIONS_REF}:{path}") for path in before}
    refs = project.git("for-each-ref", "refs/heads", NOTES_REF).stdout
    forget(project, told, "--prune")
    assert project.git("for-each-ref", "refs/heads", NOTES_REF).stdout == refs
    assert {path: project.git_bytes("show", f"{GENERATIONS_REF}:{path}") for path in before} == contents
    assert project.classes("a.py") == ["ai"] * 10
    assert project.gitprov("verify", check=False).returncode == 0


def test_show_says_so(project: GitRepo, told: str) -> None:
    """`show` tells that the texts are forgotten, since when and by whom, for people and machines."""
    forget(project, told, "--reason", "a letter")
    text = project.gitprov("show", told).stdout
    assert re.search(r"Forgotten: +\S+Z by Alice <alice@example.com>: a letter", text)
    row = json.loads(project.gitprov("show", "--json", told).stdout)
    assert row["forgotten"]["reason"] == "a letter"
    assert row["prompt"]["text"] is None
    assert (
        json.loads(project.gitprov("show", "--json", "HEAD").stdout)["traces"][0]["prompt"]["text"] == "go on"
    )
    assert project.gitprov("show", "--prompt", told, check=False).returncode == 3


def test_twice_is_once(project: GitRepo, told: str) -> None:
    """Forgetting again changes nothing and says so; the first moment and reason stand."""
    forget(project, told, "--reason", "first")
    ref = project.oid(GENERATIONS_REF)
    [row] = forget(project, told, "--reason", "second")
    assert row["already"]
    assert project.oid(GENERATIONS_REF) == ref
    assert "was forgotten already" in project.gitprov("forget", "--yes", told).stdout


def test_dry_run_changes_nothing(project: GitRepo, told: str) -> None:
    """--dry-run tells the same counts and leaves every file and ref."""
    project.events()  # retires what the commit used
    refs, inbox = project.git("for-each-ref").stdout, inbox_text(project)
    done = project.gitprov("forget", "--dry-run", "--json", told)
    row = json.loads(done.stdout)
    assert not row["forgotten"]
    assert (project.git("for-each-ref").stdout, inbox_text(project)) == (refs, inbox)
    [real] = forget(project, told)
    assert (row["stored"], row["events"], row["turns"]) == (real["stored"], real["events"], real["turns"])


def test_somebody_is_asked(project: GitRepo, told: str) -> None:
    """Without --yes a terminal is asked and may say no; where there is none, nothing happens."""
    done = project.gitprov("forget", told, check=False)
    assert done.returncode == 2
    assert "--yes" in done.stderr
    for answer, code in ((b"n\n", 130), (b"y\n", 0)):
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            ["gitprov", "forget", told],
            cwd=project.path,
            env=project.env,
            stdin=theirs,
            stdout=subprocess.PIPE,
        ) as process:
            os.write(ours, answer)
            process.communicate(timeout=60)
        os.close(ours)
        os.close(theirs)
        assert process.returncode == code
        assert ("tombstone.json" in "".join(stored(project))) is (code == 0)


def test_unknown_names(project: GitRepo, told: str) -> None:
    """What is no trace is a clear error, and nothing of what was named beside it is erased."""
    before = project.oid(GENERATIONS_REF)
    for name, code in (("gen_20200101_0000000000", 3), ("nonsense", 3), ("HEAD", 2)):
        done = project.gitprov("forget", "--yes", told, name, check=False)
        assert done.returncode == code
        assert name in done.stderr
    assert project.oid(GENERATIONS_REF) == before


def test_shared_contents_are_named(project: GitRepo, agent: Agent) -> None:
    """What another generation, the code or a continuation has as well stays, and is said to."""
    agent.prompt("a long turn").write("a.py", TEN)
    project.commit("One")
    agent.write("a.py", TEN + "more\n")
    project.commit("Two")
    first, second = (project.traces(rev)[0]["id"] for rev in ("HEAD~", "HEAD"))
    assert project.generation(second)["parent"] == first
    [row] = forget(project, first)
    assert any(second in one["what"] and "prompt" in one["what"] for one in row["still"])
    assert any(one["mend"] == f"gitprov forget {second}" for one in row["still"])
    assert any("a.py" in one["what"] for one in row["still"])
    assert project.generation_file(second, "prompt.txt") == b"a long turn"
    assert project.gitprov("verify", check=False).returncode == 0


def test_instruction_texts_go_with_their_last_user(hooked: GitRepo, claude: ClaudeSession) -> None:
    """The text of an instruction file stays while a living generation had it in force."""
    hooked.write("CLAUDE.md", "be brief\n")
    for n in range(2):
        claude.prompt(f"turn {n}")
        claude.write_file(f"{n}.py", lines(5, f"f{n}"))
        claude.stop()
        hooked.commit(f"Commit {n}")
    first, second = (hooked.traces(rev)[0]["id"] for rev in ("HEAD~", "HEAD"))
    forget(hooked, first)
    assert any(path.startswith("instructions/") for path in stored(hooked))
    forget(hooked, second)
    assert not any(path.startswith("instructions/") for path in stored(hooked))
    assert hooked.gitprov("verify", check=False).returncode == 0


def test_turn_that_no_commit_holds(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A pending turn is forgotten by the name that status gives it: its lines have no evidence any more."""
    claude.prompt(f"about {SECRET}")
    claude.write_file("a.py", TEN)
    [name] = re.findall(r"^[0-9a-f]{8}/\d+", hooked.gitprov("status").stdout, re.MULTILINE)
    [row] = forget(hooked, name)
    assert row["events"] == 1
    assert hooked.events() == []
    assert SECRET.encode() not in inbox_text(hooked)
    claude.edit("a.py", "line_1 = 1\n", "line_1 = 11\n")  # the turn goes on, without what was said
    claude.stop("Done.")
    hooked.commit("One")
    assert hooked.classes("a.py") == ["ai"] + ["unknown"] * 9
    assert SECRET.encode() not in inbox_text(hooked)
    assert SECRET.encode() not in objects(hooked)


def test_trace_of_a_refused_commit(project: GitRepo, agent: Agent) -> None:
    """A trace that exists in the plan of an attempt alone is forgotten with the plan."""
    project.write(".git/hooks/commit-msg.d", "")
    agent.prompt(f"about {SECRET}").write("a.py", TEN)
    project.git("add", "a.py")
    project.gitprov("hook", "pre-commit")
    plan = json.loads((project.path / ".git/gitprov/plan.json").read_text())
    trace = plan["rows"][0]["id"]
    forget(project, trace)
    assert not (project.path / ".git/gitprov/plan.json").exists()
    assert SECRET.encode() not in inbox_text(project)
    project.commit_staged("One")
    assert project.traces() == []


def test_evidence_in_another_worktree(project: GitRepo, told: str, tmp_path: Path) -> None:
    """Inboxes of all worktrees are looked at, whichever the command runs in."""
    other = project.add_worktree(tmp_path / "other", "-b", "other")
    forget(other, told)
    assert SECRET.encode() not in inbox_text(project)


def test_clone_without_generations(project: GitRepo, told: str, tmp_path: Path) -> None:
    """Where only the note is, a tombstone is left that keeps the contents from coming."""
    clone = project.clone(tmp_path / "clone")
    clone.git("fetch", "-q", "origin", f"{NOTES_REF}:{NOTES_REF}")
    [row] = forget(clone, told)
    assert row["stored"] == []
    assert stored(clone) == [f"{told[-10:-8]}/{told}/tombstone.json"]
    assert "Forgotten:" in clone.gitprov("show", told).stdout
    [row] = forget(clone, told)
    assert row["already"]


def test_tombstone_that_came_from_elsewhere(project: GitRepo, told: str) -> None:
    """A tombstone on top of a history that still holds the contents is no reason to leave them there."""
    files = [path for path in stored(project) if f"/{told}/" in path and not path.endswith("record.json")]
    stream = [f"commit {GENERATIONS_REF}\ncommitter A <a@example.com> 1769940000 +0000\ndata 1\nx\n"]
    stream += [f"from {GENERATIONS_REF}^0\n", *(f"D {path}\n" for path in files)]
    stream += [f"M 100644 inline {told[-10:-8]}/{told}/tombstone.json\ndata 3\n{{}}\n\n", "done\n"]
    project.git("fast-import", "--quiet", "--done", input="".join(stream))
    [row] = forget(project, told, "--prune")
    assert not row["already"]
    assert SECRET.encode() not in objects(project)


def test_damaged_record(project: GitRepo, told: str) -> None:
    """A record that cannot be read is no reason to keep what lies beside it."""
    stream = [f"commit {GENERATIONS_REF}\ncommitter A <a@example.com> 1769940000 +0000\ndata 1\nx\n"]
    stream += [
        f"from {GENERATIONS_REF}^0\nM 100644 inline {told[-10:-8]}/{told}/record.json\ndata 1\n[\n\ndone\n"
    ]
    project.git("fast-import", "--quiet", "--done", input="".join(stream))
    forget(project, told, "--prune")
    assert SECRET.encode() not in objects(project)


def test_index_is_dropped(project: GitRepo, told: str) -> None:
    """The index is derived and may hold texts: it goes and is made anew from what is left."""
    index = project.write(".git/gitprov/index.sqlite", SECRET)
    forget(project, told)
    assert not index.exists()


# -- cut off ------------------------------------------------------------------------------------------------------


def copy(repo: GitRepo, name: str) -> GitRepo:
    """The same repository elsewhere."""
    place = repo.path.parent / name
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(repo.path, place, symlinks=True)
    return GitRepo(place, repo.env)


def state(repo: GitRepo) -> dict[str, Any]:
    """What counts of a repository: refs but for the moment in the tombstone, and files of ours but for temporary ones."""
    home = repo.path / ".git/gitprov"
    files = {str(p.relative_to(home)): p.read_bytes() for p in home.rglob("*") if p.is_file()}
    files = {name: data for name, data in files.items() if not re.search(r"\d+-\d+-[0-9a-f]{16}$", name)}
    tree = {
        path: repo.git_bytes("show", f"{GENERATIONS_REF}:{path}")
        for path in stored(repo)
        if not path.endswith("tombstone.json")
    }
    heads = repo.git("for-each-ref", "refs/heads", NOTES_REF).stdout
    stones = sorted(path for path in stored(repo) if path.endswith("tombstone.json"))
    return {"files": files, "tree": tree, "heads": heads, "stones": stones}


def on_disk(repo: GitRepo) -> dict[str, bytes]:
    """What may have changed; a death that left the same as the one before needs no second look."""
    rooms = [repo.path / ".git" / name for name in ("gitprov", "refs", "logs")]
    files = [path for room in rooms for path in room.rglob("*") if path.is_file()]
    return {
        re.sub(r"\d+-\d*-?[0-9a-f]{10,16}", "", str(path.relative_to(repo.path))): path.read_bytes()
        for path in files
    }


@pytest.mark.usefixtures("forked")
def test_killed_in_between(project: GitRepo, told: str) -> None:
    """Killed before any of its changes, running it again ends where an undisturbed run ends."""
    whole = copy(project, "whole")
    forget(whole, told)
    wanted = state(whole)
    n, looks, seen = 1, 0, on_disk(project)
    while True:
        repo = copy(project, f"killed-{looks}")
        done = run(
            ["struck", str(n), "command", "forget", "--yes", told],
            cwd=repo.path,
            env=repo.env,
            check=False,
        )
        assert done.returncode in (0, -signal.SIGKILL), done
        if done.returncode == 0:
            break
        n += 1
        if on_disk(repo) == seen:
            continue
        seen = on_disk(repo)
        forget(repo, told)
        assert state(repo) == wanted, f"killed before change {n - 1}"
        looks += 1
        last = repo
    last.git("gc", "-q", "--prune=now")
    assert SECRET.encode() not in objects(last)
    assert looks > 10


# -- remotes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("synced_first", [False, True], ids=["at once", "after a sync"])
def test_remote_and_colleague(project: GitRepo, agent: Agent, tmp_path: Path, synced_first: bool) -> None:
    """A sync hands the tombstone on; the remote loses the contents by the documented push, colleagues by their sync."""
    bare = project.clone(tmp_path / "origin.git", "--bare")
    project.git("remote", "add", "origin", bare.path.as_uri())
    project.git("config", "gitprov.share.generations", "true")
    agent.prompt(f"write to {SECRET}").write("a.py", TEN)
    project.commit("One")
    project.git("push", "-q", "-u", "origin", "main")
    project.gitprov("sync")
    colleague = bare.clone(tmp_path / "colleague")
    colleague.git("config", "gitprov.share.generations", "true")
    colleague.gitprov("sync")
    trace = project.traces()[0]["id"]
    assert all(SECRET.encode() in objects(repo) for repo in (project, bare, colleague))

    forget(project, trace, "--prune")
    if synced_first:
        project.gitprov("sync")
        colleague.gitprov("sync")
        assert [path.rpartition("/")[2] for path in stored(colleague)] == ["record.json", "tombstone.json"]
        assert SECRET.encode() in objects(project)  # as the remote's history came back with it
        forget(project, trace, "--prune")
    there = project.git("ls-remote", "origin", GENERATIONS_REF).stdout.split()[0]
    lease = f"--force-with-lease={GENERATIONS_REF}:{there}"
    project.git("push", "-q", lease, "origin", GENERATIONS_REF)
    bare.git("gc", "-q", "--prune=now")
    for repo in (project, colleague):
        repo.gitprov("sync")
        repo.git("gc", "-q", "--prune=now")
    assert not any(SECRET.encode() in objects(repo) for repo in (project, bare, colleague))
    assert "Forgotten:" in colleague.gitprov("show", trace).stdout
    assert colleague.gitprov("verify", "--strict", check=False).returncode == 0


def test_code_that_only_a_reflog_has_is_reported(project: GitRepo, agent: Agent) -> None:
    """A version that was amended away is still git's until the reflog forgets it, and is named as what stays."""
    agent.prompt("write it").write("a.py", TEN)
    project.commit("One")
    trace = str(project.traces()[0]["id"])
    project.git("rm", "-q", "a.py")
    project.git(
        "commit", "-q", "--amend", "--allow-empty", "-m", "Nothing\n\nAI-Trace-Dropped: " + trace + " gone"
    )
    project.git("update-index", "--refresh", check=False)
    [row] = forget(project, trace, "--reason", "a letter")
    assert any("a.py" in one["what"] for one in row["still"])
