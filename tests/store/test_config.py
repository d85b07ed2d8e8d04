"""Reading the project's configuration file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitprov.errors import ConfigError
from gitprov.model.settings.config import Config
from gitprov.store.config import load_config
from tests.support.sealed import ROOT


def problem(root: Path) -> ConfigError:
    """What loading the configuration of a work tree ends with."""
    with pytest.raises(ConfigError) as caught:
        load_config(str(root), {})
    assert "\n" not in caught.value.message
    return caught.value


def test_no_file_is_the_default(tmp_path: Path) -> None:
    """Without a file, and without a work tree, the defaults hold."""
    assert load_config(str(tmp_path), {}) == Config()
    assert load_config(None, {}) == Config()
    assert load_config(str(tmp_path / "missing"), {}) == Config()


@pytest.mark.parametrize(("name", "table"), [(".gitprov.toml", ""), ("pyproject.toml", "[tool.gitprov]\n")])
def test_either_file_is_read(tmp_path: Path, name: str, table: str) -> None:
    """The same keys mean the same in both files, personal settings come on top."""
    (tmp_path / name).write_text(f'{table}require = ["prompt"]\nprivacy = "full"\n')
    assert load_config(str(tmp_path), {}) == Config(require=("prompt",), privacy="full")
    assert load_config(str(tmp_path), {"gitprov.privacy": "hash-only"}).privacy == "hash-only"


def test_sub_tables_of_pyproject(tmp_path: Path) -> None:
    """`[tool.gitprov.share]` alone is a configuration."""
    (tmp_path / "pyproject.toml").write_text("[tool.gitprov.share]\ngenerations = true\n")
    assert load_config(str(tmp_path), {}).share_generations


def test_bare_repository_has_personal_settings() -> None:
    """Where there is no work tree the person's settings still hold."""
    assert load_config(None, {"gitprov.sidecar": "true"}).sidecar


def test_both_files_are_an_error_that_names_both(tmp_path: Path) -> None:
    """Two places to look are one too many."""
    (tmp_path / ".gitprov.toml").write_text("sidecar = true\n")
    (tmp_path / "pyproject.toml").write_text("[tool.gitprov]\nsidecar = true\n")
    assert "both .gitprov.toml and [tool.gitprov] in pyproject.toml" in problem(tmp_path).message


def test_a_pyproject_that_only_speaks_of_us_counts_for_nothing(tmp_path: Path) -> None:
    """A comment about tool.gitprov is no configuration."""
    (tmp_path / "pyproject.toml").write_text("# no tool.gitprov here\n[tool]\n")
    (tmp_path / ".gitprov.toml").write_text("sidecar = true\n")
    assert load_config(str(tmp_path), {}).sidecar


def test_a_broken_pyproject_without_our_table_is_not_our_business(tmp_path: Path) -> None:
    """A file that does not mention us is not even parsed."""
    (tmp_path / "pyproject.toml").write_bytes(b"[[[\xff")
    assert load_config(str(tmp_path), {}) == Config()


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (b"sidecar = true\nrequire = [\n\n= 3\n", ".gitprov.toml:4: not valid TOML: "),
        (b"sidecar = true\nrequire", ".gitprov.toml:2: not valid TOML: "),
        (b"sidecar = true\n# \xff\n", ".gitprov.toml:2: not valid TOML: not UTF-8"),
        (b"sidecar = 1\n", ".gitprov.toml: sidecar must be true or false"),
        (b"a = " + b"[" * 20000, ".gitprov.toml"),
    ],
)
def test_broken_file_is_one_clear_line(tmp_path: Path, text: bytes, start: str) -> None:
    """Bad TOML names the file and the line; a bad value names the file and the key."""
    (tmp_path / ".gitprov.toml").write_bytes(text)
    assert problem(tmp_path).message.startswith(start)


def test_broken_pyproject_with_our_table_is_reported(tmp_path: Path) -> None:
    """Once a file configures us, its mistakes matter to us."""
    (tmp_path / "pyproject.toml").write_text("[tool.gitprov]\nsidecar\n")
    assert problem(tmp_path).message.startswith("pyproject.toml:2: not valid TOML: ")
    (tmp_path / "pyproject.toml").write_text("tool.gitprov = 3\n")
    assert problem(tmp_path).message == "pyproject.toml: tool.gitprov must be a table, not 3"
    (tmp_path / "pyproject.toml").write_text("[tool.gitprov]\nsidecars = true\n")
    assert problem(tmp_path).message.startswith('pyproject.toml [tool.gitprov]: unknown key "sidecars"')


def test_unreadable_file_is_reported(tmp_path: Path) -> None:
    """A directory in the file's place is an error that says so."""
    (tmp_path / ".gitprov.toml").mkdir()
    assert problem(tmp_path).message.startswith(".gitprov.toml cannot be read: ")


def imported_for(root: Path) -> str:
    """Which TOML modules a fresh interpreter has after loading the configuration of a work tree."""
    program = (
        "import sys; from gitprov.store.config import load_config; load_config(sys.argv[1], {});"
        "print(*sorted({'tomllib', 'tomli', 'difflib', 'dataclasses'} & set(sys.modules)))"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program, str(root)],
        env=environment,
        text=True,
        capture_output=True,
        check=True,
    )
    return done.stdout.strip()


def test_no_toml_parser_without_need(tmp_path: Path) -> None:
    """The parser is imported when there is something of ours to parse, not before."""
    assert imported_for(tmp_path) == ""
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert imported_for(tmp_path) == ""
    (tmp_path / ".gitprov.toml").write_text("sidecar = true\n")
    assert imported_for(tmp_path) in ("tomllib", "tomli")
