"""Pages of findings, sessions and searches, the way from raw output to committed text, and one change."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from demo import year
from gitprov.checks.findings import baseline
from gitprov.cli.commands import report
from gitprov.cli.commands.report import command, site_of
from gitprov.errors import GitprovError, UsageError
from gitprov.flow.index.files import FileLines, FileRun
from gitprov.flow.index.report import report_data
from gitprov.flow.index.stats import stats
from gitprov.flow.pages.change import _some, change_data
from gitprov.flow.pages.findings import open_findings, subjects_of
from gitprov.flow.pages.judged import judge
from gitprov.git.repo import Repository
from gitprov.model.answers.blame import Facts
from gitprov.model.answers.show import Delta, DeltaHunk, DeltaLine
from gitprov.model.answers.stats import FindingCount
from gitprov.store.index.database import Database
from gitprov.web import site
from gitprov.web.highlight import html_lines
from gitprov.web.kinds import findings as findings_pages
from gitprov.web.kinds.search import BOUND, SearchPage, search_index
from gitprov.web.links import finding_page, lines_place
from gitprov.web.mixes import CLASSES
from gitprov.web.raw import raw_lines
from gitprov.web.server import Pages
from gitprov.web.site import Site
from tests.index.conftest import opened
from tests.index.test_both import refresh
from tests.index.test_report import Page, pages_of
from tests.support.agent import Agent
from tests.support.notes import add_note, commit_row
from tests.support.repo import GitRepo

STATIC = Path(__file__).resolve().parents[2] / "gitprov" / "web" / "static"
WEAK = "import os\n\n\ndef total(text):\n    value = 1\n    return eval(text)\n"


@pytest.fixture
def worked(repo: GitRepo) -> GitRepo:
    """A model's file, of which a person changed a line, with a weakness; a gate that was bypassed."""
    repo.write("README", "x\n")
    repo.commit("First")
    repo.install()
    agent = Agent(repo, session="s-one")
    agent.prompt("Count the total", prompt_name="count")
    agent.write("core.py", WEAK)
    repo.write("core.py", WEAK.replace("value = 1", "value = 100"))
    oid = repo.commit("Count")
    add_note(repo, oid, *repo.note(), commit_row(oid, "bypassed"))
    return repo


def index_of(page: bytes) -> dict[str, Any]:
    """The index in a search page."""
    match = re.search(rb'<p id="index" hidden>([^<]*)</p>', page)
    assert match is not None
    value: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(match[1])))
    return value


def test_findings_sessions_and_raw_output(
    worked: GitRepo, memory: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A weakness has a page with its line, the gate too; a session its turns; an edited line its words.

    Without the library of a check the others run, and the report names it.
    """
    made = {name: page.decode() for name, page in pages_of(worked, memory).items()}
    findings = [page for name, page in made.items() if name.startswith("findings/")]
    assert len(findings) == 2
    weak = next(page for page in findings if "security/code-injection" in page)
    assert "#L6" in weak
    assert "gitprov: ignore[security/code-injection]" in weak
    assert any("trace/bypassed" in page for page in findings)
    assert ">1 high, 0 medium, 1 low<" in made["index.html"]
    (session,) = (page for name, page in made.items() if name.startswith("sessions/"))
    assert "Count the total" in session
    assert "shipped" in session
    source = next(page for name, page in made.items() if name.startswith("files/core.py"))
    assert "1 finding" in source
    assert "value = <del>1</del><ins>100</ins>" in source
    assert Page(made["models.html"].encode()).text("td").count("model-1") == 1

    def rules() -> None:
        raise ModuleNotFoundError("No module named 'yaml'", name="yaml")

    monkeypatch.setattr("gitprov.flow.pages.findings.rules", rules)
    with opened(worked) as repo:
        data = report_data(repo, memory, [])
        answer = open_findings(repo, subjects_of(repo, data.files), data.rows)
    assert "yaml" in (answer.missing or "")
    assert [finding.rule for finding in answer.findings] == ["trace/bypassed"]


def test_open_findings_are_indexed_on_request(
    worked: GitRepo, memory: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`judge` keeps the open findings of the newest commit, by model and prompt, until another commit comes.

    Without the library of a check nothing is kept.
    """
    with opened(worked) as repo:
        refresh(repo, memory)
        assert stats(repo, memory, [], None).open_findings is None
        assert judge(repo, memory) == judge(repo, memory) == 1
        query = "SELECT rule, path, line, model, state FROM findings"
        row = ("security/code-injection", "core.py", 6, "model-1", "open")
        assert memory.ask(query).rows == [row]
        refresh(repo, memory)
        answer = stats(repo, memory, [], None)
        key = str(memory.ask("SELECT key FROM traces").rows[0][0])
        assert (answer.findings, answer.open_findings) == ([], [FindingCount("model-1", key, 1, ())])
        worked.write("b.py", "x = 1\n")
        worked.commit("Another")
        refresh(repo, memory)
        assert stats(repo, memory, [], None).open_findings is None
        assert memory.ask(query).rows == []

        def rules() -> None:
            raise ModuleNotFoundError("No module named 'yaml'", name="yaml")

        monkeypatch.setattr("gitprov.flow.pages.findings.rules", rules)
        with pytest.raises(GitprovError, match=r"not judged: security: .*yaml"):
            judge(repo, memory)


def test_sessions_that_nobody_committed(tmp_path: Path, env: dict[str, str], memory: Database) -> None:
    """A stored generation that no commit holds belongs to a session that is abandoned."""
    year.build(tmp_path / "year", seed=4, commits=8, lines=8, contents=True)
    made = pages_of(GitRepo(tmp_path / "year", env), memory)
    numbers = re.findall(rb'sessions.html#(\w+)">(\d+)', made["index.html"])
    shown = re.findall(rb'<h2 id="(\w+)">\w+ <span class="soft num">(\d+)', made["sessions.html"])
    assert numbers == shown == [(b"shipped", b"6"), (b"elsewhere", b"0"), (b"abandoned", b"1")]


def test_a_search_index_is_small(year_repo: GitRepo, memory: Database) -> None:
    """Every word of the text leads to its page, and the index stays within its part of the text."""
    page = pages_of(year_repo, memory)["search.html"]
    value = index_of(page)
    words = value["words"].split(" ")
    places = dict(zip(words, value["places"].split(";"), strict=True))
    number, pages = 0, []
    for step in places["invoice"].split(","):
        number += int(step, 36)
        pages.append(value["pages"][number])
    assert ["files" in page[1] and "invoice" in page[2] for page in pages].count(True) >= 1
    text = [
        SearchPage("file", f"files/{n}.html", f"{n}.py", f"def name{n % 9}(): return value") for n in range(9)
    ]
    small = search_index(text)
    assert not small.whole
    long = search_index([row._replace(text=f"{row.text} " * 200) for row in text])
    assert long.whole
    assert long.share <= BOUND
    assert search_index([]).share == 0.0


@pytest.mark.slow
def test_a_change_has_one_page_and_a_comment(worked: GitRepo, tmp_path: Path) -> None:
    """`report --range`: a page in a file or a directory, Markdown in a file or printed, twice the same bytes."""
    worked.write("other.py", "x = 1\n")
    worked.commit("Other")
    comment, page = tmp_path / "comment.md", tmp_path / "change.html"
    args = ("report", "--range", "HEAD~2..HEAD")
    done = worked.gitprov(*args, "--html", str(page), "--markdown", str(comment))
    assert done.stdout.startswith(f"{page}: 1 page, 1 of them")
    assert "of 7 added lines" in comment.read_text()
    text = page.read_text()
    weak = ("Count the total", "security/code-injection", 'href="#f1-6"', 'id="f1-6"')
    for words in (*weak, "core.py", "other.py"):
        assert words in text
    assert "<nav" not in text
    printed = worked.gitprov(*args, "--html", "out", "--markdown", "-").stdout
    assert printed == comment.read_text()
    assert (worked.path / "out" / "index.html").read_text() == text
    with pytest.raises(UsageError, match="needs --html"):
        command()
    with pytest.raises(UsageError, match="goes with --range"):
        command(html="x", markdown="-")
    with pytest.raises(UsageError, match="excludes other revisions"):
        command(["HEAD"], html="x", commits="HEAD")


@pytest.mark.slow
def test_a_report_of_the_same_inputs_makes_no_page(
    worked: GitRepo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pages are made where a page, the configuration, the baseline or a ref has changed, and not else."""
    monkeypatch.chdir(worked.path)
    for name, value in worked.env.items():
        monkeypatch.setenv(name, value)
    made: list[list[str]] = []

    def counted(repo: Repository, base: Database, revisions: list[str]) -> Pages:
        made.append(revisions)
        return site_of(repo, base, revisions)

    monkeypatch.setattr(report, "site_of", counted)

    def times(*revisions: str, place: str = "out") -> int:
        made.clear()
        command([*revisions], html=place)
        return len(made)

    page = worked.path / "out" / "models.html"
    assert (times(), times(), times()) == (1, 0, 0)
    last = capsys.readouterr().out.splitlines()
    assert last[0].startswith("out/index.html: 16 pages, 16 of them")
    assert last[1:] == ["out/index.html: 16 pages, 0 of them new or changed"] * 2
    right = page.read_bytes()
    page.write_bytes(right.replace(b"Models", b"Madels"))
    assert (times(), page.read_bytes(), times()) == (1, right, 0)
    page.unlink()
    assert (times(), page.read_bytes(), times()) == (1, right, 0)
    (worked.path / ".gitprov-baseline.json").write_text(baseline.dump_rows([]))
    assert (times(), times()) == (1, 0)
    worked.git("config", "user.nickname", "y")
    assert (times(), times()) == (1, 0)
    add_note(worked, worked.oid(), *worked.note(), commit_row(worked.oid(), "passed"))
    assert (times(), times()) == (1, 0)
    assert (times("HEAD~1..HEAD"), times("HEAD~1..HEAD")) == (1, 0)
    assert (times(place="other"), times(place="out")) == (1, 1)


def test_of_many_reviewers_of_a_change_some_are_named(worked: GitRepo, memory: Database) -> None:
    """A change names twenty reviewers of a trace, those of the trace first, each once; the last word is `others`."""
    rows = worked.note()
    trace = next(row["id"] for row in rows if row["kind"] == "trace")
    names = [f"r{n:02}" for n in range(30)]
    of_trace = [{"kind": "review", "v": 1, "id": f"{trace}/{name}", "by": name} for name in names[20:]]
    of_commit = [{"kind": "review", "v": 1, "id": f"x/{name}", "by": name} for name in names]
    add_note(worked, "HEAD", *rows, *of_trace, *of_commit)
    with opened(worked) as place:
        refresh(place, memory)
        (row,) = change_data(place, memory, "HEAD~1..HEAD").answer.traces
        assert row.reviewers == (*names[20:], *names[:10], "others")
        assert list(_some(iter(["a", "b", "a"]))) == ["a", "b"]


def test_raw_lines_are_those_around_changes() -> None:
    """Removed, added and reworded lines with a line around each; a long delta is cut."""
    same = [DeltaLine(" ", n, n, True, f"same {n}") for n in range(5)]
    words = (("-", "old"), ("+", "new"), (" ", " word"))
    block = DeltaHunk(
        1,
        9,
        1,
        9,
        (*same, DeltaLine("~", 6, 6, True, "", words), *same, DeltaLine("-", 9, None, True, "x\x1b")),
    )
    assert raw_lines(Delta((block,), 0, 5, 1, 1)) == [
        ("=", [("=", "same 4")]),
        ("~", [("-", "old"), ("+", "new"), ("=", " word")]),
        ("=", [("=", "same 0")]),
        ("=", [("=", "same 4")]),
        ("-", [("-", "x\\x1b")]),
    ]
    long = DeltaHunk(1, 99, 1, 99, tuple(DeltaLine("+", None, n, True, "x") for n in range(99)))
    assert len(raw_lines(Delta((long,), 0, 0, 0, 0))) == 61


def test_a_tree_of_many_files(repo: GitRepo, memory: Database) -> None:
    """The page with the map has at most 150 KB: the smallest files of a directory are one rectangle."""
    repo.write("README", "x\n")
    repo.commit("First")
    classes = (*CLASSES, "ai")
    files = []
    for n in range(1500):
        runs = [
            FileRun(at * (n + 1) + 1, (at + 1) * (n + 1), "", Facts(cls)) for at, cls in enumerate(classes)
        ]
        files.append(FileLines(f"part{n % 40}/module/component_{n:04}.py", "", 6 * (n + 1), tuple(runs)))
    with opened(repo) as place:
        refresh(place, memory)
        data = report_data(place, memory, [])._replace(files=tuple(files))
        answer = open_findings(place, [], data.rows)
        page = Site(place, data, answer).pages()["tree.html"]()
    assert len(page) < 150_000
    links = Page(page).links
    assert links.count("#all") == 31
    text = page.decode()
    assert text.count("<rect x=") == 231
    assert "where the smallest share one" in text
    assert re.search(r"<title>3\d smaller files: [^<]*, in part39/</title>", text)
    assert ", in (others)</title>" in text
    titles = "".join(re.findall(r"<title>([^<]*)</title><rect x=", text))
    counts = re.findall(r"(\d+) (?:" + "|".join(CLASSES) + ")", titles)
    assert sum(map(int, counts)) == sum(file.lines for file in files)


def test_names_of_pages() -> None:
    """Findings of one rule have different pages; a range of lines has one place."""
    assert finding_page("a/b x") != finding_page("a/b y")
    assert re.fullmatch(r"findings/a-b-[0-9a-f]{12}\.html", finding_page("a/b x"))
    assert (lines_place(3, 3), lines_place(3, 5)) == ("#L3", "#L3-5")


def test_the_plot_library_is_the_recorded_one() -> None:
    """The files of uPlot have the digests that stand beside them, and its licence is there."""
    folder = STATIC / "uplot"
    rows = [row.split() for row in (folder / "SHA256SUMS").read_text().splitlines()]
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for _, name in rows} == {
        name: digest for digest, name in rows
    }
    assert {"LICENSE", "uPlot.iife.min.js"} <= {name for _, name in rows}
    assert "</script" not in (folder / "uPlot.iife.min.js").read_text()


def test_a_file_is_coloured_once(
    worked: GitRepo, memory: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of a finding takes its lines from the page of its file, and no trace starts git."""
    log = tmp_path / "git-log"
    worked.env["GIT_TRACE2_EVENT"] = str(log)
    coloured: list[str] = []

    def counted(path: str, content: bytes) -> list[Markup]:
        coloured.append(path)
        return html_lines(path, content)

    for module in (site, findings_pages):
        monkeypatch.setattr(module, "html_lines", counted)
    made = {name: page.decode() for name, page in pages_of(worked, memory).items()}
    assert sorted(coloured) == ["README", "core.py"]
    assert any(name.startswith("findings/") and "<u>6</u><code>" in page for name, page in made.items())
    assert "--literal-pathspecs" not in log.read_text()
