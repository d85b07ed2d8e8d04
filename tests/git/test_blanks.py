"""Diffs that ignore white space."""

from __future__ import annotations

from gitprov.git.files.diff import between_trees
from gitprov.git.repo import Repository
from gitprov.model.ranges import Hunk
from tests.support.repo import GitRepo


def test_files_of_which_only_white_space_changed_have_no_hunks(repo: GitRepo) -> None:
    """The hunks of the other files stay with them: text, new, removed, renamed, binary, a link, another mode."""
    for name in ("a", "b", "c", "e", "f", "g"):
        repo.write(name, f"{name} = 1\n{name} = 2\n")
    repo.write("h", "".join(f"line {n}\n" for n in range(20)))
    repo.write("i", b"\0\n")
    repo.write("k", "k = 1\n")
    repo.commit("First")
    repo.write("a", "a = 1\n   a = 2\n")
    repo.write("b", "b = 1\nb = 3\n")
    repo.write("c", "c  =  1\nc = 2\n")
    repo.write("d", "\n \n")
    repo.git("rm", "-q", "e")
    (repo.path / "f").unlink()
    (repo.path / "f").symlink_to("a")
    repo.write("g", "  g = 1\n\tg = 2\n")
    (repo.path / "g").chmod(0o755)
    repo.git("mv", "h", "j")
    repo.write("i", b"\0 \n")
    (repo.path / "k").chmod(0o755)
    repo.commit("Second")
    with Repository.discover(str(repo.path), repo.env) as place:
        pair = (repo.oid("HEAD~1^{tree}"), repo.oid("HEAD^{tree}"))
        exact = between_trees(place, [pair])[pair]
        loose = between_trees(place, [pair], blanks=False)[pair]
    hunks = {change.path: change.hunks for change in loose}
    assert {path: rows for path, rows in hunks.items() if rows} == {
        "b": (Hunk(1, 1, 1, 1),), "d": (Hunk(0, 0, 0, 2),), "e": (Hunk(0, 2, 0, 0),), "f": (Hunk(0, 0, 0, 1),),
    }  # fmt: skip
    assert [change._replace(hunks=(), opaque=False) for change in exact] == [
        change._replace(hunks=(), opaque=False) for change in loose
    ]
    assert {change.path for change in exact if change.hunks} == {"a", "b", "c", "d", "e", "f", "g"}
    assert {change.path for change in loose if change.opaque} == {"i"}
