"""Contents of the inbox, each stored once, compressed, under the sha256 of its raw bytes."""

from __future__ import annotations

import os
import zlib

from gitprov.errors import Damaged
from gitprov.model.canonical import sha256_hex
from gitprov.model.event import ContentRef, is_binary
from gitprov.store import files

TEXT_LIMIT = 16 << 20
"""Size in bytes of the largest prompt, output or tool input that is stored."""

_IN_MEMORY = 100 << 20
"""Bytes of content kept in memory: a version is read as `after` and as `before`, by a commit twice."""


class Blobs:
    """The `blobs/` directory of one inbox: `<2 hex>/<62 hex>`, zlib level 1."""

    def __init__(self, root: str, tmp: str) -> None:
        self.root = root
        self._tmp = tmp
        self._in_memory: dict[str, bytes] = {}
        self._free = _IN_MEMORY
        self._verified: set[str] = set()

    def put(self, data: bytes, limit: int) -> ContentRef:
        """Store file content; binary content, and content of more than `limit` bytes, only by its digest."""
        if is_binary(data):
            return _named(data, "binary")
        return self._keep(data, limit)

    def put_text(self, data: bytes) -> ContentRef:
        """Store a prompt, an output or a tool input, even if it contains binary characters."""
        return self._keep(data, TEXT_LIMIT)

    def get(self, ref: ContentRef) -> bytes:
        """The bytes of a reference. Damaged if they are missing, altered or were never stored."""
        if not ref.stored:
            raise Damaged(f"content {ref.digest[7:19]} was not kept: {ref.why}")
        if ref.digest in self._in_memory:
            return self._in_memory[ref.digest]
        try:
            packed = files.read(self.path(ref.digest))
            data = (
                None
                if packed is None
                else zlib.decompress(packed, bufsize=max(1, min(ref.size, len(packed) << 10)))
            )
        except (OSError, zlib.error) as error:
            raise Damaged(f"content {ref.digest[7:19]} cannot be read: {error}") from error
        if data is None:
            raise Damaged(f"content {ref.digest[7:19]} is missing from the inbox")
        if ref.digest not in self._verified and sha256_hex(data) != ref.digest[7:]:
            raise Damaged(f"content {ref.digest[7:19]} does not match its digest")
        self._verified.add(ref.digest)
        self._remember(ref.digest, data)
        return data

    def holds(self, digest: str) -> bool:
        """Whether the content with this digest is in memory."""
        return digest in self._in_memory

    def offer(self, digest: str, data: bytes) -> None:
        """Take `data` for the content with this digest, without reading that, if it has the digest."""
        if "sha256:" + sha256_hex(data) == digest:
            self._verified.add(digest)
            self._remember(digest, data)

    def _remember(self, digest: str, data: bytes) -> None:
        """Keep content in memory, in place of what was read last where there is no room.

        A commit reads all contents twice in one order, so what was read first is needed first.
        """
        while self._in_memory and self._free < len(data):
            self._free += len(self._in_memory.popitem()[1])
        self._in_memory[digest] = data
        self._free -= len(data)

    def path(self, digest: str) -> str:
        """Path of the file for content with this `sha256:` digest, whether or not it exists."""
        return os.path.join(self.root, digest[7:9], digest[9:])

    def sizes(self) -> dict[str, tuple[int, float]]:
        """Stored digest → (size on disk in bytes, last use in seconds since 1970)."""
        sizes: dict[str, tuple[int, float]] = {}
        for part in files.names(self.root):
            for name in files.names(os.path.join(self.root, part)):
                try:
                    status = os.stat(os.path.join(self.root, part, name))
                except OSError:
                    continue
                sizes[f"sha256:{part}{name}"] = (status.st_size, status.st_mtime)
        return sizes

    def _keep(self, data: bytes, limit: int) -> ContentRef:
        if len(data) > limit:
            return _named(data, "large")
        ref = ContentRef("sha256:" + sha256_hex(data), len(data))
        path = self.path(ref.digest)
        try:
            os.utime(path)  # `retention` does not remove recently used content
        except FileNotFoundError:
            files.replace(self._tmp, path, zlib.compress(data, 1))
        return ref


def _decompressed(packed: bytes, size: int) -> bytes:
    """Decompressed bytes, with room for `size` bytes from the start; zlib makes less than 1,100 of one."""
    return zlib.decompress(packed, bufsize=max(1, min(size, 1100 * len(packed))))


def _named(data: bytes, why: str) -> ContentRef:
    return ContentRef("sha256:" + sha256_hex(data), len(data), False, why)
