"""Questions to a service of the OSV format: which known vulnerabilities does a version of a package have?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from gitprov.feeds.addresses import Registry
from gitprov.feeds.client import Client, HttpAnswer

#: Ecosystem → its name in the OSV format. Crates are named by their package URL.
_ECOSYSTEMS = {"pypi": "PyPI", "npm": "npm", "crates": "cargo"}
_CRATE = "pkg:cargo/"
#: Most questions of one request, and most pages that are followed.
_MOST, _PAGES = 1000, 20


class OsvPin(NamedTuple):
    """One version of a package. `ecosystem`: `pypi`, `npm` or `crates`; `name`: normalised."""

    ecosystem: str
    name: str
    version: str


class OsvRecord(NamedTuple):
    """A vulnerability: its other ids, and (ecosystem as the service names it, name, version) of each fix."""

    id: str
    aliases: tuple[str, ...]
    fixes: tuple[tuple[str, str, str], ...]

    def fixed_in(self, pin: OsvPin) -> list[str]:
        """The versions of a package that are recorded as fixed."""
        ecosystem = _ECOSYSTEMS[pin.ecosystem]
        return [
            version
            for kind, name, version in self.fixes
            if kind == ecosystem and _folded(name) == _folded(pin.name)
        ]


def known_ids(client: Client, service: Registry, pins: Sequence[OsvPin]) -> list[list[str]]:
    """The ids of each version's vulnerabilities, in the order of `pins`. ValueError with the reason where the
    service does not answer.
    """
    rows: list[list[str]] = [[] for _ in pins]
    queries = [(at, _query(pin)) for at, pin in enumerate(pins)]
    for _ in range(_PAGES):
        part, queries = queries[:_MOST], queries[_MOST:]
        if not part:
            return rows
        body = json.dumps({"queries": [query for _, query in part]}).encode("ascii")
        results = _usable(client.post(service, "v1/querybatch", body)).get("results")
        if not isinstance(results, list) or len(results) != len(part):
            raise ValueError("the answer has not a result for each question")
        for (at, query), result in zip(part, results, strict=True):
            ids, token = _result(result)
            rows[at] += ids
            if token:
                queries.append((at, {**query, "page_token": token}))
    raise ValueError("the answer has too many pages")


def record(client: Client, service: Registry, name: str) -> OsvRecord:
    """One vulnerability by its id. ValueError with the reason where the service does not answer."""
    page = _usable(client.get(service, f"v1/vulns/{quote(name, safe='')}", "application/json"))
    fixes: list[tuple[str, str, str]] = []
    for affected in _dicts(page.get("affected")):
        package = affected.get("package")
        package = package if isinstance(package, dict) else {}
        crate = str(package.get("purl")).startswith(_CRATE)
        place = "cargo" if crate else str(package.get("ecosystem")), str(package.get("name"))
        for versions in _dicts(affected.get("ranges")):
            events = _dicts(versions.get("events"))
            if versions.get("type") != "GIT":
                fixes += [(*place, event["fixed"]) for event in events if _text(event.get("fixed"))]
    aliases = page.get("aliases")
    others = aliases if isinstance(aliases, list) else []
    return OsvRecord(name, tuple(alias for alias in others if _text(alias)), tuple(fixes))


def _query(pin: OsvPin) -> dict[str, Any]:
    if pin.ecosystem == "crates":
        return {"package": {"purl": _CRATE + quote(pin.name, safe="")}, "version": pin.version}
    package = {"name": pin.name, "ecosystem": _ECOSYSTEMS[pin.ecosystem]}
    return {"package": package, "version": pin.version}


def _result(result: object) -> tuple[list[str], str]:
    """The ids of one result, and the token of its next page."""
    if not isinstance(result, dict):
        raise ValueError("the answer has a result that is no object")
    ids = [str(row.get("id")) for row in _dicts(result.get("vulns")) if _text(row.get("id"))]
    token = result.get("next_page_token")
    return ids, token if isinstance(token, str) else ""


def _usable(answer: HttpAnswer) -> dict[str, Any]:
    """The JSON object of an answer."""
    if answer.reason or answer.absent:
        raise ValueError(answer.reason or f"HTTP {answer.status}")
    if answer.cut:
        raise ValueError("the answer is larger than what is read of it")
    try:
        page = json.loads(answer.data)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the answer cannot be read: {str(error)[:120]}") from error
    if not isinstance(page, dict):
        raise ValueError("the answer is no JSON object")
    return page


def _dicts(value: object) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _text(value: object) -> bool:
    """Whether a value is a text of a plausible length without control characters."""
    return isinstance(value, str) and 0 < len(value) <= 100 and value.isprintable()


def _folded(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
