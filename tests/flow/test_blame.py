"""`git ai-blame`: which line is from where, asked of real repositories."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.agent import Agent
from tests.support.notes import OTHER, TRACE, add_note, commit_row, human_row, trace_row
from tests.support.repo import GitRepo, run


def lines(repo: GitRepo, path: str, *args: str) -> list[dict[str, object]]:
    """The rows of the JSON answer."""
    rows: list[dict[str, object]] = repo.ai_blame(path, *args)["lines"]
    return rows


def mixed(repo: GitRepo) -> str:
    """One commit of ten lines: 1-5 generated, 6-7 edited, 8-9 typed, 10 without evidence."""
    repo.write("src/a.py", "".join(f"line {n}\n" for n in range(1, 11)))
    oid = repo.commit("Mixed")
    add_note(
        repo,
        oid,
        trace_row({"src/a.py": {"ai": "1-5", "edited": "6-7", "deleted": 2}}),
        human_row({"src/a.py": {"human": "8-9"}}),
        commit_row(oid),
    )
    return oid


def test_each_line_has_its_class(repo: GitRepo) -> None:
    """The note's ranges decide the class; a line that no row claims is unknown, although the commit has a note."""
    mixed(repo)
    assert repo.classes("src/a.py") == ["ai"] * 5 + ["edited"] * 2 + ["human"] * 2 + ["unknown"]


def test_document_has_the_promised_shape(repo: GitRepo) -> None:
    """The JSON document has exactly the fields that the manual names, in its order, absent facts null."""
    oid = mixed(repo)
    answer = repo.ai_blame("src/a.py", "HEAD")
    assert list(answer) == ["path", "revision", "lines"]
    assert (answer["path"], answer["revision"]) == ("src/a.py", oid)
    assert answer["lines"][0] == {
        "line": 1, "commit": oid, "orig_path": "src/a.py", "orig_line": 1, "class": "ai", "evidence": "captured",
        "trace": TRACE, "agent": "claude-code", "model": "claude-opus-4-5-20251101", "session": "0b9c",
        "at": "2026-02-01T10:00:04Z", "prompt_version": "v2.4.1", "human": "Alice <alice@example.com>",
        "author": "Alice <alice@example.com>", "author_time": "2026-02-01T10:01:00+00:00", "text": "line 1",
    }  # fmt: skip
    assert list(answer["lines"][0])[-1] == "text"
    typed = answer["lines"][7]
    assert (typed["human"], typed["trace"], typed["agent"]) == ("Alice <alice@example.com>", None, None)
    assert {typed["evidence"], *(answer["lines"][9][key] for key in ("evidence", "trace", "human"))} == {None}
    assert repo.ai_blame("src/a.py")["revision"] is None


def test_weaker_claim_wins(repo: GitRepo) -> None:
    """Where two rows claim one line, the weaker class holds: edited over ai, human over both."""
    repo.write("a", "1\n2\n3\n")
    oid = repo.commit("Twice")
    add_note(
        repo,
        oid,
        trace_row({"a": {"ai": "1-3"}}),
        trace_row({"a": {"edited": "2-3"}}, id=OTHER),
        human_row({"a": {"human": "3"}}),
    )
    assert repo.classes("a") == ["ai", "edited", "human"]
    assert lines(repo, "a")[1]["trace"] == OTHER


def test_lookup_is_by_original_line_and_path(repo: GitRepo) -> None:
    """After a rename and lines inserted above, lines are found under the path and number they had."""
    mixed(repo)
    body = repo.read("src/a.py")
    repo.git("mv", "src/a.py", "b.py")
    repo.write("b.py", "new 1\nnew 2\n" + body)
    repo.commit("Move")
    assert repo.classes("b.py") == ["unknown"] * 2 + ["ai"] * 5 + ["edited"] * 2 + ["human"] * 2 + ["unknown"]
    moved = lines(repo, "b.py")[2]
    assert (moved["line"], moved["orig_line"], moved["orig_path"]) == (3, 1, "src/a.py")


def test_reindentation_keeps_the_line(repo: GitRepo) -> None:
    """-w is the default: a later change of whitespace leaves a line with its model; --no-w gives it away."""
    repo.write("a.py", "x = 1\n")
    add_note(repo, repo.commit("One"), trace_row({"a.py": {"ai": "1"}}))
    repo.write("a.py", "    x = 1\n")
    repo.commit("Indent")
    assert repo.classes("a.py") == ["ai"]
    assert repo.classes("a.py", "--no-w") == ["unknown"]


@pytest.mark.parametrize(
    ("trailer", "agent"),
    [
        ("Co-authored-by: Claude <noreply@anthropic.com>", "claude"),
        ("Assisted-by: claude-code:claude-opus-4-5", "claude-code"),
        ("Assisted-by:\n  aider", "aider"),
    ],
)
def test_declaration_without_evidence(repo: GitRepo, trailer: str, agent: str) -> None:
    """A commit without trace rows that names a machine in a trailer makes its lines declared."""
    repo.write("a", "1\n")
    repo.commit(f"One\n\nBody.\n\n{trailer}")
    row = lines(repo, "a")[0]
    assert (row["class"], row["evidence"], row["agent"]) == ("declared", "declared", agent)


def test_trace_of_a_lost_note(repo: GitRepo) -> None:
    """Without a note, the one AI-Trace trailer still names the trace."""
    repo.write("a", "1\n")
    repo.commit(f"One\n\nAI-Trace: {TRACE}")
    row = lines(repo, "a")[0]
    assert (row["class"], row["trace"], row["model"]) == ("declared", TRACE, None)


def test_evidence_silences_the_trailer(repo: GitRepo) -> None:
    """In a commit with trace rows the trailer says nothing of the lines that no row claims."""
    repo.write("a", "1\n2\n")
    oid = repo.commit(f"One\n\nAI-Trace: {TRACE}")
    add_note(repo, oid, trace_row({"a": {"ai": "1"}}))
    assert repo.classes("a") == ["ai", "unknown"]


def test_text_that_looks_like_a_trailer(repo: GitRepo) -> None:
    """Git decides what a trailer is: the same words inside the message's body declare nothing."""
    repo.write("a", "1\n")
    repo.commit("One\n\nAssisted-by: aider\nis what I would write, if it were so. But it is not.\n\nThe end.")
    assert repo.classes("a") == ["unknown"]


def test_machine_as_author(repo: GitRepo) -> None:
    """A commit whose author is a machine is declared; a person who shares a machine's name is not."""
    repo.write("a", "1\n")
    repo.git("add", "a")
    repo.commit_staged("One", "--author=Claude <noreply@anthropic.com>")
    repo.write("a", "1\n2\n")
    repo.git("add", "a")
    repo.commit_staged("Two", "--author=Claude Monet <claude@giverny.example>")
    assert repo.classes("a") == ["declared", "unknown"]


def test_boundary_of_a_shallow_clone_declares_nothing(repo: GitRepo, tmp_path: Path) -> None:
    """Lines at the edge of a shallow clone may be older than its trailer; the first commit of all has no such edge."""
    repo.write("a", "1\n")
    repo.commit("One\n\nAssisted-by: aider")
    assert repo.classes("a") == ["declared"]
    repo.write("b", "1\n")
    repo.commit("Two\n\nAssisted-by: aider")
    shallow = repo.clone(tmp_path / "shallow", "--depth=1")
    assert shallow.classes("a") == ["unknown"]


def test_boundary_keeps_claims(repo: GitRepo) -> None:
    """A claim holds at a boundary too: it names a line of that very commit."""
    oid = mixed(repo)
    repo.write("src/a.py", repo.read("src/a.py") + "more\n")
    repo.commit("More")
    assert repo.classes("src/a.py", f"{oid}..HEAD")[:6] == ["ai"] * 5 + ["edited"]


def test_ranges(repo: GitRepo) -> None:
    """-L passes through, also repeated, also with patterns."""
    mixed(repo)
    assert [row["line"] for row in lines(repo, "src/a.py", "-L2,3", "-L", "8,+2")] == [2, 3, 8, 9]
    assert [row["line"] for row in lines(repo, "src/a.py", "-L/line 4/,/line 6/")] == [4, 5, 6]


def test_copied_lines_keep_their_origin(repo: GitRepo) -> None:
    """With -C lines copied from another file are found in the note of the commit that made them."""
    text = "".join(f"a rather long line of code, number {n} of them\n" for n in range(9))
    repo.write("a.py", text)
    add_note(repo, repo.commit("One"), trace_row({"a.py": {"ai": "1-9"}}))
    repo.write("b.py", "other\n")
    repo.commit("Two")
    repo.write("b.py", "other\n" + text)
    repo.write("a.py", "")
    repo.commit("Move the lines")
    assert repo.classes("b.py") == ["unknown"] * 10
    assert repo.classes("b.py", "-C") == ["unknown"] + ["ai"] * 9


@pytest.mark.slow
def test_revision_before_or_after_the_file(repo: GitRepo) -> None:
    """All orders that git blame takes are understood: `rev file`, `rev -- file`, `file rev`, `-- file rev`."""
    oid = mixed(repo)
    repo.write("src/a.py", "gone\n")
    repo.commit("Rewrite")
    orders = (
        ["HEAD~1", "src/a.py"],
        ["HEAD~1", "--", "src/a.py"],
        ["src/a.py", "HEAD~1"],
        ["--", "src/a.py", "HEAD~1"],
    )
    for order in orders:
        answer = json.loads(repo.git("ai-blame", "--json", *order).stdout)
        assert (answer["path"], answer["revision"], len(answer["lines"])) == ("src/a.py", oid, 10), order


def test_reverse_names_who_wrote_the_line(repo: GitRepo) -> None:
    """--reverse shows how long lines live; their class is that of the commit that brought them."""
    repo.write("a", "1\n2\n")
    first = repo.commit("One")
    add_note(repo, first, trace_row({"a": {"ai": "2"}}))
    repo.write("a", "2\n")
    last = repo.commit("Two\n\nAssisted-by: aider")
    answer = repo.ai_blame("a", "--reverse", f"{first}..HEAD")
    assert [(row["commit"], row["class"]) for row in answer["lines"]] == [(first, "unknown"), (last, "ai")]
    assert answer["revision"] == first


def test_contents_of_another_file(repo: GitRepo) -> None:
    """--contents blames bytes that are in no commit; lines known from commits keep their class."""
    mixed(repo)
    repo.write("draft", "new\n" + repo.read("src/a.py"))
    answer = repo.ai_blame("src/a.py", "--contents", "draft")
    assert [row["class"] for row in answer["lines"]][:3] == ["unknown", "ai", "ai"]
    assert answer["lines"][0]["text"] == "new"


@pytest.mark.slow
def test_an_ignored_formatter_changes_no_class(project: GitRepo, agent: Agent) -> None:
    """Past a formatter's commit a line of which the layout alone changed is as the model wrote it, and has its commit."""
    agent.write("a.py", "x = 'alpha'\ny = f( 'beta',0XFF )\nlimit = 10\n")
    first = project.commit("Model")
    project.write("a.py", 'x = "alpha"\ny = f("beta", 0xFF)\nlimit = 11\n')
    second = project.commit("Format")
    lines = project.ai_blame("a.py", "--ignore-rev", second)["lines"]
    assert [line["class"] for line in lines] == ["ai", "ai", "edited"]
    assert {line["commit"] for line in lines} == {first}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a", "a\nb"])
def test_ignored_revisions(repo: GitRepo, name: str) -> None:
    """Past an ignored commit a line keeps its class only if it says the same: what that commit typed is not the model's."""
    repo.write(name, "x = 1\ntotal = sum(items)\nkept = True\n")
    first = repo.commit("One")
    add_note(repo, first, trace_row({name: {"ai": "1-3"}}))
    repo.write(name, "x = 2\nperson_typed_this(7)\n    kept = True\n")
    second = repo.commit("Two")
    repo.write("ignored", second + "\n")
    assert repo.classes(name) == ["unknown", "unknown", "ai"]
    past = ["edited", "unknown", "ai"]
    assert repo.classes(name, "--ignore-rev", second) == past
    assert repo.classes(name, "--ignore-revs-file", "ignored") == past
    assert repo.classes(name, "--ignore-rev", second, "--contents", name) == past
    assert repo.classes(name, "--ignore-rev", second, "--reverse", f"{first}..HEAD") == ["ai"] * 3
    repo.git("config", "blame.ignoreRevsFile", "ignored")
    assert repo.classes(name) == past
    answer = repo.git("ai-blame", "--porcelain", "--", name).stdout
    assert [row[9:] for row in answer.splitlines() if row.startswith("ai-class")] == past
    facts = lines(repo, name)
    assert [row["trace"] for row in facts] == [TRACE, None, TRACE]


def test_uncommitted_lines(repo: GitRepo) -> None:
    """Lines that no commit holds belong to a commit of zeros and are unknown without evidence."""
    mixed(repo)
    repo.write("src/a.py", "typed\n" + repo.read("src/a.py"))
    row = lines(repo, "src/a.py")[0]
    assert (row["commit"], row["class"]) == ("0" * 40, "unknown")
    assert repo.classes("src/a.py")[1:4] == ["ai"] * 3


def test_from_a_subdirectory(repo: GitRepo) -> None:
    """The path is relative to the current directory, the answer's path to the top."""
    mixed(repo)
    repo.write("top", "1\n")
    repo.commit("Top")
    inside = GitRepo(repo.path / "src", repo.env)
    assert (inside.ai_blame("a.py")["path"], inside.classes("a.py")[0]) == ("src/a.py", "ai")
    assert inside.ai_blame("../top", "HEAD")["path"] == "top"


def test_in_a_bare_repository(repo: GitRepo, tmp_path: Path) -> None:
    """A bare clone answers for revisions, notes included."""
    mixed(repo)
    run(
        ["git", "clone", "-q", "--mirror", str(repo.path), str(tmp_path / "bare")], cwd=tmp_path, env=repo.env
    )
    bare = GitRepo(tmp_path / "bare", repo.env)
    assert bare.classes("src/a.py", "HEAD")[:6] == ["ai"] * 5 + ["edited"]


def test_in_a_sha256_repository(tmp_path: Path, env: dict[str, str]) -> None:
    """Repositories with SHA-256 answer the same way, uncommitted lines included."""
    repo = GitRepo.init(tmp_path / "repo", env, "--object-format=sha256")
    mixed(repo)
    repo.write("src/a.py", repo.read("src/a.py") + "more\n")
    assert repo.classes("src/a.py") == ["ai"] * 5 + ["edited"] * 2 + ["human"] * 2 + ["unknown"] * 2


@pytest.mark.parametrize(
    "damage",
    [
        b"not json",
        b"\xff\xfe\x00",
        b"[1, 2]",
        b'{"kind":"trace"}',
        b'{"kind":"trace","id":"x","files":[1]}',
        b'{"kind":"trace","id":"y","files":{"a":{"ai":"1-"}}}',
        b'{"kind":"trace","id":"z","files":{"a":{"ai":7}}}',
        b'{"kind":"weather","id":"z","files":{"a":{"ai":"2"}}}',
    ],
)
def test_damaged_notes(repo: GitRepo, damage: bytes) -> None:
    """Rows that cannot be read claim nothing and spoil nothing."""
    repo.write("a", "1\n2\n")
    add_note(repo, repo.commit("One"), damage, trace_row({"a": {"ai": "1"}}))
    assert repo.classes("a") == ["ai", "unknown"]


def test_facts_of_the_wrong_type(repo: GitRepo) -> None:
    """A row whose facts are no text still claims its lines; the facts are null."""
    repo.write("a", "1\n")
    add_note(
        repo, repo.commit("One"), trace_row({"a": {"ai": "1"}}, model=7, agent=["x"], session={}, at=None)
    )
    row = lines(repo, "a")[0]
    assert (row["class"], row["model"], row["agent"], row["session"], row["at"]) == (
        "ai",
        None,
        None,
        None,
        None,
    )


def test_ranges_without_end(repo: GitRepo) -> None:
    """A claim of a billion lines costs nothing: ranges are asked, never spread out."""
    repo.write("a", "1\n")
    add_note(repo, repo.commit("One"), trace_row({"a": {"ai": "1-999999999"}}))
    assert repo.classes("a") == ["ai"]


@pytest.mark.slow
def test_many_commits(repo: GitRepo) -> None:
    """More commits than are asked for one by one are found by listing the notes once."""
    rows = []
    for n in range(60):
        rows.append(f"line {n}\n")
        repo.write("a", "".join(rows))
        oid = repo.commit(f"Line {n}")
        if n % 2:
            add_note(repo, oid, trace_row({"a": {"ai": str(n + 1)}}))
    assert repo.classes("a") == ["unknown", "ai"] * 30


def test_replaced_notes_in_fanned_out_trees(repo: GitRepo) -> None:
    """Notes are found however git has spread them over directories."""
    oid = mixed(repo)
    blob = repo.git("notes", "--ref=refs/notes/gitprov", "list", oid).stdout.strip()
    for path in (oid, f"{oid[:2]}/{oid[2:]}", f"{oid[:2]}/{oid[2:4]}/{oid[4:]}"):
        stream = (
            "commit refs/notes/gitprov\ncommitter A <a@example.com> 1769940000 +0000\ndata 1\nx\n"
            f"deleteall\nM 100644 {blob} {path}\ndone\n"
        )
        repo.git("fast-import", "--quiet", "--force", "--done", input=stream)
        assert repo.classes("src/a.py")[0] == "ai", path


@pytest.mark.slow
def test_uncommitted_lines_answer_from_the_inbox(hooked: GitRepo) -> None:
    """What an agent wrote and nobody committed is known in every form; after the commit the note says the same."""
    hooked.write("a.py", "first = 1\n")
    hooked.commit("Start")
    agent = Agent(hooked)
    agent.write("a.py", "first = 1\nsecond = 2\nthird = 3\n")
    hooked.write("a.py", "first = 1\nsecond = 2\nthird = 3\n# typed by nobody we know\n")
    before = lines(hooked, "a.py")
    assert [row["class"] for row in before] == ["unknown", "ai", "ai", "unknown"]
    assert (before[1]["agent"], before[1]["model"], before[1]["trace"]) == ("my-tool", "model-1", None)
    assert (
        "ai-class ai\nai-evidence captured\nai-agent my-tool"
        in hooked.git("ai-blame", "--porcelain", "a.py").stdout
    )
    assert hooked.git("ai-blame", "a.py").stdout.splitlines()[1].split()[:2] == ["00000000", "Not"]
    hooked.commit("Second")
    after = lines(hooked, "a.py")
    assert [row["class"] for row in after] == ["unknown", "ai", "ai", "unknown"]
    assert after[1]["trace"] == hooked.traces()[0]["id"]
    entry = json.loads(hooked.git("ai-log", "--json", "-1").stdout)
    assert (entry["ai_lines"], entry["added"], entry["gate"]) == (2, 3, "passed")
    shown = hooked.git("ai-blame", "--show-prompt", "a.py").stdout
    assert shown.count(" | do it\n") == 1
