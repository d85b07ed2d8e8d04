"""Names with letters that can be mistaken for ASCII letters."""

from __future__ import annotations

import unicodedata

#: Cyrillic, Greek, Armenian and Latin letters that look like ASCII letters, by code point.
_FROM = (
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0456\u0458\u04bb\u0501"
    "\u051b\u051d\u03b1\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u0578\u057d\u0570\u0585\u0131\u0251"
    "\u0261\u026f\u0406\u0408\u0405\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425"
    "\u2010\u2011\u2012\u2013\u2212"
)
_TO = "aBekmHopctyxsijhdqwaikvoptuxnuhoiagwIJSABEKMHOPCTX-----"
_LOOKALIKES = str.maketrans(_FROM, _TO)


def skeleton(name: str) -> str:
    """A name with look-alikes as ASCII, without accents and without characters that are not shown."""
    if name.isascii():
        return name
    text = unicodedata.normalize("NFKD", name).translate(_LOOKALIKES)
    return "".join(letter for letter in text if unicodedata.category(letter) not in ("Mn", "Cf"))


def confusable(name: str) -> bool:
    """Whether a name can be mistaken for an ASCII name that it is not."""
    return not name.isascii() and skeleton(name).isascii()
