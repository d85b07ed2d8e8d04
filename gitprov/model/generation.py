"""A generation: one recorded turn of a model, immutable and content-addressed once a commit has used it."""

from gitprov.model import canonical, ids
from gitprov.model.canonical import JsonObject
from gitprov.model.named import NamedTuple

VERSION = 1


class Edit(NamedTuple):
    """One edit of a turn. `before` and `after` are contents as stored (redacted where the tier requires it).

    `raw_lines` is None where a content was too large or binary, so that only its digest is stored.
    """

    path: str
    before: bytes | None
    after: bytes | None
    before_oid: str | None
    after_oid: str | None
    raw_lines: int | None
    tool: str | None
    user_modified: bool

    @classmethod
    def of(cls, row: JsonObject, before: bytes | None, after: bytes | None) -> "Edit":
        """The edit of a row of a record's `edits`, with its contents."""
        facts = row["path"], before, after, row.get("before"), row.get("after")
        return cls(*facts, row.get("raw_lines", 0), row.get("tool"), bool(row.get("user_modified")))


class Instruction(NamedTuple):
    """One instruction file that was in force; `text` is None where the tier keeps digests only."""

    path: str
    digest: str
    text: bytes | None


class Generation(NamedTuple):
    """A record and the contents that the store keeps beside it.

    `record` is the JSON of `record.json`, with `id` and `digest` already in it.
    """

    record: JsonObject
    prompt: bytes | None
    output: bytes | None
    edits: tuple[Edit, ...]
    instructions: tuple[Instruction, ...]

    @property
    def id(self) -> str:
        """The trace id."""
        return str(self.record["id"])


def seal(record: JsonObject) -> JsonObject:
    """The record with `digest` (over all fields but `id` and itself) and `id` (from `at` and `digest`)."""
    bare = {key: value for key, value in record.items() if key not in ("id", "digest")}
    digest = canonical.digest_of(bare)
    return {**bare, "digest": digest, "id": ids.trace_id(str(bare["at"]), digest)}


def intact(record: JsonObject) -> bool:
    """Whether a stored record still matches its own digest and id."""
    try:
        sealed = seal(record)
    except (KeyError, ValueError, TypeError, RecursionError):
        return False
    return bool(sealed["digest"] == record.get("digest") and sealed["id"] == record.get("id"))
