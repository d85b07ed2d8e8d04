"""Rewritten where no hook ran."""

from __future__ import annotations

import pygit2
import pytest

from tests.support.repo import GitRepo
from tests.survival.lines import retyped
from tests.survival.operations.rebase import CORK, FIG, GREY, MANGO, PLUM, other, topic
from tests.survival.story import APP, APPLE, HEAD, LION, OAK, PINE, UTIL, WINTER, Expected, Story
from tests.survival.table import FRAMED, operation

NO_HOOK = "no hook runs, so the route makes no difference"
HOOKLESS = dict.fromkeys(FRAMED, NO_HOOK)
HEAL = ("native", "colleague")


@operation("git commit-tree, git update-ref", heal=HEAL, without=HOOKLESS)
def commit_tree(story: Story) -> Expected:
    """The last commit made anew by a script, with another message."""
    new = story.git("commit-tree", "-p", "HEAD~1", "-m", "By hand", "HEAD^{tree}")
    story.git("update-ref", "refs/heads/main", new)
    return {"app.py": APP, "util.py": UTIL}


@operation(
    "git commit-tree of a squash",
    heal=HEAL,
    without=HOOKLESS,
)
def commit_tree_squash(story: Story) -> Expected:
    """Three commits made one by a script."""
    new = story.git("commit-tree", "-p", "start", "-m", "All at once", "HEAD^{tree}")
    story.git("update-ref", "refs/heads/main", new)
    return {"app.py": APP, "util.py": UTIL}


@operation("amended by libgit2", heal=HEAL, without=HOOKLESS)
def libgit2_amend(story: Story) -> Expected:
    """An editor with a git of its own amends; hooks are nothing to it."""
    there = pygit2.Repository(str(story.repo.path))
    there.amend_commit(there.head.peel(pygit2.Commit), "HEAD", message="In other words\n")
    return {"app.py": APP, "util.py": UTIL}


@operation("amended by libgit2, with a line more", heal=HEAL, without=HOOKLESS)
def libgit2_amend_changed(story: Story) -> Expected:
    """What came in there is nobody's, the rest stays."""
    story.type("util.py", GREY, UTIL)
    there = pygit2.Repository(str(story.repo.path))
    there.index.add("util.py")
    there.index.write()
    there.amend_commit(there.head.peel(pygit2.Commit), "HEAD", tree=there.index.write_tree())
    return {"app.py": APP, "util.py": (*GREY, *UTIL)}


@operation("rebased by libgit2", heal=HEAL, without=HOOKLESS)
def libgit2_rebase(story: Story) -> Expected:
    """A desktop program rebases three commits."""
    other(story)
    there = pygit2.Repository(str(story.repo.path))
    onto = there.revparse_single("other").peel(pygit2.Commit)
    for name in story.git("rev-list", "--reverse", "start..main").split():
        one = there[name].peel(pygit2.Commit)
        index = there.merge_trees(one.parents[0].tree, onto.tree, one.tree)
        tree = index.write_tree(there)
        oid = there.create_commit(None, one.author, one.committer, one.message, tree, [onto.id])
        onto = there[oid].peel(pygit2.Commit)
    there.references["refs/heads/main"].set_target(onto.id)
    story.git("reset", "-q", "--hard")
    return {"app.py": (*APP, *GREY), "util.py": UTIL}


@operation("squashed by a server", twin=True)
def server_squash(story: Story) -> Expected:
    """A branch was pushed and squashed there; here it comes with a pull, and the branch is deleted."""
    topic(story)
    hub = story.hub()
    story.git("push", "-q", "hub", "main", "topic")
    server = GitRepo(hub, story.env)
    new = server.git("commit-tree", "-p", "main", "-m", "Fig and cork (#12)", "topic^{tree}").stdout.strip()
    server.git("update-ref", "refs/heads/main", new)
    story.switch("main")
    story.git("pull", "-q", "--ff-only", "hub", "main")
    story.git("branch", "-q", "-D", "topic")
    return {"app.py": APP, "fig.py": FIG, "cork.py": CORK}


@operation("rebased by a server", twin=True)
def server_rebase(story: Story) -> Expected:
    """A branch was pushed and rebased there; here it comes with a pull."""
    topic(story)
    hub = story.hub()
    story.switch("main")
    story.type("util.py", UTIL, GREY)
    story.commit("Grey")
    story.git("push", "-q", "hub", "main", "topic")
    server = GitRepo(hub, story.env).clone(hub.with_name("server"))
    server.git("switch", "-q", "topic")
    server.git("rebase", "-q", "origin/main")
    server.git("push", "-q", "origin", "topic:main")
    story.git("pull", "-q", "--ff-only", "hub", "main")
    return {"app.py": APP, "util.py": (*UTIL, *GREY), "fig.py": FIG, "cork.py": CORK}


@operation("rebased with the hooks turned off", heal=HEAL, without=HOOKLESS)
def hooks_off_rebase(story: Story) -> Expected:
    """`core.hooksPath` pointed elsewhere for one command."""
    other(story)
    story.git("-c", "core.hooksPath=/dev/null", "rebase", "-q", "other")
    return {"app.py": (*APP, *GREY), "util.py": UTIL}


@operation("squashed and picked with the hooks turned off", heal=HEAL, without=HOOKLESS)
def hooks_off_squash(story: Story) -> Expected:
    """A squash and a cherry-pick, one after the other."""
    topic(story)
    other(story)
    story.switch("other")
    story.git("-c", "core.hooksPath=/dev/null", "merge", "-q", "--squash", "main")
    story.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--no-edit")
    story.git("-c", "core.hooksPath=/dev/null", "cherry-pick", "topic~1")
    return {"app.py": (*APP, *GREY), "util.py": UTIL, "fig.py": FIG}


@operation("committed while the hooks were missing, then installed", heal=HEAL, without=HOOKLESS)
def hooks_missing(story: Story) -> Expected:
    """Agents reported all the time; `gitprov heal` makes the notes of commits that were made meanwhile."""
    hooks = story.repo.path / ".git/hooks"
    hooks.rename(hooks.with_name("hooks-gone"))
    story.agent("s3", "mango.py", MANGO)
    story.commit("Mango")
    story.agent("s1", "app.py", HEAD, APPLE, WINTER, OAK, PINE, PLUM, APP[16:])
    story.type("app.py", HEAD, APPLE, WINTER, OAK, PINE, PLUM, GREY, APP[16:])
    story.commit("Plum")
    hooks.with_name("hooks-gone").rename(hooks)
    return {"app.py": (*HEAD, *APPLE, *WINTER, *OAK, *PINE, *PLUM, *GREY, *APP[16:]), "mango.py": MANGO}


@operation("rewritten while the hooks were missing, work going on above", heal=HEAL, without=HOOKLESS)
def hooks_missing_amend(story: Story) -> Expected:
    """An amendment without hooks, and recorded commits above it."""
    story.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--amend", "-m", "Unhooked")
    story.agent("s3", "mango.py", MANGO)
    story.commit("Mango")
    return {"app.py": APP, "util.py": UTIL, "mango.py": MANGO}


@operation(
    "git filter-repo, paths moved", heal=HEAL, told=("--map", ".git/filter-repo/commit-map"), without=HOOKLESS
)
def filter_repo(story: Story) -> Expected:
    """Every commit made anew, with all files in a directory; filter-repo's own map of commits tells which is which."""
    if story.repo.git("filter-repo", "--version", check=False).returncode:
        pytest.skip("git filter-repo is not installed")
    story.git("filter-repo", "--force", "--quiet", "--to-subdirectory-filter", "inner", "--refs", "main")
    return {"inner/app.py": APP, "inner/util.py": UTIL}


@operation(
    "git filter-repo, messages changed",
    heal=HEAL,
    told=("--map", ".git/filter-repo/commit-map"),
    without=HOOKLESS,
)
def filter_repo_messages(story: Story) -> Expected:
    """The trailers go, the lines do not."""
    if story.repo.git("filter-repo", "--version", check=False).returncode:
        pytest.skip("git filter-repo is not installed")
    story.git("filter-repo", "--force", "--quiet", "--message-callback", "return b'Nothing to say'")
    return {"app.py": APP, "util.py": UTIL}


@operation("git filter-branch", heal=HEAL, without=HOOKLESS)
def filter_branch(story: Story) -> Expected:
    """The older tool, which keeps the old branch under `refs/original`."""
    story.env["FILTER_BRANCH_SQUELCH_WARNING"] = "1"
    story.git("filter-branch", "-f", "--msg-filter", "sed 1s/^/Re:/", "start..main")
    return {"app.py": APP, "util.py": UTIL}


@operation("git replace", without=HOOKLESS)
def replace(story: Story) -> Expected:
    """Lines of a commit that git shows as another one are `unknown`, all others stay."""
    new = story.git("commit-tree", "-p", "HEAD~1", "-m", "Better", "HEAD^{tree}")
    story.git("replace", "HEAD", new)
    return {"app.py": REPLACED, "util.py": retyped(UTIL)}


@operation("git replace, lines moved", without=HOOKLESS)
def replace_moved(story: Story) -> Expected:
    """A commit shown as one that has two lines more, above the model's: its line numbers hold for none of them."""
    mark = story.oid()
    story.type("util.py", GREY, FIG_TYPED, UTIL)
    story.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-a", "--amend", "-m", "Better")
    new = story.oid()
    story.git("reset", "-q", "--hard", mark)
    story.git("replace", mark, new)
    story.git("reset", "-q", "--hard")
    return {"util.py": (*GREY, *FIG_TYPED, *retyped(UTIL)), "app.py": REPLACED}


FIG_TYPED = retyped(FIG)
REPLACED = tuple(line._replace(cls="unknown", session=None) if line in LION else line for line in APP)


@operation("heal asked twice, nothing to heal", without=HOOKLESS)
def heal_harmless(story: Story) -> Expected:
    """`gitprov heal` in a clone where all is well changes no note."""
    before = story.oid("refs/notes/gitprov")
    story.heal()
    story.heal()
    assert story.oid("refs/notes/gitprov") == before
    return {"app.py": APP, "util.py": UTIL}
