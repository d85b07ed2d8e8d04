"""The project's redaction for texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gitprov.checks.secrets.redact import Redactor
from gitprov.errors import NotARepository
from gitprov.git.repo import Repository
from gitprov.store.config import load_config


def redaction(directory: str, env: Mapping[str, str]) -> Callable[[str], str]:
    """A function that takes secrets out of a text, by the settings of the repository around a directory.

    Outside a repository the built-in rules hold. ConfigError where the settings are wrong.
    """
    try:
        with Repository.discover(directory, env) as repo:
            config = load_config(repo.worktree, repo.config("gitprov."))
    except NotARepository:
        config = load_config(None, {})
    tool = Redactor(
        allow=config.redact_allow, extra=[(rule.name, rule.regex) for rule in config.redact_extra]
    )
    return lambda text: tool.redact(text.encode("utf-8", "surrogatepass")).text.decode(
        "utf-8", "surrogatepass"
    )
