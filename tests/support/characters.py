"""Which characters steer a terminal, told from Unicode's own table: an oracle apart from the product's."""

from __future__ import annotations

from unicodedata import category

#: Formatting characters that have a picture of their own: signs of Arabic, Syriac and Kaithi that enclose numbers.
_VISIBLE = frozenset(map(chr, (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD)))


def steers(char: str) -> bool:
    """Whether a character is a control, an invisible formatting character, a separator of lines or a surrogate."""
    return category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in _VISIBLE
