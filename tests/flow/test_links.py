"""What a repository brings cannot lead gitprov out of the work tree, nor make it wait."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.agent import Agent
from tests.support.claude import ClaudeSession
from tests.support.commits import objects
from tests.support.repo import GitRepo, run

pytestmark = pytest.mark.plain

DIARY = "dear diary, nobody reads this\n"


@pytest.fixture
def diary(project: GitRepo) -> Path:
    """A private file beside the repository."""
    path = project.path.parent / "diary"
    path.write_text(DIARY)
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("link", "target"),
    [
        (".ai-trace/src/a.py.json", "../../../diary"),
        (".ai-trace/src/a.py.json", "../../.git/config"),
        (".ai-trace/src/a.py.json", "../../../not-there"),
        (".ai-trace/src", "../.."),
        (".ai-trace", ".git"),
        (".ai-trace", "../elsewhere"),
    ],
)
def test_a_sidecar_is_written_through_no_link(
    project: GitRepo, agent: Agent, diary: Path, link: str, target: str
) -> None:
    """The commit is refused with the link's name; the command that it prints makes the next one work."""
    project.write(".gitprov.toml", "sidecar = true\n")
    (project.path.parent / "elsewhere").mkdir()
    place = project.path / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)
    project.commit("Links")
    config = project.read(".git/config")
    outside = sorted(os.listdir(project.path.parent))
    agent.write("src/a.py", "one\n")
    project.git("add", "src")
    done = project.git("commit", "-qm", "x", check=False)
    assert done.returncode
    assert f"{link} is a symbolic link" in done.stderr
    assert (diary.read_text(), project.read(".git/config")) == (DIARY, config)
    assert sorted(os.listdir(project.path.parent)) == outside
    [mend] = [line.partition("mend: ")[2] for line in done.stderr.splitlines() if "mend: " in line]
    run(["sh", "-c", mend], cwd=project.path, env=project.env)
    project.commit_staged("x")
    assert project.git("ls-files", "-s", ".ai-trace").stdout.startswith("100644")
    assert diary.read_text() == DIARY


@pytest.mark.parametrize("kind", ["pipe", "directory", "file above"])
def test_a_sidecar_where_something_else_is(project: GitRepo, agent: Agent, kind: str) -> None:
    """Nothing is waited for, and the refusal names it."""
    project.write(".gitprov.toml", "sidecar = true\n")
    place = project.path / ".ai-trace/a.py.json"
    if kind == "file above":
        project.write(".ai-trace", "a file\n")
    elif kind == "directory":
        place.mkdir(parents=True)
    else:
        place.parent.mkdir()
        os.mkfifo(place)
    agent.write("a.py", "one\n")
    project.git("add", "a.py")
    done = project.git("commit", "-qm", "x", check=False)
    assert done.returncode
    assert "the sidecar cannot be written: .ai-trace" in done.stderr


@pytest.mark.parametrize(
    ("link", "target"), [(".claude", "../elsewhere"), (".claude/settings.json", "../../diary")]
)
def test_install_writes_through_no_link(project: GitRepo, diary: Path, link: str, target: str) -> None:
    """An agent's settings in a work tree are replaced only where they are a plain file."""
    (project.path.parent / "elsewhere").mkdir()
    (project.path.parent / "elsewhere/settings.json").write_text("{}\n")
    diary.write_text("{}\n")
    place = project.path / link
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(target)
    done = project.gitprov("install", "--agents", "claude-code", check=False)
    assert done.returncode == 3
    assert f"{place} is a symbolic link" in done.stderr
    assert "hint: " in done.stderr
    assert diary.read_text() == (project.path.parent / "elsewhere/settings.json").read_text() == "{}\n"


def test_a_link_in_a_home_directory_is_its_owners(project: GitRepo) -> None:
    """With --user a settings file that a person keeps elsewhere is changed where it is, and stays a link."""
    home = Path(project.env["HOME"])
    (home / "dotfiles").mkdir()
    (home / "dotfiles/claude.json").write_text("{}\n")
    (home / ".claude").mkdir()
    (home / ".claude/settings.json").symlink_to("../dotfiles/claude.json")
    project.gitprov("install", "--agents", "claude-code", "--user")
    assert (home / ".claude/settings.json").is_symlink()
    assert "gitprov capture" in (home / "dotfiles/claude.json").read_text()


@pytest.mark.slow
def test_instruction_files_are_read_through_no_link(repo: GitRepo, claude: ClaudeSession) -> None:
    """A link, a directory that is one, a pipe and git's own files are as if they were not there."""
    repo.install()
    (repo.path.parent / "diary").write_text(DIARY)
    repo.write(
        ".gitprov.toml",
        'instructions = ["AGENTS.md", "d/diary", ".git/config", "p", "z", "notes.txt", "R.md"]\n',
    )
    (repo.path / "AGENTS.md").symlink_to("../diary")
    (repo.path / "d").symlink_to("..")
    (repo.path / "z").symlink_to("/dev/zero")
    os.mkfifo(repo.path / "p")
    repo.write("R.md", "rules\n")
    repo.write("notes.txt", "left untracked by a person\n")
    (repo.path / ".git/info").mkdir(exist_ok=True)
    (repo.path / ".git/info/exclude").write_text("notes.txt\n")
    claude.prompt("one")
    claude.write_file("a.py", "a\n")
    claude.stop()
    repo.git("add", "a.py", "R.md")
    repo.commit_staged("x")
    [trace] = repo.generations()
    rows = repo.generation(trace)["instructions"]
    assert [(row["path"], row.get("available")) for row in rows] == [("notes.txt", False), ("R.md", None)]
    stored = objects(repo)
    assert DIARY.encode() not in stored
    assert b"left untracked" not in stored
    assert b"rules\n" in stored


@pytest.mark.slow
@pytest.mark.parametrize("wish", [False, True])
def test_a_persons_own_instructions(hooked: GitRepo, claude: ClaudeSession, wish: bool) -> None:
    """`~/.claude/CLAUDE.md` is recorded by its digest, with its text only where the person says so; verify is content."""
    home = Path(hooked.env["HOME"]) / ".claude"
    home.mkdir(exist_ok=True)
    (home / "CLAUDE.md").write_text(DIARY)
    if wish:
        hooked.git("config", "--global", "gitprov.personalInstructions", "true")
    claude.prompt("one")
    claude.write_file("a.py", "a\n")
    claude.stop()
    hooked.commit("x")
    [trace] = hooked.generations()
    [row] = hooked.generation(trace)["instructions"]
    assert row["path"] == "~/.claude/CLAUDE.md"
    assert (DIARY.encode() in objects(hooked)) == wish
    assert hooked.gitprov("verify", check=False).returncode == 0


@pytest.mark.parametrize("name", [".gitprov.toml", "pyproject.toml"])
@pytest.mark.parametrize("kind", ["link", "pipe", "directory"])
def test_configuration_that_is_no_file(project: GitRepo, name: str, kind: str) -> None:
    """It is an error that names it, and nobody waits."""
    place = project.path / name
    if kind == "link":
        (project.path.parent / "settings").write_text("[tool.gitprov]\nsidecar = true\n")
        place.symlink_to("../settings")
    elif kind == "pipe":
        os.mkfifo(place)
    else:
        place.mkdir()
    done = project.gitprov("install", check=False)
    assert done.returncode == 3
    assert f"{name} cannot be read: it is " in done.stderr


@pytest.mark.slow
def test_a_pyproject_link_of_others(project: GitRepo) -> None:
    """A link that leads to no settings of gitprov's is none of its business."""
    (project.path.parent / "settings").write_text("[tool.black]\n")
    (project.path / "pyproject.toml").symlink_to("../settings")
    project.gitprov("install")
    (project.path / "pyproject.toml").unlink()
    (project.path / "pyproject.toml").symlink_to("/dev/zero")
    project.gitprov("install")
