"""The table of docs/hooks.md, row by row: which hooks start Python in which state, and that Python agrees where they do not."""

from __future__ import annotations

import importlib
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.install.shelf import bare_shims, evidence, lines, put_first, recorder
from tests.support.agent import Agent
from tests.support.repo import GitRepo, run
from tests.support.sealed import ROOT

#: Hooks of a commit, run by git itself, and calls of the other hooks as git makes them.
COMMIT = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")
OTHERS = {
    "post-rewrite": ["rebase"],
    "post-merge": ["0"],
    "post-checkout": ["HEAD", "HEAD", "0"],
    "post-applypatch": [],
}

_ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
_FUNCTION = re.compile(r"`([\w/]+)\.py`, `([\w.]+)`")


def table() -> dict[str, tuple[tuple[str, ...], str]]:
    """State → (hooks that start Python, the last column) as the document has it."""
    text = (ROOT / "docs/hooks.md").read_text()
    rows = text.partition("| state of the repository |")[2].partition("\n\n")[0]
    return {
        state: (() if hooks == "none" else tuple(hooks.split(", ")), function)
        for state, hooks, function in _ROW.findall(rows)
        if not state.startswith("-")
    }


def put(repo: GitRepo, path: str, text: str = "") -> None:
    """A file in the git directory."""
    place = repo.path / ".git" / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def active(repo: GitRepo) -> None:
    """A clone with notes, in which the automatic heal has seen HEAD."""
    put(repo, "gitprov/active")
    put(repo, "gitprov/heal-seen", repo.oid() + "\n")


def closed(repo: GitRepo) -> None:
    """An inbox that this user cannot list."""
    room = repo.inbox() / "events"
    room.mkdir(parents=True)
    room.chmod(0)


def listed(rows: str) -> Callable[[GitRepo], None]:
    """An event with these rows in the list, and a person's new file, staged."""

    def prepare(repo: GitRepo) -> None:
        evidence(repo)
        (repo.inbox() / "waiting").write_text("gitprov waiting 1\n\n= 1 - -\n" + rows)
        repo.write("b.py", "b = 2\n")
        repo.git("add", "b.py")

    return prepare


def transcript(repo: GitRepo) -> None:
    """A session of an agent, older than any sweep here."""
    place = Path(repo.env["HOME"]) / ".codex/sessions/2026/02/01"
    place.mkdir(parents=True)
    (place / "rollout-1.jsonl").write_text("{}\n")


def settled(repo: GitRepo) -> None:
    """A reset that has nothing more to give."""
    put(repo, "ORIG_HEAD", repo.oid() + "\n")
    put(repo, "gitprov/settled", repo.oid() + "\n")
    os.utime(repo.path / ".git/ORIG_HEAD", (1, 1))


def both(*steps: Callable[[GitRepo], None]) -> Callable[[GitRepo], None]:
    """Several preparations, one after the other."""

    def prepare(repo: GitRepo) -> None:
        for step in steps:
            step(repo)

    return prepare


def git_file(name: str, text: str | None = None) -> Callable[[GitRepo], None]:
    """A file of git's own in a clone with notes; it names HEAD where nothing else is given."""
    return both(active, lambda repo: put(repo, name, repo.oid() + "\n" if text is None else text))


STATES: dict[str, Callable[[GitRepo], None]] = {
    "nothing of the below": lambda _: None,
    "`gitprov/inbox/<worktree>/events/` has an event": lambda repo: (evidence(repo), None)[1],
    "an event, and `waiting` that shares nothing with what is staged": listed("diff --git a/x b/x\n+line\n"),
    "an event, and `waiting` that names a staged path": listed("diff --git a/b.py b/b.py\n"),
    "an event, and `waiting` with a row `*`": listed("*\n"),
    "a transcript of an agent newer than `gitprov/inbox/<worktree>/swept`": transcript,
    "`gitprov/inbox/<worktree>/spool/` has a report": lambda repo: put(
        repo, "gitprov/inbox/@/spool/0000000001"
    ),
    "the inbox is closed to this user": closed,
    "`gitprov/plan.json`": lambda repo: put(repo, "gitprov/plan.json", "{}"),
    "`gitprov/rewritten`": lambda repo: put(repo, "gitprov/rewritten"),
    "`gitprov/guard`": lambda repo: put(repo, "gitprov/guard"),
    "`.ai-trace/` in the work tree": lambda repo: (repo.path / ".ai-trace").mkdir(),
    "`gitprov/active`, and heal has seen HEAD": active,
    "`gitprov/active`, and heal has not seen HEAD": lambda repo: put(repo, "gitprov/active"),
    "`gitprov/active`, `gitprov/notes-came`": git_file("gitprov/notes-came", ""),
    "`gitprov/active`, `CHERRY_PICK_HEAD`": git_file("CHERRY_PICK_HEAD"),
    "`gitprov/active`, `REVERT_HEAD`": git_file("REVERT_HEAD"),
    "`gitprov/active`, `SQUASH_MSG`": git_file("SQUASH_MSG", "Squashed\n"),
    "`gitprov/active`, `MERGE_MSG` without `MERGE_HEAD`": git_file("MERGE_MSG", "Picked\n"),
    "`gitprov/active`, `MERGE_MSG` and `MERGE_HEAD`": both(
        git_file("MERGE_MSG", "Merged\n"), git_file("MERGE_HEAD")
    ),
    "`gitprov/active`, `ORIG_HEAD`": git_file("ORIG_HEAD"),
    "`gitprov/active`, `ORIG_HEAD` that `gitprov/settled` names": both(active, settled),
    "`gitprov/active`, `reftable/`": both(active, lambda repo: (repo.path / ".git/reftable").mkdir()),
    "`gitprov/active`, `git commit --amend`": active,
}


def test_the_table_has_each_state() -> None:
    """What the document lists is what is tried here."""
    assert [*table()] == [*STATES]


@pytest.mark.parametrize("state", STATES)
def test_the_named_hooks_start_python(repo: GitRepo, tmp_path: Path, state: str) -> None:
    """In each state just the hooks of its row start Python."""
    if state == "the inbox is closed to this user" and os.geteuid() == 0:
        pytest.skip("root can list every directory")
    repo.write("a", "1\n")
    repo.commit("One")
    log = tmp_path / "log"
    recorder(tmp_path / "fake" / "gitprov", log)
    put_first(repo, tmp_path / "fake")
    folder = bare_shims(repo)
    for hook in OTHERS:
        shutil.copy(folder / "pre-commit", folder / hook)
    STATES[state](repo)
    started = [hook for hook, args in OTHERS.items() if _starts(repo, folder / hook, args, log)]
    amend = ["--amend"] if state.endswith("--amend`") else []
    repo.git("commit", "-q", "--allow-empty", "-m", "Two", *amend)
    started += [row.split()[2].strip("[]") for row in lines(log)]
    assert {*started} == {*table()[state][0]}


def _starts(repo: GitRepo, hook: Path, args: list[str], log: Path) -> bool:
    run([str(hook), *args], cwd=repo.path, env=repo.env, stdin="")
    called = bool(lines(log))
    log.unlink(missing_ok=True)
    return called


#: State → the hooks that start Python besides those of the table where a framework runs them: it is their parent, so they
#: cannot see which attempt of which git command they are in.
BY_FRAMEWORK = {
    "an event, and `waiting` that shares nothing with what is staged": COMMIT,
    "`gitprov/active`, and heal has seen HEAD": ("prepare-commit-msg",),
    "`gitprov/active`, and heal has not seen HEAD": ("prepare-commit-msg",),
    "`gitprov/active`, `gitprov/notes-came`": ("prepare-commit-msg",),
    "`gitprov/active`, `ORIG_HEAD` that `gitprov/settled` names": ("prepare-commit-msg",),
    "`gitprov/active`, `ORIG_HEAD`": ("prepare-commit-msg",),
    "`gitprov/active`, `CHERRY_PICK_HEAD`": ("post-commit",),
    "`gitprov/active`, `REVERT_HEAD`": ("post-commit",),
    "`gitprov/active`, `SQUASH_MSG`": ("post-commit",),
    "`gitprov/active`, `MERGE_MSG` without `MERGE_HEAD`": ("post-commit",),
    "`gitprov/active`, `reftable/`": ("prepare-commit-msg",),
    "`gitprov/active`, `git commit --amend`": ("prepare-commit-msg",),
}
PASSED = {
    "PRE_COMMIT": "1",
    "PRE_COMMIT_CHECKOUT_TYPE": "0",
    "PRE_COMMIT_IS_SQUASH_MERGE": "0",
    "PRE_COMMIT_REWRITE_COMMAND": "rebase",
}


@pytest.mark.parametrize("state", STATES)
def test_a_framework_starts_python_for_the_same_states(repo: GitRepo, tmp_path: Path, state: str) -> None:
    """The command of the manifest starts Python in each state of the table, and in few others, with its own arguments."""
    if state == "the inbox is closed to this user" and os.geteuid() == 0:
        pytest.skip("root can list every directory")
    repo.write("a", "1\n")
    repo.commit("One")
    log = tmp_path / "log"
    recorder(tmp_path / "fake" / "python", log)
    put_first(repo, tmp_path / "fake")
    STATES[state](repo)
    hooks = {*COMMIT, *OTHERS} - {"post-applypatch"}
    started = set()
    for hook in sorted(hooks):
        args = ["message"] if hook.endswith("-msg") else []
        command = [str(ROOT / "hooks/gitprov-hook"), hook, *args]
        assert run(command, cwd=repo.path, env={**repo.env, **PASSED}).returncode == 0
        words = " ".join(f"[{word}]" for word in ["-I", "-m", "gitprov", "hook", hook, *args])
        assert lines(log) in ([], [f"python {words}"])
        if lines(log):
            started.add(hook)
        log.unlink(missing_ok=True)
    assert started == ({*table()[state][0]} & hooks) | {*BY_FRAMEWORK.get(state, ())}


@pytest.mark.parametrize(
    "state",
    [s for s, (hooks, _) in table().items() if "post-commit" not in hooks and not s.endswith("--amend`")],
)
def test_python_agrees_where_it_is_not_started(project: GitRepo, agent: Agent, state: str) -> None:
    """A commit of a person's lines, in a clone with notes, gets no note, no trailer and no refusal in such a state,
    even if each of its hooks starts Python. Of a pick of a noted commit the plan starts post-commit, for a commit row.
    """
    agent.write("a.py", "a = 1\n")
    project.git("add", "-A")
    project.commit_staged("Add a")
    STATES[state](project)
    hooks = project.path.parent / "all-hooks"
    hooks.mkdir()
    for hook in COMMIT:
        (hooks / hook).write_text(f'#!/bin/sh\nexec gitprov hook {hook} "$@"\n')
        (hooks / hook).chmod(0o755)
    project.write("b.py", "b = 2\n")
    project.git("add", "b.py")
    project.git("-c", f"core.hooksPath={hooks}", "commit", "-q", "-m", "Person")
    assert [row["kind"] for row in project.note()] == ["commit"] * ("`CHERRY_PICK_HEAD`" in state)
    assert "AI-Trace" not in project.message()


def test_the_functions_of_the_table_exist() -> None:
    """Each row names the functions in Python that decide the same."""
    for state, (_, place) in table().items():
        functions = _FUNCTION.findall(place)
        assert functions or state == "nothing of the below", state
        for module, name in functions:
            value: object = importlib.import_module("gitprov." + module.replace("/", "."))
            for part in name.split("."):
                value = getattr(value, part)
