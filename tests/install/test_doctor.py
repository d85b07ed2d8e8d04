"""The doctor finds each thing that is wrong, says how to mend it, and mends what is safe."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.store.setup import shims
from tests.install.shelf import evidence, recorder
from tests.support.agent import Agent
from tests.support.claude import ClaudeSession
from tests.support.repo import NOTES_REF, GitRepo, run
from tests.support.sealed import START

OLD = START - 90 * 24 * 3600


def look(repo: GitRepo, *args: str) -> tuple[int, dict[str, dict[str, object]]]:
    """The doctor's exit code, and its findings by kind."""
    done = repo.gitprov("doctor", "--json", *args, check=False)
    return done.returncode, {row["kind"]: row for row in json.loads(done.stdout)["findings"]}


def hook(repo: GitRepo, name: str = "commit-msg") -> Path:
    """One of our hook files."""
    return repo.path / ".git/hooks" / name


def close(repo: GitRepo) -> None:
    """Modes as capture sets them."""
    home = repo.path / ".git/gitprov"
    for path in [home, *home.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)


def activate(repo: GitRepo) -> None:
    """The flag that a first note raises."""
    home = repo.path / ".git/gitprov"
    home.mkdir(exist_ok=True)
    (home / "active").touch()


def plant_scratch_ref(repo: GitRepo) -> None:
    """What a writer that was killed leaves behind; no process can have this id."""
    repo.git("update-ref", "refs/gitprov/scratch/4194305-00/0", "HEAD")


def plant_temp_file(repo: GitRepo) -> None:
    """What a capture that was killed leaves behind."""
    path = repo.inbox() / "tmp/1-1-aa"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("half")
    os.utime(path, (OLD, OLD))
    close(repo)


def plant_plan(repo: GitRepo) -> None:
    """What a commit that was killed leaves behind."""
    path = repo.path / ".git/gitprov/plan.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}")
    os.utime(path, (OLD, OLD))


def open_inbox(repo: GitRepo) -> None:
    """An inbox that a restored backup left readable for everybody."""
    repo.inbox().mkdir(parents=True)
    repo.inbox().chmod(0o755)


def lose_hook(repo: GitRepo) -> None:
    """Somebody tidied up."""
    hook(repo).unlink()


def lose_mode(repo: GitRepo) -> None:
    """A copy over a file system without modes."""
    hook(repo).chmod(0o644)


def lose_interpreter(repo: GitRepo) -> None:
    """The environment that gitprov was installed from is gone."""
    hook(repo).write_bytes(shims.render(shims.Settings("/gone/bin/python", "/gone")))


def age_shim(repo: GitRepo) -> None:
    """A shim that another version of gitprov wrote, unchanged since."""
    text = hook(repo).read_bytes()
    older = text.replace(b"# 2. Is there anything to do?\n", b"# 2.\n")
    hook(repo).write_bytes(shims._DIGEST.sub(b"# digest: " + shims._digest(older), older))


def move_hooks_path(repo: GitRepo) -> None:
    """husky, say, set the key after us."""
    repo.git("config", "core.hooksPath", ".husky/_")


def want_guard(repo: GitRepo) -> None:
    """The configuration asks for a guard that the shims do not know of yet."""
    repo.write(".gitprov.toml", "markers = true\n")


def damage_event(repo: GitRepo) -> None:
    """An event file that a full disk cut off."""
    evidence(repo).write_text('{"v":1,')
    close(repo)


FIXABLE: list[tuple[Callable[[GitRepo], None], str, str]] = [
    (plant_scratch_ref, "scratch-refs", "warning"),
    (plant_temp_file, "leftovers", "warning"),
    (plant_plan, "plan", "warning"),
    (open_inbox, "permissions", "warning"),
    (lose_hook, "hooks", "broken"),
    (lose_mode, "hook-file", "broken"),
    (lose_interpreter, "interpreter", "warning"),
    (age_shim, "hook-file", "warning"),
    (move_hooks_path, "hooks-path", "broken"),
    (want_guard, "flags", "broken"),
    (damage_event, "events", "broken"),
]


def log_problem(repo: GitRepo) -> None:
    """Capture got something it could not read."""
    repo.gitprov("capture", "claude-code", input="not json")


def change_hook(repo: GitRepo) -> None:
    """Somebody wrote into our hook."""
    with hook(repo).open("a") as file:
        file.write("echo mine\n")


def copy_notes_by_git(repo: GitRepo) -> None:
    """The user's configuration has git copy every note."""
    repo.git("config", "--add", "notes.rewriteRef", "refs/notes/*")


def write_foreign_note(repo: GitRepo) -> None:
    """Another tool, or a person, wrote on our ref."""
    activate(repo)
    repo.git("notes", f"--ref={NOTES_REF}", "add", "-m", "hello\n\nworld", "HEAD")


def break_notes(repo: GitRepo) -> None:
    """Our ref points at something that is no commit."""
    activate(repo)
    blob = repo.git("hash-object", "-w", "--stdin", input="x").stdout.strip()
    (repo.path / ".git/refs/notes").mkdir(exist_ok=True)
    (repo.path / ".git/refs/notes/gitprov").write_text(blob + "\n")


def write_odd_note(repo: GitRepo) -> None:
    """A note has a value of a kind that nobody can use."""
    activate(repo)
    row = json.dumps({"v": 1, "kind": "commit", "id": repo.oid(), "added": "many"})
    repo.git("notes", f"--ref={NOTES_REF}", "add", "-m", row, "HEAD")


def break_generations(repo: GitRepo) -> None:
    """A generation's record is not JSON."""
    store_record(repo, "x")


def write_odd_record(repo: GitRepo) -> None:
    """A generation's record is an object, and its model is a list."""
    store_record(repo, '{"model":["x"]}')


def store_record(repo: GitRepo, text: str) -> None:
    """A generation with this record and nothing else."""
    blob = repo.git("hash-object", "-w", "--stdin", input=text).stdout.strip()
    record = repo.git("mktree", input=f"100644 blob {blob}\trecord.json\n").stdout.strip()
    trace = repo.git("mktree", input=f"040000 tree {record}\tgen_20260201_0000000000\n").stdout.strip()
    top = repo.git("mktree", input=f"040000 tree {trace}\t00\n").stdout.strip()
    commit = repo.git("commit-tree", "-m", "x", top).stdout.strip()
    repo.git("update-ref", "refs/gitprov/generations", commit)


def forget_identity(repo: GitRepo) -> None:
    """Nobody told git who they are, and it may not guess."""
    repo.git("config", "--global", "--remove-section", "user")
    repo.git("config", "--global", "user.useConfigOnly", "true")


def use_claude(repo: GitRepo) -> None:
    """The project has Claude Code's directory, and no hooks of ours in it."""
    (repo.path / ".claude").mkdir()


def half_connect_claude(repo: GitRepo) -> None:
    """Somebody took out one of our hooks."""
    repo.install("--agents", "claude-code")
    path = repo.path / ".claude/settings.json"
    settings = json.loads(path.read_text())
    del settings["hooks"]["Stop"]
    path.write_text(json.dumps(settings))


def damage_claude(repo: GitRepo) -> None:
    """Settings that no JSON reader takes."""
    repo.write(".claude/settings.json", "{")


FOUND: list[tuple[Callable[[GitRepo], None], str, str]] = [
    (log_problem, "capture-log", "warning"),
    (change_hook, "hook-file", "warning"),
    (copy_notes_by_git, "notes.rewriteRef", "warning"),
    (write_foreign_note, "notes", "warning"),
    (break_notes, "notes", "broken"),
    (write_odd_note, "notes", "warning"),
    (write_odd_record, "generations", "warning"),
    (break_generations, "generations", "broken"),
    (forget_identity, "identity", "broken"),
    (use_claude, "agent", "warning"),
    (half_connect_claude, "agent", "warning"),
    (damage_claude, "agent-settings", "broken"),
]


def test_a_healthy_repository_is_fine(hooked: GitRepo, claude: ClaudeSession) -> None:
    """After an ordinary session and commit there is nothing to say."""
    hooked.install("--agents", "claude-code")
    claude.prompt("a greeting")
    claude.write_file("hello.py", "print('hello')\n")
    claude.stop()
    hooked.commit("Greet")
    done = hooked.gitprov("doctor")
    assert done.stdout.startswith("everything is fine\nshared with remotes: notes alone")


@pytest.mark.parametrize(
    ("plant", "kind", "level"), FIXABLE, ids=lambda value: getattr(value, "__name__", None)
)
def test_what_is_safe_is_mended(
    hooked: GitRepo, plant: Callable[[GitRepo], None], kind: str, level: str
) -> None:
    """Found, called by its level, mended by --fix, and gone."""
    plant(hooked)
    code, found = look(hooked)
    assert set(found) == {kind}
    assert (found[kind]["level"], found[kind]["fixable"]) == (level, True)
    assert code == (1 if level == "broken" else 0)
    done = hooked.gitprov("doctor", "--fix")
    assert done.stdout.startswith("mended: ")
    assert look(hooked) == (0, {})


@pytest.mark.parametrize(
    ("plant", "kind", "level"), FOUND, ids=lambda value: getattr(value, "__name__", None)
)
def test_what_needs_a_person_is_told(
    hooked: GitRepo, plant: Callable[[GitRepo], None], kind: str, level: str
) -> None:
    """Found and called by its level; --fix leaves it to somebody who can decide."""
    plant(hooked)
    code, found = look(hooked)
    assert (found[kind]["level"], found[kind]["fixable"]) == (level, False)
    assert found[kind]["mend"]
    assert code == (1 if level == "broken" else 0)
    assert look(hooked, "--fix") == (code, found)


def test_each_finding_is_two_lines_for_people(hooked: GitRepo) -> None:
    """What is wrong with its level, and how to mend it; the last line says what the project shares."""
    hook(hooked).unlink()
    done = hooked.gitprov("doctor", check=False)
    found, shared = done.stdout.rsplit("\n", 2)[:2]
    assert found == "broken: no hook at commit-msg\n  mend: gitprov install"
    assert shared.startswith("shared with remotes: notes alone")


def test_a_damaged_event_is_set_aside_with_its_bytes(hooked: GitRepo, claude: ClaudeSession) -> None:
    """An event whose content is lost stops the gate; --fix names its file and keeps it, and its number stays taken."""
    claude.prompt("a greeting")
    claude.write_file("hello.py", "print('hello')\n")
    (event,) = (hooked.inbox() / "events").iterdir()
    for blob in (hooked.inbox() / "blobs").glob("*/*"):
        blob.write_bytes(b"rubbish")
    text = event.read_bytes()
    hooked.write("hello.py", "print('hello')\nprint('and more')\n")
    assert "hello.py" in str(look(hooked)[1]["events"]["what"])
    hooked.git("add", "-A")
    assert hooked.git("commit", "-q", "-m", "x", check=False).returncode == 1
    assert "hello.py" in hooked.gitprov("doctor", "--fix").stdout
    assert event.with_name(event.name + ".damaged").read_bytes() == text
    hooked.git("commit", "-q", "-m", "x")
    claude.write_file("more.py", "print('more')\n")
    assert [row["seq"] for row in hooked.events()] == [int(event.stem) + 1]


def test_old_evidence_is_announced_before_it_goes(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Edits that nobody committed for 30 days are named while they are still there."""
    claude.prompt("a greeting")
    claude.write_file("hello.py", "print('hello')\n")
    for path in (hooked.inbox() / "events").iterdir():
        os.utime(path, (OLD, OLD))
    code, found = look(hooked)
    assert (code, set(found) - {"agent"}) == (0, {"old-events"})


def test_a_scratch_ref_in_use_is_left_alone(hooked: GitRepo) -> None:
    """The process that makes it is alive: this one."""
    hooked.git("update-ref", f"refs/gitprov/scratch/{os.getpid()}-00/0", "HEAD")
    assert look(hooked, "--fix") == (0, {})
    assert "scratch" in hooked.git("for-each-ref").stdout


def test_the_inbox_of_a_removed_worktree_is_named(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Evidence of a worktree that is gone would otherwise lie there unseen."""
    claude.prompt("a greeting")
    claude.write_file("hello.py", "print('hello')\n")
    hooked.inbox().rename(hooked.inbox().with_name("gone"))
    code, found = look(hooked)
    assert (code, set(found) - {"agent"}) == (0, {"worktree"})


def test_a_hook_that_we_kept_and_nobody_runs_is_named(hooked: GitRepo) -> None:
    """Another hook took our place: the stage is lost, and so is the hook we had set aside; --fix does not decide."""
    recorder(hook(hooked).with_name("commit-msg.gitprov-chained"), hooked.path / "log")
    recorder(hook(hooked), hooked.path / "other log")
    code, found = look(hooked)
    assert (code, set(found)) == (1, {"hooks", "hook-file"})
    assert "commit-msg.gitprov-chained" in str(found["hook-file"]["what"])
    assert look(hooked, "--fix") == (code, found)


def test_without_hooks_records_get_lost(repo: GitRepo) -> None:
    """A repository where gitprov was never installed is broken in the doctor's eyes."""
    code, found = look(repo)
    assert (code, set(found)) == (1, {"hooks"})


def test_a_bare_repository_needs_no_hooks(tmp_path: Path, env: dict[str, str]) -> None:
    """There only refs are looked at."""
    assert look(GitRepo.init(tmp_path / "bare", env, "--bare")) == (0, {})


def test_a_command_that_agents_cannot_find_is_broken(hooked: GitRepo, tmp_path: Path) -> None:
    """Agents call `gitprov` by name; without it on PATH nothing is captured, and no one would notice."""
    hooked.install("--agents", "claude-code")
    wrapper = tmp_path / "bin/gitprov"
    if not wrapper.exists():
        pytest.skip("gitprov is installed beside the interpreter and cannot be taken off PATH")
    hidden = wrapper.rename(tmp_path / "elsewhere")
    hooked.env["PATH"] = os.pathsep.join(
        part for part in hooked.env["PATH"].split(os.pathsep) if part != str(wrapper.parent)
    )
    hooked.git("config", "alias.prov", f"!{hidden}")
    done = hooked.git("prov", "doctor", check=False)
    assert done.returncode == 1
    assert "not on PATH" in done.stdout


@pytest.mark.usefixtures("forked")
def test_an_erasure_that_was_cut_off(project: GitRepo, agent: Agent) -> None:
    """Doctor names what was to be forgotten and is not; --fix finishes it."""
    agent.write("a.py", "x = 1\n")
    project.commit("One")
    trace = project.traces()[0]["id"]
    journal = project.path / ".git/gitprov/forgetting.json"
    for change in range(1, 60):
        command = ["struck", str(change), "command", "forget", "--yes", trace]
        run(command, cwd=project.path, env=project.env, check=False)
        if journal.exists():
            break
    status, found = look(project)
    assert status == 1
    assert found["erasure"]["what"] == f"forgetting {trace} was cut off; part of it is still there"
    look(project, "--fix")
    assert "erasure" not in look(project)[1]
    assert not journal.exists()
    assert project.generation_file(trace, "tombstone.json")
