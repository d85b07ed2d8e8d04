"""Rebasing."""

from __future__ import annotations

from tests.survival.lines import Lines, ai, unknown
from tests.survival.story import APP, APPLE, HEAD, LION, OAK, PINE, TAIL, UTIL, WINTER, Expected, Story
from tests.survival.table import operation

PLUM = ai("s1", "plum peach")
MANGO = ai("s3", "mango melon")
GREY = unknown("grey")
WESTERN = unknown("western")
PURPLE = unknown("purple")
FIG = ai("s1", "fig grape")
CORK = ai("s2", "cork felt")


def other(story: Story, *parts: Lines) -> None:
    """A branch `other` from the story's start, with one commit that nobody saw being written; back on main."""
    story.branch("other", "start")
    story.type("app.py", *(parts or (HEAD, WINTER, TAIL, GREY)))
    story.commit("Other")
    story.switch("main")


def topic(story: Story) -> None:
    """A branch `topic` with two commits of new files: fig.py by s1, cork.py by s2."""
    story.branch("topic")
    story.agent("s1", "fig.py", FIG)
    story.commit("Fig")
    story.agent("s2", "cork.py", CORK)
    story.commit("Cork")


@operation("git rebase")
def rebase(story: Story) -> Expected:
    """Three commits of two sessions and a person go onto another base; each keeps its lines."""
    other(story)
    story.begin()
    story.git("rebase", "-q", "other")
    return {"app.py": (*APP, *GREY), "util.py": UTIL}


@operation("git rebase --apply")
def rebase_apply_backend(story: Story) -> Expected:
    """The older backend, which makes its commits with `git am`."""
    other(story)
    story.begin()
    story.git("rebase", "-q", "--apply", "other")
    return {"app.py": (*APP, *GREY), "util.py": UTIL}


@operation("git rebase, conflict resolved by hand")
def rebase_conflict_by_hand(story: Story) -> Expected:
    """What the resolution takes over stays the model's, what somebody types into it is nobody's."""
    other(story, HEAD[:3], WESTERN, WINTER, TAIL)
    story.begin()
    story.stops("rebase", "-q", "other")
    story.type("app.py", HEAD[:3], WESTERN, APPLE, PURPLE, WINTER, TAIL)
    story.git("add", "app.py")
    story.goes_on("rebase")
    rest = (*WINTER, *OAK, *PINE, *LION, *TAIL)
    return {"app.py": (*HEAD[:3], *WESTERN, *APPLE, *PURPLE, *rest), "util.py": UTIL}


@operation("git rebase --apply, conflict resolved by hand", twin=True)
def rebase_apply_conflict(story: Story) -> Expected:
    """The same in the older backend."""
    other(story, HEAD[:3], WESTERN, WINTER, TAIL)
    story.begin()
    story.stops("rebase", "-q", "--apply", "other")
    story.type("app.py", HEAD[:3], WESTERN, APPLE, PURPLE, WINTER, TAIL)
    story.git("add", "app.py")
    story.goes_on("rebase")
    rest = (*WINTER, *OAK, *PINE, *LION, *TAIL)
    return {"app.py": (*HEAD[:3], *WESTERN, *APPLE, *PURPLE, *rest), "util.py": UTIL}


@operation("git rebase, conflict resolved by an agent")
def rebase_conflict_by_agent(story: Story) -> Expected:
    """An agent that resolves a conflict claims what it adds, not what it takes over from somebody else."""
    other(story, HEAD[:3], WESTERN, WINTER, TAIL)
    story.begin()
    story.stops("rebase", "-q", "other")
    story.agent("s3", "app.py", HEAD[:3], WESTERN, APPLE, MANGO, WINTER, TAIL)
    story.git("add", "app.py")
    story.goes_on("rebase")
    rest = (*WINTER, *OAK, *PINE, *LION, *TAIL)
    return {"app.py": (*HEAD[:3], *WESTERN, *APPLE, *MANGO, *rest), "util.py": UTIL}


@operation("git rebase, conflict committed with git commit", twin=True)
def rebase_conflict_commit(story: Story) -> Expected:
    """Whoever runs `git commit` before `--continue` loses nothing."""
    other(story, HEAD[:3], WESTERN, WINTER, TAIL)
    story.begin()
    story.stops("rebase", "-q", "other")
    story.type("app.py", HEAD[:3], WESTERN, APPLE, WINTER, TAIL)
    story.git("commit", "-q", "-a", "--no-edit")
    story.goes_on("rebase")
    return {"app.py": (*HEAD[:3], *WESTERN, *APPLE, *WINTER, *OAK, *PINE, *LION, *TAIL), "util.py": UTIL}


@operation("git rebase --skip")
def rebase_skip(story: Story) -> Expected:
    """The skipped commit's lines are gone, those before and after it are there."""
    story.branch("other")
    story.type("util.py", UTIL, GREY)
    story.commit("Other")
    story.branch("topic", "main")
    story.agent("s1", "fig.py", FIG)
    story.commit("Fig")
    story.agent("s1", "util.py", UTIL, PLUM)
    story.commit("Plum")
    story.agent("s2", "cork.py", CORK)
    story.commit("Cork")
    story.begin()
    story.stops("rebase", "-q", "other")
    story.goes_on("rebase", "--skip")
    return {"app.py": APP, "util.py": (*UTIL, *GREY), "fig.py": FIG, "cork.py": CORK}


@operation("git rebase --abort")
def rebase_abort(story: Story) -> Expected:
    """All is as it was, and the next commits are recorded as ever."""
    other(story, HEAD[:3], WESTERN, WINTER, TAIL)
    story.begin()
    story.stops("rebase", "-q", "other")
    story.git("rebase", "--abort")
    story.agent("s1", "util.py", UTIL, PLUM)
    story.git("commit", "-q", "-a", "-m", "Plum")
    return {"app.py": APP, "util.py": (*UTIL, *PLUM)}


@operation("git rebase --onto")
def rebase_onto(story: Story) -> Expected:
    """The last commit of a branch goes to the story's start, without what was between."""
    topic(story)
    story.begin()
    story.git("rebase", "-q", "--onto", "start", "HEAD~1")
    return {"app.py": (*HEAD, *WINTER, *TAIL), "cork.py": CORK}


@operation("git rebase -i --autosquash")
def rebase_autosquash(story: Story) -> Expected:
    """`fixup!` and `squash!` commits of other sessions melt into theirs; every line keeps its own session."""
    story.agent("s3", "app.py", HEAD, APPLE, WINTER, OAK, PINE, LION, MANGO, TAIL)
    story.git("commit", "-q", "-a", "--fixup", "HEAD")
    story.agent("s1", "util.py", UTIL, PLUM)
    story.git("commit", "-q", "-a", "--squash", "HEAD~1", "-m", "more")
    story.begin()
    story.todo("")
    story.message()
    story.git("rebase", "-q", "-i", "--autosquash", "start")
    assert story.git("log", "--format=%s", "start..").split() == ["Three", "Two", "One"]
    app = (*HEAD, *APPLE, *WINTER, *OAK, *PINE, *LION, *MANGO, *TAIL)
    return {"app.py": app, "util.py": (*UTIL, *PLUM)}


@operation("git rebase -i, commits in another order", twin=True)
def rebase_reorder(story: Story) -> Expected:
    """Two commits change places."""
    topic(story)
    story.begin()
    story.todo("1{h;d};2{G}")
    story.git("rebase", "-q", "-i", "main")
    assert story.git("log", "-2", "--format=%s").split() == ["Fig", "Cork"]
    return {"fig.py": FIG, "cork.py": CORK, "app.py": APP}


@operation("git rebase -i, edit: one commit split in two")
def rebase_split(story: Story) -> Expected:
    """`edit`, `reset HEAD^` and two commits: each part has its lines."""
    story.begin()
    story.todo("1s/^pick/edit/")
    story.stops("rebase", "-q", "-i", "HEAD~1")
    story.git("reset", "-q", "HEAD^")
    story.git("add", "app.py")
    story.git("commit", "-q", "-m", "Lion")
    story.git("add", "util.py")
    story.git("commit", "-q", "-m", "Copper")
    story.goes_on("rebase")
    return {"app.py": APP, "util.py": UTIL, "HEAD~1:app.py": APP}


@operation("git rebase -i, edit: the first commit split in two", twin=True)
def rebase_split_first(story: Story) -> Expected:
    """As before, with commits behind it that follow."""
    story.begin()
    story.todo("1s/^pick/edit/")
    story.stops("rebase", "-q", "-i", "start")
    story.git("reset", "-q", "HEAD^")
    story.type("app.py", HEAD, APPLE[:2], WINTER, TAIL)
    story.git("commit", "-q", "-a", "-m", "Half")
    story.type("app.py", HEAD, APPLE, WINTER, TAIL)
    story.git("commit", "-q", "-a", "-m", "Rest")
    story.goes_on("rebase")
    return {"app.py": APP, "util.py": UTIL, "HEAD~3:app.py": (*HEAD, *APPLE[:2], *WINTER, *TAIL)}


@operation("git rebase -i, edit: the commit amended")
def rebase_edit_amend(story: Story) -> Expected:
    """What an agent adds at the stop is recorded beside what was there, and later commits follow."""
    story.begin()
    story.todo("1s/^pick/edit/")
    story.stops("rebase", "-q", "-i", "start")
    story.agent("s3", "mango.py", MANGO)
    story.git("add", "mango.py")
    story.git("commit", "-q", "--amend", "--no-edit")
    story.goes_on("rebase")
    return {"app.py": APP, "util.py": UTIL, "mango.py": MANGO, "HEAD~2:mango.py": MANGO}


@operation("git rebase -i, fixup of several sessions")
def rebase_fixup(story: Story) -> Expected:
    """One commit is left of three, with every line's own session."""
    story.begin()
    story.todo("2,3s/^pick/fixup/")
    story.git("rebase", "-q", "-i", "start")
    assert story.git("rev-list", "--count", "start..") == "1"
    return {"app.py": APP, "util.py": UTIL}


@operation("git rebase -i, squash of several sessions")
def rebase_squash(story: Story) -> Expected:
    """The same, with an editor for the message."""
    story.begin()
    story.todo("2,3s/^pick/squash/")
    story.message()
    story.git("rebase", "-q", "-i", "start")
    assert story.git("rev-list", "--count", "start..") == "1"
    return {"app.py": APP, "util.py": UTIL}


@operation("git rebase -i, reword", twin=True)
def rebase_reword(story: Story) -> Expected:
    """A message written anew, its trailers gone."""
    story.begin()
    story.todo("1s/^pick/reword/")
    story.message('echo "Another message" > "$1"')
    story.git("rebase", "-q", "-i", "HEAD~2")
    return {"app.py": APP, "util.py": UTIL}


@operation("git rebase -i, drop", twin=True)
def rebase_drop(story: Story) -> Expected:
    """A dropped commit's lines are gone; when somebody types them later they are not the model's."""
    topic(story)
    story.begin()
    story.todo("1s/^pick/drop/")
    story.git("rebase", "-q", "-i", "main")
    story.type("fig.py", FIG)
    story.commit("Typed")
    return {"cork.py": CORK, "fig.py": unknown("fig grape")}


@operation("git rebase --exec")
def rebase_exec(story: Story) -> Expected:
    """Commands between the commits disturb nothing."""
    other(story)
    story.begin()
    story.git("rebase", "-q", "--exec", "git status --short", "other")
    return {"app.py": (*APP, *GREY), "util.py": UTIL}


@operation("git rebase --exec, a command that amends", twin=True)
def rebase_exec_amends(story: Story) -> Expected:
    """A command that writes a line into each commit: the line is nobody's, the others keep what is known."""
    other(story)
    story.begin()
    line = "echo first > first.py; git add first.py; git commit -q --amend --no-edit"
    story.git("rebase", "-q", "--exec", line, "other")
    return {"app.py": (*APP, *GREY), "util.py": UTIL, "HEAD~2:first.py": (GREY[0]._replace(text="first"),)}


@operation("git rebase --rebase-merges")
def rebase_merges(story: Story) -> Expected:
    """Both sides of a merge go onto another base, and the merge with them."""
    topic(story)
    story.switch("main")
    story.agent("s1", "util.py", UTIL, PLUM)
    story.commit("Plum")
    story.git("merge", "-q", "--no-edit", "topic")
    other(story)
    story.begin()
    story.git("rebase", "-q", "--rebase-merges", "other")
    assert len(story.git("log", "-1", "--format=%P").split()) == 2
    return {"app.py": (*APP, *GREY), "util.py": (*UTIL, *PLUM), "fig.py": FIG, "cork.py": CORK}


@operation("git rebase --root", twin=True)
def rebase_root(story: Story) -> Expected:
    """The first commit too is made anew."""
    story.begin()
    story.todo("1s/^pick/reword/")
    story.message('echo "Another start" > "$1"')
    story.git("rebase", "-q", "-i", "--root")
    return {"app.py": APP, "util.py": UTIL}


@operation("git rebase, lines moved by what came before", twin=True)
def rebase_shifts(story: Story) -> Expected:
    """The other base has more lines above; line numbers in the notes move with them."""
    other(story, unknown("one two three"), HEAD, WINTER, TAIL)
    story.begin()
    story.git("rebase", "-q", "other")
    return {"app.py": (*unknown("one two three"), *APP), "util.py": UTIL}


@operation("git pull --rebase --autostash")
def pull_rebase_autostash(story: Story) -> Expected:
    """Commits and uncommitted lines of a model go onto what came from the remote."""
    other(story)
    story.git("init", "-q", "--bare", "../pull.git")
    story.git("push", "-q", "../pull.git", "other:main")
    story.agent("s1", "util.py", UTIL, PLUM)
    story.begin()
    story.git("pull", "-q", "--rebase", "--autostash", "../pull.git", "main")
    story.has_to_be("util.py", UTIL, PLUM)
    story.git("commit", "-q", "-a", "-m", "Plum")
    return {"app.py": (*APP, *GREY), "util.py": (*UTIL, *PLUM)}
