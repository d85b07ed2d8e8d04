"""Work trees, branches and files."""

from __future__ import annotations

from tests.survival.lines import retyped
from tests.survival.operations.rebase import CORK, FIG, GREY, MANGO, PLUM, topic
from tests.survival.operations.stash import MORE, dirty
from tests.survival.story import APP, LION, UTIL, Expected, Story
from tests.survival.table import ROUTES, UNSHARED, operation

OWN = {"colleague": UNSHARED}


@operation("git switch with a dirty work tree", without=OWN)
def switch_dirty(story: Story) -> Expected:
    """Uncommitted lines go over to the other branch and are recorded there."""
    story.git("branch", "second")
    dirty(story)
    story.begin()
    story.git("switch", "-q", "second")
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "There")
    return {"app.py": MORE, "plum.py": PLUM, "main:app.py": APP}


@operation("git checkout --detach, git switch -c afterwards", twin=True, without=OWN)
def detached(story: Story) -> Expected:
    """A commit made on no branch, which gets its branch later."""
    story.begin()
    story.git("checkout", "-q", "--detach")
    dirty(story)
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Nowhere")
    story.git("switch", "-q", "-c", "somewhere")
    return {"app.py": MORE, "plum.py": PLUM}


@operation("git checkout -- FILE, and the same typed again", without=OWN)
def checkout_file(story: Story) -> Expected:
    """What was thrown away and typed again is not the model's; what was kept in another file is."""
    story.agent("s3", "app.py", MORE)
    story.agent("s1", "util.py", UTIL, PLUM)
    story.begin()
    story.git("checkout", "-q", "--", "app.py")
    story.type("app.py", *(APP[:-5], retyped(MANGO), APP[-5:]))
    story.git("commit", "-q", "-a", "-m", "Typed")
    return {"app.py": (*APP[:-5], *retyped(MANGO), *APP[-5:]), "util.py": (*UTIL, *PLUM)}


@operation("git restore FILE, and the same typed again", twin=True, without=OWN)
def restore_file(story: Story) -> Expected:
    """The newer word for the same."""
    story.agent("s3", "util.py", MANGO, UTIL)
    story.begin()
    story.git("restore", "util.py")
    story.type("util.py", retyped(MANGO), UTIL)
    story.git("commit", "-q", "-a", "-m", "Typed")
    return {"util.py": (*retyped(MANGO), *UTIL)}


@operation("git checkout COMMIT -- FILE", heal=ROUTES)
def checkout_from_commit(story: Story) -> Expected:
    """An agent's file that was deleted and is taken out of an earlier commit is the model's again."""
    story.git("rm", "-q", "util.py")
    story.git("commit", "-q", "-m", "Gone")
    story.begin()
    story.git("checkout", "-q", "HEAD~1", "--", "util.py")
    story.git("commit", "-q", "-m", "There again")
    return {"util.py": UTIL, "app.py": APP}


@operation("git restore --source COMMIT FILE", twin=True, heal=ROUTES)
def restore_from_commit(story: Story) -> Expected:
    """Lines of several sessions and people that a file had, in a commit beside those of another session."""
    story.type("app.py", APP[:4], APP[-5:])
    story.commit("Short")
    story.begin()
    story.git("restore", "--source", "HEAD~1", "app.py")
    story.agent("s3", "plum.py", PLUM)
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Long again")
    plum = tuple(line._replace(session="s3") for line in PLUM)
    return {"app.py": APP, "plum.py": plum, "util.py": UTIL}


@operation("git restore --staged", without=OWN)
def restore_staged(story: Story) -> Expected:
    """Unstaged lines wait for their commit and are recorded in it."""
    dirty(story)
    story.begin()
    story.git("add", "-A")
    story.git("restore", "--staged", "app.py")
    story.git("commit", "-q", "-m", "Plum")
    story.git("commit", "-q", "-a", "-m", "Mango")
    return {"HEAD~1:app.py": APP, "app.py": MORE, "plum.py": PLUM}


@operation("git add -p", without=OWN, twin=True)
def add_patch(story: Story) -> Expected:
    """Half of a model's lines in one commit, the other half in the next."""
    story.agent("s3", "app.py", FIG, APP, MANGO)
    story.begin()
    story.git("add", "-p", input="y\nn\n")
    story.git("commit", "-q", "-m", "Half")
    story.git("commit", "-q", "-a", "-m", "Rest")
    fig = tuple(line._replace(session="s3") for line in FIG)
    return {"HEAD~1:app.py": (*fig, *APP), "app.py": (*fig, *APP, *MANGO)}


@operation("git rm, and the same typed again", twin=True)
def removed_and_typed(story: Story) -> Expected:
    """A committed line that was deleted and is typed again in another place is not the model's."""
    story.type("app.py", *(line for line in (APP[:16], APP[20:])))
    story.commit("Without the lion")
    story.begin()
    story.type("app.py", retyped(LION[:1]), APP[:16], APP[20:])
    story.git("commit", "-q", "-a", "-m", "Typed")
    return {"app.py": (*retyped(LION[:1]), *APP[:16], *APP[20:])}


@operation("git worktree: commits in a linked work tree", without=OWN)
def worktree(story: Story) -> Expected:
    """Two work trees have an inbox each; what is committed in one is known in the other."""
    linked = story.linked("topic")
    dirty(story)
    linked.agent("s2", "cork.py", CORK)
    story.begin()
    linked.git("add", "-A")
    linked.git("commit", "-q", "-m", "Cork")
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Here")
    return {"topic:cork.py": CORK, "topic:app.py": APP, "app.py": MORE, "plum.py": PLUM}


@operation("git rebase in a linked work tree", twin=True)
def worktree_rebase(story: Story) -> Expected:
    """Rewriting goes on in one work tree while another one is full of uncommitted work."""
    linked = story.linked("topic")
    linked.agent("s2", "cork.py", CORK)
    linked.commit("Cork")
    story.type("util.py", UTIL, GREY)
    story.commit("Grey")
    dirty(story)
    story.begin()
    linked.git("rebase", "-q", "main")
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Here")
    return {"topic:cork.py": CORK, "topic:util.py": (*UTIL, *GREY), "app.py": MORE, "plum.py": PLUM}


@operation("git cherry-pick from a linked work tree", twin=True)
def worktree_pick(story: Story) -> Expected:
    """A commit made in one work tree, repeated in another, and the first one removed."""
    linked = story.linked("topic")
    linked.agent("s2", "cork.py", CORK)
    linked.commit("Cork")
    story.begin()
    story.git("cherry-pick", "topic")
    story.git("worktree", "remove", "--force", str(linked.repo.path))
    return {"cork.py": CORK, "app.py": APP}


@operation("git branch -D, and the branch from the reflog again", twin=True)
def branch_deleted(story: Story) -> Expected:
    """A branch that was deleted and found again has its notes still."""
    topic(story)
    tip = story.oid()
    story.switch("main")
    story.begin()
    story.git("branch", "-q", "-D", "topic")
    story.git("switch", "-q", "-c", "again", tip)
    return {"fig.py": FIG, "cork.py": CORK}
