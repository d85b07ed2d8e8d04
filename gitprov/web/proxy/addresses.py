"""Where providers are, where the proxy stands in for them, and the variables that lead a command there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from gitprov.errors import UsageError
from gitprov.interop.calls.reading import shape_of

LOOPBACK = "127.0.0.1"


class BaseVariable(NamedTuple):
    """A variable that libraries read a provider's address from; by convention the address has this end."""

    name: str
    end: str = ""


class ProviderRow(NamedTuple):
    """A provider, its default address, and the variables for it, the usual one first."""

    name: str
    address: str
    variables: tuple[BaseVariable, ...]


PROVIDERS = (
    ProviderRow(
        "anthropic",
        "https://api.anthropic.com",
        tuple(map(BaseVariable, ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL", "ANTHROPIC_API_BASE"))),
    ),
    ProviderRow(
        "openai",
        "https://api.openai.com",
        (BaseVariable("OPENAI_BASE_URL", "/v1"), BaseVariable("OPENAI_API_BASE", "/v1")),
    ),
    ProviderRow(
        "gemini",
        "https://generativelanguage.googleapis.com",
        (BaseVariable("GOOGLE_GEMINI_BASE_URL"), BaseVariable("GEMINI_API_BASE", "/v1beta")),
    ),
)
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


class Upstreams:
    """The address of each provider: the one that `--upstream` names, else the environment's, else its own."""

    def __init__(self, env: Mapping[str, str], upstream: str | None) -> None:
        self._every = None if upstream is None else _checked(upstream, "--upstream")
        self._roots: dict[str, str] = {}
        self._without_end: set[str] = set()
        for row in PROVIDERS:
            variable = next((variable for variable in row.variables if env.get(variable.name)), None)
            if self._every is not None:
                self._roots[row.name] = self._every.removesuffix(row.variables[0].end)
            elif variable is None:
                self._roots[row.name] = row.address
            else:
                address = _checked(env[variable.name], variable.name)
                self._roots[row.name] = address.removesuffix(variable.end)
                if not address.endswith(variable.end):
                    self._without_end.add(row.name)

    def target(self, method: str, raw_path: str) -> str | None:
        """The address that a request is passed on to; None where its path shows no provider.

        It does as `/<provider>/…`, or by the shape of its end.
        """
        if not raw_path.startswith("/"):  # an address as a whole: behind a root it would change the host
            return None
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
            name: f"http://{LOOPBACK}:{port}/{row.name}{'' if row.name in self._without_end else end}"
            for row in PROVIDERS
            for name, end in row.variables
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
