"""`gitprov report` on 500 files of three thousand commits: all pages, again without a change, and their sizes."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import common
from demo import year

COMMITS, PACKAGES = 3000, 4
#: Processor time of a report without any change, as a part of that of the first.
AGAIN = 0.1
#: Seconds for all pages, KB of the first, and the largest search index as a part of the text.
WHOLE, FIRST, INDEX = 30.0, 150.0, 0.15


def rows() -> list[common.Row]:
    """The first report from an empty index, the second with nothing to write."""
    with common.place() as (top, env):
        root, pages = top / "repo", top / "report"
        year.build(root, seed=5, commits=COMMITS, packages=PACKAGES)
        _long_file(root, env)
        count = len(common.run(["git", "ls-files"], cwd=root, env=env).stdout.splitlines())
        common.measured(["gitprov", "index"], cwd=root, env=env)
        whole = common.measured(["gitprov", "report", "--html", str(pages)], cwd=root, env=env)
        before = _written(pages)
        again = common.measured(["gitprov", "report", "--html", str(pages)], cwd=root, env=env)
        changed = sum(before[path] != stamp for path, stamp in _written(pages).items())
        largest = max(page.stat().st_size for page in pages.glob("commits*.html")) / 1000
        tree = (pages / "tree.html").stat().st_size / 1000
        first = (pages / "index.html").stat().st_size / 1000
        index = re.search(r'<p id="index" hidden>([^<]*)<', (pages / "search.html").read_text())
        share = len(index[1] if index else "") / _text(root, env)
        long = next((pages / "files").glob("long.py-*")).stat().st_size / 1_000_000
    return [
        common.Row(
            f"`gitprov report`, {count} files, {COMMITS} commits", f"≤ {WHOLE:.0f} s", f"{whole.seconds:.1f} s",
            whole.seconds / WHOLE,
        ),
        common.Row(
            "the same again", f"no page is written, ≤ {AGAIN:.0%} of the processor time",
            f"{changed} pages, {again.processor:.1f} s of {whole.processor:.1f} s",
            max(float(changed), again.processor / whole.processor / AGAIN),
        ),
        common.Row("the largest page of the list of commits", f"≤ {FIRST:.0f} KB", f"{largest:.0f} KB", largest / FIRST),
        common.Row("the first page of the tree", f"≤ {FIRST:.0f} KB", f"{tree:.0f} KB", tree / FIRST),
        common.Row("the first page", f"≤ {FIRST:.0f} KB", f"{first:.0f} KB", first / FIRST),
        common.Row("the page of a file of 10,000 lines", "≤ 3 MB", f"{long:.2f} MB", long / 3),
        common.Row(
            "the index of the search page, of the text of the files", f"≤ {100 * INDEX:.0f} %", f"{100 * share:.1f} %",
            share / INDEX,
        ),
    ]  # fmt: skip


def _long_file(root: Path, env: Mapping[str, str]) -> None:
    """Commit a file of 10,000 lines."""
    (root / "long.py").write_text(
        "".join(f"    total_{n} = compute(total, {n})  # again\n" for n in range(10_000))
    )
    common.run(["git", "add", "long.py"], cwd=root, env=env)
    common.run(["git", "commit", "-q", "-m", "A long file"], cwd=root, env=env)


def _written(pages: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in pages.rglob("*.html")}


def _text(root: Path, env: Mapping[str, str]) -> int:
    names = common.run(["git", "ls-files", "-z"], cwd=root, env=env).stdout.decode().split("\0")
    return sum((root / name).stat().st_size for name in names if name)


if __name__ == "__main__":
    common.main(rows)
