"""A remote whose refs are not what ours are: sharing takes what can be used, says what cannot, and loses nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.model.notes.note import Note
from tests.support.hostile import BIG, SMALL, Used, measured, some
from tests.support.notes import TRACE, trace_row
from tests.support.repo import GENERATIONS_REF, NOTES_REF, GitRepo, run
from tests.support.sharing import append, people, row, value

pytestmark = pytest.mark.slow

#: What makes the value that a ref of the remote gets: (remote, the commit that has a note) → object id.
Attack = Callable[[GitRepo, str], str]

READERS = (
    ("git", "ai-blame", "README"),
    ("git", "ai-log"),
    ("gitprov", "show", "HEAD"),
    ("gitprov", "verify"),
    ("gitprov", "status"),
    ("gitprov", "doctor"),
)


def blob(remote: GitRepo, data: bytes = b"trap\n") -> str:
    """The id of a new blob."""
    return remote.git("hash-object", "-w", "--stdin", input=data).stdout.strip()


def tree(remote: GitRepo, *entries: tuple[str, str, str, bytes]) -> str:
    """The id of a new tree of (mode, type, id, name)."""
    rows = [f"{mode} {kind} {oid}\t".encode() + name + b"\0" for mode, kind, oid, name in entries]
    return remote.git_bytes("mktree", "-z", "--missing", input=b"".join(rows)).decode().strip()


def nested(remote: GitRepo, levels: int) -> str:
    """The id of a tree that is so many directories deep, each called `aa`."""
    path = "/".join(["aa"] * levels)
    text = f"commit refs/heads/deep\ncommitter A <a@x> 1769940000 +0000\ndata 1\nx\nM 100644 inline {path}\ndata 1\nx\n"
    remote.git("fast-import", "--quiet", "--force", input=text)
    return remote.git("rev-parse", "refs/heads/deep^{tree}").stdout.strip()


def entry(mode: str, kind: str, data: bytes = b"trap\n") -> Attack:
    """The note's own path has an entry of another kind."""

    def make(remote: GitRepo, oid: str) -> str:
        what = blob(remote, data) if kind == "blob" else oid
        if kind == "tree":
            what = tree(remote, ("100644", "blob", blob(remote), b"x"))
        inner = tree(remote, (mode, kind, what, oid[2:].encode()))
        return tree(remote, ("040000", "tree", inner, oid[:2].encode()))

    return make


def names(remote: GitRepo, _: str) -> str:
    """Names that are no commit's id, among them some that would leave a directory."""
    here = ("100644", "blob", blob(remote))
    inner = tree(remote, (*here, b".."), (*here, b".git"))
    odd = (b"\xff\xfe", b"new\nline", b"g" * 40, b"A" * 40, b"-rf", b":(top)", b"x" * 4000)
    return tree(remote, *((*here, name) for name in odd), ("040000", "tree", inner, b".."))


def spellings(remote: GitRepo, oid: str) -> str:
    """One commit has a note in three places, of which one is no text."""
    here = ("100644", "blob", blob(remote, b"\xff\xfe\x00\n"))
    deep = tree(remote, ("040000", "tree", tree(remote, (*here, oid[4:].encode())), oid[2:4].encode()))
    return tree(remote, ("100644", "blob", blob(remote, b""), oid.encode()), ("040000", "tree", deep, oid[:2].encode()))  # fmt: skip


TREES: dict[str, Attack] = {
    "directory": entry("040000", "tree"),
    "link": entry("120000", "blob", b"../../../etc/passwd"),
    "module": entry("160000", "commit"),
    "executable": entry("100755", "blob", b'{"kind":"human","v":1,"id":"x","files":{}}\n'),
    "no-text": entry("100644", "blob", b'\xff\xfe\n{"kind":"human"\x00}\n'),
    "nothing": entry("100644", "blob", b""),
    "names": names,
    "spellings": spellings,
    "deep": lambda remote, _: nested(remote, 300),
    "deeper": lambda remote, _: nested(remote, 3000),
}


def tag(remote: GitRepo, what: str) -> str:
    """The id of an annotated tag of an object."""
    kind = remote.git("cat-file", "-t", what).stdout.strip()
    text = f"object {what}\ntype {kind}\ntag x\ntagger A <a@x> 1769940000 +0000\n\nx\n"
    return remote.git("hash-object", "-w", "-t", "tag", "--stdin", input=text).stdout.strip()


NO_COMMITS: dict[str, Attack] = {
    "blob": lambda remote, _: blob(remote),
    "tree": lambda remote, _: tree(remote, ("100644", "blob", blob(remote), b"x")),
    "tag": tag,
    "tag-of-blob": lambda remote, _: tag(remote, blob(remote)),
}


def put(remote: GitRepo, ref: str, oid: str) -> None:
    """Let a ref name any object; git itself would refuse some."""
    remote.git("update-ref", "-d", ref)
    path = remote.path / ref
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(oid + "\n")


def commit_of(remote: GitRepo, ref: str, top: str) -> str:
    """A commit of a tree, on top of what a ref has."""
    before = value(remote, ref)
    above = ("-p", before) if before else ()
    return remote.git("commit-tree", *above, "-m", "x", top).stdout.strip()


@pytest.fixture
def hub(tmp_path: Path, env: dict[str, str]) -> tuple[GitRepo, GitRepo]:
    """A remote and a clone that shares generations; each has a note of one commit that the other does not have."""
    remote, (alice, bob) = people(tmp_path, env)
    for one in (alice, bob):
        one.git("config", "gitprov.share.generations", "true")
    append(alice, row("a"))
    alice.gitprov("sync")
    bob.gitprov("sync")
    append(bob, row("b"))
    top = f"{TRACE[-10:-8]}/{TRACE}"
    bob.git(
        "fast-import", "--quiet", input=f"commit {GENERATIONS_REF}\ncommitter A <a@x> 1769940000 +0000\ndata 1\nx\n"
        f"M 100644 inline {top}/record.json\ndata 2\n{{}}\n"
    )  # fmt: skip
    return remote, bob


def answered(used: Used) -> None:
    """A command may say no, and must not break."""
    assert used.status in (0, 1, 3), (used.status, used.err)
    assert b"Traceback" not in used.err
    assert b"this is a bug" not in used.err


def kept(repo: GitRepo) -> set[str]:
    """The ids of the rows of HEAD's note, whatever else is in it."""
    text = repo.git_bytes("notes", f"--ref={NOTES_REF}", "show", "HEAD")
    return {name for _, name in Note.parse(text).rows}


def withstands(bob: GitRepo, readers: tuple[tuple[str, ...], ...] = READERS) -> Used:
    """Share with the remote, read everything: no command breaks, and what was here is here."""
    records = bob.git("rev-parse", f"{GENERATIONS_REF}:{TRACE[-10:-8]}/{TRACE}/record.json").stdout
    answered(measured(bob, "gitprov", "sync", "--dry-run"))
    shared = measured(bob, "gitprov", "sync")
    answered(shared)
    answered(measured(bob, "gitprov", "clone-setup"))
    answered(measured(bob, "git", "fetch", "-q"))
    for command in readers:
        answered(measured(bob, *command))
    assert {"a", "b"} <= kept(bob)
    assert bob.git("rev-parse", f"{GENERATIONS_REF}:{TRACE[-10:-8]}/{TRACE}/record.json").stdout == records
    assert {bob.git("cat-file", "-t", ref).stdout for ref in (NOTES_REF, GENERATIONS_REF)} == {"commit\n"}
    return shared


@pytest.mark.parametrize("ref", [NOTES_REF, GENERATIONS_REF])
@pytest.mark.parametrize("name", TREES)
def test_a_strange_tree_takes_nothing_away(hub: tuple[GitRepo, GitRepo], name: str, ref: str) -> None:
    """Whatever entries a remote's tree has, ours keeps its own, and every command goes on."""
    remote, bob = hub
    top = TREES[name](remote, bob.oid())
    put(remote, ref, commit_of(remote, ref, top))
    withstands(bob, READERS if ref == NOTES_REF else READERS[2:4])


@pytest.mark.parametrize("ref", [NOTES_REF, GENERATIONS_REF])
@pytest.mark.parametrize("name", NO_COMMITS)
def test_a_ref_that_is_no_commit_is_refused(hub: tuple[GitRepo, GitRepo], name: str, ref: str) -> None:
    """A ref of the remote that names no commit is named in one line, and ours stay."""
    remote, bob = hub
    put(remote, ref, NO_COMMITS[name](remote, bob.oid()))
    shared = withstands(bob, READERS[:1])
    assert shared.status == 3
    assert f"{ref} is a {name.partition('-')[0]} there, not a commit".encode() in shared.err


@pytest.mark.parametrize("name", NO_COMMITS)
def test_a_new_clone_takes_no_such_ref(hub: tuple[GitRepo, GitRepo], tmp_path: Path, name: str) -> None:
    """A clone that has no notes yet does not begin with a ref that is no commit."""
    remote, bob = hub
    put(remote, NOTES_REF, NO_COMMITS[name](remote, bob.oid()))
    run(["git", "clone", "-q", remote.path.as_uri(), str(tmp_path / "new")], cwd=tmp_path, env=bob.env)
    new = GitRepo(tmp_path / "new", bob.env)
    assert measured(new, "gitprov", "sync").status == 3
    answered(measured(new, "gitprov", "clone-setup"))
    answered(measured(new, "git", "fetch", "-q"))
    answered(measured(new, "gitprov", "verify"))
    assert value(new) is None
    assert measured(new, "git", "ai-blame", "README").status == 0


#: Notes of others that stand for all small hostile ones; "all" is every one of them in a single note.
NOTES = {
    "all": b"\n".join(SMALL.values()),
    **{
        name: SMALL[name]
        for name in (
            "model-high",
            "id-half",
            "files-ai-wide",
            "files-list",
            "delta-deeper",
            "no-utf8",
            "later-version",
        )
    },
}


@pytest.mark.parametrize("name", NOTES)
def test_a_hostile_note_of_a_remote_loses_nothing(hub: tuple[GitRepo, GitRepo], name: str) -> None:
    """Half characters, endless ranges, deep nesting: such a note is united with ours, which keeps its rows."""
    remote, bob = hub
    put(
        remote,
        NOTES_REF,
        commit_of(remote, NOTES_REF, entry("100644", "blob", NOTES[name])(remote, bob.oid())),
    )
    assert withstands(bob).status == 0
    assert value(remote) == value(bob)


RECORDS = {
    "list": b"[]",
    "number": b"7",
    "no-text": b"\xff\xfe\x00",
    "deep": b'{"edits":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "digits": b'{"usage":{"n":' + b"9" * 10_000 + b"}}",
    "halves": b'{"model":"\\ud800","session":"\\udfff","agent":{"name":"\\ud800"},"prompt":{"digest":"\\ud800"}}',
    "types": b'{"edits":[7,{"path":7}],"instructions":[7,{"digest":7}],"agent":7,"prompt":[],"usage":[1],"at":7,"parent":{}}',
    "paths": b'{"edits":[{"path":"../../x"},{"path":"/etc/passwd"},{"path":"a\\u0000b"}],'
    b'"instructions":[{"path":"../x","digest":"sha256:../../../x"},{"path":"x","digest":"sha256:"}]}',
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_a_hostile_record_of_a_remote_loses_nothing(hub: tuple[GitRepo, GitRepo], name: str) -> None:
    """Records of wrong types come with a sync, and no command breaks over them."""
    remote, bob = hub
    trace = "gen_20260201_00000000aa"
    text = RECORDS[name]
    stream = b"commit %s\ncommitter A <a@x> 1769940000 +0000\ndata 1\nx\n" % GENERATIONS_REF.encode()
    top = f"{trace[-10:-8]}/{trace}"
    stream += b"M 100644 inline %s/record.json\ndata %d\n%s\n" % (top.encode(), len(text), text)
    for mode, path in (("100644", "files/0.before"), ("120000", "prompt.txt")):
        stream += f"M {mode} inline {top}/{path}\ndata 1\nx\n".encode()
    remote.git_bytes("fast-import", "--quiet", "--force", input=stream)
    append(bob, json.dumps(trace_row({"README": {"ai": "1"}}, id=trace)))
    show = ("gitprov", "show", trace)
    shared = withstands(bob, (*READERS[2:4], show, (*show, "--json"), ("gitprov", "forget", "-n", trace)))
    assert shared.status == 0
    assert bob.git("cat-file", "-e", f"{GENERATIONS_REF}:{top}/record.json", check=False).returncode == 0


STRANGE: dict[str, tuple[tuple[str, str, bytes], ...]] = {
    "blob-for-directory": (("100644", "blob", TRACE.encode()),),
    "link-for-directory": (("120000", "blob", TRACE.encode()),),
    "module-for-directory": (("160000", "commit", TRACE.encode()),),
    "other-names": (("100644", "blob", b"gen_20260201_"), ("120000", "blob", b".."), ("160000", "commit", b"\xff")),
}  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_a_trace_that_is_no_directory(hub: tuple[GitRepo, GitRepo], name: str) -> None:
    """A file, a link or a submodule where a remote's generation should be does not take ours away."""
    remote, bob = hub
    rows = [(mode, kind, bob.oid() if kind == "commit" else blob(remote), path) for mode, kind, path in STRANGE[name]]  # fmt: skip
    top = tree(remote, ("040000", "tree", tree(remote, *rows), TRACE[-10:-8].encode()))
    put(remote, GENERATIONS_REF, commit_of(remote, GENERATIONS_REF, top))
    withstands(bob, (*READERS[2:4], ("gitprov", "show", TRACE)))


@pytest.mark.parametrize("name", some(["many-rows", "one-id", "no-rows", "unknown-one-id"], ["one-id"]))
def test_ten_megabytes_from_both_sides(hub: tuple[GitRepo, GitRepo], name: str) -> None:
    """Two notes of ten megabytes are united in seconds."""
    remote, bob = hub
    data = BIG[name]()
    other = data.replace(b"gen_2026", b"gen_2025").replace(b" is no row", b" is none")
    put(remote, NOTES_REF, commit_of(remote, NOTES_REF, entry("100644", "blob", other)(remote, bob.oid())))
    mine = blob(bob, data + b"\n" + row("a").encode() + b"\n" + row("b").encode() + b"\n")
    bob.git("notes", f"--ref={NOTES_REF}", "add", "-f", "-C", mine)
    for command in (("sync", "--dry-run"), ("sync",)):
        used = measured(bob, "gitprov", *command)
        assert (used.status, used.err) == (0, b"")
        assert used.cpu < 20, command
        assert used.megabytes < 600, command
    lines = bob.git_bytes("notes", f"--ref={NOTES_REF}", "show", "HEAD").splitlines()
    short = [line for line in lines if line.startswith(b"{") and len(line) < 64]
    assert {"a", "b"} <= {json.loads(line).get("id") for line in short}  # rows beyond the bound stay lines


@pytest.mark.parametrize("ref", [NOTES_REF, GENERATIONS_REF])
def test_a_hundred_thousand_entries(hub: tuple[GitRepo, GitRepo], ref: str) -> None:
    """A tree of a hundred thousand small files is united and read in seconds."""
    remote, bob = hub
    before = value(remote, ref)
    stream = [f"commit {ref}\ncommitter A <a@x> 1769940000 +0000\ndata 1\nx\n"]
    stream += [f"from {before}\n"] if before else []
    for n in range(100_000):
        path = f"{n % 256:02x}/{n:038x}" if ref == NOTES_REF else f"{n % 256:02x}/gen_20260201_{n:010x}/x"
        stream.append(f"M 100644 inline {path}\ndata 1\n\n\n")
    remote.git("fast-import", "--quiet", input="".join(stream))
    shared = withstands(bob)
    assert shared.status == 0
    assert shared.cpu < 20
    assert shared.megabytes < 300
