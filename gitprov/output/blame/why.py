"""The JSON document of a line's origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitprov.output.blame.document import author, iso_time

if TYPE_CHECKING:
    from gitprov.model.answers.blame import WhyAnswer
    from gitprov.model.canonical import JsonObject


def document(answer: WhyAnswer) -> JsonObject:
    """The line, its facts as in `git ai-blame --json`, its commit, and the text of its prompt."""
    line, commit = answer.line, answer.commit
    facts = line.facts._asdict()
    digest, cls = facts.pop("prompt"), facts.pop("cls")
    return {
        "path": answer.path,
        "line": line.line,
        "text": line.text.decode("utf-8", "surrogateescape"),
        "class": cls,
        **facts,
        "prompt": {"text": answer.prompt, "digest": digest},
        "commit": commit
        and {
            "id": commit.oid,
            "author": author(commit),
            "author_time": iso_time(commit),
            "subject": commit.summary,
            "path": line.path,
            "line": line.orig_line,
        },
    }
