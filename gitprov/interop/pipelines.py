"""What a build server reports of its run: the change to judge, or the merge to repair.

Values of an event or of the environment are untrusted: ids must be hexadecimal, refs well-formed, and
addresses must have a scheme; anything else counts as absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from gitprov.model.canonical import Json

GITHUB, GITLAB = "github", "gitlab"
_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = re.compile(r"(?!.*(?:\.\.|//|@\{))[\w][\w./@+#%=-]*(?<![./])")
_ADDRESS = re.compile(r"(?:https|ssh|file)://[^\s]+")
#: Events of GitHub that carry a pull request.
_REQUESTS = ("pull_request", "pull_request_target", "pull_request_review")


class Pipeline(NamedTuple):
    """One run. `forge`: `github` or `gitlab`; `base` and `head`: commit ids, None where none is reported.

    `request` is the number of the pull or merge request, `branch` the branch that it goes to (or that was
    pushed). `fork`: the address of the repository that the request comes from, None for this repository.
    `merge`: the commit by which the request was merged, None for a request that was not merged.
    """

    forge: str
    base: str | None = None
    head: str | None = None
    request: int | None = None
    branch: str | None = None
    fork: str | None = None
    merge: str | None = None
    main: str | None = None

    @property
    def refs(self) -> tuple[str, ...]:
        """The remote's refs whose histories should hold `base` and `head`."""
        names = [f"refs/heads/{self.branch}"] if self.branch else []
        if self.request is not None:
            names.append(request_ref(self.forge, self.request))
        return tuple(names)


def request_ref(forge: str, number: int | str) -> str:
    """The ref by which a server publishes the head of a request; `*` as number is the pattern for all."""
    return f"refs/merge-requests/{number}/head" if forge == GITLAB else f"refs/pull/{number}/head"


def github(env: Mapping[str, str], event: Json) -> Pipeline:
    """The run of a GitHub workflow by its environment and the document of its event."""
    name = env.get("GITHUB_EVENT_NAME", "")
    main = _ref(_at(event, "repository", "default_branch"))
    if name in _REQUESTS:
        return _pull_request(_at(event, "pull_request"), main)
    if name == "merge_group":
        base, head = (_oid(_at(event, "merge_group", key)) for key in ("base_sha", "head_sha"))
        return Pipeline(GITHUB, base, head, branch=main, main=main)
    if name == "push":
        branch = _ref(_text(_at(event, "ref")).removeprefix("refs/heads/"))
        base, head = _oid(_at(event, "before")), _oid(_at(event, "after"))
        return Pipeline(GITHUB, base, head, branch=branch, main=main)
    return Pipeline(GITHUB, None, _oid(env.get("GITHUB_SHA")), main=main)


def _pull_request(request: Json, main: str | None) -> Pipeline:
    number = _at(request, "number")
    address = _text(_at(request, "head", "repo", "clone_url"))
    is_fork = address != _text(_at(request, "base", "repo", "clone_url"))
    merged = _at(request, "merged") is True
    return Pipeline(
        GITHUB,
        _oid(_at(request, "base", "sha")),
        _oid(_at(request, "head", "sha")),
        number if isinstance(number, int) and number > 0 else None,
        _ref(_at(request, "base", "ref")),
        address if is_fork and _ADDRESS.fullmatch(address) else None,
        _oid(_at(request, "merge_commit_sha")) if merged else None,
        main,
    )


def gitlab(env: Mapping[str, str]) -> Pipeline:
    """The run of a GitLab job by its environment.

    `CI_COMMIT_SHA` of a merged-results pipeline is a commit that the server made for the run alone, so the
    source branch's commit comes first.
    """
    main = _ref(env.get("CI_DEFAULT_BRANCH"))
    number = env.get("CI_MERGE_REQUEST_IID", "")
    if number.isascii() and number.isdigit():
        target = env.get("CI_MERGE_REQUEST_PROJECT_URL", "")
        source = env.get("CI_MERGE_REQUEST_SOURCE_PROJECT_URL", target)
        return Pipeline(
            GITLAB,
            _oid(env.get("CI_MERGE_REQUEST_DIFF_BASE_SHA")),
            _oid(env.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")) or _oid(env.get("CI_COMMIT_SHA")),
            int(number[:9]),
            _ref(env.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")),
            f"{source}.git" if source != target and _ADDRESS.fullmatch(source) else None,
            None,
            main,
        )
    base, head = _oid(env.get("CI_COMMIT_BEFORE_SHA")), _oid(env.get("CI_COMMIT_SHA"))
    return Pipeline(GITLAB, base, head, branch=_ref(env.get("CI_COMMIT_BRANCH")), main=main)


def _at(value: Json, *keys: str) -> Json:
    """The value at some keys, None where one of them is absent."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _oid(value: Json) -> str | None:
    """A commit id; None for the id of zeros, which stands for no commit."""
    text = _text(value)
    return text if _OID.fullmatch(text) and text.strip("0") else None


def _ref(value: Json) -> str | None:
    text = _text(value)
    return text if _REF.fullmatch(text) else None
