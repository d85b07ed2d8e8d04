"""Reverting."""

from __future__ import annotations

from tests.survival.operations.rebase import GREY, PLUM, PURPLE
from tests.survival.story import APP, APPLE, HEAD, LION, OAK, PINE, TAIL, UTIL, WINTER, Expected, Story
from tests.survival.table import operation

WITHOUT_APPLE = (*HEAD, *WINTER, *OAK, *PINE, *LION, *TAIL)


@operation("git revert")
def revert(story: Story) -> Expected:
    """The model's lines are gone, all others are what they were."""
    story.begin()
    story.git("revert", "--no-edit", "HEAD~2")
    return {"app.py": WITHOUT_APPLE, "util.py": UTIL}


@operation("git revert of a revert")
def revert_of_revert(story: Story) -> Expected:
    """Lines that come back get their trace back."""
    story.git("revert", "--no-edit", "HEAD~2")
    story.begin()
    story.git("revert", "--no-edit", "HEAD")
    return {"app.py": APP, "util.py": UTIL}


@operation("git revert of a commit that took lines out")
def revert_restores(story: Story) -> Expected:
    """Lines of a model and of a person that somebody deleted come back as theirs."""
    story.type("app.py", HEAD, WINTER, PINE, LION, TAIL)
    story.commit("Shorter")
    story.type("app.py", HEAD, WINTER, PINE, LION, TAIL, GREY)
    story.commit("Grey")
    story.begin()
    story.git("revert", "--no-edit", "HEAD~1")
    return {"app.py": (*APP, *GREY), "util.py": UTIL}


@operation("git revert -n")
def revert_no_commit(story: Story) -> Expected:
    """Reverted, changed and committed by hand."""
    story.type("app.py", WITHOUT_APPLE)
    story.commit("Shorter")
    story.begin()
    story.git("revert", "-n", "HEAD")
    story.type("app.py", APP, PURPLE)
    story.git("commit", "-q", "-a", "-m", "Back, and more")
    return {"app.py": (*APP, *PURPLE), "util.py": UTIL}


@operation("git revert, conflict resolved by hand")
def revert_conflict(story: Story) -> Expected:
    """Restored lines get their trace back, what somebody types into the resolution is nobody's."""
    story.type("app.py", WITHOUT_APPLE)
    story.commit("Shorter")
    story.type("app.py", HEAD, GREY, WINTER, OAK, PINE, LION, TAIL)
    story.commit("Grey")
    story.begin()
    story.stops("revert", "--no-edit", "HEAD~1")
    story.type("app.py", HEAD, APPLE, GREY, PURPLE, WINTER, OAK, PINE, LION, TAIL)
    story.git("add", "app.py")
    story.goes_on("revert")
    return {"app.py": (*HEAD, *APPLE, *GREY, *PURPLE, *WINTER, *OAK, *PINE, *LION, *TAIL), "util.py": UTIL}


@operation("git revert A..B", twin=True)
def revert_range(story: Story) -> Expected:
    """Several reverts at once, and all of them reverted again."""
    story.git("revert", "--no-edit", "start..HEAD")
    story.begin()
    story.git("revert", "--no-edit", "HEAD~3..HEAD")
    return {"app.py": APP, "util.py": UTIL}


@operation("git revert -m 1 of a merge, and its revert", twin=True)
def revert_merge(story: Story) -> Expected:
    """What a merge brought in goes and comes back with its session."""
    story.branch("topic")
    story.agent("s1", "util.py", UTIL, PLUM)
    story.commit("Plum")
    story.switch("main")
    story.git("merge", "-q", "--no-ff", "--no-edit", "topic")
    story.git("revert", "--no-edit", "-m", "1", "HEAD")
    story.begin()
    story.git("revert", "--no-edit", "HEAD")
    return {"app.py": APP, "util.py": (*UTIL, *PLUM)}
