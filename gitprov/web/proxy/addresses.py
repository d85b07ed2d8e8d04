"""Where providers are, where the proxy stands in for them, and the variables that lead a command there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from gitprov.errors import UsageError
from gitprov.interop.calls.reading import shape_of

LOOPBACK = "127.0.0.1"


class ProviderRow(NamedTuple):
    """A provider: its default address, the end that its addresses have by convention, and the variables that
    libraries read its address from, the usual one first.
    """

    name: str
    address: str
    end: str
    variables: tuple[str, ...]


PROVIDERS = (
    ProviderRow(
        "anthropic",
        "https://api.anthropic.com",
        "",
        ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL", "ANTHROPIC_API_BASE"),
    ),
    ProviderRow("openai", "https://api.openai.com", "/v1", ("OPENAI_BASE_URL", "OPENAI_API_BASE")),
    ProviderRow(
        "gemini",
        "https://generativelanguage.googleapis.com",
        "",
        ("GOOGLE_GEMINI_BASE_URL", "GEMINI_API_BASE"),
    ),
)
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


class Upstreams:
    """The address of each provider: the one that `--upstream` names, else the environment's, else its own."""

    def __init__(self, env: Mapping[str, str], upstream: str | None) -> None:
        self._every = None if upstream is None else _checked(upstream, "--upstream")
        self._roots: dict[str, str] = {}
        self._ends: dict[str, str] = {}
        for row in PROVIDERS:
            name = next((name for name in row.variables if env.get(name)), None)
            address = self._every or (_checked(env[name], name) if name else row.address + row.end)
            self._roots[row.name] = address.removesuffix(row.end)
            bare = self._every is None and not address.endswith(row.end)
            self._ends[row.name] = "" if bare else row.end

    def target(self, method: str, raw_path: str) -> str | None:
        """The address that a request is passed on to; None where its path shows no provider.

        It does as `/<provider>/…`, or by the shape of its end.
        """
        first, _, rest = raw_path.lstrip("/").partition("/")
        if first in self._roots:
            return f"{self._roots[first]}/{rest}"
        shape = shape_of(method, raw_path.partition("?")[0])
        if shape is not None:
            return self._roots[shape.provider] + raw_path
        return None if self._every is None else self._every + raw_path

    def variables(self, env: Mapping[str, str], port: int) -> dict[str, str]:
        """The environment of a command that is to use the proxy at a port of loopback."""
        changed = {
            name: f"http://{LOOPBACK}:{port}/{row.name}{self._ends[row.name]}"
            for row in PROVIDERS
            for name in row.variables
        }
        if any(env.get(name) or env.get(name.upper()) for name in _PROXIES):
            for name in ("no_proxy", "NO_PROXY"):
                around = env.get(name) or env.get(name.swapcase()) or ""
                changed[name] = ",".join(filter(None, (around, LOOPBACK)))
        return {**env, **changed}


def _checked(address: str, name: str) -> str:
    """An address without slashes at its end. UsageError where it is none; it is not quoted, as it may have
    a password.
    """
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        usable = usable and not (parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{name} is not an http address", "as in: https://gateway.example.com")
    return address.rstrip("/")
