"""Doctor's checks of git itself and of gitprov's refs."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator

from gitprov.errors import Contended
from gitprov.flow.setup.doctor.case import Check, Examination
from gitprov.git import notes as note_trees
from gitprov.git.process import decode, encode
from gitprov.git.refs import refuse_dead
from gitprov.git.write import SCRATCH, read_refs
from gitprov.model.finding import ERROR, WARNING, Finding
from gitprov.model.notes.note import Note
from gitprov.model.untrusted.jsonvalue import loads_object
from gitprov.model.untrusted.plausible_record import plausible_record
from gitprov.model.untrusted.printed import shell_quoted
from gitprov.store import generations, notes

OLDEST = (2, 34)
_KINDS = {"trace", "human", "review", "commit"}


def git_version(case: Examination) -> Iterator[Finding]:
    """Git is new enough."""
    version = decode(case.repo.run("version")).strip()
    match = re.search(r"(\d+)\.(\d+)", version)
    if match and (int(match[1]), int(match[2])) < OLDEST:
        yield Finding("git-version", ERROR, f"{version} is too old", "install git 2.34 or later")


def identity(case: Examination) -> Iterator[Finding]:
    """Git has a name and an address for the committer."""
    if case.repo.try_run("var", "GIT_COMMITTER_IDENT").returncode:
        yield Finding(
            "identity",
            ERROR,
            "git does not know who you are",
            "git config user.name …; git config user.email …",
        )


def rewrite_ref(case: Examination) -> Iterator[Finding]:
    """Git does not copy gitprov's notes by itself when it rewrites commits."""
    shown = decode(case.repo.try_run("config", "-z", "--get-all", "notes.rewriteRef").stdout)
    patterns = [*shown.split("\0"), *case.repo.env.get("GIT_NOTES_REWRITE_REF", "").split(":")]
    for pattern in patterns:
        if pattern and fnmatch.fnmatchcase(notes.REF, pattern):
            yield Finding(
                "notes.rewriteRef",
                WARNING,
                f"notes.rewriteRef = {pattern} lets git copy gitprov's notes when it rewrites commits, "
                "right or not",
                f"name the other refs instead: git config --unset-all notes.rewriteRef {_literally(pattern)}",
            )


def scratch_refs(case: Examination) -> Iterator[Finding]:
    """No half-written ref of a killed process remains."""
    shown = decode(case.repo.run("for-each-ref", "--format=%(refname)", SCRATCH + "/"))
    dead = [name for name in shown.splitlines() if not _is_alive(name)]
    if dead:
        drops = encode("".join(f"delete {name}\n" for name in dead))
        what = f"{len(dead)} refs of a killed process below {SCRATCH}"
        finding = Finding("scratch-refs", WARNING, what, "gitprov doctor --fix")
        yield case.fixable(finding, lambda: _delete(case, drops))


def dead_locks(case: Examination) -> Iterator[Finding]:
    """No lock of a killed git process blocks gitprov's refs."""
    try:
        refuse_dead(case.repo, [notes.REF, generations.REF])
    except Contended as error:
        yield Finding("lock", ERROR, error.message, error.hint or "")


def notes_ref(case: Examination) -> Iterator[Finding]:
    """Every note on gitprov's ref can be read."""
    repo = case.repo
    if not read_refs(repo, [notes.REF]):
        return
    if repo.resolve(notes.REF) is None:
        yield Finding(
            "notes",
            ERROR,
            f"{notes.REF} is no commit",
            f"git update-ref -d {notes.REF}, then fetch it again",
        )
        return
    blobs = note_trees.listing(repo, notes.REF)
    missing = foreign = unknown = implausible = 0
    for blob in repo.objects.get_many(blobs.values()):
        if blob is None or blob.type != "blob":
            missing += 1
            continue
        note = Note.parse(blob.data)
        foreign += len(note.foreign)
        implausible += len(note.implausible)
        unknown += sum(row.kind not in _KINDS for row in note.rows.values())
    if missing:
        yield Finding(
            "notes", ERROR, f"{missing} notes cannot be read", "git fsck; then fetch the notes again"
        )
    if foreign or unknown:
        what = (
            f"{foreign} lines on {notes.REF} are not gitprov's, "
            f"{unknown} are of a later version; they are kept"
        )
        yield Finding("notes", WARNING, what, f"git log --notes={notes.REF} shows them")
    if implausible:
        what = f"{implausible} values on {notes.REF} are not plausible and are not used"
        yield Finding("notes", WARNING, what, "gitprov verify")


def generations_ref(case: Examination) -> Iterator[Finding]:
    """Every generation's record can be read."""
    repo = case.repo
    if not read_refs(repo, [generations.REF]):
        return
    done = repo.try_run("ls-tree", "-r", "-z", "--name-only", "--full-tree", generations.REF)
    if done.returncode:
        what = f"{generations.REF} cannot be read: {decode(done.stderr).strip().splitlines()[-1]}"
        yield Finding("generations", ERROR, what, "git fsck; fetch the ref from a clone that has it")
        return
    records = [name for name in decode(done.stdout).split("\0") if name.endswith("/record.json")]
    objects = repo.objects.get_many(f"{generations.REF}:{name}" for name in records)
    bad: list[str] = []
    odd: list[str] = []
    for name, obj in zip(records, objects, strict=True):
        record = loads_object(obj.data) if obj is not None else None
        if record is None:
            bad.append(name)
        elif plausible_record(record) != record:
            odd.append(name)
    if bad:
        what = f"{len(bad)} generation records are damaged, the first is {bad[0]}"
        yield Finding("generations", ERROR, what, "fetch the ref from a clone that has them")
    if odd:
        what = (
            f"{len(odd)} generation records hold values that are not plausible and are not used, "
            f"the first is {odd[0]}"
        )
        yield Finding(
            "generations", WARNING, what, "gitprov verify; fetch the ref from a clone that has them"
        )


def _literally(pattern: str) -> str:
    """A value pattern for `git config`, which takes a regular expression, quoted for a shell."""
    return shell_quoted("^" + re.sub(r"([.*?+\[\]()|\\^$])", r"\\\1", pattern) + "$")


def _is_alive(ref: str) -> bool:
    """Whether the process that made a scratch ref still runs; the ref's name begins with the process id."""
    pid = ref.removeprefix(SCRATCH + "/").partition("-")[0]
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except (ValueError, OverflowError, OSError):
        return False
    return True


def _delete(case: Examination, commands: bytes) -> None:
    case.repo.run("update-ref", "--stdin", stdin=commands)


CHECKS: list[Check] = [
    git_version,
    identity,
    rewrite_ref,
    scratch_refs,
    dead_locks,
    notes_ref,
    generations_ref,
]
