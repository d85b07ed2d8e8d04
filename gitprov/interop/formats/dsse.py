"""Envelopes of DSSE: a payload, and signatures over it and its type."""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple

from gitprov.model import canonical
from gitprov.model.canonical import Json
from gitprov.model.untrusted.jsonvalue import loads_object

TYPE = "application/vnd.in-toto+json"


class Envelope(NamedTuple):
    """A payload with its type, and the raw signatures."""

    type: str
    payload: bytes
    signatures: tuple[bytes, ...]


def signed_bytes(payload_type: str, payload: bytes) -> bytes:
    """What is signed: the pre-authentication encoding of a payload and its type."""
    name = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def write(envelope: Envelope, key: str) -> bytes:
    """The JSON of an envelope, with a newline. `key` is the id of the key of all signatures."""
    signatures = [{"keyid": key, "sig": _encoded(data)} for data in envelope.signatures]
    row = {"payloadType": envelope.type, "payload": _encoded(envelope.payload), "signatures": signatures}
    return canonical.dump_line(row)


def read(data: bytes) -> Envelope:
    """An envelope from its JSON. ValueError, with the reason, where it is none or has no signature."""
    row = loads_object(data)
    if row is None:
        raise ValueError("it is no JSON object")
    signatures = row.get("signatures")
    name = row.get("payloadType")
    if not isinstance(name, str) or not isinstance(signatures, list) or not signatures:
        raise ValueError("it has no payload type or no signature")
    sigs = [entry.get("sig") if isinstance(entry, dict) else None for entry in signatures]
    return Envelope(name, _decoded(row.get("payload")), tuple(map(_decoded, sigs)))


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(value: Json) -> bytes:
    if not isinstance(value, str):
        raise ValueError("its payload or a signature is no text")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("its payload or a signature is no base64") from None
