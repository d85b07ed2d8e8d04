"""A program that imports gitprov: its generations in blame, without a repository, and without secrets."""

from __future__ import annotations

import sys

import pytest

from tests.support.repo import GitRepo, run


def program(repo: GitRepo, text: str) -> str:
    """Run a program in the repository; returns what it wrote to standard error."""
    return run([sys.executable, "-c", text], cwd=repo.path, env=repo.env).stderr


@pytest.mark.slow
def test_lines_of_the_files_are_the_prompts(project: GitRepo) -> None:
    """`record` to blame, through a commit with installed hooks."""
    project.write("a.py", "import os\n")
    project.commit("Start of a file")
    project.write("a.py", "import os\n\n\ndef f():\n    return 1\n")
    program(
        project,
        "import gitprov\n"
        "print(gitprov.record(prompt='write f', model='m-1', output='def f(): ...', files=['a.py']))",
    )
    project.commit("Function")
    lines = project.ai_blame("a.py")["lines"]
    assert [row["class"] for row in lines] == ["unknown"] + ["ai"] * 4
    assert {(row["model"], row["agent"]) for row in lines[1:]} == {("m-1", "python")}
    trace = lines[1]["trace"]
    assert project.generation_file(trace, "prompt.txt") == b"write f"
    assert project.generation_file(trace, "output.txt") == b"def f(): ..."


@pytest.mark.slow
def test_lines_of_an_output_are_recognized_in_a_commit(project: GitRepo) -> None:
    """Whole lines, each once; blank and bracket lines beside them; a person's lines stay unknown."""
    answer = "Here it is:\n```python\ndef f(x):\n    return (\n        x\n    )\n\n\nF = f(1)\n```\n"
    program(project, f"import gitprov\ngitprov.record(prompt='write f', model='m-1', output={answer!r})")
    project.write(
        "a.py", "import os\n\ndef f(x):\n    return (\n        x\n    )\n\n\nF = f(1)\nF = f(1)\n)\n"
    )
    project.commit("Function")
    classes = project.classes("a.py")
    assert classes == ["unknown"] * 2 + ["ai"] * 7 + ["unknown"] * 2
    project.write("b.py", "F = f(1)\n")
    project.commit("The line is spent")
    assert project.classes("b.py") == ["unknown"]
