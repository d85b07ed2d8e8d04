"""The help text of `git ai-log`."""

from __future__ import annotations

HELP = """\
git ai-log: the commits that hold AI-written lines

usage: git ai-log [<git log arguments>] [--oneline | --json] [--all-commits] [--bypassed]
                  [--model=<text>] [--agent=<text>] [--session=<id>] [--trace=<id>]
                  [<revision range>] [[--] <path>...]

Shows each commit whose note has traces (ai), and each that only declares itself that a machine helped, by a trailer
or by its author (declared). A block shows agent and model, traces, how many of the added lines are AI lines, how
much of the raw output developers changed (delta), whether the gate passed, and who reviewed.

Which commits: all that selects commits in git log passes through
  ranges, --all, --branches, --since, --until, --author, --grep, --merges, --first-parent, -S, -G, -L, paths ...
  -n <number>, --skip=<number>
                     count the commits that are shown here, not those that git lists
  --reverse          oldest first
  --model=<text>     a trace's model holds this text, whatever its case; with * or ? it is a pattern for all of it
  --agent=<text>     the same for the agent
  --session=<id>     the session's id, or its beginning
  --trace=<id>       the trace id, its beginning, or the beginning of its hex digits
                     A filter may be repeated: one of its values is enough. Different filters must hold for one
                     and the same trace.
  --bypassed         only commits that were made past the gate (--no-verify)
  --all-commits      also commits without AI

Output
  --oneline          one line for each commit
  --json             one JSON object a line for each commit; facts that are not known are null
  --date=<format>    as in git log
  --color[=<when>]   always, never or auto (as color.ai-log or color.ui is set); NO_COLOR is respected.
                     Colours: color.ai-log.commit, .ai, .declared, .bypassed
  What changes git's own output (--format, --graph, -p, --stat ...) is refused: use git log --notes=gitprov.

Other
  -h                 this help
  --version          the version

Numbers are those of the whole commit, also where paths are given. Notes come from refs/notes/gitprov
(gitprov sync brings a colleague's; after gitprov clone-setup a plain git fetch does).

Examples
  git ai-log -n 5                                  the last five commits with AI
  git ai-log main..feature -- src                  what a branch brings in one directory
  git ai-log --model=opus --since=1.month          one family of models
  git ai-log --bypassed --oneline                  commits that went past the gate
  git ai-log --json | jq -s 'map(.ai_lines) | add' lines over all commits

Exit codes: 0 fine, 2 usage, 3 cannot work here (no repository, no such revision), 70 a bug, 130 interrupted
"""
