"""What enters git's object database under each privacy tier, and that what is stored can be checked."""

from __future__ import annotations

import json

import pytest

from gitprov.flow.capture.redaction import CleanText, FieldCleaner, redactor
from gitprov.model import canonical, generation
from gitprov.model.settings.config import Config
from gitprov.store import generations
from tests.support.agent import Agent
from tests.support.claude import ClaudeSession
from tests.support.commits import claims, configure, objects
from tests.support.repo import GENERATIONS_REF, GitRepo

SECRET = "ghp_" + "A7bC9dE2fG4hJ6kL8mN1pQ3rS5tU7vW9xY2z"
PRIVACY = ["full", "redacted", "hash-only"]


def told(project: GitRepo) -> str:
    """A session with a secret in prompt, output and file; the file is clean before it is committed."""
    project.write("CLAUDE.md", f"Use {SECRET} for the API.\n")
    (project.path / ".git/info").mkdir(exist_ok=True)
    (project.path / ".git/info/exclude").write_text("CLAUDE.md\n")
    session = ClaudeSession(project)
    session.prompt(f"call it with {SECRET}")
    session.write_file("a.py", f'token = "{SECRET}"\nname = 1\n')
    session.edit("a.py", f'"{SECRET}"', "load()")
    session.stop(f"I used {SECRET} first.")
    configured = (project.path / ".git/info/exclude").read_text()
    (project.path / ".git/info/exclude").write_text(configured + ".gitprov.toml\n")
    project.commit("Call it")
    [trace] = project.generations()
    return trace


@pytest.mark.slow
@pytest.mark.parametrize("privacy", PRIVACY)
def test_secrets(project: GitRepo, privacy: str) -> None:
    """A secret in prompt, output, instructions and files enters no object except under `full`, and is counted."""
    project.write(".gitprov.toml", f'privacy = "{privacy}"\n')
    trace = told(project)
    assert claims(project) == {"a.py": {"ai": "1-2"}}
    found = objects(project)
    assert (SECRET.encode() in found) == (privacy == "full")
    record = project.generation(trace)
    counted = record["prompt"]["redactions"] > 0 and record["output"]["redactions"] > 0
    assert counted == (privacy != "full")
    assert record["prompt"]["available"] == (privacy != "hash-only")
    assert (b"call it with" in found) == (privacy != "hash-only")
    assert [one["path"] for one in record["instructions"]] == ["CLAUDE.md"]


@pytest.mark.slow
@pytest.mark.parametrize("privacy", PRIVACY)
def test_digests_hold(project: GitRepo, privacy: str) -> None:
    """The record's own digest, its texts' digests and the edits' blob ids are those of what is stored."""
    project.write(".gitprov.toml", f'privacy = "{privacy}"\n')
    trace = told(project)
    record = project.generation(trace)
    assert generation.intact(record)
    raw = project.generation_file(trace, "record.json")
    assert raw == canonical.dump_line(json.loads(raw))
    top = f"{GENERATIONS_REF}:{generations.directory(trace)}"
    names = project.git("ls-tree", "-r", "--name-only", top).stdout.split()
    if privacy == "hash-only":
        assert names == ["record.json"]
        return
    for name in ("prompt", "output"):
        stored = project.generation_file(trace, f"{name}.txt")
        assert record[name]["digest"] == canonical.digest(stored)
    for n, edit in enumerate(record["edits"]):
        for side in ("before", "after"):
            there = f"files/{n}.{side}" in names
            assert there == (edit[side] is not None)
            if there:
                assert project.oid(f"{top}/files/{n}.{side}") == edit[side]
    [instruction] = record["instructions"]
    place = generations.instruction_path(instruction["digest"])
    assert (
        canonical.digest(project.git_bytes("cat-file", "blob", f"{GENERATIONS_REF}:{place}"))
        == instruction["digest"]
    )


def test_clean_filter_keeps_secrets_out(project: GitRepo, agent: Agent) -> None:
    """Evidence is run through a clean filter without becoming an object of the repository."""
    project.git("config", "filter.same.clean", "sed s/working/stored/")
    project.write(".gitattributes", "*.py filter=same\n")
    project.commit("Attributes")
    agent.write("a.py", f'working = "{SECRET}"\n')
    agent.write("a.py", "working = load()\n")
    project.commit("Without")
    assert claims(project) == {"a.py": {"ai": "1"}}
    assert SECRET.encode() not in objects(project)
    assert not list((project.path / ".git/gitprov").glob("clean-*"))


def test_rules_of_the_project(project: GitRepo, agent: Agent) -> None:
    """`redact.extra` takes more out, `redact.allow` less."""
    configure(
        project,
        f'[redact]\nallow = ["{SECRET}"]\nextra = [{{ name = "customer", regex = "customer-[0-9]+" }}]\n',
    )
    agent.prompt(f"for customer-4711 with {SECRET}").write("a.py", "a = 1\n")
    project.commit("One")
    found = project.generation_file(project.generations()[0], "prompt.txt")
    assert b"4711" not in found
    assert SECRET.encode() in found


def test_private_files(project: GitRepo, agent: Agent) -> None:
    """What lies beside a coming commit is nobody else's to read, and gone after it."""
    agent.prompt("a secret plan").write("a.py", "a = 1\n")
    project.git("add", "-A")
    project.git("commit", "-q", "-e", "-m", "x", check=False)
    found = [path for path in (project.path / ".git/gitprov").iterdir() if path.name.startswith("plan")]
    assert {path.name for path in found} == {"plan.json", "plan.blobs"}
    assert {path.stat().st_mode & 0o777 for path in found} == {0o600}
    project.commit("One")
    assert not [path for path in (project.path / ".git/gitprov").iterdir() if path.name.startswith("plan")]


@pytest.mark.slow
def test_every_text_field_of_a_record_is_redacted(project: GitRepo) -> None:
    """A secret in params, ids, names and usage keys reaches neither the record nor the note."""
    agent = Agent(project)
    project.write("a.py", "x = 1\n")
    payload = {
        "v": 1, "type": "ai", "path": "a.py", "before": None, "after": "x = 1\n", "agent": f"tool-{SECRET}",
        "model": f"m {SECRET}", "session": f"s {SECRET}", "turn": f"t {SECRET}", "prompt": "x",
        "prompt_version": f"v {SECRET}", "request_id": f"r {SECRET}",
        "params": {"api_key": "Zq8Lw3Xr7Tn2Kp9Vb4", "deep": [{SECRET: SECRET}]},
    }  # fmt: skip
    agent.send(payload)
    project.commit("Write it")
    (trace,) = project.generations()
    record = project.generation(trace)
    assert (record["prompt"]["redactions"], record["field_redactions"]) == (0, 9)
    assert "Redacted: " in project.gitprov("show", trace).stdout
    assert "9 in other fields" in project.gitprov("show", trace).stdout
    assert json.loads(project.gitprov("show", "--json", trace).stdout)["field_redactions"] == 9
    assert SECRET.encode() not in objects(project)
    assert b"Zq8Lw3Xr7Tn2Kp9Vb4" not in objects(project)


def test_list_of_texts_is_searched_as_a_whole() -> None:
    """Texts of a list are searched together; where something is found, each is cleaned and counted alone."""
    redact = redactor(Config())
    sizes: list[int] = []

    def watched(text: bytes) -> CleanText:
        sizes.append(len(text))
        return redact(text)

    fields = FieldCleaner(watched)
    ids = [f"req_{n:024d}" for n in range(40)]
    assert fields.clean(ids) == ids
    assert (len(sizes), fields.count) == (1, 0)
    shown = fields.clean(("a", f"key {SECRET}", [SECRET], "b"))
    assert (shown[0], shown[3], fields.count, SECRET in str(shown)) == ("a", "b", 2, False)
    assert fields.clean(["a", SECRET])[0] == "a"
    assert fields.count == 3


def test_fields_are_searched_together() -> None:
    """Clean texts of a record need one search; a secret in one of them is removed, and the others stay."""
    redact = redactor(Config())
    searches: list[bytes] = []

    def watched(text: bytes) -> CleanText:
        searches.append(text)
        return redact(text)

    fields = FieldCleaner(watched)
    clean: list[object] = ["claude-code", None, "1.2", {}, "model"]
    assert fields.clean_all(clean) == clean
    assert (len(searches), fields.count) == (1, 0)
    shown = fields.clean_all(["claude-code", None, SECRET, {"token": SECRET}, "model"])
    assert (shown[:2], shown[4], fields.count, SECRET in str(shown)) == (
        ["claude-code", None],
        "model",
        2,
        False,
    )
    named = fields.clean_all(["claude-code", "model", {"token": SECRET}])
    assert (named[:2], SECRET in str(named)) == (["claude-code", "model"], False)
