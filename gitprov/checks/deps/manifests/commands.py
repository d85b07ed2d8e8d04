"""Install commands in shell text: scripts, Dockerfiles, CI files, Makefiles, Markdown, notebooks."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gitprov.checks.deps.dependency import (
    COMMAND,
    CRATES,
    NPM,
    PYPI,
    Dependency,
    Include,
    Reading,
    UnreadPart,
    word_set,
)
from gitprov.checks.deps.letters import confusable
from gitprov.checks.deps.manifests.requirements import requirement

_PIP_VALUES = word_set(
    """
    -i --index-url --extra-index-url -f --find-links -t --target --platform --python-version
    --implementation --abi --root --prefix -b --build --src --upgrade-strategy --global-option
    --config-settings -C --no-binary --only-binary --progress-bar --report --log --proxy --retries
    --timeout --exists-action --trusted-host --cert --client-cert --cache-dir -p --python --index
    --default-index --keyring-provider --exclude-newer --group --optional --extra --tag --branch
    --rev -G -E --source --resolution --project --directory --uploaded-prior-to --script --bounds
    --package --suffix --pip-args --python-preference
    """
)
_NPM_VALUES = word_set(
    """
    --registry --prefix --tag -w --workspace --cache --loglevel --filter -C --dir --cwd --omit
    --include --before --min-release-age -F
    """
)
_CARGO_VALUES = word_set(
    """
    --version --vers --git --branch --tag --rev --path --root --target --profile -F --features -j
    --jobs --registry --index --target-dir --color --config -Z -p --package --manifest-path --rename
    """
)


class _Tool(NamedTuple):
    """An installer: its ecosystem and the options whose value is the next word. `only_first`: it runs one
    package and passes all later words to it.
    """

    ecosystem: str
    values: frozenset[str]
    only_first: bool = False


_PIP, _NPM, _CARGO = _Tool(PYPI, _PIP_VALUES), _Tool(NPM, _NPM_VALUES), _Tool(CRATES, _CARGO_VALUES)
_RUN_PYPI, _RUN_NPM = _Tool(PYPI, _PIP_VALUES, only_first=True), _Tool(NPM, _NPM_VALUES, only_first=True)

#: The words of a command before its packages → the installer.
_COMMANDS: dict[tuple[str, ...], _Tool] = {
    ("pip", "install"): _PIP,
    ("pip", "download"): _PIP,
    ("pip", "wheel"): _PIP,
    ("uv", "add"): _PIP,
    ("uv", "pip", "install"): _PIP,
    ("uv", "tool", "install"): _PIP,
    ("uv", "tool", "run"): _RUN_PYPI,
    ("uvx",): _RUN_PYPI,
    ("pipx", "install"): _PIP,
    ("pipx", "run"): _RUN_PYPI,
    ("pipx", "inject"): _PIP,
    ("poetry", "add"): _PIP,
    ("pdm", "add"): _PIP,
    ("rye", "add"): _PIP,
    ("pipenv", "install"): _PIP,
    ("npm", "install"): _NPM,
    ("npm", "i"): _NPM,
    ("npm", "add"): _NPM,
    ("npm", "exec"): _RUN_NPM,
    ("npx",): _RUN_NPM,
    ("pnpm", "add"): _NPM,
    ("pnpm", "install"): _NPM,
    ("pnpm", "i"): _NPM,
    ("pnpm", "dlx"): _RUN_NPM,
    ("yarn", "add"): _NPM,
    ("yarn", "global", "add"): _NPM,
    ("yarn", "dlx"): _RUN_NPM,
    ("bun", "add"): _NPM,
    ("bun", "install"): _NPM,
    ("bun", "i"): _NPM,
    ("bunx",): _RUN_NPM,
    ("cargo", "add"): _CARGO,
    ("cargo", "install"): _CARGO,
}
_PIP_PROGRAM = re.compile(r"(?:.*/)?pip(?:3(?:\.\d+)?)?(?:\.exe)?$")
_PYTHON_PROGRAM = re.compile(r"(?:.*/)?python(?:\d(?:\.\d+)?)?(?:\.exe)?$")
_SHELL = re.compile(r"(?:.*/)?(?:ba|da|z|k)?sh$")
_SHELL_TEXT = re.compile(r"-[a-z]*c$")
#: Words before a command, and pairs of them that run one in an environment.
_BEFORE = word_set("sudo time timeout nohup command exec env then else do if ! { -E -H -n")
_RUNNERS = {(tool, "run") for tool in ("uv", "poetry", "pipenv", "pdm", "hatch", "rye")} | {("-u", "root")}
_ANCHOR = re.compile(r"\b(?:install|add|i|uvx|npx|bunx|dlx|exec|run|inject|download|wheel)\b")
_SPLIT = re.compile(r"\s*(?:&&|\|\||[;|&]|\$\(|`|(?:^|(?<=\s))\((?=\S)|\)(?=\s|$))\s*")
_PROMPT = re.compile(r"^\s*(?:[-*]\s+)?(?:run:\s*|RUN\s+|script:\s*|command:\s*)?(?:[$>%!#]\s?)?", re.ASCII)
_MOUNT = re.compile(r"^(?:--(?:mount|network|security)=\S+\s+)+")
_VARIABLE = re.compile(r"[$<>{}*]|\.\.\.")
_NAME = re.compile(r"(?:@[\w.-]+/)?[\w.-]*\w")
_NPM_SPEC = re.compile(r"^((?:@[\w.-]+/)?[A-Za-z0-9_][\w.-]*)(?:@(.+))?$")
_CRATE_SPEC = re.compile(r"^([A-Za-z][A-Za-z0-9_-]*)(?:@(.+))?$")
_NPM_ALIAS = re.compile(r"^(?:@?[\w./-]+@)?npm:((?:@[\w.-]+/)?[\w.-]+)(?:@(.+))?$")


def read(text: str) -> Reading:
    """Every package that an install command in the text names."""
    dependencies: list[Dependency] = []
    includes: list[Include] = []
    unread: list[UnreadPart] = []
    places = _Places(text)
    for line, end_line, command in _commands(text):
        for entry in _packages(command, line, end_line):
            if isinstance(entry, Dependency):
                dependencies.append(places.narrowed(entry))
            elif isinstance(entry, Include):
                includes.append(entry)
            else:
                unread.append(entry)
    return Reading(tuple(dependencies), tuple(unread), tuple(includes))


class _Places:
    """Finds the single line of a package in a command of several lines, of which a model may write one."""

    def __init__(self, text: str) -> None:
        self._rows = text.splitlines()
        self._span = (0, 0)
        self._lines: dict[str, list[int]] = {}

    def narrowed(self, item: Dependency) -> Dependency:
        """The package with its line; unchanged where no line of its command has the name."""
        if item.line == item.end_line:
            return item
        if self._span != (item.line, item.end_line):
            self._span, self._lines = (item.line, item.end_line), {}
            for number in range(item.end_line, item.line - 1, -1):
                for word in reversed(_NAME.findall(self._rows[number - 1])):
                    self._lines.setdefault(word, []).append(number)
        lines = self._lines.get(item.name, [])
        line = lines.pop() if lines else 0
        return item._replace(line=line, end_line=line) if line else item


def command_packages(command: str) -> list[Dependency]:
    """The packages that one command line of an agent would install."""
    return list(read(command).dependencies)


def _commands(text: str) -> Iterator[tuple[int, int, str]]:
    """(first line, last line, command) of each simple command that may install something."""
    parts: list[str] = []
    start = 0
    for number, raw in enumerate(text.splitlines(), 1):
        start = start or number
        row = raw.rstrip()
        if row.endswith("\\"):
            parts.append(row[:-1])
            continue
        parts.append(row)
        joined = " ".join(parts)
        if _ANCHOR.search(joined):
            for command in _SPLIT.split(_shell_form(joined)):
                yield start, number, command
        parts, start = [], 0
    for command in _SPLIT.split(_shell_form(" ".join(parts))) if parts else ():
        yield start, start + len(parts) - 1, command


def _shell_form(row: str) -> str:
    """A line as a shell would get it: without prompt, `RUN`, `run:` or quotes; Docker's exec form joined."""
    row = _MOUNT.sub("", _PROMPT.sub("", row).strip())
    if row.startswith("[") and row.endswith("]"):
        try:
            words = json.loads(row)
        except ValueError:
            return row
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return shlex.join(words)
    return row


def _packages(command: str, line: int, end_line: int) -> Iterator[Dependency | Include | UnreadPart]:
    words = _words(command)
    tool, rest = _tool(words)
    if tool is None:
        return
    skip = False
    for at, word in enumerate(rest):
        if skip:
            skip = False
        elif word.startswith("-"):
            name, _, value = word.partition("=")
            if tool.ecosystem == PYPI and name in (
                "-r",
                "--requirement",
                "--requirements",
                "-c",
                "--constraint",
            ):
                path = value or (rest[at + 1] if at + 1 < len(rest) else "")
                yield Include(path, line, name in ("-c", "--constraint"))
                skip = not value
            elif name in ("-e", "--editable", "--with", "--from"):
                continue
            else:
                skip = not value and name in tool.values
        elif word in ("#", ">", ">>", "2>&1", "<"):
            return
        else:
            entry = _package(tool, word, line, end_line)
            if entry is not None:
                yield entry
            if tool.only_first:
                return


def _words(command: str) -> list[str]:
    """The words of a command. A quote that is not closed, as in prose, ends no command."""
    command = command.strip().strip("\"'")
    try:
        return shlex.split(command, comments=True)
    except ValueError:
        return command.replace('"', " ").replace("'", " ").split()


def _tool(words: Sequence[str]) -> tuple[_Tool | None, Sequence[str]]:
    """The installer that a command starts, and the words after it."""
    rest = list(words)
    while rest and (rest[0] in _BEFORE or "=" in rest[0] or tuple(rest[:2]) in _RUNNERS):
        rest = rest[2:] if tuple(rest[:2]) in _RUNNERS or rest[0] == "timeout" else rest[1:]
    if len(rest) > 2 and _SHELL.match(rest[0]) and _SHELL_TEXT.match(rest[1]):
        return _tool([*_words(rest[2]), *rest[3:]])
    if len(rest) > 2 and _PYTHON_PROGRAM.match(rest[0]) and rest[1] == "-m":
        rest = rest[2:]
    if rest and _PIP_PROGRAM.match(rest[0]):
        rest[0] = "pip"
    options = [word for word in rest if not word.startswith("-")]
    for length in (3, 2, 1):
        tool = _COMMANDS.get(tuple(rest[:length])) if len(rest) >= length else None
        if tool is not None:
            return tool, rest[length:]
    # Options may stand between program and subcommand: `npm --silent install x`.
    if rest[:1] and tuple(options[:2]) in _COMMANDS and rest[0] == options[0]:
        return _COMMANDS[tuple(options[:2])], rest[rest.index(options[1]) + 1 :]
    return None, ()


def _package(tool: _Tool, word: str, line: int, end_line: int) -> Dependency | UnreadPart | None:
    """The package that one word names; None for a path, an address, a variable or a placeholder."""
    if _VARIABLE.search(word) and not (tool.ecosystem == PYPI and re.search(r"[\w\]][<>=!~]", word)):
        return None
    if tool.ecosystem == PYPI:
        word = (
            re.sub(r"@(?=[\d^~v]|latest$)", "==", word) if "://" not in word and " @ " not in word else word
        )
        entry = requirement(word.replace("==latest", "").replace("==^", ">="), line, end_line, COMMAND)
        return None if isinstance(entry, UnreadPart) else entry
    name = word.rpartition("@")[0] or word
    if confusable(name):
        return Dependency(tool.ecosystem, name, line, end_line, how=COMMAND)
    if tool.ecosystem == NPM:
        alias = _NPM_ALIAS.match(word)
        match = alias or _NPM_SPEC.match(word)
        if match is None or word.startswith("."):
            return None
        return Dependency(NPM, match[1], line, end_line, match[2] or "", COMMAND)
    match = _CRATE_SPEC.match(word)
    return Dependency(CRATES, match[1], line, end_line, match[2] or "", COMMAND) if match else None


def read_markdown(text: str) -> Reading:
    """Install commands in the fenced blocks of a Markdown text."""
    kept: list[str] = []
    fence = ""
    for row in text.splitlines():
        mark = row.lstrip()[:3]
        if mark in ("```", "~~~") and (not fence or mark == fence):
            fence = "" if fence else mark
            kept.append("")
        else:
            kept.append(row if fence else "")
    return read("\n".join(kept))
