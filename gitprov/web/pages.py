"""Renders pages: templates that escape everything, one style, one script, and a policy for just these."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gitprov.model.moments import day_of

_HERE = os.path.dirname(os.path.abspath(__file__))


class Frame(NamedTuple):
    """What all pages of a report share: the repository's name, the range, the newest commit and its day."""

    name: str
    range: str
    tip: str | None
    day: str

    @classmethod
    def of(cls, name: str, revisions: str, tip: str | None, moment: int) -> Frame:
        """The frame of a report at the moment of its newest commit."""
        return cls(name, revisions, tip, day_of(moment))


class Renderer:
    """Renders templates into pages of one report."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._style, self._script = _static("style.css"), _static("page.js")
        loader = FileSystemLoader(os.path.join(_HERE, "templates"))
        self._templates = Environment(
            loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
        )
        self._templates.globals["pct"] = percent

    def page(self, template: str, section: str, root: str, **values: object) -> bytes:
        """A page as UTF-8. `section` is the page of the navigation it belongs to, `root` leads to the top."""
        text = self._templates.get_template(template).render(
            site=self._frame,
            section=section,
            root=root,
            style=Markup(self._style),  # noqa: S704 - a file of the product
            script=Markup(self._script),  # noqa: S704 - as above
            csp=policy(self._style, self._script),
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


def _static(name: str) -> str:
    with open(os.path.join(_HERE, "static", name), encoding="utf-8") as file:
        return file.read()


def percent(value: float | None) -> str:
    """A share in per cent for a page; a dash for none."""
    return "\u2013" if value is None else f"{100 * value:.1f}\u00a0%"
