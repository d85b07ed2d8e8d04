"""Record anew what the installed formatters make of the snippets: `python -m tests.formatters.record [FORMATTER ...]`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.formatters import corpus, live


def main(names: Sequence[str]) -> int:
    """Write the recordings of the named formatters, or of all; 1 where one of them is not installed."""
    wanted = [one for one in live.FORMATTERS if not names or one.name in names]
    missing = [one.name for one in wanted if one.program is None]
    for formatter, language in live.installed():
        if formatter in wanted:
            with tempfile.TemporaryDirectory() as place:
                formatted = live.run(formatter, language, Path(place))
            target = corpus.save(formatter.name, language, live.version(formatter), formatted)
            texts = corpus.snippets(language)
            changed = sum(formatted[name] != text for name, text in texts.items())
            sys.stdout.write(f"{target.name}: {changed} of {len(texts)} changed\n")
    for name in missing:
        sys.stdout.write(f"{name} is not installed: its recording stays as it was\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
