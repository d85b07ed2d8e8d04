"""Loads modules from files that stand for those of a project, one version after the other."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


def search_in(tops: Sequence[str]) -> None:
    """Import from some directories of a project as well: before installed packages, but after the standard
    library, whose modules must not find a project's `random.py`.
    """
    at = next((number for number, path in enumerate(sys.path) if "site-packages" in path), len(sys.path))
    sys.path[at:at] = tops


class _VersionFinder(MetaPathFinder):
    """The modules of one version by their names; packages above them that exist nowhere are empty."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A module of the version, or a package above one of them."""
        folders = [os.path.join(top, *fullname.split(".")) for top in sys.path]
        below = any(name.startswith(f"{fullname}.") for name in self._files)
        if fullname in self._files:
            file = self._files[fullname]
            package = below or os.path.basename(file) == "__init__.py"
            return importlib.util.spec_from_file_location(
                fullname, file, submodule_search_locations=folders if package else None
            )
        if not below or any(os.path.isfile(os.path.join(folder, "__init__.py")) for folder in folders):
            return None
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = folders
        return spec


def load(files: Mapping[str, str]) -> dict[str, ModuleType | str]:
    """Module name → the module that a file makes under this name, or why it makes none.

    All of its package is loaded anew, so that two versions share no module of the project.
    """
    tops = {name.partition(".")[0] for name in files}
    for name in [*sys.modules]:
        if name.partition(".")[0] in tops:
            del sys.modules[name]
    finder = _VersionFinder(files)
    sys.meta_path.insert(0, finder)
    try:
        return {name: _imported(name) for name in files}
    finally:
        sys.meta_path.remove(finder)


def _imported(name: str) -> ModuleType | str:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        return f"the module {error.name} is not installed"
    except BaseException as error:  # noqa: BLE001 - whatever the code under test raises
        return f"the module cannot be loaded: {type(error).__name__}: {error}"[:300]
