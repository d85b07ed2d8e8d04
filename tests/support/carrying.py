"""A model's lines that are to survive, and the question whether they did."""

from __future__ import annotations

from tests.support.agent import Agent
from tests.support.repo import GitRepo

BASE = "one\ntwo\nthree\n"
AI = "def parse(text):\n    return text.split()\n"


def owners(repo: GitRepo, path: str) -> dict[str, str]:
    """Line → its class and session, as blame sees it."""
    rows = repo.ai_blame(path)["lines"]
    return {row["text"]: " ".join(filter(None, (row["class"], row["session"]))) for row in rows}


def is_models(repo: GitRepo, path: str, text: str = AI, session: str = "s1") -> bool:
    """Whether all these lines are there and a session's."""
    said = owners(repo, path)
    return {said.get(line) for line in text.splitlines()} == {f"ai {session}"}


def base(repo: GitRepo) -> str:
    """A commit that is nobody's."""
    repo.write("a.py", BASE)
    return repo.commit("Base")


def branch(repo: GitRepo, agent: Agent) -> None:
    """A branch `ai` with a model's commit, and a `main` (checked out) with another one."""
    base(repo)
    repo.git("branch", "-M", "main")
    repo.git("checkout", "-q", "-b", "ai")
    agent.write("a.py", BASE + AI)
    repo.commit("Model's")
    repo.git("checkout", "-q", "main")
    repo.write("other", "x\n")
    repo.commit("Other")
