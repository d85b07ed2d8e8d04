"""Commits of every kind of file: renamed, converted, encoded, empty, binary, linked, oddly named."""

from __future__ import annotations

import os

import pytest

from tests.support.agent import Agent
from tests.support.commits import claims, gate, lines, stage
from tests.support.repo import GitRepo

TEN = lines(10)


def test_rename_of_committed_file(project: GitRepo, agent: Agent) -> None:
    """A pure rename of a committed file adds nothing to any note."""
    agent.write("a.py", TEN)
    project.commit("First")
    project.git("mv", "a.py", "b.py")
    project.commit("Renamed")
    assert project.note() == []
    assert project.message() == "Renamed"


def test_rename_with_edit(project: GitRepo, agent: Agent) -> None:
    """Edits before and after `git mv` are claimed under the new path."""
    project.write("a.py", TEN)
    project.commit("Base")
    agent.write("a.py", TEN + "before = 1\n")
    project.git("mv", "a.py", "b.py")
    agent.write("b.py", TEN + "before = 1\nafter = 2\n")
    project.commit("Renamed")
    assert claims(project) == {"b.py": {"ai": "11-12"}}
    assert project.events() == []


@pytest.mark.slow
@pytest.mark.parametrize("known", [True, False])
def test_rest_of_a_renamed_file(project: GitRepo, agent: Agent, known: bool) -> None:
    """Lines left out when a file is renamed are claimed later, under its new name, and status knows them by it."""
    if known:
        project.write("a.py", TEN)
        project.commit("Base")
    agent.write("a.py", TEN + "one = 1\ntwo = 2\n")
    project.git("add", "-A")
    project.git("mv", "a.py", "b.py")
    stage(project, "b.py", TEN + "one = 1\n")
    project.commit_staged("Renamed")
    assert claims(project) == {"b.py": {"ai": "11" if known else "1-11"}}
    assert "b.py" in project.gitprov("status").stdout
    project.git("commit", "-q", "-a", "-m", "Rest")
    assert claims(project) == {"b.py": {"ai": "12"}}
    assert project.events() == []
    assert project.generation(project.generations()[0])["edits"][0]["path"] == "a.py"


def test_rename_whose_name_is_taken(project: GitRepo, agent: Agent) -> None:
    """A renamed file and a new one under its old name: each line is claimed once."""
    project.write("a.py", TEN)
    project.commit("Base")
    project.git("mv", "a.py", "b.py")
    agent.write("b.py", TEN + "more = 1\n")
    agent.write("a.py", "new_file = 1\n")
    project.commit("Both")
    assert claims(project) == {"a.py": {"ai": "1"}, "b.py": {"ai": "11"}}
    assert project.events() == []


def test_deletion(project: GitRepo, agent: Agent) -> None:
    """Deleting a file that holds committed AI lines says nothing new of them."""
    agent.write("a.py", TEN)
    project.commit("First")
    project.git("rm", "-q", "a.py")
    project.commit_staged("Gone")
    assert project.note() == []


def test_deletion_of_a_file_with_pending_lines(project: GitRepo, agent: Agent) -> None:
    """A file deleted before its new lines were committed: no claim, and the evidence waits."""
    project.write("a.py", TEN)
    project.commit("Base")
    agent.write("a.py", TEN + "more = 1\n")
    project.git("rm", "-q", "-f", "a.py")
    project.commit_staged("Gone")
    assert project.traces() == []
    assert len(project.events()) == 1


@pytest.mark.slow
def test_mode_change_alone(project: GitRepo, agent: Agent) -> None:
    """A mode change adds no line; the file's pending lines wait."""
    project.write("a.py", TEN)
    project.commit("Base")
    agent.write("a.py", TEN + "more = 1\n")
    project.git("update-index", "--cacheinfo", f"100755,{project.oid('HEAD:a.py')},a.py")
    project.commit_staged("Executable")
    assert project.traces() == []
    assert len(project.events()) == 1
    project.commit("Line")
    assert claims(project) == {"a.py": {"ai": "11"}}


CRLF = "a = 1\r\nb = 2\r\nc = 3\r\n"


@pytest.mark.parametrize("how", ["autocrlf", "input", "attributes", "none"])
def test_crlf(project: GitRepo, agent: Agent, how: str) -> None:
    """Files with CRLF on disk are claimed whether git converts them or not."""
    if how == "attributes":
        project.write(".gitattributes", "*.py text eol=crlf\n")
        project.commit("Attributes")
    elif how != "none":
        project.git("config", "core.autocrlf", {"autocrlf": "true"}.get(how, how))
    agent.write("a.py", CRLF)
    project.commit("One")
    stored = project.git_bytes("cat-file", "blob", "HEAD:a.py")
    assert stored == (CRLF if how == "none" else CRLF.replace("\r", "")).encode()
    assert claims(project) == {"a.py": {"ai": "1-3"}}
    agent.write("a.py", CRLF.replace("b = 2\r\n", "b = 2\r\nnew = 0\r\n"))
    project.commit("Two")
    assert claims(project) == {"a.py": {"ai": "3"}}
    assert project.traces()[0]["delta"] == {"raw": 1, "kept": 1, "edited": 0, "dropped": 0, "pending": 0}
    assert project.events() == []


@pytest.mark.slow
def test_clean_filter(project: GitRepo, agent: Agent) -> None:
    """Evidence is compared as the clean filter stores it; a line the filter changes is the model's still."""
    project.git("config", "filter.swap.clean", "sed s/working/stored/")
    project.git("config", "filter.swap.smudge", "sed s/stored/working/")
    project.write(".gitattributes", "*.py filter=swap\n")
    project.commit("Attributes")
    agent.write("a.py", "working = 1\nother = 2\n")
    project.commit("One")
    assert project.git_bytes("cat-file", "blob", "HEAD:a.py") == b"stored = 1\nother = 2\n"
    assert claims(project) == {"a.py": {"ai": "1-2"}}
    agent.write("a.py", "working = 1\nworking_too = 5\nother = 2\n")
    project.commit("Two")
    assert claims(project) == {"a.py": {"ai": "2"}}
    assert project.events() == []


def test_filter_that_fails(project: GitRepo, agent: Agent) -> None:
    """Evidence that the filter refuses stands in nobody's way."""
    project.git("config", "filter.picky.clean", "grep -v forbidden")
    project.git("config", "filter.picky.required", "true")
    project.write(".gitattributes", "*.py filter=picky\n")
    project.commit("Attributes")
    agent.write("a.py", "forbidden\n")
    agent.write("a.py", "allowed = 1\n")
    project.commit("One")
    assert claims(project) == {"a.py": {"ai": "1"}}


@pytest.mark.slow
def test_working_tree_encoding(project: GitRepo, agent: Agent) -> None:
    """A file that is UTF-16 on disk and UTF-8 in git is text to us."""
    project.write(".gitattributes", "*.txt working-tree-encoding=UTF-16LE-BOM\n")
    project.commit("Attributes")
    text = "eins = 1\nzwei = 2\n"
    agent.write("a.txt", b"\xff\xfe" + text.encode("utf-16-le"))
    project.commit("One")
    assert project.git_bytes("cat-file", "blob", "HEAD:a.txt") == text.encode()
    assert claims(project) in ({"a.txt": {"ai": "1-2"}}, {})
    assert gate(project) == "passed" if project.note() else True


def test_latin1(project: GitRepo, agent: Agent) -> None:
    """Text in another encoding is lines like any other."""
    agent.write("a.py", "name = 'Jürgen'\n".encode("latin-1"))
    agent.write("a.py", "name = 'Jürgen'\nother = 'Zoë'\n".encode("latin-1"))
    project.commit("One")
    assert claims(project) == {"a.py": {"ai": "1-2"}}


@pytest.mark.slow
def test_no_newline_at_end(project: GitRepo, agent: Agent) -> None:
    """A last line without newline counts, and so does the line that gets one."""
    agent.write("a.py", "a = 1\nb = 2")
    project.commit("One")
    assert claims(project) == {"a.py": {"ai": "1-2"}}
    agent.prompt("two").write("a.py", "a = 1\nb = 2\nc = 3")
    project.commit("Two")
    assert claims(project) == {"a.py": {"ai": "2-3", "deleted": 1}}
    project.write("a.py", "a = 1\nb = 2\nc = 3\nd = 4\n")
    project.commit("By hand")
    assert project.traces() == []


def test_empty_file(project: GitRepo, agent: Agent) -> None:
    """An empty file has no lines to claim."""
    agent.write("a.py", "")
    project.commit("Empty")
    assert project.traces() == []
    assert project.message() == "Empty"


def test_binary(project: GitRepo, agent: Agent) -> None:
    """A binary file is recorded by digest; its commit is not refused and claims no lines."""
    agent.write("a.bin", b"\0\1\2" * 100)
    agent.write("a.py", "a = 1\n")
    project.commit("Both")
    assert claims(project) == {"a.py": {"ai": "1"}}
    assert gate(project) == "passed"


def test_file_that_attributes_call_binary(project: GitRepo, agent: Agent) -> None:
    """Git shows no hunks for `-diff` files; their lines are claimed all the same."""
    project.write(".gitattributes", "*.lock -diff\n")
    project.write("a.lock", TEN)
    project.commit("Base")
    agent.write("a.lock", TEN + "more = 1\n")
    project.commit("One")
    assert claims(project) == {"a.lock": {"ai": "11"}}
    project.write("a.lock", TEN)
    project.commit("Gone")
    assert project.traces() == []


@pytest.mark.slow
def test_file_called_binary_in_a_merge(project: GitRepo, agent: Agent) -> None:
    """Of a file whose hunks git does not show, a merge claims nothing that came from a parent."""
    project.write(".gitattributes", "*.lock -diff\n")
    project.write("a.lock", TEN)
    project.commit("Base")
    project.git("switch", "-q", "-c", "side")
    agent.write("a.lock", TEN + "side = 1\nnever = 2\n")
    stage(project, "a.lock", TEN + "side = 1\n")
    project.commit_staged("Side")
    project.git("checkout", "-q", "-f", "main")
    project.write("b.py", "b = 1\n")
    project.commit("Main")
    project.git("merge", "-q", "--no-commit", "side")
    project.git("commit", "-q", "-m", "Merge")
    assert project.traces() == []


@pytest.mark.slow
def test_symlink(project: GitRepo, agent: Agent) -> None:
    """A symbolic link that takes the place of a file claims nothing, and back again neither."""
    agent.write("a.py", "a = 1\n")
    project.commit("File")
    agent.write("a.py", "a = 1\nb = 2\n")
    (project.path / "a.py").unlink()
    (project.path / "a.py").symlink_to("README")
    project.commit("Link")
    assert project.traces() == []
    (project.path / "a.py").unlink()
    project.write("a.py", "a = 1\nb = 2\n")
    agent.write("b.py", "b = 1\n")
    project.commit("File again")
    assert claims(project)["b.py"] == {"ai": "1"}


def test_submodule_entry(project: GitRepo, agent: Agent) -> None:
    """A submodule entry in a commit is passed over."""
    agent.write("a.py", "a = 1\n")
    project.git("add", "-A")
    project.git("update-index", "--add", "--cacheinfo", f"160000,{project.oid()},module")
    project.git("commit", "-q", "-m", "Both")
    assert claims(project) == {"a.py": {"ai": "1"}}
    assert gate(project) == "passed"


HOSTILE = [
    "new\nline.py",
    'quo"te.py',
    "tab\tand space.py",
    "back\\slash.py",
    "-leading.py",
    "--amend",
    "ümlaut.py",
    "(glob*?[a]).py",
    ":(top)magic.py",
    "d/" * 30 + "deep.py",
    "x" * 250,
    "a => b.py",
    ".ai-trace/a.py",
    "@@ -1 +1 @@",
]


@pytest.mark.slow
def test_hostile_paths(project: GitRepo, agent: Agent) -> None:
    """File names that look like options, patterns, headers or several lines are claimed under just that name."""
    for name in HOSTILE:
        agent.write(name, "a = 1\n")
    project.git("add", "-A")
    project.commit_staged("All")
    assert claims(project) == {name: {"ai": "1"} for name in HOSTILE}
    assert gate(project) == "passed"
    for name in HOSTILE:
        agent.write(name, "a = 1\nb = 2\n")
    project.commit("More")
    assert claims(project) == {name: {"ai": "2"} for name in HOSTILE}
    project.git("commit", "-q", "--amend", "-m", "Amended")
    assert claims(project) == {name: {"ai": "2"} for name in HOSTILE}
    assert project.events() == []


def test_path_of_thousands_of_characters(project: GitRepo, agent: Agent) -> None:
    """A path as long as the system takes is a path like any other."""
    room = 4_000 - len(str(project.path))
    name = "/".join(["d" * 200] * (room // 201)) + "/a.py"
    agent.write(name, "a = 1\n")
    project.commit("Deep")
    assert claims(project) == {name: {"ai": "1"}}


def test_path_that_is_not_utf8(project: GitRepo, agent: Agent) -> None:
    """Bytes that are not UTF-8 survive in the note as surrogate escapes."""
    name = os.fsdecode(b"caf\xe9.py")
    agent.write(name, "a = 1\n")
    project.commit("One")
    assert claims(project) == {"caf\udce9.py": {"ai": "1"}}
    raw = project.git_bytes("notes", "--ref=refs/notes/gitprov", "show", "HEAD")
    assert b"caf\\udce9.py" in raw


def test_users_diff_settings(project: GitRepo, agent: Agent) -> None:
    """Settings that change what `git diff` looks like change nothing here."""
    for key, value in {
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.external": "false",
        "diff.context": "7",
        "diff.renames": "copies",
        "color.ui": "always",
        "diff.algorithm": "histogram",
        "core.quotePath": "false",
        "log.showSignature": "true",
        "diff.orderFile": "/dev/null",
    }.items():
        project.git("config", key, value)
    project.env["GIT_DIFF_OPTS"] = "--unified=3"
    project.env["GIT_EXTERNAL_DIFF"] = "false"
    project.write("a.py", TEN)
    project.commit("Base")
    agent.write("a.py", TEN.replace("line_5 = 5\n", "line_5 = 5\nnew = 0\n"))
    project.commit("One")
    assert claims(project) == {"a.py": {"ai": "6"}}
    assert gate(project) == "passed"
