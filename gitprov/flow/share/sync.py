"""Sharing: fetch a remote's records, unite them with ours, push without force; repeat if the remote moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import Contended, GitprovError
from gitprov.flow.share import merge as shared
from gitprov.git.history import signatures as sign
from gitprov.git.remotes import partial_clone
from gitprov.git.remotes import remote as remotes
from gitprov.git.write import attempts, move, read_refs
from gitprov.model.untrusted.printed import argument_quoted
from gitprov.store import fetched_remotes, pins

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitprov.git.repo import Repository

_TRIES = 25
#: Names of packages that did not exist. They are shared where the remote takes them, and stop no sync.
_PHANTOMS = "phantoms"
_PINS = "pins/"


class SyncOptions(NamedTuple):
    """The options of a sync. `generations`: share them too. `sign` None: as `commit.gpgsign` is set."""

    generations: bool = False
    push: bool = True
    dry_run: bool = False
    sign: bool | None = None


class RefSync(NamedTuple):
    """The result for one ref: how many records came, went (or would go, without a push), and were united
    from two versions.
    """

    kind: str
    ref: str
    came: int
    went: int
    merged: int


class Synced(NamedTuple):
    """The result for a remote, named without secrets. `pushed`: whether the `went` records are there now."""

    remote: str
    refs: tuple[RefSync, ...]
    pushed: bool


class _Tally:
    """The keys that came or were merged in all attempts, and those that went in the last one."""

    def __init__(self) -> None:
        self.came: set[str] = set()
        self.merged: set[str] = set()
        self.went: frozenset[str] = frozenset()

    def add(self, plan: shared.MergePlan) -> None:
        self.came |= plan.came
        self.merged |= plan.merged
        self.went = plan.went


def choose(repo: Repository, named: list[str], *, every: bool = False) -> tuple[list[str], remotes.Remotes]:
    """The remotes to share with: those in `named`, else the default; with `every`, all configured ones.

    GitprovError where there is no remote, or none of a given name.
    """
    configured = remotes.remotes(repo)
    if every and configured.names:
        return list(configured.names), configured
    if not named and configured.default is None:
        others = (
            f"choose one: gitprov sync {argument_quoted(configured.names[0])}"
            if configured.names
            else "git remote add origin <url>"
        )
        raise GitprovError("there is no remote to share with", others)
    chosen = named or [configured.default or ""]
    for name in chosen:
        if name not in configured.names and not any(sign in name for sign in "/:\\"):
            raise remotes.unknown(name, configured.names)
    return chosen, configured


def nothing_new(repo: Repository, remote: str, configured: remotes.Remotes, wish: SyncOptions) -> bool:
    """Whether the remote had all our records when it was last fetched; it is not contacted."""
    top = remotes.staging(remote, configured.names)
    kinds = _kinds(wish)
    pairs = [(shared.ref_of(kind), f"{top}/{kind}") for kind in (*kinds, *_pins(repo, top))]
    values = read_refs(repo, [ref for pair in pairs for ref in pair])
    return all(ours not in values or values[ours] == values.get(remote_ref) for ours, remote_ref in pairs)


def sync(
    repo: Repository,
    remote: str,
    configured: remotes.Remotes,
    wish: SyncOptions,
    heal: Callable[[Repository], int] | None = None,
) -> Synced:
    """Share with one remote. No failure loses records: what was not pushed stays here for the next time.

    `heal` is called once between fetch and push, and returns the number of commits that got a note.

    GitprovError with a remedy where the remote cannot be reached, refuses, or keeps moving.
    """
    fixed = _kinds(wish)
    tallies = {kind: _Tally() for kind in fixed}
    top = remotes.staging(remote, configured.names)
    signing = sign.gpgsign_enabled(repo) if wish.sign is None else wish.sign
    for _ in attempts(_TRIES, 0.05):
        staged = _fetch(repo, remote, configured, fixed)
        if staged is not None:
            kinds = (*fixed, *_pins(repo, top))
            for kind in kinds:
                tallies.setdefault(kind, _Tally()).add(_unite(repo, kind, staged.get(kind), wish))
            if heal is not None and not wish.dry_run and heal(repo):
                tallies["notes"].add(_unite(repo, "notes", staged.get("notes"), wish))
            heal = None
            if wish.dry_run or not wish.push or _push(repo, remote, configured, staged, kinds, signing):
                return _synced(remote, tallies, wish)
    raise Contended(
        f"{remotes.shown(remote)} kept moving, or something here is locked: others share at the same time;"
        " your records are safe here",
        f"gitprov sync {argument_quoted(remotes.shown(remote))}",
    )


def _kinds(wish: SyncOptions) -> tuple[str, ...]:
    kinds = fetched_remotes.KINDS if wish.generations else fetched_remotes.KINDS[:1]
    return (*kinds, _PHANTOMS)


def _pins(repo: Repository, top: str) -> list[str]:
    """The kinds of pins: of each feature that has some here or in the directory of refs of a remote."""
    return [_PINS + name for name in pins.names(repo, f"{top}/{_PINS}")]


def _synced(remote: str, tallies: dict[str, _Tally], wish: SyncOptions) -> Synced:
    rows = [
        RefSync(kind, shared.ref_of(kind), len(tally.came), len(tally.went), len(tally.merged))
        for kind, tally in tallies.items()
        if kind in fetched_remotes.KINDS or tally.came or tally.went
    ]
    return Synced(remotes.shown(remote), tuple(rows), wish.push and not wish.dry_run)


def _fetch(
    repo: Repository, remote: str, configured: remotes.Remotes, kinds: tuple[str, ...]
) -> dict[str, str] | None:
    """Kind → the remote's present commit; None where another fetch into this clone interfered.

    GitprovError where the remote cannot be reached, or its ref is no commit.
    """
    top = remotes.staging(remote, configured.names)
    specs = [remotes.refspec(shared.ref_of(kind), f"{top}/{kind}") for kind in kinds]
    done = remotes.fetch(repo, remote, [*specs, f"+{pins.TOP}*:{top}/{_PINS}*"])
    if done.state == "moved":
        return None
    if done.state != "done":
        raise _unreachable(remote, done)
    kinds = (*kinds, *_pins(repo, top))
    tips = remotes.tips(repo, [f"{top}/{kind}" for kind in kinds])
    staged = {kind: tips[f"{top}/{kind}"] for kind in kinds if f"{top}/{kind}" in tips}
    for kind, (what, _) in staged.items():
        if what != "commit":
            raise _no_commit(remote, shared.ref_of(kind), what)
    for _, oid in staged.values():  # an earlier fetch of a partial clone may not have brought their blobs
        partial_clone.bring(oid, cwd=repo.cwd, env=repo.env, common_dir=repo.common_dir)
    return {kind: oid for kind, (_, oid) in staged.items()}


def _unite(repo: Repository, kind: str, remote: str | None, wish: SyncOptions) -> shared.MergePlan:
    if wish.dry_run:
        ref = shared.ref_of(kind)
        return shared.outlook(repo, kind, read_refs(repo, [ref]).get(ref), remote)
    if remote is not None:
        return shared.unite(repo, kind, remote, None)
    ref = shared.ref_of(kind)
    return shared.outlook(repo, kind, read_refs(repo, [ref]).get(ref), None)


def _push(
    repo: Repository,
    remote: str,
    configured: remotes.Remotes,
    staged: dict[str, str],
    kinds: tuple[str, ...],
    signing: bool,
) -> bool:
    """Push what the remote lacks; False where another process moved a ref first, here or there."""
    tips = read_refs(repo, [shared.ref_of(kind) for kind in kinds])
    moves: dict[str, str] = {}
    for kind in kinds:
        ref = shared.ref_of(kind)
        tip = tips.get(ref)
        if tip is None or tip == staged.get(kind):
            continue
        if signing and not kind.startswith(_PINS):  # a signed commit would replace several pins
            new = sign.signed(repo, tip, staged.get(kind), f"gitprov: {kind}")
            if new != tip and not move(repo, ref, new, tip, "gitprov: signed"):
                return False
            tip = new
        moves[ref] = tip
    if not moves:
        return True
    results = remotes.push(repo, remote, moves)
    top = remotes.staging(remote, configured.names)
    for kind in kinds:
        ref = shared.ref_of(kind)
        if ref in results and results[ref].state == "done":
            repo.try_run("update-ref", f"{top}/{kind}", moves[ref])
    for ref, pushed in results.items():
        if pushed.state not in ("done", "moved") and ref != shared.REFS[_PHANTOMS]:
            raise _not_pushed(remote, ref, pushed)
    return all(pushed.state != "moved" for pushed in results.values())


def _no_commit(remote: str, ref: str, what: str) -> GitprovError:
    word = argument_quoted(remotes.shown(remote))
    return GitprovError(
        f"{remotes.shown(remote)}: {ref} is a {what} there, not a commit; nothing was taken from it",
        f"see who wrote it; then: git push {word} :{ref}; then: gitprov sync {word}"
        " (your records are safe here)",
    )


def _unreachable(remote: str, done: remotes.Pushed) -> GitprovError:
    name = remotes.shown(remote)
    word = argument_quoted(name)
    what = "does not let you read" if done.state == "denied" else "cannot be reached"
    return GitprovError(
        f"{name} {what}: {done.words}",
        f"git ls-remote {word}; once that works: gitprov sync {word} (your records are safe here)",
    )


def _not_pushed(remote: str, ref: str, pushed: remotes.Pushed) -> GitprovError:
    name = remotes.shown(remote)
    again = f"then: gitprov sync {argument_quoted(name)} (your records are safe here)"
    if pushed.state == "refused":
        return GitprovError(
            f"{name} refused {ref}: {pushed.words}",
            f"whoever runs {name} has to allow pushes to {ref} (docs/sharing.md); {again}",
        )
    if pushed.state == "denied":
        return GitprovError(
            f"{name} does not let you write {ref}: {pushed.words}",
            f"ask for write access, or share with a remote of yours: gitprov sync <remote>; {again}",
        )
    return GitprovError(
        f"{name} could not be pushed to: {pushed.words}", f"git ls-remote {argument_quoted(name)}; {again}"
    )
