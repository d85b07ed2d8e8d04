"""A page of the browser that records what it must not do, and the pages of a report that are looked at."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

BROWSER = os.environ.get("GITPROV_BROWSER") or ""
ATTACK = "</code></style></script><script>document.title='broken'</script><img src=x onerror=alert(2)>"
#: A browser, or a page of it: the library is not there when types are checked.
Browser = Any
TOP = ("index", "tree", "prompts", "sessions", "models", "commits", "findings", "search")
FOLDERS = ("files", "prompts", "sessions", "commits", "findings")


class Watched:
    """A page of the browser that records what it must not do: messages, dialogs, requests elsewhere."""

    def __init__(
        self,
        browser: Browser,
        scheme: str = "light",
        size: tuple[int, int] = (1280, 900),
        offline: bool = True,
    ) -> None:
        viewport = {"width": size[0], "height": size[1]}
        self.context = browser.new_context(
            color_scheme=scheme, viewport=viewport, offline=offline, reduced_motion="reduce"
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


def some_pages(report: Path) -> list[str]:
    """Every page of the navigation, the page of a change, and of each kind the first and those that attack."""
    names = [f"{name}.html" for name in TOP] + ["change/index.html"]
    for folder in FOLDERS:
        pages = sorted((report / folder).iterdir())
        evil = [page for page in pages if "evil" in page.name or "document.title" in page.read_text()]
        names += [str(page.relative_to(report)) for page in dict.fromkeys((pages[0], *evil[:3]))]
    return names
