"""The shims: what they decide in sh, what they hand to Python, and what happens when Python is gone."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from gitprov.model import hook_names
from gitprov.store.setup import shims
from tests.install.shelf import bare_shims, evidence, lines, put_first, recorder
from tests.support.repo import GitRepo, run
from tests.support.sealed import ROOT

SHELLS = [shell for shell in ("dash", "bash", "busybox", "mksh", "ksh") if shutil.which(shell)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where recorders write."""
    return tmp_path / "log"


@pytest.fixture
def shimmed(repo: GitRepo, tmp_path: Path, log: Path) -> GitRepo:
    """A repository whose hooks call a recorder in gitprov's name."""
    recorder(tmp_path / "fake" / "gitprov", log)
    put_first(repo, tmp_path / "fake")
    bare_shims(repo)
    return repo


def commit(repo: GitRepo, *args: str) -> str:
    """An empty commit; what git printed on stderr."""
    return repo.git("commit", "-q", "--allow-empty", "-m", "x", *args).stderr


def touch(path: Path) -> None:
    """An empty file and the directories above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")


def test_without_evidence_nothing_is_started(shimmed: GitRepo, log: Path) -> None:
    """An ordinary commit ends in the shims, silently."""
    assert commit(shimmed) == ""
    assert lines(log) == []


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("active", [False, True])
def test_the_decision_needs_no_command(repo: GitRepo, shell: str, active: bool) -> None:
    """Deciding that there is nothing to do takes no program besides the shell itself, in every shell there is."""
    folder = bare_shims(repo)
    if active:
        touch(repo.path / ".git/gitprov/active")
    program = [shutil.which(shell) or shell, *(["sh"] if shell == "busybox" else [])]
    for hook, *args in (
        ["pre-commit"],
        ["commit-msg", "m"],
        ["post-commit"],
        *([] if active else [["prepare-commit-msg", "m"]]),
    ):
        done = run([*program, str(folder / hook), *args], cwd=repo.path, env={"PATH": "/nowhere"})
        assert (done.stdout, done.stderr) == ("", "")


def test_the_text_forks_only_where_a_system_has_no_proc() -> None:
    """There is one command substitution in the shim, for systems without /proc."""
    text = (ROOT / "hooks/shim").read_text()
    code = "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))
    assert re.findall(r"\$\((\w+)", code.partition("concerns() {")[0]) == ["ps"]
    assert "`" not in code.replace("\\`gitprov\\`", "")


def test_evidence_reaches_every_hook(shimmed: GitRepo, log: Path) -> None:
    """With an event in the inbox each hook hands over its name and git's arguments."""
    evidence(shimmed)
    commit(shimmed)
    assert lines(log) == [
        "gitprov [hook] [pre-commit]",
        "gitprov [hook] [prepare-commit-msg] [.git/COMMIT_EDITMSG] [message]",
        "gitprov [hook] [commit-msg] [.git/COMMIT_EDITMSG]",
        "gitprov [hook] [post-commit]",
    ]


def test_no_verify_skips_the_gates_only(shimmed: GitRepo, log: Path) -> None:
    """`--no-verify` leaves out what git leaves out, and the observers still hear of it."""
    evidence(shimmed)
    commit(shimmed, "--no-verify")
    assert [line.split()[2] for line in lines(log)] == ["[prepare-commit-msg]", "[post-commit]"]


def test_each_worktree_has_its_own_inbox(shimmed: GitRepo, log: Path, tmp_path: Path) -> None:
    """Evidence of a linked worktree is seen there and not in the main one, and the other way round."""
    commit(shimmed)
    linked = shimmed.add_worktree(tmp_path / "linked tree", "--detach")
    evidence(linked, Path(linked.git("rev-parse", "--git-dir").stdout.strip()).name)
    commit(shimmed)
    assert lines(log) == []
    commit(linked)
    assert len(lines(log)) == 4


def test_a_submodule_finds_its_own_directory(shimmed: GitRepo, log: Path, tmp_path: Path) -> None:
    """In a submodule `.git` is a file with a relative path; its inbox is the submodule's."""
    library = GitRepo.init(tmp_path / "library", shimmed.env)
    commit(library)
    shimmed.git("submodule", "add", "-q", str(library.path), "lib")
    inner = GitRepo(shimmed.path / "lib", shimmed.env)
    hooks = shimmed.path / ".git/modules/lib/hooks"
    shutil.copytree(shimmed.path / ".git/hooks", hooks, dirs_exist_ok=True)
    commit(inner)
    assert lines(log) == []
    evidence(inner)
    commit(inner)
    assert len(lines(log)) == 4


def test_a_separate_git_directory_is_found(shimmed: GitRepo, log: Path, tmp_path: Path) -> None:
    """`git init --separate-git-dir` and GIT_DIR with GIT_WORK_TREE lead to the same inbox."""
    shimmed.git("init", "-q", "--separate-git-dir", str(tmp_path / "else where"))
    evidence(shimmed)
    commit(shimmed)
    shimmed.env |= {"GIT_DIR": str(tmp_path / "else where"), "GIT_WORK_TREE": str(shimmed.path)}
    commit(shimmed)
    assert len(lines(log)) == 8


def test_a_plan_wakes_every_hook(shimmed: GitRepo, log: Path) -> None:
    """What pre-commit planned is carried on by the later hooks even where the inbox is empty by then."""
    touch(shimmed.path / ".git/gitprov/plan.json")
    commit(shimmed)
    assert len(lines(log)) == 4


@pytest.mark.parametrize(
    ("guard", "hooks"),
    [(".git/gitprov/guard", ["pre-commit", "commit-msg"]), (".ai-trace/a.py.json", ["pre-commit"])],
)
def test_guarded_repositories_look_at_every_commit(
    shimmed: GitRepo, log: Path, guard: str, hooks: list[str]
) -> None:
    """Where sidecars are in use pre-commit always asks Python; with the flag up the message is read too."""
    touch(shimmed.path / guard)
    commit(shimmed)
    assert [line.split("]")[1].strip(" [") for line in lines(log)] == hooks


@pytest.mark.parametrize(
    "args",
    [
        ["--amend", "--no-edit"],
        ["--amend", "-m", "y"],
        ["--am", "-m", "y"],
        ["-m", "several\nlines", "--amend"],
        ["-C", "HEAD"],
        ["-c", "HEAD"],
    ],
)
def test_amending_in_an_active_repository_is_seen(shimmed: GitRepo, log: Path, args: list[str]) -> None:
    """Whatever git calls the message's source, a commit that replaces or repeats another one is looked at."""
    commit(shimmed)
    touch(shimmed.path / ".git/gitprov/active")
    shimmed.env["GIT_EDITOR"] = "true"
    shimmed.git("commit", "-q", "--allow-empty", *args)
    amended = ["[post-rewrite]"] if any(word.startswith("--am") for word in args) else []
    assert [line.split()[2] for line in lines(log)] == ["[prepare-commit-msg]", *amended]


def test_an_alias_for_amend_is_seen(shimmed: GitRepo, log: Path) -> None:
    """Git tells the expanded command line."""
    commit(shimmed)
    touch(shimmed.path / ".git/gitprov/active")
    shimmed.git("config", "alias.again", "commit --amend --allow-empty -q -m y")
    shimmed.git("again")
    assert [line.split()[2] for line in lines(log)] == ["[prepare-commit-msg]", "[post-rewrite]"]


@pytest.mark.parametrize(
    "command",
    [
        ["commit"],
        ["-c", "core.abbrev=9", "commit"],
        ["commit", "--allow-empty", "-F", "-"],
    ],
)
def test_an_ordinary_commit_in_an_active_repository_starts_nothing(
    shimmed: GitRepo, log: Path, command: list[str]
) -> None:
    """Old traces alone cost nothing."""
    touch(shimmed.path / ".git/gitprov/active")
    shimmed.git(*command, "-q", "--allow-empty", *([] if "-F" in command else ["-m", "x"]), input="x")
    assert lines(log) == []


def called(log: Path) -> list[str]:
    """The hooks that started Python since this was last asked."""
    names = [line.split()[2].strip("[]") for line in lines(log)]
    log.unlink(missing_ok=True)
    return names


def test_what_repeats_other_commits_is_looked_at_once(shimmed: GitRepo, log: Path) -> None:
    """In an active repository Python hears of each operation that brings lines of others, and of each but once."""
    shimmed.write("a", "1\n")
    shimmed.commit("one")
    shimmed.git("switch", "-q", "-c", "commit-side")
    shimmed.write("b", "2\n")
    shimmed.commit("two")
    shimmed.write("b", "2\n3\n")
    shimmed.commit("three")
    shimmed.git("switch", "-q", "main")
    touch(shimmed.path / ".git/gitprov/active")
    shimmed.git("cherry-pick", "commit-side~1")
    assert called(log) == ["post-commit"]
    shimmed.git("revert", "--no-edit", "HEAD")
    assert called(log) == ["prepare-commit-msg", "post-commit"]
    shimmed.git("merge", "-q", "--squash", "commit-side")
    shimmed.git("commit", "-q", "-m", "squashed")
    assert called(log)[:2] == ["pre-commit", "prepare-commit-msg"]
    shimmed.git("reset", "-q", "--hard", "HEAD~3")
    shimmed.git("merge", "-q", "--no-ff", "-m", "commit", "commit-side")
    assert called(log) == ["prepare-commit-msg", "post-merge"]
    shimmed.git("switch", "-q", "-C", "upstream", "HEAD^1")
    commit(shimmed)
    called(log)
    shimmed.git("switch", "-q", "commit-side")
    shimmed.git("rebase", "-q", "upstream")
    assert called(log) == ["post-rewrite"]


def test_a_reset_is_asked_about_until_it_is_settled(shimmed: GitRepo, log: Path) -> None:
    """A commit after `git reset` starts Python, until somebody noted that the reset has nothing more to give."""
    commit(shimmed)
    commit(shimmed)
    touch(shimmed.path / ".git/gitprov/active")
    shimmed.git("reset", "-q", "--soft", "HEAD~1")
    commit(shimmed)
    assert called(log) == ["pre-commit", "prepare-commit-msg", "post-commit"]
    settled = shimmed.path / ".git/gitprov/settled"
    settled.write_bytes((shimmed.path / ".git/ORIG_HEAD").read_bytes())
    commit(shimmed)
    assert called(log) == []
    shimmed.git("reset", "-q", "--soft", "HEAD~1")
    commit(shimmed)
    assert called(log) == ["pre-commit", "prepare-commit-msg", "post-commit"]


@pytest.mark.parametrize("hook", ["pre-commit", "commit-msg"])
def test_a_gate_passes_on_its_refusal(repo: GitRepo, tmp_path: Path, log: Path, hook: str) -> None:
    """Exit code 1 of a gate refuses the commit."""
    body = f'[ "$2" != {hook} ] || exit 1'
    recorder(tmp_path / "fake/gitprov", log, body=body)
    put_first(repo, tmp_path / "fake")
    bare_shims(repo)
    evidence(repo)
    assert repo.git("commit", "--allow-empty", "-m", "x", check=False).returncode == 1
    assert lines(log)[-1].startswith(f"gitprov [hook] [{hook}]")


@pytest.mark.parametrize("status", [1, 3, 70])
def test_an_observer_never_blocks(repo: GitRepo, tmp_path: Path, log: Path, status: int) -> None:
    """Whatever happens to prepare-commit-msg and post-commit, the commit is made."""
    body = f"case $2 in prepare-commit-msg|post-commit) exit {status} ;; esac"
    recorder(tmp_path / "fake/gitprov", log, body=body)
    put_first(repo, tmp_path / "fake")
    bare_shims(repo)
    evidence(repo)
    commit(repo)
    assert len(lines(log)) == 4


def without_gitprov(repo: GitRepo, tmp_path: Path) -> None:
    """A PATH with git and sh and nothing of ours."""
    folder = tmp_path / "little"
    folder.mkdir()
    for name in ("git", "sh"):
        os.symlink(shutil.which(name) or name, folder / name)
    repo.env["PATH"] = str(folder)


def test_a_gate_refuses_where_gitprov_is_gone_and_evidence_is_there(repo: GitRepo, tmp_path: Path) -> None:
    """The commit would lose its record, so it waits for the mending command, which the message names."""
    bare_shims(repo)
    evidence(repo).write_text('{"path":"a b.py","seq":1,"v":1}\n')
    repo.write("a b.py", "x\n")
    repo.git("add", "-A")
    without_gitprov(repo, tmp_path)
    done = repo.git("commit", "-m", "x", check=False)
    assert done.returncode == 1
    assert "gitprov install" in done.stderr
    assert "--no-verify" in done.stderr


@pytest.mark.parametrize(
    ("event", "staged", "refused"),
    [
        ('{"path":"a.py","v":1}', "a.py", True),
        ('{"path":"a.py","v":1}', "b.py", False),
        ('{"path":"a.py","v":1}', None, False),
        ('{"path":"moved.py","v":1}', "b.py", True),
        ('{"path":"src/a.py","v":1}', "a.py", True),
        ("{}", "b.py", True),
        ('{"path":"\\u00fc.py","v":1}', "b.py", True),
        ('{"path":"a.py","v":1}', "\u00fc.py", True),
    ],
)
def test_a_commit_of_other_files_needs_no_gitprov(
    repo: GitRepo, tmp_path: Path, event: str, staged: str | None, refused: bool
) -> None:
    """Where gitprov is gone, evidence stops only a commit that it may be about: same name, or a name unclear or gone."""
    bare_shims(repo)
    evidence(repo).write_text(event + "\n")
    repo.write("a.py", "x\n")
    if staged is not None:
        repo.write(staged, "x\n")
        repo.git("add", staged)
    without_gitprov(repo, tmp_path)
    done = repo.git("commit", "--allow-empty", "-m", "x", check=False)
    assert done.returncode == int(refused), done.stderr


def test_observers_pass_with_one_line_where_gitprov_is_gone(repo: GitRepo, tmp_path: Path) -> None:
    """With --no-verify only observers run: one line each, and the commit is made."""
    bare_shims(repo)
    evidence(repo)
    without_gitprov(repo, tmp_path)
    said = commit(repo, "--no-verify").splitlines()
    assert len(said) == 2
    assert all(line.startswith("gitprov: not found") for line in said)


def test_without_evidence_nobody_misses_gitprov(repo: GitRepo, tmp_path: Path) -> None:
    """A repository whose gitprov is gone commits in silence as long as nothing would be lost."""
    bare_shims(repo)
    without_gitprov(repo, tmp_path)
    assert commit(repo) == ""


def test_an_interpreter_without_the_package_is_passed_over(repo: GitRepo, tmp_path: Path, log: Path) -> None:
    """The interpreter is there but gitprov was removed from it: the one on PATH does the work."""
    recorder(tmp_path / "fake/gitprov", log)
    put_first(repo, tmp_path / "fake")
    folder = bare_shims(repo)
    empty = recorder(
        tmp_path / "an empty python", log, name="python", body=f'exec {sys.executable} -I -S "$@"'
    )
    for hook in hook_names.HOOKS:
        (folder / hook).write_bytes(shims.render(shims.Settings(str(empty), str(tmp_path))))
    evidence(repo)
    commit(repo)
    started = [line.split()[0] for line in lines(log) if line.startswith(("python ", "gitprov "))]
    assert started == ["python", "gitprov"] * 4


def test_the_work_tree_cannot_lend_its_modules(repo: GitRepo) -> None:
    """A file in the work tree with the name of a module that hooks import is never run."""
    repo.install()
    for name in ("json", "re", "typing", "gitprov"):
        repo.write(f"{name}.py", "raise SystemExit('imported from the work tree')\n")
    touch(repo.path / ".git/gitprov/guard")
    repo.git("add", "-A")
    assert "imported" not in repo.git("commit", "-q", "-m", "x").stderr


@pytest.mark.parametrize("name", ["it's", 'a "b" $c `d` \\e', "tab\there", "ümläut", "-n"])
def test_any_path_survives_quoting(tmp_path: Path, env: dict[str, str], name: str) -> None:
    """An interpreter whose path holds every kind of quote is started, and read back by the doctor's parser."""
    log = tmp_path / "log"
    python = recorder(tmp_path / name / "python", log, name="python")
    text = shims.render(shims.Settings(str(python), "/lib"))
    assert shims.settings_of(text) == shims.Settings(str(python), "/lib", "")
    repo = GitRepo.init(tmp_path / "r", env)
    folder = bare_shims(repo)
    (folder / "pre-commit").write_bytes(text)
    evidence(repo)
    run([str(folder / "pre-commit")], cwd=repo.path, env=env)
    assert log.read_text().endswith("] [/lib] [pre-commit]\n")


def test_a_shim_knows_itself() -> None:
    """One changed byte anywhere is told from the text as written; a foreign script is not ours at all."""
    text = shims.render(shims.Settings("/usr/bin/python3", "/lib"))
    assert shims.is_ours(text)
    assert shims.is_unchanged(text)
    assert not shims.is_unchanged(text.replace(b"failed=0", b"failed=1"))
    assert not shims.is_unchanged(text + b"echo more\n")
    assert not shims.is_ours(b"#!/bin/sh\ngitprov hook pre-commit\n")


def test_the_shim_is_ready_for_post_rewrite(shimmed: GitRepo, tmp_path: Path, log: Path) -> None:
    """Under that name both the earlier hook and gitprov read the whole of stdin."""
    folder = shimmed.path / ".git/hooks"
    shutil.copy(folder / "pre-commit", folder / "post-rewrite")
    read = f'while read -r line; do echo "$line" >>"{log}"; done'
    recorder(folder / "post-rewrite.gitprov-chained", log, name="earlier", body=read)
    recorder(tmp_path / "fake/gitprov", log, body=read)
    touch(shimmed.path / ".git/gitprov/active")
    run([str(folder / "post-rewrite"), "rebase"], cwd=shimmed.path, env=shimmed.env, stdin="a b\nc d\n")
    both = ["a b", "c d"]
    assert lines(log) == ["earlier [rebase]", *both, "gitprov [hook] [post-rewrite] [rebase]", *both]
