"""Merging."""

from __future__ import annotations

from tests.survival.lines import ai
from tests.survival.operations.rebase import CORK, FIG, GREY, MANGO, PLUM, PURPLE, WESTERN, other, topic
from tests.survival.story import APP, APPLE, HEAD, LION, OAK, PINE, TAIL, UTIL, WINTER, Expected, Story
from tests.survival.table import operation

REST = (*WINTER, *OAK, *PINE, *LION, *TAIL)


@operation("git merge, fast-forward", twin=True)
def merge_fast_forward(story: Story) -> Expected:
    """No new commit, nothing to know."""
    topic(story)
    story.switch("main")
    story.begin()
    story.git("merge", "-q", "--ff-only", "topic")
    return {"app.py": APP, "fig.py": FIG, "cork.py": CORK}


@operation("git merge, clean")
def merge_clean(story: Story) -> Expected:
    """Both sides keep their lines; the merge adds none and gets no note of its own."""
    other(story)
    story.switch("other")
    story.begin()
    story.git("merge", "-q", "--no-edit", "main")
    assert story.repo.note() == []
    return {"app.py": (*APP, *GREY), "util.py": UTIL}


@operation("git merge, conflict resolved by hand")
def merge_conflict_by_hand(story: Story) -> Expected:
    """Lines of both sides stay theirs; only what the resolution adds is new, and nobody's."""
    other(story, HEAD[:3], WESTERN, WINTER, TAIL)
    story.begin()
    story.stops("merge", "-q", "other")
    story.type("app.py", HEAD[:3], WESTERN, APPLE, PURPLE, REST)
    story.git("commit", "-q", "-a", "--no-edit")
    assert story.repo.note() == []
    return {"app.py": (*HEAD[:3], *WESTERN, *APPLE, *PURPLE, *REST), "util.py": UTIL}


@operation("git merge, conflict resolved by an agent")
def merge_conflict_by_agent(story: Story) -> Expected:
    """The merge's note speaks of the lines of the resolution, and of nothing else."""
    other(story, HEAD[:3], WESTERN, WINTER, TAIL)
    story.begin()
    story.stops("merge", "-q", "other")
    story.agent("s3", "app.py", HEAD[:3], WESTERN, APPLE, MANGO, REST)
    story.git("add", "app.py")
    story.goes_on("merge")
    [row] = story.repo.traces()
    assert row["files"] == {"app.py": {"ai": "9-10"}}
    return {"app.py": (*HEAD[:3], *WESTERN, *APPLE, *MANGO, *REST), "util.py": UTIL}


@operation("git merge --abort", twin=True)
def merge_abort(story: Story) -> Expected:
    """All is as it was, and the next commit is recorded as ever."""
    other(story, HEAD[:3], WESTERN, WINTER, TAIL)
    story.begin()
    story.stops("merge", "-q", "other")
    story.git("merge", "--abort")
    story.agent("s1", "util.py", UTIL, PLUM)
    story.git("commit", "-q", "-a", "-m", "Plum")
    return {"app.py": APP, "util.py": (*UTIL, *PLUM)}


@operation("git merge --no-commit, an agent adds lines, git commit", twin=True)
def merge_no_commit(story: Story) -> Expected:
    """What was added before the merge was committed is the merge's own."""
    other(story)
    story.begin()
    story.git("merge", "-q", "--no-commit", "other")
    story.agent("s3", "mango.py", MANGO)
    story.git("add", "mango.py")
    story.git("commit", "-q", "--no-edit")
    return {"app.py": (*APP, *GREY), "util.py": UTIL, "mango.py": MANGO}


@operation("git merge of three branches (octopus)")
def merge_octopus(story: Story) -> Expected:
    """Lines of all sides stay theirs."""
    story.branch("left")
    story.agent("s1", "fig.py", FIG)
    story.commit("Fig")
    story.branch("right", "main")
    story.agent("s2", "cork.py", CORK)
    story.commit("Cork")
    story.switch("main")
    story.agent("s3", "mango.py", MANGO)
    story.commit("Mango")
    story.begin()
    story.git("merge", "-q", "--no-edit", "left", "right")
    assert len(story.git("log", "-1", "--format=%P").split()) == 3
    return {"app.py": APP, "util.py": UTIL, "fig.py": FIG, "cork.py": CORK, "mango.py": MANGO}


@operation("git merge --squash")
def merge_squash(story: Story) -> Expected:
    """A branch of two sessions and a person becomes one commit on another base."""
    other(story)
    story.switch("other")
    story.begin()
    story.git("merge", "-q", "--squash", "main")
    story.git("commit", "-q", "--no-edit")
    return {"app.py": (*APP, *GREY), "util.py": UTIL}


@operation("git merge --squash, changed before the commit", twin=True)
def merge_squash_changed(story: Story) -> Expected:
    """A line taken out, one typed, a message of one's own, an agent's line: each is what it is."""
    other(story)
    story.switch("other")
    story.begin()
    story.git("merge", "-q", "--squash", "main")
    story.agent("s3", "app.py", HEAD, APPLE[1:], MANGO, WINTER, OAK, PINE, LION, TAIL, GREY)
    story.type("app.py", HEAD, APPLE[1:], MANGO, WINTER, OAK, PINE, LION, TAIL, PURPLE, GREY)
    story.git("commit", "-q", "-a", "-m", "All of it")
    app = (*HEAD, *APPLE[1:], *MANGO, *WINTER, *OAK, *PINE, *LION, *TAIL, *PURPLE, *GREY)
    return {"app.py": app, "util.py": UTIL}


@operation("git merge --squash, conflict resolved by hand", twin=True)
def merge_squash_conflict(story: Story) -> Expected:
    """What the resolution takes over stays the model's."""
    other(story, HEAD[:3], WESTERN, WINTER, TAIL)
    story.switch("other")
    story.begin()
    story.stops("merge", "-q", "--squash", "main")
    story.type("app.py", HEAD[:3], WESTERN, APPLE, PURPLE, REST)
    story.git("add", "-A")
    story.git("commit", "-q", "--no-edit")
    return {"app.py": (*HEAD[:3], *WESTERN, *APPLE, *PURPLE, *REST), "util.py": UTIL}


@operation("git merge, both sides by the same session", twin=True)
def merge_same_session(story: Story) -> Expected:
    """One session worked on two branches; the merge mixes nothing up."""
    story.branch("left", "main~2")
    story.agent("s1", "app.py", ai("s1", "kiwi lime"), HEAD, APPLE, WINTER, TAIL)
    story.commit("Kiwi")
    story.switch("main")
    story.begin()
    story.git("merge", "-q", "--no-edit", "left")
    return {"app.py": (*ai("s1", "kiwi lime"), *APP), "util.py": UTIL}
