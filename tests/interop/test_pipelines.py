"""What a build server's event and environment mean; whatever is malformed counts as absent."""

from __future__ import annotations

from typing import Any

import pytest

from gitprov.interop.pipelines import Pipeline, github, gitlab, request_ref

A, B, C = "a" * 40, "b" * 40, "c" * 40
ADDRESS, FORK = "https://forge.example/a/b.git", "https://forge.example/e/b.git"
REPOSITORY = {"repository": {"default_branch": "main"}}


def request(**facts: Any) -> dict[str, Any]:
    """An event of a pull request."""
    base = {"sha": A, "ref": "main", "repo": {"clone_url": ADDRESS}}
    head = {"sha": B, "ref": "x", "repo": {"clone_url": facts.pop("fork", ADDRESS)}}
    return {**REPOSITORY, "pull_request": {"number": 7, "base": base, "head": head, **facts}}


def test_pull_requests() -> None:
    """Base, head, number; a fork; a merge only where it was merged."""
    env = {"GITHUB_EVENT_NAME": "pull_request"}
    plain = Pipeline("github", A, B, 7, "main", None, None, "main")
    assert github(env, request()) == plain
    assert github(env, request(fork=FORK)) == plain._replace(fork=FORK)
    assert github(env, request(merge_commit_sha=C)) == plain
    assert github(env, request(merge_commit_sha=C, merged=True)) == plain._replace(merge=C)
    assert plain.refs == ("refs/heads/main", "refs/pull/7/head")


def test_other_events() -> None:
    """A push, a merge queue, and a run without a change."""
    push = {**REPOSITORY, "ref": "refs/heads/fix", "before": "0" * 40, "after": B}
    assert github({"GITHUB_EVENT_NAME": "push"}, push) == Pipeline(
        "github", None, B, branch="fix", main="main"
    )
    queue = {**REPOSITORY, "merge_group": {"base_sha": A, "head_sha": B}}
    expected = Pipeline("github", A, B, branch="main", main="main")
    assert github({"GITHUB_EVENT_NAME": "merge_group"}, queue) == expected
    alone = github({"GITHUB_EVENT_NAME": "schedule", "GITHUB_SHA": C}, None)
    assert (alone, alone.refs) == (Pipeline("github", None, C), ())


@pytest.mark.parametrize(
    "bad", ["--upload-pack=x", "a..b", "", 7, None, [], {}, "a b", "$(x)", "ext::sh -c x"]
)
def test_malformed_values(bad: object) -> None:
    """None of them is an id, a ref or an address."""
    event = request(number=bad if bad != 7 else -7, merged=True, merge_commit_sha=bad, fork=bad)
    event["pull_request"]["base"] |= {"sha": bad, "ref": bad}
    found = github({"GITHUB_EVENT_NAME": "pull_request"}, event)
    assert found == Pipeline("github", None, B, None, None, None, None, "main")


def test_gitlab() -> None:
    """Merge requests, of a fork too, merged results, and pushes."""
    env = {
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": A,
        "CI_COMMIT_SHA": B,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_DEFAULT_BRANCH": "main",
        "CI_MERGE_REQUEST_PROJECT_URL": ADDRESS[:-4],
    }
    plain = Pipeline("gitlab", A, B, 7, "main", None, None, "main")
    assert gitlab(env) == plain
    assert gitlab({**env, "CI_MERGE_REQUEST_SOURCE_PROJECT_URL": FORK[:-4]}) == plain._replace(fork=FORK)
    assert gitlab({**env, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": C}) == plain._replace(head=C)
    push = gitlab({"CI_COMMIT_BEFORE_SHA": A, "CI_COMMIT_SHA": B, "CI_COMMIT_BRANCH": "main"})
    assert push == Pipeline("gitlab", A, B, branch="main")
    assert request_ref("gitlab", 7) == "refs/merge-requests/7/head"
