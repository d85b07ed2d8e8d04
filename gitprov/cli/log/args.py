"""Parses the command line of `git ai-log`: our flags are removed, all that select commits go to git log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitprov.errors import UsageError
from gitprov.flow.read.log import Query
from gitprov.model.named import NamedTuple
from gitprov.model.untrusted.printed import shell_quoted

_FILTERS = {"--model": "models", "--agent": "agents", "--session": "sessions", "--trace": "traces"}
_SWITCHES = {"--bypassed": "bypassed", "--all-commits": "all_commits", "--reverse": "reverse"}
_FORMS = {"--json": "json", "--oneline": "oneline"}

#: Flags of git log that, without `=`, take the next word; that word must not be parsed as a flag of ours.
_TAKES_VALUE = frozenset(
    (
        "--author", "--committer", "--grep", "--grep-reflog", "--since", "--until", "--after", "--before", "--date",
        "--max-age", "--min-age", "--since-as-filter", "--glob", "--exclude", "--diff-filter", "--diff-algorithm",
        "-S", "-G", "-L", "-l",
    )
)  # fmt: skip

#: Flags that would add output between the records that we read. Git accepts any unique prefix of a flag.
_REFUSED = (
    "--format", "--pretty", "--graph", "--patch", "--unified", "--raw", "--stat", "--numstat", "--shortstat",
    "--dirstat", "--cumulative", "--summary", "--patch-with-stat", "--patch-with-raw", "--name-only", "--name-status",
    "--submodule", "--color-words", "--word-diff", "--check", "--binary", "--compact-summary", "--remerge-diff",
    "--show-signature", "--log-size", "--show-linear-break", "--notes", "--no-notes", "--show-notes", "--encoding",
    "--null", "--output", "--output-indicator-new", "--ext-diff", "--textconv", "--function-context",
)  # fmt: skip
_REFUSED_SHORT = ("-p", "-u", "-U", "-z", "-W", "-O")
#: Flags that look like prefixes of refused flags, but are not.
_OTHER_FLAGS = frozenset(("--not", "--no", "--no-patch"))


class LogCommand(NamedTuple):
    """A parsed command. `form` is text, oneline or json; `stdin`: git reads revisions from stdin."""

    query: Query
    form: str
    colour: str | None
    stdin: bool


class _LogParser:
    def __init__(self) -> None:
        self.args: list[str] = []
        self.filters: dict[str, list[str]] = {name: [] for name in _FILTERS.values()}
        self.switches: set[str] = set()
        self.forms: list[str] = []
        self.colour: str | None = None
        self.skip = 0
        self.limit: int | None = None

    def feed(self, argv: Sequence[str]) -> None:
        words = iter(argv)
        for word in words:
            if word == "--":
                self.args += [word, *words]
            elif not (self._ours(word, words) or self._count(word, words)):
                _refuse(word)
                self.args.append(word)
                if word in _TAKES_VALUE:
                    self.args.append(_value(word, words))

    def _ours(self, word: str, words: Iterator[str]) -> bool:
        name, equals, value = word.partition("=")
        if name in _FILTERS:
            self.filters[_FILTERS[name]].append(value if equals else _value(name, words))
        elif word in _SWITCHES:
            self.switches.add(_SWITCHES[word])
        elif word in _FORMS:
            self.forms.append(_FORMS[word])
        elif name in ("--color", "--no-color"):
            self.colour = "never" if name == "--no-color" else value if equals else "always"
        else:
            return False
        return True

    def _count(self, word: str, words: Iterator[str]) -> bool:
        """Take -n and --skip, which git must not see: they count the shown commits only."""
        name, equals, value = word.partition("=")
        if name in ("--max-count", "--skip"):
            number = _number(name, value if equals else _value(name, words))
            if name == "--skip":
                self.skip = max(number, 0)
            else:
                self._limit(number)
        elif word == "-n":
            self._limit(_number(word, _value(word, words)))
        elif word[:1] == "-" and word[1:].isdigit():
            self._limit(int(word[1:]))
        elif word.startswith("-n") and word[2:].lstrip("-").isdigit():
            self._limit(int(word[2:]))
        else:
            return False
        return True

    def _limit(self, number: int) -> None:
        """Set the limit; as in git, a negative number is no limit."""
        self.limit = None if number < 0 else number


def parse(argv: Sequence[str]) -> LogCommand:
    """Parses `argv`, without the program's name; UsageError for flags that would change git's output."""
    parser = _LogParser()
    parser.feed(argv)
    if len(set(parser.forms)) > 1:
        raise UsageError("--json and --oneline exclude each other", "git ai-log -h")
    filters = {name: tuple(values) for name, values in parser.filters.items()}
    query = Query(
        tuple(parser.args),
        models=filters["models"],
        agents=filters["agents"],
        sessions=filters["sessions"],
        traces=filters["traces"],
        bypassed="bypassed" in parser.switches,
        all_commits="all_commits" in parser.switches,
        skip=parser.skip,
        limit=parser.limit,
        reverse="reverse" in parser.switches,
    )
    form = parser.forms[0] if parser.forms else "text"
    return LogCommand(query, form, parser.colour, "--stdin" in parser.args)


def _value(name: str, words: Iterator[str]) -> str:
    value = next(words, None)
    if value is None:
        raise UsageError(f"{name} needs a value", "git ai-log -h")
    return value


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise UsageError(f"{name} needs a number, not {text!r}") from error


def _refuse(word: str) -> None:
    name = word.partition("=")[0]
    short = not word.startswith("--") and word.startswith(_REFUSED_SHORT)
    long = name.startswith("--") and len(name) > 3 and name not in _OTHER_FLAGS
    if short or (long and any(one.startswith(name) for one in _REFUSED)):
        raise UsageError(
            f"{name} changes what git log prints, and ai-log prints its own",
            f"use --json or --oneline here, or: git log --notes=gitprov {shell_quoted(word)}",
        )
