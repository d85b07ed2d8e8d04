"""Pager, colours, width, broken pipes and Ctrl-C of `git ai-blame` and `git ai-log`, on a real terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import time
from contextlib import suppress

import pytest

from tests.support.notes import add_note, trace_row
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

COMMANDS = [["git", "ai-blame", "a"], ["git", "ai-log"], ["git", "ai-log", "--oneline"]]


@pytest.fixture
def project(repo: GitRepo) -> GitRepo:
    """One commit with one generated line."""
    repo.write("a", "some code\n")
    add_note(repo, repo.commit("One"), trace_row({"a": {"ai": "1"}}))
    repo.env["TERM"] = "xterm"
    return repo


def on_terminal(repo: GitRepo, args: list[str], *, columns: int = 200, **env: str) -> str:
    """What a command writes to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    with subprocess.Popen(
        args, cwd=repo.path, env={**repo.env, **env}, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # a terminal whose other side is gone says EIO
            while piece := os.read(ours, 65536):
                shown += piece
    os.close(ours)
    assert process.returncode == 0, shown
    return shown.decode()


@pytest.mark.parametrize("command", COMMANDS)
def test_pager_of_git(project: GitRepo, command: list[str]) -> None:
    """On a terminal the pager is the one that git would use; LESS is set where the user has not set it."""
    shown = on_terminal(project, command, GIT_PAGER='sed "s/^/$LESS> /"')
    assert shown.startswith("FRX> ")
    project.git("config", "core.pager", "sed s/^/configured:/")
    assert on_terminal(project, command).startswith("configured:")
    assert "configured" not in on_terminal(project, command, GIT_PAGER="cat")
    assert "configured" not in on_terminal(project, ["git", "--no-pager", *command[1:]])
    project.git("config", f"pager.{command[1]}", "false")
    assert "configured" not in on_terminal(project, command)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_pager_where_there_is_no_terminal(project: GitRepo, command: list[str]) -> None:
    """A pipe gets the plain answer."""
    project.env["GIT_PAGER"] = "sed s/^/paged:/"
    shown = project.git(*command[1:]).stdout
    assert "paged:" not in shown
    assert "\x1b" not in shown


def test_git_paging_for_us(project: GitRepo) -> None:
    """Under `git -p` git has started the pager already: one is enough, and colours are on."""
    shown = on_terminal(project, ["git", "-p", "ai-blame", "a"], GIT_PAGER="sed s/^/paged:/")
    assert shown.startswith("paged:")
    assert "paged:paged:" not in shown
    assert "\x1b[35mai" in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_when_there_is_colour(project: GitRepo, command: list[str]) -> None:
    """Colours follow the terminal, git's settings, NO_COLOR and --color."""
    assert "\x1b[35m" in on_terminal(project, command, GIT_PAGER="cat")
    assert "\x1b" not in on_terminal(project, command, NO_COLOR="1", GIT_PAGER="cat")
    assert "\x1b" not in on_terminal(project, command, TERM="dumb", GIT_PAGER="cat")
    assert "\x1b" not in on_terminal(project, [*command[:2], "--no-color", *command[2:]], GIT_PAGER="cat")
    assert "\x1b[35m" in project.git(command[1], "--color", *command[2:]).stdout
    assert "\x1b[35m" in project.git("-c", "color.ui=always", *command[1:]).stdout
    assert "\x1b" not in on_terminal(project, ["git", "-c", "color.ui=false", *command[1:]], GIT_PAGER="cat")
    project.git("config", f"color.{command[1]}.ai", "bold blue")
    assert "\x1b[1;34m" in on_terminal(project, command, GIT_PAGER="cat")
    project.git("config", f"color.{command[1]}", "false")
    assert "\x1b" not in on_terminal(project, command, GIT_PAGER="cat")


def test_width_of_the_terminal(project: GitRepo) -> None:
    """Columns shrink with the terminal, the code never; a pipe has no width."""
    wide, narrow = (
        on_terminal(project, COMMANDS[0], columns=columns, GIT_PAGER="cat") for columns in (200, 70)
    )
    assert "gen_20260201_0b9c41d2e7" in wide
    assert "gen_20260201_0b9c41d2e7" not in narrow
    assert narrow.rstrip().endswith("1) some code")
    assert "gen_20260201_0b9c41d2e7" in project.git("ai-blame", "a").stdout


def test_dates(project: GitRepo) -> None:
    """Dates are short; --date, -t and blame.date give others, also those that only git can word."""
    assert " 2026-02-01 ai" in project.git("ai-blame", "a").stdout
    assert " 2026-02-01 10:01:00 +0000 ai" in project.git("ai-blame", "--date=iso", "a").stdout
    assert f" {1769940060} +0000 ai" in project.git("ai-blame", "-t", "a").stdout
    assert " ago " in project.git("ai-blame", "--date", "relative", "a").stdout
    project.git("config", "blame.date", "format:week %V")
    assert " week 05 " in project.git("ai-blame", "a").stdout
    project.git("config", "blame.showEmail", "true")
    assert "<alice@example.com>" in project.git("ai-blame", "a").stdout


def growing(repo: GitRepo, commits: int) -> None:
    """A file whose first line is of the last commit, and whose others take git blame a while."""
    rows: list[bytes] = []
    stream = []
    for n in range(commits):
        rows.insert(
            0 if n == commits - 1 else n * 7919 % (len(rows) + 1),
            b"value_%d = compute(%d)\n" % (n, n * 31 % 97),
        )
        data = b"".join(rows)
        stream.append(
            b"commit refs/heads/main\ncommitter A <a@example.com> %d +0000\ndata 1\nx\nM 100644 inline a\ndata %d\n%s\n"
            % (1769940000 + n, len(data), data)
        )
    repo.git("fast-import", "--quiet", "--done", input=b"".join(stream) + b"done\n")
    repo.git("reset", "-q", "--hard")


@pytest.mark.plain
def test_first_lines_come_before_the_last(repo: GitRepo) -> None:
    """Lines are shown as soon as all above them are known, while git blame still works."""
    growing(repo, 1500)
    start = time.monotonic()
    with subprocess.Popen(
        ["git", "ai-blame", "a"], cwd=repo.path, env=repo.env, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        first = time.monotonic() - start
        rest = process.stdout.read()
        whole = time.monotonic() - start
    assert rest.count(b"\n") == 1499
    assert first < whole * 0.7


@pytest.mark.plain
@pytest.mark.parametrize(
    "command", [["ai-blame", "a"], ["ai-blame", "--json", "a"], ["ai-log", "--all-commits"]]
)
def test_reader_that_leaves(repo: GitRepo, command: list[str]) -> None:
    """A reader who has seen enough ends the command quietly."""
    growing(repo, 1500)
    with subprocess.Popen(
        ["git", *command], cwd=repo.path, env=repo.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(100)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode in (0, 141)


@pytest.mark.plain
def test_pager_that_is_left(repo: GitRepo) -> None:
    """Leaving the pager early is no error."""
    growing(repo, 1500)
    repo.env["TERM"] = "xterm"
    shown = on_terminal(repo, ["git", "ai-log", "--all-commits"], GIT_PAGER="head -n 3")
    assert shown.count("\n") == 3


@pytest.mark.plain
def test_interrupted(repo: GitRepo) -> None:
    """Ctrl-C ends with 130, without a traceback, and git does not go on working."""
    growing(repo, 3000)
    with subprocess.Popen(
        ["git-ai-blame", "a"],
        cwd=repo.path,
        env=repo.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        os.kill(process.pid, signal.SIGINT)
        assert process.stderr.read() == b""
    assert process.returncode == 130
    assert is_gone(process.pid)


def is_gone(group: int) -> bool:
    """Whether a process group ends within a few seconds, its dead not counted before somebody has noticed them."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_nothing_to_show_is_said_on_a_terminal(project: GitRepo) -> None:
    """`git ai-log` without a result tells a person so, and a program nothing."""
    empty = ["git", "ai-log", "--model=no-such-model"]
    assert "no commit here" in on_terminal(project, empty)
    assert project.git("ai-log", "--model=no-such-model").stderr == ""


def test_no_blank_columns_for_models(repo: GitRepo) -> None:
    """A small file of people alone, from several commits, has no room for models."""
    growing(repo, 3)
    assert " " * 40 not in repo.git("ai-blame", "a").stdout
