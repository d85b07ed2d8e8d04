#!/bin/bash
# A lock-like file of 15,000 lines, each changed a little before the commit (364 kB).
. "$(dirname "$0")/lib.sh"; repo l
gen() { python3 -c "
for i in range(15000): print(f'  \"pkg-{i}\": \"^{i%9}.{i%7}.{(i+$1)%5}\",')"; }
gen 0 | ai l.json; gen 1 > l.json; git add -A
s=$SECONDS; timeout 300 git commit -q -m x; t=$((SECONDS-s)); seconds " the commit" 8 "$t"
s=$SECONDS; timeout 300 gitprov show HEAD >/dev/null; t=$((SECONDS-s)); seconds " gitprov show" 8 "$t"
exit $RC
