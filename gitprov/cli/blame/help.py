"""The help text of `git ai-blame`."""

from __future__ import annotations

HELP = """\
git ai-blame: which prompt, model and person each line of a file comes from

usage: git ai-blame [<git blame flags>] [--json | --porcelain | --line-porcelain]
                    [--stats] [--show-prompt] [--no-w] [<rev>] [--] <file>

Each line of the file has a class:
  ai         as a model generated it
  edited     generated, then changed by a developer
  human      recorded as typed by a person
  declared   only a trailer or the author of the commit declares AI
  unknown    no evidence

Columns: commit, author, date, class, agent/model, trace, line number, text. On a narrow terminal they are
shortened or left out, the text never is. A trace leads on: gitprov show <trace>.

Output
  --json             one JSON document with an object for each line; facts that are not known are null
  --porcelain        the format of git blame, with ai-class, ai-evidence, ai-trace, ai-agent, ai-model, ai-session,
                     ai-at, ai-prompt-version, ai-human and ai-prompt (its digest) before the text of each line
  --line-porcelain   the same with every header on every line
  --stats            lines for each class, model and trace, with shares; with --json as JSON
  --show-prompt      print the prompt above each run of lines that it produced
  --color[=<when>]   always, never or auto (as color.ai-blame or color.ui is set); NO_COLOR is respected.
                     Colours: color.ai-blame.<class>, color.ai-blame.prompt
  -s -l -t -e -f -n -b --date=<format> --abbrev=<n>
                     as in git blame; dates are short (2026-02-01) unless --date or blame.date sets another

Which lines, which commits: all flags of git blame pass through
  -L <range>         only these lines; may be repeated
  -w                 look past changes of whitespace: always on here
  --no-w             let a change of whitespace take over a line
  --contents <file>  the text of <file>, or of standard input for -, in place of the file on disk: what an editor
                     has not saved is answered from the inbox, also for a file that git does not know yet
  -M -C --since --first-parent --reverse --ignore-rev --ignore-revs-file -S ...
                     see git help blame

Other
  -h                 this help
  --version          the version

Uncommitted lines belong to a commit of zeros. Renames are followed: a line is looked up in the note of the commit
that git names, under the path and the line number that it has there. Notes come from refs/notes/gitprov
(gitprov sync brings a colleague's; after gitprov clone-setup a plain git fetch does).

Examples
  git ai-blame src/app.py                       every line with its class
  git ai-blame -L 10,20 --show-prompt app.py    what was asked for to get these lines
  git ai-blame --stats v1.0 -- src/app.py       how much of a release's file is generated
  git ai-blame --json app.py | jq -r '.lines[] | select(.class == "ai") | .trace' | sort -u
  git ai-blame --json --contents - app.py <buf  the text of an editor, which is not saved
  git -C project.git ai-blame HEAD -- app.py    in a bare repository

Exit codes: 0 fine, 2 usage, 3 cannot work here (no repository, no such file or revision), 70 a bug, 130 interrupted
"""
