"""Keeps one comment in a pull request up to date with the summary of the gates; started by `action.yml`.

Environment: GITHUB_API_URL, GITHUB_REPOSITORY, PULL_REQUEST (a number), SUMMARY (a file of Markdown), TOKEN.
It exits with 0 whatever happens: a token that may not write, as that of a fork, gives a notice, anything else
a warning. Where nothing was found, no new comment is made; one that is there is brought up to date.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any

MARK = "<!-- gitprov: findings -->"
#: Largest comment, in characters; GitHub takes 65,536.
LARGEST = 60_000
#: Pages of 100 comments that are looked through.
PAGES = 20
#: What the heading of a check says where it found nothing.
CLEAN = "clean"


def main() -> None:
    """Write the comment, and report what prevents that."""
    try:
        print(update(os.environ))
    except urllib.error.HTTPError as error:
        if error.code in (401, 403, 404):
            print(f"::notice title=gitprov::no comment: the token may not write here (HTTP {error.code})")
        else:
            print(f"::warning title=gitprov::no comment: HTTP {error.code}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        text = f"{type(error).__name__}: {error}".replace("%", "%25").replace("\r", "").replace("\n", " ")
        print(f"::warning title=gitprov::no comment: {text}")


def update(env: Any) -> str:  # noqa: ANN401 - os.environ, or a dict
    """Make, change or leave the comment; what was done, in words. HTTPError as the server answers."""
    with open(env["SUMMARY"], encoding="utf-8", errors="replace") as file:
        summary = file.read()
    base = f"{env['GITHUB_API_URL'].rstrip('/')}/repos/{env['GITHUB_REPOSITORY']}/issues"
    comments = f"{base}/{int(env['PULL_REQUEST'])}/comments"
    number = _present(comments, env["TOKEN"], _login(env))
    document = {"body": body(summary)}
    if number is not None:
        _call("PATCH", f"{base}/comments/{number}", env["TOKEN"], document)
        return "the comment was brought up to date"
    if is_clean(summary):
        return "nothing was found: no comment"
    _call("POST", comments, env["TOKEN"], document)
    return "the comment was made"


def body(summary: str) -> str:
    """The comment. No name in it calls anybody, and it ends in time."""
    text = summary.replace("\\@", "@").replace("@", "@<!-- -->")
    if len(text) > LARGEST:
        text = text[:LARGEST].rpartition("\n")[0] + "\n\n… more in the summary of the workflow's run"
    return f"{MARK}\n{text}"


def is_clean(summary: str) -> bool:
    """Whether every check of a summary found nothing and looked at everything."""
    headings = [line for line in summary.splitlines() if line.startswith("### ")]
    return all(line.endswith(f": {CLEAN}") for line in headings)


def _login(env: Any) -> str | None:  # noqa: ANN401 - as above
    """The user of a personal token, None for the token of a workflow, which stands for no user."""
    try:
        user = _call("GET", f"{env['GITHUB_API_URL'].rstrip('/')}/user", env["TOKEN"])
    except urllib.error.HTTPError:
        return None
    return str(user["login"])


def _present(comments: str, token: str, login: str | None) -> int | None:
    """The number of our comment. One of somebody else is never taken for it, whatever it begins with."""
    for page in range(1, PAGES + 1):
        rows = _call("GET", f"{comments}?per_page=100&page={page}", token)
        for row in rows:
            user = row.get("user") or {}
            by_us = user.get("type") == "Bot" if login is None else user.get("login") == login
            if by_us and (row.get("body") or "").startswith(MARK):
                return int(row["id"])
        if len(rows) < 100:
            break
    return None


def _call(method: str, address: str, token: str, document: dict[str, str] | None = None) -> Any:  # noqa: ANN401
    """The answer of the interface as JSON. HTTPError where it refuses."""
    if not address.startswith(("https://", "http://")):
        raise ValueError(f"no address of a server: {address}")
    data = None if document is None else json.dumps(document).encode("utf-8")
    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "User-Agent": "gitprov",
    }
    request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 - checked above
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        return json.load(answer)


if __name__ == "__main__":
    main()
    sys.exit(0)
