"""The table of agents: how each is connected, and what is recorded of it. docs/agents.md is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

NESTED, FLAT, WHOLE, SCRIPTS, LINES = "nested", "flat", "whole", "scripts", "lines"
"""Styles of hooks files: entries with lists of commands, entries that are commands, a file of gitprov's own,
a directory with a script for each event, lines of settings (the events are their keys and values).
"""


class HookFile(NamedTuple):
    """A file through which an agent runs hooks; paths are below the project's top and the home directory.

    `events`: event → matcher of tools, None for no matcher. `timeout` is a number in the agent's own unit,
    None for no field. `flags`: settings to switch on where they are absent, as paths of keys. `text`: name of
    the shipped file that is copied, else the file is made of the events. `passes_event`: the event is an
    argument of the command. `extra`: more fields of each command; `top`: of the whole file. `answers`: event
    → text that the agent needs to get from the command. `shell`: whether a shell runs the command; without
    one the command is words that are split at spaces, and gitprov has to be on PATH.
    """

    project: str | None
    user: str
    style: str
    events: Mapping[str, str | None]
    timeout: int | None = None
    flags: tuple[tuple[str, ...], ...] = ()
    text: str | None = None
    passes_event: bool = False
    extra: Mapping[str, object] = {}
    top: Mapping[str, object] = {}
    answers: Mapping[str, str] = {}
    shell: bool = True


class AgentRow(NamedTuple):
    """One agent. `name` is the one on the command line, `title` the product's.

    `checked`: the version it was checked against, and how. `marks`: directories or files below a home or a
    project that show that the agent is in use. `toml`: a file of settings in TOML, with a key to switch on.
    """

    name: str
    title: str
    checked: str
    seen: str
    unseen: str
    trust: str
    marks: tuple[str, ...]
    hooks: HookFile | None
    toml: tuple[str, tuple[str, ...]] | None = None

    @property
    def swept(self) -> str:
        """Where a sweep reads its sessions, or why it reads none."""
        return SWEPT.get(self.name, f"no, {_NO_SWEEP}")


_RECORDED = "recorded from a real session"
_TYPES = "from type definitions only"
_NO_MODEL = "model only from the session's own record"

_NO_SWEEP = "its records of sessions were not seen"
_DOCUMENTED = "; the format is known from documentation only"
_DATES = "<year>/<month>/<day>"
SWEPT = {
    "claude-code": "`~/.claude/projects/<directory>/*.jsonl`, subagents too",
    "codex": f"`~/.codex/sessions/{_DATES}/rollout-*.jsonl`, `~/.codex/archived_sessions`",
    "gemini": "`~/.gemini/tmp/*/chats/*.jsonl`",
    "copilot": "`~/.copilot/session-state/*/events.jsonl`, subagents too",
    "opencode": "the database `~/.local/share/opencode/opencode.db`, read-only",
    "qwen": "`~/.qwen/projects/<directory>/chats/*.jsonl`, not its subagents",
    "pi": "`~/.pi/agent/sessions/--<directory>--/*.jsonl`",
    "aider": "`.aider.chat.history.md` in the work tree, edit format `diff`",
    "cursor": f"`~/.cursor/projects/<directory>/agent-transcripts/*/*.jsonl`{_DOCUMENTED}",
    "droid": f"`~/.factory/sessions/<directory>/*.jsonl`{_DOCUMENTED}",
    "amp": f"`~/.local/share/amp/threads/T-*.json`{_DOCUMENTED}",
    "antigravity": f"`~/.gemini/antigravity*/brain/*/.system_generated/logs/transcript*.jsonl`{_DOCUMENTED}",
    "cline": "no, its records have no results of edits in a form that was checked",
    "continue": "no, its records were seen of one run only",
}
"""Name of an agent → where a sweep reads its sessions, or why it reads none."""

ROWS = (
    AgentRow(
        "claude-code",
        "Claude Code",
        f"2.1.332, {_RECORDED}",
        "prompts, edits, shell commands, subagents, answers, model, tokens",
        "sessions in an IDE panel or an SDK that run no user hooks; background commands after their start",
        "a project's settings are trusted with the project's folder",
        (".claude",),
        None,
    ),
    AgentRow(
        "codex",
        "Codex CLI",
        f"0.171.0, {_RECORDED}",
        "prompts, patches (in shell commands too), shell commands, last answer, model, version",
        "tokens and request ids; what a shell command without an after-event wrote, unless it is a patch",
        "run /hooks in Codex and trust gitprov's hooks",
        (".codex",),
        HookFile(
            ".codex/hooks.json",
            ".codex/hooks.json",
            NESTED,
            {
                "PreToolUse": "apply_patch|Bash",
                "PostToolUse": "apply_patch|Bash",
                "UserPromptSubmit": None,
                "Stop": None,
                "SessionStart": None,
            },
            timeout=10,
        ),
        (".codex/config.toml", ("features", "hooks")),
    ),
    AgentRow(
        "gemini",
        "Gemini CLI",
        f"0.61.0, {_RECORDED}",
        "prompts, edits with the whole file before and after, shell commands, last answer, changed proposals",
        f"ids of tool uses; {_NO_MODEL}",
        "trust the folder when Gemini CLI asks; it warns of a project's new hooks",
        (".gemini",),
        HookFile(
            ".gemini/settings.json",
            ".gemini/settings.json",
            NESTED,
            {
                "BeforeTool": "write_file|replace|run_shell_command",
                "AfterTool": "write_file|replace|run_shell_command",
                "BeforeAgent": None,
                "AfterAgent": None,
                "SessionStart": None,
            },
            timeout=10000,
            flags=(("tools", "enableHooks"), ("hooksConfig", "enabled")),
            extra={"name": "gitprov"},
        ),
    ),
    AgentRow(
        "copilot",
        "GitHub Copilot CLI",
        f"1.0.102, {_RECORDED}",
        "prompts, edits, patches, shell commands, subagents as sessions of their own",
        f"answers, ids of tool uses; {_NO_MODEL}",
        "trust the directory when Copilot asks",
        (".copilot",),
        HookFile(
            ".github/hooks/gitprov.json",
            ".copilot/hooks/gitprov.json",
            WHOLE,
            dict.fromkeys(
                (
                    "preToolUse",
                    "postToolUse",
                    "postToolUseFailure",
                    "userPromptSubmitted",
                    "agentStop",
                    "sessionStart",
                )
            ),
            timeout=10,
            passes_event=True,
        ),
    ),
    AgentRow(
        "opencode",
        "OpenCode",
        f"1.18.33, {_RECORDED}",
        "prompts, edits, patches, shell commands, subagents as sessions of their own, model, version",
        "answers, tokens",
        "OpenCode runs the plug-ins of a project without asking",
        (".config/opencode", ".opencode"),
        HookFile(
            ".opencode/plugins/gitprov.js",
            ".config/opencode/plugins/gitprov.js",
            WHOLE,
            {},
            text="opencode.js",
        ),
    ),
    AgentRow(
        "qwen",
        "Qwen Code",
        f"0.24.4, {_RECORDED}",
        "prompts, edits with the whole file before and after, shell commands, last answer",
        _NO_MODEL,
        "trust the folder when Qwen Code asks",
        (".qwen",),
        HookFile(
            ".qwen/settings.json",
            ".qwen/settings.json",
            NESTED,
            {
                "PreToolUse": "write_file|edit|run_shell_command",
                "PostToolUse": "write_file|edit|run_shell_command",
                "PostToolUseFailure": "write_file|edit|run_shell_command",
                "UserPromptSubmit": None,
                "Stop": None,
                "SessionStart": None,
            },
            timeout=10000,
            flags=(("hooksConfig", "enabled"),),
            extra={"name": "gitprov"},
        ),
    ),
    AgentRow(
        "cursor",
        "Cursor",
        f"2.4, {_TYPES}",
        "prompts, edits, deletions, shell commands, model, version",
        "answers; inline edits (Cmd-K) and completions, which run no hooks",
        "switch hooks on in Cursor's settings, and look at them there (Settings, Hooks)",
        (".cursor",),
        HookFile(
            ".cursor/hooks.json",
            ".cursor/hooks.json",
            FLAT,
            dict.fromkeys(("preToolUse", "postToolUse", "beforeSubmitPrompt", "stop")),
            top={"version": 1},
            answers={"beforeSubmitPrompt": '{"continue":true}'},
        ),
    ),
    AgentRow(
        "antigravity",
        "Antigravity",
        "from its documentation only",
        "edits in its CLI, model",
        "prompts, answers, shell commands, a file that existed and was written anew: the hook before a tool "
        "decides whether it runs, so gitprov has none there; edits of its IDE, whose hooks name no tool",
        "gitprov has to be on PATH, since no shell runs the hooks",
        (".antigravity", ".gemini/antigravity", ".gemini/config"),
        HookFile(
            ".agents/hooks.json",
            ".gemini/config/hooks.json",
            NESTED,
            {"PostToolUse": "write_to_file|replace_file_content|multi_replace_file_content|edit_file"},
            timeout=10,
            passes_event=True,
            shell=False,
        ),
    ),
    AgentRow(
        "windsurf",
        "Windsurf",
        _TYPES,
        "prompts, edits, shell commands, model",
        "answers, ids of tool uses",
        "look at the hooks in Windsurf's settings (Cascade, Hooks)",
        (".codeium/windsurf", ".windsurf"),
        HookFile(
            ".windsurf/hooks.json",
            ".codeium/windsurf/hooks.json",
            FLAT,
            dict.fromkeys(
                (
                    "pre_write_code",
                    "post_write_code",
                    "pre_run_command",
                    "post_run_command",
                    "pre_user_prompt",
                )
            ),
            extra={"show_output": False},
        ),
    ),
    AgentRow(
        "amp",
        "Amp",
        "from public plug-ins only",
        "prompts, edits, last answer, subagents as sessions of their own",
        "model; shell commands, a file that existed and was written anew: a handler before a tool decides "
        "whether it runs, so gitprov has none there",
        "start Amp again: it loads plug-ins when it starts",
        (".config/amp", ".amp"),
        HookFile(".amp/plugins/gitprov.js", ".config/amp/plugins/gitprov.js", WHOLE, {}, text="amp.js"),
    ),
    AgentRow(
        "droid",
        "Factory Droid",
        f"0.215.0, {_TYPES}",
        "prompts, edits, patches, shell commands, last answer",
        "model",
        "look at the hooks in Droid (/hooks)",
        (".factory",),
        HookFile(
            ".factory/settings.json",
            ".factory/settings.json",
            NESTED,
            {
                "PreToolUse": "ApplyPatch|Edit|MultiEdit|Write|Create|Bash|Execute",
                "PostToolUse": "ApplyPatch|Edit|MultiEdit|Write|Create|Bash|Execute",
                "UserPromptSubmit": None,
                "Stop": None,
            },
            timeout=10,
        ),
    ),
    AgentRow(
        "cline",
        "Cline",
        f"CLI 3.0.65, {_RECORDED}",
        "edits, shell commands, last answer",
        f"prompts on the command line; {_NO_MODEL}",
        "switch hooks on in Cline's settings",
        (".cline", ".clinerules", "Documents/Cline"),
        HookFile(
            ".clinerules/hooks",
            "Documents/Cline/Hooks",
            SCRIPTS,
            dict.fromkeys(("PreToolUse", "PostToolUse", "UserPromptSubmit", "TaskComplete")),
            passes_event=True,
            answers=dict.fromkeys(
                ("PreToolUse", "PostToolUse", "UserPromptSubmit", "TaskComplete"), '{"cancel":false}'
            ),
        ),
    ),
    AgentRow(
        "continue",
        "Continue CLI",
        f"1.5.47, {_TYPES}",
        "prompts, edits, shell commands, model, where its hooks run",
        "runs with -p, in which no hook was seen to run",
        "nothing to trust; whether the hooks run shows in gitprov doctor",
        (".continue",),
        HookFile(
            ".continue/settings.json",
            ".continue/settings.json",
            NESTED,
            {
                "PreToolUse": "Write|Edit|MultiEdit|Bash",
                "PostToolUse": "Write|Edit|MultiEdit|Bash",
                "PostToolUseFailure": "Write|Edit|MultiEdit|Bash",
                "UserPromptSubmit": None,
                "Stop": None,
            },
            timeout=10,
        ),
    ),
    AgentRow(
        "pi",
        "pi",
        f"0.73.1, {_RECORDED}",
        "prompts, edits, shell commands, model",
        "answers, tokens",
        "pi loads extensions without asking",
        (".pi",),
        HookFile(".pi/extensions/gitprov.ts", ".pi/agent/extensions/gitprov.ts", WHOLE, {}, text="pi.ts"),
    ),
    AgentRow(
        "aider",
        "Aider",
        f"0.86.2, {_RECORDED}",
        "its commits, by their trailer: the class is `declared`; lines by `gitprov backfill`",
        "everything else while it works: it has no hooks, and its notifications carry no facts",
        "nothing to trust: with git-commit-verify the checks of a commit run at Aider's commits too",
        (".aider.conf.yml", ".aider.chat.history.md"),
        HookFile(".aider.conf.yml", ".aider.conf.yml", LINES, {"git-commit-verify": "true"}),
    ),
)
"""Every agent that gitprov can be connected to."""


def row_of(name: str) -> AgentRow | None:
    """The row of an agent, None where there is none of that name."""
    return next((row for row in ROWS if row.name == name), None)


def recorded_as(name: str) -> str:
    """The name under which an agent's lines are recorded."""
    return {"gemini": "gemini-cli", "copilot": "copilot-cli", "qwen": "qwen-code"}.get(name, name)
