"""Command lines that run without typer."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import typer

from gitprov.cli.app import make_app
from gitprov.cli.plain.words import PLAIN, arguments
from tests.support.repo import GitRepo, run


@pytest.mark.parametrize("name", PLAIN)
def test_an_entry_is_what_typer_takes(name: str) -> None:
    """An entry has each flag of its command that takes no value, and its argument, under typer's names."""
    command: Any = typer.main.get_command(make_app([name, "sync"])).commands[name]  # type: ignore[attr-defined]
    options = [param for param in command.params if param.param_type_name == "option"]
    places = [param for param in command.params if param.param_type_name == "argument"]
    assert PLAIN[name].flags == {
        flag: param.name for param in options if param.is_flag for flag in param.opts
    }
    assert [PLAIN[name].argument] == [place.name for place in places] or [None]
    assert all(not param.required for param in command.params)


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ([], {}),
        (["--diff", "main~3"], {"diff": True, "name": "main~3"}),
        (["main", "--json", "--json"], {"as_json": True, "name": "main"}),
        (["--color=always"], None),
        (["--color", "always"], None),
        (["--js"], None),
        (["-h"], None),
        (["--", "main"], None),
        (["main", "next"], None),
        ([""], None),
    ],
)
def test_what_is_not_plain_needs_typer(words: list[str], values: dict[str, object] | None) -> None:
    """Flags and one argument have values; any other word sends the command line to typer."""
    assert arguments(PLAIN["show"], words) == values


@pytest.mark.slow
def test_a_plain_command_does_not_load_typer(repo: GitRepo) -> None:
    """`gitprov status` and the list of commands run without typer; a narrow list is typer's."""
    code = (
        "import sys; from gitprov.cli.main import main; main(); sys.exit(7 if 'typer' in sys.modules else 0)"
    )
    codes = [
        run(
            [sys.executable, "-c", code, *words],
            cwd=repo.path,
            env={**repo.env, "COLUMNS": columns},
            check=False,
        ).returncode
        for words, columns in ((["status"], "80"), (["-h"], "80"), (["-h"], "60"))
    ]
    assert codes == [0, 0, 7]
