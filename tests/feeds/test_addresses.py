"""Addresses of registries, from files and variables as the real installers write and read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitprov.feeds import addresses
from gitprov.feeds.addresses import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """An empty home directory and an empty project."""
    for name in ("home", "project"):
        (tmp_path / name).mkdir()
    return Places({}, str(tmp_path / "home"), str(tmp_path / "project"))


def write(top: str, path: str, text: str) -> None:
    """Write a configuration file."""
    file = Path(top, path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def shown(places: Places) -> list[str]:
    """The addresses of the Python indexes."""
    return [entry.address for entry in addresses.pypi(places) or ()]


def test_nothing_is_configured(places: Places) -> None:
    """No address stands in the code."""
    assert addresses.pypi(places) is None
    assert addresses.npm(places) == {}
    assert addresses.crates(places) == {}


PIP = {
    "user": (".config/pip/pip.conf", "[global]\nindex-url = http://a.example/simple/\nextra-index-url =\n  http://b.example/s\n  http://c.example/s\n"),
    "legacy": (".pip/pip.conf", "[install]\nindex-url = http://a.example/simple\n[global]\nextra-index-url = http://b.example/s http://c.example/s\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", PIP)
def test_pip_s_files(places: Places, name: str) -> None:
    """The index first, then the further ones."""
    write(places.home, *PIP[name])
    assert shown(places) == ["http://a.example/simple", "http://b.example/s", "http://c.example/s"]


def test_pip_s_variables_precede_its_files(places: Places) -> None:
    """As for pip itself."""
    write(places.home, *PIP["user"])
    env = {"PIP_INDEX_URL": "https://me:word@v.example/simple"}
    first = (addresses.pypi(places._replace(env=env)) or [])[0]
    assert (first.address, first.user, first.password) == ("https://v.example/simple", "me", "word")
    assert first.setting == "PIP_INDEX_URL"
    assert first.host == "v.example"


UV = {
    "uv.toml": '[[index]]\nname = "x"\nurl = "http://x.example/s"\n[[index]]\nurl = "http://d.example/s"\ndefault = true\n',
    "pyproject.toml": '[tool.uv]\nindex-url = "http://d.example/s"\nextra-index-url = ["http://x.example/s"]\n',
}


@pytest.mark.parametrize("name", UV)
def test_uv_s_files(places: Places, name: str) -> None:
    """The default index comes first."""
    write(places.project, name, UV[name])
    assert shown(places) == ["http://d.example/s", "http://x.example/s"]


def test_uv_s_variables(places: Places) -> None:
    """`UV_INDEX` may give an index a name."""
    env = {"UV_DEFAULT_INDEX": "http://d.example/s", "UV_INDEX": "mine=http://x.example/s http://y.example/s"}
    assert shown(places._replace(env=env)) == [
        "http://d.example/s",
        "http://x.example/s",
        "http://y.example/s",
    ]


def test_npm(places: Places) -> None:
    """Scopes have registries of their own; a token is of its registry alone; variables are expanded."""
    write(
        places.home, ".npmrc", "registry=http://a.example/npm/\n//a.example/npm/:_authToken=${TOKEN}\n# x=y\n"
    )
    write(places.project, ".npmrc", "@corp:registry=http://b.example\n")
    entries = addresses.npm(places._replace(env={"TOKEN": "word"}))
    assert {scope: (entry.address, entry.token) for scope, entry in entries.items()} == {
        "": ("http://a.example/npm", "word"),
        "@corp": ("http://b.example", None),
    }
    env = {"npm_config_registry": "http://c.example"}
    assert addresses.npm(places._replace(env=env))[""].address == "http://c.example"


def test_cargo(places: Places) -> None:
    """Registries, a replaced source, and the directory of the downloaded index."""
    write(places.project, ".cargo/config.toml", '[registries.corp]\nindex = "sparse+http://c.example/i/"\n')
    Path(places.home, ".cargo/registry/index/index.some.example-6f17d22bba15001f").mkdir(parents=True)
    entries = addresses.crates(places)
    assert {name: entry.address for name, entry in entries.items()} == {
        "corp": "http://c.example/i",
        "crates-io": "https://index.some.example",
    }
    write(
        places.home,
        ".cargo/config.toml",
        '[source.crates-io]\nreplace-with = "mirror"\n[source.mirror]\nregistry = "sparse+http://m.example/"\n',
    )
    assert addresses.crates(places)["crates-io"].address == "http://m.example"


BROKEN = {
    ".config/pip/pip.conf": "no section",
    ".config/uv/uv.toml": "a = [",
    ".npmrc": "registry\n=\nregistry=ssh://x\n",
    ".cargo/config.toml": "[[",
}


@pytest.mark.parametrize("path", BROKEN)
def test_broken_files_configure_nothing(places: Places, path: str) -> None:
    """A file that cannot be parsed, or names no web address, is skipped."""
    write(places.home, path, BROKEN[path])
    test_nothing_is_configured(places)


def test_cool_downs(places: Places) -> None:
    """The settings that hold back young releases."""
    assert set(addresses.cool_downs(places).values()) == {None}
    write(places.project, "pyproject.toml", '[tool.uv]\nexclude-newer = "7 days"\n')
    write(places.project, ".npmrc", "min-release-age=3\n")
    write(places.project, "pnpm-workspace.yaml", "minimumReleaseAge: 1440\n")
    expected = {"pip": None, "uv": "7 days", "npm": "3", "pnpm": "1440"}
    assert addresses.cool_downs(places) == expected


NPM_LOGINS = {
    "token of a part of the path": ("//a.example/:_authToken=word\n", (None, None, "word")),
    "user and password": ("//a.example/npm/:username=me\n//a.example/npm/:_password=cDpAc3M=\n", ("me", "p:@ss", None)),
    "both in one": ("//a.example/npm/:_auth=bWU6cDpAc3M=\n", ("me", "p:@ss", None)),
    "of another host": ("//b.example/:_authToken=word\n", (None, None, None)),
    "of another path": ("//a.example/other/:_auth=bWU6cDpAc3M=\n", (None, None, None)),
    "no base64": ("//a.example/npm/:_auth=%%%\n", (None, None, None)),
}  # fmt: skip


@pytest.mark.parametrize("name", NPM_LOGINS)
def test_logins_of_npm(places: Places, name: str) -> None:
    """A token or a login holds for the address it is written for, and for those below it."""
    text, login = NPM_LOGINS[name]
    write(places.home, ".npmrc", "registry=http://a.example/npm/\n" + text)
    entry = addresses.npm(places)[""]
    assert (entry.user, entry.password, entry.token) == login


@pytest.mark.parametrize(
    ("variable", "token"), [("NPM_TOKEN", "word"), ("NODE_AUTH_TOKEN", "word"), ("AWS_SECRET", None)]
)
def test_variables_of_the_project_s_file(places: Places, variable: str, token: str | None) -> None:
    """A project names the host as well, so it may send npm's own variables there and no others."""
    write(places.project, ".npmrc", f"registry=http://a.example\n//a.example/:_authToken=${{{variable}}}\n")
    assert addresses.npm(places._replace(env={variable: "word"}))[""].token == token


def test_a_login_of_the_user_holds(places: Places) -> None:
    """A variable that a project may not name takes no login from a person's own file."""
    write(places.home, ".npmrc", "//a.example/:_authToken=mine\n")
    write(places.project, ".npmrc", "registry=http://a.example\n//a.example/:_authToken=${AWS_SECRET}\n")
    assert addresses.npm(places._replace(env={"AWS_SECRET": "word"}))[""].token == "mine"


def test_no_address_can_be_read(places: Places) -> None:
    """Then no index is asked: private names would go to a public one."""
    assert addresses.pypi(places._replace(env={"PIP_INDEX_URL": "http://["})) == []


def test_addresses_that_cannot_be_read(places: Places) -> None:
    """They are none, and the others hold."""
    env = {"PIP_INDEX_URL": "http://a.example:port/s http://[/s http://a.example:99999/s http://b.example/s"}
    assert shown(places._replace(env=env)) == ["http://b.example/s"]


def test_encoded_credentials() -> None:
    """They are decoded, as pip, uv and npm do."""
    entry = addresses.registry("http://me%40corp:p%40ss@a.example/s", "a test")
    assert entry is not None
    assert (entry.address, entry.user, entry.password) == ("http://a.example/s", "me@corp", "p@ss")


def test_logins_of_uv(places: Places) -> None:
    """An index's login is in variables of its name; a project gets none for a name that is another host's."""
    write(places.project, "uv.toml", '[[index]]\nname = "my-own"\nurl = "http://other@a.example/s"\n')
    env = {"UV_INDEX_MY_OWN_USERNAME": "me", "UV_INDEX_MY_OWN_PASSWORD": "word"}
    rows = addresses.pypi(places._replace(env={**env, "UV_INDEX": "x=http://b.example/s?a=b"})) or []
    assert [(row.address, row.user, row.password) for row in rows] == [
        ("http://b.example/s", None, None), ("http://a.example/s", "me", "word"),
    ]  # fmt: skip
    write(places.home, ".config/uv/uv.toml", '[[index]]\nname = "my-own"\nurl = "http://c.example/s"\n')
    rows = addresses.pypi(places._replace(env={"UV_INDEX_MY_OWN_PASSWORD": "word"})) or []
    assert [(row.host, row.user, row.password) for row in rows] == [
        ("a.example", "other", None), ("c.example", "", "word"),
    ]  # fmt: skip


CARGO = '[registries.my-own]\nindex = "sparse+http://{}.example/i/"\n'


def test_logins_of_cargo(places: Places) -> None:
    """A registry's token goes to it where it stands for the default; a project gets none for another host's name."""
    write(
        places.project,
        ".cargo/config.toml",
        CARGO.format("a") + '[source.crates-io]\nreplace-with = "my-own"\n',
    )
    write(
        places.home,
        ".cargo/credentials.toml",
        '[registry]\ntoken = "no"\n[registries.my-own]\ntoken = "word"\n',
    )
    env = {"CARGO_REGISTRY_TOKEN": "no"}
    entry = addresses.crates(places._replace(env=env))["crates-io"]
    assert (entry.address, entry.authorization) == ("http://a.example/i", "word")
    env["CARGO_REGISTRIES_MY_OWN_TOKEN"] = "Bearer newer"
    assert addresses.crates(places._replace(env=env))["crates-io"].authorization == "Bearer newer"
    write(places.home, ".cargo/config.toml", CARGO.format("b"))
    assert addresses.crates(places._replace(env=env))["crates-io"].authorization is None
