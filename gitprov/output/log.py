"""Output of `git ai-log`: a block, a line, or a JSON object for each commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gitprov.model.answers.log import DeltaSum, LoggedCommit, LoggedTrace
from gitprov.model.untrusted.printed import clean, clean_rows
from gitprov.output.text import PLAIN, paint

#: Colour slots and their default escape sequences.
COLOURS: Mapping[str, str] = {
    "commit": "\x1b[33m",
    "ai": "\x1b[35m",
    "declared": "\x1b[36m",
    "bypassed": "\x1b[31m",
}


_NO_AGENT = "(unknown agent)"
_NO_MODEL = "(unknown model)"


def as_json(entry: LoggedCommit) -> str:
    """One object on one line of ASCII, newline included; absent values are null."""
    from json import dumps

    delta = entry.delta
    document = {
        "commit": entry.oid,
        "author": entry.author,
        "author_time": _stable(entry.time),
        "subject": entry.subject,
        "class": entry.cls,
        "agents": _each(agent for agent, _ in entry.machines),
        "models": _each(model for _, model in entry.machines),
        "traces": [_trace(trace) for trace in entry.traces],
        "declared": [one._asdict() for one in entry.declared],
        "ai_lines": entry.ai + entry.edited,
        "edited_lines": entry.edited,
        "human_lines": entry.human,
        "added": entry.added,
        "delta": None if delta is None else _counts(delta),
        "delta_lines": None if delta is None else delta.lines,
        "delta_rate": None if delta is None or delta.rate is None else round(delta.rate, 4),
        "gate": entry.gate,
        "dropped": dict(entry.dropped),
        "reviewed_by": list(entry.reviewed_by),
    }
    return dumps(document, separators=(",", ":")) + "\n"


def _counts(delta: DeltaSum) -> dict[str, int]:
    """The sums by name, as in notes: `reformatted` is absent if it is 0."""
    return {name: count for name, count in delta._asdict().items() if count or name != "reformatted"}


def _stable(time: str) -> str:
    """A date with its zone in digits, as git wrote it up to 2.44; later versions write `Z` for UTC."""
    return f"{time[:-1]}+00:00" if time.endswith("Z") else time


def oneline(entry: LoggedCommit, colours: Mapping[str, str] = PLAIN) -> str:
    """One line: commit, class and lines, delta rate, a bypassed gate, agents and models, subject."""
    words = [paint(entry.short, colours.get("commit", ""))]
    if entry.cls is not None:
        words.append(paint(_class_and_lines(entry), colours.get(entry.cls, "")))
    if entry.delta is not None and entry.delta.rate is not None:
        words.append(f"delta {_percent(entry.delta.rate)}")
    if entry.gate == "bypassed":
        words.append(paint("bypassed", colours.get("bypassed", "")))
    words += [clean("/".join(part for part in one if part)) for one in entry.machines]
    return " ".join([*words, clean(entry.subject)]).rstrip() + "\n"


def block(entry: LoggedCommit, colours: Mapping[str, str] = PLAIN) -> str:
    """Several lines, like those of git log; unknown values are left out."""
    mark = f" ({entry.cls})" if entry.cls is not None else ""
    rows = [f"commit {entry.oid}{mark}", f"Author:   {entry.author}", f"Date:     {entry.date}"]
    rows += [f"Model:    {agent or _NO_AGENT} {model or _NO_MODEL}" for agent, model in entry.machines]
    rows += [f"Trace:    {trace.id}" for trace in entry.traces]
    if entry.cls == "ai":
        rows.append(f"AI lines: {_lines(entry)}")
    elif entry.cls == "declared":
        rows += [f"Declared: {one.source}" for one in entry.declared]
    if entry.delta is not None:
        rows.append(f"Delta:    {_delta(entry.delta)}")
    if entry.gate is not None:
        rows.append(f"Gate:     {entry.gate}")
    rows += [f"Dropped:  {trace} {reason}" for trace, reason in entry.dropped]
    rows += [f"Reviewed: {who}" for who in entry.reviewed_by]
    rows += ["", f"    {entry.subject}" if entry.subject else ""]
    rows = clean_rows(rows)
    if colours:
        rows = [_painted(row, entry, colours) for row in rows]
    return "\n".join(rows) + "\n"


def _painted(row: str, entry: LoggedCommit, colours: Mapping[str, str]) -> str:
    if row.startswith("commit "):
        name, bracket, mark = row.partition(" (")
        colour = colours.get(entry.cls or "", "")
        return paint(name, colours.get("commit", "")) + (" " + paint(f"({mark}", colour) if bracket else "")
    return paint(row, colours.get(entry.gate or "", "")) if row.startswith("Gate: ") else row


def _trace(trace: LoggedTrace) -> dict[str, object]:
    names = ("agent", "model", "session", "at", "prompt_version", "evidence")
    facts = {name: trace.row.json.get(name) for name in names}
    return {"id": trace.id, **facts, "ai": trace.ai, "edited": trace.edited}


def _class_and_lines(entry: LoggedCommit) -> str:
    if entry.cls != "ai":
        return clean(str(entry.cls))
    of = "" if entry.added is None else f"/{entry.added}"
    return f"ai {entry.ai + entry.edited}{of}"


def _lines(entry: LoggedCommit) -> str:
    """The AI-written lines, as `12 of 20 added (60%), 2 of them edited`."""
    ours = entry.ai + entry.edited
    text = str(ours)
    if entry.added is not None:
        share = f" ({_percent(ours / entry.added)})" if entry.added > 0 else ""
        text += f" of {entry.added} added{share}"
    return text + (f", {entry.edited} of them edited" if entry.edited else "")


def _delta(delta: DeltaSum) -> str:
    """The delta, as `30%: 2 edited, 1 dropped of 10 raw lines, 3 reformatted`."""
    rate = "" if delta.rate is None else f"{_percent(delta.rate)}: "
    pending = f", {delta.pending} still pending" if delta.pending else ""
    layout = f", {delta.reformatted} reformatted" if delta.reformatted else ""
    s = "" if delta.raw == 1 else "s"
    return f"{rate}{delta.edited} edited, {delta.dropped} dropped of {delta.raw} raw line{s}{layout}{pending}"


def _percent(rate: float) -> str:
    return f"{100 * rate:.0f}%"


def _each(values: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))
