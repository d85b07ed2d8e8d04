"""Notes of whogitit (`refs/notes/whogitit`, version 3): a source for each line of each file."""

from __future__ import annotations

from gitprov.interop.formats import fields
from gitprov.model.canonical import Json
from gitprov.model.exchange.exchange import ForeignLines, ForeignNote, ImportedMaker, last_holds
from gitprov.model.untrusted.jsonvalue import loads_object

REF = "refs/notes/whogitit"
_CLASSES = {"AI": "ai", "AIModified": "edited"}


def read(data: bytes) -> ForeignNote:
    """The claims of a note on lines of models. Lines of people have no name in this format; they are left
    out. Never raises.
    """
    about = loads_object(data)
    if about is None or about.get("version") != 3:
        return ForeignNote((), ("the note is no whogitit note of version 3",))
    session = fields.inner(about, "session")
    model = fields.model(fields.inner(session, "model").get("id"))
    name = fields.text(session.get("session_id"))
    moments = {
        prompt["index"]: fields.text(prompt.get("timestamp"))
        for prompt in fields.objects(about.get("prompts"))
        if isinstance(prompt.get("index"), int)
    }
    claims: list[ForeignLines] = []
    problems: list[str] = []
    for file in fields.objects(about.get("files")):
        path = fields.path(file.get("path"))
        if path is None:
            problems.append("a file has no path")
            continue
        for line in fields.objects(file.get("lines")):
            cls = _class(line.get("source"))
            lines = fields.between(line.get("line_number"), line.get("line_number"))
            if cls is None:
                continue
            if not lines:
                problems.append(f"a line of {path} has no number")
                continue
            index = line.get("prompt_index")
            number = index if isinstance(index, int) else None
            maker = ImportedMaker(f"{name}/{number}", None, model, name, moments.get(number))
            claims.append(ForeignLines(path, cls, lines, maker))
    return ForeignNote(last_holds(claims), tuple(dict.fromkeys(problems)))


def _class(source: Json) -> str | None:
    kind = source.get("type") if isinstance(source, dict) else None
    return _CLASSES.get(kind) if isinstance(kind, str) else None
