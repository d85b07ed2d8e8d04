"""Commits while evidence waits: the hooks start Python only where the commit may have some of it."""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.flow.change import staged_change
from gitprov.flow.commit.plan import make_plan
from gitprov.flow.context import CommitContext
from gitprov.flow.work_tree import Disk
from gitprov.git.repo import Repository
from tests.support.agent import Agent
from tests.support.repo import GitRepo

COMMIT = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")
CODE = "def alpha(x):\n    total = compute(x)\n    return total + 1\n\n\ndef beta(y):\n    return print(y)\n"
LIB = "import os\n\n\ndef base():\n    return os.name\n"


@pytest.fixture
def log(project: GitRepo, tmp_path: Path) -> Path:
    """A file in which each hook that starts Python leaves its name."""
    log = tmp_path / "log"
    for hook in COMMIT:
        path = project.path / ".git/hooks" / hook
        text = path.read_text()
        (python,) = re.findall(r"^python='(.*)'$", text, re.MULTILINE)
        spy = tmp_path / f"spy-{hook}"
        spy.write_text(
            f'#!/bin/sh\necho {hook} >>"{log}"\n[ -e "{tmp_path}/idle" ] || exec "{python}" "$@"\n'
        )
        spy.chmod(0o755)
        path.write_text(text.replace(f"python='{python}'", f"python='{spy}'"))
    return log


def started(log: Path) -> list[str]:
    """The hooks that started Python."""
    return log.read_text().split() if log.exists() else []


@pytest.fixture
def waiting(project: GitRepo, agent: Agent) -> GitRepo:
    """A project with a person's files, and a model's new file that nobody staged."""
    for path, text in (("a.txt", "first\n"), ("lib.py", LIB), ("sub/b.txt", "other\n")):
        project.write(path, text)
    project.git("add", "-A")
    project.commit_staged("Files")
    agent.write("x.py", CODE)
    return project


def staged(path: str, content: str | bytes) -> Callable[[GitRepo, Agent], None]:
    """A person's file, staged."""

    def prepare(repo: GitRepo, _: Agent) -> None:
        repo.write(path, content)
        repo.git("--literal-pathspecs", "add", "--", path)

    return prepare


def renamed(repo: GitRepo, _: Agent) -> None:
    """The model's file under another name, staged."""
    (repo.path / "x.py").rename(repo.path / "z.py")
    repo.git("add", "z.py")


def unstaged(repo: GitRepo, _: Agent) -> None:
    """A person's file in the work tree, and nothing in the index."""
    repo.write("a.txt", "second\n")
    repo.git("reset", "-q")


def removed(repo: GitRepo, _: Agent) -> None:
    """A person's file that is removed."""
    repo.git("rm", "-q", "a.txt")


def edited_and_removed(repo: GitRepo, agent: Agent) -> None:
    """A tracked file that the model edited and a person removes."""
    agent.write("lib.py", LIB + CODE)
    repo.git("rm", "-qf", "lib.py")


def edited(_: GitRepo, agent: Agent) -> None:
    """A tracked file that the model edited."""
    agent.write("lib.py", LIB + CODE)


def executable(path: str) -> Callable[[GitRepo, Agent], None]:
    """A file that becomes executable, staged."""

    def prepare(repo: GitRepo, agent: Agent) -> None:
        edited(repo, agent)
        repo.git("update-index", "--chmod=+x", path)

    return prepare


def both(*steps: Callable[[GitRepo, Agent], None]) -> Callable[[GitRepo, Agent], None]:
    """Several preparations, one after the other."""

    def prepare(repo: GitRepo, agent: Agent) -> None:
        for step in steps:
            step(repo, agent)

    return prepare


def link(repo: GitRepo, _: Agent) -> None:
    """A new symbolic link, staged."""
    (repo.path / "link").symlink_to("a.txt")
    repo.git("add", "link")


def configured(**settings: str) -> Callable[[GitRepo, Agent], None]:
    """Settings of a user who likes diffs to look otherwise."""

    def prepare(repo: GitRepo, _: Agent) -> None:
        for key, value in settings.items():
            repo.git("config", key.replace("_", "."), value)

    return prepare


def gone(repo: GitRepo, _: Agent) -> None:
    """An inbox of an older version, without a list."""
    (repo.inbox() / "waiting").unlink()


def report(repo: GitRepo, _: Agent) -> None:
    """A report in the spool."""
    (repo.inbox() / "spool").mkdir()
    (repo.inbox() / "spool" / "1").write_text("{}")


def merging(repo: GitRepo, _: Agent) -> None:
    """A merge that waits for its commit."""
    repo.git("checkout", "-q", "-b", "side")
    repo.write("side.txt", "side\n")
    repo.git("add", "side.txt")
    repo.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "Side")
    repo.git("checkout", "-q", "-")
    repo.git("merge", "-q", "--no-ff", "--no-commit", "side")


def retyped(repo: GitRepo, agent: Agent) -> None:
    """Lines that a formatter changed between two edits, moved to another file."""
    agent.write("y.py", "def gamma(a,b):\n  u=a\n  v=b\n  return u+v\n")
    text = "def gamma(a, b):\n    u = a\n    v = b\n    return u + v\n"
    repo.write("y.py", text)
    agent.write("y.py", text + "LAST = 1\n")
    repo.write("y.py", "LAST = 1\n")
    staged("lib.py", LIB + text)(repo, agent)


PLAIN = ("commit", "-q", "-m", "Person")
ONE, THREE = "    return total + 1\n", "def alpha(x):\n    total = compute(x)\n    return total + 1\n"
NOISE = configured(
    diff_noprefix="true",
    diff_mnemonicPrefix="true",
    diff_external="false",
    diff_suppressBlankEmpty="true",
    diff_relative="true",
    color_ui="always",
    core_quotePath="true",
)

#: What is staged, how it is committed, and whether Python is needed for it.
CASES: dict[str, tuple[Callable[[GitRepo, Agent], None], tuple[str, ...], bool]] = {
    "another file": (staged("a.txt", "second\n"), PLAIN, False),
    "a new file": (staged("new.txt", "new\n"), PLAIN, False),
    "the same path": (staged("x.py", CODE), PLAIN, True),
    "the same path, other text": (staged("x.py", "mine\n"), PLAIN, True),
    "a moved block": (both(staged("x.py", "\n"), unstaged,
                           staged("lib.py", LIB + CODE)), PLAIN, True),
    "a block with other line ends": (staged("lib.py", (LIB + THREE).replace("\n", "\r\n")), PLAIN, True),
    "a block that was changed between edits": (retyped, PLAIN, True),
    "one line of the model's": (staged("lib.py", LIB + ONE), PLAIN, False),
    "one line of the model's, three times": (staged("lib.py", LIB + ONE * 3), PLAIN, False),
    "one line of the model's in a new file": (staged("new.py", ONE), PLAIN, True),
    "a rename of an untracked file": (renamed, PLAIN, True),
    "another file removed": (removed, PLAIN, False),
    "an edited file removed": (edited_and_removed, PLAIN, True),
    "another file's mode": (executable("a.txt"), PLAIN, False),
    "an edited file's mode": (executable("lib.py"), PLAIN, True),
    "a link": (link, PLAIN, False),
    "a binary file changed": (both(staged("a.txt", b"\0\1"), ), PLAIN, False),
    "a new binary file": (staged("new.bin", b"\0\1"), PLAIN, True),
    "an amendment": (staged("a.txt", "second\n"), ("commit", "-q", "--amend", "-m", "Again"), True),
    "all tracked files": (unstaged, (*PLAIN, "-a"), False),
    "all tracked files, an edited one": (edited, (*PLAIN, "-a"), True),
    "one path of several": (both(staged("x.py", CODE), staged("a.txt", "second\n")), (*PLAIN, "a.txt"), False),
    "that path of several": (both(staged("x.py", CODE), staged("a.txt", "second\n")), (*PLAIN, "x.py"), True),
    "an alias": (staged("a.txt", "second\n"), ("-c", "alias.ci=commit", "ci", "-q", "-m", "A commit"), False),
    "an alias that amends": (staged("a.txt", "2\n"), ("-c", "alias.ci=commit --amend", "ci", "-m", "A commit"), True),
    "a setting on the command line": (staged("a.txt", "2\n"), ("-c", "color.ui=never", *PLAIN), False),
    "a message in a file": (staged("a.txt", "2\n"), ("commit", "-q", "-F", "../commit-msg.txt"), False),
    "without checks": (staged("a.txt", "second\n"), (*PLAIN, "--no-verify"), False),
    "without checks, the same path": (staged("x.py", CODE), (*PLAIN, "--no-verify"), True),
    "nothing": (lambda *_: None, (*PLAIN, "--allow-empty"), False),
    "a name that git quotes": (lambda _, a: a.write('q"q.py', "quoted = 1\n"), (*PLAIN, "--allow-empty"), True),
    "a name that git quotes, of a person": (staged('q"q.txt', "quoted\n"), PLAIN, False),
    "a name in Latin-1": (both(lambda _, a: a.write("caf\udce9.py", CODE), staged("caf\udce9.py", "z\n")), PLAIN, True),
    "another name in Latin-1": (both(lambda _, a: a.write("caf\udce9.py", CODE), staged("caf\udce8", "z\n")), PLAIN, False),
    "a name in UTF-8": (both(lambda _, a: a.write("ü b.py", CODE), staged("ü b.py", "z\n")), PLAIN, True),
    "a user's settings": (both(NOISE, staged("x.py", "mine\n")), PLAIN, True),
    "a user's settings, another file": (both(NOISE, staged("a.txt", "second\n")), PLAIN, False),
    "no list": (both(staged("a.txt", "second\n"), gone), PLAIN, True),
    "a report that nobody has read": (both(staged("a.txt", "second\n"), report), PLAIN, True),
    "a merge": (merging, PLAIN, True),
}  # fmt: skip


@pytest.mark.parametrize("large", [False, True], ids=["", "large"])
@pytest.mark.parametrize("name", CASES)
def test_python_is_started_where_evidence_is_concerned(
    waiting: GitRepo, agent: Agent, log: Path, name: str, large: bool
) -> None:
    """In each case the hooks start Python or not; where they do not, Python would have written nothing."""
    prepare, words, needed = CASES[name]
    (waiting.path.parent / "commit-msg.txt").write_text("Message\n")
    prepare(waiting, agent)
    if large:
        (waiting.inbox() / "waiting-large").touch()
    twin = GitRepo(waiting.path.parent / "twin" / "repo", waiting.env)
    shutil.copytree(waiting.path, twin.path, symlinks=True)
    shutil.copy(waiting.path.parent / "commit-msg.txt", twin.path.parent)
    waiting.git(*words)
    assert bool(started(log)) == needed
    if not needed:
        _commit_with_python(twin, words)
        assert twin.note() == waiting.note() == []
        assert twin.message() == waiting.message()
        assert len(twin.events()) == len(waiting.events()) > 0


def _commit_with_python(repo: GitRepo, words: tuple[str, ...]) -> None:
    """The same commit in a clone each of whose hooks starts Python."""
    hooks = repo.path.parent / "all-hooks"
    hooks.mkdir()
    for hook in COMMIT:
        (hooks / hook).write_text(f'#!/bin/sh\nexec gitprov hook {hook} "$@"\n')
        (hooks / hook).chmod(0o755)
    repo.git("-c", f"core.hooksPath={hooks}", *words)


def test_from_a_subdirectory_and_from_elsewhere(waiting: GitRepo, agent: Agent, log: Path) -> None:
    """Where git is called from makes no difference."""
    for n, place in enumerate((waiting.path / "sub", waiting.path.parent)):
        staged("a.txt", f"{n} more\n")(waiting, agent)
        where = ("-C", str(waiting.path)) if n else ()
        GitRepo(place, waiting.env).git(*where, *PLAIN)
    assert started(log) == []
    GitRepo(waiting.path / "sub", waiting.env).git("add", "../x.py")
    GitRepo(waiting.path.parent, waiting.env).git("-C", str(waiting.path / "sub"), *PLAIN)
    assert "pre-commit" in started(log)
    assert waiting.classes("x.py")[0] == "ai"


def test_in_a_linked_worktree(waiting: GitRepo, agent: Agent, log: Path, tmp_path: Path) -> None:
    """Each worktree has a list of its own."""
    tree = waiting.add_worktree(tmp_path / "tree", "-b", "side")
    Agent(tree).write("y.py", "gamma = 1\n")
    staged("a.txt", "second\n")(tree, agent)
    tree.git(*PLAIN)
    staged("x.py", CODE)(tree, agent)
    tree.git("commit", "-q", "-m", "Evidence of the other worktree")
    assert started(log) == []
    staged("y.py", "gamma = 1\n")(tree, agent)
    tree.git(*PLAIN)
    assert "pre-commit" in started(log)


def test_each_hook_of_a_commit_asks_once(waiting: GitRepo, agent: Agent, log: Path, tmp_path: Path) -> None:
    """The answer of pre-commit holds for the other hooks, but not for a later commit."""
    calls = tmp_path / "calls"
    fake = tmp_path / "bin" / "awk"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\necho called >>"{calls}"\nexec {shutil.which("awk")} "$@"\n')
    fake.chmod(0o755)
    waiting.env["PATH"] = f"{fake.parent}{os.pathsep}{waiting.env['PATH']}"
    for n in (1, 2):
        staged("a.txt", f"{n} more\n")(waiting, agent)
        waiting.git(*PLAIN)
        assert len(calls.read_text().split()) == n
    assert started(log) == []


def test_what_is_staged_in_the_editor_is_for_the_next_commit(waiting: GitRepo, agent: Agent) -> None:
    """The commit has only what was staged before; the next one has the model's lines."""
    staged("a.txt", "second\n")(waiting, agent)
    editor = waiting.path.parent / "editor"
    editor.write_text('#!/bin/sh\necho Words >"$1"\nGIT_INDEX_FILE= ; unset GIT_INDEX_FILE\ngit add x.py\n')
    editor.chmod(0o755)
    waiting.env["GIT_EDITOR"] = str(editor)
    waiting.git("commit", "-q")
    assert waiting.note() == []
    waiting.git(*PLAIN)
    assert waiting.classes("x.py")[0] == "ai"


def test_after_its_commit_a_file_is_a_persons_again(waiting: GitRepo, agent: Agent, log: Path) -> None:
    """What a commit has used up leaves the list at the next start of Python, while other evidence still waits."""
    agent.write("y.py", "gamma = 1\n")
    staged("x.py", CODE)(waiting, agent)
    for hooks in (["pre-commit"], ["pre-commit"], []):
        waiting.git(*PLAIN)
        assert started(log) == hooks
        log.unlink(missing_ok=True)
        staged("x.py", (waiting.path / "x.py").read_text() + "person = 1\n")(waiting, agent)


@pytest.mark.parametrize("seed", range(6))
def test_no_python_means_no_plan(
    waiting: GitRepo, agent: Agent, log: Path, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Random edits, renames and commits: where the hooks do without Python, there is no plan, with whatever events."""
    (tmp_path / "idle").touch()  # Python is not run, so that all evidence stays
    dice = random.Random(seed)  # noqa: S311 - no secret
    lines = [f"value_{n} = {n}\n" for n in range(12)] + ["\n", "}\n", "else:\n"]
    paths = ["x.py", "lib.py", "a.txt", "sub/b.txt", "n1.py", "n2.py"]
    without = 0
    for _ in range(12):
        path = dice.choice(paths)
        content = "".join(dice.choices(lines, k=dice.randrange(1, 9)))
        deed = dice.randrange(4)
        if deed == 0:
            agent.write(path, content)
        elif deed == 1 and (waiting.path / path).exists():
            (waiting.path / path).rename(waiting.path / dice.choice(paths))
        else:
            waiting.write(path, content)
        waiting.git("add", "-A", "--", dice.choice(["sub", ".", "*.txt"]))
        with Repository.discover(str(waiting.path), waiting.env) as repo:
            context, change = CommitContext(repo, Disk(repo)), staged_change(repo, False)
            plan = make_plan(context, change)
            with monkeypatch.context() as patch:
                patch.setattr("gitprov.flow.commit.plan.concerned", lambda _context, _change, live: set(live))
                assert make_plan(context, change) == plan  # with all events it is the same
        log.unlink(missing_ok=True)
        waiting.git(*PLAIN, "--allow-empty")
        if "pre-commit" not in started(log):
            assert plan is None
            without += 1
    assert without
