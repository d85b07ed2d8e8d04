"""A report in a real browser, from the disk and by the server: by mouse, by keyboard, and under attack."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.repo import GitRepo
from tests.web.watched import ATTACK, TOP, Browser, Watched, some_pages

SIZES = ((360, 800), (1280, 900), (3840, 2160))
AXE = "axe.run().then(result => result.violations.map(rule => rule.id + ' ' + rule.nodes[0].html))"


def test_every_kind_of_page_is_quiet(chromium: Browser, report: Path) -> None:
    """No message, no dialog, no request and no sideways scrolling, in both schemes, from a phone to a wall."""
    for scheme, size in zip(("light", "dark", "dark"), SIZES, strict=True):
        watched = Watched(chromium, scheme, size)
        for name in some_pages(report):
            page = watched.open(f"{report.as_uri()}/{name}")
            assert page.title() != "broken"
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], (name, size)
            assert "\u202e" not in page.content()
        assert watched.wrong == []
        watched.context.close()


def test_everybody_can_read_it(chromium: Browser, report: Path, axe: str) -> None:
    """No violation of the rules of axe on any kind of page in either scheme; a planted fault is seen."""
    light, dark = Watched(chromium, "light").page, Watched(chromium, "dark", (360, 800)).page
    for page in (light, dark):
        for name in some_pages(report):
            page.goto(f"{report.as_uri()}/{name}")
            page.evaluate(axe)
            assert page.evaluate(AXE) == [], name
    dark.evaluate("document.querySelector('h1').outerHTML = '<img src=\"data:,\">'")
    assert any("image-alt" in fault for fault in dark.evaluate(AXE))


def test_everybody_can_read_every_state(chromium: Browser, year_report: Path, axe: str) -> None:
    """No violation either with results, an open dialog, marked lines, raw output, a read plot, another map."""
    states = {
        "search.html#q=invoice": "document.querySelector('#results li a')",
        "search.html#q=nothingofthekind": "document.querySelector('#state').textContent === '0 pages'",
        "tree.html": "document.getElementById('m-fi').click(); true",
        "index.html": "document.querySelector('.plot').focus(); true",
        f"{edited(year_report)}#L1-4": "document.querySelectorAll('details').forEach(d => d.open = true); true",
        f"{edited(year_report)}#L2": "document.getElementById('keys').showModal(); true",
    }
    for scheme in ("light", "dark"):
        page = Watched(chromium, scheme).page
        for name, expression in states.items():
            page.goto("about:blank")
            page.goto(f"{year_report.as_uri()}/{name}")
            page.wait_for_function(expression)
            page.keyboard.press("ArrowRight")
            page.evaluate(axe)
            assert page.evaluate(AXE) == [], (scheme, name)


def edited(report: Path) -> str:
    """A page of a file with lines that people changed and a finding."""
    pages = sorted((report / "files").iterdir())
    return next(
        f"files/{page.name}"
        for page in pages
        if "Raw output" in (text := page.read_text()) and "1 finding<" in text
    )


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


def test_by_keyboard_alone(chromium: Browser, year_report: Path) -> None:
    """From the overview to a search, a file, its next lines of a model and the session, without a mouse."""
    watched = Watched(chromium)
    page = watched.open(f"{year_report.as_uri()}/index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    ring = "getComputedStyle(document.activeElement).outlineStyle"
    for _ in TOP:
        page.keyboard.press("Tab")
        assert page.evaluate(ring) == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html")
    page.wait_for_function("document.activeElement.id === 'q'")
    page.keyboard.type("invoice py", delay=1)
    page.wait_for_function("document.querySelectorAll('#results a').length > 1")
    assert page.url.endswith("#q=invoice%20py")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/files/*")
    for key in ("j", "j", "k"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.closest('[data-t]') !== null")
    page.locator(".card.on a", has_text="s1").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions/*")
    assert page.locator("h1").inner_text().startswith("s1")
    page.go_back()
    assert "/files/" in page.url
    assert watched.wrong == []


def test_a_link_to_lines(chromium: Browser, year_report: Path) -> None:
    """A click on a number makes a link to the line, with Shift to several; a wrong place marks nothing."""
    watched = Watched(chromium)
    page = watched.open(f"{year_report.as_uri()}/{edited(year_report)}")
    page.locator("#L3 u").click()
    assert page.url.endswith("#L3")
    page.locator("#L7 u").click(modifiers=["Shift"])
    assert page.url.endswith("#L3-7")
    assert page.locator(".chunk > .on").count() == 5
    page.evaluate("location.hash = 'L999999-L1000000'")
    page.wait_for_function("document.querySelectorAll('.chunk > .on').length === 0")
    page.locator("summary", has_text="1 finding").click()
    assert watched.wrong == []


def test_time_lines_can_be_read(chromium: Browser, year_report: Path) -> None:
    """Arrow keys move through a plot, which says the day and its values; without a script there are bars."""
    watched = Watched(chromium)
    page = watched.open(f"{year_report.as_uri()}/index.html")
    plot = page.locator(".plot").nth(1)
    assert plot.locator("canvas").is_visible()
    plot.focus()
    page.keyboard.press("ArrowRight")
    first = plot.locator("output").inner_text()
    assert first.startswith("20")
    assert "delta rate" in first
    page.keyboard.press("ArrowRight")
    assert plot.locator("output").inner_text() != first
    assert watched.wrong == []
    bare = chromium.new_context(java_script_enabled=False).new_page()
    bare.goto(f"{year_report.as_uri()}/index.html")
    assert bare.locator(".plot svg[role=img]").nth(1).is_visible()
    bare.goto(f"{year_report.as_uri()}/search.html")
    assert "gitprov search" in bare.locator("noscript").inner_text()


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


def test_the_colour_of_the_tree_map_follows_the_choice(chromium: Browser, year_report: Path) -> None:
    """Another choice is another colour of some rectangle."""
    page = Watched(chromium).open(f"{year_report.as_uri()}/tree.html")
    colours = "[...document.querySelectorAll('.map rect')].map(rect => getComputedStyle(rect).fill).join()"
    seen = [page.evaluate(colours)]
    for choice in ("#m-un", "#m-ch", "#m-fi"):
        page.locator(choice).check()
        seen.append(page.evaluate(colours))
    assert len({*seen}) == 4


def test_the_server_shows_a_new_note(chromium: Browser, year_repo: GitRepo) -> None:
    """`gitprov serve` prints an address; an open page shows a new commit by itself."""
    command = ["gitprov", "serve"]
    server = subprocess.Popen(command, cwd=year_repo.path, env=year_repo.env, stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        url = server.stdout.readline().decode().strip()
        watched = Watched(chromium, offline=False)
        page = watched.open(url)
        assert "40 commits" in page.locator("main").inner_text()
        year_repo.write("new.py", "x = 1\n")
        year_repo.commit("New")
        page.wait_for_selector("main:has-text('41 commits')")
        assert watched.wrong == []
    finally:
        server.kill()
        server.communicate()
