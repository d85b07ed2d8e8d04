"""A push in this process, at a fixed moment, with retries that do not wait."""

from __future__ import annotations

from gitprov.flow.exchange.push import PushRequest, push
from gitprov.git.repo import Repository
from gitprov.interop.push_targets import TARGETS
from gitprov.model.answers.push import PushAnswer
from tests.support.repo import GitRepo

NOON = 1769940004 + 3600.0


def pushed(repo: GitRepo, name: str, port: int, content: bool = False) -> PushAnswer:
    """Push all that is new to a target on a port of the loopback address."""
    request = PushRequest(TARGETS[name], f"http://127.0.0.1:{port}", [], "1.37", content, False)
    with Repository.discover(str(repo.path), repo.env) as opened:
        return push(opened, request, NOON, retry_wait=0.0)
