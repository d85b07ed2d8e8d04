"""A server on disk: a bare repository with requests that it squashes, rebases or merges, without any hook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.agent import Agent
from tests.support.repo import GitRepo, run
from tests.support.sharing import hub

ZEROS = "0" * 40


class Server:
    """The remote, a developer's clone with hooks (`alice`), and the environment of the server's jobs."""

    def __init__(self, place: Path, env: dict[str, str], forge: str = "github") -> None:
        self.place = place
        self.forge = forge
        self.remote = hub(place / "hub.git", env)
        self.remote.git("config", "uploadpack.allowAnySHA1InWant", "true")
        self.alice = GitRepo.init(place / "alice", env)
        self.alice.write("README", "a project\n")
        self.alice.commit("Start")
        self.alice.git("remote", "add", "origin", self.remote.path.as_uri())
        self.alice.git("push", "-q", "-u", "origin", "main")
        self.alice.install("--agents", "none", "--push")
        self.jobs = 0

    def request(self, number: int, files: dict[str, str], branch: str = "feature") -> str:
        """A branch with one commit of an agent for each file, pushed and published as a request; its head."""
        self.alice.git("checkout", "-q", "-b", branch, "main")
        agent = Agent(self.alice, session=branch)
        for path, text in files.items():
            agent.write(path, text)
            self.alice.commit(f"Add {path}", path)
        self.alice.git("push", "-q", "origin", branch)
        head = self.alice.oid()
        self.publish(number, head)
        self.alice.git("checkout", "-q", "main")
        return head

    def publish(self, number: int, head: str) -> None:
        """Make the head of a request visible as the forge does."""
        ref = f"refs/pull/{number}/head" if self.forge == "github" else f"refs/merge-requests/{number}/head"
        self.remote.git("update-ref", ref, head)

    def grow(self, path: str = "other.txt") -> str:
        """A person's commit on main, on the server."""
        self.alice.git("checkout", "-q", "main")
        self.alice.git("pull", "-q", "origin", "main")
        self.alice.write(path, f"{path}\n")
        self.alice.commit(f"Add {path}", path)
        self.alice.git("push", "-q", "origin", "main")
        return self.alice.oid()

    def merge(self, number: int, head: str, how: str, message: str = "A feature (#7)") -> tuple[str, str]:
        """Merge a request on the server: `squash`, `rebase` or `merge`; (main before, main after)."""
        self.jobs += 1
        work = GitRepo(self.place / f"server{self.jobs}", self._bare_env())
        run(["git", "clone", "-q", self.remote.path.as_uri(), str(work.path)], cwd=self.place, env=work.env)
        before = work.oid()
        self.alice.tick()
        work.env = self._bare_env()
        work.git("fetch", "-q", "origin", head)
        if how == "rebase":
            work.git("cherry-pick", f"HEAD..{head}")
        elif how == "merge":
            work.git("merge", "-q", "--no-ff", "-m", message, head)
        else:
            work.git("merge", "-q", "--squash", head)
            work.git("commit", "-q", "-m", message, "--author", "Alice <alice@example.com>")
        work.git("push", "-q", "origin", "HEAD:main")
        work.git("push", "-q", "origin", "--delete", "feature", check=False)
        return before, work.oid()

    def _bare_env(self) -> dict[str, str]:
        """The server's own environment: it is the committer, and no hook runs."""
        return {
            **self.alice.env,
            "GIT_COMMITTER_NAME": "Forge",
            "GIT_COMMITTER_EMAIL": "noreply@forge.example",
        }

    def job(self, *args: str, **settings: str) -> GitRepo:
        """A fresh clone as a job has it: no notes, nobody's identity. `args` go to `git clone`."""
        self.jobs += 1
        path = self.place / f"job{self.jobs}"
        config = self.place / "job.gitconfig"
        config.write_text('[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n')
        env = {**self.alice.env, "GIT_CONFIG_GLOBAL": str(config), **settings}
        run(["git", "clone", "-q", *args, self.remote.path.as_uri(), str(path)], cwd=self.place, env=env)
        return GitRepo(path, env)

    def event(self, name: str, document: dict[str, Any]) -> dict[str, str]:
        """The environment of a GitHub workflow for an event."""
        self.jobs += 1
        path = self.place / f"event{self.jobs}.json"
        path.write_text(json.dumps({"repository": {"default_branch": "main"}, **document}))
        return {"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(path), "GITHUB_ACTIONS": "true"}

    def pull_request(self, number: int, base: str, head: str, **facts: Any) -> dict[str, str]:
        """The environment of an event of a pull request."""
        address = self.remote.path.as_uri()
        fork = facts.pop("fork", address)
        request = {
            "number": number,
            "base": {"sha": base, "ref": "main", "repo": {"clone_url": address}},
            "head": {"sha": head, "ref": "feature", "repo": {"clone_url": fork}},
            **facts,
        }
        return self.event("pull_request", {"number": number, "pull_request": request})

    def pushed(self, before: str, after: str) -> dict[str, str]:
        """The environment of a push to main, of either forge."""
        if self.forge == "github":
            return self.event("push", {"ref": "refs/heads/main", "before": before, "after": after})
        return {
            "GITLAB_CI": "true",
            "CI_COMMIT_BEFORE_SHA": before,
            "CI_COMMIT_SHA": after,
            "CI_COMMIT_BRANCH": "main",
            "CI_DEFAULT_BRANCH": "main",
        }

    def notes(self) -> GitRepo:
        """A clone with the remote's notes."""
        clone = self.job()
        clone.git("fetch", "-q", "origin", "+refs/notes/*:refs/notes/*")
        return clone
