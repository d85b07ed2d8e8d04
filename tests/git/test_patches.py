"""Patches: the sides of hunks, read out of one git process for many commits."""

from __future__ import annotations

from gitprov.git.files import patches
from gitprov.git.repo import Repository
from tests.support.repo import GitRepo


def test_sides(repo: GitRepo) -> None:
    """The lines that each hunk takes away and puts there are told of its commit, whatever stands between them."""
    first = f"{'1' * 40}\n@@ -1 +1 @@\n+++ b/x\ndiff --git a/x b/x\nlast"
    repo.write("a", first)
    repo.write("b", "one\ntwo\n")
    repo.write("m", "mode\n")
    oids = [repo.commit("Start")]
    repo.write("a", first.replace("1 +1", "2 +2") + "\n")
    repo.write("b", "one\ntwo\nthree\n")
    oids.append(repo.commit("Two hunks of one file, a plain one of the other"))
    (repo.path / "m").chmod(0o755)
    repo.git("mv", "b", "c")
    oids.append(repo.commit("Nothing but names and modes"))
    repo.write("c", "1\n2\nthree")
    oids.append(repo.commit("The last line lost its end"))
    repo.write("c", "three")
    oids.append(repo.commit("Two lines less"))
    with Repository.discover(str(repo.path), repo.env) as found:
        told = list(patches.sides(found, oids))
        assert list(patches.sides(found, [])) == []
    assert told == [
        (oids[0], b"", first.encode()),
        (oids[0], b"", b"one\ntwo"),
        (oids[0], b"", b"mode"),
        (oids[1], b"@@ -1 +1 @@", b"@@ -2 +2 @@"),
        (oids[1], b"last", b"last"),
        (oids[1], b"", b"three"),
        (oids[3], b"one\ntwo\nthree", b"1\n2\nthree"),
        (oids[4], b"1\n2", b""),
    ]
