"""The pages of a report: complete, closed in themselves, the same for the same records, and safe."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from gitprov.errors import GitprovError
from gitprov.flow.index.files import FileLines, FileRun
from gitprov.flow.index.report import report_data
from gitprov.flow.pages.findings import open_findings, subjects_of
from gitprov.model.answers.blame import UNKNOWN, Facts
from gitprov.model.exchange.index_rows import ReviewEntry
from gitprov.store.index.database import Database, open_url
from gitprov.web.cards import CardFacts
from gitprov.web.highlight import html_lines
from gitprov.web.kinds import commits, findings, list_pages, prompts, source, tree
from gitprov.web.kinds import sessions as kinds_sessions
from gitprov.web.kinds.prompts import word_diff
from gitprov.web.links import commit_page
from gitprov.web.pages import NAVIGATION, Frame, Renderer
from gitprov.web.plots import Rect, bars, treemap
from gitprov.web.site import Site
from gitprov.web.write import write
from tests.index.conftest import opened
from tests.index.test_both import refresh
from tests.support.agent import Agent
from tests.support.hostile import short_traces
from tests.support.notes import add_note, commit_row, human_row, trace_row
from tests.support.repo import GitRepo

VOID = {"meta", "link", "br", "rect", "line", "circle", "path", "img", "input"}
ATTACK = (
    "</code></title></style></script><script>alert(1)</script><img src=x onerror=alert(2)>\"' {{ 7*7 }} &amp;"
)


class Page(HTMLParser):
    """A page: its elements, links, ids and texts; an element that is not closed is an error."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(data.decode("utf-8"))
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.append((name, value or ""))
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._open[-1] if self._open else "", []).append(data)

    def text(self, tag: str) -> str:
        """The text directly inside all elements of a kind."""
        return "".join(self.texts.get(tag, []))


def pages_of(repo: GitRepo, base: Database) -> dict[str, bytes]:
    """All pages of a report on HEAD."""
    with opened(repo) as place:
        refresh(place, base)
        data = report_data(place, base, [])
        answer = open_findings(place, subjects_of(place, data.files), data.rows)
        return {name: make() for name, make in Site(place, data, answer).pages().items()}


def digest(text: str) -> str:
    """A text's digest as a policy names it."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def check_closed(name: str, page: Page, ids: dict[str, set[str]]) -> None:
    """A page has our style and script alone, asks for nothing, and its links lead to pages and places."""
    policy = next(value for attribute, value in page.attributes if value.startswith("default-src 'none'; "))
    assert digest(page.text("style")) in policy
    assert digest(page.text("script")) in policy
    assert (page.tags.count("script"), page.tags.count("style")) == (1, 1), name
    assert not {"img", "iframe", "object", "form", "base"} & {*page.tags}
    names = {attribute for attribute, _ in page.attributes}
    assert not [attribute for attribute in names if attribute == "style" or attribute.startswith("on")], name
    assert "src" not in names
    assert len(page.ids) == len({*page.ids}), name
    folder = name.rpartition("/")[0]
    for link in page.links:
        if link == "data:,":
            continue
        target, _, place = link.partition("#")
        path = str(Path("/", folder, unquote(target)).resolve())[1:] if target else name
        assert path in ids, (name, link)
        where = re.sub(r"^(L\d+)-\d+$", r"\1", place)
        assert not where or where in ids[path], (name, link)


def test_pages_are_closed_and_linked(year_repo: GitRepo, memory: Database) -> None:
    """Every page of a year parses, has one style and script of known digests, and no dead link."""
    made = pages_of(year_repo, memory)
    pages = {name: Page(data) for name, data in made.items()}
    ids = {name: {*page.ids} for name, page in pages.items()}
    for name, page in pages.items():
        check_closed(name, page, ids)
    assert len(made["index.html"]) < 150_000
    folders = {name.partition("/")[0] for name in made if not re.search(r"-\d+\.html$", name) or "/" in name}
    assert folders == {
        *(page for page, _ in NAVIGATION),
        *("files", "commits", "prompts", "sessions", "findings"),
    }


@pytest.mark.slow
def test_the_same_records_make_the_same_bytes(year_repo: GitRepo, memory: Database, tmp_path: Path) -> None:
    """A second report, from an index of its own, has equal bytes; an unchanged page is not written again."""
    again = open_url("sqlite://")
    made, other = pages_of(year_repo, memory), pages_of(year_repo, again)
    again.close()
    assert made == other
    makers = {name: partial(bytes, data) for name, data in made.items()}
    place = tmp_path / "out"
    assert write(str(place), makers, lambda *_: None) == len(made)
    before = (place / "index.html").stat().st_mtime_ns
    (place / "files" / "old.html").write_text("a page of a file that is gone")
    del makers["tree.html"]
    assert write(str(place), makers, lambda *_: None) == 0
    assert (place / "index.html").stat().st_mtime_ns == before
    assert not (place / "files" / "old.html").exists()
    assert not (place / "tree.html").exists()


def test_a_directory_of_other_files_is_left_alone(tmp_path: Path) -> None:
    """A report replaces only reports."""
    (tmp_path / "thesis.html").write_text("mine")
    with pytest.raises(GitprovError, match="files that are no report"):
        write(str(tmp_path), {}, lambda *_: None)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.html"]


def test_hostile_records_stay_text(repo: GitRepo, memory: Database) -> None:
    """Paths, prompts, people, models, reasons, code and subjects cannot leave the text they are shown in."""
    name = "a<script>alert(3)</script>\" onmouseover='x'.py"
    repo.env.update(GIT_AUTHOR_NAME="<svg onload=alert(4)>")
    repo.install()
    agent = Agent(repo, name=ATTACK, model=ATTACK)
    agent.prompt(ATTACK, prompt_version=ATTACK, prompt_name=ATTACK)
    agent.write(name, f'x = "{ATTACK}"\n# \u202e {ATTACK}\n"""\n{ATTACK}\n"""\n')
    agent.write("javascript:alert(5)", f"{ATTACK}\n")
    oid = repo.commit(ATTACK)
    rows = repo.note()
    review = {
        "kind": "review",
        "v": 1,
        "id": f"{rows[-1]['id']}/x",
        "by": ATTACK,
        "at": ATTACK,
        "note": ATTACK,
    }
    add_note(repo, oid, *rows, review, commit_row(oid, ATTACK, dropped={ATTACK: ATTACK}))
    repo.write("b.txt", f"{ATTACK}\n" * 3)
    other = repo.commit("javascript:alert(6)")
    bad = trace_row(
        {"b.txt": {"ai": "1"}}, **dict.fromkeys(("agent", "model", "session", "at", "key"), ATTACK)
    )
    add_note(repo, other, {**bad, "id": ATTACK}, human_row({"b.txt": {"human": "2"}}, ATTACK))
    made = pages_of(repo, memory)
    pages = {page_name: Page(data) for page_name, data in made.items()}
    ids = {page_name: {*page.ids} for page_name, page in pages.items()}
    for page_name, page in pages.items():
        check_closed(page_name, page, ids)
        assert "svg onload" not in " ".join(page.tags)
        assert re.fullmatch(r"[A-Za-z0-9._/-]+", page_name)
    shown = "".join(page.text("div") for page in pages.values())
    assert ATTACK in shown
    assert not any("\u202e" in data.decode() for data in made.values())
    assert any("\\u202e" in data.decode() for data in made.values())


def test_what_is_listed_of_a_commit(repo: GitRepo, memory: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a commit some traces, files and dropped traces are listed, and the others counted with a command that
    lists them; only prompts of listed traces have pages, and no link leads to another.
    """
    monkeypatch.setattr(commits, "_MOST_ROWS", 2)
    for name in ("a.py", "b.py", "c.py"):
        repo.write(name, "x = 1\n" * 5)
    oid = repo.commit("Add")
    dropped = {f"gen_20260301_{n:010x}": "no" for n in range(6)}
    add_note(repo, oid, short_traces(5), commit_row(oid, dropped=dropped))
    made = pages_of(repo, memory)
    pages = {name: Page(data) for name, data in made.items()}
    ids = {name: {*page.ids} for name, page in pages.items()}
    for name, page in pages.items():
        check_closed(name, page, ids)
    assert len([name for name in made if name.startswith("prompts/")]) == 2
    page = pages[commit_page(oid)]
    assert re.findall(r"and (\d+ more [a-z ]+):", page.text("p")) == [
        "1 more file",
        "3 more traces",
        "4 more dropped traces",
    ]
    assert page.texts["code"] == [f"git show --stat {oid[:12]}", *[f"gitprov show {oid[:12]}"] * 2]
    assert "5 prompts" in pages["prompts.html"].text("p")
    assert "and 3 more" in pages["prompts.html"].text("p")


def test_long_lists_have_pages(year_repo: GitRepo, memory: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are divided among linked pages, each row on a single one; the last pages stay as they are when a
    commit is added.
    """
    monkeypatch.setattr(list_pages.list_pages, "__defaults__", (20, None))
    for module in (kinds_sessions, tree):
        monkeypatch.setattr(module, "SMALL", 20)
    monkeypatch.setattr(findings, "SMALL", 1)
    made = pages_of(year_repo, memory)
    pages = {name: Page(data) for name, data in made.items()}
    ids = {name: {*page.ids} for name, page in pages.items()}
    for name, page in pages.items():
        check_closed(name, page, ids)
    for kind in ("commits", "sessions", "findings", "files"):
        top = "tree" if kind == "files" else kind
        lists = [page for name, page in pages.items() if re.fullmatch(rf"{top}(-[a-z]+)?(-\d+)?\.html", name)]
        rows = [
            link.partition("#")[0] for page in lists for link in page.links if link.startswith(f"{kind}/")
        ]
        assert {*rows} == {name for name in pages if name.startswith(f"{kind}/")}, kind
        assert len(lists) > 1, kind
    order = [name for name in made if name.startswith("commits") and "/" not in name]
    rows = [link for name in order for link in pages[name].links if link.startswith("commits/")]
    assert len(rows) == len({*rows})
    year_repo.git("commit", "-q", "--allow-empty", "--no-verify", "-m", "One more")
    after = pages_of(year_repo, memory)
    assert [name for name in order if after[name] != made[name]] == ["commits.html"]
    older = [name for name in made if name.startswith("commits/")]
    assert all(after[name] == made[name] for name in older)


def test_the_division_of_a_list() -> None:
    """No page has just a few rows, and every page leads to the first, the last and its neighbours."""
    sizes = {
        n: [len(part.rows) for part in list_pages.list_pages("x", range(n), 100)] for n in (0, 125, 126, 226)
    }
    assert sizes == {0: [0], 125: [125], 126: [26, 100], 226: [26, 100, 100]}
    parts = list_pages.list_pages("x", range(1200), 100)
    assert [number for part in parts for number in part.rows] == [*range(1200)]
    names = parts[5].names
    near = [(number, names[number - 1]) for number in range(3, 10)]
    assert parts[5].links == [(1, "x.html"), (2, None), *near, (10, None), (12, "x-12.html")]
    assert (parts[0].newer, parts[0].older, parts[11].older) == (None, "x-2.html", None)


def test_links_to_generations_that_are_not_listed(
    repo: GitRepo, memory: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link to a trace older than those that the page of its prompt lists leads to the page itself."""
    monkeypatch.setattr(prompts, "_MOST_ROWS", 2)
    repo.write("a.py", "one = 1\ntwo = 2\nthree = 3\n")
    oid = repo.commit("Add")
    names = [f"gen_20260201_{n:010x}" for n in (1, 2, 3)]
    add_note(repo, oid, *(trace_row({"a.py": {"ai": str(n)}}, id=name) for n, name in enumerate(names, 1)))
    pages = {name: Page(data) for name, data in pages_of(repo, memory).items()}
    ids = {name: {*page.ids} for name, page in pages.items()}
    for name, page in pages.items():
        check_closed(name, page, ids)
    (place,) = (name for name in pages if name.startswith("prompts/"))
    assert set(names) & ids[place] == set(names[1:])
    (commit,) = (page for name, page in pages.items() if name.startswith("commits/"))
    assert {f"../{place}", f"../{place}#{names[2]}"} <= {*commit.links}


def test_some_reviewers_are_named(year_repo: GitRepo, memory: Database) -> None:
    """Of many reviewers of a trace and its commit twenty are named, each once, and the others are counted."""
    with opened(year_repo) as place:
        refresh(place, memory)
        data = report_data(place, memory, [])
    names = [f"r{n:02}" for n in range(15)]
    reviews = [ReviewEntry(1, "o", trace, name, None, None) for trace in ("t", None) for name in names]
    reviews += [ReviewEntry(1, "o", None, f"s{n}", None, None) for n in range(8)]
    cards = CardFacts(data._replace(reviews=reviews), {}, frozenset())
    assert cards.reviewers("o", "t") == ", ".join([*names, *(f"s{n}" for n in range(5))]) + " and 3 more"
    assert cards.reviewers("o", "u").count(",") == 19
    assert cards.reviewers("p", None) == ""


def test_an_empty_repository_says_so(repo: GitRepo, memory: Database) -> None:
    """Without commits there are the pages of the navigation, each with a sentence."""
    made = pages_of(repo, memory)
    assert [*made] == [page for page, _ in NAVIGATION]
    words = (
        *("no commits yet", "no files", "No generation", "No session", "No line of a model", "no commits"),
        *("no finding", "nothing to search"),
    )
    for name, text in zip(made, words, strict=True):
        assert text in Page(made[name]).text("p"), name


def test_a_long_file(year_repo: GitRepo, memory: Database) -> None:
    """Ten thousand lines are a page below 3 MB, in parts that the browser lays out on their own."""
    with opened(year_repo) as place:
        refresh(place, memory)
        data = report_data(place, memory, [])
    content = b"".join(b"    total_%d = compute(total, %d)  # again\n" % (n, n) for n in range(10_000))
    runs = tuple(FileRun(n + 1, n + 4, "0" * 40, UNKNOWN) for n in range(0, 10_000, 4))
    values = source.values(
        FileLines("a.py", "", 10_000, runs), html_lines("a.py", content), CardFacts(data, {}, frozenset())
    )
    page = Renderer(Frame.of("x", "HEAD", None, 0)).page("file.html", "", "../", **values)
    assert len(page) < 3_000_000
    assert page.count(b'class="chunk"') == 100


def test_some_origins_have_cards(
    year_repo: GitRepo, memory: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a file's origins the first have cards, the others are counted; no mark leads to a card that is not there."""
    monkeypatch.setattr(source, "_MOST_CARDS", 2)
    with opened(year_repo) as place:
        refresh(place, memory)
        data = report_data(place, memory, [])
    runs = tuple(
        FileRun(n, n, "0" * 40, Facts("ai", "captured", trace=f"t{n}", model="<b>")) for n in (1, 2, 3, 4)
    )
    texts = html_lines("a.txt", b"<1>\n<2>\n<3>\n<4>\n")
    values = source.values(FileLines("a.txt", "", 4, runs), texts, CardFacts(data, {}, frozenset()))
    text = Renderer(Frame.of("x", "HEAD", None, 0)).page("file.html", "", "../", **values).decode()
    assert re.findall(r'class="card" id="(t\d)"', text) == ["t1", "t2"]
    assert re.findall(r'href="#(t\d)"', text) == ["t1", "t2"]
    assert re.findall(r"<div id=L(\d) data-t=(\d)>", text) == [(str(n), str(n)) for n in (1, 2, 3, 4)]
    assert "&lt;4&gt;" in text
    assert "those of 2 more have none" in text


def test_a_tree_map_fills_its_area() -> None:
    """The rectangles have the areas of their sizes and stay inside; nothing makes none."""
    sizes = [60.0, 30, 20, 10, 5, 5, 1]
    rects = treemap(sizes, Rect(10, 20, 300, 100))
    scale = 300 * 100 / sum(sizes)
    assert [rect.width * rect.height for rect in rects] == pytest.approx([size * scale for size in sizes])
    assert min(rect.x for rect in rects) == 10
    assert max(rect.y + rect.height for rect in rects) == pytest.approx(120)
    assert treemap([], Rect(0, 0, 1, 1)) == []
    assert bars([], 10, 10, 1) == ""
    assert bars([2, 0, 1], 30, 10, 2) == "M0.0 0.0h8.0v10.0h-8.0zM20.0 5.0h8.0v5.0h-8.0z"


def test_a_diff_of_words() -> None:
    """Words that stay, go and come, in their order; long texts are not compared."""
    assert word_diff("keep the old name", "keep the new name") == [
        ("=", "keep the "), ("-", "old"), ("+", "new"), ("=", " name"),
    ]  # fmt: skip
    assert word_diff("a " * 5000, "b") == [("-", "a " * 5000), ("+", "b")]
