"""sha1 and sha256 without OpenSSL, whose `hashlib` takes 3 ms to load, a quarter of what Python itself takes
to start.

From 1 MiB of hashed data on OpenSSL is used all the same: it is five times as fast.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


#: Bytes from which on OpenSSL saves more time than its loading takes.
_MUCH = 1 << 20


def sha256_hex(data: bytes) -> str:
    """64 hex: the sha256 of bytes."""
    global _hashed, _sha256
    _hashed += len(data)
    if _hashed > _MUCH and _sha256 is _OWN:
        import hashlib

        _sha256 = hashlib.sha256
    return str(_sha256(data).hexdigest())


def blob_hasher(object_format: str, size: int) -> Any:  # noqa: ANN401 - as below
    """A hash object that was given git's header of a blob of `size` bytes.

    `object_format` is sha1 or sha256. It counts towards the bytes from which on OpenSSL is used.
    """
    global _hashed
    _hashed += size
    header = b"blob %d\0" % size
    if _hashed > _MUCH:
        import hashlib

        return hashlib.new(object_format, header, usedforsecurity=False)
    return _load(object_format)(header, usedforsecurity=False)


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


_OWN: Any = _load("sha256")
_sha256: Any = _OWN
_hashed = 0
