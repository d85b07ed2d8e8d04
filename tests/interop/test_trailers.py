"""Trailer profiles: what is written, and what is recognised in any commit."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.interop import declarations, identities, machines, trailers
from gitprov.interop.declarations import Declaration
from gitprov.interop.trailers import TraceFacts
from gitprov.model import ids
from gitprov.model.settings import profiles

ONE = "gen_20260201_0b9c41d2e7"
TWO = "gen_20260201_0b9c41d2e8"
ALICE = "Alice <alice@example.com>"
OPUS = TraceFacts(ONE, "claude-code", "claude-opus-4-5-20251101", key="9f0c9f0c9f0c9f0c")
NAMELESS = TraceFacts(TWO, "claude-code", None)


def declared_by(key: str, value: str) -> list[tuple[str | None, str | None]]:
    """Agent and model that one trailer of Alice's commit declares."""
    return [(found.agent, found.model) for found in declarations.declared([(key, value)], ALICE)]


@pytest.mark.parametrize(
    ("profile", "wanted"),
    [
        ("ai-trace", [("AI-Trace", ONE), ("AI-Trace", TWO)]),
        (
            "kernel",
            [
                ("Assisted-by", "claude-code:claude-opus-4-5-20251101"),
                ("Assisted-by", "claude-code:unknown"),
            ],
        ),
        (
            "fedora",
            [("Assisted-by", "Claude Code (claude-opus-4-5-20251101)"), ("Assisted-by", "Claude Code")],
        ),
        ("llvm", [("Assisted-by", "Claude Code (claude-opus-4-5-20251101)"), ("Assisted-by", "Claude Code")]),
        (
            "apache",
            [("Generated-by", "Claude Code (claude-opus-4-5-20251101)"), ("Generated-by", "Claude Code")],
        ),
        (
            "openinfra",
            [("Generated-By", "Claude Code (claude-opus-4-5-20251101)"), ("Generated-By", "Claude Code")],
        ),
        (
            "openliberty",
            [
                ("Co-authored-by-AI", "Claude Code (claude-opus-4-5-20251101)"),
                ("Co-authored-by-AI", "Claude Code (unknown)"),
            ],
        ),
        (
            "redhat",
            [
                ("Assisted-by", "Claude Code (claude-opus-4-5-20251101) <noreply@anthropic.com>"),
                ("Assisted-by", "Claude Code <noreply@anthropic.com>"),
            ],
        ),
        (
            "co-authored",
            [
                ("Co-authored-by", "Claude Code (claude-opus-4-5-20251101) <noreply@anthropic.com>"),
                ("Co-authored-by", "Claude Code <noreply@anthropic.com>"),
            ],
        ),
        ("none", []),
        ("forbid", []),
    ],
)
def test_profile_writes_its_form(profile: str, wanted: list[tuple[str, str]]) -> None:
    """Each profile writes its project's form, and says so where the model is not known."""
    assert trailers.trailers_for([profile], [OPUS, NAMELESS]) == wanted


def test_every_profile_is_written() -> None:
    """Every name that the setting accepts is a name that can be written."""
    for profile in profiles.PROFILES:
        trailers.trailers_for([profile], [OPUS], ["X-AI: {trace}"])


def test_custom_templates_are_filled() -> None:
    """A template gets trace, agent, model and key, and `unknown` for what nobody knows."""
    template = "X-AI: {agent}/{model} {trace} {key}"
    assert trailers.trailers_for(["custom"], [OPUS, TraceFacts(TWO, None, None)], [template]) == [
        ("X-AI", f"claude-code/claude-opus-4-5-20251101 {ONE} 9f0c9f0c9f0c9f0c"),
        ("X-AI", f"unknown/unknown {TWO} unknown"),
    ]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("no colon", "Key: value"),
        ("Key:value", "Key: value"),
        ("Key: two\nlines", "Key: value"),
        ("Signed-off-by: {agent}", "must not write Signed-off-by"),
        ("ai-trace: {trace}", "must not write ai-trace"),
        ("X: {modell}", "{modell}"),
        ("X: {trace", "brace"),
    ],
)
def test_bad_template_says_why(template: str, words: str) -> None:
    """A template that cannot become a trailer is explained."""
    assert words in (profiles.template_problem(template) or "")


def test_good_template_has_no_problem() -> None:
    """A key, a value and known placeholders are all that is asked for."""
    assert profiles.template_problem("X-AI: {agent} ({model}) {trace} {key}") is None


def test_profiles_keep_their_order_without_repeats() -> None:
    """Two profiles with the same trailer write it once; keys that differ in case are the same key."""
    assert trailers.trailers_for(["openinfra", "apache", "ai-trace", "fedora", "llvm"], [OPUS, OPUS]) == [
        ("Generated-By", "Claude Code (claude-opus-4-5-20251101)"),
        ("AI-Trace", ONE),
        ("Assisted-by", "Claude Code (claude-opus-4-5-20251101)"),
    ]


def test_kernel_names_analysis_tools_only() -> None:
    """Editors, compilers and an agent's own tools are not named; analysis tools are, once each."""
    facts = TraceFacts(ONE, "Claude", "claude-3-opus", ("coccinelle", "git", "Edit", "sparse", "sparse", ""))
    assert trailers.trailers_for(["kernel"], [facts]) == [
        ("Assisted-by", "Claude:claude-3-opus coccinelle sparse")
    ]


TEXT = st.text(max_size=30) | st.sampled_from(
    ["claude-code", "aider", "my tool", "a:b", "x\ny", "<a@b>", "(", "[x]", ""]
)
FACTS = st.builds(
    TraceFacts,
    st.just(ONE),
    st.none() | TEXT,
    st.none() | TEXT,
    st.lists(TEXT, max_size=3).map(tuple),
    st.none() | TEXT,
)
WRITTEN = sorted(set(profiles.PROFILES) - {"custom"})


@given(st.lists(FACTS, max_size=3), st.lists(st.sampled_from(WRITTEN), max_size=4))
def test_trailers_are_one_line_and_never_sign_off(facts: list[TraceFacts], names: list[str]) -> None:
    """Whatever an agent calls itself, each trailer is one line with a value, and none signs off."""
    for key, value in trailers.trailers_for(names, facts):
        assert key.lower() != "signed-off-by"
        assert value
        assert value == value.strip()
        assert not set(value) & {"\n", "\r", "\x00"}


@given(FACTS)
def test_kernel_form_passes_checkpatch(facts: TraceFacts) -> None:
    """The kernel's checkpatch takes two words joined by a colon and nothing else."""
    [(_, value)] = trailers.trailers_for(["kernel"], [facts])
    assert re.match(r"^\S+:\S+", value)


@given(FACTS)
def test_what_is_written_is_recognised(facts: TraceFacts) -> None:
    """A trailer that says by form, key or address that it is a machine's is a declaration, for any agent and model."""
    for profile in set(WRITTEN) - set(profiles.ALONE) - {"fedora", "llvm", "apache", "openinfra"}:
        written = trailers.trailers_for([profile], [facts])
        assert len(declarations.declared(written, ALICE)) == len(written) == 1
        assert declarations.forbidden(written) == written


@pytest.mark.parametrize("agent", sorted(identities.DISPLAY))
@pytest.mark.parametrize("model", [None, "some-model-4.5"])
def test_agent_and_model_come_back(agent: str, model: str | None) -> None:
    """A known agent and its model survive writing and reading in every profile that names them."""
    for profile in set(WRITTEN) - {"ai-trace", "none", "forbid"}:
        written = trailers.trailers_for([profile], [TraceFacts(ONE, agent, model)])
        [found] = declarations.declared(written, ALICE)
        assert (found.agent, found.model) == (agent, model), (profile, written)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("Claude", ("claude", None)),
        ("Claude <noreply@anthropic.com>", ("claude", None)),
        ("Claude Opus 4.5 <noreply@anthropic.com>", ("claude", "Claude Opus 4.5")),
        ("Claude Sonnet 4.6 (1M context) <noreply@anthropic.com>", ("claude", "Claude Sonnet 4.6")),
        ("Claude Code <noreply@anthropic.com>", ("claude-code", None)),
        ("Claude Opus 4.5 <me@example.com>", ("claude", "Claude Opus 4.5")),
        ("aider (gpt-4o) <aider@aider.chat>", ("aider", "gpt-4o")),
        ("aider (openrouter/x:free) <noreply@aider.chat>", ("aider", "openrouter/x:free")),
        ("Copilot <198982749+Copilot@users.noreply.github.com>", ("copilot", None)),
        ("copilot-swe-agent[bot] <1+copilot-swe-agent[bot]@users.noreply.github.com>", ("copilot", None)),
        ("GitHub Copilot <noreply@github.com>", ("copilot", None)),
        ("Cursor <cursoragent@cursor.com>", ("cursor", None)),
        ("Claude <81847+claude@users.noreply.github.com>", ("claude", None)),
        (
            "Copilot Autofix powered by AI <62310815+github-advanced-security[bot]@users.noreply.github.com>",
            ("copilot", None),
        ),
        (
            "opencode-agent[bot] <219766164+opencode-agent[bot]@users.noreply.github.com>",
            ("opencode", None),
        ),
        ("Oz <oz-agent@warp.dev>", ("warp", None)),
        ("Warp <agent@warp.dev>", ("warp", None)),
        ("GLM-4.6 via Crush <crush@charm.land>", ("crush", "GLM-4.6")),
        ("Cursor Agent <cursoragent@cursor.com>", ("cursor", None)),
        ("Codex <noreply@openai.com>", ("codex", None)),
        ("GPT-5 Codex", ("gpt", "GPT-5 Codex")),
        ("Gemini Code Assist <x@example.com>", ("gemini", None)),
        ("Gemini 2.5 Pro", ("gemini", "Gemini 2.5 Pro")),
        ("gemini-code-assist[bot] <1+gemini-code-assist[bot]@users.noreply.github.com>", ("gemini", None)),
        ("devin-ai-integration[bot]", ("devin", None)),
        ("Devin AI <1+devin-ai-integration[bot]@users.noreply.github.com>", ("devin", None)),
        ("generic AI tool <unknown@ai.invalid>", (None, None)),
    ],
)
def test_machine_co_author_is_declared(value: str, wanted: tuple[str | None, str | None]) -> None:
    """The names and addresses that tools sign with are declarations."""
    assert declared_by("Co-Authored-By", value) == [wanted]


@pytest.mark.parametrize(
    "value",
    [
        "Claude Monet <claude@example.com>",
        "Claude <claude@example.com>",
        "Claude Monet",
        "Claude Shannon (he) <claude@users.noreply.github.com>",
        "Devin Booker <devin@example.com>",
        "Devin <devin@example.com>",
        "Jules <jules@example.org>",
        "Alice <alice@anthropic.com>",
        "Bob <bob@openai.com>",
        "Gemini Pros <g@example.com>",
        "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
        "Bob <12+bob@users.noreply.github.com>",
        "Claude <12+claude@users.noreply.github.com>",
        "renovate[bot] <29139614+renovate[bot]@users.noreply.github.com>",
        "pre-commit-ci[bot] <66853113+pre-commit-ci[bot]@users.noreply.github.com>",
        "github-advanced-security[bot] <1+github-advanced-security[bot]@users.noreply.github.com>",
        "Crush Davis <crush@example.com>",
        "Weblate <noreply@weblate.org>",
        "",
    ],
)
def test_human_co_author_is_no_declaration(value: str) -> None:
    """People are people, whatever they are called and wherever they work."""
    assert declared_by("Co-authored-by", value) == []
    assert declarations.forbidden([("Co-authored-by", value)]) == []


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("Assisted-by", "generic LLM chatbot", [("generic LLM chatbot", None)]),
        ("Assisted-by", "ChatGPTv5", [("chatgpt", "ChatGPTv5")]),
        ("Assisted-by", "Claude:claude-3-opus coccinelle sparse", [("claude", "claude-3-opus")]),
        ("Assisted-by", "claude-code:unknown", [("claude-code", None)]),
        ("Assisted-by", "unknown:unknown", [(None, None)]),
        ("Assisted-by", "Claude Sonnet 4.6 <noreply@anthropic.com>", [("claude", "Claude Sonnet 4.6")]),
        ("Assisted-by", "Bob <bob@example.com>", []),
        ("Assisted-by", "", []),
        ("Assisted-by", "https://chat.example.com/share/1", []),
        ("Assisted-by", "https://claude.ai/share/1", [("claude", None)]),
        ("Generated-by", "GitHub Copilot (gpt-4o)", [("copilot", "gpt-4o")]),
        ("Generated-with", "[Claude Code](https://claude.com/claude-code)", [("claude-code", None)]),
        ("Made-with", "Cursor", [("cursor", None)]),
        ("Made-with", "love", []),
        ("Claude-Session", "https://claude.ai/code/session_01abc", [("claude", None)]),
        ("Amp-Thread-ID", "https://ampcode.com/threads/T-1", [("amp", None)]),
        ("Amp-Thread-ID", "Amp", []),
        ("Claude-Session", "https://claude.example.com/1", []),
        ("Generated-By", "SomeTool (unknown)", []),
        ("Generated-By", "SomeTool (unknown) <sometool@ai.invalid>", [("sometool", None)]),
        ("Co-authored-by-AI", "Cursor (gpt-5)", [("cursor", "gpt-5")]),
        ("Ai-assisted", "true", [(None, None)]),
        ("AI-Assisted", "Yes", [(None, None)]),
        ("Ai-assisted", "false", []),
        ("AI-Assisted-By", "none", []),
        ("Co-authored-by-AI", "N/A", []),
        ("AI-Generated-By", "No.", []),
        ("Assisted-by", "Claude Code:claude-opus-5 sparse coccinelle", [("claude-code", "claude-opus-5")]),
        ("Assisted-by", "Kim Doe: claude-opus-5 was no help", []),
        ("Ai-generated", "Copilot", [("copilot", None)]),
        ("Signed-off-by", "Claude <noreply@anthropic.com>", [("claude", None)]),
        ("Signed-off-by", "Bob <bob@example.com>", []),
        ("AI-Trace", ONE, [(None, None)]),
        ("AI-Trace", "nonsense", []),
        ("Reviewed-by", "Claude <noreply@anthropic.com>", []),
        ("Fixes", "Claude", []),
    ],
)
def test_other_trailers(key: str, value: str, wanted: list[tuple[str | None, str | None]]) -> None:
    """Every form in use is read for what it says and no more."""
    assert declared_by(key, value) == wanted


@pytest.mark.parametrize("key", ["Assisted-by", "Generated-by"])
@pytest.mark.parametrize(
    "value",
    [
        "Kim Doe", "Kim Doe <kim@example.com>", "Claude <person@example.com>", "Claude Shannon", "Gemini Smith", "Nova Smith",
        "Kimi Doe", "Mistral Smith", "Phi Nguyen", "Ai Weiwei", "Kim Doe [1]", "Claude, Kim Doe", "Kim Doe with Claude",
        "protoc", "protoc 3.21.1", "protoc-gen-go v1.28", "OpenAPI Generator 7.3", "bison (GNU Bison) 3.8", "Composer 2.7",
        "opus 1.5", "coccinelle", "goose", "update-bot", "mkrelease script (v2)", "GPT", "Nova 2", "Google Translate", "Amazon Kim", "Mistral Claude Doe", "x" * 400, "a," * 5000,
    ],
)  # fmt: skip
def test_people_and_other_tools_are_no_models(key: str, value: str) -> None:
    """Whoever helped without being a model, and whatever generates code without one, declares nothing."""
    assert declared_by(key, value) == []


def test_a_generators_version_is_no_model() -> None:
    """`Generated-by` names tools with their versions too; only a known agent or model makes a pair of them."""
    assert declared_by("Generated-by", "protoc:3.21") == []
    assert declared_by("Generated-by", "Codex:gpt-5-codex") == [("codex", "gpt-5-codex")]
    assert declared_by("Assisted-by", "my-agent:m-1 sparse") == [("my-agent", "m-1")]


@pytest.mark.parametrize("key", ["Assisted-by", "Generated-by", "Generated-with"])
@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("Claude Opus 5 (1M context)", ("claude", "Claude Opus 5")),
        ("Cursor AI, claude-4-sonnet", ("cursor", "claude-4-sonnet")),
        ("Claude/claude-fable-5", ("claude", "claude-fable-5")),
        ("GPT-5.2 via Copilot", ("copilot", "GPT-5.2")),
        ("Codex:gpt-5-codex [tool]", ("codex", "gpt-5-codex")),
        ("Cursor (auto)", ("cursor", None)),
        ("Claude (Anthropic)", ("claude", None)),
        ("Claude Code 2.1.3", ("claude-code", None)),
        ("Claude Code (2.1.3)", ("claude-code", None)),
        ("Claude Code (opus)", ("claude-code", "opus")),
        ("Claude Code Opus 4.5", ("claude-code", "Opus 4.5")),
        ("claude-code claude-opus-4-5", ("claude-code", "claude-opus-4-5")),
        ("opencode (anthropic/claude-sonnet-4-5)", ("opencode", "anthropic/claude-sonnet-4-5")),
        ("goose (claude-4-sonnet)", ("goose", "claude-4-sonnet")),
        ("Devin", ("devin", None)),
        ("GitHub Copilot", ("copilot", None)),
        ("Copilot, Kim Doe", ("copilot", None)),
        ("claude-sonnet-4-5-20250929", ("claude", "claude-sonnet-4-5-20250929")),
        (
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            ("claude", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ),
        ("Opus 4.5", ("claude", "Opus 4.5")),
        ("Anthropic Claude Opus 4.6", ("claude", "Anthropic Claude Opus 4.6")),
        ("OpenAI Codex CLI", ("codex", None)),
        ("Anthropic Claude Code 2.1", ("claude-code", None)),
        ("gemini-2.5-pro", ("gemini", "gemini-2.5-pro")),
        ("o3-mini", ("gpt", "o3-mini")),
        ("qwen2.5-coder:7b", ("qwen", "qwen2.5-coder:7b")),
        ("deepseek-v3.1", ("deepseek", "deepseek-v3.1")),
        ("devstral-small", ("devstral", "devstral-small")),
        ("mistral-large-latest", ("mistral", "mistral-large-latest")),
        ("meta-llama-3.1-70b-instruct", ("llama", "meta-llama-3.1-70b-instruct")),
        ("grok-code-fast-1", ("grok", "grok-code-fast-1")),
        ("kimi-k2", ("kimi", "kimi-k2")),
        ("glm-4.6", ("glm", "glm-4.6")),
        ("nova-pro", ("nova", "nova-pro")),
    ],
)
def test_agent_and_model_are_told_apart(key: str, value: str, wanted: tuple[str, str | None]) -> None:
    """In whatever order and with whatever marks between them, the tables know which part is which."""
    assert declared_by(key, value) == [wanted]


def test_author_and_committer_declare() -> None:
    """The mark of aider on a person's name and a bot's own authorship are declarations; people are not."""
    aider = Declaration("aider", None, "Author: Alice (aider) <alice@example.com>")
    assert declarations.declared([], "Alice (aider) <alice@example.com>") == [aider]
    bot = "devin-ai-integration[bot] <1+devin-ai-integration[bot]@users.noreply.github.com>"
    assert declarations.declared([], ALICE, bot) == [Declaration("devin", None, f"Committer: {bot}")]
    assert declarations.declared([], ALICE, ALICE) == []
    assert declarations.declared([], "", "") == []


def test_repeated_trailer_is_one_declaration() -> None:
    """The same line twice says the same thing once."""
    line = ("Assisted-by", "Claude:claude-3-opus")
    assert declarations.declared([line, line], ALICE) == [
        Declaration("claude", "claude-3-opus", "Assisted-by: Claude:claude-3-opus")
    ]


def test_trace_ids_are_validated() -> None:
    """Only `gen_<8 digits>_<10 hex>` is a trace id; the rest is told apart, in order, each once."""
    lines = [("ai-trace", TWO), ("AI-Trace", ONE), ("AI-Trace", TWO), ("AI-Trace", "gen_2026_0b"), ("X", ONE)]
    assert trailers.trace_ids(lines) == [TWO, ONE]
    assert trailers.bad_trace_ids(lines) == ["gen_2026_0b"]


def test_dropped_traces_and_their_reasons() -> None:
    """A dropped trace keeps its first reason; no reason and no trace id are problems that can be shown."""
    lines = [
        ("AI-Trace-Dropped", ONE),
        ("AI-Trace-Dropped", f"{ONE} rewritten\n by hand"),
        ("ai-trace-dropped", f"{ONE} later"),
        ("AI-Trace-Dropped", f"{TWO}  "),
        ("AI-Trace-Dropped", "because"),
    ]
    assert trailers.dropped(lines) == {ONE: "rewritten by hand", TWO: ""}
    assert trailers.dropped_problems(lines) == [
        f"AI-Trace-Dropped: {TWO} gives no reason",
        "AI-Trace-Dropped: 'because' does not start with a trace id",
    ]


def test_forbidden_are_the_ai_ones() -> None:
    """A project that forbids AI trailers sees each of them, a damaged trace id too, and no others."""
    ai = [("AI-Trace", "damaged"), ("Co-authored-by", "Claude"), ("Ai-assisted", "true")]
    human = [("Co-authored-by", ALICE), ("Signed-off-by", ALICE), ("Ai-assisted", "false")]
    assert declarations.forbidden([*human, *ai]) == ai


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=60)), max_size=5), st.text(max_size=60))
def test_nothing_in_a_message_breaks_the_readers(lines: list[tuple[str, str]], author: str) -> None:
    """Any text may stand in a commit."""
    for key, _ in list(lines):
        lines += [("Assisted-by", key), ("Co-authored-by", key), ("AI-Trace-Dropped", key)]
    declarations.declared(lines, author, author)
    trailers.dropped_problems(lines)
    assert set(declarations.forbidden(lines)) <= set(lines)


def test_git_reads_back_what_we_write(tmp_path: Path) -> None:
    """`git interpret-trailers` takes every profile's trailers and prints them as they were."""
    names = sorted(set(profiles.PROFILES) - set(profiles.ALONE))
    lines = trailers.trailers_for(names, [OPUS, NAMELESS], ["X-AI: {trace} {model}"])
    given_to_git = [f"--trailer={key}: {value}" for key, value in lines]
    message = subprocess.run(
        ["git", "interpret-trailers", "--if-exists=addIfDifferent", *given_to_git],
        input="Subject\n\nBody.\n", cwd=tmp_path, text=True, capture_output=True, check=True,
    ).stdout  # fmt: skip
    parsed = subprocess.run(
        ["git", "interpret-trailers", "--parse", "--unfold"],
        input=message, cwd=tmp_path, text=True, capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert parsed.splitlines() == [f"{key}: {value}" for key, value in lines]


@pytest.mark.parametrize(
    "piece", ["a,", "Claude ", "a:", "(", "x <", "Cursor a/", "opus ", "openai/", " 1", "\t"]
)
def test_long_values_take_no_time(piece: str) -> None:
    """A value of a hundred thousand characters is looked at in linear time: a quadratic one would take minutes."""
    value = piece * (100_000 // len(piece))
    start = time.monotonic()
    declarations.declared([("Assisted-by", value), ("Co-authored-by", value), ("Ai-assisted", value)], value)
    assert time.monotonic() - start < 5


def test_many_traces_have_one_line() -> None:
    """Up to twenty traces are named one by one, more of them by one digest of their sorted ids; other profiles stay."""
    facts = [trailers.TraceFacts(f"gen_20260201_{n:010x}", "claude-code", "opus") for n in range(21)]
    few = trailers.commit_trailers(["ai-trace"], facts[:20])
    assert [(value, traces) for _, value, traces in few] == [(one.id, (one.id,)) for one in facts[:20]]
    many = trailers.commit_trailers(["fedora", "ai-trace"], facts[::-1])
    names = tuple(one.id for one in facts[::-1])
    digest = ids.traces_digest(names)
    assert {(key, value): traces for key, value, traces in many} == {
        ("AI-Trace", digest): names,
        ("Assisted-by", "Claude Code (opus)"): names,
    }
    assert digest == ids.traces_digest(sorted(names))
    assert ids.is_traces_digest(digest)
    said = [(key, value) for key, value, _ in many]
    assert trailers.trace_digests(said) == [digest]
    assert (trailers.trace_ids(said), trailers.bad_trace_ids(said)) == ([], [])
    assert trailers.bad_trace_ids([("AI-Trace", "sha256:0")]) == ["sha256:0"]
    assert trailers.waived([("AI-Trace-Dropped", f"{digest} why")], many) == dict.fromkeys(names, "why")
    assert trailers.waived([("AI-Trace-Dropped", f"{digest} why")], few) == {digest: "why"}
    assert trailers.dropped_problems([("AI-Trace-Dropped", f"{digest} why")]) == []


@given(
    st.lists(
        st.sampled_from(
            ["Alice", "claude", "o3", "(aider)", "pi", "4.5", "by", "-", "<", ">", "a@b.c", "Cursor"]
        )
    )
)
def test_names_that_are_not_read_are_no_machines(words: list[str]) -> None:
    """The quick test of `declarations` lets through every text that `identities` takes for a machine."""
    person = " ".join(words)
    assert declarations.may_be_machine(person) or identities.identify(person) is None


@pytest.mark.parametrize("table", ["NAMES", "LOGINS", "WITH_MODEL_ONLY", "FAMILIES", "MEMBERS"])
def test_every_name_of_the_tables_is_read(table: str) -> None:
    """Each name passes the quick test, and so does each address of a machine."""
    names = [f"{name.title()} <x@y.org>" for name in getattr(machines, table)]
    addresses = [f"X <{address}>" for address in (*machines.ADDRESSES, "any@ai.invalid")]
    assert all(map(declarations.may_be_machine, names + addresses))
    assert not declarations.may_be_machine("Alice Brown <alice@example.com>")
