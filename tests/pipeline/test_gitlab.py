"""The shell of `ci/gitlab.yml`, run as a runner runs it: merge requests, findings, a fork, the repair, a push token."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.repo import NOTES_REF, GitRepo, run
from tests.support.sealed import ROOT
from tests.support.server import Server
from tests.support.workflow import interface

pytestmark = pytest.mark.slow

WEAK = "import os\n\n\ndef ping(host):\n    os.system('ping ' + host)\n"
#: A Python whose environments are empty but for a `python` that writes down its arguments.
FAKE = """#!/bin/sh
if [ "$2" = -m ] && [ "$3" = venv ]; then
  mkdir -p "$4/bin"
  printf '#!/bin/sh\\necho "$@" >>"%s/pip"\\n' "$HOME" >"$4/bin/python"
  exec chmod +x "$4/bin/python"
fi
exec "$REAL_PYTHON" "$@"
"""


@pytest.fixture
def server(tmp_path: Path, env: dict[str, str]) -> Server:
    """A GitLab."""
    return Server(tmp_path, env, "gitlab")


def variables(server: Server, **facts: str) -> dict[str, str]:
    """The environment of every job."""
    address = server.remote.path.as_uri().removesuffix(".git")
    return {
        "GITLAB_CI": "true", "CI_DEFAULT_BRANCH": "main", "CI_PROJECT_URL": address,
        "GITPROV_PACKAGE": "gitprov[checks] @ git+https://example.com/gitprov@v1", **facts,
    }  # fmt: skip


def merge_request(server: Server, base: str, head: str, **facts: str) -> dict[str, str]:
    """The environment of a pipeline of a merge request."""
    address = server.remote.path.as_uri().removesuffix(".git")
    return variables(
        server,
        CI_PIPELINE_SOURCE="merge_request_event",
        CI_COMMIT_SHA=head,
        CI_MERGE_REQUEST_IID="7",
        CI_MERGE_REQUEST_DIFF_BASE_SHA=base,
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main",
        CI_MERGE_REQUEST_PROJECT_URL=address,
        CI_MERGE_REQUEST_SOURCE_PROJECT_URL=address,
        **facts,
    )


def play(
    server: Server, name: str, job: GitRepo, settings: dict[str, str], shell: str = "bash"
) -> tuple[int, str]:
    """(exit code, both streams) of a job of the template, in a runner's shell."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "ci/gitlab.yml").read_text())
    base = document[".gitprov"]
    fake = server.place / "fake"
    fake.mkdir(exist_ok=True)
    (fake / "python3").write_text(FAKE)
    (fake / "python3").chmod(0o755)
    real = run(["sh", "-c", "command -v python3"], cwd=job.path, env=job.env).stdout.strip()
    env = {
        **job.env, **base["variables"], **settings,
        "PATH": f"{fake}:{job.env['PATH']}", "REAL_PYTHON": real,
    }  # fmt: skip
    script = server.place / "job.sh"
    script.write_text("\n".join([*base["before_script"], *document[name]["script"]]))
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail"] if shell == "bash" else [shell, "-e"]
    done = run([*words, str(script)], cwd=job.path, env=env, check=False)
    return done.returncode, done.stdout + done.stderr


def quality(job: GitRepo) -> list[tuple[str, str, int]]:
    """(rule, path, line) of the Code Quality report."""
    rows = json.loads(job.read("gl-code-quality-report.json"))
    return [(row["check_name"], row["location"]["path"], row["location"]["lines"]["begin"]) for row in rows]


def test_merge_request(server: Server) -> None:
    """The commits of the request itself, not the server's merge of them; findings fail the job and are reported."""
    base = server.alice.oid()
    head = server.request(7, {"a.py": WEAK})
    server.grow()
    main = server.alice.oid("main")
    merged = server.alice.git(
        "commit-tree", f"{head}^{{tree}}", "-p", main, "-p", head, "-m", "M"
    ).stdout.strip()
    server.alice.git("push", "-q", "--no-verify", "origin", f"{merged}:refs/merge-requests/7/merge")
    job = server.job("--depth=1")
    settings = merge_request(server, main, merged, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA=head)
    settings["GITPROV_CHECKS"] = "trace security"
    code, text = play(server, "gitprov", job, settings)
    assert code == 1, text
    assert f"the change: {base}..{head}" in text
    assert quality(job) == [("security/command-injection", "a.py", 5)]
    pip = (Path(job.env["HOME"]) / "pip").read_text()
    assert pip.endswith(f"--disable-pip-version-check {settings['GITPROV_PACKAGE']}\n")


def test_a_clean_request(server: Server) -> None:
    """An empty report and a green job, in the other shell that a runner may have."""
    base = server.alice.oid()
    head = server.request(7, {"a.py": "a = 1\n"})
    job = server.job()
    settings = merge_request(server, base, head) | {"GITPROV_CHECKS": "security"}
    code, text = play(server, "gitprov", job, settings, "sh")
    assert (code, quality(job)) == (0, []), text


def test_the_note(server: Server) -> None:
    """One note, which a later run changes; notes of others and a server that refuses are left, and the job is the same."""
    base = server.alice.oid()
    head = server.request(7, {"a.py": WEAK})
    job = server.job()
    settings = merge_request(server, base, head) | {
        "GITPROV_CHECKS": "security",
        "GITPROV_COMMENT_TOKEN": "glpat-x",
    }
    with interface() as forge:
        forge.user = {"id": 3}
        forge.comments.append({"id": 1, "author": {"id": 4}, "body": "<!-- gitprov: findings -->"})
        settings |= {"CI_API_V4_URL": forge.address, "CI_MERGE_REQUEST_PROJECT_ID": "5"}
        code, text = play(server, "gitprov", job, settings)
        assert (code, "the note was made" in text) == (1, True), text
        assert "glpat-x" not in text
        assert forge.calls[-1] == "POST /projects/5/merge_requests/7/notes"
        assert "security/command-injection" in forge.comments[1]["body"]
        code, text = play(server, "gitprov", job, settings)
        assert (code, "brought up to date" in text) == (1, True), text
        assert forge.calls[-1] == "PUT /projects/5/merge_requests/7/notes/2"
        assert [entry["id"] for entry in forge.comments] == [1, 2]
        forge.refused = 403
        code, text = play(server, "gitprov", job, settings, "sh")
    assert (code, "no note in the merge request: HTTPError: HTTP Error 403" in text) == (1, True), text


def test_a_check_that_cannot_run(server: Server, tmp_path: Path) -> None:
    """Its exit code is the job's, values are no shell text, and the report is there all the same."""
    base = server.alice.oid()
    head = server.request(7, {"a.py": "a = 1\n"})
    job = server.job()
    evil = f"$(touch${{IFS}}{tmp_path}/pwned)"
    settings = merge_request(server, base, head) | {"GITPROV_CHECKS": f"nothing {evil}"}
    code, text = play(server, "gitprov", job, settings)
    assert code == 2, text
    assert "Traceback" not in text
    assert quality(job) == []
    assert not (tmp_path / "pwned").exists()
    settings["GITPROV_PACKAGE"] = ""
    code, text = play(server, "gitprov", job, settings)
    assert (code != 0, "must say what pip installs" in text) == (True, True)


def test_repair(server: Server) -> None:
    """After a squash, of which the server reports no commit (`squash_commit_sha: null`): the notes are on the remote."""
    head = server.request(7, {"a.py": "a = 1\n"})
    before, after = server.merge(7, head, "squash")
    pushed = variables(server, **server.pushed(before, after))
    job = server.job("--depth=1")
    code, text = play(server, "gitprov-repair", job, pushed | {"GITPROV_PUSH_TOKEN": "glpat-x"}, "sh")
    assert code == 0, text
    assert "1 commit has its record again, pushed" in text
    assert [row["files"] for row in server.notes().traces(after)] == [{"a.py": {"ai": "1"}}]
    answer = run(["git", "credential", "fill"], cwd=job.path, env={**job.env, "GITPROV_PUSH_TOKEN": "glpat-x"},
                 stdin="protocol=https\nhost=example.com\n\n").stdout  # fmt: skip
    assert "username=oauth2\npassword=glpat-x" in answer
    assert "glpat-x" not in job.read(".git/config") + text


def test_a_token_that_may_not_push(server: Server) -> None:
    """The job says what the server answered; the branch and the remote's notes are as they were."""
    head = server.request(7, {"a.py": "a = 1\n"})
    before, after = server.merge(7, head, "squash")
    tip = server.remote.oid(NOTES_REF)
    hook = server.remote.path / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'You are not allowed to push' >&2\nexit 1\n")
    hook.chmod(0o755)
    code, text = play(
        server, "gitprov-repair", server.job(), variables(server, **server.pushed(before, after))
    )
    assert (code, "You are not allowed to push" in text) == (3, True)
    assert server.remote.oid(NOTES_REF) == tip
