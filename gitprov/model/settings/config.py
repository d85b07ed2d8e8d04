"""The configuration as one typed value, and its parser, whose errors name the file, the key and the type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from gitprov.errors import ConfigError
from gitprov.model.named import NamedTuple
from gitprov.model.settings.setting_types import (
    Wrong,
    address,
    choices,
    flag,
    nearest,
    one_of,
    shown,
    some_of,
    texts,
    whole,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitprov.model.behaviour.feature import Features
    from gitprov.model.behaviour.spending import SpendingRules
    from gitprov.model.settings.policy import Policies

PRIVACY = ("full", "redacted", "hash-only")
"""Privacy tiers, each stricter than the one before."""

REQUIRE = ("prompt", "model")
SIGNATURES = ("notes", "commits")
RESERVED_KINDS = ("private-key",)
"""Kinds of secret whose names a project's own rule may not have."""

NOT_OURS = ("install.", "internal.")
"""Sections of `git config gitprov.*` that gitprov keeps for itself; they are no settings."""


class ExtraRule(NamedTuple):
    """A project's own kind of secret: `regex` is searched for in each single line."""

    name: str
    regex: str


class Config(NamedTuple):
    """Every setting, with its default."""

    trailers: tuple[str, ...] = ("ai-trace",)
    custom_trailers: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    privacy: str = "redacted"
    sidecar: bool = False
    markers: bool = False
    sweep: bool = True
    instructions: tuple[str, ...] = (
        "CLAUDE.md",
        "CLAUDE.local.md",
        ".claude/CLAUDE.md",
        "AGENTS.md",
        "GEMINI.md",
        ".cursorrules",
        ".windsurfrules",
        ".clinerules",
        ".github/copilot-instructions.md",
        ".aider.conf.yml",
    )
    plans: tuple[str, ...] = ("plan.md", "PLAN.md", "docs/specs/**", "docs/plans/**", "specs/**")
    prompts: tuple[str, ...] = ("prompts/**/*.md",)
    share_generations: bool = False
    share_required: bool = False
    inbox_max_file_bytes: int = 1 << 20
    inbox_keep_days: int = 30
    inbox_max_archive_bytes: int = 256 << 20
    redact_allow: tuple[str, ...] = ()
    redact_extra: tuple[ExtraRule, ...] = ()
    feeds_pypi_popular: str | None = None
    feeds_npm_popular: str | None = None
    feeds_import_map: str | None = None
    feeds_pypi_advisories: str | None = None
    feeds_osv: str | None = None
    feeds_uv_audit: bool = False
    verify_signatures: tuple[str, ...] = ()
    personal_instructions: bool = False
    checks: Policies | None = None
    features: Features | None = None
    drift: SpendingRules | None = None

    @property
    def guards(self) -> bool:
        """Whether commits without any evidence are checked too."""
        return self.markers or self.sidecar or "forbid" in self.trailers


def _profiles(value: object) -> tuple[str, ...]:
    from gitprov.model.settings import profiles

    chosen = some_of(profiles.PROFILES)(value)
    if not chosen:
        raise Wrong('must be a list with at least one profile; "none" is the one that writes nothing')
    return chosen


def _templates(value: object) -> tuple[str, ...]:
    from gitprov.model.settings import profiles

    templates = texts(value)
    for template in templates:
        problem = profiles.template_problem(template)
        if problem is not None:
            raise Wrong(f"must be a list of trailer templates; {shown(template)} {problem}")
    return templates


def _paths(value: object) -> tuple[str, ...]:
    paths = texts(value)
    for path in paths:
        if not path or path.startswith("/") or ".." in path.split("/") or "\0" in path:
            raise Wrong(f"must be a list of paths inside the repository, not {shown(path)}")
    return paths


def _check_regex(regex: str) -> None:
    """Wrong unless the text is a regular expression that needs at least one character to match."""
    import warnings

    from gitprov.model.untrusted import safe_regex

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compiled = re.compile(regex.encode("utf-8", "surrogatepass"))
    except (re.error, OverflowError, RecursionError) as error:
        raise Wrong(f"must hold regular expressions; {shown(regex)} is not one: {error}") from None
    if safe_regex.is_slow(regex):
        raise Wrong(
            f"must not hold {shown(regex)}: too long, or a repeat or a choice inside a repeat is slow"
        )
    if compiled.search(b"") is not None:
        raise Wrong(f"must not hold {shown(regex)}, which matches nothing at all, and so everywhere")


def _regexes(value: object) -> tuple[str, ...]:
    from gitprov.model.untrusted import safe_regex

    regexes = texts(value)
    for regex in regexes:
        _check_regex(regex)
        if safe_regex.excuses_secrets(regex):
            raise Wrong(f"must not hold {shown(regex)}, which would excuse real secrets; name test values")
    return regexes


def _extra(value: object) -> tuple[ExtraRule, ...]:
    shape = "must be a list of tables {name = text, regex = text}"
    if not isinstance(value, list):
        raise Wrong(f"{shape}, not {shown(value)}")
    rules = []
    for item in value:
        fits = isinstance(item, dict) and set(item) == {"name", "regex"}
        if not fits or not all(isinstance(text, str) for text in item.values()):
            raise Wrong(f"{shape}, not {shown(item)}")
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", item["name"]) or item["name"] in RESERVED_KINDS:
            raise Wrong(f"must name its rules in lower-case words joined by '-', not {shown(item['name'])}")
        _check_regex(item["regex"])
        rules.append(ExtraRule(item["name"], item["regex"]))
    return tuple(dict.fromkeys(rules))


def _features(value: object) -> Features:
    from gitprov.model.behaviour.feature import features

    return features(value)


def _spending(value: object) -> SpendingRules:
    from gitprov.model.behaviour.spending import spending_rules

    return spending_rules(value)


def _policies(value: object) -> Policies:
    from gitprov.model.settings.policy import policies

    return policies(value)


class Key(NamedTuple):
    """One setting. `name` is its dotted name in a file; `type` is its type in words; `shape` is its form in
    `git config`: flag, whole, word, words (comma-separated), lines, or None where only a file may set it.
    """

    name: str
    type: str
    shape: str | None
    check: Callable[[object], Any]
    about: str

    @property
    def field(self) -> str:
        """The field of `Config` that holds it."""
        return self.name.replace(".", "_")


KEYS = (
    Key("trailers", "list of profiles", "words", _profiles, "Trailers that commits with AI lines get"),
    Key("custom_trailers", "list of templates", "lines", _templates, "Templates of the profile `custom`"),
    Key("require", 'list of "prompt", "model"', "words", some_of(REQUIRE), "What a generation must have before its lines may be committed"),
    Key("privacy", '"full", "redacted" or "hash-only"', "word", one_of(PRIVACY), "How much of prompts and outputs is kept"),
    Key("sidecar", "true or false", "flag", flag, "Write and guard `.ai-trace/<path>.json`"),
    Key("markers", "true or false", "flag", flag, "Guard inline `ai-trace: <trace id>` comments"),
    Key("sweep", "true or false", "flag", flag, "Read agents' own records of sessions in this work tree for edits that no hook reported"),
    Key("instructions", "list of paths", "words", _paths, "Instruction files whose digests a generation records"),
    Key("plans", "list of patterns", "words", _paths, "Files that are instructions of a turn which reads them: patterns as in `.gitignore`, without `!`"),
    Key("prompts", "list of patterns", "words", _paths, "Files that are prompts: patterns as in `.gitignore`, without `!`"),
    Key("share.generations", "true or false", "flag", flag, "Prompts and outputs are shared with remotes, as notes always are"),
    Key("share.required", "true or false", "flag", flag, "A push stops where its records cannot be shared (with the pre-push hook)"),
    Key("inbox.max_file_bytes", "whole number", "whole", whole(1), "Larger files are recorded by digest only"),
    Key("inbox.keep_days", "whole number", "whole", whole(1), "Days that spent and unspent evidence is kept"),
    Key("inbox.max_archive_bytes", "whole number", "whole", whole(0), "Size at which the oldest archived evidence goes"),
    Key("redact.allow", "list of regular expressions", None, _regexes, "Text that looks like a secret and is none"),
    Key("redact.extra", "list of {name, regex}", None, _extra, "Kinds of secret that only this project has"),
    Key("feeds.pypi_popular", "address", "word", address, "Where `gitprov feeds update` gets the popular Python packages: a name a line, or a JSON list"),
    Key("feeds.npm_popular", "address", "word", address, "The same for npm packages"),
    Key("feeds.import_map", "address", "word", address, "The same for modules: a JSON object, module → packages"),
    Key("feeds.pypi_advisories", "address", "word", address, "The same for known vulnerabilities: a JSON object with `source`, `date` and `advisories`"),
    Key("feeds.osv", "address", "word", address, "A service of the OSV format, which `gitprov check deps` asks for known vulnerabilities; without it the list is used"),
    Key("feeds.uv_audit", "true or false", "flag", flag, "`gitprov check deps` asks for known vulnerabilities of PyPI packages through `uv audit`, at the address in `osv` or at uv's own"),
    Key("verify.signatures", 'list of "notes", "commits"', "words", some_of(SIGNATURES), "What `gitprov verify` wants signed: the commits of the notes ref, the commits it looks at"),
    Key("personal_instructions", "true or false", "flag", flag, "Store the text of your own `~/.claude/CLAUDE.md`, not its digest alone (`git config` only)"),
    Key("checks", "table", None, _policies, "What `gitprov check` judges, and what fails it: [its keys](#keys-of-checks)"),
    Key("features", "table", None, _features, "Code whose behaviour is pinned and watched, by name: [its keys](#keys-of-features)"),
    Key("drift", "table", None, _spending, "What generating for [drift](drift.md) costs and may cost: [its keys](#keys-of-drift)"),
)  # fmt: skip
"""Every key, in the order of the documentation."""

PERSONAL = ("personal_instructions",)
"""Keys that only a person may set: a project's file must not decide about that person's own data."""

_BY_NAME = {key.name: key for key in KEYS}
_SECTIONS = frozenset(key.name.partition(".")[0] for key in KEYS if "." in key.name)


def _unknown(name: str, source: str) -> ConfigError:
    return ConfigError(
        f"{source}: unknown key {shown(name)}; the nearest known key is {shown(nearest(name, _BY_NAME))}"
    )


def _flat(mapping: Mapping[str, object], source: str) -> dict[str, object]:
    """Dotted name -> value. ConfigError for a name that is no key."""
    flat: dict[str, object] = {}
    for name, value in mapping.items():
        if name not in _SECTIONS:
            flat[name] = value
        elif isinstance(value, dict):
            flat.update({f"{name}.{inner}": innermost for inner, innermost in value.items()})
        else:
            raise ConfigError(f"{source}: [{name}] must be a table, not {shown(value)}")
    for name in flat:
        if name not in _BY_NAME:
            raise _unknown(name, source)
    return flat


def _checked(flat: Mapping[str, object], source: str) -> dict[str, Any]:
    """Field -> value as `Config` holds it. ConfigError for a value that its key does not take."""
    fields = {}
    for name, value in flat.items():
        try:
            fields[_BY_NAME[name].field] = _BY_NAME[name].check(value)
        except Wrong as wrong:
            raise ConfigError(f"{source}: {name}{wrong.inside} {wrong}") from None
    return fields


def _without_conflict(config: Config, source: str) -> Config:
    """The configuration `config`, unchanged. ConfigError where two settings contradict each other."""
    from gitprov.model.settings import profiles

    for lonely in profiles.ALONE:
        if lonely in config.trailers and len(config.trailers) > 1:
            others = choices(tuple(name for name in config.trailers if name != lonely))
            raise ConfigError(f'{source}: trailers cannot hold "{lonely}" together with {others}')
    if "custom" in config.trailers and not config.custom_trailers:
        raise ConfigError(
            f'{source}: trailers holds "custom" but custom_trailers is empty',
            hint='custom_trailers = ["Generated-with: {agent} {model}"]',
        )
    return config


def parse_config(mapping: Mapping[str, object], source_name: str) -> Config:
    """The configuration that a parsed TOML table holds.

    ConfigError names `source_name` (a file), the key, the right type and, for an unknown key, the nearest
    known one.
    """
    flat = _flat(mapping, source_name)
    for name in PERSONAL:
        if name in flat:
            raise ConfigError(
                f"{source_name}: {name} can only be set by each person for herself",
                "git config --global gitprov." + name.title().replace("_", "") + " true",
            )
    config = Config()._replace(**_checked(flat, source_name))
    return _without_conflict(config, source_name)


_YES = ("true", "yes", "on", "1")
_NO = ("false", "no", "off", "0", "")
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def _typed(text: str, shape: str) -> object:
    """A `git config` value with its TOML type; text that does not fit stays text, which the check rejects."""
    if shape == "flag":
        lowered = text.strip().lower()
        return True if lowered in _YES else False if lowered in _NO else text
    if shape == "whole":
        number = re.fullmatch(r"\s*([0-9]{1,15})([kmg]?)\s*", text, re.IGNORECASE | re.ASCII)
        return text if number is None else int(number[1]) * _UNITS.get(number[2].lower(), 1)
    if shape == "word":
        return text.strip()
    parts = text.split("\n") if shape == "lines" else text.replace("\n", ",").split(",")
    return [part.strip() for part in parts if part.strip()]


def _personal_name(key: Key) -> str:
    """A key as `git config` prints it: git allows no underscore in keys."""
    return key.name.replace("_", "")


def apply_personal(config: Config, personal: Mapping[str, str]) -> Config:
    """A project's configuration, overridden by a person's `git config gitprov.*`.

    Keys are as git prints them (`gitprov.share.generations`), without underscores or with dashes. A person
    may make a project's rules stricter, never weaker: the stricter privacy holds, requirements add up,
    `forbid` stays.
    """
    source = "git config"
    names = {_personal_name(key): key for key in KEYS}
    flat: dict[str, object] = {}
    for git_name, text in personal.items():
        name = git_name.lower().removeprefix("gitprov.").replace("-", "").replace("_", "")
        if name.startswith(NOT_OURS):
            continue
        if name not in names:
            raise _unknown(git_name, source)
        key = names[name]
        if key.shape is None:
            raise ConfigError(f"{source}: {git_name} can only be set in .gitprov.toml or pyproject.toml")
        flat[key.name] = _typed(text, key.shape)
    fields = _checked(flat, source)
    if "privacy" in fields:
        fields["privacy"] = max(fields["privacy"], config.privacy, key=PRIVACY.index)
    for name in ("require", "verify_signatures"):
        if name in fields:
            fields[name] = tuple(dict.fromkeys((*getattr(config, name), *fields[name])))
    if "forbid" in config.trailers:
        fields.pop("trailers", None)
    return _without_conflict(config._replace(**fields), source)
