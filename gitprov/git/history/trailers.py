"""Trailers of commit messages, read and written by `git interpret-trailers` alone."""

from __future__ import annotations

from collections.abc import Sequence

from gitprov.git.process import Env, decode, run_git
from gitprov.git.repo import Repository

Trailer = tuple[str, str]

#: Below this line `git commit --verbose` shows the diff.
SCISSORS = b"------------------------ >8 ------------------------"
#: A line of dashes inside a commit message is text, as it is for `git commit` itself.
_COMMAND = ("interpret-trailers", "--no-divider")


def colon_first(cwd: str, env: Env) -> tuple[str, str]:
    """Flags for git under which a colon separates trailers, and is the one written, whatever else also does."""
    args = ("config", "--get", "trailer.separators")
    also = decode(run_git(args, cwd=cwd, env=env, ok=(0, 1, 128)).stdout).removesuffix("\n")
    return ("-c", f"trailer.separators=:{also}")


def parse(repo: Repository, message: bytes) -> list[Trailer]:
    """The trailers of a message as (key, value), folded lines joined, comments of the editor's file ignored."""
    shown = decode(
        repo.run(
            *colon_first(repo.cwd, repo.env),
            *_COMMAND,
            "--only-trailers",
            "--only-input",
            "--unfold",
            stdin=message,
        )
    )
    pairs = (line.partition(":") for line in shown.splitlines())
    return [(key.strip(), value.strip()) for key, colon, value in pairs if colon]


def add(repo: Repository, path: str, trailers: Sequence[Trailer]) -> None:
    """Add trailers to the message file at `path`; one that is there already, anywhere, is not repeated."""
    flags = [flag for key, value in trailers for flag in ("--trailer", f"{key}: {value}")]
    rules = ("--if-exists", "addIfDifferent", "--if-missing", "add", "--where", "end")
    repo.run(*colon_first(repo.cwd, repo.env), *_COMMAND, "--in-place", *rules, *flags, path)


def same(a: str, b: str) -> bool:
    """Whether two trailer keys are one to git, which ignores their case."""
    return a.lower() == b.lower()


def has_text(repo: Repository, message: bytes, ignored: Sequence[str]) -> bool:
    """Whether a message being edited says anything besides comments and lines of the ignored trailer keys.

    A message that holds trailers alone is an empty one to its author: git must still be able to refuse it.
    """
    written = message.split(SCISSORS, 1)[0]
    text = decode(repo.run("stripspace", "--strip-comments", stdin=written))
    lines = [line for line in text.splitlines() if line.strip()]
    return any(not any(same(line.partition(":")[0], key) for key in ignored) for line in lines)


def is_untouched(repo: Repository, message: bytes, template: bytes, cleanup: str) -> bool:
    """Whether git would say of an edited message that it is its template still, and make no commit.

    `cleanup` is git's word for what it takes out of messages, `strip` where it was not said.
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
    """What stands above the line of scissors, which begins with a character for comments."""
    above, line, _ = message.partition(SCISSORS)
    return above[: above.rfind(b"\n") + 1] if line else message
