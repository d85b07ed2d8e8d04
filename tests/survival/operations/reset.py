"""Resetting."""

from __future__ import annotations

from tests.survival.lines import retyped
from tests.survival.operations.rebase import GREY, MANGO, PLUM, PURPLE
from tests.survival.story import APP, APPLE, HEAD, LION, OAK, PINE, TAIL, UTIL, WINTER, Expected, Story
from tests.survival.table import operation


@operation("git reset --soft, and commit again")
def reset_soft(story: Story) -> Expected:
    """Three commits become one, with every line's own session."""
    story.begin()
    story.git("reset", "-q", "--soft", "start")
    story.git("commit", "-q", "-m", "All at once")
    return {"app.py": APP, "util.py": UTIL}


@operation("git reset, and commit again")
def reset_mixed(story: Story) -> Expected:
    """The same by way of the work tree, with a line that somebody typed meanwhile."""
    story.begin()
    story.git("reset", "-q", "start")
    story.type("app.py", APP, PURPLE)
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "All at once")
    return {"app.py": (*APP, *PURPLE), "util.py": UTIL}


@operation("git reset, and commit again in parts")
def reset_in_parts(story: Story) -> Expected:
    """Three commits become three others, cut in other places."""
    story.begin()
    story.git("reset", "-q", "start")
    story.git("add", "util.py")
    story.git("commit", "-q", "-m", "Copper")
    story.stage("app.py", HEAD, APPLE[:2], WINTER, LION, TAIL)
    story.git("commit", "-q", "-m", "Models")
    story.git("commit", "-q", "-a", "-m", "The rest")
    return {"app.py": APP, "util.py": UTIL, "HEAD~1:app.py": (*HEAD, *APPLE[:2], *WINTER, *LION, *TAIL)}


@operation("git reset, an agent goes on, and commit again", twin=True)
def reset_and_agent(story: Story) -> Expected:
    """New lines of a session come beside old ones."""
    story.begin()
    story.git("reset", "-q", "HEAD~1")
    story.agent("s1", "util.py", PLUM, UTIL)
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Again")
    return {"app.py": APP, "util.py": (*PLUM, *UTIL)}


@operation("git reset --hard")
def reset_hard(story: Story) -> Expected:
    """What somebody then types is nobody's, though a line reads like one that was thrown away."""
    story.begin()
    story.git("reset", "-q", "--hard", "HEAD~1")
    story.type("app.py", HEAD, APPLE, WINTER, OAK, PINE, PURPLE, LION[1:2], TAIL)
    story.git("commit", "-q", "-a", "-m", "Typed")
    return {"app.py": (*HEAD, *APPLE, *WINTER, *OAK, *PINE, *PURPLE, *retyped(LION[1:2]), *TAIL)}


@operation("git reset --hard, uncommitted work")
def reset_hard_uncommitted(story: Story) -> Expected:
    """Lines that were thrown away stand in the way of nothing; what comes instead is what it is."""
    story.agent("s1", "util.py", UTIL, PLUM)
    story.begin()
    story.git("reset", "-q", "--hard")
    story.agent("s3", "util.py", UTIL, MANGO)
    story.type("util.py", UTIL, MANGO, GREY)
    story.git("commit", "-q", "-a", "-m", "Another way")
    return {"app.py": APP, "util.py": (*UTIL, *MANGO, *GREY)}


@operation("git reset --hard, and back", twin=True)
def reset_hard_and_back(story: Story) -> Expected:
    """A commit that was found again in the reflog has its note still."""
    story.begin()
    story.git("reset", "-q", "--hard", "start")
    story.git("reset", "-q", "--hard", "ORIG_HEAD")
    story.type("app.py", APP, GREY)
    story.git("commit", "-q", "-a", "-m", "Grey")
    return {"app.py": (*APP, *GREY), "util.py": UTIL}


@operation("git reset --soft, and the old message again (commit -C)", twin=True)
def reset_soft_reuse(story: Story) -> Expected:
    """The way in which scripts amend."""
    story.begin()
    story.git("reset", "-q", "--soft", "HEAD~1")
    story.git("commit", "-q", "-C", "ORIG_HEAD")
    return {"app.py": APP, "util.py": UTIL}
