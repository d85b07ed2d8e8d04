#!/bin/bash
# A model writes 35 kB in one line (bundled, minified); a formatter makes 3,000 lines of it before the commit.
. "$(dirname "$0")/lib.sh"; repo m; N=${1:-1000}
python3 -c "print(''.join(f'function f{i}(a,b){{return a+b*{i};}}' for i in range($N)))" | ai m.js
python3 -c "print(''.join(f'function f{i}(a, b) {{\n  return a + b * {i};\n}}\n' for i in range($N)), end='')" > m.js
git add -A; s=$SECONDS; timeout 240 git commit -q -m x; t=$((SECONDS-s))
seconds " the commit ($N functions)" 3 "$t"
exit $RC
