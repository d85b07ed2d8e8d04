"""Words by which endpoints are public or protected, the same for all languages."""

from __future__ import annotations

import re

_PUBLIC = re.compile(
    r"(?i)login|logout|log_in|sign_?in|sign_?up|sign_?out|register|registration|health|ready|alive|status|ping|webhook"
    r"|hook|callback|index|home|docs|openapi|metrics|static|favicon|robots|forgot|reset|verify|confirm|contact"
    r"|subscribe|search|feedback|token|oauth|auth|csrf|version|about|echo|hello|public|predict|convert|calc"
)
_SIGNING = re.compile(r"(?i)log_?(?:in|out)|sign_?(?:in|up|out)")
PROTECTED = re.compile(
    r"(?i)admin|delete|remove|account|payment|transfer|withdraw|balance|billing|invoice|order|salary|secret|config"
    r"|setting|backup|export|internal|debug|shutdown|restart|execute|users?(?:_|/|$)|customer|patient|employee"
    r"|password|role|permission|profile|private"
)
"""Endpoints that change or show what belongs to somebody."""
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods that change something."""


def is_public(name: str) -> bool:
    """Whether anybody may call an endpoint of a name and path: with `admin` in it only to sign in or out."""
    words = _SIGNING if "admin" in name.lower() else _PUBLIC
    return words.search(name) is not None
