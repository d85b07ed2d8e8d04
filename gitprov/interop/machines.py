"""Tables of the names of agents and models in commits. Data only.

A new agent is a line in `NAMES` (and in `ADDRESSES` or `LOGINS` where it signs commits); a new family of
models is a line in `FAMILIES`. All entries but those of `DISPLAY` are lower case.
"""

from __future__ import annotations

from collections.abc import Mapping

#: A domain of addresses that belong to nobody: gitprov writes it for agents without an address of their own.
INVALID_DOMAIN = "ai.invalid"

#: Agent slug → display name.
DISPLAY: Mapping[str, str] = {
    "aider": "aider",
    "amp": "Amp",
    "claude": "Claude",
    "claude-code": "Claude Code",
    "codex": "Codex",
    "copilot": "GitHub Copilot",
    "cursor": "Cursor",
    "devin": "Devin",
    "droid": "Droid",
    "gemini": "Gemini",
    "jules": "Jules",
    "opencode": "OpenCode",
    "windsurf": "Windsurf",
}

#: Agent slug → the address that the tool itself signs with.
WRITE_ADDRESS: Mapping[str, str] = {
    "aider": "aider@aider.chat",
    "claude": "noreply@anthropic.com",
    "claude-code": "noreply@anthropic.com",
}

#: Address → the agent that signs with it.
ADDRESSES: Mapping[str, str] = {
    "noreply@anthropic.com": "claude",
    "claude@anthropic.com": "claude",
    "aider@aider.chat": "aider",
    "noreply@aider.chat": "aider",
    "cursoragent@cursor.com": "cursor",
    "noreply@openai.com": "codex",
    "codex@openai.com": "codex",
    "copilot@github.com": "copilot",
    "noreply@opencode.ai": "opencode",
    "amp@ampcode.com": "amp",
    "openhands@all-hands.dev": "openhands",
    "agent@warp.dev": "warp",
    "oz-agent@warp.dev": "warp",
    "crush@charm.land": "crush",
    "81847+claude@users.noreply.github.com": "claude",
    "62310815+github-advanced-security[bot]@users.noreply.github.com": "copilot",
}

#: Login of a forge's account → the agent behind it.
LOGINS: Mapping[str, str] = {
    "amazon-q-developer[bot]": "amazon-q",
    "chatgpt-codex-connector[bot]": "codex",
    "claude[bot]": "claude",
    "codegen-sh[bot]": "codegen",
    "copilot": "copilot",
    "copilot-swe-agent[bot]": "copilot",
    "cursor[bot]": "cursor",
    "cursoragent": "cursor",
    "devin-ai-integration[bot]": "devin",
    "factory-droid[bot]": "droid",
    "gemini-cli[bot]": "gemini",
    "gemini-code-assist[bot]": "gemini",
    "google-labs-jules[bot]": "jules",
    "openai-codex[bot]": "codex",
    "opencode-agent[bot]": "opencode",
    "openhands-agent": "openhands",
    "sweep-ai[bot]": "sweep",
}

#: Host of a shared conversation → the agent that holds it.
HOSTS: Mapping[str, str] = {
    "ampcode.com": "amp",
    "app.devin.ai": "devin",
    "chat.deepseek.com": "deepseek",
    "chat.mistral.ai": "mistral",
    "chat.openai.com": "chatgpt",
    "chat.qwen.ai": "qwen",
    "chatgpt.com": "chatgpt",
    "claude.ai": "claude",
    "copilot.microsoft.com": "copilot",
    "gemini.google.com": "gemini",
    "grok.com": "grok",
    "jules.google.com": "jules",
}

#: Names that people also have: alone they count only if the address is not a person's.
PEOPLE_TOO = frozenset(("amp", "claude", "cursor", "devin", "droid", "gemini", "jules"))
#: Names that other things also have: they count only together with a model.
WITH_MODEL_ONLY: Mapping[str, str] = {
    "continue": "continue",
    "crush": "crush",
    "goose": "goose",
    "pi": "pi",
    "warp": "warp",
    "zed": "zed",
}

#: Name → agent slug.
NAMES: Mapping[str, str] = {name.lower(): slug for slug, name in DISPLAY.items()} | {
    "amazon q": "amazon-q",
    "amazon q developer": "amazon-q",
    "amp code": "amp",
    "anthropic claude": "claude",
    "antigravity": "antigravity",
    "augment code": "augment",
    "chatgpt": "chatgpt",
    "claude ai": "claude",
    "claude code": "claude-code",
    "claude-code": "claude-code",
    "claude.ai": "claude",
    "cline": "cline",
    "codeium": "codeium",
    "codewhisperer": "amazon-q",
    "codex cli": "codex",
    "copilot": "copilot",
    "copilot agent": "copilot",
    "copilot chat": "copilot",
    "copilot cli": "copilot",
    "copilot coding agent": "copilot",
    "copilot-cli": "copilot",
    "cursor agent": "cursor",
    "cursor ai": "cursor",
    "deepseek": "deepseek",
    "devin ai": "devin",
    "factory droid": "droid",
    "gemini cli": "gemini",
    "gemini code assist": "gemini",
    "gemini-cli": "gemini",
    "github copilot": "copilot",
    "github copilot agent": "copilot",
    "github copilot chat": "copilot",
    "github copilot cli": "copilot",
    "github-copilot": "copilot",
    "google gemini": "gemini",
    "google jules": "jules",
    "gptme": "gptme",
    "grok": "grok",
    "jetbrains ai": "jetbrains-ai",
    "jetbrains ai assistant": "jetbrains-ai",
    "junie": "junie",
    "kilo code": "kilo-code",
    "kimi cli": "kimi",
    "kiro": "kiro",
    "microsoft copilot": "copilot",
    "mini-swe-agent": "mini-swe-agent",
    "mistral vibe": "mistral",
    "open code": "opencode",
    "openai chatgpt": "chatgpt",
    "openai codex": "codex",
    "openhands": "openhands",
    "qwen code": "qwen-code",
    "qwen-code": "qwen-code",
    "roo code": "roo-code",
    "sourcegraph amp": "amp",
    "sourcegraph cody": "cody",
    "swe-agent": "swe-agent",
    "tabnine": "tabnine",
    "trae": "trae",
    "windsurf ai": "windsurf",
}


#: First word of a model's name → the words that may follow it in a model's name, besides versions.
FAMILIES: Mapping[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "chatgpt": "codex",
        "claude": "opus sonnet haiku instant fable",
        "codegemma": "",
        "codellama": "python",
        "codestral": "mamba",
        "codex": "",
        "command": "r a",
        "deepseek": "r1 v3 distill llama qwen",
        "devstral": "",
        "gemini": "ultra",
        "gemma": "",
        "glm": "air airx",
        "gpt": "codex oss",
        "granite": "",
        "grok": "code",
        "jamba": "",
        "kimi": "dev k2",
        "llama": "scout maverick nemotron",
        "magistral": "",
        "minimax": "m1 m2",
        "ministral": "",
        "mistral": "nemo medium",
        "mixtral": "",
        "nemotron": "",
        "nova": "micro premier sonic act",
        "phi": "",
        "qwen": "coder",
        "qwq": "",
        "starcoder": "",
        "swe": "",
    }.items()
}
#: Families whose name alone counts as a model: no person and no other tool has such a name.
ALONE = frozenset(
    (
        "chatgpt", "codellama", "codestral", "deepseek", "devstral", "llama", "magistral", "mixtral",
        "mistral", "qwen", "qwq",
    )
)  # fmt: skip
#: Families for which a version alone is no evidence: other software, or an agent, has the same name.
NEEDS_WORD = frozenset(("codex", "command", "nova"))
#: Members that are named without their family, from version MEMBERS_FROM on (below it they are other
#: software).
MEMBERS: Mapping[str, str] = {"fable": "claude", "haiku": "claude", "opus": "claude", "sonnet": "claude"}
MEMBERS_FROM = 3
#: Words in the names of many models.
WORDS = frozenset(
    [
        "base",
        "chat",
        "coder",
        "deep",
        "exp",
        "experimental",
        "fast",
        "flash",
        "high",
        "instruct",
        "it",
        "large",
        "latest",
        "lite",
        "low",
        "max",
        "mini",
        "nano",
        "plus",
        "preview",
        "pro",
        "reasoner",
        "reasoning",
        "research",
        "small",
        "thinking",
        "turbo",
        "vision",
    ]
)
#: Prefixes of model names, with a slash (at Bedrock, a dot).
PROVIDERS = frozenset(
    [
        "amazon",
        "anthropic",
        "azure",
        "bedrock",
        "deepseek",
        "deepseek-ai",
        "fireworks",
        "github",
        "google",
        "groq",
        "litellm",
        "lmstudio",
        "meta",
        "meta-llama",
        "mistral",
        "mistralai",
        "models",
        "moonshotai",
        "ollama",
        "openai",
        "openrouter",
        "qwen",
        "together",
        "us",
        "vertex",
        "x-ai",
        "xai",
        "z-ai",
        "zai",
    ]
)
#: Companies whose name people write before a product's: `Anthropic Claude Opus 4.6`, `OpenAI Codex CLI`.
MAKERS = frozenset(("alibaba", "amazon", "anthropic", "google", "microsoft", "mistral", "openai", "xai"))
#: Words in brackets or beside a name that do not name the model.
NOTES = frozenset(
    [
        "agent",
        "ai",
        "anthropic",
        "auto",
        "beta",
        "bot",
        "chat",
        "cli",
        "context",
        "default",
        "desktop",
        "free",
        "github",
        "google",
        "he",
        "her",
        "him",
        "ide",
        "llm",
        "max",
        "meta",
        "microsoft",
        "n/a",
        "none",
        "openai",
        "plan",
        "plugin",
        "preview",
        "pro",
        "she",
        "they",
        "unknown",
        "vscode",
        "web",
        "xai",
    ]
)
