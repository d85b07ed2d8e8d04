"""What shells complete after `gitprov`, and the stored list of its commands, written from what the program takes.

python tools/completions.py            says whether both are what the program takes; exit code 1 if not
python tools/completions.py --write    brings them up to date
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
FILES = {
    "bash": ROOT / "completions/bash/gitprov",
    "zsh": ROOT / "completions/zsh/_gitprov",
    "overview": ROOT / "gitprov/cli/plain/overview.txt",
}

#: What stands where no option does, by the name that help gives it: for bash a command that lists it, for zsh
#: an action.
PLACES = {
    "name": ("git for-each-ref --format='%(refname:short)'", "_gitprov_revisions"),
    "revs": ("git for-each-ref --format='%(refname:short)'", "_gitprov_revisions"),
    "commits": ("git for-each-ref --format='%(refname:short)'", "_gitprov_revisions"),
    "remotes": ("git remote", "_gitprov_remotes"),
    "agent": ("echo claude-code generic", "(claude-code generic)"),
    "names": ("", ""),
}
#: The same for values of options; what is not named here takes what somebody types.
VALUES = {
    "--agents": ("echo claude-code none", "(claude-code none)"),
    "--color": ("echo always never auto", "(always never auto)"),
    "--from": PLACES["revs"],
    "--map": ("", "_files"),
    "--prompt-file": ("", "_files"),
    "--output-file": ("", "_files"),
}


class Option(NamedTuple):
    """One option: its spellings, whether a value follows, and what help says of it."""

    names: list[str]
    valued: bool
    help: str


class Command(NamedTuple):
    """One command: what help says of it, its options, and what its arguments are called (None: it takes
    none).
    """

    name: str
    help: str
    options: list[Option]
    place: str | None


def commands() -> list[Command]:
    """All commands of the program."""
    sys.path[:0] = [] if str(ROOT) in sys.path else [str(ROOT)]
    import typer

    from gitprov.cli.app import COMMANDS, make_app

    program: Any = typer.main.get_command(make_app(list(COMMANDS)))
    found = []
    for name, command in program.commands.items():
        options = [_option(one) for one in command.params if one.param_type_name == "option"]
        places = [one.name for one in command.params if one.param_type_name == "argument"]
        options.append(Option(["-h", "--help"], valued=False, help="help"))
        found.append(Command(name, _first(command.help), options, places[0] if places else None))
    return found


def _option(one: Any) -> Option:  # noqa: ANN401 - typer has no public name for what an option is
    return Option([*one.opts, *one.secondary_opts], not one.is_flag, _first(one.help))


def _first(text: str | None) -> str:
    """The first sentence, without its full stop."""
    return " ".join((text or "").split()).partition(". ")[0].removesuffix(".")


def bash(program: list[Command]) -> str:
    """The file for bash."""
    rows = [
        "# bash completion for gitprov; made by tools/completions.py",
        "_gitprov() {",
        '    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command="" word words="" list=""',
        '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
        "        case $word in -*) ;; *) command=$word && break ;; esac",
        "    done",
        "    case $command:$prev in",
        *(f'    *:{name}) list="{listed}" ;;' for name, (listed, _) in VALUES.items()),
        f'    :*) words="{" ".join(one.name for one in program)} --help --version" ;;',
    ]
    for one in program:
        names = " ".join(name for option in one.options for name in option.names if name.startswith("--"))
        listed = PLACES.get(one.place or "", ("", ""))[0]
        rows.append(f'    {one.name}:*) words="{names}" list="{listed}" ;;')
    rows += [
        "    esac",
        '    case $cur in -*) list="" ;; *) [ -z "$command" ] || words="" ;; esac',
        '    [ -z "$list" ] || words=$(eval "$list" 2>/dev/null)',
        '    COMPREPLY=($(compgen -W "$words" -- "$cur"))',
        "}",
        "complete -o default -F _gitprov gitprov",
    ]
    return "\n".join(rows) + "\n"


def zsh(program: list[Command]) -> str:
    """The file for zsh."""
    rows = [
        "#compdef gitprov",
        "# made by tools/completions.py",
        "_gitprov_revisions() { compadd -- ${(f)\"$(git for-each-ref --format='%(refname:short)' 2>/dev/null)\"} }",
        '_gitprov_remotes() { compadd -- ${(f)"$(git remote 2>/dev/null)"} }',
        "local -a commands=(",
        *(f"  {_quoted(f'{one.name}:{one.help}')}" for one in program),
        ")",
        "_arguments -C '(-h --help)'{-h,--help}'[help]' '--version[the version]' '1:command:->command' '*::argument:->rest'",
        "case $state in",
        "command) _describe command commands ;;",
        "rest)",
        "  case $words[1] in",
    ]
    for one in program:
        rows.append(f"  {one.name})")
        rows.append("    _arguments -S \\")
        rows += [f"      {spec} \\" for option in one.options for spec in _specs(option)]
        rows.append(
            f"      {_quoted(f'*:{one.place}:{PLACES[one.place][1]}' if one.place in PLACES else '*:file:_files')}"
        )
        rows.append("    ;;")
    return "\n".join([*rows, "  esac ;;", "esac"]) + "\n"


def _specs(option: Option) -> list[str]:
    told = option.help.replace("[", "(").replace("]", ")").replace(":", " -")
    if not option.valued:
        return [_quoted(f"{name}[{told}]") for name in option.names]
    action = next((VALUES[name][1] for name in option.names if name in VALUES), " ")
    return [
        _quoted(f"*{name}{'=' if name.startswith('--') else '+'}[{told}]:value:{action}")
        for name in option.names
    ]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def overview() -> str:
    """The list of commands that `gitprov --help` prints on 80 columns, of which the help keeps two free."""
    import typer

    from gitprov.cli.app import COMMANDS, make_app

    program: Any = typer.main.get_command(make_app(list(COMMANDS)))
    with program.make_context("gitprov", ["status"], terminal_width=78) as context:
        text: str = program.get_help(context)
    return text + "\n"


def main(argv: list[str]) -> int:
    """Check, or write with --write."""
    program = commands()
    status = 0
    for name, text in (("bash", bash(program)), ("zsh", zsh(program)), ("overview", overview())):
        file = FILES[name]
        if "--write" in argv:
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            print(f"{file.relative_to(ROOT)} is not what gitprov takes: python tools/completions.py --write")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
