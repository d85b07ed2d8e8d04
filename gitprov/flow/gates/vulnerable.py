"""Known vulnerabilities of the versions that a change names, from a service where one is configured."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from gitprov import __version__
from gitprov.checks.deps.advisories import Advisory, Pin, Reported, united
from gitprov.checks.deps.verdicts import iso_day
from gitprov.errors import GitprovError
from gitprov.feeds import addresses
from gitprov.flow.gates.lookup import LookupOptions
from gitprov.model.finding import UNKNOWN, Finding
from gitprov.store.index.answers import DAY, Answers

if TYPE_CHECKING:
    from gitprov.feeds import osv
    from gitprov.feeds.addresses import Registry
    from gitprov.feeds.client import Client

#: Most vulnerabilities whose details are fetched in one run; of the others only the ids are reported.
_MOST = 300


class ServiceAnswer(NamedTuple):
    """The report of a service, None without one; `problem`: why it has no answer for some versions, and
    `mend`: what to do then.
    """

    reported: Reported | None = None
    problem: str = ""
    mend: str = "run the check again, with the network, or see osv in [feeds]"


def ask_service(address: str | None, pins: Collection[Pin], options: LookupOptions) -> ServiceAnswer:
    """The vulnerabilities of some versions, from one service. GitprovError without the HTTP library."""
    service = addresses.registry(address, "[feeds] osv") if address else None
    if service is None or not pins:
        return ServiceAnswer()
    return answered(
        service.host,
        _asker(service),
        pins,
        options,
        lambda missing: _answers(service, missing, options.now),
    )


def answered(
    source: str,
    asker: str,
    pins: Collection[Pin],
    options: LookupOptions,
    ask: Callable[[list[Pin]], DatedAnswers],
) -> ServiceAnswer:
    """The answers of a source: those in the cache, and for other versions those of `ask`, which are kept.

    `source` is its name in messages, `asker` that in the cache. `ask` raises ValueError with the reason where
    it gets no answer; offline it is not called.
    """
    problem = ""
    with Answers(os.path.join(options.folder, "answers.db")) as cache:
        rows = _kept(cache, asker, pins, options)
        missing = [pin for pin in pins if pin not in rows]
        if missing and not options.offline:
            try:
                more = ask(missing)
            except ValueError as error:
                problem = str(error)
            else:
                texts = {_key(asker, pin): json.dumps(advisories) for pin, (advisories, _) in more.items()}
                cache.put_texts(texts, options.now)
                rows.update(more)
    return ServiceAnswer(_reported(rows, source, options.now), problem)


def unanswered(answer: ServiceAnswer, pins: Iterable[Pin], fallback: str) -> Iterable[Finding]:
    """Findings for versions without an answer of the service. `fallback`: the list that answers for PyPI."""
    if not answer.problem or answer.reported is None:
        return
    missing = [pin for pin in pins if answer.reported.of(pin) is None]
    others = f"; for PyPI, {fallback} is used" if any(pin.ecosystem == "pypi" for pin in missing) else ""
    yield Finding(
        "deps/unanswered",
        UNKNOWN,
        f"known vulnerabilities of {len(missing)} versions could not be asked for"
        f" ({answer.reported.source}: {answer.problem}){others}",
        answer.mend,
    )


DatedAnswers = dict[Pin, tuple[list[Advisory], float]]
"""Version → its advisories, and the moment of the answer."""


def _reported(rows: DatedAnswers, source: str, now: float) -> Reported:
    """Answers of a source, with the day of the oldest; of today where there is none."""
    oldest = min((at for _, at in rows.values()), default=now)
    return Reported({pin: advisories for pin, (advisories, _) in rows.items()}, source, iso_day(oldest))


def _kept(cache: Answers, asker: str, pins: Collection[Pin], options: LookupOptions) -> DatedAnswers:
    """The answers that the cache has: of the last day, offline of any. `asker`: who got them, and where."""
    keys = {_key(asker, pin): pin for pin in pins}
    rows: DatedAnswers = {}
    for key, (text, at) in cache.texts(keys, options.now, DAY, stale=options.offline).items():
        try:
            advisories = [
                Advisory(str(name), tuple(map(str, aliases)), fixed and str(fixed))
                for name, aliases, fixed in json.loads(text)
            ]
        except (ValueError, TypeError):
            continue
        rows[keys[key]] = advisories, at
    return rows


def _answers(service: Registry, pins: list[Pin], now: float) -> DatedAnswers:
    """The service's answers. ValueError with the reason where it does not answer."""
    try:
        from gitprov.feeds import osv
        from gitprov.feeds.client import Client
    except ModuleNotFoundError as error:
        raise GitprovError(
            f"asking for vulnerabilities needs {error.name}, which is not installed",
            "pip install 'gitprov[checks]', or use --offline",
        ) from error
    with Client(user_agent=f"gitprov/{__version__}") as client:
        ids = osv.known_ids(client, service, [osv.OsvPin(*pin) for pin in pins])
        records = _records(client, service, dict.fromkeys(chain.from_iterable(ids)))
    rows: DatedAnswers = {}
    for pin, row in zip(pins, ids, strict=True):
        entries = [records.get(name, osv.OsvRecord(name, (), ())) for name in row]
        fixes = [(entry.id, entry.aliases, entry.fixed_in(osv.OsvPin(*pin))) for entry in entries]
        rows[pin] = united(fixes, pin.version), now
    return rows


def _records(client: Client, service: Registry, ids: Mapping[str, None]) -> dict[str, osv.OsvRecord]:
    """Id → details, of those that the service gives."""
    from concurrent.futures import ThreadPoolExecutor

    from gitprov.feeds import osv

    def fetch(name: str) -> osv.OsvRecord | None:
        try:
            return osv.record(client, service, name)
        except ValueError:
            return None

    with ThreadPoolExecutor(8) as pool:
        rows = pool.map(fetch, list(ids)[:_MOST])
    return {row.id: row for row in rows if row is not None}


def _asker(service: Registry) -> str:
    return f"osv {service.address}"


def _key(asker: str, pin: Pin) -> str:
    return " ".join((asker, *pin))
