"""The commands on real repositories: foreign notes come in, notes go out, statements are signed and refused."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from gitprov.interop.formats import dsse
from tests.exchange import samples
from tests.support.agent import Agent
from tests.support.notes import TRACE, add_note, commit_row, trace_row
from tests.support.repo import CommandError, GitRepo, run

pytestmark = pytest.mark.slow


def foreign(repo: GitRepo, ref: str, data: bytes | str) -> None:
    """Give HEAD a note of another tool, without a newline at its end, as it writes one."""
    blob = repo.git("hash-object", "-w", "--stdin", input=data).stdout.strip()
    repo.git("notes", f"--ref={ref}", "add", "-f", "-C", blob, "HEAD")


def numbered(repo: GitRepo, *names: str, lines: int = 30) -> str:
    """A commit of files with numbered lines."""
    for name in names:
        repo.write(name, "".join(f"{name} {n}\n" for n in range(lines)))
    return repo.commit("Numbers")


def test_notes_of_git_ai_and_back(repo: GitRepo) -> None:
    """Imported lines are blamed as git-ai has them, lies are counted, and a mirror holds the same lines."""
    numbered(repo, "src/main.rs", "src/my file.rs")
    foreign(repo, "ai", samples.git_ai())
    assert json.loads(repo.gitprov("import", "git-ai", "-n", "--json").stdout)["lines"] == 47
    assert repo.note() == []
    done = repo.gitprov("import", "git-ai")
    assert "47 taken in or there already, 29 that the commits do not add" in done.stdout
    assert (
        repo.classes("src/main.rs")
        == ["ai"] * 10 + ["unknown"] * 4 + ["ai"] * 6 + ["unknown"] * 4 + ["ai"] + ["unknown"] * 5
    )
    assert {row["evidence"] for row in repo.ai_blame("src/my file.rs")["lines"]} == {"imported"}
    note = repo.note()
    assert json.loads(repo.gitprov("import", "git-ai", "--json").stdout)["changed"] == []
    assert repo.gitprov("verify").stdout.endswith("clean\n")
    rows = [json.loads(line) for line in repo.gitprov("export", "git-ai").stdout.splitlines()]
    repo.write("out.jsonl", "")
    repo.gitprov("export", "git-ai", "--out", "out.jsonl")
    assert [row["commit_sha"] for row in rows] == [repo.oid()]
    assert "1 of other tools kept" in repo.gitprov("export", "git-ai", "--mirror").stdout
    assert repo.git_bytes("notes", "--ref=ai", "show") == samples.git_ai()
    repo.git("update-ref", "-d", "refs/notes/ai")
    assert "1 note written" in repo.gitprov("export", "git-ai", "--mirror").stdout
    assert "0 notes written" in repo.gitprov("export", "git-ai", "--mirror").stdout
    assert repo.git_bytes("notes", "--ref=ai", "show").decode() == rows[0]["content"]
    repo.git("update-ref", "-d", "refs/notes/gitprov")
    assert json.loads(repo.gitprov("import", "git-ai", "--from", "out.jsonl", "--json").stdout)["lines"] == 47
    again = repo.note()
    assert [row["id"] for row in again] == [row["id"] for row in note]
    assert [row.get("files") for row in again] == [row.get("files") for row in note]


def test_pipes_and_records_of_other_commits(repo: GitRepo) -> None:
    """`-` stands for the standard streams; records of other commits are counted, and another format is refused."""
    numbered(repo, "src/main.rs", "src/my file.rs")
    foreign(repo, "ai", samples.git_ai())
    repo.gitprov("import", "git-ai")
    rows = repo.gitprov("export", "git-ai", "--out", "-").stdout
    assert rows == repo.gitprov("export", "git-ai").stdout
    assert not (repo.path / "-").exists()
    other = json.dumps({**json.loads(rows), "commit_sha": "0" * 40})
    done = repo.gitprov("import", "git-ai", "--from", "-", input=f"{rows}{other}\nx,y\n")
    assert "records in the file: 1 of other commits, 1 that name no commit\n" in done.stdout
    done = repo.gitprov("import", "git-ai", "--from", "-", input="commit,agent\nx,y\n", check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("gitprov: none of 2 records names a commit\nhint: ")


def test_captured_lines_stay(repo: GitRepo) -> None:
    """A line that was captured keeps its trace and evidence, and a trace of the note stays as it is."""
    oid = numbered(repo, "src/main.rs")
    row = trace_row({"src/main.rs": {"ai": "2-3"}})
    add_note(repo, "HEAD", row, commit_row(oid))
    head = "src/main.rs\n  s_ed57a59d439f63::t_1 1-5\n  s_d7ad279dbf8d14::t_2 7-8\n"
    sessions = {
        "s_d7ad279dbf8d14": {"agent_id": samples.CODEX, "custom_attributes": {"gitprov.t_2": TRACE}},
        "s_ed57a59d439f63": {"agent_id": samples.CLAUDE},
    }
    foreign(repo, "ai", samples.git_ai(head, sessions=sessions))
    repo.gitprov("import", "git-ai")
    kinds = [(line["class"], line["evidence"]) for line in repo.ai_blame("src/main.rs")["lines"][:8]]
    taken, kept, nothing = ("ai", "imported"), ("ai", "captured"), ("unknown", None)
    assert kinds == [taken, kept, kept, taken, taken, nothing, nothing, nothing]
    assert [found for found in repo.traces() if found["id"] == TRACE] == [row]


def test_other_formats_come_in(repo: GitRepo) -> None:
    """Records of Agent Trace from their usual place, notes of whogitit and agentblame, checkpoints of Entire."""
    repo.write("src/main.rs", "x = 1\n")
    repo.write(".gitignore", ".agent-trace\n")
    repo.commit("Base")
    repo.write("src/main.rs", "".join(f"{n}\n" for n in range(60)))
    oid = repo.commit("Numbers\n\nEntire-Checkpoint: a1b2c3d4e5f6")
    with pytest.raises(CommandError, match=r"--from FILE"):
        repo.gitprov("import", "agent-trace")
    record = samples.agent_trace(vcs={"type": "git", "revision": oid})
    repo.write(
        ".agent-trace/traces.jsonl", json.dumps(record) + "\n" + json.dumps(samples.agent_trace()) + "\n"
    )
    foreign(repo, "whogitit", json.dumps(samples.WHOGITIT))
    foreign(repo, "agentblame", json.dumps(samples.AGENTBLAME_3))
    parts = f"commit refs/heads/entire/checkpoints/v1\ncommitter A <a@example.com> 1769940000 +0000\ndata 1\nx\nM 100644 inline a1/b2c3d4e5f6/0/metadata.json\ndata {len(json.dumps(samples.ENTIRE))}\n{json.dumps(samples.ENTIRE)}\ndone\n"
    repo.git("fast-import", "--quiet", "--done", input=parts)
    for name in ("agent-trace", "whogitit", "agentblame", "entire"):
        repo.gitprov("import", name)
    lines = repo.ai_blame("src/main.rs")["lines"]
    found = {line["line"]: (line["class"], line["agent"], line["model"]) for line in lines}
    assert found[1] == ("ai", "cursor", "claude-opus-4-5")
    assert found[12][0] == "edited"
    assert found[20] == ("ai", "claude-code", "claude-opus-4-5")
    assert found[60] == ("declared", "claude-code", None)
    assert repo.gitprov("verify").stdout.endswith("clean\n")
    done = repo.gitprov("export", "agent-trace", f"{oid}~..{oid}").stdout
    assert {json.loads(row)["vcs"]["revision"] for row in done.splitlines()} == {oid}
    foreign(repo, "elsewhere", json.dumps(record))
    assert (
        json.loads(repo.gitprov("import", "agent-trace", "--ref", "refs/notes/elsewhere", "--json").stdout)[
            "read"
        ]
        == 1
    )


@pytest.fixture
def keys(tmp_path: Path, env: dict[str, str]) -> Path:
    """Two SSH keys, and files of allowed signers: one valid, one expired."""
    for name in ("alice", "mallory"):
        run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(tmp_path / name)],
            cwd=tmp_path,
            env=env,
        )
    public = (tmp_path / "alice.pub").read_text()
    (tmp_path / "signers").write_text(f"alice@example.com {public}")
    (tmp_path / "expired").write_text(f'alice@example.com valid-before="20200101" {public}')
    return tmp_path


def refusal(repo: GitRepo, *args: str) -> str:
    """The message of a verification that has to fail with exit code 1."""
    done = run(["gitprov", "verify-attestation", *args], cwd=repo.path, env=repo.env, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr


def test_an_attestation_holds_or_is_refused(project: GitRepo, agent: Agent, keys: Path) -> None:
    """A signed statement verifies; an altered note, payload or commit, an unknown or expired key do not."""
    agent.prompt("a greeting")
    agent.write("hello.py", "print('hello')\n")
    oid = project.commit("Greet")
    allowed = ["--allowed-signers", str(keys / "signers")]
    project.gitprov("attest", "--key", str(keys / "alice"), "--out", str(keys / "a.json"))
    done = json.loads(
        project.gitprov(
            "verify-attestation", str(keys / "a.json"), *allowed, "--commit", "HEAD", "--json"
        ).stdout
    )
    assert (done["commit"], done["signer"]) == (oid, "alice@example.com")
    assert done["statement"]["predicate"]["files"][0]["ranges"][0]["class"] == "ai"
    assert done["statement"]["predicate"]["declarations"] == []
    assert "about the commit" in refusal(project, str(keys / "a.json"), *allowed, "--commit", "HEAD~")
    assert "no file of allowed signers" in refusal(project, str(keys / "a.json"))
    assert "no signature is by an allowed key" in refusal(
        project, str(keys / "a.json"), "--allowed-signers", str(keys / "expired")
    )
    row = json.loads((keys / "a.json").read_text())
    text = base64.b64decode(row["payload"]).replace(b'"class":"ai"', b'"class":"human"')
    (keys / "altered.json").write_bytes(
        json.dumps({**row, "payload": base64.b64encode(text).decode()}).encode()
    )
    assert "no signature is by an allowed key" in refusal(project, str(keys / "altered.json"), *allowed)
    project.git("config", "user.signingKey", str(keys / "mallory"))
    (keys / "m.json").write_text(project.gitprov("attest").stdout)
    assert "no signature is by an allowed key" in refusal(project, str(keys / "m.json"), *allowed)
    project.gitprov("review", "HEAD")
    assert "records otherwise" in refusal(project, str(keys / "a.json"), *allowed)
    with pytest.raises(CommandError, match="has no note"):
        project.gitprov("attest", "HEAD~", "--key", str(keys / "alice"))


def test_signed_lies_are_refused(project: GitRepo, agent: Agent, keys: Path) -> None:
    """What an allowed key signs is still checked: its end, its kind, its commit, its shape."""
    agent.prompt("a greeting")
    agent.write("hello.py", "print('hello')\n")
    project.commit("Greet")
    project.gitprov("attest", "--key", str(keys / "alice"), "--out", str(keys / "a.json"))
    body = json.loads(base64.b64decode(json.loads((keys / "a.json").read_text())["payload"]))
    about = body["predicate"]
    cases = {
        "it expired": {**body, "predicate": {**about, "validUntil": "2020-01-01T00:00:00Z"}},
        "of the future": {**body, "predicate": {**about, "attestedAt": "2999-01-01T00:00:00Z"}},
        "no moment": {**body, "predicate": 7},
        "its predicate is": {**body, "predicateType": "urn:other"},
        "no statement": {**body, "_type": "other"},
        "not in this clone": {**body, "subject": [{"digest": {"gitCommit": "0" * 40}}]},
        "its subjects": {**body, "subject": body["subject"][:1]},
        "files": {**body, "predicate": {**about, "files": []}},
    }
    for reason, statement in cases.items():
        payload = json.dumps(statement).encode()
        signed = run(
            ["ssh-keygen", "-Y", "sign", "-n", "gitprov", "-f", str(keys / "alice")],
            cwd=keys, env=project.env, stdin=dsse.signed_bytes(dsse.TYPE, payload),
        )  # fmt: skip
        (keys / "lie.json").write_bytes(
            dsse.write(dsse.Envelope(dsse.TYPE, payload, (signed.stdout.encode(),)), "")
        )
        assert reason in refusal(project, str(keys / "lie.json"), "--allowed-signers", str(keys / "signers"))


def test_a_disclosure(project: GitRepo, agent: Agent) -> None:
    """Counts of what is recorded, the trailers of a policy with the commits that lack them, and no markup of others."""
    agent.prompt("a greeting")
    agent.write("a *b*.py", "print('hello')\nprint('you')\n")
    project.commit("Greet")
    project.write("c.py", "x = 1\n")
    project.commit("More\n\nAssisted-by: Claude:claude-opus-4-5\nReviewed-by: Bob <bob@example.com>")
    answer = json.loads(project.gitprov("disclose", "HEAD~2..HEAD", "--policy", "kernel", "--json").stdout)
    assert (answer["added"], answer["lines"]["ai"], answer["lines"]["unknown"]) == (3, 2, 1)
    assert answer["reviewers"] == ["Bob <bob@example.com>"]
    assert [row["commit"] for row in answer["declared"]] == [project.oid()]
    assert answer["missing"] == [project.oid("HEAD~")]
    text = project.gitprov("disclose", "HEAD~2..HEAD", "--policy", "kernel").stdout
    assert r"a \*b\*.py: 1-2" in text
    assert "Assisted-by: " in text
    assert "No model is recorded" in project.gitprov("disclose", "HEAD~2").stdout


def test_wrong_command_lines(repo: GitRepo) -> None:
    """Unknown formats and policies, options that do not fit, files that are not there; an empty repository is fine."""
    for args, code, words in (
        (("export", "xml"), 2, "no format to write"),
        (("import", "xml"), 2, "no format to read"),
        (("export", "csv", "--mirror"), 2, "--mirror writes"),
        (("import", "whogitit", "--from", "README"), 3, "cannot be read"),
        (("import", "git-ai", "--range=-x"), 2, "is no revision"),
        (("disclose", "--policy", "mine"), 2, "--policy takes"),
        (("attest", "nothing"), 2, "names no commit"),
        (("export", "csv", "--out", "a/b/c"), 3, "cannot be written"),
        (("import", "git-ai"), 0, ""),
    ):
        done = run(["gitprov", *args], cwd=repo.path, env=repo.env, check=False)
        assert (done.returncode, words in done.stderr) == (code, True), done.stderr


def test_a_mirror_follows_its_commits(repo: GitRepo) -> None:
    """Through an amendment and a rebase; without a note of gitprov's on the ref nothing is written there."""
    repo.write("first", "x\n")
    repo.commit("First")
    repo.install()
    agent = Agent(repo)
    agent.prompt("a").write("a.py", "one = 1\ntwo = 2\n")
    repo.commit("A")
    repo.git("commit", "-q", "--amend", "-m", "Without a mirror")
    assert repo.git("for-each-ref", "refs/notes/ai").stdout == ""
    repo.gitprov("export", "git-ai", "--mirror")
    old = repo.oid()
    agent.write("a.py", "one = 1\ntwo = 2\nthree = 3\n")
    repo.git("commit", "-q", "-a", "--amend", "-m", "Three lines")

    def content(rev: str) -> str:
        return str(json.loads(repo.gitprov("export", "git-ai", f"{rev}^!").stdout)["content"])

    def mirrored(rev: str) -> str:
        return repo.git("notes", "--ref=ai", "show", rev).stdout.removesuffix("\n")

    assert " 3\n" in mirrored("HEAD")
    assert mirrored("HEAD") == content("HEAD")
    assert repo.oid() not in mirrored(old)
    repo.git("checkout", "-q", "-b", "other", "HEAD^")
    repo.write("other", "x\n")
    repo.commit("Other")
    repo.git("rebase", "-q", "other", "main")
    assert mirrored("HEAD") == content("HEAD")
    assert repo.oid() in mirrored("HEAD")
