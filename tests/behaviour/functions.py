"""Small functions as people ask models for them, with annotations; each stands alone."""

from __future__ import annotations

#: Name → source.
FUNCTIONS: dict[str, str] = {
    "has_close": "def has_close(rows: list[float], gap: float) -> bool:\n    rows = sorted(rows)\n    return any(b - a < gap for a, b in zip(rows, rows[1:]))\n",
    "whole_part": "def whole_part(n: int) -> list[int]:\n    return [n // 10, n % 10]\n",
    "below_zero": "def below_zero(steps: list[int]) -> bool:\n    sum_ = 0\n    for step in steps:\n        sum_ += step\n        if sum_ < 0:\n            return True\n    return False\n",
    "between": "def between(rows: list[int], mark: int) -> list[int]:\n    out: list[int] = []\n    for at, row in enumerate(rows):\n        if at > 0:\n            out.append(mark)\n        out.append(row)\n    return out\n",
    "vowels": "def vowels(text: str) -> int:\n    return sum(1 for sign in text.lower() if sign in 'aeiou') + text.count('y')\n",
    "rolling": "def rolling(rows: list[int]) -> list[int]:\n    out: list[int] = []\n    for row in rows:\n        out.append(row if not out or row > out[-1] else out[-1])\n    return out\n",
    "counted": "def counted(rows: list[int]) -> dict[int, int]:\n    out: dict[int, int] = {}\n    for row in rows:\n        out[row] = out.get(row, 0) + 1\n    return out\n",
    "collatz": "def collatz(n: int) -> list[int]:\n    if n < 1:\n        return []\n    out = [n]\n    while n != 1 and len(out) < 200:\n        n = n * 3 + 1 if n % 2 else n // 2\n        out.append(n)\n    return out\n",
    "clipped": "def clipped(rows: list[int], low: int, high: int) -> list[int]:\n    return [min(max(row, low), high) for row in rows if low <= high]\n",
    "runs": "def runs(rows: list[bool]) -> int:\n    best = here = 0\n    for row in rows:\n        here = here + 1 if row else 0\n        best = max(best, here)\n    return best\n",
    "leap": "def leap(year: int) -> bool:\n    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)\n",
    "digits": "def digits(n: int) -> int:\n    n = abs(n)\n    total = 0\n    while n > 0:\n        total += n % 10\n        n //= 10\n    return total\n",
    "turned": "def turned(rows: list[int], by: int) -> list[int]:\n    if not rows:\n        return []\n    by = by % len(rows)\n    return rows[-by:] + rows[:-by] if by != 0 else rows\n",
    "median": "def median(rows: list[int]) -> float | None:\n    rows = sorted(rows)\n    half = len(rows) // 2\n    if not rows:\n        return None\n    return float(rows[half]) if len(rows) % 2 == 1 else (rows[half - 1] + rows[half]) / 2\n",
    "shares": "def shares(cents: int, people: int) -> list[int]:\n    if people < 1 or people > 50:\n        return []\n    each, rest = divmod(cents, people)\n    return [each + 1] * rest + [each] * (people - rest)\n",
}  # fmt: skip
