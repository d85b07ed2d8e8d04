# Sourced by each case. Needs git, python3 and gitprov on PATH. Everything happens below a temporary directory.
# FIELD_SLACK multiplies the seconds that a case allows: a test run shares the machine with others.
set -u
CASE_TMP=$(mktemp -d); trap 'chmod -R u+w "$CASE_TMP" 2>/dev/null; rm -rf "$CASE_TMP"' EXIT
export HOME="$CASE_TMP/home" XDG_CONFIG_HOME="$CASE_TMP/home/.config" GIT_CONFIG_NOSYSTEM=1 LC_ALL=C.UTF-8
export GIT_CONFIG_GLOBAL="$HOME/.gitconfig" GIT_EDITOR=true GIT_SEQUENCE_EDITOR=true
mkdir -p "$HOME"; : > "$GIT_CONFIG_GLOBAL"
git config --global user.name Dev; git config --global user.email dev@example.com; git config --global init.defaultBranch main
# a repository with one human commit of file f
repo() { git init -q "$CASE_TMP/$1" && cd "$CASE_TMP/$1" && gitprov install >/dev/null 2>&1 && printf 'base 1\nbase 2\nbase 3\n' > f && git add f && git commit -q -m base; }
# ai PATH < content: an agent of session s1 writes the file, and reports it with the content before and after
ai() { python3 -c '
import json, os, subprocess, sys
path, text = sys.argv[1], sys.stdin.buffer.read().decode()
before = open(path).read() if os.path.exists(path) else None
os.makedirs(os.path.dirname(path) or ".", exist_ok=True); open(path, "w").write(text)
event = {"v": 1, "agent": "x", "model": "m-1", "session": "s1", "path": path, "prompt": "p", "before": before, "after": text}
subprocess.run(["gitprov", "capture", "generic"], input=json.dumps(event).encode(), check=True)' "$1"; }
# the class of each line, in one word: "ai ai unknown …"
classes() { git ai-blame --json "$1" | python3 -c 'import json,sys; print(*(l["class"] for l in json.load(sys.stdin)["lines"]))'; }
# expect NAME WANTED GOT
RC=0
expect() { if [ "$2" = "$3" ]; then echo "right  $1: $3"; else echo "WRONG  $1"; echo "       wanted: $2"; echo "       got:    $3"; RC=1; fi; }
delta() { gitprov show HEAD | grep -o 'raw [0-9].*' | head -1; }
# seconds NAME LIMIT GOT
seconds() { if [ "$3" -le $(($2 * ${FIELD_SLACK:-1})) ]; then echo "right  $1: $3 s"; else echo "WRONG  $1: $3 s, at most $2"; RC=1; fi; }
