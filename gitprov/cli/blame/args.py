"""Parses the command line of `git ai-blame` by the rules of git blame."""

from __future__ import annotations

from collections.abc import Sequence

from gitprov.errors import UsageError
from gitprov.flow.read.blame import BlameRequest
from gitprov.model.named import NamedTuple
from gitprov.output.blame.flags import Flags

_OUR_FLAGS = {"--json": "json", "--stats": "stats"}
_GIT_FORMS = {"--porcelain": "porcelain", "--line-porcelain": "line-porcelain"}

#: Long flags of git blame (and of its revision walk) that, without `=`, take the next word.
_TAKES_VALUE = frozenset(
    (
        "--since", "--until", "--after", "--before", "--max-age", "--min-age", "--max-count", "--skip", "--author",
        "--committer", "--grep", "--contents", "--ignore-rev", "--ignore-revs-file", "--date", "--encoding", "--glob",
        "--exclude", "--diff-algorithm",
    )
)  # fmt: skip
_SELECTS = ("--all", "--branches", "--tags", "--remotes", "--glob", "--not", "--bisect", "--stdin")


class BlameCommand(NamedTuple):
    """A parsed command. `form`: text, json, porcelain or line-porcelain; `stats`: counts, not lines."""

    request: BlameRequest
    form: str
    stats: bool
    show_prompt: bool
    colour: str | None
    flags: Flags
    date: str | None


class _BlameParser:
    def __init__(self) -> None:
        self.options: list[str] = []
        self.before: list[str] = []
        self.after: list[str] | None = None
        self.ranges: list[str] = []
        self.forms: list[str] = []
        self.stats = self.show_prompt = self.reverse = self.selects = False
        self.contents: str | None = None
        self.ignore_space = True
        self.colour: str | None = None
        self.date: str | None = None
        self.flags = Flags()

    def feed(self, argv: Sequence[str]) -> None:
        words = iter(argv)
        for word in words:
            if word == "--":
                self.after = list(words)
            elif word.startswith("--"):
                self._long(word, words)
            elif word.startswith("-") and word != "-":
                self._short(word, words)
            else:
                self.before.append(word)

    def _long(self, word: str, words: object) -> None:
        name, equals, value = word.partition("=")
        if not (self._ours(word) or self._colour(name, equals, value)):
            self.options.append(word)
            if name in _TAKES_VALUE and not equals:
                value = next(words, "")  # type: ignore[call-overload]
                self.options.append(value)
            self._note(name, value)

    def _ours(self, word: str) -> bool:
        """Take a flag that git must not see; returns whether `word` is one."""
        if word in _OUR_FLAGS:
            self.stats = self.stats or word == "--stats"
            self.forms += ["json"] if word == "--json" else []
        elif word in ("--show-prompt", "--no-w"):
            self.show_prompt = self.show_prompt or word == "--show-prompt"
            self.ignore_space = self.ignore_space and word != "--no-w"
        elif _abbreviates(word, "--porcelain", 4) or _abbreviates(word, "--line-porcelain", 4):
            self.forms.append("porcelain" if word.startswith("--p") else "line-porcelain")
        elif _abbreviates(word, "--incremental", 5):
            raise UsageError("ai-blame has no --incremental of its own", "use --porcelain or --json")
        elif _abbreviates(word.partition("=")[0], "--output", 4) or _abbreviates(word, "--ext-diff", 4):
            raise UsageError(
                f"{word.partition('=')[0]} is no flag of ai-blame, which writes no files",
                "git ai-blame FILE > OUTPUT",
            )
        elif _abbreviates(word, "--textconv", 5):
            raise UsageError("notes count lines as they are stored, not as a textconv filter shows them")
        else:
            return word in ("--progress", "--no-progress")
        return True

    def _colour(self, name: str, equals: str, value: str) -> bool:
        if name not in ("--color", "--no-color"):
            return False
        self.colour = "never" if name == "--no-color" else value if equals else "always"
        return True

    def _note(self, name: str, value: str) -> None:
        """Record the effects of a flag of git on our own reading and output."""
        self.reverse = self.reverse or _abbreviates(name, "--reverse", 5)
        if _abbreviates(name, "--contents", 5):
            self.contents = value
        self.selects = self.selects or name in _SELECTS
        if name == "--date":
            self.date = value
        elif name == "--abbrev":
            self._abbrev(value)
        elif name in ("--show-email", "--show-name", "--show-number"):
            self._flag(name[7])
        elif name == "--no-abbrev":
            self._flag("l")

    def _abbrev(self, value: str) -> None:
        if value.isdigit():
            # Git blame adds a column for the caret of a boundary commit.
            self.flags = self.flags._replace(abbrev=max(int(value), 4) + 1)

    def _short(self, word: str, words: object) -> None:
        kept = ""
        for at, letter in enumerate(word[1:], 1):
            rest = word[at + 1 :]
            if letter in "LS":
                value = rest or next(words, "")  # type: ignore[call-overload]
                self.options.append(f"-{kept}{letter}")
                self.options.append(value)
                self.ranges += [value] if letter == "L" else []
                return
            kept += letter
            if letter in "MC":
                kept += rest
                break
            self._flag(letter)
            if letter == "p":
                self.forms.append("porcelain")
                kept = kept[:-1]
        if kept:
            self.options.append("-" + kept)

    def _flag(self, letter: str) -> None:
        fields = {"s": "suppress", "l": "long", "f": "name", "n": "number", "b": "blank_boundary"}
        if letter == "t":
            self.date = self.date or "raw"
        elif letter == "e":
            self.flags = self.flags._replace(email=True)
        elif letter in fields:
            self.flags = self.flags._replace(**{fields[letter]: True})


def parse(argv: Sequence[str]) -> BlameCommand:
    """Parses `argv`, without the program's name; UsageError for conflicting flags or without a file."""
    parser = _BlameParser()
    parser.feed(argv)
    forms = list(dict.fromkeys(parser.forms))
    if len(forms) > 1:
        raise UsageError(f"--{forms[0]} and --{forms[1]} exclude each other", "git ai-blame -h")
    form = forms[0] if forms else "text"
    if form in _GIT_FORMS.values() and (parser.stats or parser.show_prompt):
        other = "--stats" if parser.stats else "--show-prompt"
        raise UsageError(f"--{form} and {other} exclude each other", f"git ai-blame --json {other} FILE")
    if not parser.before and not parser.after:
        raise UsageError(
            "no file named", "git ai-blame [git blame flags] [rev] [--] FILE; git ai-blame -h for more"
        )
    options = (*(("-w",) if parser.ignore_space else ()), *parser.options)
    after = None if parser.after is None else tuple(parser.after)
    request = BlameRequest(
        options,
        tuple(parser.before),
        after,
        tuple(parser.ranges),
        parser.reverse,
        parser.contents,
        parser.selects,
    )
    return BlameCommand(
        request, form, parser.stats, parser.show_prompt, parser.colour, parser.flags, parser.date
    )


def _abbreviates(word: str, name: str, least: int) -> bool:
    """Whether `word` is a prefix of the flag `name`, unique if it has `least` characters: git accepts it."""
    return len(word) >= least and name.startswith(word)
