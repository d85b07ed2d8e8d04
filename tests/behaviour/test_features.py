"""Features of a project: pinned, replayed, compared; and inputs recorded from a program."""

from __future__ import annotations

import json

import pytest

from gitprov.errors import ConfigError
from gitprov.flow.behaviour.pins import version_of
from gitprov.model.settings.config import parse_config
from tests.support.repo import GitRepo

SETTINGS = """\
privacy = "full"
[features.sums]
function = "shop.sums:total"
cases = "cases.jsonl"
prompt = "prompts/sums.md"
divergence = 40
"""
CODE = "def total(items, currency='EUR'):\n    return {'total': sum(items), 'currency': currency}\n"
PROGRAM = """\
from shop.sums import total
for n in range(20):
    total([n, 1])
total([1.5], currency="AKIAZ7QK2M4XWP5R3TNB")
assert total(n for n in (1, 2))["total"] == 3
try:
    total(["a"])
except TypeError:
    pass
"""


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (1, "features must be a table"),
        ({"a b": {}}, "must have names of letters"),
        ({"a": 1}, "features.a must be a table"),
        ({"a": {"function": "x:y"}}, 'features.a needs the key "cases"'),
        ({"a": {"function": "x", "cases": "c"}}, "features.a.function must be"),
        ({"a": {"function": "x:y", "cases": "../c"}}, "features.a.cases must be a path inside"),
        ({"a": {"function": "x:y", "cases": "c", "divergence": 101}}, "must be a number from 0 to 100"),
        ({"a": {"function": "x:y", "cases": "c", "more": 1}}, 'has no key "more"'),
    ],
)
def test_tables_that_are_no_features(table: object, message: str) -> None:
    """The error names the key and what it takes."""
    with pytest.raises(ConfigError, match=message.replace(".", r"\.")):
        parse_config({"features": table}, "x.toml")


def test_versions_of_prompts() -> None:
    """The version stands in the front matter of a prompt, or nowhere."""
    assert version_of(b"---\nname: a\nversion: '1.2'\n---\ntext") == "1.2"
    assert version_of(b"---\nname: a\n---\nversion: 3") is None
    assert version_of(b"version: 3") is None
    assert version_of(b"---\nversion:") is None


@pytest.mark.slow
def test_features_of_a_project(project: GitRepo) -> None:
    """Features: recorded from a program, pinned with the prompt's version, compared after a change of the code, with
    the newest pin and with an older one. Recordings have no secrets, whatever `privacy` says.
    """
    project.write(".gitprov.toml", SETTINGS)
    project.write("shop/sums.py", CODE)
    project.write("prompts/sums.md", "---\nversion: 2.1\n---\nAdd up.\n")
    project.write("run.py", PROGRAM)
    done = project.gitprov(
        "baseline", "record", "--to", "cases.jsonl", "shop.sums:total", "--", "python", "run.py"
    )
    assert done.stdout == "cases.jsonl: 7 inputs added, 1 without their secrets\n"
    assert done.stderr == ""
    lines = (project.path / "cases.jsonl").read_text().splitlines()
    assert json.loads(lines[0]) == {"input": [[0, 1]], "seen": "returned {'total': 1, 'currency': 'EUR'}"}
    assert "REDACTED" in lines[5]
    assert json.loads(lines[6])["seen"] == "raised TypeError"
    again = project.gitprov(
        "baseline", "record", "--to", "cases.jsonl", "--json", "shop.sums:total", "--", "python", "run.py"
    )
    assert json.loads(again.stdout)["added"] == 0
    project.commit("Sums")
    project.gitprov("baseline", "pin", "sums", "--allow-weak-sandbox", "--reason", "as the ledger does")
    assert project.gitprov("baseline", "check", "sums", "--allow-weak-sandbox").stdout.startswith(
        "sums: 0 of 7 cases diverge from "
    )
    shown = project.gitprov("baseline", "show", "sums").stdout
    for text in (
        "by Alice <alice@example.com>",
        "shop.sums:total, 7 cases of cases.jsonl",
        "version 2.1",
        "as the ledger does",
    ):
        assert text in shown
    project.write("shop/sums.py", CODE.replace("sum(items)", "float(sum(items))"))
    done = project.gitprov("baseline", "check", "sums", "--allow-weak-sandbox", check=False)
    assert done.returncode == 1
    assert "71.4 %, accepted 40 %" in done.stdout
    assert "returned['total']: 1 (int) → 1.0 (float)" in done.stdout
    project.gitprov("baseline", "pin", "sums", "--allow-weak-sandbox")
    pins = json.loads(project.gitprov("baseline", "history", "sums", "--json").stdout)["pins"]
    assert [row["reason"] for row in pins] == [None, "as the ledger does"]
    answer = project.gitprov(
        "baseline", "check", "sums", "--allow-weak-sandbox", "--json", "--pin", pins[1]["commit"], check=False
    )
    fields = json.loads(answer.stdout)
    assert (answer.returncode, fields["fits"], len(fields["moved"])) == (1, False, 5)
    project.write("shop/sums.py", "import no_such_module\n")
    done = project.gitprov("baseline", "check", "sums", "--allow-weak-sandbox", check=False)
    assert (done.returncode, "No module named 'no_such_module'" in done.stderr) == (3, True)
    for args, message in (
        (("show", "none"), "none has no pin"),
        (("pin", "none"), "there is no feature none"),
    ):
        done = project.gitprov("baseline", *args, check=False)
        assert (done.returncode, message in done.stderr) == (2, True)
