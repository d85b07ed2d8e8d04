"""Amending."""

from __future__ import annotations

from tests.survival.lines import ai, edited, retyped, unknown
from tests.survival.story import APP, APPLE, HEAD, LION, OAK, PINE, TAIL, UTIL, WINTER, Expected, Story
from tests.survival.table import operation

PLUM = ai("s1", "plum peach")
GREY = unknown("grey")


@operation("git commit --amend --no-edit")
def amend(story: Story) -> Expected:
    """Nothing changed but the commit's id: all lines keep what is known of them."""
    story.begin()
    story.git("commit", "-q", "--amend", "--no-edit")
    return {"app.py": APP, "util.py": UTIL}


@operation("git commit --amend, with changes")
def amend_with_changes(story: Story) -> Expected:
    """A model's new line and a person's new line come in, a reworded line is `edited`, the rest stays."""
    story.begin()
    lion = (*edited(LION[:1]), *LION[1:])
    story.agent("s1", "app.py", HEAD, APPLE, WINTER, OAK, PINE, LION, PLUM, TAIL)
    story.type("app.py", HEAD, APPLE, WINTER, OAK, PINE, lion, PLUM, TAIL, GREY)
    story.git("commit", "-q", "-a", "--amend", "--no-edit")
    return {"app.py": (*HEAD, *APPLE, *WINTER, *OAK, *PINE, *lion, *PLUM, *TAIL, *GREY), "util.py": UTIL}


@operation("git commit --amend -m")
def amend_message(story: Story) -> Expected:
    """A new message without trailers takes nothing away."""
    story.begin()
    story.git("commit", "-q", "--amend", "-m", "In other words")
    return {"app.py": APP, "util.py": UTIL}


@operation("git commit --amend -n")
def amend_no_verify(story: Story) -> Expected:
    """Without the gates, lines follow all the same, and new ones are recorded."""
    story.begin()
    story.agent("s1", "util.py", UTIL, PLUM)
    story.git("commit", "-q", "-n", "-a", "--amend", "-m", "No gate")
    return {"app.py": APP, "util.py": (*UTIL, *PLUM)}


@operation("git commit --amend, a line taken out", twin=True)
def amend_takes_out(story: Story) -> Expected:
    """A line that the amendment removes and somebody types later is not the model's."""
    story.begin()
    story.type("util.py", UTIL[1:])
    story.git("commit", "-q", "-a", "--amend", "--no-edit")
    story.type("util.py", UTIL)
    story.git("commit", "-q", "-a", "-m", "Typed again")
    return {"app.py": APP, "util.py": (*retyped(UTIL[:1]), *UTIL[1:])}
