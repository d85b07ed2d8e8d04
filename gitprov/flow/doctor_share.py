"""Doctor's look at sharing: nothing is fetched over our records, and what was fetched is united with them."""

from __future__ import annotations

from collections.abc import Iterator

from gitprov.flow import shared, subscribe
from gitprov.flow.doctor_case import BROKEN, WARNING, Case, Check, Finding
from gitprov.flow.taken import take_in
from gitprov.git import remote as remotes
from gitprov.git.write import read_refs
from gitprov.model.printed import argument_quoted
from gitprov.store import subscriptions


def fetched_over(case: Case) -> Iterator[Finding]:
    """No fetch replaces records that were not sent yet."""
    for name, specs in remotes.remotes(case.repo).fetch.items():
        for spec in specs:
            if subscribe.overwrites(spec) and spec != "+refs/*:refs/*":
                what = f"git fetch {name} replaces records that were not sent yet, by {spec}"
                yield Finding("fetch", BROKEN, what, subscribe.removal(name, spec))


def not_united(case: Case) -> Iterator[Finding]:
    """What a fetch brought is united with ours."""
    repo = case.repo
    take_in(repo)
    for name in subscriptions.load(repo.home):
        for kind, ref in shared.REFS.items():
            staged = f"{remotes.STAGING}/{name}/{kind}"
            found = read_refs(repo, [ref, staged])
            if staged in found and shared.outlook(repo, kind, found.get(ref), found[staged]).came:
                what = f"{kind} of {name} were fetched and cannot be united with ours"
                yield Finding("fetch", WARNING, what, f"gitprov sync {argument_quoted(name)} says why")


CHECKS: list[Check] = [fetched_over, not_united]
