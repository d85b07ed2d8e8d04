"""Checks of a project's own regular expressions: not slow on any text, and no match for real secrets."""

from __future__ import annotations

import re
import warnings
from typing import Any

MAX_LENGTH = 500
_MANY = 64
_BODY = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0"
_PREFIXES: tuple[str, ...] = (
    "gh_p_",
    "gho_",
    "gith_ub_pat_",
    "glp_at-",
    "AK_IA",
    "AS_IA",
    "xo_xb-",
    "sk_live_",
    "rk_live_",
    "sk-",
    "sk-ant-",
)
_PREFIXES += ("AI_za", "ya29.", "npm_", "pypi-AgE", "SG.", "dop_v1_", "shpat_", "hvs.", "dapi", "hf_", "eyJ")
_PREFIXES += ("SK", "")
_PASSWORDS = ("hunter2", "Correct-Horse9", "s3cr3t!", "P@ssw0rd!", "qwertz", "0123456789", "Zz9#zZ")


def _samples() -> list[str]:
    """Texts in the form of real secrets, composed here so that no scanner reports this file as a leak."""
    tokens = [
        prefix.replace("gh_p", "ghp").replace("th_ub", "thub").replace("lp_at", "lpat")
        for prefix in _PREFIXES
    ]
    tokens = [
        t.replace("AK_IA", "AKIA").replace("AS_IA", "ASIA").replace("xo_xb", "xoxb").replace("AI_za", "AIza")
        for t in tokens
    ]
    bodies = (_BODY, _BODY.upper(), _BODY.lower(), _BODY[::-1], "0f1e2d3c4b5a69788796a5b4c3d2e1f0")
    return [token + body for token in tokens for body in bodies] + list(_PASSWORDS)


def excuses_secrets(regex: str) -> bool:
    """Whether a pattern for test values also matches texts in the form of real secrets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pattern = re.compile(regex)
    return any(pattern.search(sample) is not None for sample in _samples())


def is_slow(regex: str) -> bool:
    """Whether a pattern is longer than 500 characters, or has a repeat or a choice inside a long repeat.

    Such a pattern can take unbounded time on a text made for it. The pattern must be valid.
    """
    import importlib
    import sys

    if len(regex) > MAX_LENGTH:
        return True
    parser = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _nested(parser.parse(regex), False)


def _nested(parsed: Any, repeated: bool) -> bool:  # noqa: ANN401  # a parser's own type
    """Whether a parsed pattern has a variable repeat, or a choice, inside a long repeat."""
    for item in parsed:
        name = str(item[0]) if isinstance(item, tuple) and item else ""
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = item[1]
            slow = (repeated and low != high) or _nested(inner, repeated or int(high) > _MANY)
        elif name == "BRANCH":
            slow = repeated or _nested(item[1], repeated)
        else:
            deeper = isinstance(item, (list, tuple)) or type(item).__name__ == "SubPattern"
            slow = deeper and _nested(item, repeated)
        if slow:
            return True
    return False
