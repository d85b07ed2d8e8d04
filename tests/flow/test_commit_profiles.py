"""Trailer profiles, sidecars and inline markers in real commits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.flow.test_commit_gate import mend, refused
from tests.support.agent import Agent
from tests.support.commits import claims, configure, editor, gate, lines, stage
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

TEN = lines(10)


@pytest.mark.parametrize(
    ("profile", "trailers"),
    [
        ("none", []),
        ("kernel", [("Assisted-by", "my-tool:model-1")]),
        ("fedora", [("Assisted-by", "my-tool (model-1)")]),
        ("apache", [("Generated-by", "my-tool (model-1)")]),
        ("co-authored", [("Co-authored-by", "my-tool (model-1) <my-tool@ai.invalid>")]),
    ],
)
def test_profiles(project: GitRepo, agent: Agent, profile: str, trailers: list[tuple[str, str]]) -> None:
    """Each profile's trailer comes once for all traces that it stands for; the note is the same."""
    configure(project, f'trailers = ["{profile}"]\n')
    agent.write("a.py", "a = 1\n")
    agent.prompt("second").write("b.py", "b = 1\n")
    project.commit("Two turns")
    found = [(key, value.replace("@gitprov.invalid", "@ai.invalid")) for key, value in project.trailers()]
    assert found == trailers
    assert claims(project) == {"a.py": {"ai": "1"}, "b.py": {"ai": "1"}}
    assert len(project.generations()) == 2
    assert gate(project) == "passed"


def test_custom_profile(project: GitRepo, agent: Agent) -> None:
    """A project's own template, beside the usual trailer."""
    configure(
        project, 'trailers = ["ai-trace", "custom"]\ncustom_trailers = ["Made-with: {agent}/{model} {key}"]\n'
    )
    agent.write("a.py", "a = 1\n")
    project.commit("One")
    [row] = project.traces()
    assert project.trailers() == [("AI-Trace", row["id"]), ("Made-with", f"my-tool/model-1 {row['key']}")]


def test_trailer_of_another_profile_removed(project: GitRepo, agent: Agent) -> None:
    """Any profile's trailer is guarded, and its mend works."""
    configure(project, 'trailers = ["co-authored"]\n')
    agent.write("a.py", "a = 1\n")
    project.git("add", "-A")
    editor(project, 'sed -i /^Co-authored/d "$1"')
    said = refused(project, "-e", "-m", "Words")
    project.env["GIT_EDITOR"] = "false"
    mend(project, said)
    assert [key for key, _ in project.trailers()] == ["Co-authored-by"]


def test_forbidden_lines(project: GitRepo, agent: Agent) -> None:
    """Where a project takes no AI lines, a commit with some is refused; the mend takes the file out."""
    configure(project, 'trailers = ["forbid"]\n')
    project.write("b.py", "b = 1\n")
    agent.write("a.py", TEN)
    project.git("add", "-A")
    said = refused(project, "-m", "x")
    assert "10 lines of a.py were written by a model (model-1)" in said
    mend(project, said)
    project.git("commit", "-q", "-m", "x")
    assert project.note() == []


@pytest.mark.plain
def test_forbidden_declaration(project: GitRepo) -> None:
    """There a declaration in the message is refused too, evidence or not."""
    configure(project, 'trailers = ["forbid"]\n')
    project.write("b.py", "b = 1\n")
    project.install()
    project.git("add", "-A")
    said = refused(project, "-m", "x", "--trailer", "Co-authored-by: Claude <noreply@anthropic.com>")
    assert "declares a model's help" in said


def sidecar(repo: GitRepo, path: str, rev: str = "HEAD") -> dict[str, Any]:
    """A sidecar as a commit has it."""
    row: dict[str, Any] = json.loads(repo.git_bytes("cat-file", "blob", f"{rev}:.ai-trace/{path}.json"))
    return row


@pytest.mark.parametrize("how", ["index", "-a", "path"])
def test_sidecar(project: GitRepo, agent: Agent, how: str) -> None:
    """A sidecar is written, staged and committed with its file; index and work tree are clean afterwards."""
    configure(project, "sidecar = true\n")
    project.write("src/a.py", "x = 0\n")
    project.commit("Base")
    agent.prompt("go", prompt_version="v2").write("src/a.py", "x = 0\n" + TEN)
    if how == "index":
        project.git("add", "-A")
    args = {"index": [], "-a": ["-a"], "path": ["--", "src/a.py"]}[how]
    project.git("commit", "-q", "-m", "One", *args)
    [row] = project.traces()
    assert sidecar(project, "src/a.py") == {
        "trace_id": row["id"],
        "prompt_version": "v2",
        "model": "model-1",
        "generated_at": row["at"],
        "prompt_hash": row["prompt"],
        "reviewed_by": None,
        "delta_lines": 0,
        "traces": [row["id"]],
    }
    assert claims(project) == {"src/a.py": {"ai": "2-11"}}
    assert gate(project) == "passed"
    assert project.git("status", "--porcelain").stdout == ""
    agent.prompt("more").write("src/a.py", "x = 0\n" + TEN + "more = 1\n")
    project.git("add", "-A")
    project.git("commit", "-q", "-m", "Two")
    [second] = project.traces()
    assert sidecar(project, "src/a.py")["trace_id"] == second["id"]
    assert sidecar(project, "src/a.py")["traces"] == [row["id"], second["id"]]


def with_sidecar(project: GitRepo, agent: Agent) -> str:
    """A project that has one."""
    configure(project, "sidecar = true\n")
    agent.write("a.py", TEN)
    project.commit("One")
    return str(project.traces()[0]["id"])


def test_lines_of_sidecars_count_nowhere(project: GitRepo, agent: Agent) -> None:
    """Numbers of added lines leave out those of sidecars: log, statistics, disclosure, share of a range, also after a
    rebase.
    """
    configure(project, "sidecar = true\n")
    agent.write("a.py", TEN)
    project.commit("One")
    agent.write("b.py", TEN)
    project.commit("Two")

    def added(count: int) -> list[int]:
        log = project.git("ai-log", "--json", "-n", str(count)).stdout
        return [json.loads(row)["added"] for row in log.splitlines()]

    assert (project.path / ".ai-trace/b.py.json").exists()
    assert added(2) == [10, 10]
    total = json.loads(project.gitprov("stats", "HEAD~2..HEAD", "--json").stdout)["total"]
    assert (total["added"], total["unknown"]) == (20, 0)
    answer = json.loads(project.gitprov("disclose", "HEAD~2..HEAD", "--json").stdout)
    assert (answer["added"], answer["lines"]["unknown"]) == (20, 0)
    report = project.gitprov("report", "--range", "HEAD~2..HEAD", "--markdown", "-").stdout
    assert ".ai-trace" not in report
    project.git("rebase", "-q", "--force-rebase", "HEAD~2")
    assert added(2) == [10, 10]


def test_sidecar_removed(project: GitRepo, agent: Agent) -> None:
    """Removing a sidecar while its file lives is refused, also with no evidence around; the mend brings it back."""
    trace = with_sidecar(project, agent)
    project.git("rm", "-q", ".ai-trace/a.py.json")
    project.write("b.py", "b = 1\n")
    project.git("add", "b.py")
    said = refused(project, "-m", "x")
    assert f".ai-trace/a.py.json  {trace}" in said
    assert "the sidecar of a.py is removed, but the file stays" in said
    mend(project, said)
    project.git("commit", "-q", "-m", "x")
    assert sidecar(project, "a.py")["trace_id"] == trace


def test_sidecar_dropped_with_a_reason(project: GitRepo, agent: Agent) -> None:
    """The audited way out works for sidecars, and is kept in a note of its own."""
    trace = with_sidecar(project, agent)
    project.git("rm", "-q", ".ai-trace/a.py.json")
    project.git("commit", "-q", "-m", "x", "--trailer", f"AI-Trace-Dropped: {trace} moved to the wiki")
    [row] = project.note()
    assert row["dropped"] == {trace: "moved to the wiki"}
    assert row["gate"] == "passed"


def test_sidecar_goes_with_its_file(project: GitRepo, agent: Agent) -> None:
    """Deleting both is fine."""
    with_sidecar(project, agent)
    project.git("rm", "-q", "-r", "a.py", ".ai-trace")
    project.git("commit", "-q", "-m", "x")
    assert project.note() == []


@pytest.mark.parametrize("content", ["{}", "no json", '{"trace_id": "gen_20260201_0000000000"}'])
def test_sidecar_contradicted(project: GitRepo, agent: Agent, content: str) -> None:
    """A sidecar that no longer names its trace is refused."""
    trace = with_sidecar(project, agent)
    project.write(".ai-trace/a.py.json", content)
    project.git("add", "-A")
    assert trace in refused(project, "-m", "x")


def test_sidecar_reviewed(project: GitRepo, agent: Agent) -> None:
    """Adding facts to a sidecar is nobody's loss."""
    with_sidecar(project, agent)
    row = {**sidecar(project, "a.py"), "reviewed_by": "Bob"}
    project.write(".ai-trace/a.py.json", json.dumps(row))
    project.commit("Reviewed")
    assert sidecar(project, "a.py")["reviewed_by"] == "Bob"


def marked(project: GitRepo, agent: Agent, place: str) -> str:
    """A file whose block a marker comment names: above the code, or behind it on a line."""
    configure(project, "markers = true\n")
    agent.write("a.py", "def f():\n    return compute(1)\n")
    project.commit("One")
    trace = str(project.traces()[0]["id"])
    text = f"# ai-trace: {trace}\ndef f():\n    return compute(1)\n"
    if place == "line":
        text = f"def f():\n    return compute(1)  # ai-trace: {trace}\n"
    project.write("a.py", text)
    project.commit("Marked")
    return trace


@pytest.mark.parametrize("place", ["above", "line"])
@pytest.mark.parametrize("new", ["", "gen_20260201_0000000000"])
def test_marker_removed(project: GitRepo, agent: Agent, place: str, new: str) -> None:
    """A marker that is removed or replaced while its code lives is refused; the mend brings it back."""
    trace = marked(project, agent, place)
    text = project.read("a.py")
    project.write(
        "a.py", text.replace(trace, new) if new else text.replace(f"# ai-trace: {trace}", "").lstrip("\n")
    )
    project.git("add", "-A")
    said = refused(project, "-m", "x")
    assert f"a.py  {trace}" in said
    mend(project, said)
    assert project.read("a.py") == text


@pytest.mark.parametrize("place", ["above", "line"])
def test_marker_goes_with_its_code(project: GitRepo, agent: Agent, place: str) -> None:
    """When the code goes, its marker may."""
    marked(project, agent, place)
    project.write("a.py", "other = 1\n")
    project.commit("Gone")
    assert project.note() == []


def test_marker_dropped_with_a_reason(project: GitRepo, agent: Agent) -> None:
    """The way out works for markers too."""
    trace = marked(project, agent, "above")
    project.write("a.py", "def f():\n    return compute(1)\n")
    project.git("commit", "-q", "-a", "-m", "x", "--trailer", f"AI-Trace-Dropped: {trace} noise")
    assert project.note()[0]["dropped"] == {trace: "noise"}


def test_markers_not_guarded(project: GitRepo, agent: Agent) -> None:
    """Without `markers` they are comments like any other."""
    marked(project, agent, "above")
    configure(project, "")
    project.write("a.py", "def f():\n    return compute(1)\n")
    project.commit("Gone")
    assert project.note() == []


def test_index_and_work_tree_differ_under_sidecars(project: GitRepo, agent: Agent) -> None:
    """With half a file staged, the sidecar speaks of the staged half and the rest stays unstaged."""
    configure(project, "sidecar = true\n")
    agent.write("a.py", TEN)
    stage(project, "a.py", "".join(TEN.splitlines(keepends=True)[:5]))
    project.commit_staged("Half")
    assert claims(project) == {"a.py": {"ai": "1-5"}}
    assert project.git("status", "--porcelain").stdout == " M a.py\n"
