"""The configuration value and its parser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.errors import ConfigError
from gitprov.model.settings.config import KEYS, PRIVACY, Config, ExtraRule, Key, apply_personal, parse_config
from tests.support.sealed import ROOT

FILE = ".gitprov.toml"
EVERYTHING: dict[str, Any] = {
    "trailers": ["ai-trace", "custom"],
    "custom_trailers": ["X-AI: {model}"],
    "require": ["prompt", "model"],
    "privacy": "full",
    "sidecar": True,
    "markers": True,
    "instructions": ["CLAUDE.md", "docs/rules.md"],
    "share": {"generations": True},
    "inbox": {"max_file_bytes": 10, "keep_days": 2, "max_archive_bytes": 0},
    "redact": {"allow": ["^test-"], "extra": [{"name": "door-code", "regex": "DOOR-[0-9]+"}]},
}


def problem(mapping: dict[str, Any]) -> str:
    """The message that parsing a mapping ends with."""
    with pytest.raises(ConfigError) as caught:
        parse_config(mapping, FILE)
    assert "\n" not in caught.value.message
    return caught.value.message


def personal_problem(personal: dict[str, str]) -> str:
    """The message that personal settings end with."""
    with pytest.raises(ConfigError) as caught:
        apply_personal(Config(), personal)
    return caught.value.message


def test_nothing_gives_the_defaults() -> None:
    """An empty table is the default configuration, which is the careful one."""
    config = parse_config({}, FILE)
    assert config == Config()
    assert (config.trailers, config.privacy, config.share_generations) == (("ai-trace",), "redacted", False)
    assert {"CLAUDE.md", "AGENTS.md", "GEMINI.md", ".cursorrules", ".aider.conf.yml"} <= set(
        config.instructions
    )


def test_every_key_is_read() -> None:
    """Each key lands in its own field with its type."""
    assert parse_config(EVERYTHING, FILE) == Config(
        trailers=("ai-trace", "custom"),
        custom_trailers=("X-AI: {model}",),
        require=("prompt", "model"),
        privacy="full",
        sidecar=True,
        markers=True,
        instructions=("CLAUDE.md", "docs/rules.md"),
        share_generations=True,
        inbox_max_file_bytes=10,
        inbox_keep_days=2,
        inbox_max_archive_bytes=0,
        redact_allow=("^test-",),
        redact_extra=(ExtraRule("door-code", "DOOR-[0-9]+"),),
    )


def test_keys_and_fields_are_the_same() -> None:
    """No field without a key, no key without a field."""
    assert [key.field for key in KEYS] == list(Config._fields)


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"trailer": ["none"]}, ['unknown key "trailer"', '"trailers"']),
        ({"generations": True}, ['unknown key "generations"', '"share.generations"']),
        ({"share": {"generation": True}}, ['unknown key "share.generation"', '"share.generations"']),
        ({"inbox": {"keepdays": 1}}, ['"inbox.keep_days"']),
        ({"share": True}, ["[share] must be a table, not true"]),
        ({"trailers": "none"}, ["trailers must be a list of text", '"none"']),
        ({"trailers": ["kernal"]}, ['"kernal"', '"kernel"']),
        ({"trailers": []}, ["at least one profile"]),
        ({"trailers": [1]}, ["trailers must be a list of text, not [1]"]),
        ({"custom_trailers": ["nonsense"]}, ["custom_trailers", '"nonsense"', "Key: value"]),
        ({"custom_trailers": ["Signed-off-by: {agent}"]}, ["must not write Signed-off-by"]),
        ({"require": ["prompts"]}, ['"prompt", "model"', '"prompts"']),
        ({"privacy": "secret"}, ["privacy must be one of", '"hash-only"', '"secret"']),
        ({"privacy": 1}, ["privacy must be one of", "not 1"]),
        ({"sidecar": "yes"}, ["sidecar must be true or false"]),
        ({"markers": 1}, ["markers must be true or false, not 1"]),
        ({"instructions": ["/etc/passwd"]}, ["instructions", "inside the repository"]),
        ({"instructions": ["a/../../b"]}, ["inside the repository"]),
        ({"instructions": [""]}, ["inside the repository"]),
        ({"inbox": {"max_file_bytes": 0}}, ["inbox.max_file_bytes must be a whole number, 1 or more, not 0"]),
        ({"inbox": {"keep_days": True}}, ["whole number", "not true"]),
        ({"inbox": {"keep_days": 1.5}}, ["whole number", "1.5"]),
        ({"redact": {"allow": ["("]}}, ["redact.allow", "regular expressions"]),
        ({"redact": {"allow": ["[[x]*"]}}, ["redact.allow", "everywhere"]),
        ({"redact": {"extra": "x"}}, ["redact.extra must be a list of tables"]),
        ({"redact": {"extra": [{"name": "x"}]}}, ["{name = text, regex = text}"]),
        ({"redact": {"extra": ["x"]}}, ["{name = text, regex = text}"]),
        ({"redact": {"extra": [{"name": "x", "regex": 1}]}}, ["{name = text, regex = text}"]),
        ({"redact": {"extra": [{"name": "X Y", "regex": "x"}]}}, ["lower-case", '"X Y"']),
        ({"redact": {"extra": [{"name": "private-key", "regex": "x"}]}}, ['"private-key"']),
        ({"redact": {"extra": [{"name": "x", "regex": "["}]}}, ["redact.extra", "regular expressions"]),
        ({"trailers": ["forbid", "kernel"]}, ['"forbid" together with "kernel"']),
        ({"trailers": ["none", "kernel"]}, ['"none" together with "kernel"']),
        ({"trailers": ["custom"]}, ["custom_trailers is empty"]),
        ({"privacy": "x" * 500}, ["..."]),
    ],
)
def test_wrong_value_says_file_key_and_type(mapping: dict[str, Any], words: list[str]) -> None:
    """Every mistake names the file, the key and what is wanted, in one line."""
    message = problem(mapping)
    assert message.startswith(f"{FILE}: ")
    for word in words:
        assert word in message


def test_repeats_are_dropped() -> None:
    """A list that says a thing twice says it once."""
    assert parse_config({"trailers": ["kernel", "kernel"]}, FILE).trailers == ("kernel",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from([key.name.partition(".")[0] for key in KEYS]) | st.text(max_size=10)


@pytest.mark.slow
@given(st.dictionaries(NAMES, JSON, max_size=4))
def test_any_mapping_is_a_config_or_a_config_error(mapping: dict[str, Any]) -> None:
    """Nothing that TOML can express raises anything but a ConfigError of one line."""
    try:
        config = parse_config(mapping, FILE)
    except ConfigError:
        return
    assert config.privacy in PRIVACY


def test_personal_settings_are_applied_on_top() -> None:
    """Keys come as git prints them; lists, truth values and sizes are spelled as git spells them."""
    personal = {
        "gitprov.trailers": "ai-trace, custom",
        "gitprov.customtrailers": "X: {model}, {agent}\nY: {trace}",
        "gitprov.require": "model",
        "gitprov.privacy": "hash-only",
        "gitprov.sidecar": "yes",
        "gitprov.markers": "off",
        "gitprov.instructions": "A.md,b/C.md",
        "gitprov.share.generations": "true",
        "gitprov.inbox.maxfilebytes": "2m",
        "gitprov.inbox.keep-days": " 7 ",
        "gitprov.inbox.max_archive_bytes": "1K",
        "gitprov.install.hookspath": "whatever gitprov remembers",
    }
    assert apply_personal(Config(markers=True), personal) == Config(
        trailers=("ai-trace", "custom"),
        custom_trailers=("X: {model}, {agent}", "Y: {trace}"),
        require=("model",),
        privacy="hash-only",
        sidecar=True,
        markers=False,
        instructions=("A.md", "b/C.md"),
        share_generations=True,
        inbox_max_file_bytes=2 << 20,
        inbox_keep_days=7,
        inbox_max_archive_bytes=1024,
    )


@pytest.mark.parametrize("project", PRIVACY)
@pytest.mark.parametrize("person", PRIVACY)
def test_privacy_only_gets_stricter(project: str, person: str) -> None:
    """Of the project's tier and the person's, the stricter stands."""
    config = apply_personal(Config(privacy=project), {"gitprov.privacy": person})
    assert PRIVACY.index(config.privacy) == max(PRIVACY.index(project), PRIVACY.index(person))


def test_a_person_cannot_weaken_the_gate() -> None:
    """Requirements add up, and a project that forbids AI trailers stays so."""
    project = Config(trailers=("forbid",), require=("prompt",))
    config = apply_personal(project, {"gitprov.trailers": "kernel", "gitprov.require": "model"})
    assert (config.trailers, config.require) == (("forbid",), ("prompt", "model"))


@pytest.mark.parametrize(
    ("personal", "words"),
    [
        ({"gitprov.privcy": "full"}, ['"gitprov.privcy"', '"privacy"']),
        ({"gitprov.privacy": "some"}, ["git config: privacy must be one of"]),
        ({"gitprov.sidecar": "maybe"}, ["sidecar must be true or false"]),
        ({"gitprov.inbox.keepdays": "-1"}, ["inbox.keep_days must be a whole number"]),
        ({"gitprov.redact.allow": "x"}, ["gitprov.redact.allow can only be set in"]),
        ({"gitprov.trailers": "custom"}, ["custom_trailers is empty"]),
        ({"gitprov.trailers": ""}, ["at least one profile"]),
    ],
)
def test_wrong_personal_setting_says_so(personal: dict[str, str], words: list[str]) -> None:
    """Personal settings are validated as the file is."""
    message = personal_problem(personal)
    for word in words:
        assert word in message


@given(st.dictionaries(st.sampled_from([f"gitprov.{key.name}" for key in KEYS]), st.text(max_size=20)))
def test_any_personal_text_is_a_config_or_a_config_error(personal: dict[str, str]) -> None:
    """Nothing that git config can hold raises anything but a ConfigError."""
    try:
        config = apply_personal(Config(), personal)
    except ConfigError:
        return
    assert config.privacy in ("redacted", "hash-only")


def shown(value: object) -> str:
    """A default as the documentation spells it."""
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{item}"' for item in value) + "]`"
    if value is None:
        return "none"
    if value == {}:
        return "`{}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def default(defaults: Config, key: Key) -> object:
    """The default of a key; an empty table where it is a table."""
    value: object = getattr(defaults, key.field)
    return {} if value is None and key.type == "table" else value


def table_rows() -> list[str]:
    """The rows that the documentation's table of keys must have."""
    defaults = Config()
    return [f"| `{key.name}` | {key.type} | {shown(default(defaults, key))} | {key.about} |" for key in KEYS]


def test_documentation_has_exactly_the_parsers_keys() -> None:
    """The table in docs/configuration.md is the parser's table: keys, types, defaults, words."""
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    section = page.partition("## Keys")[2].partition("\n## ")[0]
    assert [line for line in section.splitlines() if re.match(r"\| `", line)] == table_rows()
