"""Two routes, one record: native hooks and the pre-commit framework give the same notes for the same session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gitprov.model import hook_names
from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo, run
from tests.support.sealed import ROOT

pytestmark = pytest.mark.slow

TYPES = f"default_install_hook_types: [{', '.join(hook_names.FRAMEWORK)}]\n"
LOCAL = """\
      - id: gitprov-{hook}
        name: gitprov
        language: system
        entry: {root}/hooks/gitprov-hook {hook}
        stages: [{hook}]
        always_run: true
        pass_filenames: {files}
"""
OF_THE_MOMENT = {"id", "at", "prompt_version"}


def native(repo: GitRepo) -> None:
    """Our own hook files."""
    repo.install()


def framework(repo: GitRepo) -> None:
    """Our hooks from pre-commit's configuration, run from this checkout; the configuration is committed."""
    entries = "".join(
        LOCAL.format(root=ROOT, hook=hook, files="true" if hook.endswith("-msg") else "false")
        for hook in hook_names.FRAMEWORK
    )
    configure(repo, f"repos:\n  - repo: local\n    hooks:\n{entries}")


def published(repo: GitRepo, checkout: Path) -> None:
    """Our hooks as .pre-commit-hooks.yaml of this checkout's HEAD publishes them, built by pre-commit itself."""
    rev = run(["git", "rev-parse", "HEAD"], cwd=checkout, env=repo.env).stdout.strip()
    ids = "".join(f"      - id: gitprov-{hook}\n" for hook in hook_names.FRAMEWORK)
    configure(repo, f"repos:\n  - repo: {checkout}\n    rev: {rev}\n    hooks:\n{ids}")


def configure(repo: GitRepo, text: str) -> None:
    """Commit pre-commit's configuration and install it."""
    repo.write(".pre-commit-config.yaml", TYPES + text)
    repo.commit("Check at commit time")
    run(["pre-commit", "install"], cwd=repo.path, env=repo.env)


def story(repo: GitRepo) -> None:
    """A model writes two files, the developer changes a line, stages a part, commits, amends, and commits the rest."""
    claude = ClaudeSession(repo)
    claude.prompt("a greeting and a farewell")
    claude.write_file("hello.py", "def hello():\n    print('hello')\n\n\ndef more():\n    print('more')\n")
    claude.write_file("bye.py", "print('bye')\n")
    claude.stop()
    repo.write("hello.py", repo.read("hello.py").replace("'more'", "'and more'"))
    repo.write("README", "a project\nwritten by hand\n")
    repo.git("add", "hello.py", "README")
    repo.commit_staged("Greet")
    repo.commit_staged("Greet the world", "--amend")
    repo.commit("Say bye")


def record(repo: GitRepo) -> list[Any]:
    """Trailer keys and note rows of the last two commits, without what depends on the moment."""
    found: list[Any] = []
    for rev in ("HEAD", "HEAD~1"):
        rows = [
            {key: value for key, value in row.items() if key not in OF_THE_MOMENT} for row in repo.note(rev)
        ]
        found.append(([key for key, _ in repo.trailers(rev)], sorted(rows, key=str)))
    return found


def fresh(path: Path, env: dict[str, str]) -> GitRepo:
    """A repository with one commit."""
    repo = GitRepo.init(path, env)
    repo.write("README", "a project\n")
    repo.commit("Start")
    return repo


def test_both_routes_give_the_same_notes(tmp_path: Path, env: dict[str, str]) -> None:
    """The same session, the same commits: the same rows, trailers and gate, whichever way the hooks were run."""
    by_hooks, by_framework = fresh(tmp_path / "native", env), fresh(tmp_path / "framed", env)
    native(by_hooks)
    framework(by_framework)
    for repo in (by_hooks, by_framework):
        story(repo)
    expected = record(by_hooks)
    assert [trailers for trailers, _ in expected] == [["AI-Trace"], ["AI-Trace"]]
    assert {row.get("gate", "passed") for _, rows in expected for row in rows} == {"passed"}
    assert record(by_framework) == expected


@pytest.mark.parametrize("route", [native, framework])
def test_both_routes_refuse(repo: GitRepo, route: Any) -> None:
    """A message whose trailer somebody took out is refused on either route, and nothing is lost by it."""
    repo.write("README", "a project\n")
    repo.commit("Start")
    route(repo)
    claude = ClaudeSession(repo)
    claude.prompt("a greeting")
    claude.write_file("hello.py", "print('hello')\n")
    claude.stop()
    repo.git("add", "-A")
    editor = repo.path.parent / "editor"
    editor.write_text("#!/bin/sh\necho 'no trailer' >\"$1\"\n")
    editor.chmod(0o755)
    repo.env["GIT_EDITOR"] = str(editor)
    before = repo.oid()
    done = repo.git("commit", "-e", "-m", "Greet", check=False)
    assert done.returncode == 1
    assert "hello.py" in done.stdout + done.stderr
    assert repo.oid() == before
    repo.git("commit", "-q", "-m", "Greet")
    assert len(repo.traces()) == 1


@pytest.mark.wheelhouse
def test_the_published_hooks_work(tmp_path: Path, offline: dict[str, str], checkout: Path) -> None:
    """pre-commit builds gitprov from a clone and runs the hooks of its manifest; the notes are those of native hooks."""
    by_hooks, by_framework = fresh(tmp_path / "native", offline), fresh(tmp_path / "framed", offline)
    native(by_hooks)
    published(by_framework, checkout)
    for repo in (by_hooks, by_framework):
        story(repo)
    assert record(by_framework) == record(by_hooks)
    assert by_framework.gitprov("doctor").returncode == 0


@pytest.mark.wheelhouse
def test_pre_commit_can_try_the_hook(repo: GitRepo, offline: dict[str, str], checkout: Path) -> None:
    """`pre-commit try-repo` accepts the manifest and finds nothing to refuse in an ordinary change."""
    repo.write("README", "a project\n")
    repo.git("add", "-A")
    done = run(["pre-commit", "try-repo", str(checkout), "gitprov-pre-commit"], cwd=repo.path, env=offline)
    assert "Passed" in done.stdout
