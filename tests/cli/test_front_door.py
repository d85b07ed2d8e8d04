"""The front door: errors become exit codes in one place, and help is never far."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov import __version__
from gitprov.cli.app import COMMANDS
from gitprov.cli.boundary import guarded
from gitprov.errors import Damaged, UsageError
from tests.support.repo import GitRepo, run
from tests.support.sealed import ROOT


def raises(error: BaseException) -> Callable[[], int]:
    """A command that fails like this."""

    def act() -> int:
        raise error

    return act


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UsageError("wrong word", "try another"), 2, "gitprov: wrong word\nhint: try another\n"),
        (Damaged("broken"), 3, "gitprov: broken\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_errors_become_codes(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, words: str
) -> None:
    """An expected error is one line, its hint another, and its own exit code."""
    assert guarded(raises(error)) == code
    assert capsys.readouterr() == ("", words)


def test_a_bug_becomes_a_report(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected error is exit 70, and a private file that says where it happened."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert guarded(raises(ZeroDivisionError("x"))) == 70
    (report,) = tmp_path.glob("gitprov-report-*.txt")
    assert report.stat().st_mode & 0o777 == 0o600
    told = report.read_text()
    assert "ZeroDivisionError: x" in told
    assert f"gitprov {__version__}" in told
    assert str(report) in capsys.readouterr().err


def test_a_bug_without_room_for_a_report_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no file can be written, the report goes to stderr."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    assert guarded(raises(ZeroDivisionError("x"))) == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_goes_away_is_no_bug(repo: GitRepo) -> None:
    """`gitprov … | head` ends quietly."""
    code = (
        "import sys\nfrom gitprov.cli.boundary import guarded\n"
        "def act():\n    [print('x' * 1000) for _ in range(1000)]\n    return 0\n"
        "sys.exit(guarded(act))\n"
    )
    shell = f"'{sys.executable}' -c \"$CODE\" | head -1 > /dev/null"
    env = {**repo.env, "CODE": code, "PYTHONPATH": str(ROOT)}
    assert run(["sh", "-c", shell], cwd=repo.path, env=env).stderr == ""


def test_version_and_help(repo: GitRepo) -> None:
    """The version is told at once; help names every command; so does no command at all."""
    assert repo.gitprov("--version").stdout == f"gitprov {__version__}\n"
    for args in (["--help"], ["-h"], []):
        said = repo.gitprov(*args).stdout
        assert all(f"\n  {name} " in said for name in COMMANDS)


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_every_command_has_help(repo: GitRepo) -> None:
    """`-h` of each command shows how it is used."""
    for name in COMMANDS:
        assert f"Usage: gitprov {name}" in repo.gitprov(name, "-h").stdout


@pytest.mark.slow
@pytest.mark.parametrize("args", [["nonsense"], ["record", "--nonsense"], ["--nonsense"]])
def test_wrong_command_lines(repo: GitRepo, args: list[str]) -> None:
    """What nobody knows is exit 2, with the word in question."""
    done = repo.gitprov(*args, check=False)
    assert done.returncode == 2
    assert "nonsense" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
@pytest.mark.parametrize(
    "command", ["gitprov status", "gitprov show", "git ai-blame a", "git ai-log --all-commits"]
)
def test_no_room_for_the_answer(repo: GitRepo, command: str) -> None:
    """A full disk behind stdout is exit 3 and two lines, not a bug of ours."""
    repo.write("a", "1\n")
    repo.commit("One")
    done = run(["sh", "-c", f"{command} >/dev/full"], cwd=repo.path, env=repo.env, check=False)
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "gitprov: cannot write: No space left on device",
        "hint: make room, then run it again",
    ]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed(project: GitRepo, closed: str) -> None:
    """A command whose standard streams are closed answers into nothing, as git does."""
    project.write("new.py", "x = 1\n")
    for command in ("gitprov status", "git ai-log"):
        done = run(["sh", "-c", f"{command} {closed}"], cwd=project.path, env=project.env, check=False)
        assert done.returncode == 0, done.stderr
        assert "bug" not in done.stderr
