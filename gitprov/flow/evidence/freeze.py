"""Freezing: from the present state of a turn to an immutable generation, redacted as configured."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import MappingProxyType

from gitprov.attribution.recall import produced
from gitprov.flow.capture.redaction import REDACTIONS, FieldCleaner, redactor
from gitprov.flow.evidence.gather import Evidence, TurnKey
from gitprov.flow.evidence.replacement import make_after
from gitprov.git.write import BlobWriter
from gitprov.model import canonical, generation, ids
from gitprov.model.canonical import blob_hasher
from gitprov.model.event import ContentRef, Event, InstructionFile, Turn
from gitprov.model.named import NamedTuple
from gitprov.model.settings.config import Config
from gitprov.store import generations
from gitprov.store.inbox.inbox import Inbox
from gitprov.store.inbox.sessions import ABANDONED, PARENT_SESSION

Record = dict[str, canonical.Json]


class Frozen(NamedTuple):
    """A turn's new generation: its sealed record and the events that it contains."""

    record: Record
    turn: TurnKey
    seqs: tuple[int, ...]

    @property
    def id(self) -> str:
        """The trace id."""
        return str(self.record["id"])


class Freezer:
    """Makes the generations of one commit: writes redacted contents to `blobs` and returns sealed records.

    `raw`: event → number of lines that it added, where already computed. `stores`: whether the text of the
    instruction file at a path may be stored.
    """

    def __init__(
        self,
        inbox: Inbox,
        config: Config,
        object_format: str,
        human: str,
        blobs: BlobWriter,
        raw: Mapping[int, int] = MappingProxyType({}),
        stores: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._raw = raw
        self._stores = stores
        self._inbox = inbox
        self._config = config
        self._format = object_format
        self._human = human
        self._blobs = blobs
        self._redact = redactor(config)
        # The redactor reuses its work on the content before, so short fields have a redactor of their own.
        self._fields = FieldCleaner(cache(redactor(config)))
        self._keeps = config.privacy != "hash-only"
        self._sides: dict[str, str] = {}

    def store(self, events: Iterable[Event]) -> None:
        """Redact and write the contents of edits path by path, so that a version is searched where it is new.

        `freeze` does the same for contents that are missing here, turn by turn.
        """
        for event in sorted(events, key=lambda event: event.path):
            if event.type == "ai":
                self._side(event.before)
                make_after(self._inbox, event)
                self._side(event.after)

    def freeze(self, turn: Turn, events: list[Event]) -> Frozen:
        """The generation of the turn's present state.

        `events`: the events of the turn that are in no generation yet, in order.
        """
        name = (turn.key, turn.turn)
        self._fields.count = _removed(turn.extra)
        turn = self._clean_turn(turn)
        prompt, prompt_row, prompt_oid = self._text(turn.prompt)
        _, output_row, output_oid = self._text(turn.output)
        edits = [self._edit(event) for event in events if event.type == "ai"]
        standing = [self._standing(instruction) for instruction in turn.instructions]
        model = turn.model or self._fields.clean(_only_value({event.model for event in events}))
        human, request = self._fields.clean(self._human), self._fields.clean(_request(turn, events))
        record = generation.seal(
            {
                "v": generation.VERSION,
                "key": ids.prompt_key(model, prompt) if prompt is not None else None,
                "agent": _agent(turn),
                "subagent": None if turn.subagent is None else dict(turn.subagent),
                "model": model,
                "params": dict(turn.params),
                "session": turn.session,
                "turn": turn.turn,
                "request_id": request,
                "request_ids": list(turn.request_ids),
                "parent": turn.parent,
                "at": turn.at or events[0].at,
                "human": human,
                "prompt": {**prompt_row, "name": turn.prompt_name, "version": turn.prompt_version},
                "output": output_row,
                "edits": edits,
                "instructions": [{"path": path, **row} for path, row, _ in standing],
                "usage": dict(turn.usage),
                **_origin(turn, self._fields.clean(_parent_session(turn))),
                **({"field_redactions": self._fields.count} if self._fields.count else {}),
            }
        )
        self._place(record, [prompt_oid, output_oid], standing)
        return Frozen(record, name, tuple(event.seq for event in events))

    def _clean_turn(self, turn: Turn) -> Turn:
        """The turn as the record may show it. Its key and content refs stay: they are names in the inbox."""
        identity = ("agent", "agent_version", "subagent", "model", "session", "turn", "request_ids", "host")
        names = (*identity, "params", "usage", "prompt_name", "prompt_version")
        values = self._fields.clean_all([getattr(turn, name) for name in names])
        return turn._replace(**dict(zip(names, values, strict=True)))

    def _text(self, ref: ContentRef | None, *, keep: bool = True) -> tuple[bytes | None, Record, str | None]:
        """A prompt or output: its redacted bytes, its row in the record, and its blob id if it is stored."""
        raw = self._inbox.kept(ref)
        if ref is None or raw is None:
            return None, {"digest": ref.digest if ref else None, "available": False, "redactions": 0}, None
        text, count = self._redact(raw)
        count += _removed(ref.extra)
        row = {"digest": canonical.digest(text), "available": self._keeps, "redactions": count}
        return text, row, self._add(text) if self._keeps and keep else None

    def _standing(self, standing: InstructionFile) -> tuple[str, Record, str | None]:
        """An instruction file: its path, its row in the record, and its blob id where the text is stored."""
        stored = self._keeps and self._stores(standing.path)
        _, row, oid = self._text(standing.ref, keep=stored)
        facts: Record = {"digest": row["digest"]}
        if self._keeps and oid is None:
            facts["available"] = False
        return standing.path, facts, oid

    def _edit(self, event: Event) -> Record:
        before, after = self._side(event.before), self._side(event.after)
        readable = (event.before is None or before is not None) and (event.after is None or after is not None)
        row: Record = {
            "path": event.path,
            "before": before,
            "after": after,
            "raw_lines": self._lines(event) if readable else None,
            "tool": self._fields.clean(event.tool),
            "user_modified": event.user_modified,
        }
        for side, ref, oid in (("before", event.before, before), ("after", event.after, after)):
            if ref is not None and oid is None:
                row[side + "_digest"] = ref.digest
        return row

    def _lines(self, event: Event) -> int:
        if event.seq in self._raw:
            return self._raw[event.seq]
        before, after = self._inbox.kept(event.before), self._inbox.kept(event.after)
        return len(produced(before or b"", after or b""))

    def _side(self, ref: ContentRef | None) -> str | None:
        """Blob id of a content as it is stored; None without content, and where it cannot be read.

        Cached, because most contents occur twice: as `after` of one edit and as `before` of the next.
        """
        if ref is None:
            return None
        if ref.digest not in self._sides:
            data = self._inbox.kept(ref)
            if data is None:
                return None
            text, _ = self._redact(data)
            self._sides[ref.digest] = self._add(text) if self._keeps else self._oid(text)
        return self._sides[ref.digest]

    def _place(
        self, record: Record, texts: list[str | None], standing: list[tuple[str, Record, str | None]]
    ) -> None:
        top = generations.directory(str(record["id"]))
        self._blobs.place(f"{top}/record.json", self._add(canonical.dump_line(record)))
        for name, oid in zip(("prompt.txt", "output.txt"), texts, strict=True):
            if oid is not None:
                self._blobs.place(f"{top}/{name}", oid)
        for _, row, oid in standing:
            if oid is not None:
                self._blobs.place(generations.instruction_path(row["digest"]), oid)
        for n, edit in enumerate(record["edits"]) if self._keeps else ():
            for side in ("before", "after"):
                if edit[side] is not None:
                    self._blobs.place(f"{top}/files/{n}.{side}", edit[side])

    def _add(self, data: bytes) -> str:
        oid = self._oid(data)
        self._blobs.add(oid, data)
        return oid

    def _oid(self, data: bytes) -> str:
        """The object id that git gives to a blob with this content."""
        digest = blob_hasher(self._format, len(data))
        digest.update(data)
        return str(digest.hexdigest())


def groups(evidence: Evidence, frozen: Callable[[int], str | None]) -> dict[TurnKey, list[Event]]:
    """Turn → its events that are in no generation yet, in order.

    `frozen` returns the trace id of an event's generation, None where it has none.
    """
    out: dict[TurnKey, list[Event]] = {}
    for event in evidence.events:
        if event.key is not None and event.turn is not None and frozen(event.seq) is None:
            out.setdefault((event.key, event.turn), []).append(event)
    return out


def _agent(turn: Turn) -> Record:
    """The agent of a turn, with its version, and what it runs in where that is known."""
    host = {"host": turn.host} if turn.host else {}
    return {"name": turn.agent, "version": turn.agent_version, **host}


def _origin(turn: Turn, parent_session: str | None) -> Record:
    """The session that started this one, and whether its prompt was taken back; only what is so."""
    parent = {"parent_session": parent_session} if parent_session else {}
    return {**parent, **({"abandoned": True} if turn.extra.get(ABANDONED) is True else {})}


def _parent_session(turn: Turn) -> str | None:
    """The session that started this one; of a subagent without a session of its own, the session it is in."""
    named = turn.extra.get(PARENT_SESSION)
    return named if isinstance(named, str) else (turn.session if turn.subagent is not None else None)


def _removed(extra: Mapping[str, object]) -> int:
    """The number of secrets that were removed before a text, or the fields of a turn, came into the inbox."""
    count = extra.get(REDACTIONS, 0)
    return count if isinstance(count, int) else 0


def _only_value(values: set[str | None]) -> str | None:
    """The value that all entries share, ignoring empty ones; None where there are several or none."""
    candidates = {value for value in values if value}
    return candidates.pop() if len(candidates) == 1 else None


def _request(turn: Turn, events: list[Event]) -> str | None:
    """The first request that wrote something; other requests of a turn may only have read."""
    wrote = [event.request_id for event in events if event.type == "ai" and event.request_id]
    return wrote[0] if wrote else _only_value(set(turn.request_ids))
