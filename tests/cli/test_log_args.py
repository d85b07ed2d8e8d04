"""How `git ai-log` takes its command line apart."""

from __future__ import annotations

import pytest

from gitprov.cli.log.args import parse
from gitprov.errors import UsageError


@pytest.mark.parametrize(
    ("argv", "left"),
    [
        (["--author", "--json"], ["--author", "--json"]),
        (["-S", "-p", "a..b"], ["-S", "-p", "a..b"]),
        (["-Gx", "--", "--json", "-n"], ["-Gx", "--", "--json", "-n"]),
        (["--not", "HEAD", "--no-merges"], ["--not", "HEAD", "--no-merges"]),
        (["--date=iso", "--since", "1 day"], ["--date=iso", "--since", "1 day"]),
        (["-i", "--follow", "-M", "-m"], ["-i", "--follow", "-M", "-m"]),
    ],
)
def test_what_git_gets(argv: list[str], left: list[str]) -> None:
    """What selects commits stays, values with their flags, and all after `--`."""
    assert list(parse(argv).query.args) == left


def test_our_flags() -> None:
    """Ours are taken out, with `=` or the next word."""
    query = parse(
        [
            "--model",
            "a",
            "--model=b",
            "--agent",
            "c",
            "--session=d",
            "--trace",
            "e",
            "--bypassed",
            "--all-commits",
        ]
    ).query
    assert query.args == ()
    assert (query.models, query.agents, query.sessions, query.traces) == (("a", "b"), ("c",), ("d",), ("e",))
    assert query.bypassed
    assert query.all_commits


@pytest.mark.parametrize(
    ("argv", "skip", "limit"),
    [
        (["-n", "3"], 0, 3),
        (["-n3"], 0, 3),
        (["-3"], 0, 3),
        (["-12"], 0, 12),
        (["--max-count=3", "--skip", "2"], 2, 3),
        (["--max-count", "3", "--max-count", "-1"], 0, None),
        (["-n0"], 0, 0),
    ],
)
def test_counts(argv: list[str], skip: int, limit: int | None) -> None:
    """Every way that git has of saying how many."""
    query = parse(argv).query
    assert (query.skip, query.limit, query.args) == (skip, limit, ())


@pytest.mark.parametrize(
    "argv",
    [["-n"], ["-n", "x"], ["--skip=x"], ["--model"], ["--json", "--oneline"], ["--author"], ["--graph"]],
)
def test_wrong_command_lines(argv: list[str]) -> None:
    """Missing values, numbers that are none, two forms, formats of git: usage errors."""
    with pytest.raises(UsageError):
        parse(argv)
