"""Doctor's checks of sharing: no fetch overwrites local records, and fetched records are united with them."""

from __future__ import annotations

from collections.abc import Iterator

from gitprov.flow.setup import fetch
from gitprov.flow.setup.doctor.case import Check, Examination
from gitprov.flow.share import merge as shared
from gitprov.flow.share.incoming import take_in
from gitprov.git.remotes import remote as remotes
from gitprov.git.write import read_refs
from gitprov.model.finding import ERROR, WARNING, Finding
from gitprov.model.untrusted.printed import argument_quoted
from gitprov.store import fetched_remotes


def fetched_over(case: Examination) -> Iterator[Finding]:
    """No fetch overwrites records that were not sent yet."""
    for name, specs in remotes.remotes(case.repo).fetch.items():
        for spec in specs:
            if fetch.overwrites(spec) and spec != "+refs/*:refs/*":
                what = f"git fetch {name} replaces records that were not sent yet, by {spec}"
                yield Finding("fetch", ERROR, what, fetch.removal(name, spec))


def not_united(case: Examination) -> Iterator[Finding]:
    """Fetched records are united with the local ones."""
    repo = case.repo
    take_in(repo)
    for name in fetched_remotes.load(repo.home):
        for kind, ref in shared.REFS.items():
            staged = f"{remotes.STAGING}/{name}/{kind}"
            oids = read_refs(repo, [ref, staged])
            if staged in oids and shared.outlook(repo, kind, oids.get(ref), oids[staged]).came:
                what = f"{kind} of {name} were fetched and cannot be united with ours"
                yield Finding("fetch", WARNING, what, f"gitprov sync {argument_quoted(name)} says why")


CHECKS: list[Check] = [fetched_over, not_united]
