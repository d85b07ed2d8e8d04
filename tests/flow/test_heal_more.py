"""`gitprov heal` where something is odd: copied notes, lost commits, pushed ones, other shapes of repositories."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.flow.test_heal import MODEL, again_nothing, bare, heal, healed, hows, made, rewritten
from tests.support.agent import Agent
from tests.support.commits import claims, lines
from tests.support.notes import OTHER, TRACE, add_note, commit_row, trace_row
from tests.support.repo import NOTES_REF, GitRepo, run

pytestmark = pytest.mark.slow

__all__ = ["made"]


def note_of_lost(project: GitRepo, oid: str, *rows: dict[str, object]) -> None:
    """Give a note to a commit that is not in this clone."""
    content = "\n".join(map(json.dumps, rows))
    blob = project.git("hash-object", "-w", "--stdin", input=content).stdout.strip()
    tree = project.git("ls-tree", "-r", NOTES_REF).stdout + f"100644 blob {blob}\t{oid}\n"
    index = {**project.env, "GIT_INDEX_FILE": str(project.path / ".git/notes-index")}
    run(["git", "update-index", "--add", "--index-info"], cwd=project.path, env=index, stdin=tree)
    made_tree = run(["git", "write-tree"], cwd=project.path, env=index).stdout.strip()
    commit = project.git("commit-tree", made_tree, "-p", NOTES_REF, input="x\n").stdout.strip()
    project.git("update-ref", NOTES_REF, commit)


def test_copied_note(project: GitRepo, made: str) -> None:
    """A note that git copied (`notes.rewriteRef`) is put right by the commit that it names."""
    project.git("config", "notes.rewriteRef", NOTES_REF)
    project.write("a.py", "import os\n" + MODEL)
    bare(project, "commit", "-q", "-a", "--amend", "--no-edit")
    assert [row["id"] for row in project.note() if row["kind"] == "commit"] == [made]
    report = heal(project)
    assert "note copied from" in hows(report, project.oid())
    assert claims(project) == {"a.py": {"ai": "2-5"}}
    assert [row["id"] for row in project.note() if row["kind"] == "commit"] == [project.oid()]
    again_nothing(project)


def test_copied_note_of_a_lost_commit(project: GitRepo, made: str) -> None:
    """Where the commit that a copied note names is gone, no line is a model's; heal says what helps."""
    gone = "1" * 40
    add_note(project, made, trace_row({"a.py": {"ai": "1-4"}}, id=OTHER), commit_row(gone))
    before = project.note()
    [fault] = heal(project, code=1)["unhealed"]
    assert fault["oid"] == made
    assert f"fetch {gone[:12]}" in fault["help"]
    assert project.note() == before
    assert project.classes("a.py") == ["declared"] * 4


def test_copied_note_of_a_pruned_commit(project: GitRepo, made: str) -> None:
    """A copied note whose commit was pruned gives no line to anybody until --map names the commit."""
    project.git("config", "notes.rewriteRef", NOTES_REF)
    project.write("a.py", MODEL + "last = 1\n")
    bare(project, "commit", "-q", "-a", "--amend", "--no-edit")
    project.git("reflog", "expire", "--expire=now", "--all")
    project.git("gc", "-q", "--prune=now")
    [fault] = heal(project, code=1)["unhealed"]
    assert f"gitprov heal --map {made[:12]}:{project.oid()[:12]}" in fault["help"]
    assert project.classes("a.py") == ["declared"] * 5
    report = heal(project, "--map", f"{made[:12]}:HEAD")
    assert hows(report, project.oid()) == ["note of a lost commit"]
    assert project.classes("a.py") == ["ai"] * 4 + ["unknown"]
    again_nothing(project)


@pytest.mark.usefixtures("made")
def test_message_names_a_lost_commit(project: GitRepo) -> None:
    """An id in a message is not enough to use the note of a commit that is not here."""
    gone = "1" * 40
    note_of_lost(project, gone, trace_row({"b.py": {"ai": "1"}}, id=OTHER), commit_row(gone))
    project.write("b.py", "typed = 1\n")
    bare(project, "add", "b.py")
    bare(project, "commit", "-q", "-m", f"Picked\n\n(cherry picked from commit {gone})")
    assert heal(project)["healed"] == []
    assert project.classes("b.py") == ["unknown"]


def test_map_of_filter_repo(project: GitRepo, agent: Agent, made: str) -> None:
    """filter-repo's commit-map carries notes to the new commits, also when the old ones are gone."""
    agent.prompt().write("b.py", lines(3, "b"))
    second = project.commit("Second")
    start = project.oid("HEAD~2")
    new_made = rewritten(project, made, start, message="Reworded\n")
    new_second = rewritten(project, second, new_made, message="Reworded too\n")
    (project.path / ".git/filter-repo").mkdir()
    zeros = "0" * 40
    rows = [
        "old new",
        f"{start} {start}",
        f"{made} {new_made}",
        f"{second} {new_second}",
        f"{'2' * 40} {zeros}",
    ]
    (project.path / ".git/filter-repo/commit-map").write_text("\n".join(rows) + "\n")
    project.git("update-ref", "--no-deref", "HEAD", new_second)
    project.git("update-ref", "refs/heads/main", new_second)
    project.git("reflog", "expire", "--expire=now", "--all")
    project.git("gc", "-q", "--prune=now")
    assert project.git("cat-file", "-e", made, check=False).returncode
    report = heal(project, "--map", ".git/filter-repo/commit-map")
    assert set(healed(report)) == {new_made, new_second}
    assert claims(project, new_made) == {"a.py": {"ai": "1-4"}}
    assert claims(project, new_second) == {"b.py": {"ai": "1-3"}}
    again_nothing(project, "--map", ".git/filter-repo/commit-map")


@pytest.mark.usefixtures("made")
def test_map_of_a_lost_commit_that_does_not_fit(project: GitRepo) -> None:
    """Where a lost commit's lines are none that the new commit adds, nothing is written for that file, and it is said."""
    gone = "1" * 40
    row = trace_row({"a.py": {"ai": "1-9"}, "b.py": {"ai": "1"}}, id=OTHER)
    project.write("b.py", "one\n")
    bare(project, "add", "b.py")
    bare(project, "commit", "-q", "-m", "By hand")
    note_of_lost(project, gone, row, commit_row(gone))
    report = heal(project, "--map", f"{gone}:HEAD", code=1)
    assert claims(project) == {"b.py": {"ai": "1"}}
    assert "a.py" in report["unhealed"][0]["reason"]


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("bad", ["nothing", "a:b", ":HEAD", "HEAD:", "--output=x:HEAD", "1" * 40 + ":HEAD"])
def test_map_that_is_none(project: GitRepo, bad: str) -> None:
    """What is neither a pair nor a file is a usage error that says what is wanted."""
    done = project.gitprov("heal", f"--map={bad}", check=False)
    assert done.returncode == 2
    assert "hint:" in done.stderr


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    "args",
    [["nothing..HEAD"], ["--", "--output=x"], ["--from", "nowhere"], ["--all", "HEAD"], ["-n", "--write"]],
)
def test_arguments_that_are_wrong(project: GitRepo, args: list[str]) -> None:
    """What names no commit is a usage error."""
    done = project.gitprov("heal", *args, check=False)
    assert done.returncode == 2, done.stderr
    assert not (project.path / "x").exists()


def test_hooks_were_missing(project: GitRepo, agent: Agent) -> None:
    """Commits made while there were no hooks get what the inbox recorded before them, and it is spent then."""
    agent.write("a.py", MODEL)
    bare(project, "add", "a.py")
    bare(project, "commit", "-q", "-m", "No hooks")
    first = project.oid()
    project.tick()
    agent.prompt("more").write("a.py", MODEL + "later = 1\nlast = 2\n")
    project.write("a.py", project.read("a.py") + "typed = 3\n")
    bare(project, "commit", "-q", "-a", "-m", "Still none")
    report = heal(project, "-n")
    assert set(healed(report)) == {first, project.oid()}
    assert project.note() == []
    report = heal(project)
    assert claims(project, first) == {"a.py": {"ai": "1-4"}}
    assert claims(project) == {"a.py": {"ai": "5-6"}}
    assert [row["evidence"] for row in project.traces()] == ["captured"]
    assert [row["gate"] for row in project.note() if row["kind"] == "commit"] == ["absent"]
    assert len(project.generations()) == 2
    assert project.events() == []
    assert project.classes("a.py") == ["ai"] * 6 + ["unknown"]
    again_nothing(project)


def test_later_evidence_is_not_for_earlier_commits(project: GitRepo, agent: Agent) -> None:
    """Lines that a person committed before a model wrote the same stay theirs."""
    project.write("a.py", MODEL)
    bare(project, "add", "a.py")
    bare(project, "commit", "-q", "-m", "By hand")
    project.tick()
    project.write("a.py", "")
    agent.write("a.py", MODEL)
    assert heal(project)["healed"] == []


@pytest.mark.usefixtures("made")
def test_note_and_record_were_lost(project: GitRepo) -> None:
    """When the notes ref is gone, the archive of this clone still knows what its commits held."""
    project.git("update-ref", "-d", NOTES_REF)
    heal(project)
    assert claims(project) == {"a.py": {"ai": "1-4"}}
    again_nothing(project)


def test_pushed_commits_get_their_notes(project: GitRepo, made: str, tmp_path: Path) -> None:
    """A note changes no commit, so commits that a remote has get theirs as well; -n looks first."""
    twin = rewritten(project, made, project.oid("HEAD~1"))
    bare(project, "update-ref", "refs/heads/main", twin)
    GitRepo.init(tmp_path / "remote", project.env, "--bare")
    project.git("remote", "add", "origin", str(tmp_path / "remote"))
    project.git("-c", "core.hooksPath=/dev/null", "push", "-q", "-u", "origin", "main")
    done = project.gitprov("heal", "-n")
    assert "nothing was written: dry run" in done.stdout
    assert project.note(twin) == []
    report = heal(project)
    assert report["written"]
    assert healed(report)[twin]["pushed"]
    assert claims(project, twin) == {"a.py": {"ai": "1-4"}}


@pytest.mark.usefixtures("made")
def test_dry_run_writes_nothing(project: GitRepo) -> None:
    """-n says what would be done and leaves every ref as it is."""
    bare(project, "commit", "-q", "--amend", "-m", "Other words")
    before = project.git("for-each-ref").stdout
    done = project.gitprov("heal", "-n")
    assert "would heal: 4 lines" in done.stdout
    assert project.git("for-each-ref").stdout == before


def test_hostile_messages(project: GitRepo, made: str) -> None:
    """A message that names commits and traces gives a person's lines to nobody, and cannot steer a terminal."""
    trace = project.traces()[0]["id"]
    project.write("mine.py", "def mine(x):\n    return x\n")
    said = (
        f"\x1b[2JEvil --output=/tmp/x\n\ncommit {made}\n* Add a thing that was made\n(cherry picked from commit {made})\n"
        f"This reverts commit {'3' * 40}.\nThis reverts commit {made}.\n\nAI-Trace: {trace}\nAI-Trace: gen_20260101_ffffffffff\n"
    )
    bare(project, "add", "mine.py")
    bare(project, "commit", "-q", "--cleanup=verbatim", "-F", "-", input=said)
    done = project.gitprov("heal", check=False)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "gen_20260101_ffffffffff" in done.stdout
    assert project.note() == []


@pytest.mark.usefixtures("made")
def test_trace_that_nobody_knows(project: GitRepo) -> None:
    """A trace in a message that no note tells of is said, with what would help; a dropped one is not."""
    project.write("b.py", "one = 1\ntwo = 2\n")
    bare(project, "add", "b.py")
    bare(project, "commit", "-q", "-m", f"Lost\n\nAI-Trace: {OTHER}")
    [fault] = heal(project, code=1)["unhealed"]
    assert OTHER in fault["reason"]
    assert "gitprov sync" in fault["help"]
    bare(
        project, "commit", "-q", "--amend", "-m", f"Lost\n\nAI-Trace: {OTHER}\nAI-Trace-Dropped: {OTHER} lost"
    )
    assert heal(project)["unhealed"] == []


@pytest.mark.usefixtures("made")
def test_without_identity(project: GitRepo) -> None:
    """Notes are commits and need somebody who makes them: without one the error says how to name one."""
    bare(project, "commit", "-q", "--amend", "-m", "Other words")
    project.git("config", "--global", "--unset", "user.email")
    project.git("config", "--global", "user.useConfigOnly", "true")
    done = project.gitprov("heal", check=False)
    assert done.returncode == 3
    assert "git config user.name" in done.stderr
    assert project.note() == []


def test_shallow_clone(project: GitRepo, made: str, tmp_path: Path) -> None:
    """Where a clone begins nothing can be said to be new: heal says that it could not look."""
    trace = project.traces()[0]["id"]
    twin = rewritten(project, made, project.oid("HEAD~1"), message=f"Twin\n\nAI-Trace: {trace}\n")
    bare(project, "update-ref", "refs/heads/main", twin)
    clone = project.clone(tmp_path / "clone", "--depth=1")
    clone.git("fetch", "-q", "origin", f"+{NOTES_REF}:{NOTES_REF}")
    report = heal(clone, "HEAD", code=1)
    assert "shallow" in report["unhealed"][0]["reason"]
    assert clone.note() == []


def test_bare_repository(project: GitRepo, made: str, tmp_path: Path) -> None:
    """A server's bare repository is healed as well."""
    trace = project.traces()[0]["id"]
    twin = rewritten(project, made, project.oid("HEAD~1"), message=f"Twin\n\nAI-Trace: {trace}\n")
    project.git("branch", "twin", twin)
    clone = project.clone(tmp_path / "clone.git", "--bare")
    clone.git("fetch", "-q", "origin", f"+{NOTES_REF}:{NOTES_REF}")
    report = heal(clone, "twin")
    assert list(healed(report)) == [twin]
    again_nothing(clone, "twin")


def test_sha256(tmp_path: Path, env: dict[str, str]) -> None:
    """Ids of 64 digits are found in messages and reflogs too."""
    repo = GitRepo.init(tmp_path / "r", env, "--object-format=sha256", "--template=")
    repo.write("README", "x\n")
    repo.commit("Start")
    repo.write("a.py", MODEL)
    first = repo.commit("Made")
    add_note(repo, first, trace_row({"a.py": {"ai": "1-4"}}), commit_row(first))
    bare(repo, "switch", "-q", "-c", "other", "HEAD~1")
    repo.write("z", "z\n")
    bare(repo, "add", "z")
    bare(repo, "commit", "-q", "-m", "Base")
    bare(repo, "cherry-pick", "-x", first)
    assert hows(heal(repo), repo.oid()) == ["cherry-picked from"]
    assert claims(repo) == {"a.py": {"ai": "1-4"}}
    again_nothing(repo)


def test_empty_repository(tmp_path: Path, env: dict[str, str]) -> None:
    """Before the first commit there is nothing to heal."""
    repo = GitRepo.init(tmp_path / "r", env)
    assert heal(repo)["looked"] == 0
    assert heal(repo, "--all")["looked"] == 0


def test_killed_in_the_middle(project: GitRepo, agent: Agent) -> None:
    """Killed at any moment and run again, heal ends with the same notes."""
    for n in range(12):
        agent.prompt(f"do {n}").write(f"f{n}.py", lines(5, f"v{n}"))
        project.commit(f"Commit {n}")
    bare(project, "-c", "rebase.instructionFormat=%s", "rebase", "-q", "--force-rebase", "--root")
    whole = GitRepo(project.path.parent / "whole", project.env)
    shutil.copytree(project.path, whole.path, symlinks=True)
    heal(whole)
    for pause in (0.15, 0.3, 0.45, 0.6):
        process = subprocess.Popen(
            ["gitprov", "heal"], cwd=project.path, env=project.env, stdout=subprocess.DEVNULL
        )
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
    heal(project)
    for n in range(12):
        assert project.note(f"HEAD~{n}") == whole.note(f"HEAD~{n}") != []


@pytest.mark.usefixtures("made")
def test_am_without_hooks(project: GitRepo) -> None:
    """A patch that went through mail keeps author, date and subject, and so its lines."""
    mail = project.git("format-patch", "-1", "--stdout").stdout
    bare(project, "switch", "-q", "-c", "other", "HEAD~1")
    project.write("z", "z\n")
    bare(project, "add", "z")
    bare(project, "commit", "-q", "-m", "Base")
    bare(project, "am", "-q", input=mail)
    heal(project)
    assert claims(project) == {"a.py": {"ai": "1-4"}}


def test_in_a_colleagues_clone(project: GitRepo, made: str, tmp_path: Path) -> None:
    """A clone that has only commits and notes heals what was rewritten elsewhere."""
    clone = project.clone(tmp_path / "clone")
    clone.git("fetch", "-q", "origin", f"{NOTES_REF}:{NOTES_REF}")
    twin = rewritten(clone, made, clone.oid("HEAD~1"))
    clone.git("update-ref", "refs/heads/twin", twin)
    assert list(healed(heal(clone, "twin"))) == [twin]
    assert claims(clone, twin) == {"a.py": {"ai": "1-4"}}


def test_json_has_no_more_than_documented(project: GitRepo, made: str) -> None:
    """The report's fields are a contract."""
    bare(project, "commit", "-q", "--amend", "-m", "Other words")
    report = heal(project)
    assert set(report) == {"scope", "looked", "written", "why_not", "healed", "unhealed", "settled"}
    [one] = report["healed"]
    assert set(one) == {"oid", "subject", "sources", "traces", "lines", "pushed"}
    assert (one["lines"], one["traces"]) == (4, [project.traces()[0]["id"]])
    assert one["sources"] == [{"how": "amended", "oid": made}]


def test_unlikely_note_of_ours(project: GitRepo, made: str) -> None:
    """A note with lines of others and no commit row is no reason to touch it."""
    add_note(project, made, b"free text", trace_row({"a.py": {"ai": "1"}}, id=TRACE))
    before = project.oid(NOTES_REF)
    os.utime(project.path)
    report = heal(project, code=1)
    assert report["healed"] == []
    assert project.oid(NOTES_REF) == before
