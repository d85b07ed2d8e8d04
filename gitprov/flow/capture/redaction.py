"""Removes secrets from reports before they are stored, and decides which instruction files may be stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gitprov.errors import ConfigError, NotARepository
from gitprov.model.event import ContentRef
from gitprov.model.named import NamedTuple
from gitprov.model.settings.config import Config

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitprov.agents.payloads.protocol import EditReport
    from gitprov.git.repo import Repository
    from gitprov.store.inbox.inbox import Inbox

REDACTIONS = "redactions"
"""Field of a content reference, and of a turn for its short fields: the number of secrets that were removed
before they were stored."""

_FIELDS = (
    *("agent", "agent_version", "model", "session", "turn", "tool", "tool_use_id", "prompt_name"),
    *("prompt_version", "params", "request_id", "usage"),
)


class CleanText(NamedTuple):
    """A text without secrets, and how many there were."""

    text: bytes
    finds: int


def redactor(config: Config, *, always: bool = False) -> Callable[[bytes], CleanText]:
    """A function that redacts a text as the configuration has it: not at all where `privacy` is `full`.

    `always`: regardless of `privacy`, for text in files of the project that people read, such as
    the previews of a baseline, the inputs of a recording and the values of a pin. The function is faster
    where a text is similar to the one before it.
    """
    if config.privacy == "full" and not always:
        return lambda text: CleanText(text, 0)
    from gitprov.checks.secrets.redact import Redactor

    tool = Redactor(
        allow=config.redact_allow, extra=[(rule.name, rule.regex) for rule in config.redact_extra]
    )

    def redact(text: bytes) -> CleanText:
        done = tool.redact(text)
        return CleanText(done.text, done.count)

    return redact


def redaction_around(directory: str, env: Mapping[str, str]) -> Callable[[str], str]:
    """The `redactor` of texts for people, by the settings of the repository around a directory.

    Outside a repository the built-in rules hold. ConfigError where the settings are wrong.
    """
    from gitprov.git.repo import Repository
    from gitprov.store.config import load_config

    try:
        with Repository.discover(directory, env) as repo:
            config = load_config(repo.worktree, repo.config("gitprov."))
    except NotARepository:
        config = load_config(None, {})
    redact = redactor(config, always=True)
    return lambda text: redact(text.encode("utf-8", "surrogatepass")).text.decode("utf-8", "surrogatepass")


class CleanReport(NamedTuple):
    """A report whose short fields have no secrets, and how many there were."""

    edit: EditReport
    finds: int


class FieldCleaner:
    """Removes secrets from values of JSON. `count` is how many it removed."""

    def __init__(self, redact: Callable[[bytes], CleanText]) -> None:
        self._redact = redact
        self.count = 0

    def clean(self, value: Any) -> Any:  # noqa: ANN401  # JSON
        """A field of the record without secrets: text, or lists and mappings of text, including the keys."""
        if isinstance(value, str):
            text, count = self._redact(value.encode("utf-8", "surrogatepass"))
            self.count += count
            return text.decode("utf-8", "surrogatepass")
        if isinstance(value, Mapping):
            return {self.clean(name): self._clean_item(name, item) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return list(value) if self._are_clean(value) else [self.clean(item) for item in value]
        return value

    def clean_all(self, values: Sequence[Any]) -> list[Any]:
        """Fields of the record without secrets, as by `clean`, with one search for all that are text."""
        if self._are_clean([value for value in values if isinstance(value, str)]):
            return [value if isinstance(value, str) else self.clean(value) for value in values]
        return [self.clean(value) for value in values]

    def _are_clean(self, items: Sequence[Any]) -> bool:
        """Whether items are texts without secrets, by one search for all: lines are searched one by one."""
        if len(items) < 2 or not all(isinstance(item, str) for item in items):
            return False
        return not self._redact("\n".join(items).encode("utf-8", "surrogatepass")).finds

    def _clean_item(self, name: str, item: Any) -> Any:  # noqa: ANN401  # JSON
        """A named value, redacted together with its name, which may mark a text as a secret (`api_key`)."""
        if not isinstance(item, str) or "\n" in item:
            return self.clean(item)
        start, before = f"{name} = ", self.count
        text = self.clean(f'{start}"{item}"')
        if text.startswith(start):
            return text[len(start) + 1 : -1]
        self.count = before
        return self.clean(item)


class Cleaner:
    """Removes secrets from reports about one work tree."""

    def __init__(self, config: Config) -> None:
        self._redact = redactor(config)
        self._field = FieldCleaner(redactor(config))

    @classmethod
    def of_project(cls, worktree: str) -> Cleaner:
        """By the project's configuration; by the defaults where that is invalid.

        A person's own settings can only be stricter, and are applied when a commit freezes the generation.
        """
        from gitprov.store.config import load_config

        try:
            return cls(load_config(worktree, {}))
        except ConfigError:
            return cls(Config())

    def text(self, inbox: Inbox, text: str | None) -> ContentRef | None:
        """A prompt or output, stored without its secrets; None for no text."""
        if text is None:
            return None
        clean = self._redact(text.encode("utf-8", "surrogatepass"))
        ref = inbox.put_text(clean.text.decode("utf-8", "surrogatepass"))
        return ref._replace(extra={REDACTIONS: clean.finds}) if clean.finds else ref

    def report(self, edit: EditReport) -> CleanReport:
        """A report without secrets in its short fields; its prompt, output and contents stay as they are."""
        self._field.count = 0
        values = self._field.clean_all([getattr(edit, name) for name in _FIELDS])
        return CleanReport(edit._replace(**dict(zip(_FIELDS, values, strict=True))), self._field.count)


def stored(repo: Repository, config: Config) -> Callable[[str], bool]:
    """Whether the text of an instruction file may be stored, by its path as turns record it.

    A person's own file is stored only where that person's configuration allows it. A file that the project's
    configuration names, and that is not one of the usual instruction files, must be tracked by git: otherwise
    a project could have any untracked file stored.
    """

    def stores(path: str) -> bool:
        if path.startswith("~"):
            return config.personal_instructions
        usual = any(path == name or path.endswith("/" + name) for name in Config().instructions)
        return usual or repo.objects.get(f":{path}") is not None

    return stores
