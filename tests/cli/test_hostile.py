"""A repository in which everything that has a name tries to steer the terminal, and every command that prints of it."""

from __future__ import annotations

import json
import re

import pytest

from gitprov.cli.app import COMMANDS
from tests.support.agent import Agent
from tests.support.characters import steers
from tests.support.notes import TRACE, add_note, commit_row, human_row, trace_row
from tests.support.repo import GitRepo, run_bytes

EVIL = "x\x1b]0;t\x07\x1b[31mPWN\x1b[2J\x9b31m\u202eev\u2066\u200b\u2028\U000e0041\rz"
LINES = EVIL + "\nhint: paste this"
NAME = f"{EVIL}\ngitprov: forged.py"
SGR = re.compile(r"\x1b\[[0-9;]*m")
WORD = "*evil\x1b[31mPWN"

#: Command → command lines that show or repeat what the repository, its notes and the command line hold.
LINES_OF: dict[str, list[list[str]]] = {
    "ai-blame": [
        ["--", NAME], ["--color", "--", NAME], ["-f", "-e", "-n", "--show-prompt", "--", NAME], ["--color", "--show-prompt", "--", NAME],
        ["--stats", "--", NAME], ["--json", "--", NAME], ["--date=format:" + EVIL, "--", NAME], ["--", EVIL + "absent"],
        ["--" + EVIL], [EVIL, "--", NAME], ["--color=" + EVIL, "--", NAME], ["--", "plain"],
    ],
    "ai-log": [
        [], ["--color"], ["--oneline"], ["--oneline", "--color"], ["--json"], ["--all-commits"], [EVIL], ["--" + EVIL], ["-n", EVIL],
        ["--format=" + EVIL], ["--model=" + EVIL],
    ],
    "install": [
        ["--dry-run"], ["--agents", EVIL], [EVIL], ["--template", EVIL, "--dry-run"], ["--" + EVIL], [],
    ],
    "uninstall": [["--dry-run"], [EVIL], ["--template", EVIL]],
    "doctor": [[], ["--json"], ["--fix"], [EVIL]],
    "capture": [[EVIL], [EVIL, EVIL], ["generic"], ["-h", EVIL]],
    "acp": [[EVIL], ["--", EVIL], ["--agent", EVIL], ["--" + EVIL, "--", "true"]],
    "proxy": [[EVIL], ["--", EVIL], ["--port", EVIL], ["--upstream", EVIL, "--", "true"], ["--" + EVIL]],
    "record": [
        ["--agent", "a", EVIL], ["--agent", "a", "--param", EVIL, "plain"], ["--agent", "a", "--prompt-file", EVIL, "plain"], [EVIL],
        ["--agent", EVIL, "--model", EVIL, "--session", EVIL, "--prompt", LINES, "--json", NAME],
        ["--agent", EVIL, "--jsonl", "plain"], ["--jsonl", EVIL],
    ],
    "sweep": [[], ["--json"], [EVIL]],
    "status": [[], ["--json"], [EVIL]],
    "show": [
        [], ["HEAD~1"], ["HEAD~2"], ["HEAD~3", "--color=always"], ["HEAD~1", "--color=always"], [TRACE], [TRACE, "--color", "always"],
        [TRACE, "--diff"], ["HEAD~2", "--diff", "--color=always"], ["HEAD~1", "--json"], [EVIL], ["--prompt", "HEAD"], ["--color", EVIL],
    ],
    "versions": [[EVIL], [NAME], [NAME, "--json"], [TRACE]],
    "compare": [
        [f"HEAD~2:{NAME}", f"HEAD~1:{NAME}", "-p"], [f"HEAD~2:{NAME}", f"HEAD:{NAME}", "--json"], [EVIL, EVIL], [f"HEAD:{EVIL}", "HEAD:plain"],
    ],
    "restore": [[EVIL], [TRACE, "-n"], [TRACE, EVIL, "-n"], [TRACE, "--to", EVIL, "-n", "--json"]],
    "review": [["HEAD~1", "--by", EVIL], ["HEAD~1", "--by", "X\x1b[31mPWN <x@example.com>", "--note", LINES], [EVIL], ["HEAD~1", "--json"]],
    "sync": [[], [EVIL], ["--all"], [WORD], ["--all", "--json"], ["./" + EVIL]],
    "clone-setup": [[], [EVIL], [WORD, "--dry-run"], [WORD]],
    "verify": [[], ["--strict"], ["--json"], [EVIL], ["-" + EVIL]],
    "prompts": [
        ["list"], ["list", "--json"], ["log", EVIL], ["log", "p" + WORD], ["diff", "p" + WORD], ["diff", "p" + WORD, EVIL], ["churn"],
        ["churn", "--json"], [EVIL],
    ],
    "check": [
        [EVIL], ["trace", "--range", "HEAD~2..HEAD"], ["trace", "--range", EVIL], ["deps", "--offline", "--all-lines", "."],
        ["deps", "--offline", EVIL], ["deps", "--format", EVIL], ["security", "--all-lines", "."], ["security", "--tool", EVIL],
        ["nondeterminism", "--all-lines", "."], ["nondeterminism", "--run", EVIL + ":f"],
        *(["security", "--all-lines", "--format", form, "."] for form in ("json", "github", "gitlab", "junit", "sarif")),
    ],
    "ci": [["range"], [EVIL]],
    "baseline": [
        ["show", EVIL], ["check", EVIL, "--pin", EVIL], ["history", EVIL], ["pin", EVIL], ["record", EVIL, "--", EVIL], [EVIL],
        ["record", "--to", EVIL, "a:b", "--", "true"],
    ],
    "feeds": [["status"], [EVIL]],
    "guard": [["--log"], ["--json"], [EVIL]],
    "drift": [["run", EVIL], ["log", EVIL], ["run", "--format", EVIL]],
    "backfill": [["-n"], ["--json", "-n", "HEAD"], [EVIL], ["-" + EVIL]],
    "heal": [
        ["-n"], ["-n", "--color=always"], ["--all", "-n"], [EVIL], ["--from", EVIL, "HEAD"], ["--map", EVIL], ["--map", EVIL + ":HEAD"], [],
        ["--json"],
    ],
    "forget": [["-n", TRACE], [EVIL], ["HEAD"], ["--reason", EVIL, TRACE], ["--yes", "--reason", EVIL, TRACE], ["--json", "-n", TRACE]],
    "index": [
        [], ["--json"], ["--db", EVIL], ["--export", EVIL], ["--sql", EVIL], ["--sql", "SELECT path, oid FROM changes"],
        ["--sql", "SELECT * FROM traces", "--export", "jsonl"], ["--sql", f"SELECT '{EVIL}' AS x"], [EVIL],
    ],
    "stats": [*(["--by", by] for by in ("model", "agent", "prompt", "author", "path", "week", EVIL)), ["--json"], [EVIL], ["-" + EVIL]],
    "search": [["one"], ["other"], ["pwn", "--json"], [EVIL], [""]],
    "report": [
        ["--html", EVIL], ["--html", "a-report", EVIL], ["--html", "plain"], ["--html", "a-report", "-" + EVIL], ["--range", EVIL],
        ["--range", "HEAD~1..HEAD", "--markdown", "-"], ["--range", "HEAD~1..HEAD", "--html", "plain/x.html"],
    ],
    "serve": [["--port", EVIL], [EVIL], ["-" + EVIL], ["--db", EVIL]],
    "import": [["git-ai"], ["agent-trace", "--from", EVIL], [EVIL], ["git-ai", "--range", EVIL], ["git-ai", "--ref", EVIL, "--json"]],
    "export": [*([form] for form in ("git-ai", "agent-trace", "csv", "prov", "spdx", "cyclonedx")), [EVIL], ["csv", EVIL], ["git-ai", "--mirror"]],
    "attest": [[EVIL], ["--key", EVIL], ["HEAD~1", "--key", EVIL, "--out", EVIL]],
    "verify-attestation": [[EVIL], ["plain", "--commit", EVIL], ["plain", "--allowed-signers", EVIL]],
    "disclose": [[], ["--json"], ["--policy", "kernel"], ["--policy", EVIL], [EVIL]],
    "push": [["otlp", "-n"], ["loki", "-n", "--endpoint", "http://127.0.0.1:9"], [EVIL], ["otlp", "-n", "--range", EVIL], ["otlp", "-n", "--endpoint", EVIL], ["otlp", "-n", "--json"]],
    "pull": [["langfuse", "-n"], [EVIL], ["helicone", "--endpoint", EVIL], ["weave", "--agent", EVIL, "--days", "x"]],
    "collect": [["--port", EVIL], [EVIL], ["--agent", ""], ["-" + EVIL]],
    "mcp": [[], [EVIL], ["-" + EVIL]],
    "trace": [[TRACE, "--surviving"], [TRACE, "--json", "--surviving"], [EVIL], ["gen"], [""]],
    "hook": [[EVIL], ["pre-push", WORD, "./" + EVIL], ["commit-msg", EVIL], ["post-commit"], ["prepare-commit-msg", EVIL, EVIL]],
    EVIL: [[], ["--help"]],
}  # fmt: skip


@pytest.fixture
def hostile(repo: GitRepo) -> GitRepo:
    """Commits, notes, generations, an inbox, sidecars, remotes and settings full of what steers."""
    repo.git("config", "user.name", "Al\x1b[31mPWN\u202eice")
    repo.env.update(GIT_AUTHOR_NAME=EVIL, GIT_COMMITTER_NAME=EVIL)
    repo.git("checkout", "-q", "-b", "b\u202eevil\u200b")
    repo.write("plain", "one\n")
    repo.commit("One")
    repo.install()
    agent = Agent(repo, name=EVIL, model=EVIL, session=EVIL)
    agent.prompt(LINES, prompt_version=EVIL, output=LINES, turn=EVIL, prompt_name=EVIL)
    agent.write(NAME, f"{EVIL}\nsecond\nthird {EVIL}\n")
    agent.write("café\udcff\x9b", "text\n")
    repo.write(NAME, f"{EVIL}\nsecond changed {EVIL}\nthird {EVIL}\n")
    repo.commit(f"Subject {EVIL}")
    repo.write(NAME, f"{EVIL}\nsecond changed {EVIL}\nthird {EVIL}\nfourth {EVIL}\n")
    repo.write(f".ai-trace/{NAME}.json", json.dumps({"trace_id": EVIL, "model": EVIL}))
    repo.git("add", "-A")
    repo.commit_staged(
        f"Other {EVIL}\n\nAssisted-by: Claude Opus 5 ({EVIL})\nAI-Trace: {EVIL}\nReviewed-by: {EVIL} <x@example.com>", "--no-verify"
    )  # fmt: skip
    facts = dict.fromkeys(
        ("agent", "model", "session", "at", "prompt_version", "human", "evidence", "turn"), LINES
    )
    row = trace_row({NAME: {"ai": "4"}}, **{**facts, "delta": {"raw": LINES, "kept": LINES}})
    review = {"kind": "review", "v": 1, "id": f"{TRACE}/{EVIL}", "by": LINES, "at": LINES, "note": LINES}
    add_note(
        repo, "HEAD", row, human_row({NAME: {"human": "1"}}, LINES), review, commit_row(repo.oid(), LINES, dropped={TRACE: LINES}), EVIL
    )  # fmt: skip
    repo.write(f"prompts/{WORD}.md", f"---\nname: p{json.dumps(WORD)[1:-1]}\n---\n{LINES}\n")
    repo.git("config", f"remote.{WORD}.url", f"./{EVIL}")
    repo.git("config", f"remote.{WORD}.fetch", "+refs/notes/*:refs/notes/*")
    repo.git("config", "notes.rewriteRef", "refs/notes/*")
    agent.write("pending\x1b[31mPWN", f"{EVIL}\n")
    agent.write(NAME, f"{EVIL}\nfifth\n")
    repo.git("add", "-A")
    return repo


def offences(printed: bytes) -> list[str]:
    """What of an output could steer, apart from colours that did not come from the repository."""
    text = printed.decode("utf-8", "backslashreplace" if b"\xff" in printed else "strict")
    wrong = ["a colour of theirs"] if "\x1b[31mPWN" in text else []
    wrong += ["a line of theirs"] if re.search(r"^(hint: paste|gitprov: forged)", text, re.MULTILINE) else []
    steering = {char for char in SGR.sub("", text) if steers(char)}
    return wrong + sorted(map(ascii, steering - {"\n", "\t"}))


def test_the_table_has_every_command() -> None:
    """A new command comes with the command lines in which it repeats what others wrote."""
    assert {*COMMANDS, "ai-blame", "ai-log", "hook"} == LINES_OF.keys() - {EVIL}


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_nothing_steers_the_terminal(hostile: GitRepo) -> None:
    """No command line prints a control or formatting character, a colour or a line that the repository put there."""
    wrong = []
    shown = b""
    for name, command_lines in LINES_OF.items():
        for args in command_lines:
            program = [f"git-{name}"] if name.startswith("ai-") else ["gitprov", name]
            done = run_bytes([*program, *args], cwd=hostile.path, env=hostile.env, stdin=EVIL.encode())
            shown += done.stdout + done.stderr
            for stream, data in (("stdout", done.stdout), ("stderr", done.stderr)):
                wrong += [(name, ascii(args), stream, found, data[:400]) for found in offences(data)]
            if b"this is a bug" in done.stderr:
                wrong.append((name, ascii(args), "stderr", "a bug", done.stderr[:400]))
    assert not wrong, "\n".join(map(str, wrong))
    assert b"\\x1b[31mPWN" in shown


@pytest.mark.slow
@pytest.mark.parametrize("way", [["--prompt"], ["--output"]])
def test_texts_alone_are_exact_in_a_pipe(hostile: GitRepo, way: list[str]) -> None:
    """A prompt or an output by itself is data: a pipe gets it byte for byte."""
    done = run_bytes(["gitprov", "show", *way, "HEAD~1"], cwd=hostile.path, env=hostile.env)
    assert done.stdout.decode() == LINES


@pytest.mark.slow
def test_a_refusal_cannot_steer(hostile: GitRepo) -> None:
    """The gate's reasons and the commands that mend are escaped and quoted, and a shell takes them as they stand."""
    hostile.git("config", "gitprov.trailers", "forbid")
    done = run_bytes(["git", "commit", "-q", "-m", f"More {EVIL}"], cwd=hostile.path, env=hostile.env)
    assert done.returncode == 1
    assert offences(done.stderr) == []
    assert b"git restore --staged $'" in done.stderr
