"""Generates samples of a feature's code, and makes a generation of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from gitprov.behaviour.reply import ReplyCode, code_in
from gitprov.errors import ConfigError, GitprovError
from gitprov.flow.evidence.freeze import redactor
from gitprov.git.process import encode
from gitprov.model import canonical, generation, ids
from gitprov.model.canonical import JsonObject
from gitprov.model.generation import Edit, Generation
from gitprov.model.sha import blob_hasher

if TYPE_CHECKING:
    from gitprov.git.repo import Repository
    from gitprov.model.config import Config
    from gitprov.model.feature import Feature
    from gitprov.model.reply import Reply

_WORKERS = 4
AGENT = "gitprov-drift"
"""The agent of the generations that drift runs make."""


class PromptText(NamedTuple):
    """A prompt that is generated with: its path, its text, its version where it names one."""

    path: str
    text: bytes
    version: str | None


class Drawn(NamedTuple):
    """One sample as it came: the whole reply, and the code in it."""

    reply: Reply
    code: ReplyCode


class Maker(NamedTuple):
    """Who made the samples of a run: `session` is the run's name, `at` its moment, `human` who started it."""

    session: str
    at: str
    human: str


def drawn(
    repo: Repository, name: str, feature: Feature, prompt: PromptText, count: int, model: str | None
) -> list[Drawn]:
    """Generate `count` samples. ConfigError where the feature has no generator."""
    ask = _generator(repo, name, feature, model)
    function = feature.function.partition(":")[2]
    text = prompt.text.decode("utf-8", "replace")
    with ThreadPoolExecutor(_WORKERS) as pool:
        replies = list(pool.map(lambda number: ask(text, number), range(count)))
    return [Drawn(reply, code_in(reply.text, function)) for reply in replies]


def _generator(
    repo: Repository, name: str, feature: Feature, model: str | None
) -> Callable[[str, int], Reply]:
    if feature.generate:
        return _command(repo, feature.generate, model)
    if feature.endpoint:
        return _endpoint(repo, feature, model)
    raise ConfigError(
        f"features.{name} has no generator",
        'generate = ["COMMAND", …] reads the prompt and writes code; or: endpoint = "ADDRESS"',
    )


def _command(repo: Repository, words: Sequence[str], model: str | None) -> Callable[[str, int], Reply]:
    from gitprov.sandbox.generator import generated

    line = [word.replace("{model}", model or "") for word in words]

    def ask(prompt: str, number: int) -> Reply:
        env = {**repo.env, "GITPROV_SAMPLE": str(number), "GITPROV_MODEL": model or ""}
        return generated(line, encode(prompt), repo.worktree or repo.cwd, env)._replace(model=model)

    return ask


def _endpoint(repo: Repository, feature: Feature, model: str | None) -> Callable[[str, int], Reply]:
    try:
        from gitprov.feeds.completions import ModelServer, complete
    except ImportError:
        raise GitprovError("an endpoint needs httpx", "pip install 'gitprov[checks]'") from None
    key = repo.env.get(feature.api_key) if feature.api_key else None
    if feature.api_key and not key:
        raise GitprovError(f"the variable {feature.api_key} with the server's key is not set")
    server = ModelServer(feature.endpoint or "", key)

    def ask(prompt: str, number: int) -> Reply:
        reply = complete(server, model, prompt, number)
        return reply._replace(model=reply.model or model)

    return ask


def recorded(
    repo: Repository,
    config: Config,
    feature: Feature,
    prompt: PromptText,
    samples: Sequence[Drawn],
    maker: Maker,
) -> list[Generation]:
    """The generation of each sample, with its contents as the privacy settings allow. Nothing is written."""
    redact = redactor(config)
    keeps = config.privacy != "hash-only"
    prompt_text, prompt_count = redact(prompt.text)
    path = feature.function.partition(":")[0].replace(".", "/") + ".py"
    out = []
    for number, sample in enumerate(samples):
        output, output_count = redact(encode(sample.reply.text))
        code, _ = redact(encode(sample.code.code))
        edit = _edit(repo, path, code)
        usage = {"input_tokens": sample.reply.input_tokens, "output_tokens": sample.reply.output_tokens}
        record: JsonObject = {
            "v": generation.VERSION,
            "key": ids.prompt_key(sample.reply.model, prompt_text),
            "agent": {"name": AGENT, "version": None},
            "subagent": None,
            "model": sample.reply.model,
            "params": {},
            "session": maker.session,
            "turn": str(number),
            "request_id": sample.reply.request,
            "request_ids": [sample.reply.request] if sample.reply.request else [],
            "parent": None,
            "at": maker.at,
            "human": maker.human,
            "prompt": {
                "digest": canonical.digest(prompt_text),
                "available": keeps,
                "redactions": prompt_count,
                "name": prompt.path,
                "version": prompt.version,
            },
            "output": {"digest": canonical.digest(output), "available": keeps, "redactions": output_count},
            "edits": [edit] if code else [],
            "instructions": [],
            "usage": {name: value for name, value in usage.items() if value is not None},
        }
        edits = (Edit.of(edit, None, code),) if code and keeps else ()
        texts = (prompt_text, output) if keeps else (None, None)
        out.append(Generation(generation.seal(record), texts[0], texts[1], edits, ()))
    return out


def _edit(repo: Repository, path: str, code: bytes) -> JsonObject:
    digest = blob_hasher(repo.object_format, len(code))
    digest.update(code)
    return {
        "path": path,
        "before": None,
        "after": digest.hexdigest(),
        "raw_lines": len(code.splitlines()),
        "tool": "generate",
        "user_modified": False,
    }
