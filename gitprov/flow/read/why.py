"""Why a line is there: its class, and the prompt, model, moment and commit that it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.errors import UsageError
from gitprov.flow.evidence.uncommitted import uncommitted
from gitprov.flow.read.blame import BlameRequest, answer, start
from gitprov.flow.read.prompts import Prompts
from gitprov.model.answers.blame import WhyAnswer

if TYPE_CHECKING:
    from gitprov.git.repo import Repository


def why(repo: Repository, path: str, number: int) -> WhyAnswer:
    """The answer for a line, 1-based, of a path relative to the repository's `cwd`. UsageError for no line,
    GitFailed for no such file or line.
    """
    if number < 1 or not path or "\0" in path:
        raise UsageError(f"line {number} of {path[:200]!r} is no line", "lines count from 1")
    options = ("-w", f"-L{number},{number}")
    before = () if repo.worktree is not None else ("HEAD",)
    request = BlameRequest(options, before, (path,), (f"{number},{number}",))
    with start(request, repo.cwd, repo.env) as stream:
        claims_of = uncommitted(repo)
        result = answer(repo, request, stream, claims_of)
        line = next(line for piece in result.lines for line in piece)
    trace = line.facts.trace
    prompt = Prompts(repo).of(trace) if trace is not None else None
    commit = result.commits[line.oid] if line.oid.strip("0") else None
    return WhyAnswer(result.target.path, line, commit, prompt)
