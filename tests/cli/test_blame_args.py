"""How `git ai-blame` takes its command line apart: git's own rules, our own flags taken out."""

from __future__ import annotations

import pytest

from gitprov.cli.blame.args import BlameCommand, parse
from gitprov.errors import UsageError
from tests.support.repo import GitRepo


def git_args(*argv: str) -> list[str]:
    """What is left for git, without the -w that we add."""
    args = list(parse(argv).request.args)
    assert args[:1] == ["-w"]
    del args[:1]
    return args


@pytest.mark.parametrize(
    ("argv", "left"),
    [
        (["a"], ["a"]),
        (["HEAD", "--", "a"], ["HEAD", "--", "a"]),
        (["--", "--json"], ["--", "--json"]),
        (["--json", "a"], ["a"]),
        (["a", "-L1,2", "-L", "3,4"], ["-L", "1,2", "-L", "3,4", "a"]),
        (["-sfL1,2", "a"], ["-sfL", "1,2", "a"]),
        (["-M20", "-C", "-C5", "a"], ["-M20", "-C", "-C5", "a"]),
        (["-pM", "a"], ["-M", "a"]),
        (["--since", "--json", "a"], ["--since", "--json", "a"]),
        (["--since=1.day", "a"], ["--since=1.day", "a"]),
        (["--ignore-rev", "HEAD", "a"], ["--ignore-rev", "HEAD", "a"]),
        (["-S", "revs", "a"], ["-S", "revs", "a"]),
        (["--progress", "--no-color", "a"], ["a"]),
    ],
)
def test_what_git_gets(argv: list[str], left: list[str]) -> None:
    """Flags of git keep their values, clusters their letters; ours and those of the format are gone."""
    assert git_args(*argv) == left


@pytest.mark.parametrize(
    ("argv", "form"),
    [
        ([], "text"),
        (["--json"], "json"),
        (["--json", "--json"], "json"),
        (["-p"], "porcelain"),
        (["-sp"], "porcelain"),
        (["--porcelain"], "porcelain"),
        (["--porc"], "porcelain"),
        (["--line-porcelain"], "line-porcelain"),
        (["--line"], "line-porcelain"),
    ],
)
def test_forms(argv: list[str], form: str) -> None:
    """The form is ours to choose, however git's flag for it is abbreviated."""
    assert parse([*argv, "a"]).form == form


def test_display_flags() -> None:
    """Display flags of git blame are read from clusters and long forms."""
    flags = parse(["-slnb", "--show-email", "--abbrev=10", "-f", "a"]).flags
    assert flags == (True, True, True, True, True, True, 11)
    assert parse(["-t", "a"]).date == "raw"
    assert parse(["--date", "iso", "a"]).date == "iso"


def test_no_w() -> None:
    """--no-w takes our default back, and an explicit -w stays."""
    assert parse(["--no-w", "a"]).request.args == ("a",)
    assert parse(["--no-w", "-w", "a"]).request.args == ("-w", "a")


@pytest.mark.parametrize("argv", [["--reverse"], ["--contents", "x"], ["--contents=x"], ["--all"], ["--not"]])
def test_what_only_git_can_tell(argv: list[str]) -> None:
    """Flags that change whose lines are shown leave the text of the lines to git."""
    assert not parse([*argv, "a"]).request.streams
    assert parse(["-L1,2", "a"]).request.streams


@pytest.mark.parametrize(
    "argv", [[], ["--json"], ["--"], ["-L1,2"], ["-p", "--json", "a"], ["--incremental", "a"]]
)
def test_wrong_command_lines(argv: list[str]) -> None:
    """A command line without a file, or with two forms, is a usage error."""
    with pytest.raises(UsageError):
        parse(argv)


def test_command_is_a_value() -> None:
    """Parsing gives a plain value that says all there is to do."""
    command = parse(["--stats", "--show-prompt", "--color", "a"])
    assert isinstance(command, BlameCommand)
    assert (command.stats, command.show_prompt, command.colour) == (True, True, "always")


@pytest.mark.parametrize(
    "ranges",
    [["2,4"], ["4,2"], ["3"], [",3"], ["3,"], ["3,+2"], ["3,-2"], ["1,3", "2,6"], ["9,10", "1"], ["8,99"]],
)
def test_ranges_are_read_as_git_reads_them(repo: GitRepo, ranges: list[str]) -> None:
    """The lines that we wait for are those that git will name."""
    from gitprov.flow.read.blame import expected_runs

    repo.write("a", "".join(f"{n}\n" for n in range(1, 11)))
    repo.commit("One")
    flags = [f"-L{one}" for one in ranges]
    rows = repo.git("blame", "-s", *flags, "a").stdout.splitlines()
    runs = expected_runs(parse([*flags, "a"]).request, 10)
    assert runs is not None
    assert [int(row.rpartition(")")[2]) for row in rows] == [
        n for first, last in runs for n in range(first, last + 1)
    ]


@pytest.mark.parametrize("text", ["/x/,+2", ":main", "1,/x/", "^/x/", "x", "1,x"])
def test_ranges_that_need_the_text(text: str) -> None:
    """Patterns are git's business."""
    from gitprov.flow.read.blame import expected_runs

    assert expected_runs(parse([f"-L{text}", "a"]).request, 10) is None
