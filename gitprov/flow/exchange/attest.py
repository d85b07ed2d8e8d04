"""`gitprov attest` and `gitprov verify-attestation`: signed statements about what is recorded of a commit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from gitprov import __version__
from gitprov.errors import EXIT_FINDINGS, GitprovError, UsageError
from gitprov.flow.exchange.collect import recorded
from gitprov.git import ssh_signatures
from gitprov.git.process import decode
from gitprov.interop.formats import dsse, predicate
from gitprov.model import canonical
from gitprov.model.canonical import Json, JsonObject
from gitprov.model.moments import seconds_of
from gitprov.model.untrusted.jsonvalue import loads_object

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.exchange.exchange import RecordedCommit

_DAY = 86_400
#: Seconds by which the clock of the signing machine may be ahead.
_AHEAD = 300


class AttestationRefused(GitprovError):
    """An attestation that does not hold."""

    exit_code = EXIT_FINDINGS


class Attested(NamedTuple):
    """An attestation that holds: the commit, who signed, and the statement."""

    oid: str
    signer: str
    statement: JsonObject


def attest(repo: Repository, rev: str, key: str | None, days: int, now: float) -> bytes:
    """The signed statement about a commit, valid for some days, as a DSSE envelope.

    `key`: the file of an SSH key; None for git's `user.signingKey`. GitprovError where the commit has no
    note, or nothing signs.
    """
    commit = _commit(repo, rev)
    if commit.digest is None:
        raise GitprovError(
            f"commit {commit.oid[:12]} has no note: there is nothing to attest",
            "gitprov heal, or name another",
        )
    place = key if key is not None else _setting(repo, "user.signingKey")
    if place is None or place.startswith(("key::", "ssh-")):
        raise UsageError("no file of an SSH key to sign with", "gitprov attest HEAD --key ~/.ssh/id_ed25519")
    body = predicate.statement(commit, int(now), int(now) + days * _DAY, __version__)
    payload = canonical.dump(body)
    signature = ssh_signatures.sign(dsse.signed_bytes(dsse.TYPE, payload), place, repo.env)
    envelope = dsse.Envelope(dsse.TYPE, payload, (signature,))
    return dsse.write(envelope, ssh_signatures.key_id(place, repo.env))


def verify(repo: Repository, data: bytes, allowed: str | None, rev: str | None, now: float) -> Attested:
    """Whether an attestation holds: signed by an allowed key that is valid now, not expired, about the commit
    `rev` (None: any of this clone), and equal to what the clone records of it.

    `allowed`: a file of allowed signers as git has it; None for `gpg.ssh.allowedSignersFile`.
    AttestationRefused, with the reason, where any of it does not hold.
    """
    try:
        envelope = dsse.read(data)
    except ValueError as error:
        raise AttestationRefused(f"no attestation: {error}") from None
    signers = _signers(repo, allowed)
    signed = dsse.signed_bytes(envelope.type, envelope.payload)
    names = (ssh_signatures.signer(signed, one, signers, repo.env) for one in envelope.signatures)
    name = next((name for name in names if name is not None), None)
    if name is None:
        _refuse("no signature is by an allowed key that is valid now, or it is of other content")
    if envelope.type != dsse.TYPE:
        _refuse(f"its payload has the type {envelope.type[:60]!r}")
    body = loads_object(envelope.payload)
    if body is None or body.get("_type") != predicate.STATEMENT:
        _refuse("its payload is no statement of in-toto v1")
    if body.get("predicateType") != predicate.PREDICATE:
        _refuse(f"its predicate is {str(body.get('predicateType'))[:80]!r}, not {predicate.PREDICATE}")
    about = body.get("predicate")
    commit = _subject(repo, body, rev)
    _check_moments(about if isinstance(about, dict) else {}, now)
    _compare(commit, body)
    return Attested(commit.oid, name, body)


def _refuse(reason: str) -> NoReturn:
    raise AttestationRefused(f"attestation refused: {reason}")


def _subject(repo: Repository, body: Mapping[str, Json], rev: str | None) -> RecordedCommit:
    """The commit that a statement is about."""
    subjects = body.get("subject")
    first = subjects[0] if isinstance(subjects, list) and subjects else None
    digest = first.get("digest") if isinstance(first, dict) else None
    oid = digest.get("gitCommit") if isinstance(digest, dict) else None
    if not isinstance(oid, str) or len(oid) != repo.hash_length or repo.resolve(oid) != oid:
        _refuse("the commit that it is about is not in this clone")
    if rev is not None:
        chosen = repo.resolve(rev)
        if chosen is None:
            raise UsageError(f"{rev!r} names no commit", "git log")
        if chosen != oid:
            _refuse(f"it is about the commit {oid[:12]}, not about {chosen[:12]}")
    return _commit(repo, oid)


def _check_moments(about: Mapping[str, Json], now: float) -> None:
    moments = [about.get("attestedAt"), about.get("validUntil")]
    start, end = (seconds_of(moment) if isinstance(moment, str) else None for moment in moments)
    if start is None or end is None:
        _refuse("it has no moment of signing or no end")
    if start > now + _AHEAD:
        _refuse(f"it is of the future: {moments[0]}")
    if end <= now:
        _refuse(f"it expired at {moments[1]}")


def _compare(commit: RecordedCommit, body: JsonObject) -> None:
    """Refuse a statement that differs from what the clone records, which is made anew for its moments."""
    about = body["predicate"]
    moments = [seconds_of(about["attestedAt"]) or 0, seconds_of(about["validUntil"]) or 0]
    tool = about.get("tool")
    version = tool.get("version") if isinstance(tool, dict) else None
    present = predicate.statement(commit, moments[0], moments[1], version if isinstance(version, str) else "")
    if canonical.dump(present) == canonical.dump(body):
        return
    both = {*present["predicate"], *about}
    different = sorted(name for name in both if present["predicate"].get(name) != about.get(name))
    parts = ", ".join(different) or "its subjects"
    _refuse(f"this clone records otherwise of {commit.oid[:12]}: {parts[:200]}")


def _commit(repo: Repository, rev: str) -> RecordedCommit:
    oid = repo.resolve(rev)
    if oid is None:
        raise UsageError(f"{rev!r} names no commit", "git log")
    return next(recorded(repo, [oid]))


def _signers(repo: Repository, allowed: str | None) -> str:
    place = allowed if allowed is not None else _setting(repo, "gpg.ssh.allowedSignersFile")
    if place is None or not os.path.isfile(place):
        raise AttestationRefused(
            "no file of allowed signers, so no signature can be trusted",
            "git config gpg.ssh.allowedSignersFile FILE, or --allowed-signers FILE",
        )
    return place


def _setting(repo: Repository, name: str) -> str | None:
    """A setting of git that is a path, with `~` replaced; None where it is not set."""
    done = repo.try_run("config", "--type=path", "--get", name)
    return decode(done.stdout).strip() or None
