"""Digests without OpenSSL are the same as with it, before and after the amount from which on OpenSSL is used."""

from __future__ import annotations

import hashlib

import pytest

from gitprov.model import canonical


@pytest.mark.parametrize("hashed", [0, 2 << 20])
def test_digests_are_the_same_either_way(monkeypatch: pytest.MonkeyPatch, hashed: int) -> None:
    """The sha256 of bytes and the ids of blobs, in both object formats."""
    monkeypatch.setattr(canonical, "_hashed", hashed)
    monkeypatch.setattr(canonical, "_sha256", canonical._BUILT_IN)
    assert canonical.sha256_hex(b"abc") == hashlib.sha256(b"abc").hexdigest()
    for name in ("sha1", "sha256"):
        digest = canonical.blob_hasher(name, 3)
        digest.update(b"abc")
        assert digest.hexdigest() == hashlib.new(name, b"blob 3\0abc", usedforsecurity=False).hexdigest()


def test_an_interpreter_without_its_own_digests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Python was built without them, hashlib has them."""
    monkeypatch.setitem(__import__("sys").modules, "_sha1", None)
    assert canonical._load("sha1")(b"x", usedforsecurity=False).hexdigest() == hashlib.sha1(b"x").hexdigest()  # noqa: S324
