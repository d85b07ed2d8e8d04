#!/bin/bash
# Claude Code may write the last answer's row a few milliseconds after Stop: that answer's request and tokens belong to the turn.
. "$(dirname "$0")/lib.sh"; repo r
S=$HOME/.claude/projects/-r; mkdir -p "$S"; S=$S/s1.jsonl
hook() { printf '{"session_id":"s1","transcript_path":"%s","cwd":"%s","hook_event_name":"%s"%s}' "$S" "$PWD" "$1" "$2" | gitprov capture claude-code; }
row() { printf '{"type":"%s","uuid":"%s","sessionId":"s1","timestamp":"2026-11-28T17:00:0%s.000Z","isSidechain":false,"version":"2.1.197"%s}\n' "$1" "$2" "$3" "$4" >>"$S"; }
answer() { row assistant "$1" "$2" ',"requestId":"'"$3"'","message":{"id":"'"$4"'","role":"assistant","model":"claude-opus-4-5-20251101","content":['"$5"'],"usage":{"input_tokens":100,"output_tokens":20}}'; }
input='{"file_path":"'$PWD'/a.py","content":"a = 1\n"}'
hook UserPromptSubmit ',"prompt":"make a"'
row user u1 1 ',"message":{"role":"user","content":"make a"}'
answer a1 2 req_1 msg_1 '{"type":"tool_use","id":"toolu_1","name":"Write","input":'"$input"'}'
hook PreToolUse ',"tool_name":"Write","tool_use_id":"toolu_1","tool_input":'"$input"
printf 'a = 1\n' > a.py
hook PostToolUse ',"tool_name":"Write","tool_use_id":"toolu_1","tool_input":'"$input"',"tool_response":{"type":"create","filePath":"'"$PWD"'/a.py","content":"a = 1\n","structuredPatch":[],"originalFile":null,"userModified":false}'
hook Stop ',"stop_hook_active":false,"last_assistant_message":"Done."'
answer a2 3 req_2 msg_2 '{"type":"text","text":"Done."}'
git add a.py; git commit -q -m A
fact() { gitprov show "$(git log -1 --format='%(trailers:key=AI-Trace,valueonly)')" --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print('"$1"')'; }
expect "requests" "req_1 req_2" "$(fact '*d["request_ids"]')"
expect "tokens" "200 40" "$(fact 'd["usage"]["input_tokens"], d["usage"]["output_tokens"]')"
exit $RC
