"""The type of token streams, and the first bytes of tokens that are not code."""

from gitprov.model.named import NamedTuple

#: First byte of words of comments, and of lines of multi-line strings: they never equal code.
COMMENT, INNER = b"\x01", b"\x02"


class TokenStream(NamedTuple):
    """Tokens in order, and the line (0-based) on which each begins.

    `spans`: line on which a string continues that was broken into several → its token, and the offset of
    this part in the string, in bytes.
    """

    keys: list[bytes]
    lines: list[int]
    spans: dict[int, tuple[int, int]]
