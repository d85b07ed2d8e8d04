"""Addresses of package registries from the configuration of pip, uv, npm and cargo. None is written here."""

from __future__ import annotations

import base64
import configparser
import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_LARGEST = 1 << 20
_NO_WORD = re.compile(r"[^A-Za-z0-9]")
#: Variables whose value the project's own `.npmrc` may send to a registry as a login. A project that somebody
#: else wrote names both, the registry and the variable.
_PROJECT_VARIABLES = ("NPM_TOKEN", "NODE_AUTH_TOKEN")


class Registry(NamedTuple):
    """Where an ecosystem's packages are looked up. `address`: base URL without credentials and final slash.

    `user`, `password`: for basic authentication; `token`: a bearer token; `authorization`: the whole header,
    as cargo's tokens are. `setting`: where the address comes from, for messages.
    """

    address: str
    setting: str
    user: str | None = None
    password: str | None = None
    token: str | None = None
    authorization: str | None = None

    @property
    def host(self) -> str:
        """The host of the address, as messages name it."""
        return urlsplit(self.address).hostname or self.address


class Places(NamedTuple):
    """Where configuration is read from: environment, home directory, top directory of the project."""

    env: Mapping[str, str]
    home: str
    project: str


def registry(address: str, setting: str, token: str | None = None) -> Registry | None:
    """A registry from an address as it is configured; None where it is no http(s) address."""
    try:
        parts = urlsplit(address.strip().removeprefix("sparse+"))
        port = parts.port
    except ValueError:  # brackets without an end, a port that is no number
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    host = parts.hostname if port is None else f"{parts.hostname}:{port}"
    plain = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
    user, password = (None if part is None else unquote(part) for part in (parts.username, parts.password))
    return Registry(plain, setting, user, password, token)


def pypi(places: Places) -> list[Registry] | None:
    """The indexes of Python packages, the default one first; those that uv has configured precede pip's.

    None where nothing is configured: then the installer's own default holds, which only it knows. Empty where
    no address can be read: then nobody is asked, since private names would go to a public index.
    """
    indexes = list(_uv(places))
    rows = [*_with_uv_logins(indexes, places), *(registry(*row) for row in _pip(places))]
    if not rows:
        return None
    registries = [entry for entry in rows if entry is not None]
    return list({entry.address: entry for entry in reversed(registries)}.values())[::-1]


def _pip(places: Places) -> Iterator[tuple[str, str]]:
    env = places.env
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        for address in env.get(name, "").split():
            yield address, name
    for value, path in _pip_rows(places, ("index-url", "extra-index-url")):
        for address in value.split():
            yield address, path


def _pip_rows(places: Places, keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(value, path of the file) of some settings in pip's configuration files, the strongest first."""
    env = places.env
    folder = env.get("XDG_CONFIG_HOME") or os.path.join(places.home, ".config")
    files = [
        env.get("PIP_CONFIG_FILE", ""),
        os.path.join(env["VIRTUAL_ENV"], "pip.conf") if env.get("VIRTUAL_ENV") else "",
        os.path.join(folder, "pip", "pip.conf"),
        os.path.join(places.home, ".pip", "pip.conf"),
        os.path.join(places.home, "Library", "Application Support", "pip", "pip.conf"),
        "/etc/pip.conf",
    ]
    for path in filter(None, files):
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(_text(path))
        except configparser.Error:
            continue
        for section in ("install", "download", "global"):
            for key in keys:
                if value := parser.get(section, key, fallback=""):
                    yield value, path


class _Index(NamedTuple):
    """An index as uv has it configured. `ours`: by the user, not by the project."""

    address: str
    setting: str
    name: str = ""
    ours: bool = True


def _with_uv_logins(indexes: list[_Index], places: Places) -> list[Registry | None]:
    """The indexes with the logins of uv's variables; None where an address cannot be read."""
    entries = [registry(index.address, index.setting) for index in indexes]
    hosts = {
        index.name: entry.host for index, entry in zip(indexes, entries, strict=True) if entry and index.ours
    }
    return [
        _uv_login(entry, index.name, places)
        if entry is not None and hosts.get(index.name, entry.host) == entry.host
        else entry
        for index, entry in zip(indexes, entries, strict=True)
    ]


def _uv_login(entry: Registry, name: str, places: Places) -> Registry:
    """An index with the login that uv's variables have for its name."""
    variable = f"UV_INDEX_{_NO_WORD.sub('_', name).upper()}_"
    user, password = (places.env.get(variable + end) for end in ("USERNAME", "PASSWORD"))
    if not name or not (user or password):
        return entry
    return entry._replace(user=user or entry.user or "", password=password or entry.password)


def _uv(places: Places) -> Iterator[_Index]:
    env = places.env
    for variable in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL"):
        for text in env.get(variable, "").split():
            name, _, address = text.partition("=")
            yield _Index(text, variable) if "://" in name else _Index(address, variable, name)
    folder = env.get("XDG_CONFIG_HOME") or os.path.join(places.home, ".config")
    pyproject = os.path.join(places.project, "pyproject.toml")
    tables = [(pyproject, _table(_toml(pyproject), "tool", "uv"))]
    user_file = os.path.join(folder, "uv", "uv.toml")
    tables += [(path, _toml(path)) for path in (os.path.join(places.project, "uv.toml"), user_file)]
    for path, table in tables:
        rows = [row for row in _list(table.get("index")) if isinstance(row, dict)]
        rows.sort(key=lambda row: not row.get("default"))
        for row in rows:
            if isinstance(row.get("url"), str):
                yield _Index(row["url"], path, str(row.get("name", "")), path == user_file)
        for value in (table.get("index-url"), *_list(table.get("extra-index-url"))):
            if isinstance(value, str):
                yield _Index(value, path)


def npm(places: Places) -> dict[str, Registry]:
    """Scope (`@name`, empty for all others) → registry, of `.npmrc` files and npm's variables."""
    rows: dict[str, tuple[str, str]] = {}
    logins: dict[str, dict[str, str]] = {}
    shared = os.path.join(places.project, ".npmrc")
    for path in ("/etc/npmrc", _npm_user_file(places), shared):
        for key, value in _npmrc(path, places.env, _PROJECT_VARIABLES if path == shared else None):
            if key == "registry":
                rows[""] = value, path
            elif key.startswith("@") and key.endswith(":registry"):
                rows[key.removesuffix(":registry")] = value, path
            elif key.startswith("//"):
                place, _, setting = key.rpartition(":")
                logins.setdefault(place.strip("/"), {})[setting] = value
    for name in ("npm_config_registry", "NPM_CONFIG_REGISTRY"):
        if places.env.get(name):
            rows[""] = places.env[name], name
    registries = {scope: registry(address, setting) for scope, (address, setting) in rows.items()}
    return {scope: _logged_in(entry, logins) for scope, entry in registries.items() if entry is not None}


def _logged_in(entry: Registry, logins: Mapping[str, Mapping[str, str]]) -> Registry:
    """An npm registry with the login of its address, else of the nearest address above it, as npm has it."""
    place = entry.address.partition("://")[2]
    while place:
        row = logins.get(place, {})
        if row.get("_authToken"):
            return entry._replace(token=row["_authToken"])
        pair = _of_base64(row.get("_auth", "")).partition(":")
        user, password = row.get("username") or pair[0], _of_base64(row.get("_password", "")) or pair[2]
        if user and password:
            return entry._replace(user=user, password=password)
        place = place.rpartition("/")[0]
    return entry


def _of_base64(text: str) -> str:
    """The text that is written in base64; empty where it is none."""
    try:
        return base64.b64decode(text).decode("utf-8")
    except ValueError:
        return ""


def _npm_user_file(places: Places) -> str:
    return places.env.get("NPM_CONFIG_USERCONFIG") or os.path.join(places.home, ".npmrc")


def _npmrc(
    path: str, env: Mapping[str, str], logins: Collection[str] | None = None
) -> Iterator[tuple[str, str]]:
    """(key, value) of the file. `logins`: the variables that may be a login's value, None for all."""
    for row in _text(path).splitlines():
        key, separator, value = row.partition("=")
        if separator and not row.lstrip().startswith(("#", ";")):
            value = value.strip().strip('"')
            if value.startswith("${") and value.endswith("}"):
                name = value[2:-1]
                if logins is not None and key.lstrip().startswith("//") and name not in logins:
                    continue  # a login of a weaker file holds
                value = env.get(name, "")
            yield key.strip(), value


def crates(places: Places) -> dict[str, Registry]:
    """Registry's name (`crates-io`: the default one) → its sparse index, of cargo's configuration.

    The default's address is cargo's own; it is taken from the directory of its downloaded index.
    """
    home = places.env.get("CARGO_HOME") or os.path.join(places.home, ".cargo")
    ours = _cargo_tables(home, {})
    data = _cargo_tables(os.path.join(places.project, ".cargo"), ours)
    rows = _cargo_registries(data)
    replaced = _dict(_dict(data.get("source")).get("crates-io")).get("replace-with")
    source = _dict(_dict(data.get("source")).get(replaced)) if isinstance(replaced, str) else {}
    if isinstance(source.get("registry"), str):
        rows["crates-io"] = source["registry"], "cargo's [source]"
    elif replaced in rows:
        rows["crates-io"] = rows[replaced]
    elif "crates-io" not in rows and (host := _downloaded_index(home)) is not None:
        rows["crates-io"] = f"https://{host}", os.path.join(home, "registry")
    tokens = _cargo_tokens(_readable(rows), _readable(_cargo_registries(ours)), home, places.env)
    return {
        name: entry._replace(authorization=tokens.get(entry.address))
        for name, entry in _readable(rows).items()
    }


def _readable(rows: Mapping[str, tuple[str, str]]) -> dict[str, Registry]:
    """Name → registry, of those whose address (with its setting) can be read."""
    registries = {name: registry(address, setting) for name, (address, setting) in rows.items()}
    return {name: entry for name, entry in registries.items() if entry is not None}


def _cargo_tables(folder: str, weaker: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of cargo's configuration in a directory, over those of weaker files."""
    data = dict(weaker)
    for name in ("config", "config.toml"):
        for key, value in _toml(os.path.join(folder, name)).items():
            data[key] = {**_dict(data.get(key)), **_dict(value)}
    return data


def _cargo_registries(data: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Name → (address, setting) of the table `[registries]`."""
    rows = {name: _dict(value).get("index") for name, value in _dict(data.get("registries")).items()}
    return {name: (index, "cargo's [registries]") for name, index in rows.items() if isinstance(index, str)}


def _cargo_tokens(
    registries: Mapping[str, Registry], ours: Mapping[str, Registry], home: str, env: Mapping[str, str]
) -> dict[str, str]:
    """Address → token of its registry, from cargo's variables and `credentials.toml`.

    `ours`: the registries that the user has configured; a project's registry of such a name on another host
    gets no token. The token for publishing (`CARGO_REGISTRY_TOKEN`, `[registry]`) is not used.
    """
    stored: dict[str, Any] = {}
    for file in ("credentials", "credentials.toml"):
        stored |= _table(_toml(os.path.join(home, file)), "registries")
    tokens: dict[str, str] = {}
    for name, entry in registries.items():
        variable = f"CARGO_REGISTRIES_{name.upper().replace('-', '_')}_TOKEN"
        token = env.get(variable) or _dict(stored.get(name)).get("token")
        if isinstance(token, str) and token and ours.get(name, entry).host == entry.host:
            tokens[entry.address] = token
    return tokens


def _downloaded_index(home: str) -> str | None:
    """The host of the default registry's sparse index, from cargo's directory `<host>-<16 hex digits>`."""
    try:
        names = sorted(os.listdir(os.path.join(home, "registry", "index")))
    except OSError:
        return None
    hosts = [name.rpartition("-")[0] for name in names if name.startswith("index.")]
    return hosts[0] if len(hosts) == 1 else None


def cool_downs(places: Places) -> dict[str, str | None]:
    """Installer → its setting that holds back young releases, None where it has none."""
    pyproject = _toml(os.path.join(places.project, "pyproject.toml"))
    uv_tables = [_table(pyproject, "tool", "uv"), _toml(os.path.join(places.project, "uv.toml"))]
    uv = next((str(table["exclude-newer"]) for table in uv_tables if "exclude-newer" in table), None)
    npmrc = dict(_npmrc(_npm_user_file(places), places.env))
    npmrc.update(_npmrc(os.path.join(places.project, ".npmrc"), places.env))
    rows = _text(os.path.join(places.project, "pnpm-workspace.yaml")).splitlines()
    pip_values = (value for value, _ in _pip_rows(places, ("uploaded-prior-to",)))
    ages = [row.partition(":")[2].strip() for row in rows if row.startswith("minimumReleaseAge:")]
    return {
        "pip": places.env.get("PIP_UPLOADED_PRIOR_TO") or next(pip_values, None),
        "uv": uv or places.env.get("UV_EXCLUDE_NEWER"),
        "npm": npmrc.get("min-release-age") or places.env.get("npm_config_min_release_age"),
        "pnpm": ages[0] if ages else None,
    }


def _text(path: str) -> str:
    """A configuration file's text; empty where there is none that can be read. At most 1 MiB is read."""
    try:
        if not os.path.isfile(path):
            return ""
        with open(path, "rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""


def _toml(path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _table(data: dict[str, Any], *path: str) -> dict[str, Any]:
    for key in path:
        data = _dict(data.get(key))
    return data


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
