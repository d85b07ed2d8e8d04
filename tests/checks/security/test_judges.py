"""Many files judged in several processes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitprov.flow.gates import security
from gitprov.flow.gates.programs import judges
from gitprov.flow.gates.subjects import Subject
from gitprov.model.ranges import LineSet

WORKER = """
import os, sys, time

def main():
    print(flush=True)
    for line in sys.stdin:
        word = line.strip()
        if word == "ends":
            os._exit(7)
        if word == "hangs":
            time.sleep(600)
        print(word.upper(), os.getcwd(), flush=True)
"""


def work(words: list[str]) -> judges.Work:
    """Words as files: the worker answers in upper case and with its directory."""
    return judges.Work(
        [1] * len(words),
        "worker_of_words",
        lambda number: f"here {words[number]}",
        lambda number: words[number].encode() + b"\n",
        lambda reason: f"unknown: {reason}",
    )


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the worker's module, in a place where modules are searched."""
    monkeypatch.syspath_prepend(str(tmp_path))
    path = tmp_path / "worker_of_words.py"
    path.write_text(WORKER)
    return path


@pytest.mark.usefixtures("worker")
def test_workers_that_end_or_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the file of a process that ends or hangs is unknown, and the answers stand in the order of files."""
    monkeypatch.setattr(judges, "_LONGEST", 5.0)
    rows = list(judges.answers(work(["a", "ends", "b", "hangs", "c", "ends"]), 2, 0))
    ended = "unknown: the process that judged it ended with status 7"
    late = "unknown: judging it took longer than 5 seconds"
    assert rows == ["A /", ended, "B /", late, "C /", ended]


def test_no_process_can_be_had(worker: Path) -> None:
    """Where no worker gets ready, this process judges all files."""
    worker.write_text("raise SystemExit(1)\n")
    assert list(judges.answers(work(["a", "b"]), 2, 0)) == ["here a", "here b"]


def test_processes_judge_as_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The findings are those of one process in their order, whatever modules a repository has."""
    monkeypatch.setattr(security, "_processors", lambda: 2)
    (tmp_path / "json.py").write_text("raise SystemExit('a module of the repository')\n")
    monkeypatch.chdir(tmp_path)
    texts = {
        "a.py": "import os\ndef f(x):\n    os.system('ls ' + x)\n",
        "b.ts": "const password = 'hunter22';\nconsole.log(password);\n",
        "c\udcff.py": "def f(:\n",
        "d.py": "import pickle\ndef f(x):\n    return pickle.loads(x)  # \u00e9\n",
    }
    rows = [Subject(path, text.encode(), LineSet.of_runs([(1, 3)])) for path, text in texts.items()]
    book = security.rules()
    alone = list(security.weaknesses(rows, book, True, patience=1e9))
    assert [row.path for row in alone] == ["a.py", "b.ts", "b.ts", "c\udcff.py", "d.py"]
    here = os.getpid()
    monkeypatch.setattr(security, "_judged", lambda *_: pytest.fail(f"judged in process {here}"))
    assert list(security.weaknesses(rows, book, True, patience=0.0)) == alone
