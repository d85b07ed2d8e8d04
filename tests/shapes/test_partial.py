"""Partial, shallow and borrowed object stores: what is not here is fetched once, or said to be missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shapes.conftest import COMMITS
from tests.shapes.story import CLASSES, MODEL, tell, told
from tests.support.agent import Agent
from tests.support.commits import claims
from tests.support.repo import GENERATIONS_REF, NOTES_REF, GitRepo

pytestmark = pytest.mark.slow

SHARED = f"{NOTES_REF}:{NOTES_REF}"
PROMPTS = f"{GENERATIONS_REF}:{GENERATIONS_REF}"
COUNT = COMMITS


def partial(server: GitRepo, place: Path, *refs: str) -> GitRepo:
    """A clone without blobs, which has fetched those refs."""
    repo = server.clone(place, "--filter=blob:none")
    repo.git("fetch", "-q", "origin", *refs)
    return repo


def missing(repo: GitRepo, *revs: str) -> set[str]:
    """Objects of some revisions that the clone does not have."""
    shown = repo.git("rev-list", "--objects", "--missing=print", "--no-object-names", *revs).stdout
    return {row[1:] for row in shown.split() if row.startswith("?")}


def fetches(repo: GitRepo, *args: str) -> int:
    """How many times a command asked the remote for something."""
    log = repo.path.parent / "trace"
    log.unlink(missing_ok=True)
    repo.env["GIT_TRACE"] = str(log)
    try:
        repo.git(*args)
    finally:
        del repo.env["GIT_TRACE"]
    return sum(
        ("built-in: git fetch" in row) or ("git-fetch" in row and "exec" in row)
        for row in log.read_text().splitlines()
    )


def test_story(server: GitRepo, tmp_path: Path) -> None:
    """The main path holds in a partial clone."""
    repo = server.clone(tmp_path / "clone", "--filter=blob:none")
    repo.install()
    oid = tell(repo)
    assert repo.git("rev-list", "--count", "HEAD").stdout.strip() == str(COUNT + 3)
    assert repo.oid() == oid


@pytest.mark.parametrize("command", ["ai-log", "ai-blame"])
def test_notes_come_in_one_fetch(server: GitRepo, tmp_path: Path, command: str) -> None:
    """However many notes are missing, one fetch more than git's own brings all of them; then there is none."""
    repo = partial(server, tmp_path / "clone", SHARED)
    assert len(missing(repo, f"{NOTES_REF}^{{tree}}")) == COUNT
    asked = {"ai-log": ["--json"], "ai-blame": ["--json", "HEAD", "--", "long.py"]}[command]
    if command == "ai-blame":
        repo.git("blame", "HEAD", "--", "long.py")
    assert fetches(repo, command, *asked) == 1
    assert missing(repo, f"{NOTES_REF}^{{tree}}") == set()
    assert fetches(repo, command, *asked) == 0


def test_nothing_else_is_fetched(server: GitRepo, tmp_path: Path) -> None:
    """Blame and log of one file leave other files' versions, and what models said, where they are."""
    repo = partial(server, tmp_path / "clone", SHARED, PROMPTS)
    listed = [row.split() for row in repo.git("ls-tree", "-r", GENERATIONS_REF).stdout.splitlines()]
    wanted = {oid for _, _, oid, name in listed if name.endswith(("record.json", "output.txt"))}
    others = {server.oid(f"HEAD~{n}:unasked.py") for n in range(1, COUNT)}
    assert len(wanted | others) == 3 * COUNT - 1
    repo.git("ai-log")
    assert repo.classes("long.py", "HEAD") == ["ai"] * COUNT
    assert wanted <= missing(repo, f"{GENERATIONS_REF}^{{tree}}")
    assert others <= missing(repo, "HEAD")


def test_prompt_is_fetched_when_asked_for(server: GitRepo, tmp_path: Path) -> None:
    """`show` of one trace brings that trace's contents."""
    repo = partial(server, tmp_path / "clone", SHARED, PROMPTS)
    [row] = server.traces()
    assert "do it" in repo.gitprov("show", row["id"]).stdout


@pytest.mark.parametrize("command", [("git", "ai-log"), ("git", "ai-blame", "HEAD", "--", "long.py")])
def test_remote_is_gone(server: GitRepo, tmp_path: Path, command: tuple[str, ...]) -> None:
    """Where the remote that promised objects does not answer, one line says so."""
    repo = partial(server, tmp_path / "clone", SHARED)
    server.path.rename(tmp_path / "gone")
    done = repo.git(*command[1:], check=False)
    assert done.returncode == 3, done
    assert "Traceback" not in done.stderr
    assert "gitprov: this is a bug" not in done.stderr
    said = [row for row in done.stderr.splitlines() if row.startswith(("gitprov: ", "hint: "))]
    assert "promis" in said[0], done.stderr
    assert said[1].startswith("hint: "), done.stderr


def test_show_without_its_remote(server: GitRepo, tmp_path: Path) -> None:
    """`show` of a trace whose contents cannot be fetched says so in one line."""
    repo = partial(server, tmp_path / "clone", SHARED, PROMPTS)
    repo.git("ai-log")
    [row] = server.traces()
    server.path.rename(tmp_path / "gone")
    done = repo.gitprov("show", row["id"], check=False)
    # An older git, such as 2.34, takes for absent what it could not fetch; then the rest is shown.
    assert done.returncode in (0, 3), done
    assert done.returncode or "not in this clone" in done.stdout
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr


def test_commits_go_on_without_the_remote(server: GitRepo, tmp_path: Path) -> None:
    """A commit in a partial clone needs nothing of its remote and does not ask it, whatever notes are missing."""
    repo = partial(server, tmp_path / "clone", SHARED)
    repo.install()
    server.path.rename(tmp_path / "gone")
    Agent(repo, session="offline").write("a.py", MODEL)
    repo.git("add", "a.py")
    assert fetches(repo, "commit", "-q", "-m", "Offline") == 0
    assert claims(repo) == {"a.py": {"ai": "1-4"}}


def test_shallow(server: GitRepo, tmp_path: Path) -> None:
    """The main path holds in a shallow clone, and notes of the commits it has answer."""
    repo = server.clone(tmp_path / "clone", "--depth=2")
    repo.git("fetch", "-q", "--depth=1", "origin", SHARED)
    repo.install()
    assert repo.classes("long.py").count("ai") >= 1
    assert len(repo.git("ai-log", "--oneline").stdout.splitlines()) == 2
    repo.git("update-ref", "-d", NOTES_REF)
    tell(repo)


def test_alternates(server: GitRepo, tmp_path: Path) -> None:
    """The main path holds where objects are borrowed from another repository."""
    server.git("clone", "-q", "--shared", str(server.path), str(tmp_path / "clone"))
    repo = GitRepo(tmp_path / "clone", server.env)
    assert (repo.path / ".git/objects/info/alternates").exists()
    repo.install()
    oid = tell(repo)
    assert server.git("cat-file", "-e", oid, check=False).returncode != 0


def test_bare(server: GitRepo, tmp_path: Path) -> None:
    """A bare repository answers every question about a commit that came to it."""
    oid = tell(server)
    bare = GitRepo.init(tmp_path / "bare.git", server.env, "--bare")
    server.git("push", "-q", str(bare.path), "main", SHARED, PROMPTS)
    told(bare, "src/a.py", oid, CLASSES, ("main",))
    assert len(bare.git("ai-log", "--oneline", "main").stdout.splitlines()) == COUNT + 1
    done = bare.gitprov("status", check=False)
    assert (done.returncode, "bare repository" in done.stderr) == (3, True)
