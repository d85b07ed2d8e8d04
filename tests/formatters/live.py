"""The real formatters, as installed below `build/formatters` or on PATH, run over all snippets of a language at once."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.formatters import corpus
from tests.support.sealed import ROOT

#: Where `make test-formatters` installs what comes from registries: `venv/` and `node/`.
HOME = Path(os.environ.get("GITPROV_FORMATTERS", ROOT / "build" / "formatters"))
#: eslint's exit code where some complaint is left that it cannot mend.
_LEFT_OVER = 1


class Formatter(NamedTuple):
    """A formatter: the languages it takes, its program, and the command lines that change files in place.

    In `runs`, the first word is the program's name; the file names come after the last one.
    """

    name: str
    languages: tuple[str, ...]
    runs: tuple[tuple[str, ...], ...]
    version: tuple[str, ...] = ("--version",)

    @property
    def program(self) -> str | None:
        """The path of the program, None where it is not installed."""
        name = self.runs[0][0]
        places = f"{HOME / 'venv' / 'bin'}:{HOME / 'node' / 'node_modules' / '.bin'}"
        return shutil.which(name, path=places) or (shutil.which(name) if name in _FROM_PATH else None)


#: Programs that come with a compiler, so that no registry has them.
_FROM_PATH = ("gofmt", "rustfmt")

FORMATTERS = (
    Formatter("black", ("python", "imports"), (("black", "--quiet"),)),
    Formatter(
        "ruff",
        ("python", "imports"),
        (
            ("ruff", "check", "--isolated", "--quiet", "--select", "I", "--fix"),
            ("ruff", "format", "--isolated"),
        ),
    ),
    Formatter("isort", ("python", "imports"), (("isort", "--quiet"),)),
    Formatter(
        "prettier", ("javascript", "typescript", "json", "css"), (("prettier", "--no-config", "--write"),)
    ),
    Formatter("eslint", ("javascript", "typescript"), (("eslint", "--fix"),)),
    Formatter("gofmt", ("go",), (("gofmt", "-w"),), ()),
    Formatter("rustfmt", ("rust",), (("rustfmt", "--edition", "2021"),)),
    Formatter("clang-format-llvm", ("cpp",), (("clang-format", "--style=LLVM", "-i"),)),
    Formatter("clang-format-google", ("cpp",), (("clang-format", "--style=Google", "-i"),)),
    Formatter("sort-package-json", ("package",), (("sort-package-json",),)),
)


def installed() -> Iterator[tuple[Formatter, str]]:
    """The formatters that are here, with each of their languages."""
    for one in FORMATTERS:
        if one.program is not None:
            for language in one.languages:
                yield one, language


def version(formatter: Formatter) -> str:
    """What the formatter says of its version: the first number in it."""
    words = [formatter.program or "", *formatter.version] if formatter.version else ["go", "version"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    number = re.search(r"\d+(\.\d+)+", said)
    return number.group() if number else said.strip()


def run(formatter: Formatter, language: str, place: Path) -> dict[str, str]:
    """Name of a snippet → its text after the formatter, which runs in `place`, an empty directory."""
    texts = corpus.snippets(language)
    names = {name: corpus.file_name(language, n) for n, name in enumerate(texts)}
    for name, text in texts.items():
        target = place / names[name]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    if formatter.name == "eslint":
        # Its configuration imports modules, which are looked for above the file.
        (place / "node_modules").symlink_to(HOME / "node" / "node_modules")
        shutil.copy(corpus.HERE / "eslint.config.mjs", place)
    environ = {**os.environ, "PATH": f"{HOME / 'venv' / 'bin'}:{os.environ['PATH']}"}
    for words in formatter.runs:
        command = [formatter.program or "", *words[1:], *names.values()]
        done = subprocess.run(command, cwd=place, env=environ, capture_output=True, text=True, check=False)
        fine = done.returncode == 0 or (formatter.name == "eslint" and done.returncode == _LEFT_OVER)
        if not fine:
            raise RuntimeError(f"{' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return {name: (place / file).read_text(encoding="utf-8") for name, file in names.items()}
