"""From an imported module to the distributions that may provide it: their names often differ."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from gitprov.checks.deps.dependency import CRATES, NPM, PYPI, Dependency, normalised

#: Prefix of a dotted module → distribution, where a namespace's parts are of different distributions.
_SHARED = {
    "google.protobuf": "protobuf",
    "google.auth": "google-auth",
    "google.oauth2": "google-auth",
    "google.api_core": "google-api-core",
    "google.api": "googleapis-common-protos",
    "google.rpc": "googleapis-common-protos",
    "google.type": "googleapis-common-protos",
    "google.longrunning": "googleapis-common-protos",
    "google.resumable_media": "google-resumable-media",
    "google.genai": "google-genai",
    "google.generativeai": "google-generativeai",
    "google.appengine": "appengine-python-standard",
    "google.cloud.client": "google-cloud-core",
    "google.cloud.sql": "cloud-sql-python-connector",
    "google.colab": "google-colab",
    "google.analytics": "google-analytics-data",
    "google.cloud.secretmanager": "google-cloud-secret-manager",
    "opentelemetry": "opentelemetry-api",
    "ruamel.yaml": "ruamel-yaml",
    "mpl_toolkits": "matplotlib",
    "jupyter_server": "jupyter-server",
    "aws_cdk": "aws-cdk-lib",
    "paste": "paste",
    "snowflake.connector": "snowflake-connector-python",
    "snowflake.snowpark": "snowflake-snowpark-python",
    "snowflake.sqlalchemy": "snowflake-sqlalchemy",
    "airflow.providers": "apache-airflow-providers",
    "airflow": "apache-airflow",
}
#: Modules that no distribution of their name provides, or whose distribution the table of popular ones lacks.
_MODULES = {
    "pkg_resources": "setuptools",
    "gi": "pygobject",
    "_pytest": "pytest",
    "py": "py",
    "win32com": "pywin32",
    "win32con": "pywin32",
    "win32gui": "pywin32",
    "pythoncom": "pywin32",
    "pylab": "matplotlib",
    "caffe2": "torch",
    "dot_parser": "pydot",
    "shapefile": "pyshp",
    "pywintypes": "pywin32",
    "_cffi_backend": "cffi",
}
#: Google's packages have a module for each version of their interface.
_API_VERSION = re.compile(r"-v\d+\w*$")


class ProjectNames(NamedTuple):
    """What a project has already; names are normalised and stand by ecosystem.

    `declared`: in declarations and lock files; `locked`: in lock files before the change; `local`: top names
    of its own modules; `installed`: module → distributions, of the environment.
    """

    declared: Mapping[str, frozenset[str]]
    locked: Mapping[str, frozenset[str]]
    local: frozenset[str]
    installed: Mapping[str, Sequence[str]]


def candidates(
    item: Dependency, project: ProjectNames, import_map: Mapping[str, Sequence[str]]
) -> list[str] | None:
    """The packages that may provide an import, the most likely first; None where the project has the module.

    A package that the project declares or has locked answers alone: its declaration is checked by itself.
    """
    top = item.name.partition(".")[0]
    if item.name in project.local or top in project.local:
        return None
    names = _named(item, top, project, import_map)
    declared = project.declared.get(item.ecosystem, frozenset())
    matches = [name for name in names if normalised(item.ecosystem, name) in declared]
    return None if matches else names


def guesses(item: Dependency) -> list[str]:
    """Packages whose names are usual for an import that no package of its own name provides."""
    if item.ecosystem != PYPI:
        return []
    name = normalised(PYPI, item.name.partition(".")[0])
    endings = ("-python", "-py", "-core")
    return [f"python-{name}", f"py{name}", f"py-{name}", *(name + ending for ending in endings)]


def _named(
    item: Dependency, top: str, project: ProjectNames, import_map: Mapping[str, Sequence[str]]
) -> list[str]:
    if item.ecosystem == NPM:
        scope, _, rest = item.name.removeprefix("@").partition("/")
        types = f"@types/{scope}__{rest}" if rest else f"@types/{item.name}"
        return [item.name, types]
    if item.ecosystem == CRATES:
        return [item.name.replace("_", "-"), item.name]
    names: list[str] = [*project.installed.get(top, ())]
    parts = item.name.split(".")
    for length in range(len(parts), 0, -1):
        prefix = ".".join(parts[:length])
        names += [name for name in (_SHARED.get(prefix), _MODULES.get(prefix)) if name]
        names += import_map.get(prefix, ())
        names.append("-".join(parts[:length]).replace("_", "-"))
        names.append(_API_VERSION.sub("", names[-1]))
        if prefix.startswith("airflow.providers."):
            names.append("apache-airflow-providers-" + "-".join(parts[2:length]))
    return list(dict.fromkeys(normalised(PYPI, name) for name in names if name))


def top_modules(paths: Collection[str]) -> frozenset[str]:
    """Names of modules that files of a project provide: each file and each directory with code, by any root.

    A project's root may be any directory (`src/`, `tests/`, a monorepo's packages), so every name counts.
    """
    names: set[str] = set()
    for path in paths:
        if path.endswith((".py", ".pyi", ".pyx", ".so", ".rs", ".ipynb")):
            parts = path.split("/")
            names.update(parts[:-1])
            names.add(parts[-1].partition(".")[0])
    return frozenset(names)
