"""`gitprov check nondeterminism --run`, from the command line to the finding."""

from __future__ import annotations

import json

import pytest

from gitprov.errors import UsageError
from gitprov.flow.behaviour.nondeterminism_run import nondeterminism_run
from gitprov.flow.behaviour.targets import BoxOptions, box_for, target
from gitprov.git.repo import Repository
from gitprov.sandbox import run
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

CODE = """\
import datetime
import secrets


def names(rows):
    unique = {row["name"] for row in rows}
    return ",".join(unique) + str(datetime.datetime.now(datetime.timezone.utc).year)


def stamp(rows):
    return datetime.datetime.now(datetime.timezone.utc), len(rows)


def missing(rows):
    import module_that_is_not_there
"""
CORPUS = '[[{"name": "ann"}, {"name": "bob"}, {"name": "cy"}, {"name": "dee"}]]\n'
CONFIG = """\
[features.names]
function = "shop.names:names"
cases = "cases/names.jsonl"
expected = ["clock"]
seconds = 60
"""


@pytest.fixture
def shop(repo: GitRepo) -> GitRepo:
    """A repository with a function whose result depends on a set and on the clock, and a feature for it."""
    if not any(map(run.usable, run.BACKENDS[:-1])):
        pytest.skip("no sandbox but the weak one works on this machine")
    repo.write("src/shop/names.py", CODE)
    repo.write("cases/names.jsonl", CORPUS)
    repo.write(".gitprov.toml", CONFIG)
    repo.commit("A shop")
    return repo


def test_a_feature(shop: GitRepo) -> None:
    """Of `[features.names]` the axis, both results and the line are reported; an expected axis is a remark."""
    done = shop.gitprov("check", "nondeterminism", "--run", "names", "--format", "json", check=False)
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout)
    (finding,) = answer["findings"]
    assert finding["id"] == "nondeterminism/run-hash-seed"
    assert (finding["path"], finding["line"]) == ("src/shop/names.py", 7)
    assert "ann" in finding["message"]
    assert "hash seed 0" in finding["message"]
    assert "clock" in json.dumps(answer["remarks"])


def test_what_cannot_be_judged_is_unknown(shop: GitRepo) -> None:
    """A function that is not there is unknown, and fails under --strict."""
    words = ("check", "nondeterminism", "--run", "src/shop/names.py:absent")
    done = shop.gitprov(*words, "--strict", check=False)
    assert "could not look" in done.stdout
    assert done.returncode == 1


def test_inputs_that_the_function_does_not_take(shop: GitRepo) -> None:
    """A function that raises an exception for every input was not judged; nobody calls that clean."""
    shop.write("cases/wrong.jsonl", "[1]\n[2]\n")
    words = ("check", "nondeterminism", "--run", "shop.names:stamp", "--expect", "clock")
    for options, reason in (
        ((), "missing 1 required positional argument"),
        (("--corpus", "cases/wrong.jsonl"), "has no len"),
    ):
        done = shop.gitprov(*words, *options, "--strict", "--format", "json", check=False)
        assert done.returncode == 1
        assert reason in done.stdout


def test_wrong_names(shop: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no function, no feature, no corpus or no axis is an error of use that names it."""
    monkeypatch.chdir(shop.path)
    shop.write("bad.jsonl", "// a comment\n[1]\n{\n")
    shop.write("flat.jsonl", "1\n")
    shop.write("empty.jsonl", "\n")
    with Repository.discover(str(shop.path), shop.env) as repo:
        for name, corpus, message in (
            ("nothing", None, "there is no feature nothing"),
            ("nofile.py:f", None, "there is no file nofile.py"),
            ("shop.names:1", None, "is not MODULE:FUNCTION"),
            ("shop.names:names", "absent.jsonl", "there is no corpus"),
            ("shop.names:names", "bad.jsonl", "bad.jsonl:3"),
            ("shop.names:names", "flat.jsonl", "flat.jsonl:1"),
            ("shop.names:names", "empty.jsonl", "has no inputs"),
        ):
            with pytest.raises(UsageError, match=message):
                target(repo, name, corpus)
        subject = target(repo, "src/shop/names.py:names", None)
        box = box_for(BoxOptions(), 5)
        with pytest.raises(UsageError, match="there is no axis weather"):
            list(nondeterminism_run(subject, box, str(shop.path), ["weather"], lambda *_: None))
    for line in (("--run", "names", "--staged"), ("--expect", "clock")):
        assert shop.gitprov("check", "nondeterminism", *line, check=False).returncode == 2
