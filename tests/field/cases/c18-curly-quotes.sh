#!/bin/bash
# Claude Code's Edit keeps a file's curly quotes: the model says ' and the tool writes ‘ and ’. Only its patch has what was written.
. "$(dirname "$0")/lib.sh"; repo q
printf 'say(‘it’)\n' > q.py; git add q.py; git commit -q -m Start
payload() { printf '%s' '{"session_id":"s1","transcript_path":null,"cwd":"'"$PWD"'","permission_mode":"acceptEdits","hook_event_name":"'"$1"'","tool_name":"Edit","tool_use_id":"toolu_1","tool_input":{"file_path":"'"$PWD"'/q.py","old_string":"say('"'it'"')","new_string":"say('"'it is'"')","replace_all":false}'"$2"'}'; }
payload PreToolUse "" | gitprov capture claude-code
printf 'say(‘it is’)\n' > q.py
payload PostToolUse ',"tool_response":{"filePath":"'"$PWD"'/q.py","oldString":"say(‘it’)","newString":"say('"'it is'"')","originalFile":"say(‘it’)\n","structuredPatch":[{"oldStart":1,"oldLines":1,"newStart":1,"newLines":1,"lines":["-say(‘it’)","+say(‘it is’)"]}],"userModified":false,"replaceAll":false}' | gitprov capture claude-code
git commit -q -a -m Quotes
expect "the line" "ai" "$(classes q.py)"; expect "delta" "raw 1: kept 1 (0% changed)" "$(delta)"
exit $RC
