"""A report in a real browser, from the disk and by the server; `make test-web` runs this."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.agent import Agent
from tests.support.repo import GitRepo

BROWSER = os.environ.get("GITPROV_BROWSER") or ""
pytestmark = [
    pytest.mark.wide,
    pytest.mark.skipif(not shutil.which(BROWSER), reason="GITPROV_BROWSER names no browser: make test-web"),
]
ATTACK = "</code></style></script><script>document.title='broken'</script><img src=x onerror=alert(2)>"
#: A browser, or a page of it: the library is not there when types are checked.
Browser = Any
SIZES = ((360, 800), (1280, 900), (3840, 2160))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser."""
    library: Browser = importlib.import_module("playwright.sync_api")
    with library.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which(BROWSER), args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page of the browser that records what it must not do: messages, dialogs, requests elsewhere."""

    def __init__(self, browser: Browser, scheme: str = "light", size: tuple[int, int] = (1280, 900)) -> None:
        self.context = browser.new_context(
            color_scheme=scheme, viewport={"width": size[0], "height": size[1]}, offline=False
        )
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", lambda message: self.wrong.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("request", lambda request: self._request(request.url))

    def _dialog(self, dialog: Browser) -> None:
        self.wrong.append("dialog")
        dialog.dismiss()

    def _request(self, url: str) -> None:
        if not url.startswith(("file://", "data:", "http://127.0.0.1:")):
            self.wrong.append(f"request: {url}")

    def open(self, url: str) -> Browser:
        """Go to an address."""
        self.page.goto(url)
        return self.page


@pytest.fixture
def report(year_repo: GitRepo) -> Path:
    """A report with a file, a prompt and an author that attack."""
    year_repo.install()
    agent = Agent(year_repo, model=ATTACK)
    agent.prompt(ATTACK, prompt_name=ATTACK)
    agent.write("core/<b>evil.py", f'x = 1\ny = "{ATTACK}"\n')
    year_repo.commit(ATTACK)
    year_repo.gitprov("report", "--html", "out")
    return year_repo.path / "out"


def test_every_kind_of_page_is_quiet(chromium: Browser, report: Path) -> None:
    """No message, no dialog, no request and no sideways scrolling, in both schemes, from a phone to a wall."""
    names = ["index.html", "tree.html", "prompts.html", "commits.html"]
    for folder in ("files", "commits", "prompts"):
        pages = sorted((report / folder).iterdir())
        evil = [page for page in pages if "evil" in page.name or "document.title" in page.read_text()]
        names += [str(page.relative_to(report)) for page in (pages[0], *evil[:3])]
    for scheme, size in zip(("light", "dark", "dark"), SIZES, strict=True):
        watched = Watched(chromium, scheme, size)
        for name in names:
            page = watched.open(f"{report.as_uri()}/{name}")
            assert page.title() != "broken"
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], (name, size)
        assert watched.wrong == []
        watched.context.close()


def test_everybody_can_read_it(chromium: Browser, report: Path) -> None:
    """No violation of the rules of axe on any kind of page in either scheme; a planted fault is seen."""
    place = Path(os.environ.get("GITPROV_AXE") or "absent")
    if not place.is_file():
        pytest.skip("axe-core is not installed: make test-web with npm")
    names = ["index.html", "tree.html", "prompts.html", "commits.html"]
    names += [
        f"{folder}/{min((report / folder).iterdir()).name}" for folder in ("files", "commits", "prompts")
    ]
    run = "axe.run().then(result => result.violations.map(rule => rule.id + ' ' + rule.nodes[0].html))"
    light, dark = Watched(chromium, "light").page, Watched(chromium, "dark").page
    for page in (light, dark):
        for name in names:
            page.goto(f"{report.as_uri()}/{name}")
            page.evaluate(place.read_text())
            assert page.evaluate(run) == [], name
    dark.evaluate("document.querySelector('h1').outerHTML = '<img src=\"data:,\">'")
    assert any("image-alt" in fault for fault in dark.evaluate(run))


def test_from_a_line_to_its_prompt_in_two_clicks(chromium: Browser, report: Path) -> None:
    """Tree, file, a line: its card shows prompt, model and moment, by mouse and by keyboard."""
    watched = Watched(chromium)
    page = watched.open(f"{report.as_uri()}/tree.html")
    page.locator("td a", has_text="core/<b>evil.py").click()
    page.locator("#L2 code").click()
    card = page.locator(".card.on")
    assert ATTACK in card.inner_text()
    assert "Moment" in card.inner_text()
    page.evaluate("location.hash = 'L1-2'")
    assert page.locator(".chunk > .on").count() == 2
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.className").startswith("b ")
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()
    card.get_by_role("link").first.click()
    assert "/prompts/" in page.url
    assert watched.wrong == []


def test_the_switch_turns_the_scheme(chromium: Browser, report: Path) -> None:
    """The button turns light to dark, and the next page remembers it."""
    watched = Watched(chromium)
    page = watched.open(f"{report.as_uri()}/index.html")
    light = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    page.locator("#theme").click()
    dark = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    assert light != dark
    page.get_by_role("link", name="Tree").click()
    assert page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor") == dark


def test_the_colour_of_the_tree_map_follows_the_choice(chromium: Browser, report: Path) -> None:
    """Another choice is another colour of some rectangle."""
    page = Watched(chromium).open(f"{report.as_uri()}/tree.html")
    colours = "[...document.querySelectorAll('.map rect')].map(rect => getComputedStyle(rect).fill).join()"
    first = page.evaluate(colours)
    page.locator("#m-un").check()
    assert page.evaluate(colours) != first


def test_the_server_shows_a_new_note(chromium: Browser, year_repo: GitRepo) -> None:
    """`gitprov serve` prints an address; a page that is loaded again has the new commit."""
    command = ["gitprov", "serve"]
    with subprocess.Popen(command, cwd=year_repo.path, env=year_repo.env, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        url = server.stdout.readline().decode().strip()
        watched = Watched(chromium)
        page = watched.open(url)
        assert "40 commits" in page.locator("main").inner_text()
        year_repo.write("new.py", "x = 1\n")
        year_repo.commit("New")
        page.reload()
        assert "41 commits" in page.locator("main").inner_text()
        assert watched.wrong == []
        server.terminate()
