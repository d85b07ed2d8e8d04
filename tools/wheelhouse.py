"""Fill a folder with the wheels that building and running gitprov needs.

Tests let pre-commit build its environment from this folder with the index switched off, so they need no
network.

    python tools/wheelhouse.py FOLDER
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path


def requirements(root: Path) -> list[str]:
    """What a `pip install .` of gitprov asks for: the build backend and the runtime dependencies, extras
    left out.
    """
    build = re.search(r'^requires = \["([^"]+)"\]', (root / "pyproject.toml").read_text(), re.MULTILINE)
    if not build:
        raise SystemExit("pyproject.toml no longer names its one build requirement on one line")
    runtime = [line for line in metadata.requires("gitprov") or [] if "extra ==" not in line]
    return [build.group(1), *runtime]


def main(folder: str) -> int:
    """Exit code of pip."""
    root = Path(__file__).resolve().parents[1]
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "wheel",
        "--quiet",
        "--wheel-dir",
        folder,
    ]
    return subprocess.run([*pip, *requirements(root)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
