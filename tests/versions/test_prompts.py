"""`gitprov prompts`: prompt files, templates and instruction files, with git's history of them."""

from __future__ import annotations

import json

from tests.support.agent import Agent
from tests.support.claude import ClaudeSession
from tests.support.repo import GitRepo
from tests.versions import ask
from tests.versions.test_versions import FLOATS, TOTAL

MATTER = "---\nname: totals\nversion: {}\nfeature: billing\n---\n"
CODE = '''import gitprov
from gitprov import prompt as ask

HEAD = "Answer in "
EXTRACT = gitprov.prompt("extract", HEAD + "JSON", version="1.10")
ask(name="computed", text=EXTRACT.upper())


@gitprov.prompt("rank", feature="search")
def rank(rows):
    """Rank the rows."""
'''


def test_files_that_a_project_names(project: GitRepo) -> None:
    """The setting `prompts` names further files; templates and instruction files are prompts as well."""
    project.write("prompts/billing/totals.md", MATTER.format("1.10") + "Write total(rows)\n")
    project.write("prompts/plain.md", "Say hello\n")
    project.write("asks/more.txt", "More\n")
    project.write("AGENTS.md", "Be brief\n")
    project.write("src/app.py", CODE)
    project.write("src/broken.py", 'import gitprov\ngitprov.prompt("a"\n')
    project.write("prompts/bad.md", "---\nname: [a, b]\n---\nx\n")
    project.write(".gitprov.toml", 'prompts = ["prompts/**/*.md", "asks/*.txt"]\n')
    document = ask.prompts(project)
    rows = [
        (row["name"], row["kind"], row["version"], row["feature"], row["text"]) for row in document["prompts"]
    ]
    assert rows == [
        ("AGENTS.md", "instructions", None, None, "Be brief\n"),
        ("asks/more", "file", None, None, "More\n"),
        ("computed", "template", None, None, None),
        ("extract", "template", "1.10", None, "Answer in JSON"),
        ("plain", "file", None, None, "Say hello\n"),
        ("rank", "template", None, "search", "Rank the rows."),
        ("totals", "file", "1.10", "billing", "Write total(rows)\n"),
    ]
    assert [row["path"] for row in document["problems"]] == ["prompts/bad.md", "src/broken.py"]
    text = project.gitprov("prompts", "list").stdout
    assert "src/app.py:5  version 1.10" in text
    project.write("prompts/two.md", MATTER.format(2) + "x\n")
    assert "2 prompts have the name 'totals'" in project.gitprov("prompts", "list").stdout
    assert project.gitprov("prompts", "log", "totals", check=False).returncode == 3


def test_history_through_a_rename(project: GitRepo, agent: Agent) -> None:
    """Versions, the generations of each, diffs and churn go on where the file of a prompt is renamed."""
    project.write("prompts/totals.md", MATTER.format("1.0") + "Write total(rows)\nUse integers.\n")
    project.commit("A prompt")
    agent.prompt("Write total(rows)", prompt_name="totals", prompt_version="1.0").write("src/total.py", TOTAL)
    project.commit("Totals")
    project.git("mv", "prompts/totals.md", "prompts/sums.md")
    project.commit("Rename the prompt")
    project.write("prompts/sums.md", MATTER.format("1.1") + "Write total(rows)\nUse floats.\n")
    project.commit("Floats")
    agent.prompt("Write total(rows).", prompt_name="totals", prompt_version="1.1").write(
        "src/total.py", FLOATS
    )
    project.write("src/total.py", FLOATS.replace("start", "begin"))
    project.commit("Totals again")
    revisions = ask.prompt_log(project, "totals")
    assert [(row["subject"], row["version"], row["path"], len(row["generations"])) for row in revisions] == [
        ("Floats", "1.1", "prompts/sums.md", 1),
        ("Rename the prompt", "1.0", "prompts/sums.md", 1),
        ("A prompt", "1.0", "prompts/totals.md", 0),
    ]
    assert "as prompts/totals.md" in project.gitprov("prompts", "log", "prompts/sums.md").stdout
    for args in (["totals"], ["totals", "HEAD~4", "HEAD"]):
        patch = project.gitprov("prompts", "diff", *args).stdout
        assert "-Use integers.\n+Use floats.\n" in patch
    assert project.gitprov("prompts", "diff", "totals", "7", check=False).returncode == 2
    done = project.gitprov("prompts", "churn", "totals", "--limit", "1", "--json", check=False)
    [row] = json.loads(done.stdout)["prompts"]
    assert (done.returncode, row["edits"], row["generations"], row["is_high"]) == (1, 2, 2, True)
    assert (row["compared"], row["diverged"], row["raw_lines"], row["delta_lines"]) == (1, 1, 10, 2)
    assert project.gitprov("prompts", "churn").returncode == 0
    assert ask.versions(project, "prompts/sums.md")["kind"] == "prompt"
    series = ask.versions(project, "totals")["series"]
    assert [version["files"][0]["state"] for row in series for version in row["versions"]] == [
        "first",
        "changed",
    ]


def test_instruction_files_are_prompts(hooked: GitRepo, claude: ClaudeSession) -> None:
    """An instruction file has versions, and the generations that each was in force for; so has its path."""
    for number, text in enumerate(("Be brief\n", "Be brief\nUse types\n")):
        hooked.write("CLAUDE.md", text)
        hooked.commit("Instructions")
        claude.prompt("Write a file")
        claude.write_file("a.py", f"x = {number}\n")
        claude.stop()
        hooked.commit("Code")
    revisions = ask.prompt_log(hooked, "CLAUDE.md")
    assert [len(row["generations"]) for row in revisions] == [1, 1]
    assert "+Use types" in hooked.gitprov("prompts", "diff", "CLAUDE.md").stdout
    document = ask.versions(hooked, "CLAUDE.md")
    assert document["kind"] == "prompt"
    assert [row["trace"] for row in document["series"][0]["versions"]] == [
        row["generations"][0] for row in revisions
    ][::-1]
