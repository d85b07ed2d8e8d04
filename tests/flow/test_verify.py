"""`gitprov verify`: a repository made by real sessions is clean; one that is broken in one way has that one finding."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.agent import Agent
from tests.support.claude import ClaudeSession
from tests.support.commits import configure, lines
from tests.support.notes import OTHER, TRACE, add_note, commit_row, trace_row
from tests.support.repo import GENERATIONS_REF, NOTES_REF, GitRepo
from tests.support.sealed import sealed_env

TEN = lines(10)
Row = dict[str, Any]


def verify(repo: GitRepo, *args: str) -> tuple[int, list[Row], Row]:
    """Exit code, findings, and the summary."""
    done = repo.gitprov("verify", "--json", *args, check=False)
    assert done.returncode in (0, 1), done.stderr
    *rows, summary = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, rows, summary


def kinds(repo: GitRepo, *args: str, level: str = "finding") -> list[str]:
    """The kinds of the findings of one level; the exit code must fit."""
    code, rows, summary = verify(repo, *args)
    assert summary["findings"] == sum(row["level"] == "finding" for row in rows)
    assert "--strict" in args or code == bool(summary["findings"])
    return [row["kind"] for row in rows if row["level"] == level]


@pytest.fixture(scope="session")
def history(hooked_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real sessions through the hooks: two agents, an edit by hand, a rename, a merge, an amendment, a continuation."""
    place = tmp_path_factory.mktemp("verified")
    shutil.copytree(hooked_template, place / "repo", symlinks=True)
    repo = GitRepo(place / "repo", sealed_env(place))
    repo.tick()
    agent, claude = Agent(repo), ClaudeSession(repo)
    repo.write("CLAUDE.md", "be brief\n")
    claude.prompt("ten lines")
    claude.write_file("a.py", TEN)
    claude.stop()
    repo.commit("One")
    agent.prompt("more").write("b.py", lines(20, "b"))
    repo.write("b.py", repo.read("b.py").replace("b_3 = 3", "b_3 = 33"))
    repo.commit("Two")
    agent.write("b.py", repo.read("b.py") + "more = 1\n")
    repo.commit("Three")
    repo.git("switch", "-q", "-c", "side", "HEAD~")
    claude.prompt("on the side")
    claude.edit("a.py", "line_5 = 5\n", "line_5 = 55\nline_5b = 5\n")
    repo.commit("Side")
    repo.git("switch", "-q", "main")
    repo.git("mv", "b.py", "c.py")
    agent.prompt("after the move").write("c.py", repo.read("c.py").replace("b_9 = 9", "b_9 = 99"))
    repo.commit("Move")
    repo.git("merge", "-q", "--no-edit", "side")
    claude.prompt("the last")
    claude.write_file("d.py", lines(4, "d"))
    repo.commit("Four")
    repo.write("d.py", repo.read("d.py") + "typed = 1\n")
    repo.git("commit", "-q", "-a", "--amend", "--no-edit")
    return repo.path


@pytest.fixture
def made(history: Path, tmp_path: Path, env: dict[str, str]) -> GitRepo:
    """A copy of the same, to be broken."""
    shutil.copytree(history, tmp_path / "repo", symlinks=True)
    repo = GitRepo(tmp_path / "repo", env)
    repo.tick(100_000)
    return repo


def rewrite(repo: GitRepo, ref: str, **files: str | bytes | None) -> None:
    """Put files into the tree of a ref, or take them out (None); `__` in a name stands for `/`."""
    parts = [
        f"commit {ref}\ncommitter A <a@example.com> 1769940000 +0000\ndata 1\nx\nfrom {ref}^0\n".encode()
    ]
    for name, data in files.items():
        path = name.replace("__", "/")
        raw = data.encode() if isinstance(data, str) else data
        parts.append(
            f"D {path}\n".encode()
            if raw is None
            else f"M 100644 inline {path}\ndata {len(raw)}\n".encode() + raw + b"\n"
        )
    repo.git("fast-import", "--quiet", "--done", input=b"".join(parts) + b"\ndone\n")


def change_note(repo: GitRepo, rev: str, change: Any) -> Row:
    """Rewrite the trace rows of a commit's note by `change`; returns the first as it is then."""
    rows = repo.note(rev)
    traces = [row for row in rows if row["kind"] == "trace"]
    for row in traces:
        change(row)
    add_note(repo, rev, *rows)
    return traces[0]


def top_of(repo: GitRepo, rev: str = "HEAD") -> tuple[str, str]:
    """The first trace of a commit, and its directory in the store."""
    trace = repo.traces(rev)[0]["id"]
    return trace, f"{trace[-10:-8]}/{trace}"


# -- clean --------------------------------------------------------------------------------------------------------


def test_real_history_is_clean(made: GitRepo) -> None:
    """What the hooks wrote has no finding and nothing unknown; an orphan is told of and is no finding."""
    code, rows, summary = verify(made, "--strict")
    assert (code, [row["kind"] for row in rows if row["level"] != "info"]) == (0, [])
    assert (summary["commits"], summary["notes"]) == (8, 6)
    assert summary["generations"] == 6
    assert [row["kind"] for row in rows] == ["orphan"]


def test_range_looks_at_its_commits(made: GitRepo) -> None:
    """With a range only its commits and their generations count."""
    _, rows, summary = verify(made, "HEAD~..HEAD")
    assert rows == []
    assert (summary["commits"], summary["notes"], summary["generations"]) == (1, 1, 1)
    assert verify(made, "main", "^main~2")[2]["commits"] == 3


def test_wrong_revisions(made: GitRepo) -> None:
    """A revision that does not exist, or an option, is an error."""
    assert made.gitprov("verify", "nope..HEAD", check=False).returncode == 3
    assert made.gitprov("verify", "--", "--all", check=False).returncode == 2


def test_empty_repository(repo: GitRepo) -> None:
    """Without a commit there is nothing to find."""
    assert kinds(repo) == []


def test_other_shapes_of_repositories(made: GitRepo, tmp_path: Path) -> None:
    """A bare clone with all our refs is as clean; SHA-256 is tested by a history of its own."""
    bare = made.clone(tmp_path / "bare.git", "--mirror")
    assert kinds(bare, "--strict") == []


def test_sha256(tmp_path: Path, env: dict[str, str]) -> None:
    """In a SHA-256 repository notes and store are verified alike, and a broken one is found out."""
    repo = GitRepo.init(tmp_path / "long", env, "--object-format=sha256")
    repo.install()
    Agent(repo).prompt().write("a.py", TEN)
    repo.commit("One")
    assert verify(repo, "--strict")[2] | {"findings": 0, "unknown": 0} == verify(repo)[2]
    change_note(repo, "HEAD", lambda row: row["files"].update({"a.py": {"ai": "1-11"}}))
    assert "no-such-line" in kinds(repo)


# -- what a clone cannot look at ----------------------------------------------------------------------------------


def test_clone_without_generations(made: GitRepo, tmp_path: Path) -> None:
    """A colleague without generations has unknowns, one a trace, which fail under --strict alone."""
    clone = made.clone(tmp_path / "clone")
    clone.git("fetch", "-q", "origin", f"{NOTES_REF}:{NOTES_REF}")
    code, rows, summary = verify(clone)
    assert code == 0
    assert {row["kind"] for row in rows if row["level"] == "unknown"} == {"no-generation"}
    assert summary["unknown"] == 6
    assert verify(clone, "--strict")[0] == 1
    text = clone.gitprov("verify").stdout
    assert "could not look: traces whose generation is not in this clone: 6 " in text
    assert "clean, 6 unknown" in text


def test_clone_without_notes(made: GitRepo, tmp_path: Path) -> None:
    """Without notes every trace that a message names is unknown, not missing."""
    clone = made.clone(tmp_path / "clone")
    assert kinds(clone) == []
    assert set(kinds(clone, level="unknown")) == {"no-note"}


def test_shallow_clone(made: GitRepo, tmp_path: Path) -> None:
    """Of a commit whose parents are beyond the edge nobody can say what it added."""
    clone = made.clone(tmp_path / "clone", "--depth=1")
    clone.git("fetch", "-q", "origin", f"{NOTES_REF}:{NOTES_REF}", f"{GENERATIONS_REF}:{GENERATIONS_REF}")
    assert kinds(clone) == []
    assert kinds(clone, level="unknown") == ["no-parents"]


def test_partial_clone(made: GitRepo, tmp_path: Path) -> None:
    """In a partial clone git brings what it is asked for; file versions, which nobody has to read, stay at the remote."""
    made.git("config", "uploadpack.allowFilter", "true")
    made.git("config", "uploadpack.allowAnySHA1InWant", "true")
    clone = made.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    clone.git("fetch", "-q", "origin", f"{NOTES_REF}:{NOTES_REF}", f"{GENERATIONS_REF}:{GENERATIONS_REF}")
    assert kinds(clone) == []
    lacking = clone.git("rev-list", "--objects", "--missing=print", GENERATIONS_REF).stdout
    assert any(line.startswith("?") for line in lacking.splitlines())


# -- notes --------------------------------------------------------------------------------------------------------


def test_damaged_line(made: GitRepo) -> None:
    """A line of a note that is no row is found."""
    add_note(made, "HEAD", *made.note(), '{"kind":"trace", "id":')
    assert kinds(made) == ["note-lines"]


def test_copied_note(made: GitRepo) -> None:
    """A note that git copied to another commit is found once, with heal as the mend."""
    made.git("commit", "-q", "--allow-empty", "--no-verify", "-m", "Empty")
    add_note(made, "HEAD", *made.note("HEAD~"))
    _, rows, _ = verify(made)
    [row] = [row for row in rows if row["level"] == "finding"]
    assert (row["kind"], row["commit"]) == ("note-copied", made.oid())
    assert row["mend"].startswith("gitprov heal ")


def test_no_commit_row(made: GitRepo) -> None:
    """A note that does not say which commit it is of is found."""
    add_note(made, "HEAD", *made.traces())
    assert kinds(made) == ["no-commit-row"]


def test_reviews_alone_are_a_note(made: GitRepo) -> None:
    """A note with nothing but a review claims nothing, and so has nothing to prove."""
    made.git("commit", "-q", "--allow-empty", "--no-verify", "-m", "Empty")
    add_note(made, "HEAD", {"kind": "review", "v": 1, "id": "x/bob", "by": "Bob <b@example.com>", "at": None})
    assert kinds(made) == []


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ({"ai": "1-x"}, "bad-range"),
        ({"ai": 5}, "bad-range"),
        ("1-5", "bad-range"),
        ({"ai": "0-2"}, "bad-range"),
        ({"ai": "1-4,99"}, "no-such-line"),
        ({"ai": "1-5"}, "not-added"),
        ({"ai": "1-4", "edited": "4"}, "claimed-twice"),
    ],
)
def test_ranges(made: GitRepo, entry: object, kind: str) -> None:
    """Ranges that cannot be read, that name lines beyond the end, lines of others, or one line twice."""
    made.write("d.py", made.read("d.py") + "last = 1\n")
    made.git("commit", "-q", "--no-verify", "-a", "-m", "Five")
    made.git("notes", f"--ref={NOTES_REF}", "remove", "--ignore-missing", "HEAD")
    rev = "HEAD" if kind == "not-added" else "HEAD~"
    if rev == "HEAD":
        add_note(made, rev, trace_row({"d.py": {"ai": "6"}}, evidence="imported"), commit_row(made.oid()))
    change_note(made, rev, lambda row: row["files"].update({"d.py": entry}))
    assert kinds(made) == [kind]


def test_path_that_is_not_there(made: GitRepo) -> None:
    """A claim on a file that the commit does not have."""
    change_note(made, "HEAD", lambda row: row["files"].update({"nowhere.py": {"ai": "1"}}))
    _, rows, _ = verify(made)
    assert [(row["kind"], row["path"]) for row in rows if row["level"] == "finding"] == [
        ("no-such-path", "nowhere.py")
    ]


def test_two_traces_claim_a_line(made: GitRepo) -> None:
    """One line cannot be of two traces."""
    rows = made.note()
    add_note(made, "HEAD", *rows, trace_row({"d.py": {"ai": "2"}}, id=OTHER, evidence="imported"))
    assert kinds(made) == ["claimed-twice"]


@pytest.mark.parametrize(
    ("delta", "found"),
    [
        ({"raw": 9, "kept": 4, "edited": 0, "dropped": 0, "pending": 0}, ["bad-delta"]),
        ({"raw": -1, "kept": 0, "edited": 0, "dropped": 0, "pending": 0}, ["bad-delta"]),
        ({"raw": "4"}, ["bad-delta"]),
        ([], ["bad-delta"]),
        ({"raw": 4, "kept": 4, "edited": 1, "dropped": 0, "pending": 0}, []),
    ],
)
def test_delta(made: GitRepo, delta: object, found: list[str]) -> None:
    """Counts that are none, or do not add up; a sum that a union made larger is a remark."""
    change_note(made, "HEAD", lambda row: row.update(delta=delta))
    assert kinds(made) == found
    assert found or "bad-delta" in kinds(made, level="info")


def test_lines_of_a_merge(made: GitRepo) -> None:
    """In a merge only what no parent has is added by it: a line that came from either is another commit's."""
    merge = made.git("rev-list", "--merges", "-1", "HEAD").stdout.strip()
    row = trace_row({"a.py": {"ai": "5"}}, evidence="imported")
    add_note(made, merge, row, commit_row(merge))
    assert kinds(made) == ["not-added"]


def test_binary_by_attribute(made: GitRepo) -> None:
    """A text that attributes call binary shows no hunks, and its lines are verified all the same."""
    (made.path / ".git/info").mkdir(exist_ok=True)
    (made.path / ".git/info/attributes").write_text("*.py -diff\n")
    assert kinds(made) == []
    change_note(made, "HEAD", lambda row: row["files"].update({"d.py": {"ai": "1-4"}, "a.py": {"ai": "3"}}))
    assert kinds(made) == ["not-added"]


def test_note_in_two_places(made: GitRepo) -> None:
    """A note that lies twice in the tree is read as one: whatever either part says counts."""
    oid = made.oid()
    made_row = json.dumps(trace_row({"d.py": {"ai": "77"}}, evidence="imported")).encode() + b"\n"
    rewrite(made, NOTES_REF, **{f"{oid[:2]}__{oid[2:4]}__{oid[4:]}": made_row})
    assert kinds(made) == ["no-such-line"]


def test_note_contradicts_its_record(made: GitRepo) -> None:
    """A note that names another prompt than its generation's record."""
    change_note(made, "HEAD", lambda row: row.update(prompt="sha256:" + "0" * 64))
    assert kinds(made) == ["note-contradicts"]


def test_orphans(made: GitRepo) -> None:
    """Notes of commits that nothing leads to are told, and are no finding."""
    before = len(kinds(made, level="info"))
    made.git("reset", "-q", "--hard", "HEAD~")
    assert kinds(made) == []
    assert kinds(made, level="info") == ["orphan"] * (before + 1)


# -- messages -----------------------------------------------------------------------------------------------------


def amend_message(repo: GitRepo, text: str) -> None:
    """Another message for HEAD, behind the back of the hooks, its note moved along."""
    rows = repo.note()
    repo.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--amend", "-m", text)
    add_note(repo, "HEAD", *[row for row in rows if row["kind"] != "commit"], commit_row(repo.oid()))


def test_trailer_without_note(made: GitRepo) -> None:
    """A message names a trace, and there is no note."""
    made.git("notes", f"--ref={NOTES_REF}", "remove", "HEAD")
    assert kinds(made) == ["no-note"]


def test_trailer_without_row(made: GitRepo) -> None:
    """A message names a trace of which the note says nothing."""
    own = made.traces()[0]["id"]
    amend_message(made, f"Four\n\nAI-Trace: {own}\nAI-Trace: {TRACE}")
    _, rows, _ = verify(made)
    assert [(row["kind"], row["trace"]) for row in rows if row["level"] == "finding"] == [
        ("trailer-without-row", TRACE)
    ]


def test_row_without_trailer(made: GitRepo) -> None:
    """The note has a trace that the message does not name: wrong where the profile wants trailers."""
    amend_message(made, "Four")
    assert kinds(made) == []  # what was carried came by ways that may take another message
    change_note(made, "HEAD", lambda row: row.update(evidence="captured"))
    assert kinds(made) == ["row-without-trailer"]
    configure(made, 'trailers = ["none"]\n')
    assert kinds(made) == []


def test_dropped_with_a_reason(made: GitRepo) -> None:
    """A record that the message lets go of needs neither row nor trailer."""
    own = made.traces()[0]["id"]
    amend_message(made, f"Four\n\nAI-Trace-Dropped: {own} it was a test\nAI-Trace-Dropped: {TRACE} that too")
    assert kinds(made) == []


def test_malformed_trailer(made: GitRepo) -> None:
    """A trailer that names no trace."""
    own = made.traces()[0]["id"]
    amend_message(made, f"Four\n\nAI-Trace: {own}\nAI-Trace: yes")
    assert kinds(made) == ["bad-trailer"]


# -- the store ----------------------------------------------------------------------------------------------------


def test_altered_record(made: GitRepo) -> None:
    """A record whose bytes were changed does not match its digest."""
    trace, top = top_of(made)
    record = made.generation(trace)
    record["human"] = "Mallory <m@example.com>"
    rewrite(made, GENERATIONS_REF, **{f"{top}/record.json": json.dumps(record)})
    assert kinds(made) == ["bad-record"]


def test_unreadable_record(made: GitRepo) -> None:
    """A record that is no JSON is one finding, and its note's trace is not known here."""
    _, top = top_of(made)
    rewrite(made, GENERATIONS_REF, **{f"{top}/record.json": b"\xff{"})
    assert kinds(made) == ["bad-record"]
    assert kinds(made, level="unknown") == ["no-generation"]


def test_record_in_another_place(made: GitRepo) -> None:
    """A record under the name of another trace."""
    record = made.generation_file(made.traces()[0]["id"], "record.json")
    rewrite(made, GENERATIONS_REF, **{f"aa/{OTHER}/record.json": record})
    assert kinds(made) == ["bad-record"]


def test_contents_without_a_record(made: GitRepo) -> None:
    """Contents that no record names."""
    rewrite(made, GENERATIONS_REF, **{f"aa/{OTHER}/prompt.txt": "x"})
    assert kinds(made) == ["no-record"]


@pytest.mark.parametrize("name", ["prompt.txt", "output.txt", "files/0.after"])
def test_altered_and_missing_contents(made: GitRepo, name: str) -> None:
    """A text, or a version of a file, that is another than the record's, or is gone."""
    _, top = top_of(made)
    rewrite(made, GENERATIONS_REF, **{f"{top}/{name}": "forged\n"})
    assert kinds(made) == ["content-altered"]
    rewrite(made, GENERATIONS_REF, **{f"{top}/{name}": None})
    assert kinds(made) == ["content-missing"]


def test_instruction_texts(made: GitRepo) -> None:
    """The text of an instruction file is checked by its name; one that a record names must be there."""
    listed = made.git("ls-tree", "-r", "--name-only", GENERATIONS_REF).stdout.split()
    [path] = [one for one in listed if one.startswith("instructions/")]
    rewrite(made, GENERATIONS_REF, **{path: "forged"})
    assert kinds(made) == ["content-altered"]
    rewrite(made, GENERATIONS_REF, **{path: None})
    assert set(kinds(made)) == {"content-missing"}


def test_missing_object(made: GitRepo) -> None:
    """An object that the store names and that is lost."""
    made.git("-c", "core.compression=0", "unpack-objects", "-q", check=False)
    _, top = top_of(made)
    rewrite(made, GENERATIONS_REF, **{f"{top}/extra.txt": "only here"})
    record = made.generation(top_of(made)[0])
    oid = made.git("rev-parse", f"{GENERATIONS_REF}:{top}/prompt.txt").stdout.strip()
    for pack in (made.path / ".git/objects/pack").glob("*.pack"):
        data = pack.read_bytes()
        for side in (".pack", ".idx", ".rev"):
            pack.with_suffix(side).unlink(missing_ok=True)
        made.git("unpack-objects", "-q", input=data)
    (made.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    assert record["prompt"]["available"]
    assert kinds(made) == ["content-missing"]


def test_missing_parent(made: GitRepo) -> None:
    """A continuation whose first part is gone; without the record the note's trace is unknown."""
    listed = made.git("ls-tree", "-r", "--name-only", GENERATIONS_REF).stdout.split()
    children = [one for one in listed if one.endswith("record.json")]
    parents = {made.generation(one.split("/")[1])["parent"] for one in children} - {None}
    parent = parents.pop()
    gone = {path: None for path in listed if f"/{parent}/" in path}
    rewrite(made, GENERATIONS_REF, **gone)
    assert "no-parent" in kinds(made)
    assert set(kinds(made)) == {"no-parent"}


def test_tombstones(made: GitRepo) -> None:
    """A forgotten generation is clean; contents beside its tombstone, or a damaged one, are not."""
    trace, top = top_of(made)
    made.gitprov("forget", "--yes", trace)
    assert kinds(made, "--strict") == []
    rewrite(made, GENERATIONS_REF, **{f"{top}/prompt.txt": "again"})
    assert kinds(made) == ["not-erased"]
    rewrite(made, GENERATIONS_REF, **{f"{top}/prompt.txt": None, f"{top}/tombstone.json": "[]"})
    assert kinds(made) == ["bad-tombstone"]


def test_digests_alone(project: GitRepo, agent: Agent) -> None:
    """Under the tier hash-only nothing is kept, and nothing is missing."""
    configure(project, 'privacy = "hash-only"\n')
    agent.prompt().write("a.py", TEN)
    project.commit("One")
    assert kinds(project, "--strict") == []


# -- sidecars -----------------------------------------------------------------------------------------------------


@pytest.fixture
def sidecars(project: GitRepo, agent: Agent) -> GitRepo:
    """A commit with a sidecar, written by the hooks."""
    configure(project, "sidecar = true\n")
    agent.prompt().write("a.py", TEN)
    project.commit("One")
    assert (project.path / ".ai-trace/a.py.json").exists()
    return project


def test_sidecars_are_clean(sidecars: GitRepo) -> None:
    """What pre-commit staged agrees with the notes."""
    assert kinds(sidecars, "--strict") == []
    assert verify(sidecars, "HEAD^!")[2]["sidecars"] == 1


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda row: {**row, "model": "another"}, "sidecar-contradicts"),
        (lambda row: {**row, "prompt_hash": "sha256:0"}, "sidecar-contradicts"),
        (lambda row: {**row, "traces": [*row["traces"], OTHER]}, "sidecar-unknown"),
        (lambda row: {**row, "trace_id": None}, "bad-sidecar"),
        (lambda _: [], "bad-sidecar"),
        (None, "sidecar-alone"),
    ],
)
def test_sidecars(sidecars: GitRepo, change: Any, kind: str) -> None:
    """A sidecar that says something else, cannot be read, or whose file is gone."""
    path = ".ai-trace/a.py.json"
    if change is None:
        sidecars.git("rm", "-q", "a.py")
    else:
        sidecars.write(path, json.dumps(change(json.loads(sidecars.read(path)))))
    sidecars.git("add", "-A")
    sidecars.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "Two")
    assert kinds(sidecars) == [kind]


# -- signatures ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="signing needs ssh-keygen")
def test_signatures(made: GitRepo, tmp_path: Path) -> None:
    """Where the policy wants signatures, an unsigned commit is found, and one whose key nobody vouches for is unknown."""
    configure(made, '[verify]\nsignatures = ["commits"]\n')
    assert set(kinds(made, "HEAD^!")) == {"signature"}
    key = tmp_path / "key"
    made.git("-c", f"alias.keygen=!ssh-keygen -q -t ed25519 -N '' -f {key}", "keygen")
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", str(key))):
        made.git("config", name, value)
    made.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-S", "--allow-empty", "-m", "Signed")
    assert kinds(made, "HEAD^!") == []
    assert kinds(made, "HEAD^!", level="unknown") == ["signature"]
    allowed = tmp_path / "allowed"
    allowed.write_text(f"alice@example.com {(tmp_path / 'key.pub').read_text()}")
    made.git("config", "gpg.ssh.allowedSignersFile", str(allowed))
    assert kinds(made, "--strict", "HEAD^!") == []
    configure(made, '[verify]\nsignatures = ["notes"]\n')
    assert set(kinds(made, "HEAD^!")) == {"signature"}


# -- output -------------------------------------------------------------------------------------------------------


def test_words_for_people(made: GitRepo) -> None:
    """A finding is told with commit, file, trace, kind and the command that mends it; then one line sums up."""
    change_note(made, "HEAD", lambda row: row["files"].update({"d.py": {"ai": "1-9"}}))
    done = made.gitprov("verify", check=False)
    assert done.returncode == 1
    first, mend, *_, last = done.stdout.splitlines()
    assert first.startswith(made.oid()[:12] + "  d.py  gen_")
    assert first.endswith("line 6-9 does not exist, the file has 5 [no-such-line]")
    assert mend == f"    mend: gitprov heal {made.oid()[:12]}"
    assert last.endswith(": 1 finding")


NASTY = [
    b"",
    b"\0\xff\n" * 3,
    b"[" * 200_000,
    b'{"kind":"trace","id":"\\ud800","files":{"\\ud800\\n":{"ai":"1"}}}\n',
    b"null\n1\n",
]


@pytest.mark.parametrize("data", NASTY, ids=range(len(NASTY)))
def test_arbitrary_bytes(made: GitRepo, data: bytes) -> None:
    """Whatever notes, records, tombstones and sidecars hold, there is an answer, for people and for machines."""
    oid = made.oid()
    trace, top = top_of(made)
    rewrite(made, NOTES_REF, **{f"{oid[:2]}/{oid[2:]}": data})
    other = {f"aa/{OTHER}/tombstone.json": data, f"instructions/aa/{'b' * 62}": data}
    rewrite(made, GENERATIONS_REF, **{f"{top}/record.json": data, **other})
    made.write(".ai-trace/d.py.json", data)
    made.git("add", ".ai-trace")
    made.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "Sidecar")
    found = kinds(made)
    assert {"bad-record", "bad-sidecar", "content-altered"} <= set(found)
    assert made.gitprov("verify", "--strict", check=False).returncode == 1
    assert trace in made.gitprov("verify", check=False).stdout


def test_constant_number_of_processes(made: GitRepo, tmp_path: Path) -> None:
    """However many commits there are, git is started the same number of times."""

    def starts(*args: str) -> int:
        log = tmp_path / "trace"
        log.unlink(missing_ok=True)
        made.env["GIT_TRACE2_EVENT"] = str(log)
        made.gitprov("verify", *args)
        del made.env["GIT_TRACE2_EVENT"]
        return sum('"event":"start"' in line for line in log.read_text().splitlines())

    assert starts("HEAD^!") == starts("HEAD~3..HEAD") == starts("HEAD~6..HEAD")
    assert starts() <= 20
