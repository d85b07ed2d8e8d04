"""Manual pages and completions say what the programs take."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.support.repo import GitRepo, run
from tests.support.sealed import ROOT

COMMANDS = ["ai-blame", "ai-log"]
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def help_of(name: str) -> str:
    """What -h prints."""
    from gitprov.cli.blame import help as blame_help
    from gitprov.cli.log import help as log_help

    return {"ai-blame": blame_help.HELP, "ai-log": log_help.HELP}[name]


def flags(text: str) -> set[str]:
    """The long flags that a text names."""
    return set(FLAG.findall(text))


@pytest.mark.parametrize("name", COMMANDS)
def test_manual_names_every_flag_of_the_help(name: str) -> None:
    """A flag that -h shows stands in the manual page as well."""
    page = (ROOT / "man" / f"git-{name}.1").read_text().replace("\\-", "-")
    known_elsewhere = {"--no-verify"}
    assert flags(help_of(name)) - flags(page) - known_elsewhere <= GIT_ONLY
    assert flags(page) - flags(help_of(name)) <= {"--no-color"}


#: Selectors that the help gives as examples of what passes through.
GIT_ONLY = {
    "--all", "--branches", "--since", "--until", "--author", "--grep", "--merges", "--first-parent", "--reverse",
    "--date",
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completions_offer_our_flags(name: str, shell: str) -> None:
    """What both shells complete holds every flag of ours."""
    ours = {
        "ai-blame": {
            "--json",
            "--porcelain",
            "--line-porcelain",
            "--stats",
            "--show-prompt",
            "--no-w",
            "--color",
        },
        "ai-log": {
            "--json",
            "--oneline",
            "--all-commits",
            "--model",
            "--agent",
            "--session",
            "--trace",
            "--bypassed",
        },
    }[name]
    folder = ROOT / "completions" / shell
    text = (folder / (f"git-{name}" if shell == "bash" else f"_git-{name}")).read_text()
    assert ours <= flags(text)


@pytest.mark.parametrize("name", COMMANDS)
def test_bash_completion_is_called_by_git(name: str) -> None:
    """Bash loads the file without complaint, and it defines the function that git's completion calls."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    file = ROOT / "completions" / "bash" / f"git-{name}"
    function = f"_git_{name.replace('-', '_')}"
    script = (
        '__gitcomp() { echo "$1"; }; __git_complete_revlist_file() { echo files; }; '
        f'. "{file}"; cur=--js; {function}; cur=x; {function}'
    )
    done = subprocess.run([bash, "-c", script], capture_output=True, text=True, check=True)
    assert "--json" in done.stdout
    assert done.stdout.endswith("files\n")
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["st"], "stats status"),
        (["sh"], "show"),
        (["show", "--j"], "--json"),
        (["show", "ma"], "main"),
        (["heal", "--from", "ma"], "main"),
        (["install", "--agents", ""], "claude-code none"),
        (["show", "main", "--color", "n"], "never"),
        (["sync", ""], "origin"),
        (["sync", "--dry"], "--dry-run"),
        (["record", "fi"], ""),
        (["nonsense", "--j"], ""),
    ],
    ids=" ".join,
)
def test_bash_completes_commands_options_and_names(hooked: GitRepo, words: list[str], expected: str) -> None:
    """After `gitprov` come its commands, behind them their options, revisions, remotes; files are bash's own."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    hooked.git("remote", "add", "origin", "elsewhere")
    script = (
        f'. "{ROOT / "completions/bash/gitprov"}"; COMP_WORDS=(gitprov "$@"); COMP_CWORD=$#; _gitprov; '
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = run([bash, "-uc", script, "bash", *words], cwd=hooked.path, env=hooked.env)
    assert set(done.stdout.split()) == set(expected.split())
    assert done.stderr == ""
