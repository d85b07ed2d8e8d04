"""A fuzzer that cannot fail is a defect: wrong copies of the product, each of which has to be found out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.fuzz.test_fuzz import fuzz
from tests.support.sealed import ROOT

HISTORIES = 20
"""So many are played at the most until one of them has to fail."""

ALWAYS = (
    "ranges are shifted by one",
    "sessions are mixed up",
    "a person is a model",
    "carried lines are shifted by one",
)
"""Those that `make test` plants, as they are found soonest; `make fuzz` plants all of them first."""


class Mutant(NamedTuple):
    """One text of one file, and the wrong one in its place. `first` is the history to begin with, where one is known
    that finds it: that saves time and nothing else.
    """

    path: str
    right: str
    wrong: str
    first: int = 0


MUTANTS = {
    "ranges are shifted by one": Mutant(
        "gitprov/attribution/outcome.py",
        "by_source.setdefault(source, {}).setdefault(cls, []).append(n + 1)",
        "by_source.setdefault(source, {}).setdefault(cls, []).append(n + 2)",
    ),
    "new lines beside a model's are the model's": Mutant(
        "gitprov/attribution/recall.py",
        "    lines = range(hunk.new_start, hunk.new_end)\n    fresh = [",
        "    lines = range(hunk.new_start, hunk.new_end)\n"
        "    if hunk.new_start and state.origins[hunk.old_start - 1][0] >= 0:\n"
        "        return [state.origins[hunk.old_start - 1]] * hunk.new_count\n    fresh = [",
    ),
    "an amended commit's note is forgotten": Mutant(
        "gitprov/flow/commit/plan.py",
        "amended = AmendedCommit(context.repo, old, note, base, commit_change.work) if note and old else None",
        "amended = None",
        first=19,
    ),
    "a spent line is claimed again": Mutant(
        "gitprov/attribution/fold.py",
        "    spent = frozenset(state.spent.get(source, ()))\n",
        "    spent: frozenset[int] = frozenset()\n",
        first=1,
    ),
    "a renamed file's evidence stays behind": Mutant(
        "gitprov/flow/evidence/renames.py",
        "            if score >= SIMILAR and new != path:",
        "            if score > 1 and new != path:",
        first=5,
    ),
    "rewording makes a line somebody else's": Mutant(
        "gitprov/attribution/matching/reword.py",
        "            matches[n] = Match(o, True)\n",
        "            pass\n",
        first=7,
    ),
    "sessions are mixed up": Mutant(
        "gitprov/flow/commit/note.py",
        'session=record.get("session") or event.session,',
        'session="s1",',
    ),
    "blame does not look past indentation": Mutant(
        "gitprov/git/history/blame.py",
        "    words = (*_COMMAND, form, *args)\n",
        "    words = (*_COMMAND, form, *(one for one in args if one != '-w'))\n",
        first=2,
    ),
    "a person is a model": Mutant(
        "gitprov/attribution/outcome.py",
        'cls = "human" if source in people else',
        'cls = "ai" if source in people else',
    ),
    "carried lines are shifted by one": Mutant(
        "gitprov/attribution/carry.py",
        "runs.append(LineRun(low + 1, low + 1 + bounds[upto][2], high - low))",
        "runs.append(LineRun(low + 1, low + 2 + bounds[upto][2], high - low))",
        first=1,
    ),
    "what a source had from before is lost": Mutant(
        "gitprov/flow/carry/carry.py",
        "    answers = {key: _blamed(repo, *key, lines) for key, lines in lines_of.items()}",
        "    answers: dict[tuple[str, str], dict[int, tuple[str, str, int]]] = {key: {} for key in lines_of}",
        first=1,
    ),
    "what a rebase tells is not heard": Mutant(
        "gitprov/flow/carry/post_rewrite.py",
        "pairs = _parse(data) or _repository_pairs(repo, command)",
        "pairs = [] if command == 'rebase' else _parse(data) or _repository_pairs(repo, command)",
        first=1,
    ),
    "each reset is believed": Mutant(
        "gitprov/flow/carry/resets.py",
        "shown = [one.path for one in before if _is_shown(repo, last, one, now[one.path], view)]",
        "shown = [one.path for one in before]",
        first=76,
    ),
    "events of another work tree count": Mutant(
        "gitprov/git/repo.py",
        "        return os.path.basename(self.git_dir)\n",
        "        return MAIN_WORKTREE\n",
        first=4,
    ),
}


def test_each_mistake_has_its_place() -> None:
    """The text that each mutant replaces stands once in its file."""
    counts = {
        name: (ROOT / mutant.path).read_text(encoding="utf-8").count(mutant.right)
        for name, mutant in MUTANTS.items()
    }
    assert {name: count for name, count in counts.items() if count != 1} == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in ALWAYS else pytest.mark.wide) for name in MUTANTS]
)
def test_a_wrong_copy_is_found_out(name: str, tmp_path: Path) -> None:
    """A product that is wrong in one place fails within a few histories."""
    mutant = MUTANTS[name]
    for part in ("gitprov", "hooks", "tests"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / mutant.path
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(mutant.right, mutant.wrong), encoding="utf-8")
    asked = {"histories": HISTORIES, "first": mutant.first, "workers": 1, "shrink": 0, "seed": "mutant"}
    status, said = fuzz(tmp_path, *(f"--{name}={value}" for name, value in asked.items()))
    assert status == 1, f"nobody noticed that {name}\n{said}"
    assert "Mismatch" in said, said
