"""Words by which endpoints are public or protected, the same for all languages."""

from __future__ import annotations

import re

PUBLIC = re.compile(
    r"(?i)login|logout|log_in|sign_?in|sign_?up|sign_?out|register|registration|health|ready|alive|status|ping|webhook"
    r"|hook|callback|index|home|docs|openapi|metrics|static|favicon|robots|forgot|reset|verify|confirm|contact"
    r"|subscribe|search|feedback|token|oauth|auth|csrf|version|about|echo|hello|public|predict|convert|calc"
)
"""Endpoints that anybody may call."""
PROTECTED = re.compile(
    r"(?i)admin|delete|remove|account|payment|transfer|withdraw|balance|billing|invoice|order|salary|secret|config"
    r"|setting|backup|export|internal|debug|shutdown|restart|execute|users?(?:_|/|$)|customer|patient|employee"
    r"|password|role|permission|profile|private"
)
"""Endpoints that change or show what belongs to somebody."""
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods that change something."""
