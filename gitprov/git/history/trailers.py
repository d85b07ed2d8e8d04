"""Trailers of commit messages, read and written only through `git interpret-trailers`."""

from __future__ import annotations

from collections.abc import Sequence

from gitprov.git.process import Env, decode, run_git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitprov.git.repo import Repository

Trailer = tuple[str, str]

#: The line below which `git commit --verbose` shows the diff.
SCISSORS = b"------------------------ >8 ------------------------"
#: With --no-divider a line of dashes inside a commit message is text, as for `git commit` itself.
_COMMAND = ("interpret-trailers", "--no-divider")


def colon_first(cwd: str, env: Env) -> tuple[str, str]:
    """Flags that add the colon to the configured trailer separators, as the first, which git writes."""
    return ("-c", f"trailer.separators=:{separators(cwd, env) or ''}")


def separators(cwd: str, env: Env) -> str | None:
    """The configured trailer separators; None where git's default holds, which is the colon."""
    result = run_git(("config", "--get", "trailer.separators"), cwd=cwd, env=env, ok=(0, 1, 128))
    return decode(result.stdout).removesuffix("\n") if result.returncode == 0 else None


def parse(repo: Repository, message: bytes) -> list[Trailer]:
    """The trailers of a message as (key, value), with folded lines joined and comment lines ignored."""
    flags = ("--only-trailers", "--only-input", "--unfold")
    return pairs(decode(repo.run(*colon_first(repo.cwd, repo.env), *_COMMAND, *flags, stdin=message)))


def pairs(text: str) -> list[Trailer]:
    """(key, value) of each row of the unfolded trailers that git prints."""
    rows = (row.partition(":") for row in text.split("\n"))
    return [(key.strip(), value.strip()) for key, colon, value in rows if colon]


def add(repo: Repository, path: str, trailers: Sequence[Trailer]) -> None:
    """Add trailers to the message file at `path`; a trailer that the message already has is not repeated."""
    flags = [flag for key, value in trailers for flag in ("--trailer", f"{key}: {value}")]
    rules = ("--if-exists", "addIfDifferent", "--if-missing", "add", "--where", "end")
    repo.run(*colon_first(repo.cwd, repo.env), *_COMMAND, "--in-place", *rules, *flags, path)


def same(a: str, b: str) -> bool:
    """Whether two trailer keys are equal for git, which ignores case."""
    return a.lower() == b.lower()


def has_text(repo: Repository, message: bytes, ignored: Sequence[str]) -> bool:
    """Whether an edited message contains text besides comments and trailers with the `ignored` keys.

    A message of such trailers alone is empty for its author, and git must still be able to refuse it.
    """
    written = message.split(SCISSORS, 1)[0]
    text = decode(repo.run("stripspace", "--strip-comments", stdin=written))
    lines = [line for line in text.splitlines() if line.strip()]
    return any(not any(same(line.partition(":")[0], key) for key in ignored) for line in lines)


def is_untouched(repo: Repository, message: bytes, template: bytes, cleanup: str) -> bool:
    """Whether git would take an edited message for its unchanged template and make no commit.

    `cleanup` is git's cleanup mode for messages, `strip` where none was given.
    """
    if cleanup == "verbatim":
        return False
    strip = ("stripspace",) if cleanup in {"whitespace", "scissors"} else ("stripspace", "--strip-comments")
    start = repo.run(*strip, stdin=template)
    text = repo.run(*strip, stdin=_above_scissors(message))
    if not start or not text.startswith(start):
        return False
    rest = [line for line in text[len(start) :].splitlines() if line.strip()]
    return all(line.startswith(b"Signed-off-by: ") for line in rest)


def _above_scissors(message: bytes) -> bytes:
    """The text above the scissors line, which begins with the comment character."""
    above, line, _ = message.partition(SCISSORS)
    return above[: above.rfind(b"\n") + 1] if line else message
