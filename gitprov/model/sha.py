"""sha256 without OpenSSL, whose `hashlib` takes 3 ms to load, a quarter of what Python itself takes to start.

From 1 MiB of hashed data on OpenSSL is used all the same: it is five times as fast.
"""

from __future__ import annotations

from typing import Any

#: Bytes from which on OpenSSL saves more time than its loading takes.
_MUCH = 1 << 20


def sha256_hex(data: bytes) -> str:
    """64 hex: the sha256 of bytes."""
    global _hashed, _sha256
    if _hashed <= _MUCH:
        _hashed += len(data)
        if _hashed > _MUCH:
            import hashlib

            _sha256 = hashlib.sha256
    return str(_sha256(data).hexdigest())


def _load() -> Any:  # noqa: ANN401 - the class is in another module in each Python
    """The interpreter's own sha256: `_sha2` since Python 3.12, `_sha256` before."""
    for name in ("_sha2", "_sha256"):
        try:
            return __import__(name).sha256
        except (ImportError, AttributeError):
            continue
    import hashlib

    return hashlib.sha256


_sha256: Any = _load()
_hashed = 0
