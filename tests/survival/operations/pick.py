"""Cherry-picking."""

from __future__ import annotations

from tests.survival.lines import ai, unknown
from tests.survival.operations.rebase import CORK, FIG, GREY, PURPLE, WESTERN, other, topic
from tests.survival.story import APP, APPLE, HEAD, TAIL, UTIL, WINTER, Expected, Story
from tests.survival.table import operation

MANGO = ai("s3", "mango melon")


@operation("git cherry-pick")
def cherry_pick(story: Story) -> Expected:
    """One commit repeated on another base, below lines that the source did not have."""
    other(story, GREY, HEAD, WINTER, TAIL)
    story.switch("other")
    story.begin()
    story.git("cherry-pick", "main~2")
    return {"app.py": (*GREY, *HEAD, *APPLE, *WINTER, *TAIL)}


@operation("git cherry-pick A..B")
def cherry_pick_range(story: Story) -> Expected:
    """Several commits of two sessions and a person."""
    other(story)
    story.switch("other")
    story.begin()
    story.git("cherry-pick", "start..main")
    return {"app.py": (*APP, *GREY), "util.py": UTIL}


@operation("git cherry-pick -x", twin=True)
def cherry_pick_x(story: Story) -> Expected:
    """With git's line about the source in the message."""
    other(story)
    story.switch("other")
    story.begin()
    story.git("cherry-pick", "-x", "main~2")
    return {"app.py": (*HEAD, *APPLE, *WINTER, *TAIL, *GREY)}


@operation("git cherry-pick -n")
def cherry_pick_no_commit(story: Story) -> Expected:
    """One commit applied and committed by hand, together with a line that somebody typed."""
    other(story)
    story.switch("other")
    story.begin()
    story.git("cherry-pick", "-n", "main~2")
    story.type("app.py", HEAD, APPLE, WINTER, TAIL, GREY, PURPLE)
    story.git("commit", "-q", "-a", "-m", "Picked by hand")
    return {"app.py": (*HEAD, *APPLE, *WINTER, *TAIL, *GREY, *PURPLE)}


@operation("git cherry-pick -n, of several")
def cherry_pick_several_no_commit(story: Story) -> Expected:
    """Git names none of them; they are found by their hunks."""
    topic(story)
    other(story)
    story.switch("other")
    story.begin()
    story.git("cherry-pick", "-n", "topic~1", "topic")
    story.git("commit", "-q", "-m", "Picked by hand")
    return {"app.py": (*HEAD, *WINTER, *TAIL, *GREY), "fig.py": FIG, "cork.py": CORK}


@operation("git cherry-pick, conflict resolved by hand")
def cherry_pick_conflict(story: Story) -> Expected:
    """What the resolution takes over stays the model's, what somebody types into it is nobody's."""
    other(story, HEAD[:3], WESTERN, WINTER, TAIL)
    story.switch("other")
    story.begin()
    story.stops("cherry-pick", "main~2")
    story.type("app.py", HEAD[:3], WESTERN, APPLE, PURPLE, WINTER, TAIL)
    story.git("add", "app.py")
    story.goes_on("cherry-pick")
    return {"app.py": (*HEAD[:3], *WESTERN, *APPLE, *PURPLE, *WINTER, *TAIL)}


@operation("git cherry-pick, conflict resolved by an agent and git commit", twin=True)
def cherry_pick_conflict_agent(story: Story) -> Expected:
    """The agent has what it adds; what it takes over keeps its own session."""
    other(story, HEAD[:3], WESTERN, WINTER, TAIL)
    story.switch("other")
    story.begin()
    story.stops("cherry-pick", "main~2")
    story.agent("s3", "app.py", HEAD[:3], WESTERN, APPLE, MANGO, WINTER, TAIL)
    story.git("commit", "-q", "-a", "--no-edit")
    return {"app.py": (*HEAD[:3], *WESTERN, *APPLE, *MANGO, *WINTER, *TAIL)}


@operation("git cherry-pick --abort")
def cherry_pick_abort(story: Story) -> Expected:
    """Nothing came; what somebody then types is nobody's."""
    other(story, HEAD[:3], WESTERN, WINTER, TAIL)
    story.switch("other")
    story.begin()
    story.stops("cherry-pick", "main~2")
    story.git("cherry-pick", "--abort")
    story.type("app.py", HEAD[:3], WESTERN, unknown("apple banana cherry damson"), WINTER, TAIL)
    story.git("commit", "-q", "-a", "-m", "Typed")
    return {"app.py": (*HEAD[:3], *WESTERN, *unknown("apple banana cherry damson"), *WINTER, *TAIL)}


@operation("git cherry-pick -m 1 of a merge", twin=True)
def cherry_pick_merge(story: Story) -> Expected:
    """All that a merge brought in comes in one commit; its lines are from other commits and keep their sessions."""
    topic(story)
    story.switch("main")
    story.git("merge", "-q", "--no-ff", "--no-edit", "topic")
    other(story)
    story.switch("other")
    story.begin()
    story.git("cherry-pick", "-m", "1", "main")
    return {"app.py": (*HEAD, *WINTER, *TAIL, *GREY), "fig.py": FIG, "cork.py": CORK}


@operation("git cherry-pick, then --amend", twin=True)
def cherry_pick_amend(story: Story) -> Expected:
    """A pick that is amended by an agent has both."""
    other(story)
    story.switch("other")
    story.begin()
    story.git("cherry-pick", "main~2")
    story.agent("s3", "mango.py", MANGO)
    story.git("add", "mango.py")
    story.git("commit", "-q", "--amend", "--no-edit")
    return {"app.py": (*HEAD, *APPLE, *WINTER, *TAIL, *GREY), "mango.py": MANGO}


@operation("git cherry-pick of lines that came in another commit", twin=True)
def cherry_pick_partly_there(story: Story) -> Expected:
    """A line that the target had already stays what it was there."""
    other(story, HEAD, unknown("apple"), WINTER, TAIL)
    story.switch("other")
    story.begin()
    story.stops("cherry-pick", "main~2")
    story.type("app.py", HEAD, unknown("apple"), APPLE[1:], WINTER, TAIL)
    story.git("add", "app.py")
    story.goes_on("cherry-pick")
    return {"app.py": (*HEAD, *unknown("apple"), *APPLE[1:], *WINTER, *TAIL)}
