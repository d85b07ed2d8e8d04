"""Settings and other hooks."""

from __future__ import annotations

from tests.support.commits import configure
from tests.support.repo import run
from tests.survival.operations.rebase import GREY, MANGO, PLUM, other
from tests.survival.story import APP, APPLE, HEAD, TAIL, UTIL, WINTER, Expected, Story
from tests.survival.table import operation

OURS = "it is about our own hooks"


def rewrite_ref(story: Story, mode: str) -> Expected:
    """A rebase and an amendment, while git itself copies the notes of rewritten commits in its own way."""
    other(story)
    story.git("config", "notes.rewriteRef", "refs/notes/*")
    story.git("config", "notes.rewriteMode", mode)
    story.begin()
    story.git("rebase", "-q", "other")
    story.agent("s1", "util.py", PLUM, UTIL)
    story.git("commit", "-q", "-a", "--amend", "--no-edit")
    story.git("commit", "-q", "--amend", "-m", "Another message")
    return {"app.py": (*APP, *GREY), "util.py": (*PLUM, *UTIL)}


@operation("notes.rewriteRef, mode overwrite")
def rewrite_ref_overwrite(story: Story) -> Expected:
    """Git puts the old note in the place of the new one; the new one comes back."""
    return rewrite_ref(story, "overwrite")


@operation("notes.rewriteRef, mode concatenate", twin=True)
def rewrite_ref_concatenate(story: Story) -> Expected:
    """Git writes the old note behind the new one; only what is true is left."""
    return rewrite_ref(story, "concatenate")


@operation("notes.rewriteRef, mode cat_sort_uniq", twin=True)
def rewrite_ref_cat_sort_uniq(story: Story) -> Expected:
    """The same, sorted."""
    return rewrite_ref(story, "cat_sort_uniq")


@operation("notes.rewriteRef, mode ignore", twin=True)
def rewrite_ref_ignore(story: Story) -> Expected:
    """Git copies where there is no note yet; line numbers that came along are put right."""
    return rewrite_ref(story, "ignore")


@operation(
    "another post-rewrite hook that reads all of its stdin",
    without=dict.fromkeys(("pre-commit", "prek"), OURS),
)
def hook_eats_stdin(story: Story) -> Expected:
    """A hook that was there before us runs first, and takes nothing away from us."""
    other(story)
    place = story.repo.path / ".git/hooks/post-rewrite.gitprov-chained"
    place.write_text("#!/bin/sh\ncat >.git/eaten\n")
    place.chmod(0o755)
    story.git("rebase", "-q", "other")
    assert len((story.repo.path / ".git/eaten").read_text().splitlines()) == 3
    return {"app.py": (*APP, *GREY), "util.py": UTIL}


def over(story: Story, tool: str) -> Expected:
    """A framework without hooks of ours in its configuration, installed over our native hooks: `.legacy` chaining."""
    other(story)
    hook = "      - {id: own, name: own, language: system, entry: 'true', pass_filenames: false, stages: [post-rewrite]}"
    story.repo.write("own.yaml", f"repos:\n  - repo: local\n    hooks:\n{hook}\n")
    story.repo.write(".git/info/exclude", "own.yaml\n")
    types = [
        word for name in ("pre-commit", "commit-msg", "post-commit", "post-rewrite") for word in ("-t", name)
    ]
    run([tool, "install", "-c", "own.yaml", *types], cwd=story.repo.path, env=story.env)
    assert (story.repo.path / ".git/hooks/post-rewrite.legacy").exists()
    story.git("rebase", "-q", "other")
    story.agent("s1", "util.py", PLUM, UTIL)
    story.git("commit", "-q", "--amend", "-m", "Another message")
    story.git("commit", "-q", "-a", "-m", "What the framework hid meanwhile")
    return {"app.py": (*APP, *GREY), "util.py": (*PLUM, *UTIL)}


@operation("prek installed over our hooks", without=dict.fromkeys(("pre-commit", "prek", "colleague"), OURS))
def prek_over_us(story: Story) -> Expected:
    """It calls our hooks under another name, `post-rewrite.legacy`, and may hand nothing on to them."""
    return over(story, "prek")


@operation(
    "pre-commit installed over our hooks", without=dict.fromkeys(("pre-commit", "prek", "colleague"), OURS)
)
def pre_commit_over_us(story: Story) -> Expected:
    """The same."""
    return over(story, "pre-commit")


@operation('trailers = ["none"]', twin=True)
def no_trailers(story: Story) -> Expected:
    """Where messages have no trailers, notes follow by git's diff alone."""
    configure(story.repo, 'trailers = ["none"]\n')
    story.agent("s3", "app.py", MANGO, APP)
    story.commit("Mango")
    assert story.repo.trailers() == []
    other(story)
    story.begin()
    story.git("rebase", "-q", "--onto", "other", "start", "main~1")
    story.git("cherry-pick", "main")
    story.git("commit", "-q", "--amend", "-m", "No trailer anywhere")
    return {"app.py": (*MANGO, *APP, *GREY), "util.py": UTIL}


@operation("rebase.updateRefs", twin=True)
def update_refs(story: Story) -> Expected:
    """Branches in the middle of what is rebased follow, and their notes with them."""
    story.git("branch", "middle", "main~2")
    other(story)
    story.git("config", "rebase.updateRefs", "true")
    story.begin()
    story.git("rebase", "-q", "other")
    return {"app.py": (*APP, *GREY), "main~2:app.py": (*HEAD, *APPLE, *WINTER, *TAIL, *GREY), "util.py": UTIL}
