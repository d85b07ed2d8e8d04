"""JSON values and texts that are as odd as they can come from other tools."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

HALVES = st.integers(0xD800, 0xDFFF).map(chr) | st.sampled_from(["\ud83d", "\ude00", "\udc80", "\uffff"])
TEXT = st.lists(st.text(max_size=3) | HALVES, max_size=4).map("".join)
"""Any text, halves of characters (surrogates) included."""

SCALAR = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0, 1, 1.0, True, False, "1", "", -0.0])
    | TEXT
)

JSON: st.SearchStrategy[Any] = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)
"""Any value that JSON can hold."""
