"""Passwords of registries from the netrc file and from the keyring of the system."""

from __future__ import annotations

import netrc
import os

from gitprov.feeds import keyring
from gitprov.feeds.addresses import Places, Registry


def with_credentials(registry: Registry, places: Places) -> Registry:
    """The registry with its host's login in the netrc file, else with its user's password in the keyring.

    As with pip, the keyring is asked only for a user that the address names. Unchanged where the registry has
    a token or a password. The `default` entry of the netrc file is not used: a project names its own hosts.
    """
    if registry.token or registry.authorization or registry.password:
        return registry
    login = _login(registry.host, places)
    if login is not None and registry.user in (None, login[0]):
        return registry._replace(user=login[0], password=login[1])
    if registry.user is None:
        return registry
    secret = keyring.password((registry.address, registry.host), registry.user)
    return registry._replace(password=secret)


def _login(host: str, places: Places) -> tuple[str, str] | None:
    """User and password of a host in the netrc file; None as well where the file cannot be read: the registry
    then refuses, and that is reported.
    """
    named = places.env.get("NETRC")
    paths = [named] if named else [os.path.join(places.home, name) for name in (".netrc", "_netrc")]
    path = next(filter(os.path.isfile, paths), None)
    if path is None:
        return None
    try:
        entry = netrc.netrc(path).hosts.get(host)
    except (netrc.NetrcParseError, OSError, UnicodeDecodeError):
        return None
    if entry is None or host == "default" or not entry[0] or not entry[2]:
        return None
    return entry[0], entry[2]
