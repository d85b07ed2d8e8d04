"""What agents write, move and remove by shell commands: the transcript alone gives what hooks report."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import GitRepo
from tests.sweep.stories import Session, copy_of, facts, swept

CODE = "".join(f"def f{n}(x):\n    return x + {n}\n\n\n" for n in range(4))
HERE = f"cat > new.py <<'EOF'\n{CODE}EOF"

STORIES = {
    "here": [HERE],
    "append": [f"{HERE}\necho '# the end' >> new.py && printf '%s\\n' 'a = 1' 'b = 2' >> app.py"],
    "tee": [f"mkdir -p src; tee src/new.py <<'EOF' > /dev/null\n{CODE}EOF\necho 'c = 3' | tee -a app.py"],
    "substitute": ["sed -i -e 's/^line 3$/line three/' -e 's/line 5/line five/' app.py"],
    "written and changed": [f"{HERE}\nsed -i 's/x + 1/x * 1/' new.py", "echo '# more' >> new.py"],
    "moved": [HERE, "mv new.py newer.py"],
    "moved twice": [HERE, "mkdir src && mv new.py src/", "git add src && git mv src/new.py src/c.py"],
    "moved and changed": [HERE, "mv new.py b.py && sed -i 's/x + 1/x * 1/' b.py", "mv b.py c.py"],
    "directory": [f"mkdir src && cd src && {HERE}", "mv src lib"],
    "committed and moved": ["git mv app.py main.py && sed -i 's/line 3/line three/' main.py"],
    "removed": ["rm app.py", f"{HERE}\nrm -f new.py"],
}


def tell(repo: GitRepo, hooks: bool, commands: list[str]) -> None:
    """An agent runs the commands, and all is committed."""
    session = Session(repo, hooks)
    session.prompt("do it")
    for command in commands:
        session.bash(command)
    session.stop()
    repo.git("add", "--all")
    repo.commit("Work")


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
@pytest.mark.parametrize("name", STORIES)
def test_commands_of_a_transcript(project: GitRepo, tmp_path: Path, name: str) -> None:
    """The notes of a sweep are those of the hooks but for the evidence."""
    project.write("app.py", "".join(f"line {n}\n" for n in range(1, 9)))
    project.commit("Start the application")
    alone = copy_of(project, tmp_path / "alone")
    tell(project, True, STORIES[name])
    tell(alone, False, STORIES[name])
    assert facts(alone) == facts(project)
    assert {row["evidence"] for row in alone.traces()} == {"swept"}


def ran(session: Session, command: str, error: str) -> None:
    """A command that ends with an error: what it did is done by the test."""
    call = session._tool_use("Bash", {"command": command})
    session._tool_result(call, error, f"Error: {error}", is_error=True)


def test_a_command_that_failed(project: GitRepo) -> None:
    """Text that it wrote before counts where the file is exactly that; a refused one did nothing."""
    session = Session(project)
    session.prompt("do it")
    ran(session, f"{HERE}\npytest", "Exit code 1")
    ran(session, "echo 'value = 1' > other.py; mv README a.md; exit 1", "Exit code 1")
    ran(session, "echo 'value = 2' > refused.py", "The user doesn't want to proceed")
    session.stop()
    project.write("new.py", CODE)
    project.write("other.py", "value = 1\nmine = 2\n")
    project.write("refused.py", "value = 2\n")
    (project.path / "README").rename(project.path / "a.md")
    assert (swept(project).events, [event["path"] for event in project.events()]) == (1, ["new.py"])


def test_what_the_files_do_not_hold(project: GitRepo) -> None:
    """A command that did not do what its text says owns nothing; neither does one whose text is unclear."""
    session = Session(project)
    session.prompt("do it")
    session.bash("cd nowhere && echo 'value = 1' > a.py")
    session.bash("for name in b; do echo 'value = 1' > $name.py; done")
    session.bash("mv nowhere.py README 2> /dev/null; sed -i 's/nothing/something/' README")
    session.bash("echo 'value = 3' > c.py; rm c.py")
    session.stop()
    project.write("a.py", "other = 1\n")
    assert (swept(project).events, project.events()) == (0, [])


def test_hooks_beside_a_transcript(project: GitRepo) -> None:
    """A command that a hook reported is not recorded again."""
    session = Session(project, hooks=True)
    session.prompt("do it")
    session.bash(HERE)
    session.bash("mv new.py newer.py")
    session.stop()
    events = project.events()
    assert swept(project).events == 0
    assert project.events() == events
