"""Signs and verifies data with SSH keys, by `ssh-keygen -Y`, as git itself does."""

from __future__ import annotations

import os
import tempfile

from gitprov.errors import GitprovError
from gitprov.git.process import Completed, Env, decode
from gitprov.git.programs import run_other

#: Keeps these signatures apart from those of commits and files: one cannot be used as the other.
NAMESPACE = "gitprov"


def sign(data: bytes, key: str, env: Env) -> bytes:
    """The signature of data by the key in a file, as ssh-keygen writes it. GitprovError where it cannot."""
    done = _run(("-Y", "sign", "-n", NAMESPACE, "-f", key), env, data)
    if done.returncode:
        raise GitprovError(f"ssh-keygen does not sign with {key}: {_reason(done)}", "name a key with --key")
    return done.stdout


def key_id(key: str, env: Env) -> str:
    """The fingerprint of the key in a file; empty where ssh-keygen cannot read it."""
    words = decode(_run(("-l", "-f", key), env, b"").stdout).split()
    return words[1] if len(words) > 1 else ""


def signer(data: bytes, signature: bytes, allowed: str, env: Env) -> str | None:
    """The first principal in the file of allowed signers whose key signed data and is valid now; None where
    there is none.
    """
    with tempfile.NamedTemporaryFile(prefix="gitprov-", suffix=".sig") as file:
        file.write(signature)
        file.flush()
        matches = _run(("-Y", "find-principals", "-s", file.name, "-f", allowed), env, b"")
        names = decode(matches.stdout).splitlines() if matches.returncode == 0 else []
        for name in names:
            words = ("-Y", "verify", "-f", allowed, "-I", name, "-n", NAMESPACE, "-s", file.name)
            if name and _run(words, env, data).returncode == 0:
                return name
    return None


def _run(words: tuple[str, ...], env: Env, data: bytes) -> Completed:
    try:
        return run_other(("ssh-keygen", *words), env=env, stdin=data)
    except OSError as error:
        raise GitprovError(
            f"ssh-keygen cannot be started: {os.strerror(error.errno or 0)}", "install OpenSSH 8.2 or later"
        ) from error


def _reason(done: Completed) -> str:
    rows = decode(done.stderr).strip().splitlines()
    return rows[-1] if rows else f"exit status {done.returncode}"
