"""Keys of services and passwords of registries that a person keeps in the keyring of the system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module

SERVICE = "gitprov"
"""The name of our service in the keyring; the name of a key is that of its variable."""


def with_keys(names: Iterable[str], env: Mapping[str, str]) -> Mapping[str, str]:
    """The environment, and of the variables that are not set, those that the keyring has.

    Without the library `keyring`, or where it fails, the environment alone.
    """
    missing = [name for name in names if not env.get(name)]
    if not missing:
        return env
    try:
        keyring = import_module("keyring")
        values = {name: keyring.get_password(SERVICE, name) for name in missing}
    except Exception:  # noqa: BLE001 - back ends raise what they like, and a missing key is reported anyway
        return env
    return {**env, **{name: value for name, value in values.items() if isinstance(value, str) and value}}


def password(services: Iterable[str], user: str) -> str | None:
    """The password of a user of the first service for which the keyring has one.

    None as well without the library `keyring`, or where it fails.
    """
    try:
        keyring = import_module("keyring")
        # One by one: each question may unlock the keyring or open a dialogue.
        values = (keyring.get_password(service, user) for service in services)
        return next((value for value in values if isinstance(value, str) and value), None)
    except Exception:  # noqa: BLE001 - back ends raise what they like; the registry then refuses, and that is reported
        return None
