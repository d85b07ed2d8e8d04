"""Describes in one line what a project shares with its remotes, for install, sync and doctor."""

from __future__ import annotations

from gitprov.model.settings.config import Config
from gitprov.model.wording import amount


def line(config: Config) -> str:
    """What `gitprov sync` or a push sends to a remote, and how much of it redaction removes."""
    if not config.share_generations:
        return "notes alone (which lines, which model); prompts and outputs stay in this clone"
    shared = "notes, prompts and raw outputs (share.generations = true)"
    if config.privacy == "hash-only":
        return f"{shared}, of which digests alone are kept (privacy = hash-only)"
    if config.privacy == "full":
        return f"{shared}, with the secrets in them (privacy = full)"
    excused = len(config.redact_allow)
    exceptions = f", but for {amount(excused, 'exception')} (redact.allow)" if excused else ""
    return f"{shared}, without known secrets{exceptions}"
