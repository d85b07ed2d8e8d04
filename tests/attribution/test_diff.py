"""Differences are exactly git's: those it prints, and those its blame goes by."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.attribution import diff
from gitprov.attribution.diff import hunks
from gitprov.model.lines import count_lines, split_lines
from gitprov.model.ranges import Hunk
from tests.attribution.contents import SMALL, applied, big, slid
from tests.support.repo import GitRepo, run_bytes
from tests.support.sealed import ROOT

_HEAD = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)

CORNERS = [
    (b"", b""), (b"", b"a"), (b"a", b""), (b"a", b"a\n"), (b"a\n", b"a"), (b"", b"\n"), (b"\n", b"\n\n"),
    (b"\0\na\na\nb\n", b"\0\na\na\na\nb\n"), (b"a\nb", b"a\nb\n"), (b"a\n" * 900, b"a\n" * 901), (b"a\n" * 901, b"a\n" * 900), (b"a\r\nb\r\n", b"a\nb\n"),
    (b"a\nb\n" * 300, b"a\nb\n" * 290), (b"x" * 3000, b"x" * 3000 + b"\n"), (b"a\n" * 2000, b"a\n" * 2000 + b"a"),
    (b"f {\n}\n\n" * 400, b"f {\n}\n\n" * 200 + b"g {\n}\n\n" + b"f {\n}\n\n" * 200),
]  # fmt: skip


def printed(folder: Path, env: dict[str, str], pairs: list[tuple[bytes, bytes]]) -> list[list[Hunk]]:
    """The hunks that `git diff -U0` prints for each pair, all of one process."""
    for side in (0, 1):
        (folder / "ab"[side]).mkdir()
        for n, pair in enumerate(pairs):
            (folder / "ab"[side] / f"{n:05}").write_bytes(pair[side])
    args = [
        "git",
        "diff",
        "--no-index",
        "--text",
        "-U0",
        "--inter-hunk-context=0",
        "--indent-heuristic",
        "a",
        "b",
    ]
    out = run_bytes(args, cwd=folder, env=env).stdout
    found: list[list[Hunk]] = [[] for _ in pairs]
    for part in re.split(rb"(?m)^diff --git a/a/(?=\d{5} )", out)[1:]:
        for head in _HEAD.finditer(part):
            old, olds, new, news = (1 if one is None else int(one) for one in head.groups())
            found[int(part[:5])].append(Hunk(old - bool(olds), olds, new - bool(news), news))
    return found


@pytest.mark.slow
def test_git_prints_the_same_hunks(tmp_path: Path, env: dict[str, str]) -> None:
    """Over 600 contents of up to 1,500 lines, repetitive and periodic ones among them, every hunk is git's."""
    pairs = CORNERS + [big(seed) for seed in range(600)]
    for n, found in enumerate(printed(tmp_path, env, pairs)):
        assert hunks(*pairs[n]) == found, f"case {n}"


def test_git_puts_a_run_in_the_same_place(
    tmp_path: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was only inserted, or only removed, among lines like its own stands where git prints it.

    No engine is asked for it.
    """
    pairs = [slid(seed) for seed in range(250)]
    monkeypatch.setattr(diff, "_xdiff", None)
    for n, found in enumerate(printed(tmp_path, env, pairs)):
        assert hunks(*pairs[n]) == found, f"case {n}"


def test_blame_says_the_same_lines_are_new(tmp_path: Path, env: dict[str, str]) -> None:
    """The lines that `git blame` gives to the second commit are those of our hunks, file by file."""
    repo = GitRepo.init(tmp_path / "repo", env)
    pairs = [pair for pair in CORNERS + [big(10_000 + seed) for seed in range(60)] if pair[1]]
    for side in (0, 1):
        for n, pair in enumerate(pairs):
            (repo.path / f"{n:05}").write_bytes(pair[side])
        repo.git("-c", "core.autocrlf=false", "add", ".")
        repo.git("commit", "-q", "-m", "version")
    head = repo.git("rev-parse", "HEAD").stdout.strip().encode()
    for n, pair in enumerate(pairs):
        out = run_bytes(["git", "blame", "-s", "-l", "HEAD", f"{n:05}"], cwd=repo.path, env=env).stdout
        marked = [line.startswith(head) for line in split_lines(out)]
        ours = {line for hunk in hunks(*pair) for line in range(hunk.new_start, hunk.new_end)}
        assert {line for line, new in enumerate(marked) if new} == ours, f"case {n}"


@given(SMALL, SMALL)
def test_hunks_turn_old_into_new(old: bytes, new: bytes) -> None:
    """Applied, they give the new content; they ascend, never touch, and are empty only between equal contents."""
    found = hunks(old, new)
    assert applied(old, new, found) == new
    assert bool(found) == (old != new)
    for a, b in pairwise(found):
        assert a.old_end < b.old_start
        assert a.new_end < b.new_start
        assert b.old_start - a.old_end == b.new_start - a.new_end
    assert all(hunk.old_count or hunk.new_count for hunk in found)


@given(SMALL, SMALL, st.integers(0, 3), st.integers(0, 3))
def test_the_short_cut_is_no_other_way(old: bytes, new: bytes, head: int, tail: int) -> None:
    """Where the difference is told without xdiff, xdiff tells the same."""
    old, new = (b"p\n" * head + data + b"q\n" * tail for data in (old, new))
    assert hunks(old, new) == (diff._xdiff(old, new) if old != new else [])


REPEATED = st.lists(st.sampled_from([b"\n", b"  a\n", b"b\n", b"}\n"]), min_size=1, max_size=6)


@given(REPEATED, REPEATED, REPEATED, st.sampled_from([0, 1, 600]))
def test_a_replaced_run_stays_together(
    before: list[bytes], run: list[bytes], after: list[bytes], more: int
) -> None:
    """Beside lines that repeat its own, a run that replaces other lines is where xdiff has it."""
    tail = b"".join(after) + b"}\n" * more
    old, new = (b"".join([*before, *middle]) + tail for middle in ([b"x\n", b"y\n"], run))
    assert diff.difference(old, new) == diff.LineDifference(
        diff._xdiff(old, new), len(before), len(b"".join(before)), len(new) - len(tail), apart=True
    )


@given(SMALL, SMALL)
def test_the_text_of_added_lines(old: bytes, new: bytes) -> None:
    """The added text of a difference is that of its hunks' new lines."""
    lines, found = new.split(b"\n"), diff.difference(old, new)
    runs = [hunk for hunk in found.hunks if hunk.new_count]
    assert found.added(new) == [(h.new_start, b"\n".join(lines[h.new_start : h.new_end])) for h in runs]


@pytest.mark.parametrize("seed", range(40))
def test_big_contents_apply(seed: int) -> None:
    """Far beyond any block or window the hunks still turn one content into the other."""
    old, new = big(50_000 + seed)
    assert applied(old, new, hunks(old, new)) == new


def test_clear_changes_never_load_libgit2() -> None:
    """An insertion or removal with one possible place, and a replacement by other lines, need no engine."""
    code = (
        "import sys\n"
        "from gitprov.attribution.diff import hunks\n"
        "assert hunks(b'a\\nb\\nc\\n', b'a\\nx\\nb\\nc\\n') == [(1, 0, 1, 1)]\n"
        "assert hunks(b'a\\nb\\nc\\n', b'a\\nc\\n') == [(1, 1, 1, 0)]\n"
        "assert hunks(b'a\\nb\\nc\\n', b'a\\nx\\ny\\nc\\n') == [(1, 1, 1, 2)]\n"
        "assert hunks(b'a\\n\\nb\\n', b'a\\n\\nx\\n\\nb\\n') == [(2, 0, 2, 2)]\n"
        "assert hunks(b'a\\n\\nb\\nc\\n', b'a\\n\\nx\\n\\nc\\n') == [(2, 1, 2, 2)]\n"
        "assert not [name for name in sys.modules if 'pygit2' in name]\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_an_engine_built_otherwise_is_imported_the_usual_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the C part of pygit2 cannot be loaded alone, the whole package gives the same hunks."""
    pair = big(7)
    expected = hunks(*pair)
    for answer in (lambda *_: None, lambda *_: 1 / 0):
        monkeypatch.setattr(diff, "_loaded", None)
        monkeypatch.setattr(diff, "PathFinder", SimpleNamespace(find_spec=answer))
        assert diff._engine().__name__ == "pygit2"
        assert hunks(*pair) == expected


def test_long_contents_are_cheap() -> None:
    """A small change among 100,000 lines takes far less than a second, clear or not."""
    lines = [b"line %d\n" % n if n % 3 else b"\n" for n in range(100_000)]
    old = b"".join(lines)
    lines[50_000:50_003] = [b"\n", b"new\n", b"\n", b"line 50001\n"]
    began = time.process_time()
    found = hunks(old, b"".join(lines))
    assert time.process_time() - began < 1
    assert count_lines(old) == 100_000
    assert applied(old, b"".join(lines), found) == b"".join(lines)


ITEMS = st.lists(st.sampled_from([b"a", b"b", b"c", b"", b"b b"]), max_size=7)


@given(ITEMS, ITEMS)
def test_a_hunk_with_one_possible_place_needs_no_texts(old: list[bytes], new: list[bytes]) -> None:
    """Where lists differ in one run with one possible place, comparing their items gives the hunk of a diff."""
    short = diff.single_hunk(old, new)
    assert short is None or short == hunks(b"\n".join([*old, b""]), b"\n".join([*new, b""]))


def test_a_changed_item_is_one_hunk() -> None:
    """A list with one other item is compared without a diff; an item that might stand in two places is not."""
    assert diff.single_hunk([b"a", b"=", b"1"], [b"b", b"=", b"1"]) == [Hunk(0, 1, 0, 1)]
    assert diff.single_hunk([b"a"], [b"a"]) == []
    assert diff.single_hunk([b"a", b"b"], [b"a", b"a", b"b"]) is None
