"""Hooks go in beside whatever was there, and come out without a trace."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from gitprov.store.setup import shims
from tests.install.shelf import evidence, lines, recorder, snapshot
from tests.support.repo import GitRepo, run

ALL = ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where recorders write."""
    return tmp_path / "log"


def git_dir(repo: GitRepo) -> dict[str, tuple[str, int, bytes]]:
    """The repository as far as installing may touch it: hooks, configuration, and anything new."""
    return snapshot(repo.path / ".git", "objects", "logs", "index", "refs", "COMMIT_EDITMSG")


def hooks_of(repo: GitRepo) -> Path:
    """The repository's own hooks directory."""
    return repo.path / ".git/hooks"


def commit(repo: GitRepo, *args: str, check: bool = True) -> int:
    """An empty commit; git's exit code."""
    return repo.git("commit", "-q", "--allow-empty", "-m", "x", *args, check=check).returncode


def push(repo: GitRepo, tmp_path: Path) -> None:
    """Push to a new repository, so that git runs pre-push; `git hook run` came later than the oldest git we support."""
    run(["git", "init", "-q", "--bare", str(tmp_path / "there")], cwd=tmp_path, env=repo.env)
    repo.git("push", "-q", str(tmp_path / "there"), "HEAD:refs/heads/main")


def test_all_hooks_are_in(repo: GitRepo) -> None:
    """Each hook is executable and known as ours."""
    repo.install()
    for hook in ALL:
        path = hooks_of(repo) / hook
        assert os.access(path, os.X_OK)
        assert shims.is_unchanged(path.read_bytes())
    assert not (hooks_of(repo) / "pre-rebase").exists()


def test_uninstalling_gives_back_every_byte(repo: GitRepo, log: Path) -> None:
    """Hooks, their modes, links, files that only look like hooks, and the configuration are as before."""
    tool = recorder(repo.path / "tools/check", log)
    recorder(hooks_of(repo) / "pre-commit", log)
    (hooks_of(repo) / "pre-commit").chmod(0o700)
    (hooks_of(repo) / "commit-msg").write_bytes(b"#!/bin/sh\nexit 0 # no newline, not executable")
    (hooks_of(repo) / "post-commit").symlink_to(os.path.relpath(tool, hooks_of(repo)))
    (hooks_of(repo) / "prepare-commit-msg").symlink_to("nowhere")
    recorder(hooks_of(repo) / "pre-push", log)
    before = git_dir(repo)
    repo.install()
    assert git_dir(repo) != before
    commit(repo)
    repo.gitprov("uninstall")
    assert git_dir(repo) == before


def test_installing_twice_is_installing_once(repo: GitRepo, log: Path) -> None:
    """The second time nothing changes and nothing is done; uninstalling twice is as quiet."""
    recorder(hooks_of(repo) / "pre-commit", log)
    before = git_dir(repo)
    repo.install()
    after = git_dir(repo)
    assert json.loads(repo.gitprov("install", "--json").stdout)["steps"] == []
    assert git_dir(repo) == after
    repo.gitprov("uninstall")
    assert json.loads(repo.gitprov("uninstall", "--json").stdout)["steps"] == []
    assert git_dir(repo) == before


def test_a_dry_run_changes_nothing(repo: GitRepo, log: Path) -> None:
    """--dry-run tells the steps that the real run then takes."""
    recorder(hooks_of(repo) / "pre-commit", log)
    before = git_dir(repo)
    told = json.loads(repo.gitprov("install", "--dry-run", "--json").stdout)
    assert git_dir(repo) == before
    done = json.loads(repo.gitprov("install", "--json").stdout)
    assert done["steps"] == told["steps"]
    assert (told["dry_run"], done["dry_run"]) == (True, False)
    installed = git_dir(repo)
    assert "would remove" in repo.gitprov("uninstall", "--dry-run").stdout
    assert git_dir(repo) == installed


def test_a_missing_hooks_directory_is_made_and_removed(repo: GitRepo) -> None:
    """A repository from an empty template has no hooks directory, and has none again afterwards."""
    shutil.rmtree(hooks_of(repo))
    before = git_dir(repo)
    repo.install()
    commit(repo)
    repo.gitprov("uninstall")
    assert git_dir(repo) == before


def test_the_earlier_hook_runs_first_with_the_same_world(repo: GitRepo, log: Path) -> None:
    """Arguments, work directory and environment of the earlier hook are git's own."""
    body = f'echo "$PWD $GIT_INDEX_FILE" >>"{log}"'
    recorder(hooks_of(repo) / "prepare-commit-msg", log, name="earlier", body=body)
    commit(repo)
    alone = lines(log)
    log.unlink()
    repo.install()
    commit(repo)
    assert lines(log) == alone


@pytest.mark.parametrize("hook", ["pre-commit", "prepare-commit-msg", "commit-msg"])
def test_a_refusal_of_the_earlier_hook_holds(repo: GitRepo, log: Path, hook: str) -> None:
    """Its exit code is the hook's, and ours is not even started."""
    recorder(hooks_of(repo) / hook, log, status=7)
    repo.install()
    event = evidence(repo)
    event.write_text("damaged")
    done = run(
        [str(hooks_of(repo) / hook), str(repo.path / "message")], cwd=repo.path, env=repo.env, check=False
    )
    assert (done.returncode, done.stderr) == (7, "")
    assert commit(repo, check=False) == 1


def test_a_failing_post_commit_hook_does_not_stop_ours(repo: GitRepo, log: Path, tmp_path: Path) -> None:
    """Ours still runs, and the earlier one's exit code stays visible."""
    recorder(hooks_of(repo) / "post-commit", log, name="earlier", status=7)
    repo.install()
    recorder(tmp_path / "python", log, name="ours")
    text = shims.render(shims.Settings(str(tmp_path / "python"), "/lib"))
    (hooks_of(repo) / "post-commit").write_bytes(text)
    evidence(repo)
    done = run([str(hooks_of(repo) / "post-commit")], cwd=repo.path, env=repo.env, check=False)
    assert done.returncode == 7
    assert [line.split()[0] for line in lines(log) if line[0] in "eo"][:2] == ["earlier", "ours"]


def test_a_hook_that_was_not_executable_still_does_not_run(repo: GitRepo, log: Path) -> None:
    """Git ignores such a file, and so do we."""
    recorder(hooks_of(repo) / "pre-commit", log).chmod(0o644)
    repo.install()
    commit(repo)
    assert lines(log) == []


def test_a_changed_hook_of_ours_is_not_removed(repo: GitRepo, log: Path) -> None:
    """Uninstalling says which file somebody changed, and touches nothing; installing does not overwrite it."""
    recorder(hooks_of(repo) / "commit-msg", log)
    repo.install()
    with (hooks_of(repo) / "pre-commit").open("a") as file:
        file.write("echo mine\n")
    before = git_dir(repo)
    for command in ("uninstall", "install"):
        done = repo.gitprov(command, check=False)
        assert done.returncode == 3
        assert f"{hooks_of(repo)}/pre-commit" in done.stderr
        assert "hint:" in done.stderr
        assert git_dir(repo) == before


def test_a_hook_put_over_ours_is_kept(repo: GitRepo, log: Path) -> None:
    """Somebody replaced our hook, which had set another aside: neither is lost, and install asks what to do."""
    recorder(hooks_of(repo) / "pre-commit", log, name="first")
    repo.install()
    (hooks_of(repo) / "pre-commit").unlink()
    recorder(hooks_of(repo) / "pre-commit", log, name="second")
    done = repo.gitprov("install", check=False)
    assert done.returncode == 3
    assert "pre-commit.gitprov-chained" in done.stderr
    assert "stays at" in repo.gitprov("uninstall").stderr
    assert "second" in (hooks_of(repo) / "pre-commit").read_text()
    assert "first" in (hooks_of(repo) / "pre-commit.gitprov-chained").read_text()


def test_a_deleted_hook_of_ours_comes_back(repo: GitRepo, log: Path) -> None:
    """Installing again repairs; uninstalling instead puts the earlier hook back."""
    recorder(hooks_of(repo) / "pre-commit", log)
    before = git_dir(repo)
    repo.install()
    installed = git_dir(repo)
    (hooks_of(repo) / "pre-commit").unlink()
    repo.install()
    assert git_dir(repo) == installed
    (hooks_of(repo) / "pre-commit").unlink()
    repo.gitprov("uninstall")
    assert git_dir(repo) == before


def test_another_interpreter_updates_the_shims(repo: GitRepo) -> None:
    """Shims of an earlier installation are rewritten, not chained."""
    repo.install()
    old = shims.render(shims.Settings("/gone/python", "/gone"))
    for hook in ALL:
        (hooks_of(repo) / hook).write_bytes(old)
    steps = json.loads(repo.gitprov("install", "--json").stdout)["steps"]
    assert [step["action"] for step in steps] == ["update"] * 4
    assert not list(hooks_of(repo).glob("*.gitprov-chained"))


# -- core.hooksPath -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["--local", "--global", "--worktree"])
@pytest.mark.parametrize("relative", [False, True])
def test_a_foreign_hooks_path_is_never_written_to(
    repo: GitRepo, log: Path, tmp_path: Path, scope: str, relative: bool
) -> None:
    """Hooks there still run, all of them, ours run behind them, and uninstalling restores the bytes of every file."""
    outer = repo.path / "team hooks" if relative else tmp_path / "outer hooks"
    recorder(outer / "pre-commit", log)
    recorder(outer / "pre-push", log)
    recorder(outer / "reference-transaction", log)
    if scope == "--worktree":
        repo.git("config", "extensions.worktreeConfig", "true")
    repo.git("config", scope, "core.hooksPath", "team hooks" if relative else str(outer))
    commit(repo)
    alone = set(lines(log))
    before, there = git_dir(repo), snapshot(outer)
    config = Path(repo.env["GIT_CONFIG_GLOBAL"]).read_bytes()
    repo.install()
    repo.install()
    log.unlink()
    commit(repo)
    assert set(lines(log)) >= alone
    push(repo, tmp_path)
    assert any(row.startswith("pre-push") for row in lines(log))
    assert repo.gitprov("doctor").returncode == 0
    repo.gitprov("uninstall")
    assert snapshot(outer) == there
    assert git_dir(repo) == before
    assert Path(repo.env["GIT_CONFIG_GLOBAL"]).read_bytes() == config


def test_a_hook_added_later_to_a_shared_directory_runs(repo: GitRepo, log: Path, tmp_path: Path) -> None:
    """A company adds a pre-push hook next week; standing in front must not switch it off."""
    outer = tmp_path / "outer"
    outer.mkdir()
    repo.git("config", "--global", "core.hooksPath", str(outer))
    repo.install()
    recorder(outer / "pre-push", log)
    recorder(outer / "commit-msg", log)
    commit(repo)
    push(repo, tmp_path)
    assert [line.split()[0] for line in lines(log)] == ["commit-msg", "pre-push"]


def test_a_setting_made_meanwhile_survives_uninstalling(repo: GitRepo, tmp_path: Path) -> None:
    """Where the configuration has changed since, only our one key is taken back."""
    repo.git("config", "core.hooksPath", str(tmp_path / "outer"))
    repo.install()
    repo.git("config", "user.nickname", "Al")
    repo.gitprov("uninstall")
    assert repo.git("config", "user.nickname").stdout == "Al\n"
    assert repo.git("config", "core.hooksPath").stdout == f"{tmp_path / 'outer'}\n"


def test_a_value_comes_back_as_it_was_written(repo: GitRepo) -> None:
    """Of an overridden setting the value comes back, `~` and spaces as they were; nothing else of the file changes."""
    with (repo.path / ".git/config").open("a") as file:
        file.write(
            '# ours\n[core] hooksPath = "~/team  hooks" ; of the team\n[user] nickname = Al # the end\n'
        )
    settings = repo.git("config", "--local", "--list").stdout
    repo.install()
    assert "team" not in repo.git("config", "--local", "--list").stdout
    repo.gitprov("uninstall")
    assert repo.git("config", "--local", "--list").stdout == settings
    assert "[user] nickname = Al # the end\n" in repo.read(".git/config")


def test_a_record_of_an_earlier_gitprov(repo: GitRepo, tmp_path: Path) -> None:
    """A record with the bytes of the configuration file is read for the value alone."""
    repo.git("config", "core.hooksPath", str(tmp_path / "outer"))
    repo.install()
    place = repo.path / ".git/gitprov/install.json"
    record = json.loads(place.read_text())
    record["config"].update({"file": str(repo.path / ".git/config"), "before": "eA==", "after": "0" * 64})
    place.write_text(json.dumps(record))
    repo.gitprov("uninstall")
    assert repo.git("config", "core.hooksPath").stdout == f"{tmp_path / 'outer'}\n"


def test_a_hooks_path_inside_git_is_used_as_it_is(repo: GitRepo, log: Path) -> None:
    """A local setting that points into this clone's own directory needs no detour."""
    folder = repo.path / ".git/my-hooks"
    recorder(folder / "pre-commit", log)
    repo.git("config", "core.hooksPath", ".git/my-hooks")
    before = git_dir(repo)
    repo.install()
    assert (folder / "pre-commit.gitprov-chained").exists()
    commit(repo)
    assert lines(log) == ["pre-commit"]
    repo.gitprov("uninstall")
    assert git_dir(repo) == before


def test_a_hook_that_goes_by_its_own_name_keeps_it(repo: GitRepo, log: Path) -> None:
    """A dispatcher that looks at $0 is not moved aside: git is pointed at another directory instead."""
    body = f'echo "called as $(basename "$0")" >>"{log}"'
    recorder(hooks_of(repo) / "pre-commit", log, body=body)
    before = git_dir(repo)
    repo.install()
    commit(repo)
    assert lines(log)[-1] == "called as pre-commit"
    repo.gitprov("uninstall")
    assert git_dir(repo) == before


def test_a_linked_hooks_directory_is_not_written_through(repo: GitRepo, log: Path, tmp_path: Path) -> None:
    """.git/hooks may be a link to a directory that other clones share."""
    shared = tmp_path / "shared"
    recorder(shared / "pre-commit", log)
    shutil.rmtree(hooks_of(repo))
    hooks_of(repo).symlink_to(shared)
    before, there = git_dir(repo), snapshot(shared)
    repo.install()
    assert snapshot(shared) == there
    commit(repo)
    assert lines(log) == ["pre-commit"]
    repo.gitprov("uninstall")
    assert git_dir(repo) == before


# -- worktrees, templates, bare -------------------------------------------------------------------------------------


def test_worktrees_share_the_hooks(repo: GitRepo, tmp_path: Path) -> None:
    """Installing in a linked worktree installs for all of them; so does uninstalling."""
    commit(repo)
    linked = repo.add_worktree(tmp_path / "linked", "--detach")
    before = git_dir(repo)
    linked.install()
    assert json.loads(repo.gitprov("install", "--json").stdout)["steps"] == []
    repo.gitprov("uninstall")
    assert git_dir(repo) == before


def test_a_clone_from_a_template_is_ready(repo: GitRepo, log: Path, tmp_path: Path) -> None:
    """A clone made with our template has the hooks, uninstalls them, and the template's own hook is chained."""
    template = tmp_path / "template"
    recorder(template / "hooks/pre-commit", log)
    before = snapshot(template)
    hint = repo.gitprov("install", "--template", str(template)).stderr
    assert "init.templateDir" in hint
    commit(repo)
    repo.git("config", "--global", "init.templateDir", str(template))
    clone = repo.clone(tmp_path / "clone")
    assert [step["action"] for step in json.loads(clone.gitprov("install", "--json").stdout)["steps"]] == [
        "fetch"
    ]
    commit(clone)
    assert lines(log) == ["pre-commit"]
    clone.gitprov("uninstall")
    assert sorted(path.name for path in (clone.path / ".git/hooks").iterdir()) == ["pre-commit"]
    repo.gitprov("uninstall", "--template")
    assert snapshot(template) == before


def test_a_template_needs_a_name(repo: GitRepo) -> None:
    """Without init.templateDir somebody has to say which directory."""
    done = repo.gitprov("install", "--template", check=False)
    assert done.returncode == 2
    assert "init.templateDir" in done.stderr


def test_a_bare_repository_is_refused(tmp_path: Path, env: dict[str, str]) -> None:
    """Nobody commits in a bare repository; one line says so, and nothing is written."""
    bare = GitRepo.init(tmp_path / "bare", env, "--bare")
    before = snapshot(bare.path)
    done = bare.gitprov("install", check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("gitprov: this is a bare repository")
    assert snapshot(bare.path) == before


def test_outside_a_repository_one_line_says_so(tmp_path: Path, env: dict[str, str]) -> None:
    """Install, uninstall and doctor need a repository."""
    for command in ("install", "uninstall", "doctor"):
        done = run(["gitprov", command], cwd=tmp_path, env=env, check=False)
        assert done.returncode == 3
        assert done.stderr.startswith("gitprov: not a git repository")


def test_a_hooks_directory_that_cannot_be_written_is_named(repo: GitRepo) -> None:
    """Where a file stands in the way of the hooks directory the error names it; no half-way state looks installed."""
    shutil.rmtree(hooks_of(repo))
    hooks_of(repo).write_text("in the way")
    done = repo.gitprov("install", check=False)
    assert done.returncode == 3
    assert str(hooks_of(repo)) in done.stderr
    assert hooks_of(repo).read_text() == "in the way"


def test_evidence_outlives_uninstalling(repo: GitRepo) -> None:
    """What was captured stays, and so do the notes; the command says so."""
    repo.install()
    event = evidence(repo)
    assert "stays in" in repo.gitprov("uninstall").stderr
    assert event.exists()


def test_a_guarded_project_is_guarded_from_the_first_commit(repo: GitRepo) -> None:
    """Markers are in use by configuration: the shims know it before any evidence was seen here."""
    repo.write(".gitprov.toml", "markers = true\n")
    repo.install()
    assert (repo.path / ".git/gitprov/guard").exists()
    repo.gitprov("uninstall")
    assert not (repo.path / ".git/gitprov").exists()
