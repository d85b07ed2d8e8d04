"""Stashing."""

from __future__ import annotations

from tests.survival.lines import retyped
from tests.survival.operations.rebase import GREY, MANGO, PLUM, PURPLE, other
from tests.survival.story import APP, APPLE, HEAD, LION, OAK, PINE, TAIL, UTIL, WINTER, Expected, Story
from tests.survival.table import FRAMED, UNSHARED, operation

OURS = ("native", *FRAMED)
OWN = {"colleague": UNSHARED}

MORE = (*HEAD, *APPLE, *WINTER, *OAK, *PINE, *LION, *MANGO, *TAIL)


def dirty(story: Story) -> None:
    """Uncommitted lines of two sessions, in two files, one of them new."""
    story.agent("s3", "app.py", MORE)
    story.agent("s1", "plum.py", PLUM)


@operation("git stash, another commit, git stash pop", without=OWN)
def stash_pop(story: Story) -> Expected:
    """What was put aside and taken out again is recorded as if it had never been away."""
    dirty(story)
    story.begin()
    story.git("stash", "push", "-q", "-u")
    story.type("util.py", UTIL, GREY)
    story.git("commit", "-q", "-a", "-m", "Grey")
    story.git("stash", "pop", "-q")
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Popped")
    return {"app.py": MORE, "plum.py": PLUM, "util.py": (*UTIL, *GREY)}


@operation("git stash, a commit of the same file, git stash pop", twin=True, without=OWN)
def stash_pop_same_file(story: Story) -> Expected:
    """A commit in between, without the stashed lines, does not count them as thrown away."""
    dirty(story)
    story.begin()
    story.git("stash", "push", "-q", "-u")
    story.type("app.py", APP, GREY)
    story.git("commit", "-q", "-a", "-m", "Grey")
    story.git("stash", "pop", "-q")
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Popped")
    return {"app.py": (*MORE, *GREY), "plum.py": PLUM}


@operation("git stash apply, twice", without=OWN, twin=True)
def stash_apply(story: Story) -> Expected:
    """The same lines applied on a second branch are nobody's there: a commit holds them already, and who types them again
    makes the same change.
    """
    story.git("branch", "second")
    dirty(story)
    story.begin()
    story.git("stash", "push", "-q", "-u")
    story.git("stash", "apply", "-q")
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "First")
    story.switch("second")
    story.git("stash", "apply", "-q")
    story.type("util.py", UTIL, GREY)
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Second")
    return {
        "main:app.py": MORE,
        "main:plum.py": PLUM,
        "app.py": tuple(retyped([line])[0] if line in MANGO else line for line in MORE),
        "plum.py": retyped(PLUM),
        "util.py": (*UTIL, *GREY),
    }


@operation("git stash pop --index", without=OWN)
def stash_pop_index(story: Story) -> Expected:
    """What was staged comes back staged, and the commit of that half leaves the other one pending."""
    dirty(story)
    story.begin()
    story.git("add", "app.py")
    story.git("stash", "push", "-q", "-u")
    story.git("stash", "pop", "-q", "--index")
    story.git("commit", "-q", "-m", "Staged")
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Rest")
    return {"HEAD~1:app.py": MORE, "app.py": MORE, "plum.py": PLUM}


@operation("git stash branch", without=OWN, twin=True)
def stash_branch(story: Story) -> Expected:
    """The stash becomes a branch where it was made."""
    dirty(story)
    story.begin()
    story.git("stash", "push", "-q", "-u")
    story.type("app.py", APP, GREY)
    story.git("commit", "-q", "-a", "-m", "Grey")
    story.git("stash", "branch", "rescued")
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Rescued")
    return {"app.py": MORE, "plum.py": PLUM, "main:app.py": (*APP, *GREY)}


@operation("git stash push -- PATH", without=OWN, twin=True)
def stash_pathspec(story: Story) -> Expected:
    """One file is put aside, the other committed; later the first."""
    dirty(story)
    story.begin()
    story.git("stash", "push", "-q", "--", "app.py")
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Plum")
    story.git("stash", "pop", "-q")
    story.git("commit", "-q", "-a", "-m", "Mango")
    return {"app.py": MORE, "plum.py": PLUM}


@operation("git stash --keep-index", without=OWN)
def stash_keep_index(story: Story) -> Expected:
    """Staged lines are committed while the others are aside."""
    story.agent("s3", "app.py", MORE)
    story.git("add", "app.py")
    story.agent("s1", "app.py", MORE, PLUM)
    story.begin()
    story.git("stash", "push", "-q", "--keep-index")
    story.git("commit", "-q", "-m", "Mango")
    story.git("checkout", "-q", "stash@{0}", "--", "app.py")
    story.git("commit", "-q", "-m", "Plum")
    return {"HEAD~1:app.py": MORE, "app.py": (*MORE, *PLUM)}


@operation("git stash pop onto another base", without=OWN)
def stash_pop_elsewhere(story: Story) -> Expected:
    """The lines arrive in a file that is a different one, and are still the model's."""
    story.branch("other", "start")
    story.type("app.py", PURPLE, HEAD, WINTER, TAIL)
    story.commit("Other")
    story.switch("main")
    story.agent("s3", "app.py", MANGO, APP)
    story.git("switch", "-q", "-c", "third", "start", check=False)
    story.git("stash", "push", "-q")
    story.begin()
    story.git("switch", "-q", "other")
    story.stops("stash", "pop", "-q")
    story.type("app.py", PURPLE, MANGO, HEAD, WINTER, TAIL)
    story.git("commit", "-q", "-a", "-m", "Popped")
    return {"app.py": (*PURPLE, *MANGO, *HEAD, *WINTER, *TAIL)}


@operation("git stash drop", twin=True, without=OWN)
def stash_drop(story: Story) -> Expected:
    """Dropped work stands in the way of nothing; new work is recorded."""
    dirty(story)
    story.begin()
    story.git("stash", "push", "-q", "-u")
    story.git("stash", "drop", "-q")
    story.agent("s1", "util.py", UTIL, PLUM)
    story.git("commit", "-q", "-a", "-m", "Plum")
    return {"app.py": APP, "util.py": (*UTIL, *PLUM)}


@operation("git rebase --autostash", twin=True, without=OWN)
def rebase_autostash(story: Story) -> Expected:
    """Uncommitted lines of two files go aside for the rebase and come back."""
    other(story)
    story.agent("s3", "util.py", UTIL, MANGO)
    story.begin()
    story.git("rebase", "-q", "--autostash", "other")
    story.git("commit", "-q", "-a", "-m", "Mango")
    return {"app.py": (*APP, *GREY), "util.py": (*UTIL, *MANGO)}
