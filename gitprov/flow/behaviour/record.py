"""Records the inputs of a function while a command runs, as a corpus."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gitprov.errors import GitprovError, Obstructed
from gitprov.flow.capture.redaction import redaction_around
from gitprov.git.files import tree_files
from gitprov.git.programs import run_program

_LIMIT = 64 << 20


class Recording(NamedTuple):
    """The result of a recording: exit status of the command, new lines, and how many inputs were redacted."""

    status: int
    lines: list[str]
    redacted: int


def record(target: str, words: Sequence[str], directory: str, env: Mapping[str, str]) -> Recording:
    """Run a command, and record calls of `module:function` in its Python programs. Secrets are replaced."""
    redact = redaction_around(directory, env)
    with tempfile.TemporaryDirectory(prefix="gitprov-record-") as place:
        path = os.path.join(place, "inputs.jsonl")
        status = run_program(words, {**env, **_variables(target, path, env)})
        texts = _lines(path)
    lines = [redact(text) for text in texts]
    changed = sum(before != after for before, after in zip(texts, lines, strict=True))
    return Recording(status, list(dict.fromkeys(lines)), changed)


def _variables(target: str, path: str, env: Mapping[str, str]) -> dict[str, str]:
    """The environment in which programs record: Python reads our sitecustomize first."""
    import gitprov

    package = os.path.dirname(os.path.abspath(str(gitprov.__file__)))
    folders = [
        os.path.join(package, "testing", "startup"),
        env.get("PYTHONPATH", ""),
        os.path.dirname(package),
    ]
    search = os.pathsep.join(folder for folder in folders if folder)
    return {"PYTHONPATH": search, "GITPROV_RECORD": target, "GITPROV_RECORD_TO": path}


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read(_LIMIT).splitlines()
    except FileNotFoundError:
        return []


def add(path: str, lines: Sequence[str]) -> int:
    """Append the lines that a file of cases does not have yet; returns how many. GitprovError on failure."""
    folder, name = os.path.split(os.path.abspath(path))
    try:
        tree_files.check_way(path)
        before = set((tree_files.plain(folder, name, _LIMIT) or b"").splitlines())
        new = [line for line in lines if line.encode("utf-8") not in before]
        if new:
            _append(path, new)
    except (OSError, Obstructed) as error:
        what = f"{path} cannot be written: {getattr(error, 'strerror', None) or error}"
        raise GitprovError(what, "choose another file with --to") from error
    return len(new)


def _append(path: str, lines: Sequence[str]) -> None:
    """Append lines to a file. It may have come with a repository, so a link in its place is not followed."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with open(os.open(path, flags, 0o666), "a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
