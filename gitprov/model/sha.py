"""sha1 and sha256 without OpenSSL, whose `hashlib` takes 3 ms to load, a quarter of what Python itself takes
to start.

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


def blob_hasher(object_format: str, size: int) -> Any:  # noqa: ANN401 - as below
    """A hash object that has been given git's header of a blob of `size` bytes; `object_format` is sha1 or
    sha256.
    """
    return _load(object_format)(b"blob %d\0" % size, usedforsecurity=False)


def _load(name: str) -> Any:  # noqa: ANN401 - the class is in another module in each Python
    """The interpreter's own sha1 or sha256; the latter is in `_sha2` since Python 3.12, in `_sha256`
    before.
    """
    for module in ("_sha1",) if name == "sha1" else ("_sha2", "_sha256"):
        try:
            return getattr(__import__(module), name)
        except (ImportError, AttributeError):
            continue
    import hashlib

    return getattr(hashlib, name)


_sha256: Any = _load("sha256")
_hashed = 0
