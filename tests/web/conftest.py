"""A browser, a report on a generated year, and one on a repository whose every text attacks."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import year
from tests.support.agent import Agent
from tests.support.repo import GitRepo
from tests.support.sealed import sealed_env
from tests.web.watched import ATTACK, BROWSER, Browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser, which only `make test-web` has."""
    why = pytest.mark.skipif(
        not shutil.which(BROWSER), reason="GITPROV_BROWSER names no browser: make test-web"
    )
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.wide)
            item.add_marker(why)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser."""
    library: Browser = importlib.import_module("playwright.sync_api")
    with library.sync_playwright() as play:
        args = ["--no-sandbox", "--font-render-hinting=none", "--disable-lcd-text"]
        browser = play.chromium.launch(executable_path=shutil.which(BROWSER), args=args)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    place = Path(os.environ.get("GITPROV_AXE") or "absent")
    if not place.is_file():
        pytest.skip("axe-core is not installed: make test-web with npm")
    return place.read_text()


@pytest.fixture(scope="session")
def year_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on a year of five agents, with the page of a change beside it; always the same bytes."""
    place = tmp_path_factory.mktemp("shop")
    year.build(place / "shop", commits=300, contents=True)
    repo = GitRepo(place / "shop", sealed_env(place))
    repo.gitprov("report", "--html", str(place / "report"))
    repo.gitprov("report", "--range", "HEAD~40..HEAD", "--html", str(place / "report" / "change"))
    return place / "report"


@pytest.fixture
def year_repo(tmp_path: Path, env: dict[str, str]) -> GitRepo:
    """Forty commits of a year."""
    year.build(tmp_path / "year", seed=3, commits=40, lines=8)
    return GitRepo(tmp_path / "year", env)


@pytest.fixture
def report(year_repo: GitRepo) -> Path:
    """A report with files, a prompt, a session and an author that attack; the page of the change beside it."""
    year_repo.install()
    agent = Agent(year_repo, model=ATTACK, session=ATTACK)
    agent.prompt(ATTACK + " \u202e\u0007 \u05e9\u05dc\u05d5\u05dd", prompt_name=ATTACK)
    agent.write("core/<b>evil.py", f'x = 1\ny = "{ATTACK}"\nz = eval(x)\n# \u202e \u05e9\n')
    agent.write("core/Names.py", "x = 1\n")
    agent.write("core/names.py", "x = 2\n")
    year_repo.commit(ATTACK)
    year_repo.gitprov("report", "--html", "out")
    year_repo.gitprov("report", "--range", "HEAD~1..HEAD", "--html", "out/change")
    return year_repo.path / "out"
