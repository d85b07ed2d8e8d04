"""From modules to packages: the project's answers first, then the tables, then the module's own name."""

from __future__ import annotations

import pytest

from gitprov.checks.deps.dependency import CRATES, IMPORT, NPM, PYPI, Dependency
from gitprov.checks.deps.modules import ProjectNames, candidates, guesses, top_modules

EMPTY = ProjectNames({}, {}, frozenset(), {})
MAP = {"yaml": ["pyyaml"], "google.cloud.storage": ["google-cloud-storage"]}


def imported(name: str, ecosystem: str = PYPI) -> Dependency:
    """An import of a module on line 1."""
    return Dependency(ecosystem, name, 1, 1, how=IMPORT)


FIRST = {
    "yaml": "pyyaml",
    "google.cloud.storage": "google-cloud-storage",
    "google.cloud.storage.blob": "google-cloud-storage-blob",
    "google.protobuf.message": "google-protobuf-message",
    "gi": "pygobject",
    "win32con": "pywin32",
    "my_own.part": "my-own-part",
}


@pytest.mark.parametrize("module", FIRST)
def test_the_first_package_that_may_be_meant(module: str) -> None:
    """The tables come before the module's own name, the longer prefix before the shorter."""
    names = candidates(imported(module), EMPTY, MAP)
    assert names is not None
    assert names[0] == FIRST[module]


def test_shorter_prefixes_follow() -> None:
    """A part of a namespace may be of a package that is named after a shorter prefix."""
    assert candidates(imported("google.protobuf.message"), EMPTY, MAP) == [
        "google-protobuf-message",
        "protobuf",
        "google-protobuf",
        "google",
    ]


def test_usual_names_of_packages() -> None:
    """`import web` is web.py, `import ansible` is ansible-core; other registries have other names for modules."""
    assert {"web-py", "python-web", "pyweb"} <= {*guesses(imported("web"))}
    assert "ansible-core" in guesses(imported("ansible.module_utils"))
    assert guesses(imported("web", NPM)) == []


def test_an_airflow_provider_has_a_package_of_its_name() -> None:
    """Each provider is a distribution with a long prefix."""
    names = candidates(imported("airflow.providers.postgres"), EMPTY, MAP)
    assert names is not None
    assert "apache-airflow-providers-postgres" in names


def test_the_environment_answers_first() -> None:
    """What is installed here provides the module for sure."""
    project = EMPTY._replace(installed={"yaml": ["My_Yaml"]})
    names = candidates(imported("yaml"), project, MAP)
    assert names is not None
    assert names[0] == "my-yaml"


def test_modules_of_the_project_need_no_package() -> None:
    """A module or the top of a dotted name that the project has itself is no question."""
    project = EMPTY._replace(local=frozenset({"shop", "x.y"}))
    assert candidates(imported("shop"), project, MAP) is None
    assert candidates(imported("shop.cart"), project, MAP) is None
    assert candidates(imported("x.y"), project, MAP) is None


def test_declared_packages_answer() -> None:
    """An import of a declared package is no question: the declaration is judged by itself."""
    project = EMPTY._replace(declared={PYPI: frozenset({"pyyaml"})})
    assert candidates(imported("yaml"), project, MAP) is None


def test_other_ecosystems() -> None:
    """Types of npm may stand for a package; a crate's name has dashes or underscores."""
    assert candidates(imported("left-pad", NPM), EMPTY, {}) == ["left-pad", "@types/left-pad"]
    assert candidates(imported("@scope/part", NPM), EMPTY, {}) == ["@scope/part", "@types/scope__part"]
    assert candidates(imported("serde_json", CRATES), EMPTY, {}) == ["serde-json", "serde_json"]


def test_names_of_the_projects_modules() -> None:
    """Each file of code and each directory above it, by its plain name."""
    paths = ["src/shop/cart.py", "native/fast.cpython-312.so", "docs/index.md", "crates/core/lib.rs"]
    assert top_modules(paths) == {"src", "shop", "cart", "native", "fast", "crates", "core", "lib"}
