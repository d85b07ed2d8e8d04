"""Carrying where git is bent: damaged state, odd repositories, work that was begun and thrown away."""

from __future__ import annotations

import pytest

from tests.support.agent import Agent
from tests.support.carrying import AI, BASE, base, branch, is_models, owners
from tests.support.commits import before_hook, gate
from tests.support.repo import GitRepo, run

pytestmark = pytest.mark.slow


def test_revert_takes_lines_alone(project: GitRepo, agent: Agent) -> None:
    """A revert that restores lines repeats neither the gate, nor the exceptions, nor the counts of whoever wrote them."""
    base(project)
    agent.write("a.py", BASE + AI + "gone = 1\n")
    project.write("a.py", BASE + AI)
    project.git("commit", "-q", "-a", "--no-verify", "-m", "Model's")
    trace = project.traces()[0]["id"]
    project.git(
        "commit", "-q", "--amend", "-m", f"Model's\n\nAI-Trace: {trace}\nAI-Trace-Dropped: {trace} why\n"
    )
    project.write("a.py", BASE)
    project.commit("Remove")
    project.git("revert", "--no-edit", "HEAD")
    assert is_models(project, "a.py")
    assert gate(project) != "bypassed"
    [about] = [row for row in project.note() if row["kind"] == "commit"]
    assert "dropped" not in about
    assert project.traces()[0]["delta"]["dropped"] == 0


def test_clean_revert_bypasses_nothing(project: GitRepo, agent: Agent) -> None:
    """Git runs no gate at a clean revert, so nobody went past it."""
    base(project)
    agent.write("a.py", BASE + AI)
    project.commit("Model's")
    project.write("a.py", BASE)
    project.commit("Remove")
    project.git("revert", "--no-edit", "HEAD")
    assert is_models(project, "a.py")
    assert gate(project) != "bypassed"


def test_split_counts_once(project: GitRepo, agent: Agent) -> None:
    """A commit made again in two parts has no more dropped lines than before."""
    base(project)
    agent.write("a.py", BASE + AI + "gone = 1\nlost = 2\n")
    agent.write("b.py", "value = 1\nother = 2\n")
    project.write("a.py", BASE + AI)
    project.commit("Both")
    assert project.traces()[0]["delta"]["dropped"] == 2
    project.git("reset", "-q", "--soft", "HEAD~1")
    project.git("commit", "-q", "-m", "First", "a.py")
    project.git("commit", "-q", "-m", "Second")
    assert is_models(project, "a.py")
    assert is_models(project, "b.py", "value = 1\nother = 2\n")
    assert sum(project.traces(rev)[0]["delta"]["dropped"] for rev in ("HEAD", "HEAD~1")) == 2


@pytest.mark.parametrize("junk", [b"\377\376 junk\n", b"HEAD main\n", b"", b"\0" * 100, b"a b\nc"])
def test_damaged_list(project: GitRepo, agent: Agent, junk: bytes) -> None:
    """Bytes in the list of unfinished pairs that are no pair do not keep a rebase's own from being carried."""
    branch(project, agent)
    project.git("checkout", "-q", "ai")
    project.write(".git/gitprov/rewritten", junk)
    done = project.git("rebase", "-q", "main")
    assert "bug" not in done.stderr
    assert is_models(project, "a.py")
    assert not (project.path / ".git/gitprov/rewritten").exists()


def test_reflog_action(project: GitRepo, agent: Agent) -> None:
    """An amendment is one whatever a program calls it in the reflog."""
    base(project)
    agent.write("a.py", BASE + AI)
    project.commit("Model's")
    Agent(project, session="s2").write("a.py", BASE + AI + "more = 1\n")
    project.env["GIT_REFLOG_ACTION"] = "mytool"
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert is_models(project, "a.py")
    assert is_models(project, "a.py", "more = 1\n", "s2")


def test_discard_elsewhere(project: GitRepo, agent: Agent) -> None:
    """Throwing away one file says nothing of lines that a commit without hooks holds on another branch."""
    branch(project, agent)
    project.git("checkout", "-q", "ai")
    agent.prompt().write("b.py", AI)
    project.git("add", "b.py")
    project.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "No hook")
    project.git("checkout", "-q", "main")
    project.write("other", "dirt\n")
    project.git("checkout", "-q", "--", "other")
    project.git("checkout", "-q", "ai")
    project.gitprov("heal", "HEAD~1..")
    assert is_models(project, "b.py")


def test_framework_stash(project: GitRepo, agent: Agent) -> None:
    """What a framework's pre-commit hook puts aside with `git checkout -- .` and brings back is not thrown away."""
    base(project)
    body = 'git diff >../aside\n_PRE_COMMIT_SKIP_POST_CHECKOUT=1 git checkout -q -- .\n"$0.true" 2>/dev/null\ngit apply ../aside'
    before_hook(project, "pre-commit", body)
    agent.write("a.py", BASE + AI)
    project.write("b", "b\n")
    project.git("add", "b")
    project.git("commit", "-q", "-m", "B")
    project.git("commit", "-q", "-a", "-m", "Model's")
    assert is_models(project, "a.py")


def test_aborted_edit(project: GitRepo, agent: Agent) -> None:
    """What was amended in a rebase that was aborted is no source of a later amendment."""
    base(project)
    project.write("a.py", BASE + "own\n")
    project.commit("Own")
    project.env["GIT_SEQUENCE_EDITOR"] = "sed -i s/^pick/edit/"
    project.git("rebase", "-q", "-i", "HEAD~1")
    agent.write("a.py", BASE + "own\n" + AI)
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    project.git("rebase", "--abort")
    project.write("a.py", BASE + "own\ndef parse(text):\n    return 0\n")
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert owners(project, "a.py")["def parse(text):"] == "unknown"


@pytest.mark.parametrize("subject", ["Words", "Fix (start) of it"])
def test_exec_amends(project: GitRepo, agent: Agent, subject: str) -> None:
    """A rebase whose command amends each commit is followed whatever the commits are called."""
    branch(project, agent)
    project.git("checkout", "-q", "ai")
    agent.prompt().write("b.py", "value = 1\nother = 2\n")
    project.commit(subject)
    command = "echo e >>e; git add e; git commit -q --amend --no-edit"
    project.git("rebase", "-q", "main", "--exec", command)
    assert is_models(project, "a.py")
    assert is_models(project, "b.py", "value = 1\nother = 2\n")


def test_older_file_after_hard_reset(project: GitRepo, agent: Agent) -> None:
    """A file of one's own that is older than a hard reset does not prove that the reset kept anything."""
    import os

    base(project)
    agent.write("a.py", BASE + AI)
    project.commit("Model's")
    project.git("reset", "-q", "--hard", "HEAD~1")
    place = project.write("a.py", BASE + "def parse(text):\n    return 0\n")
    os.utime(place, (1_000_000_000, 1_000_000_000))
    project.commit("By hand")
    assert owners(project, "a.py")["def parse(text):"] == "unknown"


def test_many_ranges(project: GitRepo, agent: Agent) -> None:
    """A revert of very many single lines is committed, though no command line could name them all to blame."""
    base(project)
    rows = [f"row {n}\n" for n in range(30_000)]
    project.write("big", "".join(rows))
    project.commit("Big")
    agent.write("a.py", BASE + AI)
    project.commit("Model's")
    project.write("big", "".join(row if n % 2 else f"other {n}\n" for n, row in enumerate(rows)))
    project.commit("Every second line")
    project.git("revert", "-n", "HEAD")
    # A small stack makes for a short command line.
    run(["sh", "-c", "ulimit -s 1024 && git commit -q -m Back"], cwd=project.path, env=project.env)
    assert project.git("log", "-1", "--format=%s").stdout == "Back\n"


def test_abandoned_squash(project: GitRepo, agent: Agent) -> None:
    """A squash that was given up is no source of the next commit."""
    branch(project, agent)
    project.git("merge", "-q", "--squash", "ai")
    project.git("reset", "-q", "--hard")
    project.write("a.py", BASE + "def parse(text):\n    return 0\n")
    project.commit("By hand")
    assert owners(project, "a.py")["def parse(text):"] == "unknown"


def test_commit_line_in_a_squashed_message(project: GitRepo, agent: Agent) -> None:
    """A line `commit <id>` in the message of a squashed commit names no source."""
    branch(project, agent)
    project.git("checkout", "-q", "-b", "own")
    project.write("b", "b\n")
    project.commit(f"See\n\ncommit {project.oid('ai')}\n\nThis reverts commit {project.oid('ai')}.")
    project.git("checkout", "-q", "main")
    project.git("merge", "-q", "--squash", "own")
    project.write("a.py", BASE + "def parse(text):\n    return 0\n")
    project.commit("Squashed")
    assert owners(project, "a.py")["def parse(text):"] == "unknown"


@pytest.mark.parametrize("end", ["--skip", "--abort", "--quit"])
def test_ended_pick(project: GitRepo, agent: Agent, end: str) -> None:
    """A cherry-pick with a conflict that was ended is no source of the next commit."""
    branch(project, agent)
    project.write("a.py", BASE + "other\n")
    project.commit("In the way")
    assert project.git("cherry-pick", "ai", check=False).returncode
    project.git("cherry-pick", end)
    project.git("checkout", "-q", "HEAD", "--", ".")
    project.write("a.py", BASE + "other\ndef parse(text):\n    return 0\n")
    project.commit("By hand")
    assert owners(project, "a.py")["def parse(text):"] == "unknown"


@pytest.mark.parametrize("resolver", ["person", "model"])
def test_resolver_who_orders(project: GitRepo, agent: Agent, resolver: str) -> None:
    """Whoever resolves a pick's conflict with the picked lines above ours claims what was added, and neither side."""
    branch(project, agent)
    ours = "ours = 1\nours_too = 2\nours_as_well = 3\n"
    project.write("a.py", BASE + ours)
    project.commit("In the way")
    assert project.git("cherry-pick", "ai", check=False).returncode
    done = BASE + AI + "between = 3\n" + ours
    if resolver == "person":
        agent.person("a.py", done, "Alice <alice@example.com>")
    else:
        Agent(project, session="s2").prompt("resolve").write("a.py", done)
    project.git("add", "a.py")
    project.git("commit", "-q", "--no-edit")
    assert is_models(project, "a.py")
    said = owners(project, "a.py")
    assert {said[line] for line in ours.splitlines()} == {"unknown"}
    assert said["between = 3"].split()[0] == ("human" if resolver == "person" else "ai")


def test_plan_of_an_ended_pick(project: GitRepo, agent: Agent) -> None:
    """What was worked out for a pick that never came is not used for the same content typed by hand."""
    branch(project, agent)
    project.write("a.py", BASE + "other\n")
    project.commit("In the way")
    assert project.git("cherry-pick", "ai", check=False).returncode
    project.write("a.py", BASE + "other\n" + AI)
    project.git("add", "a.py")
    project.env["GIT_EDITOR"] = "false"
    assert project.git("commit", check=False).returncode
    project.git("cherry-pick", "--abort")
    project.write("a.py", BASE + "other\n" + AI)
    project.git("commit", "-q", "-a", "--no-verify", "-m", "By hand")
    assert set(owners(project, "a.py").values()) == {"unknown"}


NAMES = ["ä ö.py", 'q"u.py', "nl\nx.py", "lat\udce4.py", "t\tb.py", ":x.py", "-d.py", "HEAD", "a\\b.py"]


def test_names(project: GitRepo, agent: Agent) -> None:
    """Names that git quotes or would read as something else are carried by every way."""
    branch(project, agent)
    project.git("checkout", "-q", "-b", "names")
    for name in NAMES:
        agent.write(name, AI)
    project.commit("Names")
    project.git("checkout", "-q", "main")
    for words in (["cherry-pick", "names"], ["revert", "--no-edit", "HEAD"], ["revert", "--no-edit", "HEAD"]):
        project.git(*words)
    assert {name for name in NAMES if is_models(project, name)} == {*NAMES}
    project.git("reset", "-q", "HEAD~3")
    project.commit("Once more")
    assert {name for name in NAMES if is_models(project, name)} == {*NAMES}


def test_without_reflog(project: GitRepo, agent: Agent) -> None:
    """Amendments and picks need no reflog."""
    project.git("config", "core.logAllRefUpdates", "false")
    branch(project, agent)
    project.git("cherry-pick", "ai")
    Agent(project, session="s2").write("a.py", BASE + AI + "more = 1\n")
    project.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert is_models(project, "a.py")
    assert is_models(project, "a.py", "more = 1\n", "s2")


def test_from_another_folder(project: GitRepo, agent: Agent) -> None:
    """It makes no difference where git is started, nor how it is told where the repository is."""
    branch(project, agent)
    folder = project.path / "sub"
    folder.mkdir()
    for words in (["-C", str(folder)], [f"--git-dir={project.path}/.git", f"--work-tree={project.path}"]):
        project.git(*words, "cherry-pick", "ai")
        assert is_models(project, "a.py")
        project.git(*words, "revert", "--no-edit", "HEAD")
        project.git(*words, "revert", "--no-edit", "HEAD")
        assert is_models(project, "a.py")
        project.git("reset", "-q", "--hard", "HEAD~3")


def test_note_that_is_no_trace(project: GitRepo, agent: Agent) -> None:
    """A row of somebody's note whose id is no trace id gets no say in a message, and stops no commit."""
    branch(project, agent)
    row = '{"kind":"trace","v":1,"id":"gen_1\\nSigned-off-by: boss <b@x>","files":{"a.py":{"ai":"4-5"}}}'
    project.git("notes", "--ref=gitprov", "add", "-f", "-m", row, "ai")
    project.git("merge", "-q", "--squash", "ai")
    project.commit_staged("Squashed")
    assert "boss" not in project.message()


def test_review_of_one_part(project: GitRepo, agent: Agent) -> None:
    """A squash of two commits of one trace is reviewed only if both were."""
    branch(project, agent)
    project.git("checkout", "-q", "-b", "parts", "main")
    agent.prompt()
    agent.write("b.py", AI)
    agent.write("c.py", AI)
    project.commit("First", "b.py")
    project.commit("Second")
    assert project.traces()[0]["id"] == project.traces("HEAD~1")[0]["id"]
    project.gitprov("review", "HEAD~1", "--by", "Bob <bob@example.com>")
    project.git("checkout", "-q", "main")
    project.git("merge", "-q", "--squash", "parts")
    project.commit_staged("Squashed")
    assert is_models(project, "c.py")
    assert not [row for row in project.note() if row["kind"] == "review"]


def test_deletions_wait_in_a_stash_too(project: GitRepo, agent: Agent) -> None:
    """What a session replaced and was stashed since is told of no commit that changes the same lines by itself."""
    base(project)
    agent.write("a.py", "first = 1\nsecond = 2\nthree\n")
    Agent(project, session="s2").write("a.py", "second = 2\n" + AI + "three\n")
    project.git("stash", "-q")
    project.write("a.py", "  one\n  two\nthree\n")
    project.commit("Indented")
    assert project.note() == []
    assert "AI-Trace" not in project.git("log", "-1", "--format=%B").stdout
    project.git("stash", "apply", "-q", check=False)
    project.write("a.py", "second = 2\n" + AI + "three\n")
    project.commit("What was stashed")
    assert is_models(project, "a.py", session="s2")
    assert sum(row["files"]["a.py"].get("deleted", 0) for row in project.traces()) == 2
