"""`gitprov heal`: commits without the note that they should have, one story for each way to find it again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.agent import Agent
from tests.support.commits import claims, lines
from tests.support.notes import OTHER, add_note, commit_row, trace_row
from tests.support.repo import NOTES_REF, GitRepo

pytestmark = pytest.mark.slow

HOOKLESS = ("-c", "core.hooksPath=/dev/null")
MODEL = "def made(x):\n    first = x + 1\n    second = first * 2\n    return second\n"


def heal(repo: GitRepo, *args: str, code: int = 0) -> dict[str, Any]:
    """Run heal and return its report."""
    done = repo.gitprov("heal", "--json", *args, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def healed(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Commit → what is said of it."""
    return {one["oid"]: one for one in report["healed"]}


def hows(report: dict[str, Any], oid: str) -> list[str]:
    """How the sources of a healed commit were found."""
    return [source["how"] for source in healed(report)[oid]["sources"]]


def bare(repo: GitRepo, *args: str, input: str | None = None) -> str:
    """Run git as a program does that knows no hooks."""
    repo.tick()
    return repo.git(*HOOKLESS, *args, input=input).stdout.strip()


def quiet(repo: GitRepo, *args: str) -> str:
    """The same, with no reflog either: a server, or another clone."""
    return bare(repo, "-c", "core.logAllRefUpdates=false", *args)


def again_nothing(repo: GitRepo, *args: str) -> None:
    """A second run finds nothing to do and leaves the notes ref where it is."""
    before = repo.oid(NOTES_REF)
    assert heal(repo, *args)["healed"] == []
    assert repo.oid(NOTES_REF) == before


@pytest.fixture
def made(project: GitRepo, agent: Agent) -> str:
    """A commit with four lines of a model in `a.py`."""
    agent.write("a.py", MODEL)
    return project.commit("Add a thing that was made")


def rewritten(repo: GitRepo, commit: str, *parents: str, message: str | None = None) -> str:
    """A commit with the same tree, author and date as another, as a program writes it: no hook, no reflog."""
    who, at, said = repo.git("log", "-1", "--format=%an <%ae>%n%at%n%B", commit).stdout.split("\n", 2)
    repo.tick()
    env = dict(repo.env)
    repo.env.update(GIT_AUTHOR_DATE=f"{at} +0000", GIT_AUTHOR_NAME=who.partition(" <")[0])
    args = [word for parent in parents for word in ("-p", parent)]
    oid = repo.git("commit-tree", f"{commit}^{{tree}}", *args, input=message or said).stdout.strip()
    repo.env.clear()
    repo.env.update(env)
    return oid


@pytest.mark.usefixtures("made")
def test_nothing_to_do_is_said_and_leaves_no_trace(project: GitRepo) -> None:
    """A history whose notes are all there is left alone."""
    report = heal(project)
    assert (report["healed"], report["unhealed"], report["written"]) == ([], [], False)
    again_nothing(project)


@pytest.mark.usefixtures("made")
def test_amended_without_hooks(project: GitRepo) -> None:
    """An amendment by a program without hooks is known from the reflog, whatever its date and message."""
    project.write("a.py", "import os\n" + MODEL)
    bare(project, "commit", "-q", "-a", "--amend", "--reset-author", "-m", "Other words")
    assert project.note() == []
    report = heal(project)
    assert hows(report, project.oid()) == ["amended"]
    assert claims(project) == {"a.py": {"ai": "2-5"}}
    assert project.traces()[0]["evidence"] == "carried"
    again_nothing(project)


@pytest.mark.usefixtures("made")
def test_amended_twice_without_hooks(project: GitRepo) -> None:
    """A commit that was amended and amended again stands for the noted one that it replaced."""
    for n in (1, 2):
        bare(project, "commit", "-q", "--amend", "--reset-author", "-m", f"Words {n}")
    heal(project)
    assert claims(project) == {"a.py": {"ai": "1-4"}}


@pytest.mark.usefixtures("made")
def test_rebase_without_hooks(project: GitRepo, agent: Agent) -> None:
    """Commits that a rebase replaced are found by the branch's old tip, fixups included."""
    agent.prompt().write("b.py", lines(3, "b"))
    project.commit("Second")
    agent.prompt().write("a.py", MODEL + "extra = made(1)\nmore = made(2)\n")
    project.commit("fixup! Add a thing that was made")
    bare(project, "switch", "-q", "-c", "base", "HEAD~3")
    project.write("c.txt", "c\n")
    bare(project, "add", "c.txt")
    bare(project, "commit", "-q", "-m", "Base moved")
    project.env["GIT_SEQUENCE_EDITOR"] = "true"
    bare(project, "rebase", "-q", "-i", "--autosquash", "base", "main")
    assert project.note("HEAD") == project.note("HEAD~1") == []
    report = heal(project)
    assert set(healed(report)) == {project.oid("HEAD"), project.oid("HEAD~1")}
    assert "branch before its rebase" in hows(report, project.oid("HEAD~1"))
    assert {row["files"]["a.py"]["ai"] for row in project.traces("HEAD~1")} == {"1-4", "5-6"}
    assert claims(project) == {"b.py": {"ai": "1-3"}}
    again_nothing(project)


def test_same_author_date_and_subject(project: GitRepo, made: str) -> None:
    """A rewrite that left no reflog is known by author, date and subject, and by its lines."""
    base = project.oid("HEAD~1")
    project.write("other", "x\n")
    bare(project, "reset", "-q", "--hard", base)
    project.write("a.py", "# by hand\n" + MODEL)
    bare(project, "add", "a.py")
    at = project.git("log", "-1", "--format=%at", made).stdout.strip()
    quiet(project, "commit", "-q", f"--date=@{at} +0000", "-m", "Add a thing that was made")
    assert project.oid() != made
    report = heal(project)
    assert hows(report, project.oid()) == ["same author, date and subject"]
    assert claims(project) == {"a.py": {"ai": "2-5"}}


def test_same_patch(project: GitRepo, made: str) -> None:
    """The same patch on another base, by the same author of the same moment, is the same change; by others it is theirs."""
    bare(project, "switch", "-q", "-c", "other", "HEAD~1")
    project.write("z", "z\n")
    bare(project, "add", "z")
    bare(project, "commit", "-q", "-m", "Base")
    patch = project.git("diff", f"{made}~1", made).stdout
    project.git("apply", "--index", input=patch)
    bare(project, "commit", "-q", "--author=Bob <bob@example.com>", "-m", "Typed by Bob")
    assert heal(project)["healed"] == []
    bare(project, "commit", "-q", "--amend", "--reset-author", "-m", "Typed by Alice, later")
    assert heal(project)["healed"] == []
    bare(project, "reset", "-q", "--soft", "HEAD~1")
    moment = project.git("log", "-1", "--format=%aI", made).stdout.strip()
    bare(project, "commit", "-q", f"--date={moment}", "-m", "Other words")
    report = heal(project)
    assert hows(report, project.oid()) == ["same patch"]
    assert claims(project) == {"a.py": {"ai": "1-4"}}
    again_nothing(project)


def test_same_patch_of_two_with_other_answers(project: GitRepo, made: str) -> None:
    """Two commits with the same patch and different notes are no answer; it is said, and --map decides."""
    base = project.oid("HEAD~1")
    twin = rewritten(project, made, base, message="Twin\n")
    project.git("branch", "twin", twin)
    add_note(project, twin, trace_row({"a.py": {"ai": "1-4"}}, id=OTHER), commit_row(twin))
    copy = rewritten(project, made, base, message="Copy\n")
    project.git("branch", "-f", "copy", copy)
    report = heal(project, "copy", code=1)
    [fault] = report["unhealed"]
    assert fault["oid"] == copy
    assert "a.py:1-4" in fault["reason"]
    assert "--map" in fault["help"]
    assert project.note("copy") == []
    assert list(healed(heal(project, "--map", f"{twin}:{copy}"))) == [copy]
    assert [row["id"] for row in project.traces("copy")] == [OTHER]


@pytest.mark.usefixtures("made")
def test_trace_named_in_a_squash_message(project: GitRepo) -> None:
    """A trace named inside a squash's bullets, where git sees no trailer, leads to the commits that hold it."""
    trace = project.traces()[0]["id"]
    project.write("b.py", "by = 'hand'\n")
    second = project.commit("Second")
    said = f"Feature (#7)\n\n* one\n\n  AI-Trace: {trace}\n\n* two\n"
    squash = rewritten(project, second, project.oid("HEAD~2"), message=said)
    bare(project, "update-ref", "refs/heads/squash", squash)
    report = heal(project, "squash")
    assert claims(project, "squash") == {"a.py": {"ai": "1-4"}}
    assert hows(report, squash) == ["trace named in the message"]


@pytest.mark.usefixtures("made")
def test_squash_by_subjects(project: GitRepo, agent: Agent) -> None:
    """A forge's squash that lists only subjects is put together from the commits of these names."""
    agent.prompt().write("b.py", lines(3, "b"))
    project.commit("Second thing")
    base = project.oid("HEAD~2")
    squash = rewritten(
        project, "HEAD", base, message="Feature (#7)\n\n* Add a thing that was made\n\n* Second thing\n"
    )
    bare(project, "update-ref", "refs/heads/squash", squash)
    heal(project, "squash")
    assert claims(project, "squash") == {"a.py": {"ai": "1-4"}, "b.py": {"ai": "1-3"}}


@pytest.mark.usefixtures("made")
def test_squash_message_of_git(project: GitRepo, agent: Agent) -> None:
    """The commits that git's own squash message lists are sources."""
    agent.prompt().write("b.py", lines(3, "b"))
    project.commit("Second thing")
    bare(project, "switch", "-q", "-c", "target", "HEAD~2")
    bare(project, "merge", "-q", "--squash", "main")
    bare(project, "commit", "-q", "--no-edit")
    report = heal(project)
    assert "squash message" in hows(report, project.oid())
    assert claims(project) == {"a.py": {"ai": "1-4"}, "b.py": {"ai": "1-3"}}


@pytest.mark.usefixtures("made")
def test_from_a_pull_request(project: GitRepo, agent: Agent) -> None:
    """--from names the head of a pull request that was merged as one commit with a message of its own."""
    agent.prompt().write("a.py", MODEL + "tail = made(3)\n")
    project.commit("Second")
    project.git("update-ref", "refs/pull/7/head", "HEAD")
    squash = rewritten(project, "HEAD", project.oid("HEAD~2"), message="Feature\n")
    bare(project, "reset", "-q", "--hard", squash)
    report = heal(project, "--from", "refs/pull/7/head")
    assert {row["files"]["a.py"]["ai"] for row in project.traces()} == {"1-4", "5"}
    assert "--from refs/pull/7/head" in hows(report, squash)
    again_nothing(project, "--from", "refs/pull/7/head")


def test_cherry_picked_from(project: GitRepo, made: str) -> None:
    """`(cherry picked from commit …)` names the source."""
    bare(project, "switch", "-q", "-c", "other", "HEAD~1")
    project.write("z", "z\n")
    bare(project, "add", "z")
    bare(project, "commit", "-q", "-m", "Base")
    bare(project, "cherry-pick", "-x", made)
    report = heal(project)
    assert hows(report, project.oid()) == ["cherry-picked from"]
    assert claims(project) == {"a.py": {"ai": "1-4"}}


@pytest.mark.usefixtures("made")
def test_revert_of_a_revert(project: GitRepo) -> None:
    """A revert of a revert brings the lines back, and they are the model's again; the revert itself gets no note."""
    bare(project, "revert", "--no-edit", "HEAD")
    bare(project, "revert", "--no-edit", "HEAD")
    report = heal(project)
    assert list(healed(report)) == [project.oid()]
    assert claims(project) == {"a.py": {"ai": "1-4"}}


@pytest.mark.usefixtures("made")
def test_same_hunk(project: GitRepo, agent: Agent) -> None:
    """One hunk of several, with the author and the moment of its commit, is known by its lines and context; what a
    person applied by hand is not, nor are other lines of the commit.
    """
    agent.prompt().write("b.py", lines(3, "b"))
    agent.write("a.py", MODEL + "tail = made(3)\nlast = made(4)\n")
    source = project.commit("Two files")
    bare(project, "switch", "-q", "-c", "other", "HEAD~1")
    patch = project.git("diff", f"{source}~1", source, "--", "a.py").stdout
    project.git("apply", "--index", input=patch)
    project.write("own.py", "by = 'hand'\nby = 'me'\n")
    bare(project, "add", "own.py")
    bare(project, "commit", "-q", "-m", "Some of it")
    assert heal(project)["healed"] == []
    moment = project.git("log", "-1", "--format=%aI", source).stdout.strip()
    bare(project, "commit", "-q", "--amend", f"--date={moment}", "-m", "Other words")
    report = heal(project)
    assert hows(report, project.oid()) == ["same hunk"]
    assert claims(project) == {"a.py": {"ai": "5-6"}}


@pytest.mark.usefixtures("made")
def test_one_line_alike_is_not_enough(project: GitRepo, agent: Agent) -> None:
    """A line or a bracket that reads like a model's stays a person's."""
    agent.prompt().write("b.py", "x = {\n    1: 2,\n}\n")
    project.commit("Dict")
    bare(project, "switch", "-q", "-c", "other", "HEAD~1")
    project.write("b.py", "y = {\n    1: 2,\n}\n")
    project.write("c.py", "return x\n}\n\n")
    bare(project, "add", "-A")
    bare(project, "commit", "-q", "-m", "By hand")
    assert heal(project)["healed"] == []


@pytest.mark.usefixtures("made")
def test_retyped_lines_are_not_healed(project: GitRepo) -> None:
    """A person who types again what their own history deleted, beside a line of their own, is not the model."""
    bare(project, "rm", "-q", "a.py")
    bare(project, "commit", "-q", "-m", "Away with it")
    project.write("a.py", "mine = 1\n" + MODEL)
    bare(project, "add", "a.py")
    bare(project, "commit", "-q", "-m", "Typed by me")
    report = heal(project)
    assert report["healed"] == []
    assert project.note() == []


@pytest.mark.usefixtures("made")
def test_formatter(project: GitRepo, agent: Agent) -> None:
    """Lines that a formatter only broke differently stay the model's; one that a person typed does not become so."""
    agent.prompt().write("w.py", "value = call(alpha, beta, gamma)\n")
    project.commit("Long line")
    project.write("w.py", "value = call(\n    alpha,\n    beta,\n    gamma,\n)\n")
    project.write("a.py", MODEL + "typed = 1\n")
    bare(project, "commit", "-q", "-a", "-m", "Format")
    report = heal(project)
    assert hows(report, project.oid()) == ["re-wrapped"]
    assert claims(project) == {"w.py": {"ai": "1-5"}}
    again_nothing(project)


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("name", "ugly", "formatted"),
    [
        ("m.py", "x = 'alpha'\ny = f('beta', 0XFF)\n", 'x = "alpha"\ny = f("beta", 0xFF)\n'),
        ("m.js", "const a = b\nconst c = d(e)\n", "const a = b;\nconst c = d(e);\n"),
        ("i.py", "import zlib\nimport json\nimport abc\n", "import abc\nimport json\nimport zlib\n"),
        ("k.json", '{"b":1,"a":[2,3]}\n', '{\n  "b": 1,\n  "a": [\n    2,\n    3\n  ]\n}\n'),
    ],
)
def test_a_formatters_own_commit(
    project: GitRepo, agent: Agent, name: str, ugly: str, formatted: str
) -> None:
    """All lines of a bot's commit that changed nothing but layout or order are the model's, with its trace and moment."""
    agent.write(name, ugly)
    project.commit("Model")
    before = project.ai_blame(name)["lines"][0]
    project.write(name, formatted)
    bare(project, "commit", "-q", "-a", "-m", "style: format")
    heal(project)
    for line in project.ai_blame(name)["lines"]:
        facts = ("class", "trace", "model", "agent", "at")
        assert [line[fact] for fact in facts] == [before[fact] for fact in facts]
    assert project.gitprov("verify").returncode == 0
    again_nothing(project)


@pytest.mark.usefixtures("made")
def test_a_number_changed_in_a_formatters_commit(project: GitRepo, agent: Agent) -> None:
    """Beside a formatter's work, a line that somebody gave another meaning is nobody's."""
    agent.write("m.py", "x = 'alpha'\nlimit = 10\n")
    project.commit("Model")
    project.write("m.py", 'x = "alpha"\nlimit = 11\n')
    bare(project, "commit", "-q", "-a", "-m", "style: format")
    heal(project)
    assert project.classes("m.py") == ["ai", "unknown"]


def test_formatted_twice(project: GitRepo, agent: Agent) -> None:
    """A second formatter's lines are found once the first one's are mended, in one run."""
    agent.write("w.py", "value = call(alpha, beta, gamma)\n")
    project.commit("Long line")
    for n, text in enumerate(
        ("value = call(\n    alpha, beta, gamma\n)\n", "value = call(\n    alpha,\n    beta,\n    gamma\n)\n")
    ):
        project.write("w.py", text)
        bare(project, "commit", "-q", "-a", "-m", f"Format {n}")
    report = heal(project)
    assert set(healed(report)) == {project.oid(), project.oid("HEAD~1")}
    assert claims(project)["w.py"]["ai"].startswith("2-")
    again_nothing(project)


def test_same_line_by_two_people(project: GitRepo, agent: Agent) -> None:
    """A patch of one line, the same in a model's commit and in a person's on another branch, stays the person's."""
    agent.write("README", "a project\nversion = 2\n")
    project.commit("Bump")
    bare(project, "switch", "-q", "-c", "other", "HEAD~1")
    project.write("README", "a project\nversion = 2\n")
    bare(project, "commit", "-q", "-a", "-m", "Bump it")
    assert heal(project)["healed"] == []
