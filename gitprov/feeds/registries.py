"""Questions to the three kinds of registries: does a name exist, since when, with which releases?"""

from __future__ import annotations

from urllib.parse import quote

from gitprov.feeds import answers
from gitprov.feeds.addresses import Registry
from gitprov.feeds.client import Client, HttpAnswer
from gitprov.model.package import PackageFacts, Parser, absent, unknown

_SIMPLE = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"
_JSON = "application/json"


def pypi(client: Client, registry: Registry, name: str) -> PackageFacts:
    """PackageFacts of a Python package (normalised name) from an index's simple API."""
    answer = client.get(registry, f"{quote(name)}/", _SIMPLE)
    if answer.absent:
        return absent(registry.host)
    if answer.reason:
        return unknown(answer.reason, registry.host)
    if answer.kind == "text/html":
        return _parsed(answer, registry, name, answers.from_simple_html)
    facts = _parsed(answer, registry, name, answers.from_simple_json)
    if facts.exists and registry.address.endswith("/simple"):
        page = client.get(
            registry._replace(address=registry.address.removesuffix("/simple")),
            f"pypi/{quote(name)}/json",
            _JSON,
        )
        if page.status == 200 and not page.reason and not page.cut:
            facts = answers.with_project_page(facts, page.data)
    return facts


def npm(client: Client, registry: Registry, name: str) -> PackageFacts:
    """PackageFacts of an npm package from its document."""
    answer = client.get(registry, quote(name, safe="@"), _JSON)
    if answer.absent:
        return absent(registry.host)
    if answer.reason:
        return unknown(answer.reason, registry.host)
    return _parsed(answer, registry, name, answers.from_npm)


def crates(client: Client, registry: Registry, name: str) -> PackageFacts:
    """PackageFacts of a crate from a sparse index."""
    answer = client.get(registry, sparse_path(name.lower()), _JSON)
    if answer.absent:
        return absent(registry.host)
    if answer.reason:
        return unknown(answer.reason, registry.host)
    return _parsed(answer, registry, name, answers.from_sparse_index)


def sparse_path(name: str) -> str:
    """The path of a crate's file in an index: names of up to three letters have directories of their own."""
    if len(name) < 3:
        return f"{len(name)}/{quote(name)}"
    if len(name) == 3:
        return f"3/{quote(name[0])}/{quote(name)}"
    return f"{quote(name[:2])}/{quote(name[2:4])}/{quote(name)}"


def _parsed(answer: HttpAnswer, registry: Registry, name: str, parse: Parser) -> PackageFacts:
    if answer.cut:
        return PackageFacts(True, "the answer is larger than what is read of it", source=registry.host)
    try:
        return parse(answer.data, name, registry.host)
    except (ValueError, RecursionError) as error:
        return unknown(f"the answer cannot be read: {str(error)[:120]}", registry.host)
