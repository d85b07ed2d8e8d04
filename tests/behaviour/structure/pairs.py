"""Small algorithms, each right and with one defect as programmers make them."""

from __future__ import annotations

#: Name → (right, defective).
PAIRS: dict[str, tuple[str, str]] = {
    "gcd": ("def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return a\n", "def gcd(a, b):\n    while b:\n        a, b = a % b, b\n    return a\n"),
    "bisect": (
        "def find(rows, x):\n    low, high = 0, len(rows)\n    while low < high:\n        mid = (low + high) // 2\n        if rows[mid] < x:\n            low = mid + 1\n        else:\n            high = mid\n    return low\n",
        "def find(rows, x):\n    low, high = 0, len(rows)\n    while low < high:\n        mid = (low + high) // 2\n        if rows[mid] < x:\n            low = mid\n        else:\n            high = mid\n    return low\n",
    ),
    "fibonacci": ("def fib(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a\n", "def fib(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return b\n"),
    "flatten": (
        "def flat(rows):\n    for row in rows:\n        if isinstance(row, list):\n            yield from flat(row)\n        else:\n            yield row\n",
        "def flat(rows):\n    for row in rows:\n        if isinstance(row, list):\n            yield flat(row)\n        else:\n            yield row\n",
    ),
    "bits": ("def bits(n):\n    count = 0\n    while n:\n        n &= n - 1\n        count += 1\n    return count\n", "def bits(n):\n    count = 0\n    while n:\n        n ^= n - 1\n        count += 1\n    return count\n"),
    "palindrome": ("def same(s):\n    return all(s[i] == s[-i - 1] for i in range(len(s) // 2))\n", "def same(s):\n    return any(s[i] == s[-i - 1] for i in range(len(s) // 2))\n"),
    "maximum": ("def top(rows):\n    best = rows[0]\n    for row in rows[1:]:\n        if row > best:\n            best = row\n    return best\n", "def top(rows):\n    best = 0\n    for row in rows[1:]:\n        if row > best:\n            best = row\n    return best\n"),
    "subarray": (
        "def best(rows):\n    here = most = 0\n    for row in rows:\n        here = max(0, here + row)\n        most = max(most, here)\n    return most\n",
        "def best(rows):\n    here = most = 0\n    for row in rows:\n        here = here + row\n        most = max(most, here)\n    return most\n",
    ),
    "merge": (
        "def merge(a, b):\n    out = []\n    while a and b:\n        out.append(a.pop(0) if a[0] <= b[0] else b.pop(0))\n    return out + a + b\n",
        "def merge(a, b):\n    out = []\n    while a and b:\n        out.append(a.pop(0) if a[0] <= b[0] else b.pop(0))\n    return out + a\n",
    ),
    "power": ("def power(x, n):\n    return 1 if n == 0 else x * power(x, n - 1)\n", "def power(x, n):\n    return 1 if n == 1 else x * power(x, n - 1)\n"),
    "sieve": ("def primes(n):\n    return [p for p in range(2, n + 1) if all(p % q for q in range(2, p))]\n", "def primes(n):\n    return [p for p in range(2, n) if all(p % q for q in range(2, p))]\n"),
    "hanoi": (
        "def moves(n, a, b, c):\n    if n:\n        yield from moves(n - 1, a, c, b)\n        yield a, c\n        yield from moves(n - 1, b, a, c)\n",
        "def moves(n, a, b, c):\n    if n:\n        yield from moves(n - 1, a, c, b)\n        yield a, b\n        yield from moves(n - 1, b, a, c)\n",
    ),
    "braces": (
        "def closed(s):\n    depth = 0\n    for c in s:\n        depth += 1 if c == '(' else -1\n        if depth < 0:\n            return False\n    return depth == 0\n",
        "def closed(s):\n    depth = 0\n    for c in s:\n        depth += 1 if c == '(' else -1\n        if depth < 0:\n            return False\n    return True\n",
    ),
    "levenshtein": (
        "def far(a, b):\n    if not a or not b:\n        return len(a) or len(b)\n    if a[0] == b[0]:\n        return far(a[1:], b[1:])\n    return 1 + min(far(a, b[1:]), far(a[1:], b), far(a[1:], b[1:]))\n",
        "def far(a, b):\n    if not a or not b:\n        return len(a) or len(b)\n    if a[0] == b[0]:\n        return 1 + far(a[1:], b[1:])\n    return 1 + min(far(a, b[1:]), far(a[1:], b), far(a[1:], b[1:]))\n",
    ),
    "quicksort": (
        "def sort(rows):\n    if not rows:\n        return []\n    p = rows[0]\n    return sort([r for r in rows[1:] if r < p]) + [p] + sort([r for r in rows[1:] if r >= p])\n",
        "def sort(rows):\n    if not rows:\n        return []\n    p = rows[0]\n    return sort([r for r in rows[1:] if r < p]) + [p] + sort([r for r in rows[1:] if r > p])\n",
    ),
    "nested names": (
        "def outer(x):\n    def inner(y):\n        return x + y\n    return inner(x)\n",
        "def outer(x):\n    def inner(x):\n        return x + x\n    return inner(x)\n",
    ),
    "shadowed": ("def f(x):\n    return [x for x in range(x)] + [x]\n", "def f(x):\n    return [y for y in range(x)] + [y]\n"),
    "swapped names": ("def f(a, b):\n    c = a - b\n    return c\n", "def f(a, b):\n    c = b - a\n    return c\n"),
    "default": ("def f(a, rows=None):\n    return [*(rows or []), a]\n", "def f(a, rows=[]):\n    return [*(rows or []), a]\n"),
    "integer": ("def f(a):\n    return a * 1\n", "def f(a):\n    return a * 1.0\n"),
    "zero": ("def f(a):\n    return a or 0.0\n", "def f(a):\n    return a or -0.0\n"),
    "division": ("def f(a):\n    return a // 2\n", "def f(a):\n    return a / 2\n"),
    "rounding": ("def f(a):\n    return round(a, 2)\n", "def f(a):\n    return int(a * 100) / 100\n"),
    "zone": ("from datetime import timezone\ndef f(d):\n    return d.astimezone(timezone.utc)\n", "from datetime import timezone\ndef f(d):\n    return d.replace(tzinfo=timezone.utc)\n"),
    "another import": ("from math import floor as cut\ndef f(a):\n    return cut(a)\n", "from math import trunc as cut\ndef f(a):\n    return cut(a)\n"),
    "caught": ("def f(a):\n    try:\n        return a()\n    except ValueError:\n        return None\n", "def f(a):\n    try:\n        return a()\n    except Exception:\n        return None\n"),
    "else of a loop": ("def f(rows):\n    for r in rows:\n        if r:\n            break\n    else:\n        return 1\n    return 0\n", "def f(rows):\n    for r in rows:\n        if r:\n            break\n    return 1\n    return 0\n"),
    "global": ("N = 0\ndef f():\n    global N\n    N = 1\n", "N = 0\ndef f():\n    N = 1\n"),
    "nonlocal": (
        "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n = 1\n    g()\n    return n\n",
        "def f():\n    n = 0\n    def g():\n        n = 1\n    g()\n    return n\n",
    ),
    "await": ("async def f(a):\n    return await a\n", "async def f(a):\n    return a\n"),
    "decorator": ("from functools import cache\n@cache\ndef f(a):\n    return a\n", "def f(a):\n    return a\n"),
}  # fmt: skip
