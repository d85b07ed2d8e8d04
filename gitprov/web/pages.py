"""Renders pages: templates that escape everything, one style, one script, and a policy for just these."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gitprov.model.moments import day_of
from gitprov.model.untrusted.printed import clean_block

_ROOM = os.path.dirname(os.path.abspath(__file__))
#: Template → what its page has besides the common style and script.
_STYLES = {"index.html": ("uplot/uPlot.min.css",)}
_SCRIPTS = {
    "index.html": ("uplot/uPlot.iife.min.js", "plots.js"),
    "search.html": ("search.js",),
    "file.html": ("file.js",),
}


#: The pages of the navigation, with their names in it.
NAVIGATION = (
    ("index.html", "Overview"), ("tree.html", "Tree"), ("prompts.html", "Prompts"),
    ("sessions.html", "Sessions"), ("models.html", "Models"), ("commits.html", "Commits"),
    ("findings.html", "Findings"), ("search.html", "Search"),
)  # fmt: skip


class Frame(NamedTuple):
    """What all pages of a report share: the repository's name, the range, the newest commit and its day, and
    the navigation.
    """

    name: str
    range: str
    tip: str | None
    day: str
    pages: tuple[tuple[str, str], ...] = NAVIGATION

    @classmethod
    def of(cls, name: str, revisions: str, tip: str | None, moment: int) -> Frame:
        """The frame of a report at the moment of its newest commit."""
        return cls(name, revisions, tip, day_of(moment))


class Renderer:
    """Renders templates into pages of one report. `live`: their version, where a server shows them."""

    def __init__(self, frame: Frame, live: str = "") -> None:
        self._frame = frame
        self._live = live
        loader = FileSystemLoader(os.path.join(_ROOM, "templates"))
        self._templates = Environment(
            loader=loader,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            finalize=_plain,
        )
        self._templates.globals["pct"] = percent
        self._templates.globals["plot_data"] = plot_data

    def page(self, template: str, section: str, root: str, **values: object) -> bytes:
        """A page as UTF-8. `section` is the page of the navigation it belongs to, `root` leads to the top."""
        style = _joined("style.css", *_STYLES.get(template, ()))
        live = ("live.js",) if self._live else ()
        script = _joined("page.js", *_SCRIPTS.get(template, ()), *live)
        text = self._templates.get_template(template).render(
            site=self._frame,
            section=section,
            root=root,
            style=Markup(style),  # noqa: S704 - files of the product
            script=Markup(script),  # noqa: S704 - as above
            csp=policy(style, script) + ("; connect-src 'self'" if self._live else ""),
            live=self._live,
            **values,
        )
        return text.encode("utf-8", "backslashreplace")


def policy(style: str, script: str) -> str:
    """The content security policy of a page with exactly this style and this script."""
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


@lru_cache
def _joined(*names: str) -> str:
    """The text of some files of `static/`, one after the other."""
    texts = []
    for name in names:
        with open(os.path.join(_ROOM, "static", name), encoding="utf-8") as file:
            texts.append(file.read())
    return "".join(texts)


def _plain(value: object) -> object:
    """A value on a page: text without characters that reorder or hide what is beside them."""
    if type(value) is not str or (value.isascii() and value.isprintable()):
        return value
    return clean_block(value)


def plot_data(plot: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a plot of lines over time as JSON can hold them."""
    return {**plot, "series": [line._asdict() for line in plot["series"]]}


def percent(value: float | None) -> str:
    """A share in per cent for a page; a dash for none."""
    return "\u2013" if value is None else f"{100 * value:.1f}\u00a0%"
