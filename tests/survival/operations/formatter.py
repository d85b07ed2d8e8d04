"""Formatters, in a commit of their own."""

from __future__ import annotations

from tests.survival.lines import Line, ai, indented
from tests.survival.operations.rebase import GREY, MANGO
from tests.survival.story import APP, APPLE, HEAD, TAIL, UTIL, WINTER, Expected, Story
from tests.survival.table import ROUTES, operation

KIWI = ai("s3", "kiwi lime")
PLUM = ai("s3", "plum peach")
LONG = (Line("mango = melon(kiwi, lime, papaya, quince, apricot)", "ai", "s3"),)
BROKEN = (
    Line("mango = melon(", "ai", "s3"),
    Line("    kiwi, lime, papaya,", "ai", "s3"),
    Line("    quince, apricot,", "ai", "s3"),
    Line(")", "ai", "s3"),
)


@operation("a later commit re-indents")
def indent(story: Story) -> Expected:
    """Blame looks through white space, and so do the notes."""
    story.begin()
    app = (*HEAD, *indented(APPLE), *WINTER, *APP[12:])
    story.type("app.py", app)
    story.git("commit", "-q", "-a", "-m", "Format")
    return {"app.py": app, "util.py": UTIL}


@operation("a later commit changes line ends", twin=True)
def line_ends(story: Story) -> Expected:
    """CRLF in place of LF is white space too."""
    story.begin()
    story.repo.write("util.py", story.repo.read("util.py").replace("\n", "\r\n"))
    story.git("commit", "-q", "-a", "-m", "Format")
    return {"util.py": tuple(line._replace(text=f"{line.text}\r") for line in UTIL), "app.py": APP}


@operation("a later commit re-wraps", heal=ROUTES)
def rewrap(story: Story) -> Expected:
    """One line of a model broken into four: every line is the model's, the lone bracket too."""
    story.agent("s3", "mango.py", KIWI, LONG, PLUM)
    story.commit("Mango")
    story.begin()
    story.type("mango.py", KIWI, BROKEN, PLUM)
    story.git("commit", "-q", "-a", "-m", "Format")
    return {"mango.py": (*KIWI, *BROKEN, *PLUM)}


@operation("a later commit joins lines", heal=ROUTES, twin=True)
def unwrap(story: Story) -> Expected:
    """Four lines of a model made one."""
    story.agent("s3", "mango.py", BROKEN)
    story.commit("Mango")
    story.begin()
    story.type("mango.py", LONG)
    story.git("commit", "-q", "-a", "-m", "Format")
    return {"mango.py": LONG}


@operation("a model's line re-wrapped before its commit", twin=True)
def rewrap_before_commit(story: Story) -> Expected:
    """A formatter in front of the commit takes nothing away."""
    story.begin()
    story.agent("s3", "mango.py", LONG)
    story.type("mango.py", BROKEN)
    story.git("add", "mango.py")
    story.git("commit", "-q", "-m", "Mango")
    return {"mango.py": BROKEN}


@operation("a later commit that `.git-blame-ignore-revs` names", twin=True)
def ignore_revs(story: Story) -> Expected:
    """Blame looks through a commit that the project says to ignore, as git does: the model's lines are its own, `edited`."""
    story.begin()
    changed = (line._replace(text=line.text.replace(" + ", " - "), cls="edited") for line in APPLE)
    app = (*HEAD, *changed, *APP[8:])
    story.type("app.py", app)
    story.git("commit", "-q", "-a", "-m", "Format")
    story.repo.write(".git-blame-ignore-revs", story.oid() + "\n")
    story.git("add", ".git-blame-ignore-revs")
    story.git("commit", "-q", "-m", "Ignore it")
    story.config("blame.ignoreRevsFile", ".git-blame-ignore-revs")
    return {"app.py": app, "util.py": UTIL}


@operation("re-indented on a branch that is rebased", twin=True)
def indent_rebase(story: Story) -> Expected:
    """The formatter's commit goes onto another base with all the others."""
    app = (*HEAD, *indented(APPLE), *APP[8:])
    story.type("app.py", app)
    story.commit("Format")
    story.branch("other", "start")
    story.type("app.py", HEAD, WINTER, TAIL, GREY)
    story.commit("Other")
    story.switch("main")
    story.begin()
    story.git("rebase", "-q", "other")
    return {"app.py": (*app, *GREY), "util.py": UTIL}


@operation("re-indented in an amendment", twin=True)
def indent_amend(story: Story) -> Expected:
    """White space changed in the commit that has the lines, and an agent's next lines."""
    story.begin()
    story.type("util.py", indented(UTIL))
    story.agent("s3", "util.py", indented(UTIL), MANGO)
    story.git("commit", "-q", "-a", "--amend", "--no-edit")
    return {"util.py": (*indented(UTIL), *MANGO), "app.py": APP}
