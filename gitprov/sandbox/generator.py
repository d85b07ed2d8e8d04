"""Runs the user's own command that generates code: outside the sandbox, with the user's environment."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence

from gitprov.model.behaviour.reply import Reply

_LARGEST = 16 << 20
_SECONDS = 600.0


def generated(words: Sequence[str], prompt: bytes, cwd: str, env: Mapping[str, str]) -> Reply:
    """Run a command with the prompt on its standard input. Never raises for what the command does."""
    try:
        done = subprocess.run(
            words, input=prompt, capture_output=True, check=False, cwd=cwd, env=dict(env), timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return Reply("", f"{words[0]} did not end within {_SECONDS:g} s")
    except (OSError, ValueError) as error:
        return Reply("", f"{words[0]} cannot be started: {getattr(error, 'strerror', None) or error}")
    if done.returncode:
        rows = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return Reply("", f"{words[0]} ended with {done.returncode}: {rows[-1][:200] if rows else ''}")
    if len(done.stdout) > _LARGEST:
        return Reply("", f"{words[0]} wrote more than {_LARGEST >> 20} MiB")
    return Reply(done.stdout.decode("utf-8", "replace"))
