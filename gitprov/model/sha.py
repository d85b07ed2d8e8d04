"""sha256 without OpenSSL: `hashlib` takes 3 ms to load, a quarter of what Python itself takes to start."""

from __future__ import annotations

from typing import Any


def sha256_hex(data: bytes) -> str:
    """64 hex: the sha256 of bytes."""
    return str(_sha256(data).hexdigest())


def _load() -> Any:  # noqa: ANN401 - a class that has another home in each Python
    """The interpreter's own sha256: `_sha2` since Python 3.12, `_sha256` before."""
    for name in ("_sha2", "_sha256"):
        try:
            return __import__(name).sha256
        except (ImportError, AttributeError):
            continue
    import hashlib

    return hashlib.sha256


_sha256 = _load()
