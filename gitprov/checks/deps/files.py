"""Which files name packages, and how each kind is read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate

from gitprov.checks.deps.dependency import Reader, Reading
from gitprov.checks.deps.imports import notebook_imports, python_imports, rust_imports, script_imports
from gitprov.checks.deps.manifests import cargo, commands, javascript, others, python_project, requirements

_DECLARATIONS: tuple[tuple[str, tuple[Reader, ...]], ...] = (
    ("pyproject.toml", (python_project.read_pyproject,)),
    ("setup.cfg", (python_project.read_setup_cfg,)),
    ("setup.py", (python_project.read_setup_py, python_imports)),
    ("Pipfile", (python_project.read_pipfile,)),
    ("*requirement*.txt *requirement*.in constraint*.txt", (requirements.read,)),
    ("requirements/*.txt requirements/*.in", (requirements.read,)),
    ("environment*.yml environment*.yaml conda*.yml conda*.yaml", (others.read_conda, commands.read)),
    ("package.json", (javascript.read_package_json,)),
    ("Cargo.toml", (cargo.read_cargo_toml,)),
)  # fmt: skip
_LOCKS: tuple[tuple[str, tuple[Reader, ...]], ...] = (
    ("package-lock.json npm-shrinkwrap.json", (javascript.read_package_lock,)),
    ("yarn.lock", (javascript.read_yarn_lock,)),
    ("pnpm-lock.yaml", (javascript.read_pnpm_lock,)),
    ("Cargo.lock", (cargo.read_cargo_lock,)),
    ("uv.lock poetry.lock pdm.lock", (python_project.read_toml_lock,)),
    ("Pipfile.lock", (python_project.read_pipfile_lock,)),
)
_SHELL_TEXTS = """
    *.sh *.bash *.zsh *.ps1 *.bat *.cmd *.mk Makefile GNUmakefile makefile .envrc Procfile
    Dockerfile Dockerfile.* *.dockerfile *.Dockerfile Containerfile Containerfile.*
    .github/workflows/*.yml .github/workflows/*.yaml .github/actions/*.yml .github/actions/*.yaml
    action.yml action.yaml .gitlab-ci*.yml .gitlab/*.yml azure-pipelines*.yml bitbucket-pipelines.yml
    .circleci/*.yml .travis.yml .pre-commit-config.yaml tox.ini Justfile justfile Taskfile.yml Jenkinsfile
"""
_SOURCES: tuple[tuple[str, tuple[Reader, ...]], ...] = (
    ("noxfile.py", (python_imports, python_project.read_script_header, commands.read)),
    ("*.py *.pyi *.pyw", (python_imports, python_project.read_script_header)),
    ("*.ipynb", (notebook_imports, others.read_notebook)),
    ("*.js *.jsx *.mjs *.cjs *.ts *.tsx *.mts *.cts *.vue *.svelte", (script_imports,)),
    ("*.rs", (rust_imports,)),
    ("*.md *.markdown *.mdx *.rst", (commands.read_markdown,)),
    (_SHELL_TEXTS, (commands.read,)),
)


def _matcher(patterns: str) -> re.Pattern[str]:
    """Matches a path if its end, from a directory's start on, fits one of the patterns."""
    return re.compile("(?:.*/)?(?:" + "|".join(translate(pattern) for pattern in patterns.split()) + ")")


def _compiled(
    table: Iterable[tuple[str, tuple[Reader, ...]]],
) -> list[tuple[re.Pattern[str], tuple[Reader, ...]]]:
    return [(_matcher(patterns), readers) for patterns, readers in table]


_LOCK_TABLE, _DECLARATION_TABLE, _SOURCE_TABLE = map(_compiled, (_LOCKS, _DECLARATIONS, _SOURCES))


def readers(path: str) -> tuple[Reader, ...]:
    """The readers of a file, in the order in which their results are listed; none for a file of no kind."""
    for pattern, entry in (*_LOCK_TABLE, *_DECLARATION_TABLE, *_SOURCE_TABLE):
        if pattern.match(path):
            return entry
    return ()


def is_requirements(path: str) -> bool:
    """Whether a file is one of pip's requirements or constraints, which may include others."""
    return requirements.read in readers(path)


def is_lock(path: str) -> bool:
    """Whether a file is a lock file: its packages are known to the project."""
    return any(pattern.match(path) for pattern, _ in _LOCK_TABLE)


def is_declaration(path: str) -> bool:
    """Whether a file declares packages, so that an import of one of them needs no look at its registry."""
    return not is_lock(path) and any(pattern.match(path) for pattern, _ in _DECLARATION_TABLE)


def read(path: str, text: str) -> Reading:
    """What a file names, by all of its readers."""
    readings = [reader(text) for reader in readers(path)]
    return Reading(
        tuple(item for reading in readings for item in reading.dependencies),
        tuple(item for reading in readings for item in reading.unread),
        tuple(item for reading in readings for item in reading.includes),
        frozenset(name for reading in readings for name in reading.skipped),
    )
