"""Generates samples of a feature's code, and makes a generation of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from gitprov.behaviour.reply import ReplyCode, code_in
from gitprov.errors import ConfigError, GitprovError
from gitprov.flow.capture.redaction import redactor
from gitprov.git.process import encode
from gitprov.model import canonical, generation, ids
from gitprov.model.behaviour.reply import Reply
from gitprov.model.canonical import JsonObject, blob_hasher
from gitprov.model.generation import Edit, Generation, Instruction

if TYPE_CHECKING:
    from gitprov.flow.behaviour.drift.budget import Budget
    from gitprov.git.repo import Repository
    from gitprov.model.behaviour.feature import Feature
    from gitprov.model.settings.config import Config

_WORKERS = 4
AGENT = "gitprov-drift"
"""The agent of the generations that drift runs make."""


class PromptText(NamedTuple):
    """A prompt that is generated with: its path, its text, its version where it names one."""

    path: str
    text: bytes
    version: str | None


class DriftSetup(NamedTuple):
    """What samples are generated with: a prompt, the instruction files before it, and a model."""

    prompt: PromptText
    instructions: tuple[PromptText, ...]
    model: str | None

    @property
    def standing(self) -> str:
        """The texts of the instruction files."""
        return "\n\n".join(file.text.decode("utf-8", "replace").strip("\n") for file in self.instructions)

    @property
    def size(self) -> int:
        """The bytes that a call sends."""
        return len(self.prompt.text) + sum(len(file.text) for file in self.instructions)


class Drawn(NamedTuple):
    """One sample as it came: the whole reply, and the code in it."""

    reply: Reply
    code: ReplyCode


class Maker(NamedTuple):
    """Who made the samples of a run: `session` is the run's name, `at` its moment, `human` who started it."""

    session: str
    at: str
    human: str


Ask = Callable[[str, str, int], Reply]
"""Instructions, prompt, number of the sample → reply."""


def drawn(
    repo: Repository, name: str, feature: Feature, setup: DriftSetup, count: int, budget: Budget
) -> list[Drawn]:
    """Generate `count` samples. ConfigError where the feature has no generator, or a limit cannot be kept."""
    budget.require(name, feature, setup.model)
    ask = _generator(repo, name, feature, setup.model)
    standing, text = setup.standing, setup.prompt.text.decode("utf-8", "replace")

    def bounded(number: int) -> Reply:
        refusal = budget.begin()
        if refusal:
            return Reply("", refusal)
        reply = Reply("", "no answer")
        try:
            reply = ask(standing, text, number)
        finally:
            budget.end(setup.model, reply)
        return reply

    # The first call alone where there is a limit: it shows what a call costs.
    alone = 1 if budget.limit is not None else 0
    replies = [bounded(number) for number in range(alone)]
    with ThreadPoolExecutor(_WORKERS) as pool:
        replies += pool.map(bounded, range(alone, count))
    return [Drawn(reply, code_in(reply.text, feature.function.partition(":")[2])) for reply in replies]


def _generator(repo: Repository, name: str, feature: Feature, model: str | None) -> Ask:
    if feature.generate:
        return _command(repo, feature.generate, model)
    if feature.endpoint:
        return _endpoint(repo, feature, model)
    if feature.llm:
        return _library(name, model)
    raise ConfigError(
        f"features.{name} has no generator",
        'generate = ["COMMAND", …] reads the prompt and writes code; or endpoint = "ADDRESS", or llm = true',
    )


def _command(repo: Repository, words: Sequence[str], model: str | None) -> Ask:
    from gitprov.sandbox.generator import generated

    line = [word.replace("{model}", model or "") for word in words]

    def ask(standing: str, prompt: str, number: int) -> Reply:
        env = {**repo.env, "GITPROV_SAMPLE": str(number), "GITPROV_MODEL": model or ""}
        text = f"{standing}\n\n{prompt}" if standing else prompt
        return generated(line, encode(text), repo.worktree or repo.cwd, env)._replace(model=model)

    return ask


def _endpoint(repo: Repository, feature: Feature, model: str | None) -> Ask:
    try:
        from gitprov.feeds.completions import ModelServer, complete
    except ImportError:
        raise GitprovError("an endpoint needs httpx", "pip install 'gitprov[checks]'") from None
    key = repo.env.get(feature.api_key) if feature.api_key else None
    if feature.api_key and not key:
        raise GitprovError(f"the variable {feature.api_key} with the server's key is not set")
    server = ModelServer(feature.endpoint or "", key)

    def ask(standing: str, prompt: str, number: int) -> Reply:
        reply = complete(server, model, prompt, number, standing)
        return reply._replace(model=reply.model or model)

    return ask


def _library(name: str, model: str | None) -> Ask:
    from gitprov.feeds import llm_library

    if model is None:
        raise ConfigError(f"features.{name} has llm = true and names no model", 'model = "NAME" (llm models)')
    try:
        answer = llm_library.asking(model)
    except ImportError:
        raise GitprovError("llm = true needs the library llm", "pip install 'gitprov[llm]'") from None
    except LookupError as error:
        raise GitprovError(f"llm does not know the model {model}", "llm models") from error
    return lambda standing, prompt, _: answer(prompt, standing)._replace(model=model)


def recorded(
    repo: Repository,
    config: Config,
    feature: Feature,
    setup: DriftSetup,
    samples: Sequence[Drawn],
    maker: Maker,
) -> list[Generation]:
    """The generation of each sample, with its contents as the privacy settings allow. Nothing is written."""
    redact = redactor(config)
    keeps = config.privacy != "hash-only"
    prompt, files = setup.prompt, _instructions(setup, redact, keeps)
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
            "instructions": [{"path": file.path, "digest": file.digest} for file in files],
            "usage": {name: value for name, value in usage.items() if value is not None},
        }
        edits = (Edit.of(edit, None, code),) if code and keeps else ()
        kept = prompt_text if keeps else None, output if keeps else None
        out.append(Generation(generation.seal(record), kept[0], kept[1], edits, files))
    return out


def _instructions(
    setup: DriftSetup, redact: Callable[[bytes], tuple[bytes, int]], keeps: bool
) -> tuple[Instruction, ...]:
    """The instruction files of a setup, with their texts as the privacy settings allow."""
    texts = ((file.path, redact(file.text)[0]) for file in setup.instructions)
    return tuple(Instruction(path, canonical.digest(text), text if keeps else None) for path, text in texts)


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
