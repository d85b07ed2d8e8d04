"""The environment tests run in: a home of its own, a fixed clock, no user settings, no network prompt."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START = 1769940000  # 2026-02-01T10:00:00Z, in seconds

SCRIPTS = {
    "gitprov": "gitprov.cli.main",
    "git-ai-blame": "gitprov.cli.ai_blame",
    "git-ai-log": "gitprov.cli.ai_log",
}

# What the machine needs to reach a package index or to pass a proxy says nothing about the person.
KEPT_PREFIXES = ("PIP_",)
KEPT = {
    "ALL_PROXY",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LD_LIBRARY_PATH",
    "NODE_EXTRA_CA_CERTS",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
}

GITCONFIG = """\
[user]
	name = Alice
	email = alice@example.com
[init]
	defaultBranch = main
[commit]
	gpgSign = false
[tag]
	gpgSign = false
[gc]
	auto = 0
[maintenance]
	auto = false
[protocol "file"]
	allow = always
[advice]
	addEmptyPathspec = false
	addIgnoredFile = false
	detachedHead = false
	mergeConflict = false
	skippedCherryPicks = false
	statusHints = false
	waitingForEditor = false
"""


def sealed_env(tmp_path: Path) -> dict[str, str]:
    """A complete environment with its home under `tmp_path`; nothing of the person who runs the tests is in it.

    `gitprov` and the git subcommands are on its PATH. GIT_*_DATE stand still until somebody moves them
    (`GitRepo.tick`).
    """
    home = tmp_path / "home"
    config = home / "gitconfig"
    for folder in (home, home / ".config", home / ".cache", home / ".local/share", tmp_path / "tmp"):
        folder.mkdir(parents=True, exist_ok=True)
    if not config.exists():
        config.write_text(GITCONFIG)
    kept = {k: v for k, v in os.environ.items() if k.upper() in KEPT or k.startswith(KEPT_PREFIXES)}
    env = {
        **kept,
        "HOME": str(home),
        "TMPDIR": str(tmp_path / "tmp"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_STATE_HOME": str(home / ".local/state"),
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_EDITOR": "false",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_MERGE_AUTOEDIT": "no",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PATH": search_path(tmp_path),
    }
    set_clock(env, START)
    return env


def set_clock(env: dict[str, str], seconds: int) -> None:
    """Let commits made with `env` happen at `seconds` since the epoch, UTC."""
    env["GIT_AUTHOR_DATE"] = env["GIT_COMMITTER_DATE"] = f"{seconds} +0000"


def clock(env: dict[str, str]) -> int:
    """The moment `env` stands at, in seconds since the epoch."""
    return int(env["GIT_COMMITTER_DATE"].split()[0])


def search_path(tmp_path: Path) -> str:
    """A PATH with our commands, this Python's folder, git's folder and the system's folders, in this order."""
    python_bin = Path(sys.executable).parent
    folders = [str(python_bin)]
    if not all((python_bin / name).exists() for name in SCRIPTS):
        folders.insert(0, str(wrappers(tmp_path / "bin")))
    git = shutil.which("git")
    if git:
        folders.append(str(Path(git).parent))
    folders += ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]
    return os.pathsep.join(dict.fromkeys(folders))


def wrappers(folder: Path) -> Path:
    """Console scripts for a checkout that nobody installed.

    They find the checkout by themselves: a PYTHONPATH would leak into the environments that pre-commit builds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, module in SCRIPTS.items():
        script = folder / name
        script.write_text(
            f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
            f"from {module} import main\nsys.exit(main())\n"
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return folder
