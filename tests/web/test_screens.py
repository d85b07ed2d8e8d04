"""Ten views in both schemes against stored pictures, valid HTML, and the picture in the README.

    GITPROV_SCREENS=write make test-web    stores the pictures anew

Fonts and their rendering differ between machines, so small pictures are compared, with a tolerance.
"""

from __future__ import annotations

import importlib
import io
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.sealed import ROOT
from tests.web.test_browser import edited
from tests.web.watched import TOP, Browser, Watched, some_pages

SCREENS = Path(__file__).parent / "screens"
README = ROOT / "docs" / "report.png"
WRITE = os.environ.get("GITPROV_SCREENS") == "write"
#: The largest mean difference of the small pictures, of 255, and the part of pixels that may be quite another.
MEAN, OTHER = 6.0, 0.04


def picture(data: bytes) -> Browser:
    """A picture of the library, which only `make test-web` has."""
    image: Browser = importlib.import_module("PIL.Image")
    return image.open(io.BytesIO(data)).convert("RGB")


def difference(new: bytes, old: bytes) -> tuple[float, float]:
    """The mean difference of two pictures at a quarter of their size, and the part of pixels that differ much."""
    chops: Browser = importlib.import_module("PIL.ImageChops")
    stat: Browser = importlib.import_module("PIL.ImageStat")
    sides = [picture(data) for data in (new, old)]
    assert sides[0].size == sides[1].size
    small = [side.resize((side.width // 4, side.height // 4)).convert("L") for side in sides]
    away = chops.difference(*small)
    pixels = away.width * away.height
    return stat.Stat(away).mean[0], sum(away.histogram()[64:]) / pixels


def stored(data: bytes, colours: int = 32) -> bytes:
    """A screenshot with few colours, as it is stored."""
    out = io.BytesIO()
    picture(data).quantize(colours).save(out, "PNG", optimize=True)
    return out.getvalue()


def views(report: Path) -> dict[str, str]:
    """The ten views: those of the navigation, a file and a change."""
    pages = {name: f"{name}.html" for name in TOP}
    return {**pages, "search": "search.html#q=invoice", "file": edited(report), "change": "change/index.html"}


def shot(chromium: Browser, report: Path, scheme: str, name: str) -> bytes:
    """What a window of 960 by 720 shows of a page."""
    watched = Watched(chromium, scheme, (960, 720))
    page = watched.open(f"{report.as_uri()}/{name}")
    if "search" in name:
        page.wait_for_selector("#results li")
        page.evaluate("document.activeElement.blur()")
    data: bytes = page.screenshot(animations="disabled", caret="hide")
    assert watched.wrong == []
    watched.context.close()
    return data


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ten_views_look_as_they_did(chromium: Browser, year_report: Path, scheme: str) -> None:
    """Each view is what the stored picture shows; a page of another kind is not."""
    shots = {name: shot(chromium, year_report, scheme, page) for name, page in views(year_report).items()}
    assert len(shots) == 10
    if WRITE:
        SCREENS.mkdir(exist_ok=True)
        for name, data in shots.items():
            (SCREENS / f"{name}-{scheme}.png").write_bytes(stored(data))
    away = {
        name: difference(data, (SCREENS / f"{name}-{scheme}.png").read_bytes())
        for name, data in shots.items()
    }
    assert {name: far for name, far in away.items() if far[0] > MEAN or far[1] > OTHER} == {}
    mean, other = difference(shots["tree"], (SCREENS / f"sessions-{scheme}.png").read_bytes())
    assert mean > MEAN or other > OTHER


def test_the_picture_in_the_readme(chromium: Browser, year_report: Path) -> None:
    """The README shows the overview as it is, in at most 150 KB."""
    watched = Watched(chromium, "light", (1200, 760))
    data: bytes = watched.open(f"{year_report.as_uri()}/index.html").screenshot(animations="disabled")
    if WRITE:
        README.write_bytes(stored(data, 96))
    assert "docs/report.png" in (ROOT / "README.md").read_text()
    assert README.stat().st_size <= 150_000
    mean, other = difference(data, README.read_bytes())
    assert (mean <= MEAN, other <= OTHER) == (True, True), (mean, other)


def test_stored_pictures_are_small() -> None:
    """All pictures together have at most 1.5 MB."""
    assert sum(file.stat().st_size for file in SCREENS.iterdir()) <= 1_500_000


def test_pages_are_valid(report: Path, year_report: Path, tmp_path: Path) -> None:
    """The checker of the W3C has no error in any kind of page; a planted fault is one."""
    jar = Path(os.environ.get("GITPROV_VNU") or "absent")
    if not jar.is_file():
        pytest.skip("the checker is not installed: make test-web with npm and java")
    for number, (place, name) in enumerate(
        (top, name) for top in (report, year_report) for name in some_pages(top)
    ):
        (tmp_path / f"{number:03}.html").write_bytes((place / name).read_bytes())
    # It knows neither a property of SVG nor that a hash allows a script.
    skipped = ".*(vector-effect|violates Content Security Policy).*"
    command = ["java", "-jar", str(jar), "--skip-non-html", "--filterpattern", skipped, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stderr, done.returncode) == ("", 0)
    (tmp_path / "wrong.html").write_text("<!doctype html><title>x</title><p><div></p>")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
