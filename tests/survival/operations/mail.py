"""Patches by mail."""

from __future__ import annotations

from tests.survival.lines import retyped
from tests.survival.operations.rebase import GREY, PURPLE, WESTERN, other
from tests.survival.story import APP, APPLE, HEAD, LION, TAIL, UTIL, WINTER, Expected, Story
from tests.survival.table import FRAMED, operation


def mailed(story: Story, *which: str) -> list[str]:
    """Patch files of some commits; over to the branch `other`, which has another commit than main."""
    story.git("format-patch", "-q", "-o", "../mail", *which)
    story.switch("other")
    return [str(path) for path in sorted((story.repo.path.parent / "mail").iterdir())]


@operation("git format-patch, git am", heal=FRAMED)
def am(story: Story) -> Expected:
    """Three commits go by mail and are applied on another base, in a clone that has the originals."""
    other(story)
    patches = mailed(story, "start..main")
    story.begin()
    story.git("am", "-q", *patches)
    return {"app.py": (*APP, *GREY), "util.py": UTIL}


@operation("git am -3, conflict resolved by hand", heal=FRAMED, twin=True)
def am_conflict(story: Story) -> Expected:
    """What the resolution takes over stays the model's, what somebody types into it is nobody's."""
    other(story, HEAD[:3], WESTERN, WINTER, TAIL)
    patches = mailed(story, "start..main~2")
    story.begin()
    story.stops("am", "-q", "-3", *patches)
    story.type("app.py", HEAD[:3], WESTERN, APPLE, PURPLE, WINTER, TAIL)
    story.git("add", "app.py")
    story.goes_on("am")
    return {"app.py": (*HEAD[:3], *WESTERN, *APPLE, *PURPLE, *WINTER, *TAIL)}


@operation("git am --skip", heal=FRAMED, twin=True)
def am_skip(story: Story) -> Expected:
    """The skipped patch's lines are not there, the others are."""
    other(story)
    story.switch("main")
    story.git("branch", "aside", "other")
    story.type("util.py", UTIL, PURPLE)
    story.commit("Purple")
    patches = mailed(story, "start..main")
    story.begin()
    story.stops("am", "-q", patches[0], patches[3], patches[1], patches[2])
    story.goes_on("am", "--skip")
    return {"app.py": (*APP, *GREY), "util.py": UTIL}


@operation("git am --abort", twin=True)
def am_abort(story: Story) -> Expected:
    """All is as it was."""
    other(story, HEAD[:3], WESTERN, WINTER, TAIL)
    patches = mailed(story, "start..main~2")
    story.begin()
    story.stops("am", "-q", "-3", *patches)
    story.git("am", "--abort")
    return {"app.py": (*HEAD[:3], *WESTERN, *WINTER, *TAIL), "main:app.py": APP}


@operation("git diff, git apply --index, git commit")
def apply_patch(story: Story) -> Expected:
    """A patch without a message: git keeps nothing that tells it from what a person typed, so its lines are nobody's."""
    other(story)
    patch = story.git("diff", "--binary", "main~1", "main") + "\n"
    story.begin()
    story.git("switch", "-q", "other")
    story.git("cherry-pick", "main~2", "main~1")
    story.git("apply", "--index", input=patch)
    story.git("commit", "-q", "-m", "Applied")
    app = [retyped([line])[0] if line in LION else line for line in APP]
    return {"app.py": (*app, *GREY), "util.py": retyped(UTIL)}
