"""The valid values in records of generations; records come from colleagues' clones too."""

from __future__ import annotations

from gitprov.model.canonical import Json, JsonObject
from gitprov.model.untrusted.plausible import Check, is_count, is_name, is_object, is_text

_TEXTS = ("key", "model", "session", "turn", "request_id", "parent", "at", "digest", "parent_session")
_EDIT: dict[str, Check] = {
    **dict.fromkeys(("before", "after", "before_digest", "after_digest", "tool"), is_text),
    "raw_lines": is_count,
}


def _is_list(value: Json) -> bool:
    return isinstance(value, list)


_FIELDS: dict[str, Check] = {
    **dict.fromkeys(_TEXTS, is_text),
    "human": is_name,
    "field_redactions": is_count,
    "abandoned": lambda value: isinstance(value, bool),
    **dict.fromkeys(("agent", "params", "prompt", "output", "usage", "subagent"), is_object),
    **dict.fromkeys(("edits", "instructions", "request_ids"), _is_list),
}
_PARTS: dict[str, dict[str, Check]] = {
    "agent": dict.fromkeys(("name", "version", "host"), is_text),
    "prompt": {**dict.fromkeys(("digest", "name", "version"), is_text), "redactions": is_count},
    "output": {"digest": is_text, "redactions": is_count},
    "subagent": dict.fromkeys(("id", "type"), is_text),
}


def plausible_record(record: JsonObject) -> JsonObject:
    """The record without its unusable values. Unknown fields stay as they are.

    Edits keep their numbers, since contents are stored under these: an unusable edit stays, with the path "".
    """
    kept = _checked(record, _FIELDS)
    for name, fields in _PARTS.items():
        if isinstance(kept.get(name), dict):
            kept[name] = _checked(kept[name], fields)
    if kept.get("edits"):
        kept["edits"] = [_edit(one) for one in kept["edits"]]
    if kept.get("instructions"):
        kept["instructions"] = [one for one in kept["instructions"] if _names_a_text(one)]
    if kept.get("request_ids"):
        kept["request_ids"] = [one for one in kept["request_ids"] if is_text(one)]
    return kept


def _checked(row: JsonObject, fields: dict[str, Check]) -> JsonObject:
    return {
        name: value
        for name, value in row.items()
        if value is None or name not in fields or fields[name](value)
    }


def _edit(row: Json) -> JsonObject:
    if not isinstance(row, dict):
        return {"path": ""}
    return {**_checked(row, _EDIT), "path": row["path"] if is_name(row.get("path")) else ""}


def _names_a_text(row: Json) -> bool:
    return isinstance(row, dict) and is_name(row.get("path")) and is_text(row.get("digest"))
