#!/bin/bash
# A generator writes 1,000 files (people report 20,000 and more) and says so in one call.
. "$(dirname "$0")/lib.sh"; repo g; mkdir gen
for i in $(seq 1000); do printf 'export const v%s = %s;\n' $i $i > gen/m$i.ts; done
s=$SECONDS; gitprov record --agent codegen --model m-1 --prompt-file f gen/*.ts >/dev/null; t=$((SECONDS-s))
seconds " gitprov record of 1,000 files" 10 "$t"
exit $RC
