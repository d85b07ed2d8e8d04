"""Formats the lines of `git ai-blame` for this terminal and with this user's settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gitprov.output import dates
from gitprov.output.blame import columns
from gitprov.output.text import width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.cli.blame.args import BlameCommand
    from gitprov.cli.terminal import Screen
    from gitprov.flow.read.prompts import Prompts
    from gitprov.git.repo import Repository
    from gitprov.model.answers.blame import BlamedCommit, Line
    from gitprov.output.blame.columns import DateShown
    from gitprov.output.blame.flags import Flags


class Printer:
    """Makes rows for successive pieces of a blame."""

    def __init__(self, repo: Repository, command: BlameCommand, screen: Screen) -> None:
        self._repo = repo
        self._command = command
        self._screen = screen
        self._size: columns.Widths | None = None
        self._colours = screen.colours(repo.cwd, "ai-blame", command.colour, columns.COLOURS)
        self._before: str | None = None
        self._prompts = _prompts(repo) if command.show_prompt else None
        settings = repo.config("blame.")
        self._form = command.date or settings.get("blame.date") or "short"
        self._flags = _flags(command.flags, settings)
        self._texts: dict[str, str] = {}

    def rows(
        self, lines: Sequence[Line], commits: Mapping[str, BlamedCommit], last_line: int
    ) -> Iterator[bytes]:
        """Rows for the next lines of the file; `last_line` is the file's last shown line (1-based)."""
        flags = self._flags
        date_of = self._dates(commits)
        if self._size is None:
            length = self._repo.hash_length
            size = columns.widths(flags, self._date_width(), length, last_line, self._screen.width)
            whole = bool(lines) and lines[-1].line == last_line
            self._size = columns.without_models(size, lines) if whole else size
        shown = columns.render(lines, commits, columns.Look(self._size, flags, date_of, self._colours))
        prompts = self._prompts
        if prompts is None:
            yield from shown
            return
        prompts.learn({line.facts.trace for line in lines if line.facts.trace is not None})
        above = columns.with_prompts(
            lines, lambda facts: prompts.of(facts.trace or ""), self._colours, self._before
        )
        self._before = lines[-1].facts.trace
        for (_, block), row in zip(above, shown, strict=True):
            if block is not None:
                yield block
            yield row

    def _dates(self, commits: Mapping[str, BlamedCommit]) -> DateShown:
        form = self._form
        if form in dates.FORMS:
            return lambda commit: dates.shown(form, commit.time, commit.zone)
        from gitprov.git.history.log import field_of

        new = [oid for oid in commits if oid.strip("0") and oid not in self._texts]
        self._texts.update(field_of(self._repo, new, "%ad", f"--date={form}"))
        return lambda commit: self._texts.get(commit.oid, "")

    def _date_width(self) -> int:
        if self._form in dates.FORMS:
            return len(dates.shown(self._form, _LONG_DATE, "+0000"))
        longest = max((width(text) for text in self._texts.values()), default=10)
        return max(longest, _RELATIVE) if self._form in ("relative", "human") else longest


#: A moment whose date has full width: a Wednesday, day and month of two digits, ten digits of seconds.
_LONG_DATE = 1702468800
#: Columns for relative dates, since later lines may have longer ones than the first.
_RELATIVE = 16


def _flags(flags: Flags, settings: Mapping[str, str]) -> Flags:
    """The flags of the command line, with those that blame.showEmail and blame.blankBoundary turn on."""
    on = {name for name, value in settings.items() if value.lower() in ("true", "yes", "on", "1")}
    return flags._replace(
        email=flags.email or "blame.showemail" in on,
        blank_boundary=flags.blank_boundary or "blame.blankboundary" in on,
    )


def _prompts(repo: Repository) -> Prompts:
    from gitprov.flow.read.prompts import Prompts

    return Prompts(repo)
