"""The variable TRACEPARENT, which names a span of a distributed trace by W3C Trace Context."""

from __future__ import annotations

import re

#: Version, trace, span, flags.
_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def is_traceparent(text: str) -> bool:
    """Whether text names a span."""
    return _FORM.fullmatch(text) is not None
