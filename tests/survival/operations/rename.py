"""Renaming."""

from __future__ import annotations

from tests.survival.lines import ai
from tests.survival.operations.rebase import CORK, FIG, GREY, MANGO, PLUM, other, topic
from tests.survival.story import APP, APPLE, HEAD, TAIL, UTIL, WINTER, Expected, Story
from tests.survival.table import operation

BIRDS = ai("s1", "raven robin finch swift heron")


@operation("git mv")
def rename(story: Story) -> Expected:
    """Blame follows the file to its new name."""
    story.begin()
    story.git("mv", "app.py", "application.py")
    story.git("commit", "-q", "-m", "Renamed")
    return {"application.py": APP, "util.py": UTIL}


@operation("git mv, with edits in the same commit")
def rename_with_edits(story: Story) -> Expected:
    """Edits by an agent and by somebody under the new name come beside the old lines."""
    story.begin()
    story.git("mv", "app.py", "application.py")
    story.agent("s3", "application.py", APP, MANGO)
    story.type("application.py", GREY, APP, MANGO)
    story.git("commit", "-q", "-a", "-m", "Renamed")
    return {"application.py": (*GREY, *APP, *MANGO)}


@operation("git mv of uncommitted work")
def rename_pending(story: Story) -> Expected:
    """What was recorded under the first name is found under the second."""
    story.agent("s3", "mango.py", MANGO)
    story.git("add", "mango.py")
    story.begin()
    story.git("mv", "mango.py", "fruit.py")
    story.git("commit", "-q", "-m", "Fruit")
    return {"fruit.py": MANGO}


@operation("git mv of a directory", twin=True)
def rename_directory(story: Story) -> Expected:
    """All files below it keep their lines."""
    story.agent("s1", "old/fig.py", BIRDS)
    story.agent("s2", "old/deep/cork.py", CORK)
    story.commit("Old")
    story.begin()
    story.git("mv", "old", "new")
    story.agent("s3", "new/fig.py", BIRDS, MANGO)
    story.git("commit", "-q", "-a", "-m", "New")
    return {"new/fig.py": (*BIRDS, *MANGO), "new/deep/cork.py": CORK}


@operation("git rebase over a rename", twin=True)
def rename_upstream(story: Story) -> Expected:
    """The file has another name on the other base; commits that are rebased onto it follow."""
    story.branch("other", "start")
    story.git("mv", "app.py", "application.py")
    story.git("commit", "-q", "-m", "Renamed")
    story.switch("main")
    story.begin()
    story.git("rebase", "-q", "other")
    return {"application.py": APP, "util.py": UTIL}


@operation("git cherry-pick over a rename", twin=True)
def rename_pick(story: Story) -> Expected:
    """A commit repeated in a file of another name."""
    story.branch("other", "start")
    story.git("mv", "app.py", "application.py")
    story.git("commit", "-q", "-m", "Renamed")
    story.begin()
    story.git("cherry-pick", "main~2")
    return {"application.py": (*HEAD, *APPLE, *WINTER, *TAIL)}


@operation("git merge of a rename and an edit", twin=True)
def rename_merge(story: Story) -> Expected:
    """One side renames the file, the other one's model edits it."""
    story.branch("other")
    story.git("mv", "app.py", "application.py")
    story.git("commit", "-q", "-m", "Renamed")
    story.switch("main")
    story.agent("s3", "app.py", APP, MANGO)
    story.commit("Mango")
    story.begin()
    story.git("merge", "-q", "--no-edit", "other")
    return {"application.py": (*APP, *MANGO)}


@operation("git merge --squash of a branch that renames", twin=True)
def rename_squash(story: Story) -> Expected:
    """Renamed and edited on a branch, squashed onto another base."""
    topic(story)
    story.git("mv", "app.py", "application.py")
    story.agent("s3", "application.py", MANGO, APP)
    story.commit("Renamed")
    other(story)
    story.switch("other")
    story.begin()
    story.git("merge", "-q", "--squash", "topic")
    story.git("commit", "-q", "-m", "Squashed")
    return {"application.py": (*MANGO, *APP, *GREY), "fig.py": FIG, "cork.py": CORK}


@operation("git commit --amend, that renames", twin=True)
def rename_amend(story: Story) -> Expected:
    """The amended commit's lines move to the new name."""
    story.agent("s1", "util.py", UTIL, PLUM)
    story.commit("Plum")
    story.begin()
    story.git("mv", "util.py", "tool.py")
    story.git("commit", "-q", "--amend", "--no-edit")
    return {"tool.py": (*UTIL, *PLUM), "app.py": APP}
