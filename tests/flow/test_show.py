"""`gitprov show`: from a trace id or a commit to prompt, raw output and the delta."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.claude import MODEL, SESSION, ClaudeSession
from tests.support.repo import GENERATIONS_REF, NOTES_REF, GitRepo

pytestmark = pytest.mark.slow

CODE = "import sys\n\ndef count(text):\n    return len(text.split())\n\nprint(count(sys.stdin.read()))\nsys.exit(0)\n"
PROMPT = "Write a word counter.\nKeep it small."


def shown(repo: GitRepo, *args: str) -> dict[str, Any]:
    """The parsed answer of `gitprov show --json`."""
    answer: dict[str, Any] = json.loads(repo.gitprov("show", "--json", *args).stdout)
    return answer


def words_of(answer: dict[str, Any], commit: int = 0, file: int = 0) -> list[str]:
    """`op text` of each line of a file's delta; a reworded line with its marks."""
    return [
        piece["op"] + ("".join(f"{op}{text}|" for op, text in piece["words"]) or piece["text"])
        for block in answer["commits"][commit]["files"][file]["diff"]
        for piece in block["pieces"]
    ]


@pytest.fixture
def story(hooked: GitRepo, claude: ClaudeSession) -> str:
    """The trace of a commit in which one generated line was reworded, one dropped, and one added by hand."""
    claude.prompt(PROMPT)
    claude.write_file("wc.py", CODE)
    claude.stop("Written.")
    edited = CODE.replace("text.split()", "text.split(None)").replace("sys.exit(0)\n", "# the end\n")
    hooked.write("wc.py", edited)
    hooked.commit("Count words")
    return str(hooked.traces()[0]["id"])


def test_a_trace_tells_everything(hooked: GitRepo, story: str) -> None:
    """Model, session, prompt, output, request ids and usage come from the generation, counts from the note."""
    answer = shown(hooked, story)
    assert answer["kind"] == "trace"
    assert answer["trace"] == story
    assert (answer["state"], answer["source"]) == ("committed", "store")
    assert answer["agent"]["name"] == "claude-code"
    assert (answer["model"], answer["session"]) == (MODEL, SESSION)
    assert answer["prompt"]["text"] == PROMPT
    assert answer["prompt"]["digest"].startswith("sha256:")
    assert answer["output"]["text"].endswith("Written.")
    assert answer["request_ids"][0].startswith("req_")
    assert answer["usage"]["output_tokens"] > 0
    assert answer["human"] == "Alice <alice@example.com>"
    assert answer["commits"][0]["commit"] == hooked.oid()
    assert answer["commits"][0]["gate"] == "passed"
    assert answer["commits"][0]["delta"] == {"raw": 7, "kept": 5, "edited": 1, "dropped": 1, "pending": 0}
    assert answer["commits"][0]["delta_rate"] == round(2 / 7, 4)
    file = answer["commits"][0]["files"][0]
    assert (file["path"], file["ai"], file["edited"]) == ("wc.py", "1-3,5-6", "4")
    assert (file["kept_lines"], file["edited_lines"], file["dropped_lines"]) == (5, 1, 1)


def test_the_delta_is_a_diff_with_words(hooked: GitRepo, story: str) -> None:
    """A reworded line shows the words that changed; a dropped one goes out, a person's comes in."""
    assert words_of(shown(hooked, story)) == [
        " import sys",
        " ",
        " def count(text):",
        "~     return len(text.split(|+None| ))|",
        " ",
        " print(count(sys.stdin.read()))",
        "-sys.exit(0)",
        "+# the end",
    ]


def test_text_shows_marks_without_colour_and_colours_with(hooked: GitRepo, story: str) -> None:
    """`{+new+}` where there is no colour; escape sequences instead of marks where there is."""
    plain = hooked.gitprov("show", story).stdout
    assert "~    return len(text.split({+None+}))" in plain
    assert "-sys.exit(0)" in plain
    assert "raw 7: kept 5, edited 1, dropped 1 (29% changed)" in plain
    assert "    Keep it small." in plain
    assert "\x1b[" not in plain
    coloured = hooked.gitprov("show", "--color", "always", story).stdout
    assert "\x1b[32mNone\x1b[m" in coloured
    assert "{+" not in coloured


def test_parts_alone_are_byte_for_byte(hooked: GitRepo, story: str) -> None:
    """--prompt, --output and --diff print that part and nothing else, also for a commit with one trace."""
    assert hooked.gitprov("show", "--prompt", story).stdout == PROMPT
    assert hooked.gitprov("show", "--prompt", "HEAD").stdout == PROMPT
    assert hooked.gitprov("show", "--output", story).stdout.endswith("Written.")
    assert hooked.gitprov("show", "--diff", story).stdout.startswith("--- wc.py (as generated)\n+++ wc.py (")
    done = hooked.gitprov("show", "--diff", "--json", story, check=False)
    assert done.returncode == 2


def test_a_unique_start_or_its_hex_is_enough(hooked: GitRepo, story: str) -> None:
    """The start of a trace id names it, and so do its hex digits."""
    assert shown(hooked, story[:-4])["trace"] == story
    assert shown(hooked, story.rpartition("_")[2])["trace"] == story


@pytest.mark.parametrize(
    "name", ["gen_20991231_0123456789", "gen_2099", "nonsense", "-x\ny", "gen_20260201_0123456789"]
)
def test_unknown_names_are_one_clear_line(hooked: GitRepo, story: str, name: str) -> None:
    """What names nothing is an error with exit code 3 and a hint."""
    done = hooked.gitprov("show", "--", name, check=False)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("gitprov: ")
    assert "hint: " in done.stderr
    assert story


def test_the_nearest_name_is_the_hint(hooked: GitRepo, story: str) -> None:
    """A trace id with one wrong digit at its end is answered with the right one."""
    wrong = story[:-1] + ("0" if story[-1] != "0" else "1")
    assert f"nearest: {story}" in hooked.gitprov("show", wrong, check=False).stderr


def test_a_start_of_several_is_refused(hooked: GitRepo, claude: ClaudeSession, story: str) -> None:
    """Where several traces begin alike, all are named and none is shown."""
    claude.prompt("More.")
    claude.write_file("b.py", "b = 1\n")
    claude.stop()
    hooked.commit("More")
    done = hooked.gitprov("show", "gen_", check=False)
    assert done.returncode == 3
    assert story in done.stderr
    assert hooked.traces()[0]["id"] in done.stderr


def test_a_clone_without_generations_shows_the_note(hooked: GitRepo, story: str, tmp_path: Path) -> None:
    """Where prompts were not shared, the note's facts are shown and the rest is said to be missing."""
    other = hooked.clone(tmp_path / "other")
    other.git("fetch", "-q", "origin", f"{NOTES_REF}:{NOTES_REF}")
    answer = shown(other, story)
    assert (answer["source"], answer["model"]) == ("note", MODEL)
    assert answer["prompt"]["text"] is None
    assert answer["prompt"]["missing"] == "not here"
    assert answer["commits"][0]["delta"]["kept"] == 5
    assert answer["commits"][0]["files"][0]["diff"] is None
    text = other.gitprov("show", story).stdout
    assert "not in this clone" in text
    refused = other.gitprov("show", "--prompt", story, check=False)
    assert refused.returncode == 3
    assert refused.stdout == ""


def test_a_clone_without_notes_still_finds_the_trailer(hooked: GitRepo, story: str, tmp_path: Path) -> None:
    """The trailer alone leads from a trace to its commit."""
    other = hooked.clone(tmp_path / "other")
    answer = shown(other, story)
    assert answer["state"] == "committed"
    assert answer["commits"][0]["commit"] == hooked.oid()
    assert answer["commits"][0]["delta"] is None
    assert "there is no note about it here" in other.gitprov("show", story).stdout
    assert shown(other, "HEAD")["trailers"] == [story]


def test_hash_only_is_said(hooked: GitRepo, claude: ClaudeSession) -> None:
    """With the tier hash-only a trace has digests, no text and no diff, and says so."""
    hooked.write(".gitprov.toml", 'privacy = "hash-only"\n')
    claude.prompt("Secret plan.")
    claude.write_file("a.py", "a = 1\n")
    claude.stop()
    hooked.commit("A")
    answer = shown(hooked, hooked.traces()[0]["id"])
    assert answer["prompt"]["text"] is None
    assert answer["prompt"]["missing"] == "digest only"
    assert answer["commits"][0]["files"][0]["missing"] == "its content is not kept: only digests are"
    assert "digest only" in hooked.gitprov("show", answer["trace"]).stdout


def test_redacted_lines_do_not_look_edited(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A secret is masked in the store and not in the commit; that is no developer's change."""
    claude.prompt("Add the token.")
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    claude.write_file("conf.py", f'host = "example.com"\ntoken = "{token}"\nport = 80\n')
    claude.stop()
    hooked.commit("Conf")
    answer = shown(hooked, hooked.traces()[0]["id"])
    assert answer["output"]["redactions"] > 0
    assert answer["commits"][0]["files"][0]["diff"] == []
    assert answer["commits"][0]["delta"]["edited"] == 0


def test_a_trace_in_two_commits_shows_both(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A turn committed in two steps has two commits; each says what it holds, and what was pending then."""
    claude.prompt("Two files.")
    claude.write_file("a.py", "a = 1\na = 2\n")
    claude.write_file("b.py", "b = 1\n")
    claude.stop()
    first = hooked.commit("A", "a.py")
    trace = hooked.traces()[0]["id"]
    waiting = shown(hooked, trace)
    assert [one["path"] for one in waiting["uncommitted"]] == ["b.py"]
    assert waiting["uncommitted"][0]["state"] == "pending"
    second = hooked.commit("B")
    answer = shown(hooked, trace)
    assert [one["commit"] for one in answer["commits"]] == [first, second]
    assert [[file["path"] for file in one["files"]] for one in answer["commits"]] == [["a.py"], ["b.py"]]
    assert answer["uncommitted"] == []


def test_another_traces_lines_are_marked(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A later turn's lines in the same commit are no developer's edit of the earlier turn."""
    claude.prompt("First.")
    claude.write_file("a.py", "one = 1\ntwo = 2\nthree = 3\n")
    claude.stop()
    claude.prompt("Second.")
    claude.edit("a.py", "two = 2\n", "def two(): pass\n")
    claude.stop()
    hooked.commit("Both")
    first, second = sorted(
        hooked.traces(), key=lambda row: str(row["at"]) + str(row["delta"]["raw"]), reverse=True
    )
    if first["delta"]["raw"] < second["delta"]["raw"]:
        first, second = second, first
    answer = shown(hooked, first["id"])
    assert [line for line in words_of(answer) if line[0] in "-+*~"] == ["-two = 2", "*def two(): pass"]
    assert answer["commits"][0]["files"][0]["dropped_lines"] == 0


def test_a_renamed_file_has_its_delta(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A file renamed after the agent wrote it is compared under its new name."""
    claude.prompt("Write.")
    claude.write_file("old.py", CODE)
    claude.stop()
    hooked.commit("Old")
    claude.prompt("Change.")
    claude.edit("old.py", "sys.exit(0)\n", "sys.exit(1)\nprint('never', 'again')\n")
    claude.stop()
    hooked.git("mv", "old.py", "new.py")
    hooked.write("new.py", hooked.read("new.py").replace("'never'", "'not never'"))
    hooked.commit("New")
    answer = shown(hooked, hooked.traces()[0]["id"])
    file = answer["commits"][0]["files"][0]
    assert file["path"] == "new.py"
    assert [line for line in words_of(answer) if line[0] in "-+*~"] == ["~ print('|+not | never', 'again')|"]


def test_an_amended_commit_is_shown_once(hooked: GitRepo, story: str) -> None:
    """The commit that an amendment replaced still has a note; it is counted, not shown."""
    old = hooked.oid()
    hooked.git("commit", "-q", "--amend", "-m", "Count words better")
    answer = shown(hooked, story)
    assert [one["commit"] for one in answer["commits"]] == [hooked.oid()]
    assert answer["unreachable"] == [old]
    assert "no branch or tag leads there" in hooked.gitprov("show", story).stdout


def test_a_continuation_names_its_parent(hooked: GitRepo, claude: ClaudeSession) -> None:
    """Edits after a commit that used their turn make a second record, and each names the other."""
    claude.prompt("Go on.")
    claude.write_file("a.py", "a = 1\n")
    hooked.commit("A")
    first = hooked.traces()[0]["id"]
    claude.write_file("b.py", "b = 1\n")
    claude.stop()
    hooked.commit("B")
    second = hooked.traces()[0]["id"]
    assert shown(hooked, second)["parent"] == first
    assert shown(hooked, first)["continued_by"] == [second]


def test_a_turn_is_shown_from_the_inbox(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A turn that no commit holds has no trace id; the name that status gives it is enough."""
    claude.prompt("Not yet.")
    claude.write_file("a.py", "a = 1\nb = 2\n")
    claude.stop()
    hooked.write("a.py", "a = 1\n")
    handle = json.loads(hooked.gitprov("status", "--json").stdout)["turns"][0]["handle"]
    answer = shown(hooked, handle)
    assert (answer["trace"], answer["state"], answer["source"]) == (None, "uncommitted", "inbox")
    assert answer["prompt"]["text"] == "Not yet."
    pieces = [piece for block in answer["worktree"][0]["diff"] for piece in block["pieces"]]
    assert [piece["op"] for piece in pieces] == [" ", "-"]
    assert "Not committed yet" in hooked.gitprov("show", handle).stdout


def test_a_trace_that_the_gate_refused_is_shown(hooked: GitRepo, claude: ClaudeSession) -> None:
    """The gate names a trace that no commit holds yet; show knows it from the plan and the inbox."""
    hooked.write(".gitprov.toml", 'require = ["prompt", "model"]\n')
    claude.model = None
    claude.prompt("Without a model.")
    claude.write_file("a.py", "a = 1\n")
    claude.stop()
    hooked.git("add", "-A")
    refused = hooked.git("commit", "-q", "-m", "A", check=False)
    assert refused.returncode
    trace = next(word for word in refused.stderr.split() if word.startswith("gen_"))
    answer = shown(hooked, trace)
    assert (answer["trace"], answer["state"]) == (trace, "uncommitted")
    assert answer["prompt"]["text"] == "Without a model."
    assert answer["model"] is None


def test_a_commit_tells_all_its_traces(hooked: GitRepo, story: str) -> None:
    """A commit shows gate, added lines and each trace with prompt, counts and files."""
    answer = shown(hooked, "HEAD")
    assert (answer["kind"], answer["commit"], answer["note"]) == ("commit", hooked.oid(), True)
    assert (answer["gate"], answer["added"], answer["foreign_lines"]) == ("passed", 7, 0)
    assert answer["trailers"] == [story]
    trace = answer["traces"][0]
    assert (trace["trace"], trace["ai_lines"], trace["prompt"]["text"]) == (story, 6, PROMPT)
    assert trace["files"][0]["dropped_lines"] == 1
    text = hooked.gitprov("show").stdout
    assert f"trace {story}" in text
    assert "Write a word counter." in text
    assert "wc.py: kept 5, edited 1, dropped 1" in text


def test_a_commit_without_a_note_says_so(hooked: GitRepo) -> None:
    """A commit that nothing is recorded of is an answer, not an error."""
    answer = shown(hooked, "HEAD")
    assert (answer["note"], answer["traces"]) == (False, [])
    assert "nothing is recorded" in hooked.gitprov("show", "HEAD").stdout


def test_foreign_and_damaged_note_lines_are_counted(hooked: GitRepo, story: str) -> None:
    """Lines that are not ours are counted and hide nothing; a row with odd types does not break the answer."""
    note = hooked.git("notes", f"--ref={NOTES_REF}", "show", "HEAD").stdout
    odd = '{"kind":"trace","v":1,"id":"a\\nb"}\n{"kind":"trace","v":1,"id":"x\\ny","files":7,"delta":"z","model":3}\n{"kind":"review","v":1,"id":"q"}\n'
    hooked.git("notes", f"--ref={NOTES_REF}", "add", "-f", "-m", note + "not json\n{half\n" + odd, "HEAD")
    answer = shown(hooked, "HEAD")
    assert answer["foreign_lines"] == 2
    told = {one["trace"]: one["prompt"]["text"] for one in answer["traces"]}
    assert told == {story: PROMPT, "x\ny": None, "a\nb": None}
    assert "2 lines are damaged or none of gitprov's" in hooked.gitprov("show", "HEAD").stdout
    assert shown(hooked, story)["commits"][0]["delta"]["kept"] == 5


def test_dropped_traces_and_reasons_are_shown(hooked: GitRepo, claude: ClaudeSession) -> None:
    """A record that was let go on purpose is shown with its reason."""
    claude.prompt("Write.")
    claude.write_file("a.py", "a = 1\n")
    claude.stop()
    hooked.git("add", "-A")
    planned = json.loads(hooked.gitprov("status", "--json").stdout)["next_commit"]["rows"][0]["id"]
    hooked.commit_staged("A", "--trailer", f"AI-Trace-Dropped: {planned} generated by mistake")
    assert shown(hooked, "HEAD")["dropped"] == {planned: "generated by mistake"}


def test_declared_commits_are_shown_as_such(hooked: GitRepo) -> None:
    """A trailer that names a machine is told, though no line is known."""
    hooked.write("a.py", "a = 1\n")
    hooked.git("add", "-A")
    hooked.commit_staged("A\n\nCo-authored-by: Claude <noreply@anthropic.com>")
    assert any("Claude" in one for one in shown(hooked, "HEAD")["declared"])


def test_a_bare_repository_answers(hooked: GitRepo, story: str, tmp_path: Path) -> None:
    """Show needs no work tree."""
    bare = hooked.clone(tmp_path / "bare.git", "--bare", "--mirror")
    assert shown(bare, story)["prompt"]["text"] == PROMPT
    assert shown(bare, "HEAD")["traces"][0]["trace"] == story
    assert GENERATIONS_REF in bare.git("for-each-ref").stdout


def test_from_a_subdirectory(hooked: GitRepo, story: str) -> None:
    """Where one stands in the work tree makes no difference."""
    (hooked.path / "sub").mkdir()
    below = GitRepo(hooked.path / "sub", hooked.env)
    assert shown(below, story) == shown(hooked, story)
    assert shown(below, story[:12])["trace"] == story


def test_outside_a_repository(repo: GitRepo, tmp_path: Path) -> None:
    """No repository is one clear line and exit code 3."""
    outside = GitRepo(tmp_path / "tmp", repo.env)
    for command in (["show"], ["status"], ["review", "HEAD"]):
        done = outside.gitprov(*command, check=False)
        assert (done.returncode, "not a git repository" in done.stderr) == (3, True)


def test_an_interrupted_commit_is_finished_by_show(hooked: GitRepo, claude: ClaudeSession) -> None:
    """When post-commit was killed, the next show writes the note first."""
    claude.prompt("Write.")
    claude.write_file("a.py", "a = 1\n")
    claude.stop()
    hooked.git("add", "-A")
    hooks = hooked.path / ".git" / "hooks"
    (hooks / "post-commit").rename(hooks / "kept-aside")
    hooked.commit_staged("A")
    assert hooked.note() == []
    (hooks / "kept-aside").rename(hooks / "post-commit")
    assert shown(hooked, "HEAD")["note"] is True
    assert len(hooked.traces()) == 1
