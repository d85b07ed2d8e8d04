"""Questions of a file's lines, and the findings and gaps that facts leave."""

from __future__ import annotations

from gitprov.checks.deps import check, files
from gitprov.checks.deps.dependency import CRATES, NPM, PYPI
from gitprov.checks.deps.modules import ProjectNames
from gitprov.checks.deps.verdicts import Knowledge
from gitprov.model.package import PackageFacts, absent, unknown
from gitprov.model.ranges import LineSet

EMPTY = ProjectNames({}, {}, frozenset(), {})
REQUIREMENTS = "requests==2\n???\nshop\nlocal @ https://host.example/x.whl\n"


def knowledge(facts: dict[str, PackageFacts]) -> Knowledge:
    """Knowledge of some facts alone."""
    return Knowledge(facts, None, None, {}, 0.0)


def test_only_the_lines_that_are_judged() -> None:
    """A dependency counts if a line of it does; so does a line that could not be read."""
    asked, unread = check.questions("requirements.txt", REQUIREMENTS, LineSet([3]), EMPTY, {})
    assert [(question.item.name, question.names) for question in asked] == [("shop", ("shop",))]
    assert unread == []
    every, gaps = check.questions("requirements.txt", REQUIREMENTS, None, EMPTY, {})
    assert [question.item.name for question in every] == ["requests", "shop"]
    assert [part.line for part in gaps] == [2]
    _, gaps = check.questions("pyproject.toml", "[", LineSet([7]), EMPTY, {})
    assert [part.line for part in gaps] == [0]


def test_what_is_no_question() -> None:
    """Lock files, the project's own name, its modules and declared imports."""
    assert check.questions("uv.lock", '[[package]]\nname = "x"\nversion = "1"\n', None, EMPTY, {}) == ([], [])
    manifest = '{"name": "me", "dependencies": {"me": "1", "you": "1"}}'
    rows, _ = check.questions("package.json", manifest, None, EMPTY, {})
    assert [question.item.name for question in rows] == ["you"]
    project = EMPTY._replace(local=frozenset({"shop"}), declared={PYPI: frozenset({"flask"})})
    rows, _ = check.questions("a.py", "import shop\nimport flask\nimport other\n", None, project, {})
    assert [question.item.name for question in rows] == ["other"]


def test_locked_packages_are_marked() -> None:
    """By the state before the change."""
    project = EMPTY._replace(locked={PYPI: frozenset({"shop"})})
    rows, _ = check.questions("requirements.txt", "Shop\nnew\n", None, project, {})
    assert [question.locked for question in rows] == [True, False]


def test_names_by_ecosystem() -> None:
    """Each name is looked up once."""
    text = "pip install a b a\nnpm i c\ncargo add d\n"
    rows, _ = check.questions("x.sh", text, None, EMPTY, {})
    assert check.names_to_look_up(rows) == {PYPI: ["a", "b"], NPM: ["c"], CRATES: ["d"]}


def test_findings_and_gaps() -> None:
    """An absent name is a finding, one that could not be looked up is a gap with its reason."""
    rows, _ = check.questions("requirements.txt", "gone\ndark\nfine\nunseen\n", None, EMPTY, {})
    facts = {"gone": absent("host"), "dark": unknown("no answer"), "fine": PackageFacts(True)}
    basis = {PYPI: knowledge(facts)}
    assert [row.question.item.name for row in check.judged(rows, basis)] == ["gone"]
    gaps = [(question.item.name, reason) for question, reason in check.undetermined(rows, basis)]
    assert gaps == [("dark", "no answer"), ("unseen", "it was not looked up")]


def test_names_to_remember() -> None:
    """Only those that a registry does not have, for sure; of an import, all packages that may be meant."""
    rows, _ = check.questions("a.sh", "pip install gone dark\n", None, EMPTY, {})
    more, _ = check.questions("a.py", "import google.gone\nimport google.here\n", None, EMPTY, {})
    facts = {"gone": absent("host"), "dark": unknown("no answer"), "google-gone": absent("host")}
    basis = {PYPI: knowledge({**facts, "google": absent("host"), "google-here": PackageFacts(True)})}
    assert check.phantoms([*rows, *more], basis) == {
        (PYPI, "gone"),
        (PYPI, "google-gone"),
        (PYPI, "google"),
    }


def test_names_of_declarations_and_locks() -> None:
    """Imports declare nothing."""
    assert check.locked_names("setup.py", "import x\nsetup(install_requires=['My_Pkg'])\n") == {
        PYPI: {"my-pkg"}
    }
    assert check.locked_names("Cargo.toml", '[dependencies]\nserde_json = "1"\n') == {CRATES: {"serde-json"}}


def test_kinds_of_files() -> None:
    """A lock file is no declaration, a source is neither, and an unknown file has no reader."""
    assert files.is_lock("a/uv.lock")
    assert not files.is_declaration("a/uv.lock")
    assert files.is_declaration("a/requirements/dev.txt")
    assert not files.is_lock("a.py")
    assert not files.is_declaration("a.py")
    assert files.readers("picture.png") == ()


def test_included_files() -> None:
    """Only those that judged lines name, as paths from the top of the project."""
    text = "-r more/dev.lst\n-c ../pins.txt\n-r ../../out.txt\n--requirement\n"
    assert check.included("a/requirements.txt", text, None) == [
        ("a/more/dev.lst", 1),
        ("pins.txt", 2),
        ("../out.txt", 3),
    ]
    assert check.included("requirements.txt", text, LineSet([1])) == [("more/dev.lst", 1)]
    assert check.included("requirements.txt", text, LineSet([9])) == []
    assert files.is_requirements("dev-requirements.txt")
    assert not files.is_requirements("dev.lst")
    rows, _ = check.questions("dev.lst", "shop\n", None, EMPTY, {}, check.REQUIREMENTS)
    assert [question.path for question in rows] == ["dev.lst"]


def test_imports_get_guesses() -> None:
    """Only those that none of their names provides, for sure; what was guessed is no invented name."""
    rows, _ = check.questions("a.py", "import nmap\nimport dark\nimport flask\n", None, EMPTY, {})
    others, _ = check.questions("a.rs", "use gone::x;\n", None, EMPTY, {})
    facts = {"nmap": absent("host"), "dark": unknown("HTTP 500"), "flask": PackageFacts(True)}
    basis = {PYPI: knowledge(facts), CRATES: knowledge({"gone": absent("host")})}
    wider = check.widened([*rows, *others], basis)
    guessed = check.guessed_names(wider)
    names = ["python-nmap", "pynmap", "py-nmap", "nmap-python", "nmap-py", "nmap-core"]
    assert guessed == {PYPI: names}
    facts.update({name: absent("host") for name in guessed[PYPI]})
    assert [judged.verdict.rule for judged in check.judged(wider, basis)] == ["deps/nonexistent"] * 2
    assert check.phantoms(wider, basis) == {(PYPI, "nmap"), (CRATES, "gone")}
    facts["python-nmap"] = PackageFacts(True)
    assert [judged.question.item.name for judged in check.judged(wider, basis)] == ["gone"]
    assert check.phantoms(wider, basis) == {(CRATES, "gone")}


def test_single_versions() -> None:
    """Each is named once; imports have none."""
    text = "a==1\nb>=1\nA==1\n"
    rows, _ = check.questions("requirements.txt", text, None, EMPTY, {})
    imports, _ = check.questions("a.py", "import c\n", None, EMPTY, {})
    assert [tuple(pin) for pin in check.pins([*rows, *imports])] == [(PYPI, "a", "1")]


def test_what_a_place_names_twice_is_asked_once() -> None:
    """A package of one line, and a file that neither of two readers can read."""
    rows, _ = check.questions("x.sh", "pip install a a\npip install a\n", None, EMPTY, {})
    assert [(row.item.name, row.item.line) for row in rows] == [("a", 1), ("a", 2)]
    _, gaps = check.questions("setup.py", "setup(:\n", None, EMPTY, {})
    assert len(gaps) == 1
