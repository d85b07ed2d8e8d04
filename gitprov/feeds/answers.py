"""Answers of the three kinds of registries as facts about a package."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from packaging.version import InvalidVersion, Version

from gitprov.model.package import PackageFacts

#: So many releases are not published within so many seconds, but copied by a mirror.
_ENOUGH, _AT_ONCE = 4, 60.0
#: 1995-01-01 in seconds since 1970.
_EARLIEST = 788918400.0
_LINK = re.compile(r"<a\s[^>]*>\s*([^<]+?)\s*</a>", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(?:whl|tar\.gz|tgz|zip|tar\.bz2|egg|exe)$")


def from_simple_html(data: bytes, name: str, source: str) -> PackageFacts:
    """PackageFacts from a page of PyPI's simple API as HTML, which has no dates. ValueError for another page,
    such as that of a login, which some servers answer whatever is asked for.
    """
    files = [text for text in _LINK.findall(data.decode("utf-8", "replace")) if _ARCHIVE.search(text)]
    stem = _folded(name)
    versions = {_version_of_file(file, name) for file in files if _folded(file).startswith(stem)}
    if not versions:
        raise ValueError("a web page without files of the package")
    reason = "the index answers HTML, which has no dates"
    return PackageFacts(True, reason, releases=len(versions), source=source)


def _folded(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")


def _same(other: object, name: str) -> None:
    """ValueError where an answer names another package."""
    if isinstance(other, str) and _folded(other) != _folded(name):
        raise ValueError("it is about another package")


def from_simple_json(data: bytes, name: str, source: str) -> PackageFacts:
    """PackageFacts from a page of PyPI's simple API as JSON (PEP 691, 700). ValueError where it is none."""
    page = _object(data)
    _same(page.get("name"), name)
    files = page.get("files")
    if not isinstance(files, list):
        raise ValueError("no list of files")
    versions = page.get("versions")
    times: dict[str, float] = {}
    taken_back: dict[str, bool] = {}
    for file in files:
        if not isinstance(file, dict):
            continue
        version = _version_of_file(str(file.get("filename", "")), str(page.get("name", "")))
        moment = seconds(file.get("upload-time"))
        if moment is not None:
            times[version] = min(moment, times.get(version, moment))
        taken_back[version] = bool(file.get("yanked")) and taken_back.get(version, True)
    names = (
        [one for one in versions if isinstance(one, str)] if isinstance(versions, list) else list(taken_back)
    )
    yanked = frozenset(version for version, gone in taken_back.items() if gone)
    return PackageFacts(
        True,
        first=min(times.values(), default=None),
        releases=len(names),
        yanked=yanked,
        current=_newest([version for version in names if version not in yanked]),
        source=source,
    )


def _newest(versions: list[str]) -> str | None:
    """The highest version, a pre-release only where there is no other: an index lists them as texts."""
    numbers = []
    for version in versions:
        try:
            numbers.append((not Version(version).is_prerelease, Version(version), version))
        except InvalidVersion:
            continue
    return max(numbers)[2] if numbers else (versions[-1] if versions else None)


def with_project_page(facts: PackageFacts, data: bytes) -> PackageFacts:
    """The facts with maintainers and links of PyPI's JSON page; unchanged where it cannot be used."""
    try:
        page = _object(data)
    except ValueError:
        return facts
    info = page.get("info")
    ownership = page.get("ownership")
    links: bool | None = None
    if isinstance(info, dict):
        urls = info.get("project_urls")
        links = bool(info.get("home_page") or (isinstance(urls, dict) and urls))
    people: frozenset[str] | None = None
    if isinstance(ownership, dict) and isinstance(ownership.get("roles"), list):
        people = frozenset(
            str(row["user"]) for row in ownership["roles"] if isinstance(row, dict) and row.get("user")
        )
    return facts._replace(linked=links, maintainers=people or facts.maintainers)


def from_sparse_index(data: bytes, name: str, source: str) -> PackageFacts:
    """PackageFacts from a file of a cargo sparse index: a JSON object a line. ValueError where it is none."""
    rows = [_object(line) for line in data.splitlines() if line.strip()]
    if not rows or any("vers" not in row for row in rows):
        raise ValueError("not a file of a sparse index")
    for row in rows:
        _same(row.get("name"), name)
    moments = [moment for row in rows if (moment := seconds(row.get("pubtime"))) is not None]
    yanked = frozenset(str(row["vers"]) for row in rows if row.get("yanked"))
    alive = [str(row["vers"]) for row in rows if str(row["vers"]) not in yanked]
    # Older lines may lack the time, and the first of those that have it is not the first release.
    complete = len(moments) == len(rows) or seconds(rows[0].get("pubtime")) is not None
    return PackageFacts(
        True,
        first=min(moments) if moments and complete else None,
        releases=len(rows),
        yanked=yanked,
        current=alive[-1] if alive else None,
        source=source,
    )


def from_npm(data: bytes, name: str, source: str) -> PackageFacts:
    """PackageFacts from a package's document of an npm registry. ValueError where it is none."""
    page = _object(data)
    _same(page.get("name"), name)
    versions = page.get("versions")
    if not isinstance(versions, dict) or not versions:
        raise ValueError("no versions")
    tags = page.get("dist-tags")
    latest = tags.get("latest") if isinstance(tags, dict) else None
    newest = versions.get(latest) if isinstance(latest, str) else None
    newest = newest if isinstance(newest, dict) else {}
    notice = newest.get("deprecated")
    people = page.get("maintainers") or newest.get("maintainers")
    description = str(page.get("description") or newest.get("description") or "")
    return PackageFacts(
        True,
        first=_npm_created(page.get("time"), list(versions)),
        releases=len(versions),
        current=latest if isinstance(latest, str) else None,
        maintainers=_people(people),
        linked=bool(page.get("repository") or page.get("homepage") or newest.get("repository")),
        notice=notice if isinstance(notice, str) and notice else None,
        placeholder=str(latest).endswith("-security") or "security holding package" in description,
        source=source,
    )  # fmt: skip


def _npm_created(times: object, versions: list[str]) -> float | None:
    """When a package was created; None where a mirror's own dates stand there instead."""
    if not isinstance(times, Mapping):
        return None
    created = seconds(times.get("created"))
    moments = [moment for version in versions if (moment := seconds(times.get(version))) is not None]
    if created is None or len(moments) < len(versions):
        return None
    # A registry lists versions as they were published; a mirror's times are those of its own downloads.
    backwards = sum(late < early for early, late in itertools.pairwise(moments))
    at_once = len(moments) >= _ENOUGH and max(moments) - min(moments) < _AT_ONCE
    return None if at_once or backwards * 10 > len(moments) else min([created, *moments])


def _people(rows: object) -> frozenset[str] | None:
    if not isinstance(rows, list):
        return None
    names = (row.get("name") or row.get("email") if isinstance(row, dict) else row for row in rows)
    return frozenset(str(name) for name in names if name) or None


def seconds(text: object) -> float | None:
    """An ISO 8601 moment as seconds since 1970; None where it is none."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00")[:32])
    except ValueError:
        return _without_fraction(text)
    return _plausible((moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp())


def _plausible(moment: float) -> float | None:
    """A moment; None for one before there were registries, which a damaged answer or a liar names."""
    return moment if moment >= _EARLIEST else None


def _without_fraction(text: str) -> float | None:
    """Before Python 3.11 a fraction needs three or six digits."""
    head = text.partition(".")[0].rstrip("Z")
    try:
        return _plausible(datetime.fromisoformat(head).replace(tzinfo=timezone.utc).timestamp())
    except ValueError:
        return None


def _object(data: bytes) -> dict[str, Any]:
    value = json.loads(data)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _version_of_file(filename: str, project: str) -> str:
    """The version in a distribution's file name, the whole name where it has none."""
    stem = filename
    for ending in (".whl", ".tar.gz", ".zip", ".tar.bz2", ".egg", ".exe", ".msi"):
        stem = stem.removesuffix(ending)
    if filename.endswith(".whl"):
        parts = stem.split("-")
        return parts[1] if len(parts) > 1 else stem
    fold = project.replace("-", "_").replace(".", "_").lower()
    if stem.replace("-", "_").replace(".", "_").lower().startswith(fold + "_") and fold:
        return stem[len(project) + 1 :]
    return stem.rpartition("-")[2]
