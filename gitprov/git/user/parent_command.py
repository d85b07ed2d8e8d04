"""The git command that runs the current hook, read from processes: git passes hooks too little of it."""

import os
from collections.abc import Iterator

from gitprov.git.process import decode
from gitprov.model.named import NamedTuple

#: Processes to look at: between git and this process there may be a shell, a hook manager and its Python.
_DEPTH = 8
#: Options of `git` whose value is the next word.
_GLOBAL = (
    "-C",
    "-c",
    "--git-dir",
    "--work-tree",
    "--namespace",
    "--exec-path",
    "--super-prefix",
    "--config-env",
)
#: Options of `git commit` whose value is the next word, so that a message "--amend" is no option.
_VALUED = (
    "-m",
    "-F",
    "-C",
    "-c",
    "-t",
    "--message",
    "--file",
    "--author",
    "--date",
    "--template",
    "--trailer",
)
_VALUED_LETTERS = "mFCct"
GATELESS = ("cherry-pick", "revert", "rebase", "am", "merge", "pull")
"""Commands that make commits without running the gate; for a clean revert there is no other sign of that."""


class Process(NamedTuple):
    """A running program: `words` are its arguments, program first.

    `started` is its start time, which distinguishes it from an earlier process with the same id; empty where
    the system does not report it.
    """

    pid: int
    parent: int
    words: list[str]
    started: str

    @property
    def token(self) -> str:
        """A name that is unique among the processes of this machine."""
        return f"{self.pid}-{self.started}"


def above(pid: int) -> Iterator[Process]:
    """The process `pid` and its ancestors, nearest first, as far as they can be read."""
    look = _from_proc if os.path.isdir("/proc/self") else _from_ps
    for _ in range(_DEPTH):
        process = look(pid) if pid > 0 else None
        if process is None:
            return
        yield process
        pid = process.parent


def git_process(pid: int) -> Process | None:
    """The nearest git process among `pid` and its ancestors, `words` without `git`; None where unreadable."""
    for process in above(pid):
        name = os.path.basename(process.words[0]).removesuffix(".exe") if process.words else ""
        if name == "git":
            return process._replace(words=process.words[1:])
        if name.startswith("git-"):
            return process._replace(words=[name[4:], *process.words[1:]])
    return None


def _from_proc(pid: int) -> Process | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            facts = file.read().rpartition(b")")[2].split()
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read().decode("utf-8", "surrogateescape").split("\0")
        return Process(pid, int(facts[1]), words[:-1], facts[19].decode("ascii"))
    except (OSError, ValueError, IndexError):
        return None


def _from_ps(pid: int) -> Process | None:
    from gitprov.git.programs import output_of

    try:
        shown = decode(output_of(["ps", "-o", "ppid=,args=", "-p", str(pid)]))
        parent, *words = shown.split()
        return Process(pid, int(parent), words, "")
    except (OSError, ValueError):
        return None


def command(words: list[str]) -> str | None:
    """The subcommand in git's arguments; None without one."""
    return _command(words)[0]


def says_amend(words: list[str]) -> bool | None:
    """Whether git's arguments are those of `git commit --amend`; None where another command makes the commit.

    Git runs the command that an alias stands for as a process of its own, whose arguments name no alias.
    """
    command, rest = _command(words)
    return _amends(rest) if command == "commit" else None


def says_dry_run(words: list[str]) -> bool:
    """Whether git's arguments are those of `git push --dry-run`."""
    command, rest = _command(words)
    return command == "push" and any(_is_dry_run(word) for word in rest)


def commit_options(words: list[str]) -> tuple[str | None, str | None]:
    """The values of `--template` and `--cleanup` in arguments of `git commit`, None for an absent option."""
    command, rest = _command(words)
    return (
        (_value(rest, "--template", "t"), _value(rest, "--cleanup", ""))
        if command == "commit"
        else (None, None)
    )


def _value(words: list[str], option: str, letter: str) -> str | None:
    """The last value given for an option: after `=`, directly after its letter, or as the next word."""
    value = None
    for at, word in enumerate(words):
        if word == "--":
            break
        name, equals, text = word.partition("=")
        following = words[at + 1] if at + 1 < len(words) else None
        if len(name) > 4 and option.startswith(name):
            value = text if equals else following
        elif letter and word.startswith("-") and not word.startswith("--"):
            head, separator, text = word[1:].partition(letter)
            if separator and not set(head) & set(_VALUED_LETTERS + "Su"):
                value = text or following
    return value


def _is_dry_run(word: str) -> bool:
    """Whether a word is `--dry-run`, an unambiguous prefix of it, or a cluster of letters that includes `n`.

    The rest of a cluster after `o` is the value of that option.
    """
    if word.startswith("--"):
        return len(word) > 4 and "--dry-run".startswith(word)
    return word.startswith("-") and "n" in word.partition("o")[0]


def _command(words: list[str]) -> tuple[str | None, list[str]]:
    """The subcommand and the words after it."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in _GLOBAL else 1
    return (words[at], words[at + 1 :]) if at < len(words) else (None, [])


def _amends(words: list[str]) -> bool:
    """Whether the last of `--amend` and `--no-amend`, or of their unambiguous prefixes, is `--amend`."""
    amend, skip = False, False
    for word in words:
        if skip:
            skip = False
        elif word == "--":
            break
        elif len(word) > 3 and "--amend".startswith(word):
            amend = True
        elif len(word) > 6 and "--no-amend".startswith(word):
            amend = False
        else:
            skip = word in _VALUED or (_is_cluster(word) and word[-1] in _VALUED_LETTERS)
    return amend


def _is_cluster(word: str) -> bool:
    """Whether a word is a cluster of short options whose last one may take the next word, as in `-am`."""
    return (
        len(word) > 2
        and word[0] == "-"
        and word[1:].isalpha()
        and not set(word[1:-1]) & set(_VALUED_LETTERS + "Su")
    )
