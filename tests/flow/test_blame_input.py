"""`git ai-blame` where the input is odd: hostile paths, wrong command lines, missing things."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from gitprov.flow.read.prompts import Prompts
from gitprov.git.repo import Repository
from gitprov.model.untrusted.printed import clean_bytes
from tests.support.claude import ClaudeSession
from tests.support.notes import OTHER, TRACE, add_generation, add_note, commit_row, trace_row
from tests.support.repo import GENERATIONS_REF, GitRepo, run, run_bytes

HOSTILE = [
    b"new\nline",
    b'quo"te',
    b"back\\slash",
    b"tab\there",
    b"not-utf8-\xff\xfe",
    "Größe 大.py".encode(),
    b"-leading-dash",
    b" space ",
    b":(top)magic",
    b"filename x",
    b"d/" * 60 + b"deep",
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
@pytest.mark.parametrize("form", [[], ["HEAD"], ["-C"]])
def test_hostile_paths(repo: GitRepo, name: bytes, form: list[str]) -> None:
    """Any path that git can hold is found, in notes and in the answer, also after it was renamed."""
    path = name.decode("utf-8", "surrogateescape")
    place = os.path.join(os.fsencode(repo.path), name)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    Path(os.fsdecode(place)).write_bytes(b"one\ntwo\n")
    repo.git("add", "-A")
    add_note(repo, repo.commit_staged("One"), trace_row({path: {"ai": "2"}}))
    assert repo.classes(path, *form) == ["unknown", "ai"]
    answer = repo.ai_blame(path, *form)
    assert answer["path"].encode("utf-8", "surrogateescape") == name
    assert answer["lines"][0]["orig_path"].encode("utf-8", "surrogateescape") == name
    repo.git("mv", "--", path, "plain")
    repo.commit("Two")
    assert repo.classes("plain", *form) == ["unknown", "ai"]
    text = run_bytes(["git", "ai-blame", "-f", *form, "--", "plain"], cwd=repo.path, env=repo.env).stdout
    assert text.count(b"\n") == 2


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (b"", []),
        (b"no newline", ["no newline"]),
        (b"a\r\nb\r\n", ["a\r", "b\r"]),
        (b"\n\n", ["", ""]),
        (b"nul\x00byte\n\x1b[31m\n", ["nul\x00byte", "\x1b[31m"]),
        (b"lat\xe9in\n", ["lat\udce9in"]),
        (b"a\x0cb\x0bc\x85d\xe2\x80\xa8e\n", ["a\x0cb\x0bc\udc85d\u2028e"]),
        (b"\ttab\n", ["\ttab"]),
    ],
    ids=ascii,
)
@pytest.mark.parametrize("rev", [[], ["HEAD"]])
def test_contents(repo: GitRepo, content: bytes, texts: list[str], rev: list[str]) -> None:
    """Empty, binary, CRLF, without a last newline: lines are git's lines, in text with escapes for what steers."""
    repo.write("a", content)
    add_note(repo, repo.commit("One"), trace_row({"a": {"ai": "1-9"}}))
    rows = repo.ai_blame("a", *rev)["lines"]
    assert [row["text"] for row in rows] == texts
    assert [row["class"] for row in rows] == ["ai"] * len(texts)
    shown = run_bytes(["git", "ai-blame", *rev, "--", "a"], cwd=repo.path, env=repo.env)
    assert shown.returncode == 0
    for row, line in zip(shown.stdout.split(b"\n"), content.split(b"\n"), strict=False):
        assert row.endswith(clean_bytes(line))


def test_line_ends_that_git_converts(repo: GitRepo) -> None:
    """With autocrlf the work tree's CRLF lines are the committed LF lines, as in git blame."""
    repo.write("a", "1\n2\n")
    add_note(repo, repo.commit("One"), trace_row({"a": {"ai": "1-2"}}))
    repo.git("config", "core.autocrlf", "true")
    repo.write("a", "1\r\n2\r\n")
    rows = repo.ai_blame("a")["lines"]
    assert [(row["text"], row["class"]) for row in rows] == [("1", "ai"), ("2", "ai")]


def test_filters_and_textconv(repo: GitRepo) -> None:
    """A clean filter shows as git shows it; a textconv filter does not show at all, for notes count stored lines."""
    repo.write("up", "one\ntwo\n")
    repo.write("plain", "one\ntwo\n")
    repo.write(".gitattributes", "up diff=up\nplain filter=up\n")
    repo.git("config", "diff.up.textconv", "tr a-z A-Z <")
    add_note(repo, repo.commit("One"), trace_row({"up": {"ai": "1"}, "plain": {"ai": "1"}}))
    repo.git("config", "filter.up.clean", "tr A-Z a-z")
    repo.write("plain", "ONE\ntwo\n")
    for path, texts in (("up", ["one", "two"]), ("plain", ["one", "two"])):
        for rev in ([], ["HEAD"]):
            rows = repo.ai_blame(path, *rev)["lines"]
            assert [row["text"] for row in rows] == texts, (path, rev)
            assert [row["class"] for row in rows] == ["ai", "unknown"], (path, rev)


def test_symbolic_link(repo: GitRepo) -> None:
    """A link is blamed as what git stores of it: the name it points to."""
    (repo.path / "link").symlink_to("target")
    repo.write("target", "1\n2\n")
    repo.commit("One")
    assert [row["text"] for row in repo.ai_blame("link")["lines"]] == ["target"]


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["nothing-here"], 3, "no such path 'nothing-here' in HEAD"),
        (["HEAD", "--", "nothing-here"], 3, "no such path nothing-here in HEAD"),
        (["no-such-rev", "--", "a"], 3, "bad revision 'no-such-rev'"),
        (["-L5,9", "a"], 3, "file a has only 1 line"),
        (["../outside"], 3, "outside repository"),
        (["x" * 4000], 3, "xxx"),
        (["--frobnicate", "a"], 2, "unknown option"),
        (["-Lx", "a"], 2, "does not understand"),
        ([], 2, "no file named"),
        (["--"], 2, "no file named"),
        (["--json", "--porcelain", "a"], 2, "exclude each other"),
        (["--porcelain", "--stats", "a"], 2, "exclude each other"),
        (["-p", "--show-prompt", "a"], 2, "exclude each other"),
        (["--incremental", "a"], 2, "--porcelain or --json"),
        (["--color=sometimes", "a"], 2, "always, never or auto"),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"], ["--stats"]])
def test_errors(repo: GitRepo, args: list[str], code: int, words: str, form: list[str]) -> None:
    """One clear line in git's own words, an exit code that says whose fault it is, nothing on standard output."""
    repo.write("a", "1\n")
    repo.commit("One")
    if form and ("porcelain" in str(args) or "-p" in args or "--color=sometimes" in args):
        form = []
    done = repo.git("ai-blame", *form, *args, check=False)
    assert (done.returncode, done.stdout) == (code, "")
    problem, *hints = done.stderr.splitlines()
    assert problem.startswith("gitprov: ")
    assert words in problem + "".join(hints)
    assert len(hints) <= 1
    assert all(hint.startswith("hint: ") for hint in hints)


@pytest.mark.parametrize("form", [[], ["--json"], ["--porcelain"], ["--stats"]])
def test_where_there_is_no_repository(tmp_path: Path, env: dict[str, str], form: list[str]) -> None:
    """Outside a repository the answer is exit 3 and one line."""
    done = run(["git-ai-blame", *form, "a"], cwd=tmp_path, env=env, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("gitprov: not a git repository")


def test_before_the_first_commit(repo: GitRepo) -> None:
    """On an unborn branch git's own words are repeated."""
    repo.write("a", "1\n")
    done = repo.git("ai-blame", "a", check=False)
    assert (done.returncode, done.stderr) == (3, "gitprov: git blame: no such ref: HEAD\n")


def test_on_a_detached_head(repo: GitRepo) -> None:
    """A detached HEAD is as good as a branch."""
    repo.write("a", "1\n")
    add_note(repo, repo.commit("One"), trace_row({"a": {"ai": "1"}}))
    repo.git("checkout", "-q", "--detach")
    assert repo.classes("a") == ["ai"]


def test_worktree_and_environment(repo: GitRepo, tmp_path: Path) -> None:
    """Linked worktrees and GIT_DIR with GIT_WORK_TREE lead to the same notes."""
    repo.write("d/a", "1\n")
    add_note(repo, repo.commit("One"), trace_row({"d/a": {"ai": "1"}}))
    linked = repo.add_worktree(tmp_path / "linked", "--detach")
    assert linked.classes("d/a") == ["ai"]
    env = {**repo.env, "GIT_DIR": str(repo.path / ".git"), "GIT_WORK_TREE": str(repo.path)}
    assert GitRepo(repo.path / "d", env).classes("a") == ["ai"]


def test_porcelain_is_gits_with_our_headers(repo: GitRepo) -> None:
    """Without the ai-* lines, --porcelain and --line-porcelain are git's answer, byte for byte."""
    repo.write("a b", "1\n2\n3\n")
    add_note(repo, repo.commit("One"), trace_row({"a b": {"ai": "2"}}))
    repo.git("mv", "a b", "ü")
    repo.write("ü", "0\n1\n2\n3")
    repo.commit("Two")
    for form in ("--porcelain", "--line-porcelain", "-p"):
        ours = repo.git_bytes("ai-blame", form, "--", "ü").split(b"\n")
        gits = repo.git_bytes("blame", "-w", form, "--", "ü").split(b"\n")
        assert [row for row in ours if not row.startswith(b"ai-")] == gits, form
        assert [row for row in ours if row.startswith(b"ai-class")] == [
            b"ai-class " + cls for cls in (b"unknown", b"unknown", b"ai", b"unknown")
        ]
        assert f"ai-trace {TRACE}".encode() in ours
        for at, row in enumerate(ours):
            if row.startswith(b"\t"):
                assert ours[at - 1].startswith(b"ai-"), row


def test_show_stats_of_git_do_not_disturb(repo: GitRepo) -> None:
    """Git's --show-stats prints after the lines, and harms no form."""
    repo.write("a", "1\n")
    repo.commit("One")
    assert repo.classes("a", "--show-stats") == ["unknown"]
    assert "\t1\nnum read blob" in repo.git("ai-blame", "--porcelain", "--show-stats", "a").stdout
    assert repo.git("ai-blame", "--show-stats", "a").stdout.endswith("1) 1\n")


def test_stats(repo: GitRepo) -> None:
    """--stats counts lines by class, model and trace, for people and as JSON."""
    repo.write("a", "1\n2\n3\n4\n")
    oid = repo.commit("One")
    add_note(repo, oid, trace_row({"a": {"ai": "1-2", "edited": "3"}}), commit_row(oid))
    answer = json.loads(repo.git("ai-blame", "--stats", "--json", "HEAD", "--", "a").stdout)
    assert (answer["path"], answer["revision"], answer["lines"]) == ("a", oid, 4)
    assert answer["classes"]["ai"] == {"lines": 2, "percent": 50.0}
    assert answer["models"] == [
        {"agent": "claude-code", "model": "claude-opus-4-5-20251101", "lines": 3, "percent": 75.0}
    ]
    assert answer["traces"] == [{"trace": TRACE, "lines": 3, "percent": 75.0}]
    assert (
        "  edited                                       1   25.0%"
        not in repo.git("ai-blame", "--stats", "a").stdout
    )
    assert repo.git("ai-blame", "--stats", "a").stdout.startswith("a: 4 lines\n")


def test_show_prompt(repo: GitRepo) -> None:
    """--show-prompt prints the stored prompt once above each run, and in JSON beside the lines."""
    repo.write("a", "1\n2\n3\n4\n")
    add_note(repo, repo.commit("One"), trace_row({"a": {"ai": "1-2,4"}}))
    missing = repo.git("ai-blame", "--show-prompt", "a").stdout
    assert missing.count("only its digest is known: sha256:" + "1" * 64) == 2
    add_generation(repo, "Write numbers\nplease")
    rows = repo.git("ai-blame", "--show-prompt", "a").stdout.splitlines()
    head = f"-- {TRACE} claude-code/claude-opus-4-5-20251101 2026-02-01T10:00:04Z"
    block = [head, " | Write numbers", " | please"]
    assert rows[:3] == block == rows[6:9]
    assert [row[-1] for row in (*rows[3:6], rows[9])] == ["1", "2", "3", "4"]
    assert repo.ai_blame("a", "--show-prompt")["prompts"] == {TRACE: "Write numbers\nplease"}


def test_prompts_are_read_together(repo: GitRepo) -> None:
    """Prompts that were read before are kept; of what is no trace, and of traces without a record, there is none."""
    repo.write("a", "1\n")
    repo.commit("One")
    add_generation(repo, "Write numbers")
    with Repository.discover(str(repo.path), repo.env) as place:
        prompts = Prompts(place)
        prompts.learn([TRACE, OTHER, "../x"])
        repo.git("update-ref", "-d", GENERATIONS_REF)
        assert [prompts.of(name) for name in (TRACE, OTHER, "../x")] == ["Write numbers", None, None]


def test_help_and_version(tmp_path: Path, env: dict[str, str]) -> None:
    """-h is complete and works anywhere; --version names the program."""
    for name in ("git-ai-blame", "git-ai-log"):
        shown = run([name, "-h"], cwd=tmp_path, env=env).stdout
        assert "usage: " in shown
        assert "Examples" in shown
        assert "Exit codes" in shown
        assert max(map(len, shown.splitlines())) <= 120
        assert run([name, "--version"], cwd=tmp_path, env=env).stdout.split()[-1][0].isdigit()


@pytest.mark.slow
def test_a_textconv_filter_does_not_shift_lines(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A filter that shows other lines than the file has moves no line into a model's; asking for it is refused."""
    hooked.write(".gitattributes", "*.py diff=noisy\n")
    hooked.git("config", "diff.noisy.textconv", "sed 's/^/\\n/'")
    hooked.write("a.py", "mine = 1\n")
    hooked.commit("start", ".gitattributes", "a.py")
    claude.prompt("one more")
    claude.edit("a.py", "mine = 1\n", "mine = 1\nits = 2\n")
    claude.stop()
    hooked.commit("one more", "a.py")
    lines = hooked.ai_blame("a.py")["lines"]
    assert [(line["text"], line["class"]) for line in lines] == [("mine = 1", "unknown"), ("its = 2", "ai")]
    shown = hooked.git("ai-blame", "a.py").stdout.splitlines()
    assert len(shown) == 2
    assert hooked.git("ai-blame", "--textconv", "a.py", check=False).returncode == 2


@pytest.mark.plain
def test_a_document_needs_no_module_that_takes_long(repo: GitRepo) -> None:
    """The JSON document of committed lines is written without regular expressions and the package `json`."""
    repo.write("a", "1\n")
    add_note(repo, repo.commit("One"), trace_row({"a": {"ai": "1"}}))
    code = (
        "import sys\nfrom gitprov.cli import ai_blame\n"
        "ai_blame.leave = lambda code: print(*sorted({'re', 'json', 'subprocess', 'typing'} & {*sys.modules}))\n"
        "ai_blame.main()"
    )
    done = run([sys.executable, "-I", "-c", code, "--json", "a"], cwd=repo.path, env=repo.env)
    assert '"class":"ai"' in done.stdout
    assert done.stdout.splitlines()[-1] == ""
